"""Filters of segments and collections, checked before they are stored."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from commerce.models import Location
from commerce.selectors.filter_fields import locations_named
from core import project
from core.api.filters import FilterFields, WireFilters
from core.errors import InvalidPayload
from core.exact import exact


def checked(wire: Mapping[str, Any] | None, *tables: FilterFields, now: datetime) -> Mapping[str, Any]:
    """A filter that each of the tables understands, so that it cannot fail later. `junction` may be missing.

    :raises InvalidPayload: it asks for nothing, cannot be read, or names a location that does not exist.
    """
    asked = dict(wire or {})
    if not set(asked) - {"junction"}:
        raise InvalidPayload("Property .filter must have at least one condition")
    for fields in tables:
        WireFilters.parse(exact(asked), fields, now=now, zone=project.current().zone, refusal=InvalidPayload)
    wanted = locations_named(asked)
    known = set(Location.objects.filter(public_id__in=wanted).values_list("public_id", flat=True))
    if wanted - known:
        raise InvalidPayload(f"There is no location {min(wanted - known)}.")
    return asked
