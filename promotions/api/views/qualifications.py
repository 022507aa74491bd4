from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from core.api.views import ClientAPIView, ProjectAPIView, actor_of
from promotions.api.serializers.explanations import explanation_output
from promotions.api.serializers.qualifications import parsed_qualification
from promotions.api.serializers.qualified import qualified_output
from promotions.api.views import asking
from promotions.services import explanations, qualifications


class QualificationsView(ProjectAPIView):
    """`POST /v1/qualifications`."""

    resource = "qualifications"
    actions = {"POST": "qualify"}

    def post(self, request: Request) -> Response:
        parsed, actor = parsed_qualification(request.data, now=self.now), actor_of(request)
        asking.check(parsed, actor, "qualifications")
        qualified = qualifications.qualify(spec=parsed.spec, actor=actor, now=parsed.at or self.now)
        answer = qualified_output(qualified, expand=parsed.expand)
        if parsed.explain:
            answer["explanations"] = [explanation_output(one) for one in explanations.of_hits(qualified)]
        return Response(answer)


class ClientQualificationsView(ClientAPIView, QualificationsView):
    """`POST /client/v1/qualifications`."""
