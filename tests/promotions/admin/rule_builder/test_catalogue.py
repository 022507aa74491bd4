"""The page can draw whatever the engine can decide."""

from __future__ import annotations

from engine.rules.families import ALIASES, REGISTRY, Kind
from engine.rules.operands import ALLOWED
from engine.rules.tree import Operator
from promotions.admin.rule_builder.catalogue import catalogue
from promotions.admin.rule_builder.wording import OF_THESE_ITEMS, OFFERED, OPERATORS


def test_every_rule_of_the_engine_is_drawable_once() -> None:
    names = [rule["name"] for rule in catalogue()["rules"]]

    assert sorted(names) == sorted(REGISTRY)
    assert set(catalogue()["subrules"]) <= set(names)
    assert catalogue()["aliases"] == ALIASES


def test_words_are_about_rules_that_exist() -> None:
    worded = [name for names in OFFERED.values() for name in names]

    assert set(worded) | set(OF_THESE_ITEMS) <= set(REGISTRY)
    assert len(worded) == len(set(worded))


def test_every_operator_has_words_and_every_allowed_one_is_drawn() -> None:
    assert set(OPERATORS) == set(Operator)
    for rule in catalogue()["rules"]:
        drawn = [operator["value"] for operator in rule["operators"]]
        assert sorted(drawn) == sorted(ALLOWED[REGISTRY[rule["name"]].kind]), rule["name"]
        assert any(operator["isOffered"] for operator in rule["operators"]), rule["name"]


def test_labels_tell_the_rules_apart() -> None:
    labels = [(rule["section"], rule["label"]) for rule in catalogue()["rules"] if rule["isOffered"]]

    assert len(labels) == len(set(labels))


def test_widgets_follow_the_kind_of_value() -> None:
    rules = {rule["name"]: rule for rule in catalogue()["rules"]}

    assert rules["customer.segment"]["kind"] == "segment"
    assert rules["customer.segment"]["pickers"] == ("segment",)
    assert rules["order.amount"]["kind"] == Kind.MONEY
    assert rules["customer.metadata"]["hasProperty"]
    assert rules["order.items.any"]["hasSubrules"]
    assert rules["order.items.any"]["pickers"] == ("product", "sku", "products_collection")
    assert not rules["order.amount"]["hasSubrules"]
