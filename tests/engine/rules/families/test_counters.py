"""Contract: 11.2, 11.5: prior + this one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from engine import effects, rules
from engine.basket import Line
from engine.reasons import ReasonKey
from engine.rules.families import REGISTRY
from engine.situation import Situation
from engine.snapshot import Credits
from tests.engine.rules.building import gap, holds, refusal, rule, rule_set, situation

COUNTERS = [
    *("campaign.redemptions.count" + period for period in ("", ".daily", ".weekly", ".monthly")),
    *("campaign.redemptions.customers_count" + period for period in ("", ".daily", ".weekly", ".monthly")),
    *("redemption.count" + period for period in (".daily", ".weekly", ".monthly")),
    *("redemption.count.per_customer" + period for period in ("", ".daily", ".weekly", ".monthly")),
    "redemption.count.per_api_key",
    "redemption.count.per_user",
]
BUDGETS = ["campaign.orders.amount", "campaign.orders.amount_discounted", "redemption.gift.amount"]


def after(at: Situation, discount: int) -> Situation:
    """The candidate took `discount` off the order."""
    assert at.before is not None
    total = (at.before.total_amount or 0) - discount
    state = replace(at.before, total_applied_discount_amount=discount, total_amount=total)
    return replace(at, after=state)


def as_gift(at: Situation) -> Situation:
    """The same with a gift card."""
    return replace(at, candidate=replace(at.candidate, discount=effects.parse({"type": "GIFT"})))


def test_these_are_all() -> None:
    assert {family.name for family in REGISTRY.values() if family.is_counter} == {*COUNTERS, *BUDGETS}


@pytest.mark.parametrize("name", COUNTERS)
@pytest.mark.parametrize(
    ("conditions", "prior", "expected"),
    [
        ({"$less_than_or_equal": [1]}, 0, True),
        ({"$less_than_or_equal": [1]}, 1, False),
        ({"$less_than": [1]}, 0, False),
        ({"$less_than": [2]}, 0, True),
        ({"$less_than": [2]}, 1, False),
        ({"$more_than": [9]}, 9, True),
        ({"$is": [10]}, 9, True),
    ],
)
def test_counts_this_redemption_too(
    name: str, conditions: dict[str, Any], prior: int, expected: bool
) -> None:
    assert holds(name, conditions, situation(None, counts={name: prior})) is expected


def test_other_counters_are_not_read() -> None:
    counts = {"redemption.count.daily": 0, "redemption.count.weekly": 5}

    assert holds("redemption.count.daily", {"$less_than_or_equal": [1]}, situation(counts=counts)) is True
    assert holds("redemption.count.weekly", {"$less_than_or_equal": [1]}, situation(counts=counts)) is False


@pytest.mark.parametrize("name", [name for name in COUNTERS if "customer" in name])
def test_a_counter_of_nobody_asks_for_the_customer(name: str) -> None:
    reason = refusal(name, {"$less_than_or_equal": [100]}, situation())

    assert (reason.key, reason.remedy) == (ReasonKey.MISSING_CUSTOMER, "Say who the customer is")
    assert gap(name, {"$less_than_or_equal": [100]}, situation()) == {"kind": "customer"}


@pytest.mark.parametrize("name", [name for name in COUNTERS if "customer" not in name] + BUDGETS)
def test_a_counter_that_was_not_loaded_refuses(name: str) -> None:
    assert refusal(name, {"$less_than_or_equal": [100]}, situation()).key is ReasonKey.REDEMPTION_RULES


def test_an_exceeded_counter_is_a_redemption_rule() -> None:
    name = "redemption.count.per_customer"
    reason = refusal(name, {"$less_than_or_equal": [1]}, situation(counts={name: 1}))

    assert (reason.key, reason.message) == (
        ReasonKey.REDEMPTION_RULES,
        "redemption does not match validation rules",
    )
    assert reason.details == (
        "Discount Coupon CODE cannot be redeemed because of violated validation rules: val_1;"
        " the customer's redemptions must be at most 1; it is 2"
    )
    assert reason.remedy is None


@pytest.mark.parametrize(
    ("name", "now", "zone", "at"),
    [
        (".daily", datetime(2026, 11, 25, 8, tzinfo=UTC), "Europe/Warsaw", "2026-11-26T00:00:00+01:00"),
        (".daily", datetime(2026, 11, 25, 23, 30, tzinfo=UTC), "Europe/Warsaw", "2026-11-27T00:00:00+01:00"),
        (".daily", datetime(2026, 3, 28, 12, tzinfo=UTC), "Europe/Warsaw", "2026-03-29T00:00:00+01:00"),
        (".daily", datetime(2026, 3, 29, 12, tzinfo=UTC), "Europe/Warsaw", "2026-03-30T00:00:00+02:00"),
        (".daily", datetime(2026, 11, 1, 12, tzinfo=UTC), "America/New_York", "2026-11-02T00:00:00-05:00"),
        (".daily", datetime(2026, 4, 4, 12, tzinfo=UTC), "Australia/Lord_Howe", "2026-04-05T00:00:00+11:00"),
        (".monthly", datetime(2026, 12, 31, 8, tzinfo=UTC), "Europe/Warsaw", "2027-01-01T00:00:00+01:00"),
        (".monthly", datetime(2026, 2, 3, 8, tzinfo=UTC), "Australia/Lord_Howe", "2026-03-01T00:00:00+11:00"),
    ],
)
def test_says_when_a_counter_begins_anew(name: str, now: datetime, zone: str, at: str) -> None:
    name = f"redemption.count{name}"

    found = gap(name, {"$less_than_or_equal": [3]}, situation(counts={name: 3}, now=now, zone=zone))
    assert (found["at"], found["limit"], found["prior"]) == (at, 3, 3)


def test_a_new_period_does_not_help_where_nobody_may() -> None:
    name = "redemption.count.daily"

    found = gap(name, {"$less_than": [1]}, situation(counts={name: 0}))
    assert found == {"kind": "limit", "limit": 1, "prior": 0, "period": "daily"}


def test_remedies_of_periods() -> None:
    def text(name: str) -> str | None:
        return refusal(name, {"$less_than_or_equal": [1]}, situation(counts={name: 1})).remedy

    assert text("redemption.count.daily") == "Works again from Thursday 26 November 00:00"
    assert text("redemption.count.monthly") == "Works again from Tuesday 1 December 00:00"
    assert text("redemption.count.weekly") == "Works again next week"


def test_budget_of_order_amounts() -> None:
    name = "campaign.orders.amount"

    assert holds(name, {"$less_than_or_equal": [20000]}, situation(counts={name: 2500})) is True
    assert holds(name, {"$less_than_or_equal": [20000]}, situation(counts={name: 2501})) is False
    assert holds(name, {"$less_than_or_equal": [20000]}, situation(None, counts={name: 20000})) is True


def test_budget_of_discounts_refuses_as_a_whole() -> None:
    """Contract 11.5: limit 10000, used 9600, 10 % of 5000 = 500 -> 10100 is too much."""
    name = "campaign.orders.amount_discounted"
    budget = rule_set(rule(name, {"$less_than_or_equal": [10000]}))
    at = situation([Line(price=5000)], counts={name: 9600})

    assert rules.is_about_result(budget) is True
    assert rules.judge(budget, at, full=True).leaves[0].holds is None
    assert rules.holds(budget, after(at, 400)) is True
    assert rules.holds(budget, after(at, 500)) is False
    reason = rules.refusal(rules.judge(budget, after(at, 500)), label="TEN", object="promotion_tier")
    assert reason.details == (
        "Promotion Tier TEN cannot be redeemed because of violated validation rules: val_1;"
        " discounts given by the campaign must be at most 100.00; it is 101.00"
    )


def test_budget_of_credits() -> None:
    name = "redemption.gift.amount"
    conditions = {"$less_than_or_equal": [5000]}
    at = as_gift(situation([Line(price=5000)], counts={name: 4000}))
    card = Credits(balance=9000, requested=1001)

    assert holds(name, conditions, after(at, 1000)) is True
    assert holds(name, conditions, after(at, 1001)) is False
    assert holds(name, conditions, as_gift(situation(None, counts={name: 4000}, credits=card))) is False
    assert holds(name, conditions, as_gift(situation(None, counts={name: 3999}, credits=card))) is True


def test_a_discount_is_no_credit() -> None:
    name = "redemption.gift.amount"
    at = situation([Line(price=5000)], counts={name: 5000})

    assert holds(name, {"$less_than_or_equal": [5000]}, after(at, 1001)) is True


def test_discounts_without_an_order_are_nothing() -> None:
    name = "campaign.orders.amount_discounted"

    assert holds(name, {"$less_than_or_equal": [100]}, situation(None, counts={name: 100})) is True
    assert holds(name, {"$less_than_or_equal": [100]}, situation(None, counts={name: 101})) is False


def test_aliases() -> None:
    name = "redemption.count.per_customer"

    at = situation(counts={name: 1})
    assert holds("redemption_count_per_customer", {"$less_than_or_equal": [1]}, at) is False
    assert holds("redemption_count_per_customer", {"$less_than_or_equal": [2]}, at) is True
