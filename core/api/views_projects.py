"""`/management/v1/projects`: the one project of this deployment."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from core import project as settings_row
from core.api.fields import parse
from core.api.serializers.project import ProjectInput, project_output
from core.api.views import ManagementAPIView, actor_of
from core.errors import NotFound
from core.models import ApiKey, ProjectSettings
from core.services import project


class ManagedProjectView(ManagementAPIView):
    """Base of the views below `/management/v1/projects/{projectId}`."""

    resource = "management"

    def project(self, project_id: str) -> ProjectSettings:
        """:raises NotFound: another id than that of this deployment's project."""
        settings = settings_row.current()
        if settings.public_id != project_id:
            raise NotFound.of("project", project_id)
        return settings

    def listing(self, rows: list[dict[str, Any]]) -> Response:
        """Lists of the management API come whole (contract: data file 19)."""
        return Response({"object": "list", "data_ref": "data", "data": rows, "total": len(rows)})


class ProjectsView(ManagedProjectView):
    def get(self, request: Request) -> Response:
        return self.listing([_output(settings_row.current())])

    def post(self, request: Request) -> Response:
        project.create(actor=actor_of(request), now=self.now)


class ProjectView(ManagedProjectView):
    inputs: ClassVar = {"PUT": ProjectInput}

    def get(self, request: Request, project_id: str) -> Response:
        return Response(_output(self.project(project_id)))

    def put(self, request: Request, project_id: str) -> Response:
        self.project(project_id)
        changes = parse(ProjectInput, request.data)
        return Response(_output(project.update(changes=changes, actor=actor_of(request), now=self.now)))

    def delete(self, request: Request, project_id: str) -> Response:
        self.project(project_id)
        project.delete(actor=actor_of(request), now=self.now)


def _output(settings: ProjectSettings) -> dict[str, Any]:
    keys = ApiKey.objects.filter(kind=ApiKey.Kind.CLIENT, blocked_at=None)
    origins = {origin for allowed in keys.values_list("allowed_origins", flat=True) for origin in allowed}
    return project_output(settings, trusted_domains=sorted(origins))
