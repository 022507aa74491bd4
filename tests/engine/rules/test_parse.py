"""From the wire to the tree and back. Contract: 11.1 to 11.3."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from engine.codec import encode
from engine.items import ItemObject, ItemRef
from engine.rules import RuleSyntaxError, parse
from engine.rules.families import ALIASES, REGISTRY, Kind, canonical
from engine.rules.operands import ALLOWED
from engine.rules.tree import All, Condition, Leaf, Operator, Rule, RuleSet

AMOUNT = {"name": "order.amount", "conditions": {"$more_than": [100]}}
WIRE = {
    "id": "val_1",
    "name": "Weekend",
    "rules": {
        "1": {
            "name": "customer.metadata",
            "property": "age",
            "conditions": {"$more_than": ["18"], "$less_than": [Decimal("65.5")]},
            "rules": {},
            "error": {"message": "Adults only"},
        },
        "2": {
            "name": "order.items.any",
            "conditions": {"$is": [{"id": "pc_1", "object": "products_collection", "source_id": None}]},
            "rules": {
                "1": {"name": "order.items.aggregated_quantity", "conditions": {"$is": [2]}},
                "logic": "1",
            },
        },
        "logic": "1 and 2",
    },
    "applicable_to": {"included": [{"object": "sku", "id": "sku_1", "price": 100}], "included_all": False},
    "bundle_rules": {
        "1": {"name": "order.items.any", "conditions": {"$is": [{"id": "p", "object": "product"}]}}
    },
    "error": {"message": "Not today"},
    "object": "validation_rules",
    "created_at": "2026-01-01T00:00:00Z",
}


def refused(wire: Any) -> RuleSyntaxError:
    with pytest.raises(RuleSyntaxError) as caught:
        parse(wire)
    return caught.value


def one(name: Any, conditions: Any = None, **more: Any) -> dict[str, Any]:
    return {
        "rules": {
            "x": {"name": name, "conditions": {"$is": ["a"]} if conditions is None else conditions, **more}
        }
    }


def test_a_whole_rule() -> None:
    found = parse(WIRE)

    assert (found.id, found.name, found.error) == ("val_1", "Weekend", "Not today")
    assert found.logic == All(of=(Leaf(key="1"), Leaf(key="2")))
    assert found.rules == (
        Rule(
            key="1",
            name="customer.metadata",
            property="age",
            conditions=(
                Condition(operator=Operator.LESS_THAN, operands=(Decimal("65.5"),)),
                Condition(operator=Operator.MORE_THAN, operands=(18,)),
            ),
            error="Adults only",
        ),
        Rule(
            key="2",
            name="order.items.any",
            conditions=(
                Condition(operator=Operator.IS, operands=(ItemRef(object=ItemObject.COLLECTION, id="pc_1"),)),
            ),
            rules=(
                Rule(
                    key="1",
                    name="order.items.aggregated_quantity",
                    conditions=(Condition(operator=Operator.IS, operands=(2,)),),
                ),
            ),
            logic=Leaf(key="1"),
        ),
    )
    assert found.applicable_to.included[0].price == 100
    assert found.bundle is not None


@pytest.mark.parametrize(
    "wire", [{}, {"rules": {}}, {"rules": None}, {"rules": {"logic": ""}}, {"rules": {"logic": None}}]
)
def test_no_rules(wire: dict[str, Any]) -> None:
    assert parse(wire) == RuleSet()


def test_goes_to_json_and_back() -> None:
    found = parse(WIRE)

    stored = json.loads(json.dumps(encode(found)))
    assert parse(stored) == found
    assert set(stored) == {"id", "name", "rules", "applicable_to", "bundle_rules", "error"}


def test_rules_stand_in_the_order_of_their_numbers() -> None:
    found = parse({"rules": {"b": AMOUNT, "10": AMOUNT, "2": AMOUNT, "a": AMOUNT, "1": AMOUNT}})

    assert [rule.key for rule in found.rules] == ["1", "2", "10", "a", "b"]


@pytest.mark.parametrize("name", list(REGISTRY))
def test_every_name_is_read_with_dots_and_with_underscores(name: str) -> None:
    family = REGISTRY[name]
    operands: dict[Kind, Any] = {
        Kind.FLAG: True,
        Kind.ID: "x",
        Kind.FREE: "x",
        Kind.TIME: "2026-01-01",
        Kind.ITEM: "prod_1",
    }

    wire = one(name, {"$is": [operands.get(family.kind, 5)]}, property="p")
    assert parse(wire).rules[0].name == name
    wire["rules"]["x"]["name"] = name.replace(".", "_")
    assert parse(wire).rules[0].name == name


def test_aliases_mean_known_names_and_hide_none() -> None:
    assert set(ALIASES.values()) == set(REGISTRY)
    assert all(canonical(name) == name for name in REGISTRY)


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("order.amuont", "order.amount"),
        ("customer.segments", "customer.segment"),
        ("redemption.count.per_costumer", "redemption.count.per_customer"),
        ("order.items.all", "order.items.any"),
    ],
)
def test_an_unknown_name_is_refused_with_those_that_look_like_it(name: str, near: str) -> None:
    error = refused(one(name))

    assert str(error).startswith(f"Rule '{name}' is not known; did you mean ")
    assert near in str(error)
    assert error.path == "rules.x.name"


def test_an_unknown_name_without_neighbours() -> None:
    assert str(refused(one("zzz"))) == "Rule 'zzz' is not known"


@pytest.mark.parametrize("name", [name for name, family in REGISTRY.items() if family.needs_property])
@pytest.mark.parametrize("prop", [None, ""])
def test_metadata_rules_must_have_a_property(name: str, prop: str | None) -> None:
    error = refused(one(name, property=prop))

    assert (str(error), error.path) == (f"Rule '{name}' must have a 'property'", "rules.x")


@pytest.mark.parametrize("name", [name for name, family in REGISTRY.items() if family.needs_conditions])
@pytest.mark.parametrize("conditions", [{}, {"$is": None}])
def test_rules_that_would_always_hold_are_refused(name: str, conditions: dict[str, Any]) -> None:
    assert str(refused(one(name, conditions, property="p"))) == f"Rule '{name}' must have 'conditions'"


@pytest.mark.parametrize(
    ("wire", "path", "message"),
    [
        (None, "", "A validation rule is an object"),
        ([], "", "A validation rule is an object"),
        ({"rules": []}, "rules", "An object is expected"),
        ({"rules": {"1": "x"}}, "rules.1", "A rule is an object"),
        ({"rules": {"1": {}}}, "rules.1", "A rule must have a 'name'"),
        ({"rules": {"1": {"name": 5}}}, "rules.1.name", "A text is expected"),
        ({"rules": {"1": AMOUNT, "logic": 1}}, "rules.logic", "A text is expected"),
        (
            {"rules": {"1": AMOUNT, "logic": "2"}},
            "rules.logic",
            "The logic names rule '2', which does not exist",
        ),
        ({"rules": {"and": AMOUNT}}, "rules.and", "A logic expression cannot name this key"),
        ({"rules": {"a b": AMOUNT}}, "rules.a b", "A logic expression cannot name this key"),
        ({"rules": {"": AMOUNT}}, "rules.", "A logic expression cannot name this key"),
        (
            one("order.amount", {"$equals": [1]}),
            "rules.x.conditions.$equals",
            "Operator '$equals' is not known",
        ),
        (
            one("order.amount", {"$less_then": [1]}),
            "rules.x.conditions.$less_then",
            "Operator '$less_then' is not known; did you mean $less_than, $less_than_ago, $less_than_future?",
        ),
        (one("order.amount", {"$is": 5}), "rules.x.conditions.$is", "A list is expected"),
        (one("order.amount", {"$is": []}), "rules.x.conditions.$is", "'$is' needs a value"),
        (
            one("order.amount", {"$more_than": [1, 2]}),
            "rules.x.conditions.$more_than",
            "'$more_than' takes one value",
        ),
        (one("order.amount", {"$is": ["ten"]}), "rules.x.conditions.$is[0]", "A number is expected"),
        (one("order.amount", {"$is": [True]}), "rules.x.conditions.$is[0]", "A number is expected"),
        (one("order.amount", {"$is": [10**19]}), "rules.x.conditions.$is[0]", "A number is expected"),
        (
            one("order.amount", {"$is": [Decimal("1E+30")]}),
            "rules.x.conditions.$is[0]",
            "A number is expected",
        ),
        (
            one("order.amount", {"$is": [Decimal("1E-30")]}),
            "rules.x.conditions.$is[0]",
            "A number is expected",
        ),
        (one("customer.segment", {"$is": [5]}), "rules.x.conditions.$is[0]", "A text is expected"),
        (
            one("customer.metadata", {"$is": [None]}, property="p"),
            "rules.x.conditions.$is[0]",
            "A text, a number, true or false is expected",
        ),
        (
            one("customer.metadata", {"$count": [-1]}, property="p"),
            "rules.x.conditions.$count[0]",
            "A number from 0 on is expected",
        ),
        (
            one("customer.metadata", {"$more_than": ["soon"]}, property="p"),
            "rules.x.conditions.$more_than[0]",
            "A date or an instant in ISO 8601 is expected",
        ),
        (
            one("publication.redeemable_by_linked_customer", {"$is": ["yes"]}),
            "rules.x.conditions.$is[0]",
            "true or false is expected",
        ),
        (
            one("order.items.any", {"$is": [5]}),
            "rules.x.conditions.$is[0]",
            "A product, SKU or collection is expected",
        ),
        (
            one("order.items.any", {"$is": [{"object": "product"}]}),
            "rules.x.conditions.$is[0].id",
            "A product, SKU or collection has an 'id'",
        ),
        (
            one("order.items.any", {"$is": [{"id": "x", "object": "order"}]}),
            "rules.x.conditions.$is[0].object",
            "One of product, sku, products_collection is expected",
        ),
        (one("order.amount", {"$is": [1]}, error="No"), "rules.x.error", "An object is expected"),
        ({"error": {"message": 5}}, "error.message", "A text is expected"),
        ({"rules": {5: AMOUNT}}, "rules", "Keys of a rule are texts"),
        ({"rules": {"1": {**AMOUNT, "x": {1, 2}}}}, "rules.1.x", "set is not a value of a rule"),
        ({"rules": {"1": {**AMOUNT, "x": 0.5}}}, "rules.1.x", "float is not a value of a rule"),
    ],
)
def test_refuses(wire: Any, path: str, message: str) -> None:
    error = refused(wire)

    assert (error.path, str(error)) == (path, message)


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_says_which_operators_it_takes(kind: Kind) -> None:
    name = next(name for name, family in REGISTRY.items() if family.kind is kind)

    for operator in set(Operator) - ALLOWED[kind]:
        error = refused(one(name, {operator.value: ["x"]}, property="p"))
        assert str(error).startswith(f"'{operator}' cannot be asked here; possible: $")


def test_other_spellings_of_operators() -> None:
    found = parse(one("order.amount", {"$greater_than_or_equal": [1], "$greater_than": [0]})).rules[0]

    assert [condition.operator for condition in found.conditions] == [
        Operator.MORE_THAN,
        Operator.MORE_THAN_OR_EQUAL,
    ]


@pytest.mark.parametrize(
    ("operand", "expected"),
    [
        ("pc_1", ItemRef(object=ItemObject.COLLECTION, id="pc_1")),
        ("sku_1", ItemRef(object=ItemObject.SKU, id="sku_1")),
        ("own", ItemRef(object=ItemObject.PRODUCT, id="own")),
        ({"id": "x"}, ItemRef(object=ItemObject.PRODUCT, id="x")),
        ({"source_id": "s", "object": "sku"}, ItemRef(object=ItemObject.SKU, id="s", source_id="s")),
    ],
)
def test_articles(operand: Any, expected: ItemRef) -> None:
    assert parse(one("order.items.any", {"$is": [operand]})).rules[0].conditions[0].operands == (expected,)


def test_collections_of_from() -> None:
    found = parse(one("order.items.any", {"$from": ["own"]})).rules[0].conditions[0]

    assert found.operands == (ItemRef(object=ItemObject.COLLECTION, id="own"),)


@pytest.mark.parametrize("text", ["0.5", "1E-7", "65.50"])
def test_stored_decimals_come_back_exact(text: str) -> None:
    found = parse(one("customer.metadata", {"$is": [Decimal(text)]}, property="p", note=Decimal("1E-30")))

    assert found.rules[0].conditions[0].operands == (Decimal(text),)
    again = parse(json.loads(json.dumps(found.to_json())))
    assert str(again.rules[0].conditions[0].operands[0]) == text


@pytest.mark.parametrize("stored", ["x", "NaN", "sNaN", "Infinity", 5, None, "1" * 1001])
def test_wrong_stored_decimals(stored: Any) -> None:
    assert refused({"rules": {"1": {**AMOUNT, "note": {"$decimal": stored}}}}).path == "rules.1.note"
