"""`/management/v1/projects/{projectId}/custom-event-schemas`: the events that the project knows."""

from __future__ import annotations

from typing import ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from core.api.fields import parse
from core.api.serializers.custom_event_schemas import (
    CustomEventSchemaChangeInput,
    CustomEventSchemaInput,
    custom_event_schema_output,
)
from core.api.views import actor_of
from core.api.views_projects import ManagedProjectView
from core.errors import NotFound
from core.models import CustomEventSchema
from core.services import custom_event_schemas


class CustomEventSchemasView(ManagedProjectView):
    inputs: ClassVar = {"POST": CustomEventSchemaInput}

    def get(self, request: Request, project_id: str) -> Response:
        self.project(project_id)
        rows = CustomEventSchema.objects.order_by("pk")
        return self.listing([custom_event_schema_output(row) for row in rows])

    def post(self, request: Request, project_id: str) -> Response:
        self.project(project_id)
        given = parse(CustomEventSchemaInput, request.data)
        made = custom_event_schemas.create(
            name=given["name"],
            properties=given["schema"]["properties"],
            actor=actor_of(request),
            now=self.now,
        )
        return Response(custom_event_schema_output(made))


class CustomEventSchemaView(ManagedProjectView):
    inputs: ClassVar = {"PUT": CustomEventSchemaChangeInput}

    def get(self, request: Request, project_id: str, schema_id: str) -> Response:
        return Response(custom_event_schema_output(self._found(project_id, schema_id)))

    def put(self, request: Request, project_id: str, schema_id: str) -> Response:
        schema = self._found(project_id, schema_id)
        given = parse(CustomEventSchemaChangeInput, request.data)
        changed = custom_event_schemas.update(
            schema_id=schema.pk,
            properties=given["schema"]["properties"],
            actor=actor_of(request),
            now=self.now,
        )
        return Response(custom_event_schema_output(changed))

    def delete(self, request: Request, project_id: str, schema_id: str) -> Response:
        schema = self._found(project_id, schema_id)
        custom_event_schemas.delete(schema_id=schema.pk, actor=actor_of(request), now=self.now)
        return Response(status=204)

    def _found(self, project_id: str, schema_id: str) -> CustomEventSchema:
        self.project(project_id)
        schema = CustomEventSchema.objects.filter(public_id=schema_id).first()
        if schema is None:
            raise NotFound.of("custom_event_schema", schema_id)
        return schema
