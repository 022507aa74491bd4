"""`/v1/rewards` and the assignments below it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from core.models import AuditEntry, OutboxEvent
from promotions.models import Campaign, Reward, RewardAssignment
from tests.factories.commerce import ProductFactory, SkuFactory
from tests.factories.promotions import CampaignFactory, ValidationRuleFactory
from tests.loyalty.books import programme

pytestmark = pytest.mark.django_db

PATH = "/v1/rewards"
COIN = {"name": "Cash", "parameters": {"coin": {"exchange_ratio": "0.5", "points_ratio": "10"}}}


def gifts() -> Campaign:
    kind = Campaign.CampaignType.GIFT_VOUCHERS
    return CampaignFactory(
        campaign_type=kind, discount=None, gift={"amount": 500, "effect": "APPLY_TO_ORDER"}
    )


def made(api: APIClient, body: Any) -> dict[str, Any]:
    answer = api.post(PATH, body)
    assert answer.status_code == 200, answer.json()
    return dict(answer.json())


def test_a_coupon_a_gift_a_product_and_paying_with_points(api: APIClient) -> None:
    coupons, cards = CampaignFactory(), gifts()
    sku = SkuFactory(product=ProductFactory(source_id="mug"), source_id="mug-blue")
    mug = {
        "name": "Mug",
        "parameters": {"product": {"id": sku.product.public_id, "sku_id": sku.public_id}},
        "stock": 5,
        "attributes": {"image_url": "https://shop.example/mug.png", "description": "Blue"},
        "metadata": {"colour": "blue"},
    }

    coupon = made(api, {"name": "Ten", "parameters": {"campaign": {"id": coupons.public_id}}})
    gift = made(api, {"name": "Gift", "parameters": {"campaign": {"id": cards.public_id, "balance": 700}}})
    product = made(api, mug)
    coin = made(api, COIN)

    assert coupon["type"] == gift["type"] == "CAMPAIGN"
    assert coupon["parameters"] == {"campaign": {"id": coupons.public_id, "type": "DISCOUNT_COUPONS"}}
    assert gift["parameters"]["campaign"]["balance"] == 700
    assert (product["type"], product["stock"], product["redeemed"]) == ("MATERIAL", 5, 0)
    assert product["parameters"] == {"product": {"id": sku.product.public_id, "sku_id": sku.public_id}}
    assert (product["attributes"], product["metadata"]) == (mug["attributes"], {"colour": "blue"})
    assert (coin["type"], coin["parameters"]) == (
        "COIN",
        {"coin": {"exchange_ratio": 0.5, "points_ratio": 10}},
    )
    listed = api.get(PATH).json()
    assert [row["name"] for row in listed["data"]] == ["Cash", "Mug", "Gift", "Ten"]
    assert listed["total"] == 4


@pytest.mark.parametrize(
    ("body", "status", "key"),
    [
        ({"name": "Nothing"}, 400, "invalid_payload"),
        (
            {"name": "Two", "parameters": {**COIN["parameters"], "product": {"id": "x"}}},
            400,
            "invalid_payload",
        ),
        ({"parameters": {"coin": {"exchange_ratio": 1}}}, 400, "invalid_payload"),
        ({"name": "Zero", "parameters": {"coin": {"exchange_ratio": 0}}}, 400, "invalid_payload"),
        ({"name": "Text", "parameters": {"coin": {"exchange_ratio": "much"}}}, 400, "invalid_payload"),
        ({"name": "Gone", "parameters": {"campaign": {"id": "camp_none"}}}, 404, "not_found"),
        ({"name": "Gone", "parameters": {"product": {"id": "prod_none"}}}, 404, "not_found"),
        ([], 400, "invalid_payload"),
    ],
)
def test_what_means_nothing_is_refused(api: APIClient, body: Any, status: int, key: str) -> None:
    answer = api.post(PATH, body)

    assert (answer.status_code, answer.json()["key"]) == (status, key)
    assert not Reward.objects.exists()


@pytest.mark.parametrize("balance", [None, 0, -5])
def test_a_gift_needs_credits(api: APIClient, balance: int | None) -> None:
    body = {"name": "Gift", "parameters": {"campaign": {"id": gifts().public_id, "balance": balance}}}

    assert api.post(PATH, body).json()["key"] == "invalid_balance"


def test_changes_keep_the_type_and_what_was_not_said(api: APIClient) -> None:
    reward = made(api, {**COIN, "metadata": {"a": 1}})

    changed = api.put(f"{PATH}/{reward['id']}", {"name": "More cash", "metadata": {"b": 2}}).json()
    other = api.put(f"{PATH}/{reward['id']}", {"parameters": {"product": {"id": "x"}}})
    ratio = api.put(f"{PATH}/{reward['id']}", {"parameters": {"coin": {"exchange_ratio": 2}}}).json()

    assert (changed["name"], changed["metadata"]) == ("More cash", {"a": 1, "b": 2})
    assert changed["parameters"] == {"coin": {"exchange_ratio": 0.5, "points_ratio": 10}}
    assert changed["updated_at"] is not None
    assert other.status_code == 400
    assert ratio["parameters"] == {"coin": {"exchange_ratio": 2, "points_ratio": 10}}


def test_a_programme_offers_it_for_a_price(api: APIClient) -> None:
    club, rule = programme("Club"), ValidationRuleFactory()
    reward = made(api, {"name": "Ten", "parameters": {"campaign": {"id": CampaignFactory().public_id}}})
    below = f"{PATH}/{reward['id']}/assignments"
    price = {"loyalty": {"points": 50, "auto_redeem": True}}

    offered = api.post(
        below, {"campaign": club.public_id, "parameters": price, "validation_rules": [rule.public_id]}
    ).json()

    assert offered["parameters"] == price
    assert (offered["reward_id"], offered["related_object_id"], offered["related_object_type"]) == (
        reward["id"],
        club.public_id,
        "campaign",
    )
    assert RewardAssignment.objects.get().rule == rule
    assert api.get(below).json()["data"] == [offered] == [api.get(f"{below}/{offered['id']}").json()]
    in_context = api.get(f"{PATH}?assignment_id={offered['id']}").json()["data"]
    assert [row["id"] for row in in_context] == [reward["id"]]
    dearer = api.put(f"{below}/{offered['id']}", {"parameters": {"loyalty": {"points": 60}}}).json()
    assert dearer["parameters"]["loyalty"] == {"points": 60, "auto_redeem": True}
    assert api.delete(f"{below}/{offered['id']}").status_code == 204
    assert api.get(f"{below}/{offered['id']}").status_code == 404
    assert list(
        OutboxEvent.objects.filter(name__startswith="campaign.reward").values_list("name", flat=True)
    ) == [f"campaign.reward.assignment.{verb}" for verb in ("created", "updated", "deleted")]
    assert AuditEntry.objects.filter(action="reward_assignment.updated").get().after == {"points": 60}


def test_refusals_of_offers(api: APIClient) -> None:
    club = programme("Club")
    own = made(api, {"name": "Own", "parameters": {"campaign": {"id": club.public_id, "balance": 5}}})
    one, two = (
        made(api, {"name": name, "parameters": {"campaign": {"id": CampaignFactory().public_id}}})
        for name in ("One", "Two")
    )
    coin = made(api, COIN)

    def offer(reward: dict[str, Any], campaign: str = club.public_id, **loyalty: Any) -> tuple[int, str]:
        terms = {"parameters": {"loyalty": loyalty}} if loyalty else {}
        answer = api.post(f"{PATH}/{reward['id']}/assignments", {"campaign": campaign, **terms})
        return answer.status_code, answer.json().get("key", "")

    assert offer(one) == (400, "missing_param")
    assert offer(one, points=0) == (400, "invalid_payload")
    assert offer(one, points=5, auto_redeem=True) == (200, "")
    assert offer(one, points=5) == (409, "duplicate_found")
    assert offer(two, points=5, auto_redeem=True) == (400, "invalid_payload")
    assert offer(two, CampaignFactory().public_id, points=5) == (404, "not_found")
    assert offer(two, "camp_none", points=5) == (404, "not_found")
    assert offer(own, points=5) == (400, "invalid_payload")
    assert offer(coin, points=5) == (400, "invalid_payload")
    assert offer(coin) == (200, "")
    assert RewardAssignment.objects.count() == 2


def test_what_programmes_offer_is_not_deleted(api: APIClient) -> None:
    reward = made(api, COIN)
    assignment = api.post(f"{PATH}/{reward['id']}/assignments", {"campaign": programme().public_id}).json()

    refused = api.delete(f"{PATH}/{reward['id']}")
    api.delete(f"{PATH}/{reward['id']}/assignments/{assignment['id']}")
    gone = api.delete(f"{PATH}/{reward['id']}")

    assert (refused.status_code, refused.json()["key"]) == (400, "resource_in_use")
    assert assignment["id"] in refused.json()["details"]
    assert gone.status_code == 204
    assert api.get(f"{PATH}/{reward['id']}").status_code == 404
    assert Reward.objects.get().deleted_at is not None


@pytest.mark.parametrize(("role", "status"), [("VIEWER", 403), ("USER", 200), ("SUPPORT", 403)])
def test_who_may(api_as: Callable[[str], APIClient], role: str, status: int) -> None:
    assert api_as(role).post(PATH, COIN).status_code == status
    assert api_as(role).get(PATH).status_code == 200
