"""Custom events that the project knows, and the check of what the shop reports with them.

Contract: data file 12. Five simple types; unlike those of metadata, the type of a property may change.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError, transaction

from core import audit
from core.actors import Actor
from core.errors import DuplicateFound, InvalidPayload, NotFound
from core.locking import lock
from core.metadata_types import MAX_NAME, ValueType, complaints
from core.models import CustomEventSchema
from core.services.metadata_schemas import MAX_DEFINITIONS, MetadataInvalid

TYPES: Final = (
    ValueType.STRING,
    ValueType.NUMBER,
    ValueType.DATE,
    ValueType.DATETIME,
    ValueType.BOOLEAN,
)
LONGEST_NAME: Final = 300
_FLAGS: Final = (("optional", True), ("deleted", False))

Properties = Mapping[str, Any]


def find(*, name: str) -> CustomEventSchema | None:
    """The schema of the event of this name; None: the project does not know such an event."""
    return CustomEventSchema.objects.filter(name=name).first()


def check(schema: CustomEventSchema, metadata: Mapping[str, Any]) -> None:
    """Hold what came with an event against its schema. Keys that the schema does not know are kept.

    :raises MetadataInvalid: `details` says `<key>: must be … (actual value is …)`.
    """
    for key, definition in schema.properties.items():
        if definition["deleted"]:
            continue
        value = metadata.get(key)
        if value is None:
            if not definition["optional"]:
                raise MetadataInvalid(f"{key}: is required")
            continue
        for text in complaints(definition, value):
            raise MetadataInvalid(f"{key}: {text}")


@transaction.atomic
def create(*, name: str, properties: Properties, actor: Actor, now: datetime) -> CustomEventSchema:
    """Make an event known.

    :raises InvalidPayload: the name or a property has a wrong shape, or there are more than 100.
    :raises DuplicateFound: the event is known.
    """
    if not name.strip() or len(name) > LONGEST_NAME:
        raise InvalidPayload(f"Property .name must be a string of 1 to {LONGEST_NAME} characters")
    schema = CustomEventSchema(name=name, properties=_clean(properties, {}), created_at=now)
    try:
        with transaction.atomic():
            schema.save(force_insert=True)
    except IntegrityError as error:
        raise DuplicateFound(f"Duplicated custom_event_schema exists with name {name}") from error
    audit.log(actor, "custom_event_schema.created", schema, now=now, after=_facts(schema))
    return schema


@transaction.atomic
def update(*, schema_id: int, properties: Properties, actor: Actor, now: datetime) -> CustomEventSchema:
    """Merge properties into a schema: one that is sent replaces its former self wholly, the others stay.

    A property is taken out of use by `deleted: true` and can be restored the same way.

    :raises InvalidPayload: wrong shape, or too many properties.
    """
    schema = _locked(schema_id)
    before = _facts(schema)
    schema.properties = {**schema.properties, **_clean(properties, schema.properties)}
    schema.updated_at = now
    schema.save(update_fields=["properties", "updated_at"])
    old, new = audit.changes(before, _facts(schema))
    audit.log(actor, "custom_event_schema.updated", schema, now=now, before=old, after=new)
    return schema


@transaction.atomic
def delete(*, schema_id: int, actor: Actor, now: datetime) -> None:
    """Forget the event. What was reported under its name stays."""
    schema = _locked(schema_id)
    audit.log(actor, "custom_event_schema.deleted", schema, now=now, before=_facts(schema))
    schema.delete()


def _clean(properties: Properties, present: Properties) -> dict[str, dict[str, Any]]:
    clean: dict[str, dict[str, Any]] = {}
    for key, definition in properties.items():
        where = f"Property .schema.properties.{key}"
        if not key.strip() or len(key) > MAX_NAME:
            raise InvalidPayload(f"Property .schema.properties must have keys of 1 to {MAX_NAME} characters")
        if not isinstance(definition, Mapping):
            raise InvalidPayload(f"{where} must be an object")
        kind = definition.get("type")
        if kind not in {one.value for one in TYPES}:
            raise InvalidPayload(f"{where}.type must be one of {', '.join(TYPES)}")
        clean[key] = {"type": kind}
        for flag, default in _FLAGS:
            clean[key][flag] = definition.get(flag, default)
            if not isinstance(clean[key][flag], bool):
                raise InvalidPayload(f"{where}.{flag} must be a boolean")
    if len({*present, *clean}) > MAX_DEFINITIONS:
        raise InvalidPayload(
            f"Property .schema.properties must have at most {MAX_DEFINITIONS} keys, removed ones included"
        )
    return clean


def _facts(schema: CustomEventSchema) -> dict[str, Any]:
    return {"name": schema.name, "properties": schema.properties}


def _locked(schema_id: int) -> CustomEventSchema:
    rows = lock(CustomEventSchema.objects.filter(pk=schema_id))
    if not rows:
        raise NotFound.of("custom_event_schema", str(schema_id))
    return rows[0]
