"""`/v1/areas` and its twin of the management API, with their stores."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from core.models import Area, ProjectSettings, Store
from tests.conftest import NOW as BORN
from tests.factories.areas import applies_in, area, client_of, key_of, store
from tests.factories.promotions import CampaignFactory

pytestmark = pytest.mark.django_db
BAVARIA = {
    "name": "Bavaria",
    "region": "South",
    "country": "DE",
    "timezone": "Europe/Berlin",
    "currency": "EUR",
}
MUNICH = {
    "name": "Munich Centre",
    "code": "munich-1",
    "timezone": "Europe/Vienna",
    "location": {"latitude": 48.137154, "longitude": 11.576124},
}


def made(api: APIClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = api.post(path, body, format="json")
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def test_an_area_and_a_store_from_their_making_to_their_end(api: APIClient) -> None:
    bavaria = made(api, "/v1/areas", BAVARIA)
    path = f"/v1/areas/{bavaria['id']}"
    munich = made(api, f"{path}/stores", MUNICH)

    assert bavaria == {
        **BAVARIA,
        "id": bavaria["id"],
        "stores_count": 0,
        "created_at": bavaria["created_at"],
        "updated_at": None,
        "object": "area",
    }
    assert munich == {
        **MUNICH,
        "id": munich["id"],
        "area_id": bavaria["id"],
        "created_at": munich["created_at"],
        "updated_at": None,
        "object": "area_store",
    }
    assert bavaria["id"].startswith("ar_")
    assert munich["id"].startswith("ars_")
    assert api.get("/v1/areas").json()["data"][0]["stores_count"] == 1
    changed = api.put(f"{path}/stores/{munich['id']}", {"timezone": None, "location": None}, format="json")
    assert (changed.json()["timezone"], changed.json()["location"]) == (None, None)
    assert api.delete(path).json()["key"] == "resource_in_use"
    assert api.delete(f"{path}/stores/{munich['id']}").status_code == 204
    assert api.put(path, {"currency": "CHF"}, format="json").json()["currency"] == "CHF"
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404


def test_the_management_api_does_the_same(management_api: APIClient, settings_row: ProjectSettings) -> None:
    base = f"/management/v1/projects/{settings_row.public_id}/areas"
    bavaria = made(management_api, base, BAVARIA)
    munich = made(management_api, f"{base}/{bavaria['id']}/stores", MUNICH)

    listed = management_api.get(f"{base}/{bavaria['id']}/stores").json()

    assert (listed["data_ref"], listed["total"], listed["data"]) == ("data", 1, [munich])
    assert management_api.get(base).json()["data"][0]["id"] == bavaria["id"]
    assert management_api.get("/management/v1/projects/proj_none/areas").status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"timezone": "Europe/Nowhere"},
        {"currency": "euro"},
        {"currency": "eur"},
        {"country": "Germany"},
        {"country": "de"},
        {"name": "x" * 101},
    ],
)
def test_a_wrong_area_is_refused(api: APIClient, wrong: dict[str, Any]) -> None:
    answer = api.post("/v1/areas", {**BAVARIA, **wrong}, format="json")

    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_payload")
    assert Area.objects.count() == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"location": {"latitude": 91, "longitude": 0}},
        {"location": {"latitude": 1}},
        {"location": {"latitude": "1", "longitude": 1}},
        {"timezone": "Mars"},
        {"code": "ars_1"},
        {"name": ""},
    ],
)
def test_a_wrong_store_is_refused(api: APIClient, wrong: dict[str, Any]) -> None:
    path = f"/v1/areas/{area('Bavaria').public_id}/stores"

    answer = api.post(path, {**MUNICH, **wrong}, format="json")

    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_payload")
    assert Store.objects.count() == 0


def test_names_of_areas_and_codes_of_stores_are_there_once(api: APIClient) -> None:
    first, second = area("Bavaria"), area("Hesse")
    store(first, "munich-1")

    again = api.post("/v1/areas", BAVARIA, format="json")
    elsewhere = api.post(f"/v1/areas/{second.public_id}/stores", MUNICH, format="json")

    assert [one.status_code for one in (again, elsewhere)] == [409, 409]


def test_a_hundred_is_the_most(api: APIClient) -> None:
    Area.objects.bulk_create(
        Area(name=f"Area {n}", time_zone="UTC", currency="EUR", created_at=BORN) for n in range(100)
    )
    first = Area.objects.earliest("pk")
    Store.objects.bulk_create(
        Store(area=first, name=f"{n}", code=f"{n}", created_at=BORN) for n in range(100)
    )
    campaign = CampaignFactory()
    every = {"assign": {"area_stores_ids": list(Store.objects.values_list("public_id", flat=True))}}
    one_more = {"assign": {"areas_ids": [first.public_id]}}

    def assign(access: dict[str, Any]) -> int:
        answer = api.put(f"/v1/campaigns/{campaign.public_id}", {"access_settings": access}, format="json")
        return answer.status_code

    assert api.post("/v1/areas", BAVARIA, format="json").status_code == 400
    assert api.post(f"/v1/areas/{first.public_id}/stores", MUNICH, format="json").status_code == 400
    assert assign(every) == 200
    assert assign(one_more) == 400


def test_what_is_assigned_stays(api: APIClient) -> None:
    munich = store(area("Bavaria"), "munich-1")
    applies_in(CampaignFactory(name="Spring"), store=munich)
    key_of({"store": munich})

    answer = api.delete(f"/v1/areas/{munich.area.public_id}/stores/{munich.public_id}")

    assert (answer.status_code, answer.json()["key"]) == (400, "resource_in_use")
    assert answer.json()["details"] == "It is still assigned: API key Local key, campaign Spring."
    assert Store.objects.filter(pk=munich.pk).exists()


def test_who_may_what(api_as: Callable[[str], APIClient]) -> None:
    munich = store(area("Bavaria"), "munich-1")
    path = f"/v1/areas/{munich.area.public_id}"

    for role in ("USER", "SUPPORT", "VIEWER", "MERCHANT"):
        caller = api_as(role)
        assert caller.get(path).status_code == 200
        assert caller.delete(f"{path}/stores/{munich.public_id}").status_code == 403


def test_who_works_in_single_areas_sees_those(api: APIClient) -> None:
    munich, hamburg = store(area("Bavaria"), "munich-1"), store(area("Hamburg"), "hamburg-1")
    caller = client_of({"store": munich})

    assert [one["name"] for one in caller.get("/v1/areas").json()["data"]] == ["Bavaria"]
    assert caller.get(f"/v1/areas/{hamburg.area.public_id}").status_code == 404
    assert api.get("/v1/areas").json()["total"] == 2
