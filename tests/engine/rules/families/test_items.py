"""Contract: 11.4, product rules step by step, on the sample cart of 5.6."""

from __future__ import annotations

from typing import Any

import pytest

from engine import rules
from engine.basket import Line
from tests.engine.rules.building import (
    ADV,
    BOTTLE,
    CART,
    MUG,
    POSTER,
    SHIRT,
    gap,
    holds,
    refusal,
    rule,
    rule_set,
    situation,
)

MUG_REF, BOTTLE_REF = ({"id": "prod_mug", "object": "product"}, {"id": "prod_bottle", "object": "product"})
RED = {"id": "sku_red", "object": "sku"}
NOBODY = {"id": "prod_x", "object": "product"}


def below(name: str, conditions: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"1": rule(name, conditions, **more)}


@pytest.mark.parametrize(
    ("quantifier", "conditions", "expected"),
    [
        ("any", {"$is": [ADV]}, True),
        ("any", {"$is": [NOBODY]}, False),
        ("any", {"$is": [NOBODY, BOTTLE_REF]}, True),
        ("any", {"$is": [RED]}, True),
        ("any", {"$in": [NOBODY, RED]}, True),
        ("any", {"$is_not": [ADV]}, True),
        ("any", {"$is": [MUG_REF], "$from": [ADV]}, True),
        ("any", {"$is": [BOTTLE_REF], "$from": [ADV]}, False),
        ("any", {"$is": ["prod_mug"]}, True),
        ("any", {"$is": ["pc_ADV"]}, True),
        ("any", {"$is": [ADV], "$count": [3]}, True),
        ("any", {"$is": [ADV], "$count_more": [3]}, False),
        ("any", {"$is": [ADV], "$count_less": [4]}, True),
        ("any", {}, True),
        ("every", {"$is": [ADV]}, False),
        ("every", {"$is": [ADV, BOTTLE_REF]}, True),
        ("every", {"$is_not": [NOBODY]}, True),
        ("every", {"$is_not": [ADV]}, False),
        ("none", {"$is": [NOBODY]}, True),
        ("none", {"$is": [ADV]}, False),
        ("none", {"$is_not": [ADV]}, False),
        ("cheapest", {"$is": [MUG_REF]}, True),
        ("cheapest", {"$is": [BOTTLE_REF]}, False),
        ("cheapest", {"$is_not": [BOTTLE_REF]}, True),
        ("most_expensive", {"$is": [BOTTLE_REF]}, True),
        ("most_expensive", {"$is": [RED]}, False),
        ("most_expensive", {"$is": [RED], "$from": [ADV]}, True),
        ("most_expensive", {"$is": [BOTTLE_REF], "$from": [ADV]}, False),
    ],
)
def test_quantifiers(quantifier: str, conditions: dict[str, Any], expected: bool) -> None:
    assert holds(f"order.items.{quantifier}", conditions, situation()) is expected


@pytest.mark.parametrize(
    ("quantifier", "expected"),
    [("any", False), ("every", False), ("none", True), ("cheapest", False), ("most_expensive", False)],
)
@pytest.mark.parametrize("lines", [None, []])
def test_without_lines(quantifier: str, expected: bool, lines: list[Line] | None) -> None:
    assert holds(f"order.items.{quantifier}", {"$is": [ADV]}, situation(lines)) is expected


def test_of_equally_cheap_lines_all_must_match() -> None:
    twin = Line(price=1000, product_id="prod_other")

    assert holds("order.items.cheapest", {"$is": [MUG_REF]}, situation([*CART, twin])) is False
    assert holds(
        "order.items.cheapest", {"$is": [MUG_REF, {**NOBODY, "id": "prod_other"}]}, situation([*CART, twin])
    )


def test_a_line_without_price_is_neither_cheap_nor_expensive() -> None:
    unpriced = Line(product_id="prod_x")

    assert holds("order.items.cheapest", {"$is": [MUG_REF]}, situation([unpriced, *CART])) is True
    assert holds("order.items.cheapest", {}, situation([unpriced])) is False


