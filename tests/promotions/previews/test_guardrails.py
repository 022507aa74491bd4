"""Warnings, each with its border."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from core.models import ProjectSettings
from promotions.previews.audience import Audience, Number
from promotions.previews.guard_facts import Facts, Other
from promotions.previews.guardrails import Severity, guards
from promotions.previews.past_orders import PriceEffect
from promotions.previews.proposal import Codes, Pool, Proposal
from promotions.previews.samples import GETS_IT, Sample, SampleLine, Samples
from tests.conftest import NOW
from tests.promotions.previews.conftest import asks, percent, rule

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LIMITED = rule(asks("campaign.redemptions.count", "$less_than", 10), asks("order.amount", "$more_than", 1))
ANYBODY = Audience(
    customers=Number(value=10),
    is_for_everybody=True,
    is_upper=False,
    segments=(),
    products=Number(value=5),
    is_for_all_products=True,
    collections=(),
    stores=None,
)


def facts(proposal: dict[str, Any] | None = None, **more: Any) -> Facts:
    """A proposal about which there is nothing to say."""
    terms: dict[str, Any] = {
        "name": "Spring",
        "campaign": "Spring",
        "discount": percent(10),
        "rules": (LIMITED,),
        "starts_at": NOW + HOUR,
        "ends_at": NOW + DAY,
    }
    given: dict[str, Any] = {
        "proposal": Proposal(**{**terms, **(proposal or {})}),
        "now": NOW,
        "settings": ProjectSettings(currency="EUR"),
        "opens_at": NOW + HOUR,
        "audience": ANYBODY,
    }
    return Facts(**{**given, **more})


SAID_ELSEWHERE = {"percentage_without_maximum", "no_limit_per_customer", "no_budget"}
"""`test_essentials` is about them."""


def keys(found: Facts) -> set[str]:
    return {one.key for one in guards(found)} - SAID_ELSEWHERE


def sample(before: int, after: int, *lines: SampleLine) -> Samples:
    line = lines or (SampleLine(name="Mug", units=1, before=before, after=before),)
    one = Sample(name=GETS_IT, title="", gives=True, lines=line, before=before, after=after)
    return Samples(good=object(), shown=(one,))  # type: ignore[arg-type]


def effect(per_week: int, uses: int = 7) -> PriceEffect:
    return PriceEffect(
        tried=10,
        fitting=5,
        saved=100,
        value=1_000,
        value_fitting=500,
        orders=100,
        days=28,
        per_week=per_week,
        uses_per_week=uses,
    )


def test_there_is_nothing_to_say_about_a_careful_promotion_but_whom_it_leaves_out() -> None:
    mine = rule(asks("redemption.count.per_customer", "$less_than", 2), asks("order.amount", "$more_than", 1))
    terms = {
        "discount": {**percent(10), "amount_limit": 500},
        "rules": (mine,),
        "budgets": (Pool(name="P", limit=1),),
    }

    assert [one.key for one in guards(facts(terms))] == ["guests_left_out"]
    assert keys(facts()) == set()


@pytest.mark.parametrize(
    ("off", "before", "after", "expected"),
    [
        (50, 1_000, 500, False),
        (50, 1_000, 499, True),  # limits or prices may make more of it
        (51, 1_000, 900, True),
        ("50.5", 10_000, 9_000, True),
        (10, 1_000, 900, False),
    ],
)
def test_more_than_half_off(off: Any, before: int, after: int, expected: bool) -> None:
    found = facts({"discount": percent(off)}, samples=sample(before, after))

    assert ("discount_over_half" in keys(found)) is expected


def test_what_costs_nothing_is_said_instead() -> None:
    assert keys(facts(samples=sample(1_000, 0))) == {"price_zero"}
    free = SampleLine(name="Mug", units=1, before=300, after=0)
    dear = SampleLine(name="Pot", units=1, before=5_000, after=4_700)
    assert keys(facts(samples=sample(5_300, 4_700, free, dear))) == {"price_zero"}
    assert keys(facts(samples=sample(1_000, 1))) == {"discount_over_half"}


def test_gift_cards_and_free_units_are_no_deep_discounts() -> None:
    card = {"discount": None, "gift": {"amount": 100, "effect": "APPLY_TO_ORDER"}, "codes": Codes(count=5)}
    assert "price_zero" not in keys(facts(card, samples=sample(100, 0)))
    entry = {"object": "product", "id": "prod_1", "target": "UNIT", "skip_initially": 2, "repeat": 3}
    three = {**LIMITED, "applicable_to": {"included": [entry]}}
    terms = {"discount": percent(100, on_items=True), "rules": (three,)}
    assert keys(facts(terms, samples=sample(3_000, 2_000))) == set()


def test_less_than_it_costs() -> None:
    assert keys(facts(below_cost=("Mug",))) == {"below_cost"}


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ({"starts_at": NOW}, set()),
        ({"starts_at": NOW - timedelta(microseconds=1)}, {"starts_in_past"}),
        ({"starts_at": NOW - DAY, "is_running": True}, set()),
        ({"ends_at": None}, {"no_end"}),
        ({"starts_at": NOW + DAY, "ends_at": NOW + DAY}, {"ends_before_start"}),
        ({"starts_at": NOW + DAY, "ends_at": NOW + DAY + HOUR}, set()),
        ({"starts_at": None, "ends_at": NOW}, {"ended"}),
        ({"starts_at": None, "ends_at": NOW + timedelta(microseconds=1)}, set()),
    ],
)
def test_dates(terms: dict[str, Any], expected: set[str]) -> None:
    assert keys(facts(terms)) == expected


def test_never_valid_is_said_once() -> None:
    assert keys(facts(opens_at=None)) == {"never_valid"}
    samples = Samples(good=None, shown=())
    assert keys(facts(opens_at=None, samples=samples)) == {"never_valid"}


def test_no_basket_could_be_built() -> None:
    samples = Samples(good=None, shown=())

    assert keys(facts(samples=samples)) == {"no_basket_found"}
    assert keys(facts(samples=samples, fits_without_budgets=True)) == {"budget_below_one_use"}


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ({"rules": ()}, {"applies_to_everything"}),
        ({"rules": (rule(asks("order.amount", "$more_than", 1)),)}, set()),
        ({"rules": (), "codes": Codes(count=5, uses=1)}, set()),
        ({"rules": (), "codes": Codes(count=5)}, set()),
        ({"rules": (), "codes": Codes(type="AUTO_UPDATE", uses=1)}, set()),
        ({"rules": (), "codes": Codes(type="STANDALONE", code="TEN", uses=50)}, set()),
        ({"rules": (), "places": ("area:ar_1",), "budgets": (Pool(name="P", limit=1),)}, set()),
        (
            {"rules": (rule(asks("redemption.count.per_customer", "$less_than", 2)),)},
            {"guests_left_out", "applies_to_everything"},
        ),
        ({"budgets": (Pool(name="P", limit=1, per="CUSTOMER"),)}, {"guests_left_out"}),
        ({"codes": Codes()}, {"no_codes"}),
    ],
)
def test_limits_and_reach(terms: dict[str, Any], expected: set[str]) -> None:
    assert keys(facts(terms)) == expected


@pytest.mark.parametrize(
    ("pool", "per_week", "expected"),
    [
        ({"limit": 1_000}, 7_000, {"budget_gone_in_a_day"}),
        ({"limit": 1_001}, 7_000, set()),
        ({"limit": 1_000, "period": "MONTH"}, 7_000, {"budget_gone_in_a_day"}),
        ({"limit": 1_000, "period": "DAY"}, 7_000, set()),
        ({"limit": 999, "period": "DAY"}, 7_000, {"budget_gone_each_day"}),
        ({"limit": 1, "measure": "REDEMPTIONS"}, 7_000, {"budget_gone_in_a_day"}),
        ({"limit": 2, "measure": "REDEMPTIONS"}, 7_000, set()),
        ({"limit": 1, "measure": "ORDER_VALUE"}, 7_000, set()),
        ({"limit": 1, "per": "STORE"}, 7_000, set()),
        ({"limit": 1_000}, 0, set()),
    ],
)
def test_budgets_that_are_used_up_too_soon(pool: dict[str, Any], per_week: int, expected: set[str]) -> None:
    found = facts({"budgets": (Pool(**{"name": "P", **pool}),)}, price_effect=effect(per_week))

    assert keys(found) == expected


def test_nobody_and_nothing() -> None:
    empty = replace(
        ANYBODY, is_for_everybody=False, segments=(("VIP", Number(value=0)),), customers=Number(value=0)
    )
    assert keys(facts(audience=empty)) == {"segment_empty"}
    none = replace(ANYBODY, is_for_everybody=False, customers=Number(value=0))
    assert keys(facts(audience=none)) == {"audience_empty"}
    bare = replace(
        ANYBODY, is_for_all_products=False, products=Number(value=0), collections=(("Tea", Number(value=0)),)
    )
    assert keys(facts(audience=bare)) == {"collection_empty"}
    gone = replace(ANYBODY, is_for_all_products=False, products=Number(value=0))
    assert keys(facts(audience=gone)) == {"no_products"}
    unknown = replace(ANYBODY, is_for_everybody=False, customers=Number(value=None))
    assert keys(facts(audience=unknown)) == set()


def test_names_codes_and_others() -> None:
    settings = ProjectSettings(currency="EUR", applicable_redeemables_limit=5)
    assert keys(facts(has_namesake=True)) == {"name_taken"}
    code = {"codes": Codes(type="STANDALONE", code="TEN", uses=5)}
    assert keys(facts(code, is_code_taken=True)) == {"code_taken"}
    pool = {"codes": Codes(count=5, uses=1)}
    assert keys(facts(pool, code_weakness="Easy to guess.")) == {"codes_easy_to_guess"}
    assert keys(facts(pool, code_weakness="x", code_refusal="Too few.")) == {"code_space_small"}
    others = (Other(name="Summer", pk=1),)
    found = guards(facts(others=others, overlapping=3, together=4, settings=settings))
    assert {one.key for one in found} - SAID_ELSEWHERE == {"overlaps", "stacks_without_category"}
    assert "Summer and 2 more" in " ".join(one.message for one in found)
    alone = ProjectSettings(currency="EUR", applicable_redeemables_limit=1)
    assert keys(facts(together=4, settings=alone)) == set()


def test_currencies_matter_only_where_money_is_spoken_of() -> None:
    there = {"currencies": {"Poland": "PLN"}}
    assert keys(facts(**there)) == {"currency_mismatch"}
    without = {
        "rules": (
            rule(
                asks("campaign.redemptions.count", "$less_than", 9),
                asks("order.items.count", "$more_than", 1),
            ),
        )
    }
    assert keys(facts(without, **there)) == set()
    assert keys(facts(currencies={"Germany": "EUR"})) == set()


def test_the_worst_comes_first() -> None:
    found = guards(facts({"starts_at": NOW - DAY, "rules": ()}, has_namesake=True))

    assert [(one.severity, one.key) for one in found] == [
        (Severity.STOP, "name_taken"),
        (Severity.WARNING, "percentage_without_maximum"),
        (Severity.WARNING, "applies_to_everything"),
        (Severity.WARNING, "no_limit_per_customer"),
        (Severity.WARNING, "no_budget"),
        (Severity.NOTE, "starts_in_past"),
    ]
