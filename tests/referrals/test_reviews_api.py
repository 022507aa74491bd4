"""`/v1/referral-reviews`: what waits, what was decided, and deciding."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from promotions.models import Campaign
from referrals.models import Referral, ReferralReward
from tests.referrals.holding import FINDING, held
from tests.referrals.world import coupon, each, programme

pytestmark = pytest.mark.django_db

URL = "/v1/referral-reviews"


@pytest.fixture
def friends(api: APIClient) -> Campaign:
    return programme(api)


def ids(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [one["id"] for one in answer.json()["referral_reviews"]]


def test_one_says_what_speaks_against_it_and_what_is_at_stake(api: APIClient, friends: Campaign) -> None:
    tier = each(friends, coupon())
    row = held(api, friends, email="r@shop.example")
    row.referrer.__class__.objects.filter(pk=row.referrer_id).update(email="R+2@shop.example")

    wire = api.get(f"{URL}/{row.public_id}").json()

    order, redemption = row.order, row.redemption
    assert order is not None
    assert redemption is not None
    assert list(wire) == [
        "id", "state", "cause", "campaign", "voucher", "referrer", "referee", "shared", "findings",
        "order_id", "redemption_id", "stake", "decided_by", "decided_at", "reason", "created_at",
        "updated_at", "object",
    ]  # fmt: skip
    assert (wire["state"], wire["findings"], wire["shared"]) == ("HELD", [FINDING], ["email"])
    assert (wire["order_id"], wire["redemption_id"]) == (order.public_id, redemption.public_id)
    assert (wire["referrer"]["source_id"], wire["referee"]["source_id"]) == ("rita", "paul")
    assert wire["referee"]["blocked_at"] is None
    assert wire["stake"] == {
        "order_amount": 10_000,
        "discount_amount": 1_000,
        "rewards": [],
        "promised": [
            {
                "to": "REFERRER",
                "referrer_tier_id": tier.public_id,
                "reward_id": tier.reward.public_id,
                "amount": None,
            }
        ],
    }


def test_a_list_by_state_goes_on_after_a_cursor(api: APIClient, friends: Campaign) -> None:
    rows = [held(api, friends, referee=f"friend-{number}") for number in range(4)]
    Referral.objects.filter(pk=rows[1].pk).update(state="REFUSED")
    newest = [row.public_id for row in reversed(rows)]

    first = api.get(URL, {"limit": 3})
    second = api.get(URL, {"limit": 3, "starting_after_id": first.json()["more_starting_after"]})

    assert ids(first) + ids(second) == newest
    assert (first.json()["has_more"], second.json()["has_more"]) == (True, False)
    assert ids(api.get(URL, {"state": "REFUSED"})) == [rows[1].public_id]
    assert ids(api.get(URL, {"referee_id": rows[2].referee.public_id})) == [rows[2].public_id]
    wrong = api.get(URL, {"state": "WAITING"})
    assert (wrong.status_code, wrong.json()["key"]) == (400, "invalid_query_params")


def test_the_list_costs_the_same_with_more_rows(
    api: APIClient, friends: Campaign, count_queries: Any
) -> None:
    each(friends, coupon())
    for number in range(2):
        held(api, friends, referee=f"friend-{number}")
    api.get(URL)
    few = count_queries(lambda: api.get(URL))
    for number in range(2, 8):
        held(api, friends, referee=f"friend-{number}")

    assert count_queries(lambda: api.get(URL)) == few


def test_accepting_twice_under_one_key_pays_once(api: APIClient, friends: Campaign) -> None:
    each(friends, coupon())
    row = held(api, friends)
    key = {"Idempotency-Key": "decide-1"}

    first = api.post(f"{URL}/{row.public_id}/accept", {"reason": "Known"}, headers=key)
    again = api.post(f"{URL}/{row.public_id}/accept", {"reason": "Known"}, headers=key)
    other = api.post(f"{URL}/{row.public_id}/accept", {})

    assert (first.status_code, again.content, again["Idempotent-Replayed"]) == (200, first.content, "true")
    assert (first.json()["state"], first.json()["reason"]) == ("ACCEPTED", "Known")
    assert [one["state"] for one in first.json()["stake"]["rewards"]] == ["PAID"]
    assert ReferralReward.objects.count() == 1
    assert (other.status_code, other.json()["key"]) == (400, "referral_not_held")


def test_refusing_takes_a_reason(api: APIClient, friends: Campaign) -> None:
    row = held(api, friends)
    url = f"{URL}/{row.public_id}/refuse"

    for body in ({}, {"reason": ""}, {"reason": "x" * 1001}, {"reason": "Bot", "why": "?"}):
        assert api.post(url, body).status_code == 400
    row.refresh_from_db()
    assert row.state == "HELD"

    wire = api.post(url, {"reason": "Bot"}).json()
    assert (wire["state"], wire["reason"]) == ("REFUSED", "Bot")
    assert ReferralReward.objects.count() == 0


@pytest.mark.parametrize("verb", ["accept", "refuse"])
def test_readers_do_not_decide(
    api: APIClient, api_as: Callable[[str], APIClient], friends: Campaign, verb: str
) -> None:
    row = held(api, friends)

    for role in ("VIEWER", "SUPPORT", "MERCHANT"):
        caller = api_as(role)
        answer = caller.post(f"{URL}/{row.public_id}/{verb}", {"reason": "Bot"})
        assert (answer.status_code, answer.json()["key"]) == (403, "missing_required_permission")
        assert caller.get(f"{URL}/{row.public_id}").status_code == 200
    row.refresh_from_db()
    assert row.state == "HELD"


@pytest.mark.parametrize("path", ["ref_none", "ref_none/accept", "ref_none/refuse"])
def test_what_is_not_there(api: APIClient, path: str) -> None:
    url = f"{URL}/{path}"
    answer = api.get(url) if path == "ref_none" else api.post(url, {"reason": "Bot"})

    assert (answer.status_code, answer.json()["key"]) == (404, "not_found")
    assert answer.json()["resource_type"] == "referral_review"
