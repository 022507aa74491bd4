"""Contract: 11.2, the older names about products and SKUs."""

from __future__ import annotations

from typing import Any

import pytest

from engine.basket import Line
from tests.engine.rules.building import CART, gap, holds, rule, situation

COLOURED = (
    Line(price=1000, quantity=2, product_id="prod_a", product_metadata={"colour": "red"}),
    Line(price=3000, quantity=1, product_id="prod_b", product_metadata={"colour": "blue"}),
    Line(price=500, quantity=4, product_id="prod_c"),
)


@pytest.mark.parametrize(
    ("name", "conditions", "expected"),
    [
        ("product.id", {"$is": ["prod_mug"]}, True),
        ("product_id", {"$is": ["prod_mug"]}, True),
        ("product.id", {"$is": [{"id": "prod_mug", "object": "product"}]}, True),
        ("product.id", {"$in": ["prod_x", "prod_mug"]}, True),
        ("product.id", {"$is": ["prod_x"]}, False),
        ("product.id", {"$is_not": ["prod_x"]}, True),
        ("product.id", {"$is_not": ["prod_mug"]}, False),
        ("product.id", {"$not_in": ["prod_x", "prod_mug"]}, False),
        ("product.id", {"$is": ["sku_red"]}, False),
        ("sku.id", {"$is": ["sku_red"]}, True),
        ("sku.id", {"$is": ["sku_blue"]}, False),
        ("product.price", {"$more_than_or_equal": [2500]}, True),
        ("product.price", {"$more_than": [2500]}, False),
        ("product.quantity", {"$is": [3]}, True),
        ("product.quantity", {"$is": [4]}, False),
        ("sku.price", {"$is": [2000]}, True),
        ("sku.quantity", {"$more_than": [3]}, False),
        ("product.discount_applicable", {"$is": [True]}, True),
        ("sku.discount_applicable", {}, True),
    ],
)
def test_alone(name: str, conditions: dict[str, Any], expected: bool) -> None:
    assert holds(name, conditions, situation(CART)) is expected


@pytest.mark.parametrize(
    ("name", "conditions", "expected"),
    [
        ("product.price", {"$is": [1000]}, True),
        ("product.price", {"$is": [2500]}, False),
        ("product.quantity", {"$is": [2]}, True),
        ("product.quantity", {"$is": [3]}, False),
        ("product.discount_applicable", {"$is": [True]}, True),
    ],
)
def test_below_a_product(name: str, conditions: dict[str, Any], expected: bool) -> None:
    inner = {"1": rule(name, conditions)}

    assert holds("product.id", {"$is": ["prod_mug"]}, situation(), rules=inner) is expected


@pytest.mark.parametrize(
    ("name", "conditions", "prop", "expected"),
    [
        ("product.metadata", {"$is": ["red"]}, "colour", True),
        ("product.metadata", {"$is": ["green"]}, "colour", False),
        ("product.metadata.match_all", {"$in": ["red", "blue"]}, "colour", False),
        ("product.metadata.match_all", {"$is_not": ["green"]}, "colour", True),
        ("product.metadata.aggregated_quantity", {"$is": [3]}, "colour", True),
        ("product.metadata.aggregated_quantity", {"$is": [7]}, None, True),
        ("product.metadata.aggregated_amount", {"$is": [5000]}, "colour", True),
        ("product.metadata.discount_applicable", {"$is": [True]}, "colour", True),
    ],
)
def test_metadata(name: str, conditions: dict[str, Any], prop: str | None, expected: bool) -> None:
    assert holds(name, conditions, situation(COLOURED), property=prop) is expected


@pytest.mark.parametrize(("quantity", "expected"), [(2, True), (3, False)])
def test_figures_below_metadata_are_about_its_lines(quantity: int, expected: bool) -> None:
    inner = {"1": rule("product.metadata.aggregated_quantity", {"$is": [quantity]})}

    found = holds("product.metadata", {"$is": ["red"]}, situation(COLOURED), property="colour", rules=inner)
    assert found is expected


def test_without_an_order() -> None:
    assert holds("product.id", {"$is": ["prod_mug"]}, situation(None)) is False
    assert holds("product.id", {"$is_not": ["prod_mug"]}, situation(None)) is True
    assert holds("product.discount_applicable", {"$is": [True]}, situation(None)) is False
    assert holds("product.metadata.aggregated_quantity", {"$less_than": [1]}, situation(None)) is False


def test_says_what_to_add_or_remove() -> None:
    assert gap("product.id", {"$is": ["prod_x"]}, situation())["more"] == 1
    assert gap("product.id", {"$is_not": ["prod_mug"]}, situation()) == {"kind": "remove", "lines": [0]}
