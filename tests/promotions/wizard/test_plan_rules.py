"""Usual conditions written as rules and read back; whatever else a rule says comes back as it was."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import rules
from promotions import plan_pauses, plan_rules
from promotions.plan_items import Targets
from promotions.plan_rules import Usual

WEIGHT: dict[str, Any] = {
    "name": "order.metadata",
    "property": "weight",
    "conditions": {"$more_than": [3]},
}
SKU = {"object": "sku", "id": "sku_1"}
GIFT: dict[str, Any] = {"name": "order.metadata", "property": "gift", "conditions": {"$is": [True]}}

_IDS = ("seg_a", "seg_b", "seg_c")
_ITEMS = ("product:prod_a", "sku:sku_b", "products_collection:pc_c")
_many = st.lists(st.sampled_from(_IDS), unique=True, max_size=3).map(tuple)
_things = st.lists(st.sampled_from(_ITEMS), unique=True, max_size=3).map(tuple)
_days = st.integers(0, 999).map(lambda days: date(2026, 1, 1) + timedelta(days=days))
_pauses = st.lists(st.tuples(_days, _days).map(lambda pair: tuple(sorted(pair))), max_size=2)
_amount = st.none() | st.integers(0, 10**9)
_uses = st.none() | st.integers(1, 10**6)


@st.composite
def usual(draw: st.DrawFn) -> Usual:
    included = draw(_things)
    per_customer = draw(_uses)
    return Usual(
        segments=draw(_many),
        not_segments=draw(_many),
        basket_from=draw(_amount),
        basket_below=draw(_amount),
        units_from=draw(_amount),
        has=draw(_things),
        keys=draw(_many),
        per_customer=per_customer,
        per_customer_in=draw(st.sampled_from(plan_rules.PERIODS)) if per_customer else "",
        total_uses=draw(_uses),
        pauses=plan_pauses.joined(draw(_pauses)),
        targets=Targets(
            included=included,
            excluded=draw(_things),
            buy=draw(st.none() | st.integers(1, 9)) if included else None,
        ),
        advanced=draw(
            st.sampled_from(
                [
                    {},
                    {"rules": {"1": WEIGHT}},
                    {"rules": {"1": WEIGHT, "2": GIFT, "logic": "1 or 2"}},
                ]
            )
        ),
    )


@given(usual())
def test_what_is_usual_comes_back(said: Usual) -> None:
    document = plan_rules.written(said)

    assert plan_rules.read(document) == said
    assert rules.parse(document) is not None


def test_the_promotion_of_the_purpose_is_a_rule_of_the_wire() -> None:
    said = Usual(
        segments=("seg_vip",),
        targets=Targets(included=("products_collection:pc_coffee",), buy=2),
    )

    coffee = {"object": "products_collection", "id": "pc_coffee"}
    assert plan_rules.written(said) == {
        "rules": {
            "1": {"name": "customer.segment", "conditions": {"$is": ["seg_vip"]}},
            "2": {
                "name": "order.items.any",
                "conditions": {"$is": [coffee]},
                "rules": {
                    "1": {
                        "name": "order.items.aggregated_quantity",
                        "conditions": {"$more_than_or_equal": [3]},
                    }
                },
            },
        },
        "applicable_to": {
            "included": [
                {
                    **coffee,
                    "effect": "APPLY_FROM_MOST_EXPENSIVE",
                    "target": "UNIT",
                    "skip_initially": 2,
                    "repeat": 3,
                }
            ],
            "excluded": [],
            "included_all": False,
        },
    }


def test_alternatives_are_never_taken_apart() -> None:
    document = {
        "rules": {
            "1": {"name": "customer.segment", "conditions": {"$is": ["seg_vip"]}},
            "2": {"name": "order.amount", "conditions": {"$more_than_or_equal": [5000]}},
            "logic": "1 or 2",
        }
    }

    read = plan_rules.read(document)

    assert read == Usual(advanced=document)
    assert plan_rules.written(read) == document


def test_a_usual_one_beside_alternatives_is_taken_out_and_put_back() -> None:
    document = {
        "rules": {
            "a": {"name": "customer.segment", "conditions": {"$is": ["seg_vip"]}},
            "b": WEIGHT,
            "c": GIFT,
            "logic": "a and (b or c)",
        }
    }

    read = plan_rules.read(document)

    assert read.segments == ("seg_vip",)
    assert read.advanced == {"rules": {"1": WEIGHT, "2": GIFT, "logic": "1 or 2"}}
    assert plan_rules.written(read)["rules"]["logic"] == "1 and (2 or 3)"


@pytest.mark.parametrize(
    "rule",
    [
        {"name": "order.amount", "conditions": {"$more_than": [5000]}},
        {"name": "order.amount", "conditions": {"$more_than_or_equal": [5000]}, "error": {"message": "no"}},
        {"name": "customer.segment", "conditions": {"$is": ["seg_a"], "$is_not": ["seg_b"]}},
        {"name": "order.items.any", "conditions": {"$is": [SKU]}, "rules": {"1": WEIGHT}},
        {"name": "redemption.date", "conditions": {"$timeframe_absolute": ["2026-01-01/2026-02-01"]}},
    ],
)  # fmt: skip
def test_what_no_step_has_words_for_stays_as_it_is(rule: dict[str, Any]) -> None:
    document = {"rules": {"1": rule}}

    assert plan_rules.read(document) == Usual(advanced=document)


def test_limits_of_products_are_kept_whole() -> None:
    entry = {"object": "product", "id": "prod_1", "quantity_limit": 2}
    document = {"applicable_to": {"included": [entry], "excluded": [], "included_all": False}}

    read = plan_rules.read(document)

    assert read == Usual(advanced=document)
    assert plan_rules.written(read) == document


def test_every_third_unit_is_no_purchase_where_the_discount_is_an_amount() -> None:
    document = plan_rules.written(Usual(targets=Targets(included=("product:prod_1",), buy=2)))

    read = plan_rules.read(document, can_buy=False)

    assert read.targets == Targets()
    assert read.advanced["applicable_to"] == document["applicable_to"]


def test_pauses_are_the_gaps_between_windows() -> None:
    pauses = (("2026-12-24", "2026-12-26"), ("2026-12-31", "2026-12-31"))

    windows = plan_pauses.written(pauses)

    assert windows == ["../2026-12-23", "2026-12-27/2026-12-30", "2027-01-01/.."]
    assert plan_pauses.read(windows) == pauses
