from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from promotions import rule_words
from promotions.admin.rule_builder import document as documents
from tests.factories.commerce import ProductCollectionFactory, ProductFactory, SegmentFactory


def rule(name: str, operator: str = "$is", *operands: Any, **more: Any) -> dict[str, Any]:
    return {"name": name, "conditions": {operator: list(operands)}, **more}


def test_only_the_parts_of_a_rule_are_read() -> None:
    text = '{"rules": {"1": {"name": "order.amount"}}, "applicable_to": null, "name": "x", "is_admin": true}'

    assert documents.read(text) == {"rules": {"1": {"name": "order.amount"}}}
    assert documents.read("") == {}


@pytest.mark.parametrize("text", ["[]", "3", "{", "null"])
def test_something_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"object|property|column"):
        documents.read(text)


def test_figures_stay_exact() -> None:
    document = documents.read('{"rules": {"1": {"conditions": {"$is": [0.1, 12]}}}}')

    assert document["rules"]["1"]["conditions"]["$is"] == [Decimal("0.1"), 12]
    assert documents.write(document) == '{"rules": {"1": {"conditions": {"$is": [0.1, 12]}}}}'


@pytest.mark.parametrize(
    ("wire", "place", "words"),
    [
        (rule(""), "rules.2", "Choose what the condition is about."),
        (rule("order.amount"), "rules.2.conditions.$is", "Choose or write a value."),
        (rule("order.amount", "$is", "ten"), "rules.2.conditions.$is[0]", "Write a number."),
        (rule("customer.metadata", "$is", "x"), "rules.2", "Write the name of the metadata key."),
        (
            rule("order.items.any", "$is", {"object": "product"}),
            "rules.2.conditions.$is[0].id",
            "Choose a product, SKU or collection from the list.",
        ),
        (
            rule(
                "order.items.any",
                "$is",
                {"id": "prod_1"},
                rules={"1": rule("order.items.aggregated_quantity")},
            ),
            "rules.2.rules.1.conditions.$is",
            "Choose or write a value.",
        ),
    ],
)
def test_mistakes_name_their_place_in_plain_words(wire: dict[str, Any], place: str, words: str) -> None:
    document = {"rules": {"1": rule("order.amount", "$more_than", 1), "2": wire, "logic": "1 and 2"}}

    assert documents.mistakes(document) == {place: words}


def test_all_mistakes_are_told_together() -> None:
    document = {
        "rules": {"1": rule("order.amount"), "2": rule("")},
        "applicable_to": {"included": [{"object": "product", "id": ""}]},
    }

    assert set(documents.mistakes(document)) == {
        "rules.1.conditions.$is",
        "rules.2",
        "applicable_to.included[0].id",
    }


def test_a_whole_rule_has_no_mistakes() -> None:
    assert documents.mistakes({"rules": {"1": rule("order.amount", "$more_than", 1), "logic": "1"}}) == {}
    assert documents.mistakes({}) == {}


def test_words_call_things_by_their_names(db: None) -> None:
    vip = SegmentFactory(name="VIP")
    coffee = ProductCollectionFactory(name="Coffee")
    document = {
        "rules": {
            "1": rule("customer.segment", "$is", vip.public_id),
            "2": rule("order.items.any", "$is", {"id": coffee.public_id, "object": "products_collection"}),
        }
    }

    lines = documents.in_words(document)

    assert [line["text"] for line in lines][0] == "Customer is in segment VIP"
    assert "Coffee" in lines[1]["text"]
    assert lines[1]["joint"] == "and"
    assert rule_words.paragraph(document).startswith("Customer is in segment VIP, and ")


def test_what_cannot_be_read_has_no_words(db: None) -> None:
    assert documents.in_words({"rules": {"1": rule("")}}) == []
    assert rule_words.paragraph({"rules": {"1": rule("")}}) == ""


def test_names_cost_one_query_for_each_kind(db: None, django_assert_num_queries: Any) -> None:
    products = [ProductFactory(price=None) for _ in range(5)]
    segments = [SegmentFactory() for _ in range(3)]
    document = {
        "rules": {
            "1": rule("customer.segment", "$is", *(segment.public_id for segment in segments)),
            "2": rule(
                "order.items.any", "$is", *({"id": p.public_id, "object": "product"} for p in products)
            ),
        },
        "applicable_to": {"included": [{"object": "product", "id": products[0].public_id}]},
    }

    with django_assert_num_queries(2):
        names = rule_words.names_of([document])

    assert set(names) >= {row.public_id for row in (*products, *segments)}
