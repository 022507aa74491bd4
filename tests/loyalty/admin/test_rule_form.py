"""Earning rules in fields: what people choose, what the services get, and back."""

from __future__ import annotations

from typing import Any

import pytest

from loyalty.admin.forms.earning_rules import EarningRuleForm
from loyalty.models import EarningRule
from tests.conftest import NOW
from tests.factories.commerce import ProductFactory, SegmentFactory, SkuFactory
from tests.factories.promotions import ValidationRuleFactory
from tests.loyalty.members import programme, tier

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_today")]

USUAL: dict[str, Any] = {
    "trigger": "order.paid",
    "counts": "ORDER_TOTAL_AMOUNT",
    "points": "1",
    "every_money": "1.00",
    "every_number": "1",
    "expiry_kind": "PROGRAMME",
}
PER_EURO = {
    "type": "PROPORTIONAL",
    "calculation_type": "ORDER_TOTAL_AMOUNT",
    "order": {"total_amount": {"every": 100, "points": 1}},
}


def filled_in(rule: EarningRule | None = None, **given: Any) -> EarningRuleForm:
    values = {**USUAL, **({} if rule else {"campaign": str(programme().pk)}), **given}
    form = EarningRuleForm(
        {name: value for name, value in values.items() if value is not None}, instance=rule
    )
    if rule is not None:
        del form.fields["campaign"]
    return form


def errors(form: EarningRuleForm) -> dict[str, list[str]]:
    return {name: list(found) for name, found in form.errors.items()}


def test_a_point_for_every_euro() -> None:
    form = filled_in(pending_days="14", banner="1 point for every euro")

    assert errors(form) == {}
    assert form.values() == {
        "event": "order.paid",
        "loyalty": PER_EURO,
        "banner": "1 point for every euro",
        "starts_at": None,
        "ends_at": None,
        "pending_days": 14,
        "metadata": {},
        "validation_rule": None,
        "expiration_rules": None,
        "caps": [],
    }


def test_counts_units_of_some_products_only_if_conditions_are_met() -> None:
    product = ProductFactory(name="Beans")
    sku = SkuFactory(product=product, sku="Filter")
    rule = ValidationRuleFactory(name="Mondays")

    form = filled_in(
        counts="ORDER_ITEMS_QUANTITY",
        points="3",
        every_number="2",
        item_1=f"product:{product.public_id}",
        item_2=f"sku:{sku.public_id}",
        conditions=f"validation_rule:{rule.public_id}",
        cap_card_day="500",
        cap_all_ever="10000",
    )

    assert errors(form) == {}
    values = form.values()
    assert values["loyalty"] == {
        "type": "PROPORTIONAL",
        "calculation_type": "ORDER_ITEMS_QUANTITY",
        "order_items": {
            "quantity": {
                "every": 2,
                "points": 3,
                "applicable_to": [
                    {"object": "product", "id": product.public_id},
                    {"object": "sku", "id": sku.public_id},
                ],
            }
        },
    }
    assert values["validation_rule"] == rule.public_id
    assert values["caps"] == [
        {"per": "CARD", "period": "DAY", "points": 500},
        {"per": "PROGRAMME", "period": "EVER", "points": 10000},
    ]


def test_a_fixed_number_for_entering_a_segment() -> None:
    segment = SegmentFactory(name="VIP")

    form = filled_in(trigger="customer.segment.entered", segment=str(segment.pk), counts="FIXED", points="50")

    assert errors(form) == {}
    values = form.values()
    assert values["event"] == "customer.segment.entered"
    assert values["segment"] == segment.public_id
    assert values["loyalty"] == {"type": "FIXED", "points": 50}


def test_points_for_rising_to_a_tier_of_another_programme() -> None:
    gold = tier(programme("Other"), "Gold", 100)

    form = filled_in(
        trigger="customer.loyalty.tier.upgraded", tier=gold.public_id, counts="FIXED", points="50"
    )

    assert errors(form) == {}
    assert form.values()["loyalty_tier_id"] == gold.public_id


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"trigger": "customer.segment.entered", "counts": "FIXED"}, {"segment"}),
        ({"trigger": "customer.loyalty.tier.left"}, {"counts"}),
        ({"trigger": "custom", "counts": "FIXED"}, {"custom_event"}),
        ({"every_money": "0"}, {"every_money"}),
        ({"every_money": ""}, {"every_money"}),
        ({"counts": "ORDER_METADATA"}, {"property"}),
        ({"points": "0"}, {"points"}),
        ({"pending_days": "91"}, {"pending_days"}),
        ({"expiry_kind": "INACTIVITY"}, {"expiry_kind"}),
        ({"expiry_kind": "MONTH", "expiry_months": ""}, {"expiry_months"}),
        (
            {"expiry_kind": "FIXED_DAY_OF_YEAR", "expiry_day": "31", "expiry_month": "4"},
            {"expiry_day"},
        ),
        ({"item_1-text": "No such thing", "counts": "ORDER_ITEMS_AMOUNT"}, {"item_1"}),
    ],
)
def test_says_what_is_wrong(given: dict[str, Any], wrong: set[str]) -> None:
    assert set(errors(filled_in(**given))) == wrong


def stored(**values: Any) -> EarningRule:
    return EarningRule.objects.create(
        campaign=programme(), event="order.paid", loyalty=PER_EURO, created_at=NOW, **values
    )


def test_what_is_stored_comes_back_and_nothing_was_touched() -> None:
    rule = stored(
        pending_days=7,
        expiration_rules={"period_type": "MONTH", "period_value": 3, "rounding_type": "END_OF_YEAR"},
        caps=[
            {"per": "CARD", "period": "DAY", "points": 500},
            {"per": "CARD", "period": "WEEK", "points": 9},
        ],
    )
    shown = EarningRuleForm(instance=rule)

    assert {name: shown.initial[name] for name in ("counts", "points", "every_money", "cap_card_day")} == {
        "counts": "ORDER_TOTAL_AMOUNT",
        "points": 1,
        "every_money": 100,
        "cap_card_day": 500,
    }
    same = filled_in(
        rule,
        pending_days="7",
        cap_card_day="500",
        expiry_kind="MONTH",
        expiry_months="3",
        expiry_rounding="END_OF_YEAR",
        expiry_rounding_month="12",
        expiry_day="31",
        expiry_month="12",
    )
    assert errors(same) == {}
    assert same.values() == {}


def test_what_only_the_api_can_say_stays() -> None:
    rule = stored(caps=[{"per": "CARD", "period": "WEEK", "points": 9}])

    form = filled_in(rule, cap_card_day="5", points="2")

    assert errors(form) == {}
    values = form.values()
    assert values["caps"] == [
        {"per": "CARD", "period": "DAY", "points": 5},
        {"per": "CARD", "period": "WEEK", "points": 9},
    ]
    assert values["loyalty"]["order"] == {"total_amount": {"every": 100, "points": 2}}
