from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from core.api.views import ClientAPIView, ProjectAPIView, actor_of
from promotions.api.serializers.qualifications import qualification_spec
from promotions.api.serializers.qualified import qualified_output
from promotions.services import qualifications


class QualificationsView(ProjectAPIView):
    """`POST /v1/qualifications`."""

    resource = "qualifications"
    actions = {"POST": "qualify"}

    def post(self, request: Request) -> Response:
        spec, expand = qualification_spec(request.data, now=self.now)
        qualified = qualifications.qualify(spec=spec, actor=actor_of(request), now=self.now)
        return Response(qualified_output(qualified, expand=expand))


class ClientQualificationsView(ClientAPIView, QualificationsView):
    """`POST /client/v1/qualifications`."""
