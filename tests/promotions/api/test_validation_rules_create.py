"""`POST /v1/validation-rules`."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from core.models import OutboxEvent
from promotions.models import ValidationRule
from promotions.rule_contexts import CONTEXT_TYPES
from tests.factories.promotions import at_least
from tests.promotions.api.catalogue import audited, refused, told

URL = "/v1/validation-rules"

APPLICABLE = {
    "included": [
        {"object": "products_collection", "id": "pc_summer", "effect": "APPLY_TO_CHEAPEST", "target": "UNIT"},
        {"object": "product", "id": "prod_1", "source_id": "cup"},
    ],
    "excluded": [{"object": "sku", "id": "sku_1", "product_id": "prod_1", "effect": "APPLY_TO_EVERY"}],
}
BUNDLE = {
    "1": {
        "name": "order.items.any",
        "conditions": {"$is": [{"id": "prod_1", "object": "product", "type": "product_or_sku"}]},
        "rules": {
            "1": {"name": "order.items.aggregated_quantity", "conditions": {"$is": [2]}, "rules": {}},
            "logic": "1",
        },
    },
    "logic": "1",
    "limit": 3,
}


def test_keeps_and_prints_what_was_sent(api: APIClient) -> None:
    body = {
        "name": "Big baskets",
        "type": "advanced",
        "context_type": "campaign.promotion.discount.apply_to_items",
        "rules": {
            "1": {
                "name": "customer.metadata",
                "property": "height",
                "conditions": {"$more_than": [1.75]},
                "rules": {},
                "error": {"message": "Too small"},
            },
            "2": {"name": "order.amount", "conditions": {"$more_than_or_equal": [10_000]}},
            "logic": "1 or 2",
        },
        "applicable_to": APPLICABLE,
        "bundle_rules": BUNDLE,
        "error": {"message": "Not for you"},
        "assignments_count": 77,
    }

    answer = api.post(URL, body)

    rule = ValidationRule.objects.get()
    wire = answer.json()
    assert answer.status_code == 200, wire
    assert list(wire) == [
        "id",
        "name",
        "rules",
        "bundle_rules",
        "error",
        "applicable_to",
        "type",
        "context_type",
        "created_at",
        "assignments_count",
        "object",
    ]
    assert (wire["id"], len(rule.public_id), wire["object"]) == (rule.public_id, 16, "validation_rules")
    for name in ("name", "type", "context_type", "rules", "bundle_rules", "error"):
        assert wire[name] == body[name]
    product = {**APPLICABLE["included"][1], "effect": "APPLY_TO_EVERY"}
    assert wire["applicable_to"] == {
        "included": [APPLICABLE["included"][0], product],
        "excluded": APPLICABLE["excluded"],
        "included_all": False,
    }
    assert wire["assignments_count"] == 0
    assert api.get(f"{URL}/{rule.public_id}").json() == wire


def test_a_name_is_enough(api: APIClient) -> None:
    wire = api.post(URL, {"name": "Everybody"}).json()

    assert wire == {
        "id": wire["id"],
        "name": "Everybody",
        "rules": {},
        "applicable_to": {"excluded": [], "included": [], "included_all": False},
        "type": "expression",
        "context_type": "global",
        "created_at": wire["created_at"],
        "assignments_count": 0,
        "object": "validation_rules",
    }


def test_leaves_an_audit_row_and_an_event(api: APIClient) -> None:
    rule_id = api.post(URL, {"name": "Big", "rules": at_least(5)}).json()["id"]

    assert audited() == ["validation_rule.created"]
    assert told() == ["business_validation_rule.created"]
    assert OutboxEvent.objects.get(name__startswith="business").payload == {"rule_id": rule_id}


@pytest.mark.parametrize("context_type", CONTEXT_TYPES)
def test_takes_every_context(api: APIClient, context_type: str) -> None:
    assert api.post(URL, {"name": "R", "context_type": context_type}).json()["context_type"] == context_type


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": None},
        {"name": 5},
        {"name": "x" * 256},
        {"name": "R", "type": "simple"},
        {"name": "R", "context_type": "campaign"},
        {"name": "R", "rules": []},
        {"name": "R", "rules": "1"},
        {"name": "R", "applicable_to": []},
        {"name": "R", "bundle_rules": "1"},
        {"name": "R", "error": "No"},
    ],
)
def test_refuses_a_wrong_shape(api: APIClient, body: dict[str, Any]) -> None:
    refused(api.post(URL, body), 400, "invalid_payload")
    assert not ValidationRule.objects.exists()


ONE = {"name": "order.amount", "conditions": {"$more_than": [1]}}


@pytest.mark.parametrize(
    ("body", "details"),
    [
        ({"rules": {"1": ONE, "logic": "1 and 2"}}, "2"),
        ({"rules": {"1": ONE, "logic": "(1"}}, ""),
        ({"rules": {"1": {"name": "customer.metadata", "conditions": {"$is": ["x"]}}}}, "property"),
        ({"rules": {"1": {"name": "order.weather", "conditions": {"$is": ["x"]}}}}, "order.weather"),
        ({"rules": {"1": {"name": "order.amount", "conditions": {"$is_near": [1]}}}}, "$is_near"),
        ({"rules": {"1": {"name": "order.amount", "conditions": {"$more_than": 1}}}}, ""),
        ({"rules": {"1": "order.amount"}}, ""),
        ({"applicable_to": {"included": [{"object": "shop", "id": "s_1"}]}}, "included"),
        ({"applicable_to": {"excluded": {"object": "product", "id": "prod_1"}}}, ""),
        ({"applicable_to": {"included_all": "yes"}}, ""),
        (
            {
                "rules": {
                    "1": {"name": "order.items.any", "conditions": {"$is": [{"object": "shelf", "id": "s"}]}}
                }
            },
            "rules.1",
        ),
        ({"bundle_rules": {"1": ONE, "logic": "1"}}, ""),
        ({"error": {"message": 5}}, ""),
        ({"rules": {"1": {**ONE, "property": "x" * 250_000}}}, "200000"),
    ],
)
def test_refuses_what_the_engine_does_not_understand(
    api: APIClient, body: dict[str, Any], details: str
) -> None:
    refused(api.post(URL, {"name": "R", **body}), 400, "invalid_validation_rules", details)
    assert not ValidationRule.objects.exists()
    assert (audited(), told()) == ([], [])


def test_articles_and_segments_may_be_unknown(api: APIClient) -> None:
    """The shop may send them later."""
    rules = {
        "1": {"name": "customer.segment", "conditions": {"$is": ["seg_unknown"]}},
        "2": {
            "name": "order.items.any",
            "conditions": {"$is": [{"object": "products_collection", "id": "pc_unknown"}]},
            "rules": {"1": {"name": "order.items.price", "conditions": {"$more_than": [1500]}}},
        },
    }

    assert api.post(URL, {"name": "R", "rules": rules}).json()["rules"] == rules
