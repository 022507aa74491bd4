from __future__ import annotations

from decimal import Decimal

import pytest

from engine import formula
from engine.basket import Line
from engine.formula.operands import OPERANDS
from engine.situation import Situation
from tests.engine.formula.situations import EMPTY, TIER, is_true, situation, worth

FIGURES = [
    ("ORDER_AMOUNT", "71"),
    ("ORDER_ITEMS_QUANTITY", "4"),
    ("ORDER_UNITS_QUANTITY", "11"),
    ("CHEAPEST_ORDER_ITEM_PRICE", "6"),
    ("CHEAPEST_ORDER_ITEM_AMOUNT", "6"),
    ("CHEAPEST_ORDER_ITEM_SUBTOTAL", "6"),
    ("CHEAPEST_ORDER_ITEM_UNITS_QUANTITY", "1"),
    ("MOST_EXPENSIVE_ORDER_ITEM_PRICE", "15"),
    ("MOST_EXPENSIVE_ORDER_ITEM_AMOUNT", "45"),
    ("MOST_EXPENSIVE_ORDER_ITEM_SUBTOTAL", "45"),
    ("MOST_EXPENSIVE_ORDER_ITEM_UNITS_QUANTITY", "3"),
    ('MOST_EXPENSIVE_ORDER_ITEM_PRODUCT_METADATA("margin")', "30"),
    ("VOUCHER_REDEMPTION_QUANTITY", "100"),
    ("VOUCHER_REDEEMED_QUANTITY", "40"),
    ("VOUCHER_PUBLISH_COUNT", "2"),
    ('CUSTOMER_METADATA("points")', "150"),
    ('CUSTOMER_METADATA("ratio")', "0.25"),
    ('REDEEMABLE_METADATA("rate")', "3"),
    ('PUBLICATION_METADATA("year")', "2026"),
    ("YEAR(CUSTOMER_BIRTHDATE)", "1990"),
]


@pytest.mark.parametrize(("text", "value"), FIGURES)
def test_figures(text: str, value: str) -> None:
    assert worth(text) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("ORDER_ITEM_PRICE", "10"),
        ("ORDER_ITEM_AMOUNT", "20"),
        ("ORDER_ITEM_SUBTOTAL", "15"),
        ("ORDER_ITEM_UNITS_QUANTITY", "2"),
        ('ORDER_ITEM_PRODUCT_METADATA("margin")', "12.5"),
        ('IF(ORDER_ITEM_METADATA("text") is "Anna";1;0)', "1"),
        ('IF(ORDER_ITEM_METADATA("engraved");1;0)', "1"),
        ('IF(ORDER_ITEM_PRODUCT_METADATA("colours") contains "blue";1;0)', "1"),
    ],
)
def test_facts_of_the_line(text: str, value: str) -> None:
    assert worth(text, 0) == Decimal(value)
    assert worth(text) is None


def test_price_of_a_line_that_only_has_an_amount() -> None:
    where = situation(lines=(Line(quantity=3, amount=1000),))

    assert worth("ROUND(ORDER_ITEM_PRICE;4)", 0, where) == Decimal("3.3333")


@pytest.mark.parametrize(
    "condition",
    [
        'ORDER_METADATA("shop") is "west"',
        'REDEMPTION_METADATA("store") is "A1"',
        'DATE_IS(VOUCHER_START_DATE;DATE("2026-11-01"))',
        'VOUCHER_EXPIRATION_DATE = DATE_TIME("2026-12-24T01:00:00+01:00")',
        "NOW < VOUCHER_EXPIRATION_DATE",
        'TODAY = DATE("2026-11-26")',
        'CHEAPEST_ORDER_ITEM_METADATA("text") is "Anna" OR 1 = 1',
    ],
)
def test_texts_and_dates(condition: str) -> None:
    expected = None if condition.startswith("CHEAPEST") else True

    assert is_true(condition) is expected


