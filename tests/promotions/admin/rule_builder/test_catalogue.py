"""The page can draw whatever the engine can decide."""

from __future__ import annotations

import pytest

from core.models import MetadataSchema
from engine.formula.operands import OPERANDS
from engine.rules.families import ALIASES, REGISTRY, Kind
from engine.rules.operands import ALLOWED
from engine.rules.tree import Operator
from promotions.admin.rule_builder.catalogue import catalogue, offered
from promotions.admin.rule_builder.wording import CUSTOMER, OF_THESE_ITEMS, OFFERED, OPERATORS, TIME
from promotions.formula_words import FORMULAS, spoken
from tests.conftest import NOW


def test_every_rule_of_the_engine_is_drawable_once() -> None:
    names = [rule["name"] for rule in catalogue()["rules"] if "property" not in rule]

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


def test_a_store_is_chosen_by_its_name() -> None:
    (store,) = [rule for rule in catalogue()["rules"] if rule.get("property") == "store"]

    assert (store["name"], store["kind"], store["pickers"]) == ("redemption.metadata", "store", ("store",))
    assert [one["label"] for one in store["operators"] if one["isOffered"]] == ["is", "is not"]


def test_metadata_follows_its_schemas(db: None) -> None:
    MetadataSchema.objects.create(
        related_object="customer",
        properties={
            "tier": {"type": "string"},
            "age": {"type": "number"},
            "old": {"type": "string", "deleted": True},
        },
        created_at=NOW,
    )

    rules = {rule["name"]: rule for rule in offered()["rules"] if "property" not in rule}

    assert rules["customer.metadata"]["properties"] == [
        {"name": "age", "type": "number", "isArray": False},
        {"name": "tier", "type": "string", "isArray": False},
    ]
    fits = {one["value"] for one in rules["customer.metadata"]["operators"] if "number" in one["types"]}
    assert {"$more_than", "$is", "$has_value"} <= fits
    assert not {"$starts_with", "$after", "$count"} & fits
    assert rules["order.amount"]["properties"] == []


def test_new_rows_choose_from_the_sections_of_the_field(db: None) -> None:
    sections = {rule["section"] for rule in offered((CUSTOMER, TIME))["rules"] if rule["isOffered"]}

    assert sections == {CUSTOMER, TIME}


@pytest.mark.parametrize("name", FORMULAS)
def test_figures_of_formulas_are_operands_of_the_grammar(name: str) -> None:
    assert OPERANDS[name].has_key == name.endswith("_METADATA")


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("ORDER_UNITS_QUANTITY / 2", "units in the order divided by 2"),
        ('CUSTOMER_METADATA("size") * 1.5', "metadata of the customer “size” times 1.5"),
        ("MOST_EXPENSIVE_ORDER_ITEM_PRICE", "price of the most expensive item"),
        ("IF(ORDER_AMOUNT > 50;3;1)", "IF(amount of the order > 50;3;1)"),
        ("VOUCHER_START_DATE", "VOUCHER_START_DATE"),
    ],
)
def test_formulas_are_said(formula: str, words: str) -> None:
    assert spoken(formula) == words
