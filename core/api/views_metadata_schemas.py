"""`/v1/metadata-schemas` (read) and `/management/v1/projects/{projectId}/metadata-schemas` (all)."""

from __future__ import annotations

from typing import ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from core.api.fields import parse
from core.api.serializers.metadata_schemas import (
    MetadataSchemaChangeInput,
    MetadataSchemaInput,
    metadata_schema_output,
    metadata_schema_v1_output,
)
from core.api.views import ProjectAPIView, actor_of
from core.api.views_projects import ManagedProjectView
from core.errors import NotFound
from core.models import MetadataSchema
from core.services import metadata_schemas


class MetadataSchemasView(ProjectAPIView):
    resource = "metadata_schemas"

    def get(self, request: Request) -> Response:
        schemas = [metadata_schema_v1_output(schema) for schema in MetadataSchema.objects.order_by("pk")]
        return Response({"object": "list", "data_ref": "schemas", "schemas": schemas, "total": len(schemas)})


class MetadataSchemaView(ProjectAPIView):
    resource = "metadata_schemas"

    def get(self, request: Request, resource: str) -> Response:
        schema = MetadataSchema.objects.filter(related_object=resource).first()
        if schema is None:
            raise _missing(resource)
        return Response(metadata_schema_v1_output(schema))


class ManagedMetadataSchemasView(ManagedProjectView):
    inputs: ClassVar = {"POST": MetadataSchemaInput}

    def get(self, request: Request, project_id: str) -> Response:
        self.project(project_id)
        return self.listing(
            [metadata_schema_output(schema) for schema in MetadataSchema.objects.order_by("pk")]
        )

    def post(self, request: Request, project_id: str) -> Response:
        self.project(project_id)
        given = parse(MetadataSchemaInput, request.data)
        schema = metadata_schemas.create(**given, actor=actor_of(request), now=self.now)
        return Response(metadata_schema_output(schema))


class ManagedMetadataSchemaView(ManagedProjectView):
    inputs: ClassVar = {"PUT": MetadataSchemaChangeInput}

    def get(self, request: Request, project_id: str, schema_id: str) -> Response:
        return Response(metadata_schema_output(self.schema_of(project_id, schema_id)))

    def put(self, request: Request, project_id: str, schema_id: str) -> Response:
        schema = self.schema_of(project_id, schema_id)
        given = parse(MetadataSchemaChangeInput, request.data)
        changed = metadata_schemas.update(schema_id=schema.pk, **given, actor=actor_of(request), now=self.now)
        return Response(metadata_schema_output(changed))

    def delete(self, request: Request, project_id: str, schema_id: str) -> Response:
        schema = self.schema_of(project_id, schema_id)
        metadata_schemas.delete(schema_id=schema.pk, actor=actor_of(request), now=self.now)
        return Response(status=204)

    def schema_of(self, project_id: str, schema_id: str) -> MetadataSchema:
        self.project(project_id)
        schema = MetadataSchema.objects.filter(public_id=schema_id).first()
        if schema is None:
            raise _missing(schema_id)
        return schema


def _missing(schema_id: str) -> NotFound:
    return NotFound(
        f"Cannot find metadata schema with id {schema_id}",
        resource_id=schema_id,
        resource_type="metadata_schema",
    )
