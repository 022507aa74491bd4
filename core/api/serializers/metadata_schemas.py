"""Metadata schemas on the wire: camelCase in `/v1`, snake_case elsewhere (contract: data file 11)."""

from __future__ import annotations

from typing import Any

from core.api.fields import (
    BooleanField,
    MetadataField,
    TextField,
    WireSerializer,
)
from core.instants import format_instant, format_optional
from core.models import MetadataSchema

_CAMEL = {
    "object_type": "objectType",
    "min_length": "minLength",
    "max_length": "maxLength",
    "exact_length": "exactLength",
}


class MetadataSchemaInput(WireSerializer):
    """A new schema. The definitions are checked by the service."""

    related_object = TextField(allow_blank=False, max_length=100)
    properties = MetadataField()
    allow_defined_only = BooleanField(required=False, default=False)


class MetadataSchemaChangeInput(WireSerializer):
    properties = MetadataField()
    allow_defined_only = BooleanField(required=False)


def metadata_schema_output(schema: MetadataSchema) -> dict[str, Any]:
    """The object of the management API."""
    return _output(schema, dict(schema.properties))


def metadata_schema_v1_output(schema: MetadataSchema) -> dict[str, Any]:
    """The object of `/v1`, whose definitions are in camelCase."""
    return _output(
        schema,
        {
            key: {_CAMEL.get(name, name): value for name, value in definition.items()}
            for key, definition in schema.properties.items()
        },
    )


def _output(schema: MetadataSchema, properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": schema.public_id,
        "related_object": schema.related_object,
        "properties": properties,
        "allow_defined_only": schema.allow_defined_only,
        "created_at": format_instant(schema.created_at),
        "updated_at": format_optional(schema.updated_at),
        "object": "metadata_schema",
    }
