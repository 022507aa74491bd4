"""Metadata schemas: who may carry which keys, and the check that every service with metadata makes.

Contract: data file 11. Without a schema for a kind of object everything is allowed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError, transaction

from core import audit
from core.actors import Actor
from core.errors import DomainError, DuplicateFound, InvalidPayload, NotFound
from core.locking import lock
from core.metadata_types import MAX_NAME, ValueType, clean_definition, complaints
from core.models import MetadataSchema
from core.prepared import Prepared

STANDARD_RESOURCES: Final = (
    "campaign",
    "customer",
    "earning_rule",
    "loyalty_tier",
    "order",
    "order_item",
    "product",
    "promotion_tier",
    "publication",
    "redemption",
    "reward",
    "voucher",
)
MAX_DEFINITIONS: Final = 100
_wanted: Final = Prepared(MetadataSchema, "related_object = %s OR related_object <> ALL(%s)")

Definitions = Mapping[str, Mapping[str, Any]]


class MetadataInvalid(DomainError):
    key = "metadata_validation_failed"
    message = "Metadata validation failed"


def check(*, resource: str, metadata: Mapping[str, Any], creating: bool) -> None:
    """Hold `metadata` of one object against the schema of `resource` (`customer`, `voucher`, …). One query.

    With `creating`, keys that are not optional must be there; on update only the keys that are sent count.

    :raises MetadataInvalid: `details` says `<key>: must be … (actual value is …)`.
    """
    if creating or metadata:
        rulebook(resource=resource).check(metadata=metadata, creating=creating)


@dataclass(frozen=True, kw_only=True)
class Rulebook:
    """The schema of one resource and those that its objects may nest. `own` is None where there is no schema.

    For bulk work: load once with `rulebook()`, then `check()` each row without a query.
    """

    resource: str
    own: MetadataSchema | None
    nested: Mapping[str, MetadataSchema]

    def check(self, *, metadata: Mapping[str, Any], creating: bool) -> None:
        """:raises MetadataInvalid: the first key that breaks its definition."""
        if self.own is None:
            return
        for complaint in self._complaints(self.own, metadata, creating=creating, path=""):
            raise MetadataInvalid(complaint)

    def _complaints(
        self, schema: MetadataSchema, metadata: Mapping[str, Any], *, creating: bool, path: str
    ) -> Iterator[str]:
        active: Definitions = {
            key: definition for key, definition in schema.properties.items() if not definition.get("deleted")
        }
        for key, definition in active.items():
            is_missing = key not in metadata if creating else False
            is_emptied = key in metadata and metadata[key] is None
            if not definition.get("optional", True) and (is_missing or is_emptied):
                yield f"{path}{key}: is required"
        for key, value in metadata.items():
            if key not in active:
                if schema.allow_defined_only:
                    yield f"{path}{key}: is not defined in the metadata schema of {schema.related_object}"
            elif value is not None:
                for text in complaints(active[key], value):
                    yield f"{path}{key}: {text}"
                yield from self._inside(active[key], value, f"{path}{key}.", is_nested=bool(path))

    def _inside(
        self, definition: Mapping[str, Any], value: Any, path: str, *, is_nested: bool
    ) -> Iterator[str]:
        """Hold an object against its own schema, one level deep; it must have its required keys."""
        schema = self.nested.get(definition.get("object_type") or "")
        if definition["type"] != ValueType.OBJECT or is_nested or schema is None:
            return
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, Mapping):
                yield from self._complaints(schema, item, creating=True, path=path)


def rulebook(*, resource: str) -> Rulebook:
    """The schema of `resource` with every custom schema that it may nest (one query)."""
    schemas = {schema.related_object: schema for schema in _wanted(resource, list(STANDARD_RESOURCES))}
    return Rulebook(resource=resource, own=schemas.get(resource), nested=schemas)


@transaction.atomic
def create(
    *,
    related_object: str,
    properties: Mapping[str, Any],
    actor: Actor,
    now: datetime,
    allow_defined_only: bool = False,
) -> MetadataSchema:
    """Define the metadata of `related_object`: one of `STANDARD_RESOURCES` or an own name, for nesting.

    :raises InvalidPayload: a definition has a wrong shape, or there are more than 100.
    :raises DuplicateFound: the object has a schema.
    """
    if not related_object.strip() or len(related_object) > MAX_NAME:
        raise InvalidPayload(f"Property .related_object must be a string of 1 to {MAX_NAME} characters")
    schema = MetadataSchema(
        related_object=related_object,
        allow_defined_only=allow_defined_only,
        properties=_clean(properties, {}),
        created_at=now,
    )
    try:
        with transaction.atomic():
            schema.save(force_insert=True)
    except IntegrityError as error:
        raise DuplicateFound(
            f"Duplicated metadata_schema exists with related_object {related_object}"
        ) from error
    audit.log(actor, "metadata_schema.created", schema, now=now, after=_facts(schema))
    return schema


@transaction.atomic
def update(
    *,
    schema_id: int,
    actor: Actor,
    now: datetime,
    properties: Mapping[str, Any] | None = None,
    allow_defined_only: bool | None = None,
) -> MetadataSchema:
    """Merge definitions into a schema: one that is sent replaces its former self wholly, the others stay.

    None means: leave as it is. A key is taken out of use by `deleted: true` and can be restored the same way.

    :raises InvalidPayload: wrong shape, too many definitions, or the type of a key would change.
    """
    schema = _locked(schema_id)
    before = _facts(schema)
    if properties is not None:
        schema.properties = {**schema.properties, **_clean(properties, schema.properties)}
    if allow_defined_only is not None:
        schema.allow_defined_only = allow_defined_only
    schema.updated_at = now
    schema.save(update_fields=["properties", "allow_defined_only", "updated_at"])
    old, new = audit.changes(before, _facts(schema))
    audit.log(actor, "metadata_schema.updated", schema, now=now, before=old, after=new)
    return schema


@transaction.atomic
def delete(*, schema_id: int, actor: Actor, now: datetime) -> None:
    """Forget the definitions. Metadata that objects carry stays."""
    schema = _locked(schema_id)
    audit.log(actor, "metadata_schema.deleted", schema, now=now, before=_facts(schema))
    schema.delete()


def _clean(properties: Mapping[str, Any], present: Definitions) -> dict[str, dict[str, Any]]:
    clean: dict[str, dict[str, Any]] = {}
    for key, definition in properties.items():
        if not key.strip() or len(key) > MAX_NAME:
            raise InvalidPayload(f"Property .properties must have keys of 1 to {MAX_NAME} characters")
        try:
            clean[key] = clean_definition(definition)
        except ValueError as error:
            raise InvalidPayload(f"Property .properties.{key}{error}") from error
        if key in present and present[key]["type"] != clean[key]["type"]:
            raise InvalidPayload(f"Property .properties.{key}.type must stay {present[key]['type']}")
    if len({*present, *clean}) > MAX_DEFINITIONS:
        raise InvalidPayload(
            f"Property .properties must have at most {MAX_DEFINITIONS} definitions, removed ones included"
        )
    return clean


def _facts(schema: MetadataSchema) -> dict[str, Any]:
    return {"allow_defined_only": schema.allow_defined_only, "properties": schema.properties}


def _locked(schema_id: int) -> MetadataSchema:
    rows = lock(MetadataSchema.objects.filter(pk=schema_id))
    if not rows:
        raise NotFound.of("metadata_schema", str(schema_id))
    return rows[0]
