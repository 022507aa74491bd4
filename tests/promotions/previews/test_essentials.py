"""The six warnings that are said wherever a promotion is made, each with its border."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from promotions.previews import essentials
from promotions.previews.proposal import Codes, Pool, Proposal
from tests.conftest import NOW
from tests.promotions.previews.conftest import asks, percent, rule

CAPPED = {**percent(10), "amount_limit": 500}
ONCE_EACH = asks("redemption.count.per_customer", "$less_than", 2)
CAREFUL: dict[str, Any] = {
    "name": "Spring",
    "discount": CAPPED,
    "rules": (rule(ONCE_EACH, asks("order.amount", "$more_than", 1)),),
    "budgets": (Pool(name="Season", limit=1),),
    "ends_at": NOW + timedelta(days=1),
}
ENTRY = {"object": "product", "id": "prod_1", "target": "UNIT", "skip_initially": 2, "repeat": 3}
GIFT = {"amount": 100, "effect": "APPLY_TO_ORDER"}
AMOUNT = {"type": "AMOUNT", "amount_off": 500, "effect": "APPLY_TO_ORDER"}


def keys(weakness: str = "", **terms: Any) -> set[str]:
    return {one.key for one in essentials.of_all([Proposal(**{**CAREFUL, **terms})], weakness=weakness)}


def test_a_careful_promotion_has_none() -> None:
    assert keys() == set()


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ({"weakness": "Easy to guess."}, {"codes_easy_to_guess"}),
        ({"rules": (rule(ONCE_EACH),)}, {"applies_to_everything"}),
        ({"rules": (rule(ONCE_EACH),), "places": ("area:ar_1",)}, set()),
        ({"rules": (rule(ONCE_EACH),), "codes": Codes(count=5)}, set()),
        ({"rules": (rule(ONCE_EACH, applicable_to={"included": [ENTRY]}),)}, set()),
        ({"discount": percent(10)}, {"percentage_without_maximum"}),
        ({"discount": {**percent(10), "aggregated_amount_limit": 9}}, set()),
        ({"discount": AMOUNT}, set()),
        ({"rules": (rule(asks("order.amount", "$more_than", 1)),)}, {"no_limit_per_customer"}),
        (
            {
                "rules": (rule(asks("order.amount", "$more_than", 1)),),
                "budgets": (Pool(name="P", limit=1, per="CUSTOMER"),),
            },
            set(),
        ),
        ({"rules": (), "codes": Codes(count=5, uses=1)}, set()),
        ({"rules": (), "codes": Codes(count=5)}, {"no_limit_per_customer"}),
        ({"rules": (), "codes": Codes(type="STANDALONE", code="TEN", uses=50)}, {"no_limit_per_customer"}),
        ({"rules": (), "codes": Codes(type="AUTO_UPDATE", uses=1)}, {"no_limit_per_customer"}),
        ({"budgets": ()}, {"no_budget"}),
        ({"ends_at": None}, {"no_end"}),
        ({"discount": None, "gift": GIFT, "codes": Codes(count=5), "rules": (), "budgets": ()}, set()),
    ],
)
def test_each_has_its_border(terms: dict[str, Any], expected: set[str]) -> None:
    assert keys(**terms) == expected


def test_some_of_several_units_need_no_maximum() -> None:
    conditions = rule(ONCE_EACH, applicable_to={"included": [ENTRY]})

    assert keys(discount=percent(100, on_items=True), rules=(conditions,)) == set()


@pytest.mark.parametrize(
    ("rules", "begins"),
    [((), "Nothing limits what it may cost"), ((rule(ONCE_EACH),), "It has no budget: its uses are limited")],
)
def test_without_a_budget_it_matters_whether_uses_are_limited(rules: Any, begins: str) -> None:
    terms = {**CAREFUL, "rules": rules, "budgets": ()}
    (said,) = [one for one in essentials.of_all([Proposal(**terms)]) if one.key == "no_budget"]

    assert said.message.startswith(begins)


def test_each_is_said_once_for_all_tiers() -> None:
    tiers = [
        Proposal(**{**CAREFUL, "ends_at": None}),
        Proposal(**{**CAREFUL, "ends_at": None, "budgets": ()}),
    ]

    assert [one.key for one in essentials.of_all(tiers)] == ["no_end", "no_budget"]


def test_what_the_engine_cannot_read_has_no_warnings() -> None:
    broken = Proposal(**{**CAREFUL, "rules": ({"rules": {"1": {"name": "no.such.rule"}, "logic": "1"}},)})

    assert essentials.of_all([broken]) == ()
