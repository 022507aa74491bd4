"""Who works in single areas sees and uses what applies there, and finds nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from core.models import Area, Store
from promotions.models import Campaign, Voucher
from tests.factories.areas import applies_in, area, client_of, store
from tests.factories.promotions import CampaignFactory, PromotionTierFactory, VoucherFactory, percent

pytestmark = pytest.mark.django_db
ORDER = {"amount": 10_000}


@pytest.fixture
def bavaria(db: None) -> Area:
    return area("Bavaria", zone="Europe/Berlin")


@pytest.fixture
def munich(bavaria: Area) -> Store:
    return store(bavaria, "munich-1", name="Munich Centre")


@pytest.fixture
def hamburg(db: None) -> Store:
    return store(area("Hamburg", zone="Europe/Berlin"), "hamburg-1", name="Hamburg Harbour")


def code_of(campaign: Campaign, code: str) -> Voucher:
    made: Voucher = VoucherFactory(code=code, campaign=campaign)
    return made


def asks(code: str, **more: Any) -> dict[str, Any]:
    return {"redeemables": [{"object": "voucher", "id": code}], "order": ORDER, **more}


OVERLAPS = [
    ("area", "area", True),
    ("stores", "stores", True),
    ("store", "store", True),
    ("stores", "store", True),
    ("store", "stores", True),
    ("area", "stores", False),
    ("area", "store", False),
    ("stores", "area", False),
    ("store", "area", False),
]


@pytest.mark.parametrize(("works", "applies", "is_seen"), OVERLAPS)
def test_three_levels_none_of_which_implies_another(
    works: str, applies: str, is_seen: bool, munich: Store
) -> None:
    place = {
        "area": {"area": munich.area},
        "stores": {"all_stores_of": munich.area},
        "store": {"store": munich},
    }
    campaign = applies_in(CampaignFactory(), **place[applies])
    caller = client_of(place[works])

    found = caller.get(f"/v1/campaigns/{campaign.public_id}")
    listed = caller.get("/v1/campaigns").json()

    assert found.status_code == (200 if is_seen else 404)
    assert listed["total"] == int(is_seen)


def test_a_store_is_not_the_one_next_to_it(munich: Store) -> None:
    campaign = applies_in(CampaignFactory(), store=munich)

    caller = client_of({"store": store(munich.area, "munich-2")})

    assert caller.get(f"/v1/campaigns/{campaign.public_id}").status_code == 404


def test_stores_that_come_later_belong_to_all_stores(munich: Store) -> None:
    applies_in(CampaignFactory(), all_stores_of=munich.area)

    later = client_of({"store": store(munich.area, "munich-9")})

    assert later.get("/v1/campaigns").json()["total"] == 1


def test_what_is_out_of_reach_answers_as_what_never_was(munich: Store, hamburg: Store) -> None:
    foreign = applies_in(CampaignFactory(), store=hamburg)
    nowhere = CampaignFactory()
    tier = PromotionTierFactory(campaign=applies_in(CampaignFactory(promotion=True), store=hamburg))
    code_of(foreign, "FOREIGN")
    code_of(nowhere, "NOWHERE")
    VoucherFactory(code="GENERIC")
    caller = client_of({"store": munich})

    def body(path: str, name: str, missing: str) -> tuple[int, str]:
        answer = caller.get(path.format(name))
        return answer.status_code, answer.content.decode().replace(name, missing).split('"request_id"')[0]

    for path, name, missing in [
        ("/v1/campaigns/{}", foreign.public_id, "camp_none"),
        ("/v1/campaigns/{}", nowhere.name, "camp_none"),
        ("/v1/vouchers/{}", "FOREIGN", "NONE"),
        ("/v1/vouchers/{}", "NOWHERE", "NONE"),
        ("/v1/vouchers/{}", "GENERIC", "NONE"),
        ("/v1/promotions/tiers/{}", tier.public_id, "promo_none"),
    ]:
        assert body(path, name, missing) == body(path, missing, missing), path
        assert body(path, name, missing)[0] == 404


@pytest.mark.parametrize("code", ["FOREIGN", "GENERIC", "NONE"])
def test_foreign_codes_are_refused_as_unknown_ones(code: str, munich: Store, hamburg: Store) -> None:
    code_of(applies_in(CampaignFactory(), store=hamburg), "FOREIGN")
    VoucherFactory(code="GENERIC")
    caller = client_of({"store": munich})

    validated = caller.post("/v1/validations", asks(code), format="json").json()
    redeemed = caller.post("/v1/redemptions", asks(code), format="json")

    assert [one["result"]["error"]["key"] for one in validated["redeemables"]] == ["not_found"]
    assert redeemed.status_code == 404
    assert Voucher.objects.exclude(redeemed_quantity=0).count() == 0


def test_own_codes_work_and_their_uses_are_listed(munich: Store, hamburg: Store, api: APIClient) -> None:
    code_of(applies_in(CampaignFactory(), all_stores_of=munich.area), "OWN")
    code_of(applies_in(CampaignFactory(), store=hamburg), "FOREIGN")
    caller = client_of({"store": munich})
    in_hamburg = {"metadata": {"store": "hamburg-1"}}
    assert api.post("/v1/redemptions", asks("FOREIGN", **in_hamburg), format="json").status_code == 200

    answer = caller.post("/v1/redemptions", asks("OWN"), format="json")

    assert answer.status_code == 200, answer.content
    assert caller.get("/v1/redemptions").json()["total"] == 1
    assert api.get("/v1/redemptions").json()["total"] == 2


def test_only_what_is_in_reach_qualifies(munich: Store, hamburg: Store) -> None:
    tiers = {}
    for place, name in ((munich, "Here"), (hamburg, "There"), (None, "Nowhere")):
        campaign = CampaignFactory(promotion=True)
        if place is not None:
            applies_in(campaign, store=place)
        tiers[name] = PromotionTierFactory(campaign=campaign, name=name, discount=percent(10))
    caller = client_of({"store": munich})

    answer = caller.post("/v1/qualifications", {"scenario": "ALL", "order": ORDER}, format="json").json()

    assert [one["id"] for one in answer["redeemables"]["data"]] == [tiers["Here"].public_id]
    assert answer["redeemables"]["total"] == 1


def test_new_campaigns_of_a_restricted_caller_are_in_his_places(munich: Store, hamburg: Store) -> None:
    caller = client_of({"store": munich})
    wanted = {"name": "Mine", "campaign_type": "DISCOUNT_COUPONS", "voucher": {"discount": percent(5)}}

    made = caller.post("/v1/campaigns", wanted, format="json")
    beyond = {"assign": {"area_stores_ids": [hamburg.public_id]}}
    refused = caller.post(
        "/v1/campaigns", {**wanted, "name": "Theirs", "access_settings": beyond}, format="json"
    )

    assert made.status_code == 200, made.content
    assert Campaign.objects.get(name="Mine").places == [
        f"some:{munich.area.public_id}",
        f"store:{munich.public_id}@{munich.area.public_id}",
    ]
    assert (refused.status_code, refused.json()["key"]) == (403, "forbidden")
    assert not Campaign.objects.filter(name="Theirs").exists()


def test_only_who_has_all_places_of_a_campaign_may_change_it(munich: Store, hamburg: Store) -> None:
    shared = applies_in(applies_in(CampaignFactory(), store=munich), store=hamburg)
    own = applies_in(CampaignFactory(), store=munich)
    code_of(shared, "SHARED")
    caller = client_of({"all_stores_of": munich.area})
    change = {"description": "Changed"}

    shown = caller.get(f"/v1/campaigns/{shared.public_id}").json()
    refused = caller.put(f"/v1/campaigns/{shared.public_id}", change, format="json")
    code = caller.put("/v1/vouchers/SHARED", {"active": False}, format="json")
    gone = caller.delete(f"/v1/campaigns/{shared.public_id}")
    changed = caller.put(f"/v1/campaigns/{own.public_id}", change, format="json")

    assert shown["readonly"] is True
    assert {one.status_code for one in (refused, code, gone)} == {403}
    assert changed.status_code == 200
    assert changed.json()["readonly"] is False
    assert Campaign.objects.get(pk=shared.pk).description == ""
    assert Campaign.objects.get(pk=shared.pk).deleted_at is None


def test_codes_without_a_campaign_are_made_by_those_who_work_everywhere(munich: Store) -> None:
    caller = client_of({"store": munich})

    answer = caller.post("/v1/vouchers", {"type": "DISCOUNT_VOUCHER", "discount": percent(5)}, format="json")

    assert (answer.status_code, answer.json()["key"]) == (403, "forbidden")
    assert Voucher.objects.count() == 0


def test_a_restricted_key_without_places_sees_nothing(munich: Store, api: APIClient) -> None:
    applies_in(CampaignFactory(), area=munich.area)

    assert client_of().get("/v1/campaigns").json()["total"] == 0
    assert api.get("/v1/campaigns").json()["total"] == 1
