"""A campaign of some areas and stores applies there and nowhere else."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from core.actors import Role
from core.models import Store
from promotions.models import Voucher
from tests.factories.areas import applies_in, area, client_of, store
from tests.factories.promotions import CampaignFactory, VoucherFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def munich(db: None) -> Store:
    return store(area("Bavaria", zone="Europe/Berlin"), "munich-1", name="Munich Centre")


@pytest.fixture
def hamburg(db: None) -> Store:
    return store(area("Hamburg", zone="Europe/Berlin"), "hamburg-1", name="Hamburg Harbour")


@pytest.fixture
def code(munich: Store) -> Voucher:
    campaign = applies_in(CampaignFactory(), all_stores_of=munich.area)
    made: Voucher = VoucherFactory(code="BAVARIA", campaign=campaign)
    return made


def asks(*, on: str = "", order: str = "") -> dict[str, Any]:
    """`on` is the store of the redemption's metadata, `order` that of the order's."""
    return {
        "redeemables": [{"object": "voucher", "id": "BAVARIA"}],
        "order": {"amount": 10_000, "metadata": {"store": order} if order else {}},
        "metadata": {"store": on} if on else {},
    }


def refusal(caller: APIClient, body: dict[str, Any], **headers: Any) -> dict[str, Any] | None:
    answer = caller.post("/v1/validations", body, format="json", headers=headers or None).json()
    if answer["valid"]:
        return None
    found: dict[str, Any] = answer["redeemables"][0]["result"]["error"]
    return found


def test_it_applies_in_its_stores_and_is_refused_elsewhere(
    api: APIClient, code: Voucher, hamburg: Store
) -> None:
    assert refusal(api, asks(on="munich-1")) is None
    assert refusal(api, asks(order="munich-1")) is None

    elsewhere, nowhere, unknown = (refusal(api, asks(on=name)) for name in ("hamburg-1", "", "rome-1"))

    assert elsewhere is not None
    assert elsewhere["key"] == "outside_areas"
    assert "BAVARIA applies only in the stores of Bavaria; this is Hamburg Harbour" in elsewhere["details"]
    assert nowhere is not None
    assert "the request names no store" in nowhere["details"]
    assert unknown is not None
    assert "there is no store “rome-1”" in unknown["details"]


def test_a_redemption_elsewhere_changes_nothing(api: APIClient, code: Voucher, hamburg: Store) -> None:
    refused = api.post("/v1/redemptions", asks(on="hamburg-1"), format="json")
    done = api.post("/v1/redemptions", asks(on="munich-1"), format="json")

    assert (refused.status_code, refused.json()["key"]) == (400, "outside_areas")
    assert done.status_code == 200
    code.refresh_from_db()
    assert code.redeemed_quantity == 1


def test_the_redemption_speaks_before_its_order_and_the_header_before_both(
    api: APIClient, code: Voucher, hamburg: Store
) -> None:
    assert refusal(api, asks(on="munich-1", order="hamburg-1")) is None
    assert refusal(api, asks(on="munich-1"), **{"X-Fanfare-Store": "hamburg-1"}) is not None
    assert refusal(api, asks(on="hamburg-1"), **{"X-Fanfare-Store": "munich-1"}) is None


def test_a_key_of_one_store_is_in_that_store_whatever_it_sends(code: Voucher, hamburg: Store) -> None:
    till = client_of({"store": Store.objects.get(code="munich-1")}, role=Role.MERCHANT)

    assert refusal(till, asks(on="hamburg-1"), **{"X-Fanfare-Store": "hamburg-1"}) is None


def test_a_campaign_of_an_area_applies_in_each_of_its_stores(api: APIClient, munich: Store) -> None:
    VoucherFactory(code="BAVARIA", campaign=applies_in(CampaignFactory(), area=munich.area))

    assert refusal(api, asks(on="munich-1")) is None
    assert refusal(api, asks()) is not None


def test_who_has_several_places_may_use_what_applies_in_one_of_them(code: Voucher, hamburg: Store) -> None:
    munich = Store.objects.get(code="munich-1")
    caller = client_of({"store": munich}, {"store": hamburg})

    assert refusal(caller, asks()) is None
    assert refusal(caller, asks(on="hamburg-1")) is not None


def test_what_applies_everywhere_asks_for_no_store(api: APIClient, hamburg: Store) -> None:
    VoucherFactory(code="BAVARIA", campaign=CampaignFactory())

    for name in ("", "hamburg-1", "rome-1"):
        assert refusal(api, asks(on=name)) is None


def test_only_what_applies_here_qualifies(api: APIClient, code: Voucher, hamburg: Store) -> None:
    Voucher.objects.filter(pk=code.pk).update(
        campaign=applies_in(CampaignFactory(type="STANDALONE"), store=hamburg)
    )

    def offered(store_code: str) -> list[str]:
        body = {"scenario": "ALL", "order": {"amount": 10_000}, "metadata": {"store": store_code}}
        data = api.post("/v1/qualifications", body, format="json").json()["redeemables"]["data"]
        return [one["id"] for one in data]

    assert offered("hamburg-1") == ["BAVARIA"]
    assert offered("munich-1") == []


def test_the_explanation_names_the_places(api: APIClient, code: Voucher, hamburg: Store) -> None:
    body = {**asks(on="hamburg-1"), "options": {"explain": True}}

    answer = api.post("/v1/validations", body, format="json").json()

    text = str(answer)
    assert "the stores of Bavaria" in text
    assert "Hamburg Harbour" in text


def test_access_settings_assign_and_unassign(api: APIClient, munich: Store, hamburg: Store) -> None:
    ids = {"areas_ids": [munich.area.public_id], "area_stores_ids": [hamburg.public_id]}
    wanted = {
        "name": "Settled",
        "campaign_type": "DISCOUNT_COUPONS",
        "voucher": {"discount": {"type": "PERCENT", "percent_off": 10}},
        "access_settings": {"assign": {**ids, "area_all_stores_ids": [hamburg.area.public_id]}},
    }

    def listed(query: str = "") -> list[dict[str, Any]]:
        path = f"/v1/campaigns?expand=access_settings_assignments{query}"
        found = api.get(path).json()["campaigns"]
        return [row for one in found for row in one["access_settings_assignments"]["data"]]

    made = api.post("/v1/campaigns", wanted, format="json")
    first = listed()
    api.put(f"/v1/campaigns/{made.json()['id']}", {"access_settings": {"unassign": ids}}, format="json")

    assert made.status_code == 200, made.content
    assert {(one["area_id"], one["all_stores"], one.get("area_store_id")) for one in first} == {
        (munich.area.public_id, False, None),
        (hamburg.area.public_id, True, None),
        (hamburg.area.public_id, False, hamburg.public_id),
    }
    assert {one["object"] for one in first} == {"area_store_campaign_assignment"}
    assert [one["all_stores"] for one in listed()] == [True]
    assert "readonly" not in made.json()
    assert len(listed(f"&access_settings[filter][area_all_stores_ids][0]={hamburg.area.public_id}")) == 1
    assert listed(f"&access_settings[filter][areas_ids][0]={munich.area.public_id}") == []


@pytest.mark.parametrize("name", ["areas_ids", "area_stores_ids", "area_all_stores_ids"])
def test_unknown_places_are_refused_and_nothing_is_made(api: APIClient, name: str) -> None:
    wanted = {
        "name": "Lost",
        "campaign_type": "DISCOUNT_COUPONS",
        "voucher": {"discount": {"type": "PERCENT", "percent_off": 10}},
        "access_settings": {"assign": {name: ["ar_none"]}},
    }

    assert api.post("/v1/campaigns", wanted, format="json").status_code == 404
    assert api.get("/v1/campaigns").json()["total"] == 0
