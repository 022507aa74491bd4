from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from core.errors import DomainError, NotFound
from promotions.services import discounts
from tests.factories.commerce import ProductFactory, SkuFactory

pytestmark = pytest.mark.django_db


class Refused(DomainError):
    key = "invalid_voucher"


@pytest.fixture(autouse=True)
def articles() -> None:
    """What the discounts below give away."""
    for number in (1, 2, 3):
        ProductFactory(public_id=f"prod_{number}")


UNITS = [{"unit_off": 1, "unit_type": "prod_1"}]
ADD_MANY = {
    "type": "UNIT",
    "units": [{"unit_off": 1, "unit_type": "prod_1", "effect": "ADD_MISSING_ITEMS"}],
    "effect": "ADD_MANY_ITEMS",
}
ADD_ONE = {"type": "UNIT", "unit_off": 2, "unit_type": "prod_2", "effect": "ADD_NEW_ITEMS"}


@pytest.mark.parametrize(
    ("wire", "targets_items", "expected"),
    [
        (
            {"type": "PERCENT", "percent_off": Decimal("10.0"), "colour": "red"},
            False,
            {"type": "PERCENT", "percent_off": 10, "effect": "APPLY_TO_ORDER"},
        ),
        (
            {"type": "PERCENT", "percent_off": Decimal("7.5"), "amount_limit": None},
            True,
            {"type": "PERCENT", "percent_off": 7.5, "effect": "APPLY_TO_ITEMS"},
        ),
        (
            {"type": "AMOUNT", "amount_off_formula": "ORDER_AMOUNT / 10"},
            False,
            {
                "type": "AMOUNT",
                "amount_off": 0,
                "amount_off_formula": "ORDER_AMOUNT / 10",
                "effect": "APPLY_TO_ORDER",
            },
        ),
        ({"type": "UNIT", "units": UNITS}, False, ADD_MANY),
    ],
)
def test_keeps_what_was_given_and_the_effective_effect(
    wire: dict[str, Any], targets_items: bool, expected: dict[str, Any]
) -> None:
    kept = discounts.stored(wire, Refused, targets_items=targets_items)

    assert kept == expected
    assert list(kept)[0] == "type"
    assert list(kept)[-1] == "effect"
    assert not any(isinstance(value, Decimal) for value in kept.values())


@pytest.mark.parametrize(
    ("wire", "said"),
    [
        ({"type": "PERCENT", "percent_off": 101}, "percent_off"),
        ({"type": "AMOUNT", "amount_off_formula": "1 +"}, "amount_off_formula"),
        ({"type": "NONE"}, "supported: AMOUNT/APPLY_TO_ORDER"),
        # How cards pay is no discount that somebody may ask for.
        ({"type": "GIFT"}, "supported: AMOUNT/APPLY_TO_ORDER"),
        ({"type": "POINTS", "exchange_ratio": 1, "points_ratio": 1}, "supported: AMOUNT/APPLY_TO_ORDER"),
    ],
)
def test_refuses_what_the_engine_cannot_calculate(wire: dict[str, Any], said: str) -> None:
    with pytest.raises(Refused) as caught:
        discounts.stored(wire, Refused)

    assert said in str(caught.value.details)


@pytest.mark.parametrize(
    ("current", "wire", "expected"),
    [
        (ADD_ONE, {"unit_off": 3}, {**ADD_ONE, "unit_off": 3}),
        (ADD_ONE, {"units": UNITS}, ADD_MANY),
        (ADD_MANY, {"unit_off": 2, "unit_type": "prod_2", "effect": "ADD_NEW_ITEMS"}, ADD_ONE),
        (ADD_MANY, {"effect": "ADD_MANY_ITEMS"}, ADD_MANY),
        (ADD_ONE, {"type": "AMOUNT", "amount_off": 5}, None),
        (None, {"amount_off": 5}, None),
    ],
)
def test_changes_values_and_never_the_type(
    current: dict[str, Any] | None, wire: dict[str, Any], expected: dict[str, Any] | None
) -> None:
    assert discounts.merged(current, wire, Refused) == expected


def test_gives_away_only_what_exists() -> None:
    sku = SkuFactory(source_id="red-mug")
    unknown = {"type": "UNIT", "unit_off": 1, "unit_type": "prod_nobody"}

    for name in (sku.public_id, "red-mug", "prod_5h1pp1ng"):
        kept = discounts.stored({**unknown, "unit_type": name}, Refused)
        assert kept["unit_type"] == name
    with pytest.raises(NotFound) as refused:
        discounts.stored({"type": "UNIT", "units": [unknown]}, Refused)
    assert refused.value.resource_id == "prod_nobody"
