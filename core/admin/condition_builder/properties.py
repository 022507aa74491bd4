"""Metadata in conditions: the keys that a schema defines, and which comparisons suit the type of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from core.metadata_types import ValueType
from core.models import MetadataSchema

ARRAY: Final = "array"
_TEXTS: Final = (ValueType.STRING, ValueType.IMAGE_URL)
_DATES: Final = (ValueType.DATE, ValueType.DATETIME)
_SCALARS: Final = (*_TEXTS, ValueType.NUMBER, ValueType.BOOLEAN, *_DATES)
_EVERY: Final = (*_SCALARS, ValueType.GEOPOINT, ValueType.OBJECT, ARRAY)
_TYPES: Final[Mapping[str, tuple[str, ...]]] = {
    "$is": (*_SCALARS, ValueType.GEOPOINT, ARRAY),
    "$is_not": (*_SCALARS, ValueType.GEOPOINT, ARRAY),
    "$in": (*_TEXTS, ValueType.NUMBER, ARRAY),
    "$not_in": (*_TEXTS, ValueType.NUMBER, ARRAY),
    "$contains": (*_TEXTS, ARRAY),
    "$not_contain": (*_TEXTS, ARRAY),
    "$starts_with": _TEXTS,
    "$ends_with": _TEXTS,
    "$more_than": (ValueType.NUMBER,),
    "$more_than_equal": (ValueType.NUMBER,),
    "$more_than_or_equal": (ValueType.NUMBER,),
    "$less_than": (ValueType.NUMBER,),
    "$less_than_equal": (ValueType.NUMBER,),
    "$less_than_or_equal": (ValueType.NUMBER,),
    "$has_value": _EVERY,
    "$is_unknown": _EVERY,
    "$count": (ARRAY,),
    "$count_more": (ARRAY,),
    "$count_less": (ARRAY,),
    "$not_differ": (ARRAY,),
    "$not_intersect": (ARRAY,),
    "$in_location": (ValueType.GEOPOINT,),
    "$not_in_location": (ValueType.GEOPOINT,),
}


def types_of(operator: str) -> list[str]:
    """The types of metadata that an operator suits; what is about days and times suits dates."""
    return [str(one) for one in _TYPES.get(operator, _DATES)]


def defined(resources: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """Resource -> `{"name", "type", "isArray"}` of the keys in its schema. One query."""
    wanted = set(resources)
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in wanted}
    for schema in MetadataSchema.objects.filter(related_object__in=wanted):
        found[schema.related_object] = [
            {"name": name, "type": definition.get("type", ""), "isArray": bool(definition.get("array"))}
            for name, definition in sorted(schema.properties.items())
            if not definition.get("deleted")
        ]
    return found
