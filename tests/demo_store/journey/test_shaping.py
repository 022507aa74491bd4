from __future__ import annotations

from datetime import UTC, datetime

import pytest

from demo_store.journey.rows import Household, Line, Product
from demo_store.journey.shaping import (
    OrderLine,
    customer_metadata,
    is_sane,
    order_line,
    order_metadata,
    product_metadata,
    product_name,
)
from tests.demo_store.journey.rows import basket, line


@pytest.mark.parametrize(
    ("receipt_line", "expected"),
    [
        (line(7, 278, quantity=2), OrderLine(product_id=7, quantity=2, price=139)),
        (line(7, 0, quantity=3), OrderLine(product_id=7, quantity=3, price=0)),
        (line(7, 500, quantity=3), OrderLine(product_id=7, quantity=1, price=500, units=3)),
        (line(7, 2006, quantity=8725), OrderLine(product_id=7, quantity=1, price=2006, units=8725)),
        (line(7, 50, quantity=0), OrderLine(product_id=7, quantity=1, price=50, units=0)),
        (line(7, 0, quantity=0, coupon=100), None),
    ],
)
def test_a_line_keeps_its_value_as_price_times_quantity(receipt_line: Line, expected: OrderLine | None):
    shaped = order_line(receipt_line)

    assert shaped == expected
    assert (shaped.amount if shaped else 0) == receipt_line.sales_value


@pytest.mark.parametrize("wrong", [line(7, -1), line(7, 100, quantity=-1)])
def test_a_receipt_below_zero_is_not_sane(wrong: Line):
    assert not is_sane(basket(1, line(8, 100), wrong))


def test_an_order_remembers_what_the_chain_took_off():
    receipt = basket(
        1, line(7, 300, retail=20, coupon=100, match=50), line(8, 0, quantity=0, coupon=25), store=31
    )

    assert order_metadata(receipt) == {
        "data_set": "Complete Journey",
        "store": "31",
        "loyalty_discount": 20,
        "coupon_discount": 125,
        "coupon_match_discount": 50,
    }


def test_a_household_that_was_never_asked_has_no_demographics():
    household = Household(id=9, demographics={}, first_seen=datetime(2017, 1, 1, tzinfo=UTC))

    assert customer_metadata(household) == {"data_set": "Complete Journey"}


@pytest.mark.parametrize(
    ("attributes", "name"),
    [
        ({"product_type": "ICE - CRUSHED/CUBED", "package_size": "22 LB"}, "Ice - crushed/cubed, 22 LB"),
        ({"product_category": "FRZN ICE", "department": "GROCERY"}, "Frzn ice"),
        ({"department": "GROCERY", "package_size": "1 CT"}, "Grocery, 1 CT"),
        ({}, "Product 12"),
    ],
)
def test_a_product_is_called_by_the_best_that_is_known(attributes: dict[str, str], name: str):
    assert product_name(Product(id=12, attributes=attributes)) == name


def test_product_metadata_uses_short_words():
    product = Product(
        id=12,
        attributes={
            "department": "GROCERY",
            "product_category": "ICE",
            "product_type": "CUBED",
            "manufacturer_id": "2",
        },
    )

    assert product_metadata(product) == {
        "data_set": "Complete Journey",
        "department": "GROCERY",
        "category": "ICE",
        "type": "CUBED",
        "manufacturer": "2",
    }
