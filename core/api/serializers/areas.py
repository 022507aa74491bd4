"""Areas and stores on the wire (contract: data file 16; its spec does not show their shape)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from core.api.fields import ListField, StrictField, TextField, WireSerializer, plain
from core.instants import format_instant, format_optional
from core.models import Area, Store
from core.services.assignments import MOST_ASSIGNMENTS, Access, Places

_PLACES = Decimal("0.000001")


class AreaChangeInput(WireSerializer):
    name = TextField(required=False, allow_blank=False, max_length=100)
    region = TextField(required=False, allow_null=True, max_length=100)
    country = TextField(required=False, allow_null=True, max_length=2)
    timezone = TextField(required=False, allow_blank=False, max_length=64, source="time_zone")
    currency = TextField(required=False, allow_blank=False, max_length=3)


class AreaInput(AreaChangeInput):
    name = TextField(allow_blank=False, max_length=100)


class DegreesField(StrictField):
    """Degrees, kept to a millionth."""

    default_error_messages = {"type": "must be a number of degrees"}

    def __init__(self, *, most: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.most = most

    def to_internal_value(self, data: Any) -> Decimal:
        if not isinstance(data, int | Decimal) or isinstance(data, bool):
            self.fail("type")
        degrees = Decimal(data)
        if abs(degrees) > self.most:
            self.fail("type")
        return degrees.quantize(_PLACES)


class PointInput(WireSerializer):
    latitude = DegreesField(most=90)
    longitude = DegreesField(most=180)


class StoreChangeInput(WireSerializer):
    """`timezone` null: that of the area; `location` null: not known."""

    name = TextField(required=False, allow_blank=False, max_length=100)
    code = TextField(required=False, allow_blank=False, max_length=100)
    timezone = TextField(required=False, allow_null=True, max_length=64, source="own_time_zone")
    location = PointInput(required=False, allow_null=True)


class StoreInput(StoreChangeInput):
    name = TextField(allow_blank=False, max_length=100)


def area_columns(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: "" if value is None else value for name, value in given.items()}


def store_columns(given: Mapping[str, Any]) -> dict[str, Any]:
    columns = {name: "" if value is None else value for name, value in given.items() if name != "location"}
    if "location" in given:
        columns |= given["location"] or {"latitude": None, "longitude": None}
    return columns


def area_output(area: Area) -> dict[str, Any]:
    """Of an area with `stores_count`."""
    return {
        "id": area.public_id,
        "name": area.name,
        "region": area.region or None,
        "country": area.country or None,
        "timezone": area.time_zone,
        "currency": area.currency,
        "stores_count": area.stores_count,  # type: ignore[attr-defined]
        "created_at": format_instant(area.created_at),
        "updated_at": format_optional(area.updated_at),
        "object": "area",
    }


def store_output(store: Store) -> dict[str, Any]:
    """Of a store with its area."""
    point = None
    if store.latitude is not None:
        point = {"latitude": plain(store.latitude), "longitude": plain(store.longitude)}
    return {
        "id": store.public_id,
        "area_id": store.area.public_id,
        "name": store.name,
        "code": store.code,
        "timezone": store.own_time_zone or None,
        "location": point,
        "created_at": format_instant(store.created_at),
        "updated_at": format_optional(store.updated_at),
        "object": "area_store",
    }


class PlacesInput(WireSerializer):
    areas_ids = ListField(child=TextField(max_length=64), required=False, max_length=MOST_ASSIGNMENTS)
    area_stores_ids = ListField(child=TextField(max_length=64), required=False, max_length=MOST_ASSIGNMENTS)
    area_all_stores_ids = ListField(
        child=TextField(max_length=64), required=False, max_length=MOST_ASSIGNMENTS
    )


class AccessInput(WireSerializer):
    """`access_settings` of campaigns."""

    assign = PlacesInput(required=False, allow_null=True)
    unassign = PlacesInput(required=False, allow_null=True)


def access_of(given: Mapping[str, Any] | None) -> Access | None:
    """What `access_settings` say; None: nothing."""
    if given is None:
        return None
    return Access(assign=_places(given.get("assign") or {}), unassign=_places(given.get("unassign") or {}))


def _places(given: Mapping[str, Any]) -> Places:
    return Places(
        areas=tuple(given.get("areas_ids") or ()),
        stores=tuple(given.get("area_stores_ids") or ()),
        all_stores=tuple(given.get("area_all_stores_ids") or ()),
    )
