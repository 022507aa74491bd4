from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.factories.commerce import ProductCollectionFactory, SegmentFactory
from tests.factories.promotions import ValidationRuleFactory, at_least

pytestmark = pytest.mark.django_db


def test_a_rule_is_said_in_plain_words_with_the_names_of_the_shop(api: APIClient) -> None:
    vip, coffee = SegmentFactory(name="VIP"), ProductCollectionFactory(name="Coffee")
    item = {"object": "products_collection", "id": coffee.public_id}
    rule = ValidationRuleFactory(
        rules={
            "1": {"name": "customer.segment", "conditions": {"$is": [vip.public_id]}},
            "2": at_least(5000)["1"],
            "3": {"name": "order.items.any", "conditions": {"$is": [item]}},
            "logic": "1 and (2 or 3)",
        }
    )

    answer = api.get(f"/v1/validation-rules/{rule.public_id}/summary")

    assert answer.status_code == 200
    body = answer.json()
    assert (body["id"], body["object"]) == (rule.public_id, "validation_rule_summary")
    for part in ("VIP", "50.00 EUR", "Coffee"):
        assert part in body["text"]
        assert any(part in line["text"] for line in body["lines"])
    assert vip.public_id not in body["text"]


def test_an_unknown_rule_is_not_found(api: APIClient) -> None:
    answer = api.get("/v1/validation-rules/val_nobody/summary")

    assert (answer.status_code, answer.json()["key"]) == (404, "not_found")


def test_other_methods_and_other_keys_are_refused(api: APIClient, api_as: Any, anonymous: APIClient) -> None:
    path = f"/v1/validation-rules/{ValidationRuleFactory().public_id}/summary"

    assert api.post(path, {}).status_code == 405
    assert anonymous.get(path).status_code == 401
    assert api_as("VIEWER").get(path).status_code == 200


def test_names_cost_the_same_whatever_the_rule_mentions(api: APIClient, count_queries: Any) -> None:
    def path(size: int) -> str:
        items = [
            {"object": "products_collection", "id": ProductCollectionFactory().public_id} for _ in range(size)
        ]
        rules: dict[str, Any] = {
            str(place): {"name": "order.items.any", "conditions": {"$is": [item]}}
            for place, item in enumerate(items)
        }
        return f"/v1/validation-rules/{ValidationRuleFactory(rules=rules).public_id}/summary"

    few, many = path(1), path(9)
    api.get(few)

    assert count_queries(lambda: api.get(few)) == count_queries(lambda: api.get(many))