@pytest.mark.parametrize(
    ("quantifier", "name", "conditions", "expected"),
    [
        ("any", "order.items.aggregated_quantity", {"$more_than_or_equal": [5]}, True),
        ("any", "order.items.aggregated_quantity", {"$is": [8]}, True),
        ("any", "order.items.aggregated_quantity", {"$more_than": [8]}, False),
        ("any", "order.items.aggregated_amount", {"$is": [12500]}, True),
        ("any", "order.items.aggregated_amount", {"$more_than": [12500]}, False),
        ("any", "order.items.price", {"$more_than": [1500]}, True),
        ("any", "order.items.price", {"$more_than": [2000]}, False),
        ("any", "order.items.quantity", {"$more_than_or_equal": [3]}, True),
        ("any", "order.items.quantity", {"$more_than": [3]}, False),
        ("none", "order.items.aggregated_quantity", {"$more_than": [8]}, True),
        ("none", "order.items.aggregated_quantity", {"$more_than": [7]}, False),
        ("none", "order.items.price", {"$more_than": [2000]}, True),
        ("none", "order.items.price", {"$more_than": [1500]}, False),
    ],
)
def test_subrules_ask_about_the_matched_lines(
    quantifier: str, name: str, conditions: dict[str, Any], expected: bool
) -> None:
    found = holds(f"order.items.{quantifier}", {"$is": [ADV]}, situation(), rules=below(name, conditions))

    assert found is expected


@pytest.mark.parametrize(
    ("conditions", "expected"), [({"$more_than_or_equal": [1000]}, True), ({"$more_than": [1000]}, False)]
)
def test_below_every_each_line_must_do(conditions: dict[str, Any], expected: bool) -> None:
    cart = situation([MUG, POSTER, SHIRT])

    price = below("order.items.price", conditions)
    assert holds("order.items.every", {"$is": [ADV]}, cart, rules=price) is expected


def test_metadata_of_matched_lines_only() -> None:
    lines = [Line(price=1, product_id="prod_mug"), Line(price=1, product_id="prod_x", metadata={"size": "L"})]
    size = below("order.items.metadata", {"$is": ["L"]}, property="size")

    assert holds("order.items.any", {"$is": [MUG_REF]}, situation(lines), rules=size) is False
    assert holds("order.items.any", {"$is": [NOBODY]}, situation(lines), rules=size) is True


@pytest.mark.parametrize(
    ("logic", "expected"), [("1 and 2", False), ("1 or 2", True), ("", False), ("2", False), ("1", True)]
)
def test_subrules_are_joined_by_their_logic(logic: str, expected: bool) -> None:
    inner = {
        "1": rule("order.items.aggregated_quantity", {"$is": [8]}),
        "2": rule("order.items.aggregated_amount", {"$is": [1]}),
        "logic": logic,
    }

    assert holds("order.items.any", {"$is": [ADV]}, situation(), rules=inner) is expected


def test_subrules_are_not_asked_when_nothing_matches() -> None:
    few = below("order.items.aggregated_quantity", {"$less_than": [5]})

    assert holds("order.items.any", {"$is": [NOBODY]}, situation(), rules=few) is False


def test_item_rules_may_stand_in_each_other() -> None:
    inner = {
        "1": rule("order.items.any", {"$is": [MUG_REF]}, rules=below("order.items.price", {"$is": [1000]}))
    }

    assert holds("order.items.any", {"$is": [ADV]}, situation(), rules=inner) is True
    assert holds("order.items.any", {"$is": [BOTTLE_REF]}, situation(), rules=inner) is False


def test_says_what_to_add() -> None:
    assert gap("order.items.any", {"$is": [NOBODY]}, situation()) == {
        "kind": "units",
        "more": 1,
        "items": [{"object": "product", "id": "prod_x", "source_id": None, "name": ""}],
    }
    nine = below("order.items.aggregated_quantity", {"$more_than_or_equal": [9]})
    reason = refusal("order.items.any", {"$is": [ADV]}, situation(), rules=nine)
    assert reason.remedy == "Add one more from Coffee"
    assert reason.details == (
        "CODE: an item of the order must be Coffee, where number of units of these items must be at least 9;"
        " matching order lines: 1, 2 and 3"
    )
    three = below("order.items.aggregated_quantity", {"$more_than": [3]})
    assert refusal("order.items.any", {"$is": [ADV]}, situation([BOTTLE]), rules=three).remedy == (
        "Add 4 more from Coffee"
    )
    worth = below("order.items.aggregated_amount", {"$more_than_or_equal": [13000]})
    assert refusal("order.items.any", {"$is": [ADV]}, situation(), rules=worth).remedy == (
        "Add 5.00 more from Coffee"
    )


def test_says_what_to_remove() -> None:
    assert gap("order.items.every", {"$is": [ADV]}, situation()) == {"kind": "remove", "lines": [3]}
    assert gap("order.items.none", {"$is": [ADV]}, situation()) == {"kind": "remove", "lines": [0, 1, 2]}
    assert refusal("order.items.every", {"$is": [ADV]}, situation()).remedy == "Remove order line 4"


def test_names_the_lines_that_matched() -> None:
    only = rule_set(rule("order.items.any", {"$is": [ADV]}))

    assert rules.judge(only, situation(), full=True).leaves[0].actual == {"lines": [0, 1, 2]}
