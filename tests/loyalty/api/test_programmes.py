"""Programmes and members over the API. Contract: loyalty 2, 3."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from core.actors import Actor
from loyalty.models import EarningRule, LoyaltyCard, LoyaltyTier, PointsTransaction, TierMapping
from promotions.models import Campaign, Reward, RewardAssignment, Voucher
from promotions.services import cloning
from promotions.services.cloning import CloneSpec
from tests.commerce.conftest import work_off
from tests.conftest import NOW

__all__ = ["work_off"]

pytestmark = pytest.mark.django_db

URL = "/v1/loyalties"
YEAR = {"period_type": "MONTH", "period_value": 12}
PERIODS = {
    "qualification_type": "POINTS_IN_PERIOD",
    "qualification_period": "YEAR",
    "start_date": {"type": "IMMEDIATE"},
    "expiration_date": {"type": "END_OF_NEXT_PERIOD"},
}


def programme(api: APIClient, **more: Any) -> dict[str, Any]:
    body = {
        "name": "Club",
        "auto_join": True,
        "join_once": False,
        "vouchers_count": 3,
        "voucher": {
            "type": "LOYALTY_CARD",
            "loyalty_card": {"points": 1000, "expiration_rules": YEAR},
            "redemption": {"quantity": None},
            "code_config": {"length": 8},
        },
        **more,
    }
    answer = api.post(URL, body)
    assert answer.status_code == 200, answer.json()
    return dict(answer.json())


def test_a_programme_is_made_with_its_cards(api: APIClient) -> None:
    made = programme(api)

    stored = Campaign.objects.get()
    assert stored.campaign_type == "LOYALTY_PROGRAM"
    assert stored.loyalty == {"points": 1000, "expiration_rules": YEAR, "auto_join": True}
    assert (made["campaign_type"], made["auto_join"], made["join_once"]) == ("LOYALTY_PROGRAM", True, True)
    assert made["voucher"]["type"] == "LOYALTY_CARD"
    assert made["voucher"]["loyalty_card"] == {"points": 1000, "expiration_rules": YEAR}
    assert "loyalty_tiers_expiration" not in made
    assert Voucher.objects.filter(type="LOYALTY_CARD", gift_amount=None, discount__isnull=True).count() == 3
    # Nobody holds one, so nobody is owed anything.
    assert not LoyaltyCard.objects.exists()
    card = api.get(f"/v1/vouchers/{stored.vouchers.first().code}").json()  # type: ignore[union-attr]
    assert card["type"] == "LOYALTY_CARD"
    assert card["loyalty_card"] == {
        "points": 1000,
        "balance": 1000,
        "next_expiration_date": None,
        "next_expiration_points": None,
        "pending_points": 0,
        "expired_points": 0,
        "subtracted_points": 0,
    }
    assert api.get(URL).json()["campaigns"] == [
        {k: v for k, v in made.items() if k != "validation_rules_assignments"}
    ]
    assert api.get(f"{URL}/Club").json() == made


def test_its_kind_follows_from_its_codes(api: APIClient) -> None:
    body = {
        "name": "Other",
        "voucher": {"type": "LOYALTY_CARD", "loyalty_card": {"points": 0}},
    }
    assert api.post("/v1/campaigns", body).json()["campaign_type"] == "LOYALTY_PROGRAM"


@pytest.mark.parametrize(
    ("voucher", "key"),
    [
        ({"type": "LOYALTY_CARD"}, "invalid_campaign_params"),
        ({"type": "LOYALTY_CARD", "loyalty_card": {"points": -1}}, "invalid_payload"),
        (
            {"loyalty_card": {"points": 1, "expiration_rules": {"period_type": "WEEK"}}},
            "invalid_payload",
        ),
        ({"type": "GIFT_VOUCHER", "loyalty_card": {"points": 1}}, "invalid_campaign"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_made(
    api: APIClient, voucher: dict[str, Any], key: str
) -> None:
    answer = api.post(URL, {"name": "Club", "voucher": voucher})

    assert (answer.status_code, answer.json()["key"]) == (400, key)
    assert not Campaign.objects.exists()


def test_a_change_merges_the_settings(api: APIClient) -> None:
    made = programme(api)

    changed = api.put(
        f"{URL}/{made['id']}",
        {"auto_join": False, "join_once": False, "loyalty_tiers_expiration": PERIODS, "debts": "ALLOW"},
    ).json()

    assert (changed["auto_join"], changed["join_once"]) == (False, True)
    assert (changed["loyalty_tiers_expiration"], changed["debts"]) == (PERIODS, "ALLOW")
    assert changed["voucher"]["loyalty_card"] == {"points": 1000, "expiration_rules": YEAR}
    refused = api.put(f"{URL}/{made['id']}", {"debts": "FORGET"})
    assert (refused.status_code, refused.json()["key"]) == (400, "invalid_payload")


def test_other_campaigns_are_no_programmes(api: APIClient) -> None:
    body = {"name": "Coupons", "voucher": {"discount": {"type": "AMOUNT", "amount_off": 100}}}
    other = api.post("/v1/campaigns", body).json()

    assert api.get(f"{URL}/{other['id']}").status_code == 404
    assert api.get(URL).json()["total"] == 0


def test_who_joins_holds_an_open_card(api: APIClient) -> None:
    made = programme(api)

    member = api.post(f"{URL}/{made['id']}/members", {"customer": {"source_id": "anna"}}).json()

    assert member["object"] == "voucher"
    assert member["holder_id"] is not None
    assert (member["loyalty_card"]["points"], member["loyalty_card"]["balance"]) == (1000, 1000)
    assert member["loyalty_card"]["next_expiration_points"] == 1000
    assert member["redemption"]["redeemed_points"] == 0
    card = LoyaltyCard.objects.get()
    assert (card.balance, card.points) == (1000, 1000)
    line = PointsTransaction.objects.get()
    assert (line.type, line.amount, line.balance) == ("POINTS_ISSUED", 1000, 1000)
    again = api.post(f"{URL}/{made['id']}/members", {"customer": {"source_id": "anna"}})
    assert (again.status_code, again.json()["key"]) == (400, "voucher_cannot_be_published")
    assert again.json()["message"] == "Customer already joined program."
    for path in (f"{URL}/members/{member['code']}", f"{URL}/{made['id']}/members/{member['id']}"):
        assert api.get(path).json() == member
    listed = api.get(f"{URL}/{made['id']}/members").json()
    assert (listed["total"], listed["vouchers"]) == (1, [member])
    assert api.get(f"{URL}/{made['id']}/members?customer=anna").json()["total"] == 1
    assert api.get(f"{URL}/{made['id']}/members?customer=ben").json()["total"] == 0


def test_a_named_card_and_a_bare_customer(api: APIClient) -> None:
    made = programme(api)
    other = programme(api, name="Other club")
    code = Campaign.objects.get(name="Club").vouchers.latest("pk").code

    member = api.post(f"{URL}/{made['id']}/members", {"voucher": code, "customer": "anna"}).json()

    assert member["code"] == code
    taken = api.post(f"{URL}/{made['id']}/members", {"voucher": code, "customer": "ben"})
    assert (taken.status_code, taken.json()["key"]) == (400, "voucher_already_published")
    elsewhere = api.post(f"{URL}/{other['id']}/members", {"voucher": code, "customer": "ben"})
    assert (elsewhere.status_code, elsewhere.json()["resource_type"]) == (404, "voucher")
    assert api.get(f"{URL}/{other['id']}/members/{code}").status_code == 404


def test_an_empty_pool_says_so(api: APIClient) -> None:
    made = programme(api, vouchers_count=0)

    answer = api.post(f"{URL}/{made['id']}/members", {"customer": "anna"})

    assert (answer.status_code, answer.json()["key"]) == (400, "no_voucher_suitable_for_publication")


def test_activity_is_that_of_the_card(api: APIClient) -> None:
    made = programme(api)
    member = api.post(f"{URL}/{made['id']}/members", {"customer": {"source_id": "anna"}}).json()

    found = api.get(f"{URL}/members/{member['code']}/activity").json()

    assert [one["type"] for one in found["data"]] == ["customer.publication.succeeded"]
    assert found["data"][0]["customer"] == {"id": member["holder_id"]}


def test_a_card_may_begin_with_points_of_its_own(api: APIClient) -> None:
    made = programme(api)

    card = api.post(f"/v1/campaigns/{made['id']}/vouchers", {"loyalty_card": {"points": 25}}).json()

    assert card["loyalty_card"]["balance"] == 25
    refused = api.post(
        "/v1/vouchers", {"type": "LOYALTY_CARD", "loyalty_card": {"points": 5}, "code": "ALONE"}
    )
    assert (refused.status_code, refused.json()["key"]) == (400, "invalid_voucher")


def test_many_cards_in_a_list_cost_as_many_queries_as_one(
    api: APIClient, django_assert_max_num_queries: Any
) -> None:
    made = programme(api, vouchers_count=20)
    for name in ("a", "b", "c", "d", "e"):
        api.post(f"{URL}/{made['id']}/members", {"customer": name})

    with django_assert_max_num_queries(9):
        assert len(api.get(f"/v1/vouchers?campaign_id={made['id']}&limit=20").json()["vouchers"]) == 20


def test_a_customer_shows_the_points_of_all_cards(api: APIClient) -> None:
    first, second = programme(api), programme(api, name="Other club")
    for made in (first, second):
        api.post(f"{URL}/{made['id']}/members", {"customer": {"source_id": "anna"}})

    anna = api.get("/v1/customers/anna").json()

    assert anna["loyalty"] == {
        "points": 2000,
        "referred_customers": 0,
        "campaigns": {
            "Club": {"points": 1000, "referred_customers": 0},
            "Other club": {"points": 1000, "referred_customers": 0},
        },
    }
    assert anna["summary"]["redemptions"]["loyalty_card"] == {"redeemed_points": 0, "points_to_go": 2000}
    listed = api.get("/v1/customers").json()["customers"]
    assert [one["loyalty"]["points"] for one in listed] == [2000]


def test_cards_are_imported_with_their_points(api: APIClient, work_off: Any) -> None:
    made = programme(api)

    answer = api.post(
        f"/v1/campaigns/{made['id']}/import",
        [{"code": "OLD-1", "loyalty_card": {"points": 77}}, {"code": "OLD-2"}],
    )
    work_off()

    assert answer.status_code == 202
    numbers = {code: api.get(f"/v1/vouchers/{code}").json()["loyalty_card"] for code in ("OLD-1", "OLD-2")}
    assert [numbers[code]["balance"] for code in ("OLD-1", "OLD-2")] == [77, 1000]


def test_a_clone_has_rules_tiers_and_prices_of_its_original(api: APIClient) -> None:
    original = Campaign.objects.get(public_id=programme(api)["id"])
    rule = EarningRule.objects.create(
        campaign=original, event="order.paid", loyalty={"type": "FIXED", "points": 5}, created_at=NOW
    )
    gone = EarningRule.objects.create(
        campaign=original, event="x", loyalty={"type": "FIXED", "points": 1}, created_at=NOW, deleted_at=NOW
    )
    reward = Reward.objects.create(
        name="Coin", type="COIN", exchange_ratio=1, points_ratio=100, created_at=NOW
    )
    offered = RewardAssignment.objects.create(
        reward=reward, campaign=original, created_at=NOW, redeemed=3, is_blocked=True, limit_per_card=2
    )
    tier = LoyaltyTier.objects.create(campaign=original, name="Gold", points_from=10, created_at=NOW)
    TierMapping.objects.create(tier=tier, earning_rule=rule, type="MULTIPLY", multiplier=2)
    TierMapping.objects.create(tier=tier, assignment=offered, type="MULTIPLY", multiplier=3)
    TierMapping.objects.create(tier=tier, earning_rule=gone, type="CUSTOM", points=9)

    clone = cloning.campaign(
        campaign_id=original.pk, spec=CloneSpec(name="Club 2"), actor=Actor.system("tests"), now=NOW
    )

    assert clone.loyalty == original.loyalty
    (copied,) = EarningRule.objects.filter(campaign=clone)
    assert (copied.loyalty, copied.public_id != rule.public_id) == (rule.loyalty, True)
    (price,) = RewardAssignment.objects.filter(campaign=clone)
    assert (price.reward, price.redeemed, price.is_blocked, price.limit_per_card) == (reward, 0, False, 2)
    (gold,) = LoyaltyTier.objects.filter(campaign=clone)
    changes = list(gold.mappings.order_by("pk").values_list("earning_rule", "assignment", "multiplier"))
    assert changes == [(copied.pk, None, 2), (None, price.pk, 3)]
    assert not LoyaltyCard.objects.filter(campaign=clone).exists()