def test_of_lines_with_one_price_the_lowest_subtotal_counts_then_the_first() -> None:
    twins = (Line(quantity=2, price=500), Line(quantity=1, price=500), Line(quantity=1, price=500))
    marked = tuple(
        Line(quantity=line.quantity, price=line.price, metadata={"place": place})
        for place, line in enumerate(twins)
    )
    where = situation(lines=marked)

    # The earlier discount of 5.00 leaves 5.00 of the first line: all three tie, the first one wins.
    assert worth('CHEAPEST_ORDER_ITEM_METADATA("place")', where=where) == 0
    assert worth('MOST_EXPENSIVE_ORDER_ITEM_METADATA("place")', where=where) == 0
    unequal = situation(lines=(Line(quantity=3, price=500), *marked[1:]))
    assert worth('CHEAPEST_ORDER_ITEM_METADATA("place")', where=unequal) == 1
    assert worth('MOST_EXPENSIVE_ORDER_ITEM_METADATA("place")', where=unequal) == 1


@pytest.mark.parametrize(
    "text",
    [
        "VOUCHER_REDEMPTION_QUANTITY",
        "VOUCHER_REDEEMED_QUANTITY",
        "VOUCHER_PUBLISH_COUNT",
        "YEAR(VOUCHER_START_DATE)",
        "YEAR(PROMOTION_TIER_START_DATE)",
    ],
)
def test_a_tier_has_no_figures_of_vouchers_and_no_start(text: str) -> None:
    assert worth(text, where=situation(TIER)) is None


def test_a_tier_has_its_own_dates() -> None:
    assert worth("DAY_OF_MONTH(PROMOTION_TIER_EXPIRATION_DATE)", where=situation(TIER)) == 30
    assert worth("DAY_OF_MONTH(PROMOTION_TIER_EXPIRATION_DATE)") is None


@pytest.mark.parametrize("name", sorted(OPERANDS.keys() - {"TODAY", "NOW"}))
def test_without_facts_there_is_no_value(name: str) -> None:
    text = f'{name}("key")' if OPERANDS[name].has_key else name
    where: Situation = EMPTY

    dated = worth(f"YEAR({text})", where=where)
    plain = worth(text, where=where)

    # A voucher that nobody published or redeemed knows these two for sure.
    zero = name in ("VOUCHER_REDEEMED_QUANTITY", "VOUCHER_PUBLISH_COUNT")
    assert (plain, dated) == (Decimal(0) if zero else None, None)


@pytest.mark.parametrize("key", ["nothing", "address", "huge", "absent"])
def test_metadata_that_is_no_value(key: str) -> None:
    assert worth(f'CUSTOMER_METADATA("{key}")') is None
    assert worth(f'DEFAULT_TO(CUSTOMER_METADATA("{key}");5)') == 5


@pytest.mark.parametrize(
    ("text", "needed"),
    [
        ("1 + ORDER_AMOUNT", set()),
        ('IF(CUSTOMER_METADATA("a") is ORDER_METADATA("b");1;2)', {"customer.metadata", "order.metadata"}),
        ('-REDEMPTION_METADATA("k")', {"call.metadata"}),
        ('MIN(REDEEMABLE_METADATA("k");PUBLICATION_METADATA("k"))',
         {"candidate.metadata", "candidate.publication_metadata"}),
        ('2 * CHEAPEST_ORDER_ITEM_METADATA("k")', {"lines.metadata"}),
        ('SWITCH(1;SWITCH_CASE(1;ORDER_ITEM_PRODUCT_METADATA("k"));YEARS_SINCE(CUSTOMER_BIRTHDATE))',
         {"lines.product_metadata", "customer.birth_date"}),
        ("VOUCHER_PUBLISH_COUNT", {"candidate.publish_count"}),
    ],
)  # fmt: skip
def test_names_the_facts_to_load(text: str, needed: set[str]) -> None:
    assert formula.needs(formula.parse(text)) == needed
