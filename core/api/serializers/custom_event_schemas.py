"""Custom event schemas on the wire (contract: data file 12)."""

from __future__ import annotations

from typing import Any

from core.api.fields import MetadataField, TextField, WireSerializer
from core.instants import format_instant
from core.models import CustomEventSchema


class _SchemaInput(WireSerializer):
    """The properties are checked by the service."""

    properties = MetadataField()


class CustomEventSchemaInput(WireSerializer):
    name = TextField(allow_blank=False, max_length=300)
    schema = _SchemaInput()


class CustomEventSchemaChangeInput(WireSerializer):
    schema = _SchemaInput()


def custom_event_schema_output(schema: CustomEventSchema) -> dict[str, Any]:
    """`updated_at` is there from the first change on."""
    changed = {} if schema.updated_at is None else {"updated_at": format_instant(schema.updated_at)}
    return {
        "id": schema.public_id,
        "name": schema.name,
        "schema": {"properties": schema.properties},
        "created_at": format_instant(schema.created_at),
        **changed,
        "object": "custom-event-schema",
    }
