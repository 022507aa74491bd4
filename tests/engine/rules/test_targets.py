"""`applicable_to` and `bundle_rules`. Contract: 5.3 to 5.5, 5.13."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine.applicability import Applicability, Entry, LimitOfUnits, Pick, Target, UnitLimit
from engine.bundles import Bundle, Component
from engine.items import ItemObject, ItemRef
from engine.rules import RuleSyntaxError, parse

MUG = {"object": "product", "id": "prod_mug"}
MUG_REF = ItemRef(object=ItemObject.PRODUCT, id="prod_mug")


def included(**fields: Any) -> Entry:
    return parse({"applicable_to": {"included": [{**MUG, **fields}]}}).applicable_to.included[0]


def component(item: Any, quantity: Any = None) -> dict[str, Any]:
    made: dict[str, Any] = {"name": "order.items.any", "conditions": {"$is": [item]}}
    if quantity is not None:
        made["rules"] = {
            "1": {"name": "order.items.aggregated_quantity", "conditions": {"$is": [quantity]}, "rules": {}}
        }
    return made


@pytest.mark.parametrize(
    "wire", [{}, {"applicable_to": None}, {"applicable_to": {}}, {"applicable_to": {"included": []}}]
)
def test_nothing_is_targeted(wire: dict[str, Any]) -> None:
    assert parse(wire).applicable_to == Applicability()
    assert parse(wire).applicable_to.is_empty is True


def test_an_entry_as_sent_least() -> None:
    assert included() == Entry(item=MUG_REF)


def test_an_entry_as_sent_most() -> None:
    found = included(
        source_id="mug",
        name="Mug",
        effect="APPLY_FROM_CHEAPEST",
        target="UNIT",
        skip_initially=1,
        repeat=3,
        price=Decimal("1500"),
        price_formula="ORDER_ITEM_PRICE * 0.5",
        amount_limit="1500",
        aggregated_amount_limit=2500,
        quantity_limit=1,
        quantity_limit_formula="ORDER_UNITS_QUANTITY",
        aggregated_quantity_limit=4,
        aggregated_quantity_limit_formula="4",
        order_item_indices=[0],
    )

    assert found == Entry(
        item=ItemRef(object=ItemObject.PRODUCT, id="prod_mug", source_id="mug", name="Mug"),
        pick=Pick.FROM_CHEAPEST,
        target=Target.UNIT,
        skip_initially=1,
        repeat=3,
        price=1500,
        price_formula="ORDER_ITEM_PRICE * 0.5",
        amount_limit=1500,
        aggregated_amount_limit=2500,
        quantity_limit=1,
        quantity_limit_formula="ORDER_UNITS_QUANTITY",
        aggregated_quantity_limit=4,
        aggregated_quantity_limit_formula="4",
    )


@pytest.mark.parametrize("limit", list(UnitLimit))
def test_limits_over_the_life_of_a_campaign(limit: UnitLimit) -> None:
    assert included(**{limit.value: 10}).unit_limits == (LimitOfUnits(limit=limit, quantity=10),)
    both = included(**{limit.value: 0, f"{limit.value}_formula": "1 + 1"})
    assert both.unit_limits == (LimitOfUnits(limit=limit, quantity=0, formula="1 + 1"),)


def test_lists_keep_their_order() -> None:
    wire = {
        "included": [MUG, {"object": "sku", "id": "sku_1"}, {"object": "products_collection", "id": "pc_1"}],
        "excluded": [{"object": "product", "source_id": "own"}],
        "included_all": True,
    }
    found = parse({"applicable_to": wire}).applicable_to

    assert [entry.item.id for entry in found.included] == ["prod_mug", "sku_1", "pc_1"]
    assert found.excluded[0].item == ItemRef(object=ItemObject.PRODUCT, id="own", source_id="own")
    assert found.included_all is True


@pytest.mark.parametrize(
    "fields",
    [
        {"object": None},
        {"object": "customer"},
        {"id": None},
        {"id": 5},
        {"effect": "APPLY"},
        {"target": "LINE"},
        {"price": -1},
        {"price": Decimal("0.5")},
        {"price": "ten"},
        {"price": 10**16},
        {"repeat": 0},
        {"skip_initially": -1},
        {"quantity_limit": True},
        {"price_formula": "1 +"},
        {"price_formula": {"a": 1}},
        {"product_campaign_quantity_limit_formula": "NOBODY_KNOWS_THIS"},
    ],
)
def test_refuses_a_wrong_entry(fields: dict[str, Any]) -> None:
    with pytest.raises(RuleSyntaxError) as caught:
        included(**fields)

    assert caught.value.path.startswith("applicable_to.included[0]")


@pytest.mark.parametrize("wire", [[], "all", {"included": {}}, {"included": "x"}, {"included_all": "yes"}])
def test_refuses_wrong_shapes(wire: Any) -> None:
    with pytest.raises(RuleSyntaxError):
        parse({"applicable_to": wire})


def test_bounds_entries() -> None:
    assert len(parse({"applicable_to": {"included": [MUG] * 1000}}).applicable_to.included) == 1000
    with pytest.raises(RuleSyntaxError, match="longer than 1000"):
        parse({"applicable_to": {"included": [MUG] * 1001}})


@pytest.mark.parametrize("wire", [None, {}, {"limit": 3}, {"limit": None}])
def test_no_bundle(wire: Any) -> None:
    assert parse({"bundle_rules": wire}).bundle is None


def test_bundle() -> None:
    laptop = {"id": "prod_laptop", "object": "product", "type": "product_or_sku"}
    bags = {"id": "pc_bags", "type": "products_collection"}
    found = parse(
        {"bundle_rules": {"limit": 2, "1": component(laptop, 2), "2": component(bags), "logic": "1 and 2"}}
    )

    assert found.bundle == Bundle(
        components=(
            Component(item=ItemRef(object=ItemObject.PRODUCT, id="prod_laptop"), quantity=2),
            Component(item=ItemRef(object=ItemObject.COLLECTION, id="pc_bags")),
        ),
        limit=2,
    )


@pytest.mark.parametrize(
    "wire",
    [
        {"limit": 0, "1": component(MUG)},
        {"limit": 101, "1": component(MUG)},
        {"1": {**component(MUG), "name": "order.items.every"}},
        {"1": {"name": "order.items.any", "conditions": {}}},
        {"1": {"name": "order.items.any", "conditions": {"$is": [MUG, MUG]}}},
        {"1": {"name": "order.items.any", "conditions": {"$is": [MUG], "$from": [MUG]}}},
        {"1": component(MUG, 0)},
        {"1": component(MUG, Decimal("1.5"))},
        {"1": {**component(MUG), "rules": {"1": {"name": "order.amount", "conditions": {"$is": [1]}}}}},
        {"1": {**component(MUG), "rules": {"1": component(MUG), "2": component(MUG)}}},
        {"1": "x"},
        [],
        {str(number): component(MUG) for number in range(101)},
    ],
)
def test_refuses_a_wrong_bundle(wire: Any) -> None:
    with pytest.raises(RuleSyntaxError) as caught:
        parse({"bundle_rules": wire})

    assert caught.value.path.startswith("bundle_rules")
