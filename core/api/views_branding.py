"""`/management/v1/projects/{projectId}/branding`: one for the project, or none."""

from __future__ import annotations

from typing import ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from core.api.fields import parse
from core.api.serializers.branding import BrandingChangeInput, BrandingInput, branding_output
from core.api.views import actor_of
from core.api.views_projects import ManagedProjectView
from core.errors import NotFound
from core.models import Branding
from core.services import branding


class BrandingsView(ManagedProjectView):
    inputs: ClassVar = {"POST": BrandingInput}

    def get(self, request: Request, project_id: str) -> Response:
        self.project(project_id)
        return self.listing([branding_output(row) for row in Branding.objects.order_by("pk")])

    def post(self, request: Request, project_id: str) -> Response:
        self.project(project_id)
        given = parse(BrandingInput, request.data)
        made = branding.create(values=given, actor=actor_of(request), now=self.now)
        return Response(branding_output(made))


class BrandingView(ManagedProjectView):
    inputs: ClassVar = {"PUT": BrandingChangeInput}

    def get(self, request: Request, project_id: str, branding_id: str) -> Response:
        return Response(branding_output(self._found(project_id, branding_id)))

    def put(self, request: Request, project_id: str, branding_id: str) -> Response:
        self._found(project_id, branding_id)
        given = parse(BrandingChangeInput, request.data)
        changed = branding.update(values=given, actor=actor_of(request), now=self.now)
        return Response(branding_output(changed))

    def delete(self, request: Request, project_id: str, branding_id: str) -> Response:
        self._found(project_id, branding_id)
        branding.delete(actor=actor_of(request), now=self.now)
        return Response(status=204)

    def _found(self, project_id: str, branding_id: str) -> Branding:
        self.project(project_id)
        row = Branding.objects.filter(public_id=branding_id).first()
        if row is None:
            raise NotFound.of("branding", branding_id)
        return row
