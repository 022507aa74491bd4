"""Locations on the wire."""

from __future__ import annotations

from typing import Any

from commerce.models import Location
from core.instants import format_instant, format_optional


def location_output(location: Location) -> dict[str, Any]:
    return {
        "id": location.public_id,
        "object": "location",
        "name": location.name,
        "shape": location.shape,
        "created_at": format_instant(location.created_at),
        "updated_at": format_optional(location.updated_at),
    }
