"""/v1/locations"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from commerce.models import Location
from commerce.services import locations
from core.actors import Actor
from core.errors import DuplicateFound, InvalidPayload, ResourceInUse
from tests.commerce.api.doors import check_not_found
from tests.factories.commerce import CREATED_AT, CustomerFactory, SegmentFactory

URL = "/v1/locations"
ACTOR = Actor.system("test")
CIRCLE = {"type": "circle", "format": "distance", "distance": {"center": "52.23,21.01", "radius": "10 km"}}


def located(name: str, days: int = 0, shape: Any = CIRCLE) -> Location:
    return locations.create(name=name, shape=shape, actor=ACTOR, now=CREATED_AT + timedelta(days=days))


def test_reads_one(api: APIClient) -> None:
    location = located("Warsaw")

    body = api.get(f"{URL}/{location.public_id}").json()

    assert body == {
        "id": location.public_id,
        "object": "location",
        "name": "Warsaw",
        "shape": CIRCLE,
        "created_at": "2026-03-01T09:00:00.000Z",
        "updated_at": None,
    }
    check_not_found(api.get(f"{URL}/loc_none"), "location", "loc_none")


def test_lists_newest_first_by_filters(api: APIClient) -> None:
    first, second = located("Warsaw"), located("Berlin", days=1)

    body = api.get(URL).json()

    assert list(body) == ["object", "data_ref", "data", "total", "has_more"]
    assert [row["id"] for row in body["data"]] == [second.public_id, first.public_id]
    named = api.get(f"{URL}?filters[name][conditions][$contains]=Wars").json()
    assert [row["name"] for row in named["data"]] == ["Warsaw"]
    assert api.get(f"{URL}?end_date=2026-03-01T10:00:00Z&order=created_at").json()["total"] == 1
    assert api.get(f"{URL}?order=name").status_code == 400


def test_keys_rights_and_methods(doors: Any) -> None:
    doors(URL, ["GET"])
    doors(f"{URL}/{located('Warsaw').public_id}", ["GET"])


def test_segments_ask_for_places(api: APIClient) -> None:
    location = located("Warsaw")
    inside = CustomerFactory(metadata={"home": "geo:52.22,21.02"})
    CustomerFactory(metadata={"home": "geo:50.06,19.94"})
    CustomerFactory()
    filter = {"junction": "and", "metadata.home": {"conditions": {"$in_location": [location.public_id]}}}
    segment = api.post("/v1/segments", {"name": "S", "type": "passive", "filter": filter}).json()["id"]

    found = api.get(f"/v1/customers?segment_id={segment}").json()

    assert [row["id"] for row in found["customers"]] == [inside.public_id]


@pytest.mark.django_db
def test_a_used_location_is_not_deleted() -> None:
    location = located("Warsaw")
    filter = {"metadata.home": {"conditions": {"$in_location": [location.public_id]}}}
    SegmentFactory(name="Near", type="passive", filter=filter)

    with pytest.raises(ResourceInUse, match="segment Near"):
        locations.delete(location_id=location.pk, actor=ACTOR, now=CREATED_AT)

    assert Location.objects.filter(pk=location.pk).exists()


@pytest.mark.django_db
def test_refuses_no_shape_and_a_name_that_is_taken() -> None:
    located("Warsaw")

    with pytest.raises(InvalidPayload):
        located("Berlin", shape={"type": "circle"})
    with pytest.raises(DuplicateFound):
        located("Warsaw")

    assert Location.objects.count() == 1
