"""`GET /v1/validation-rules/{validationRuleId}`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from rest_framework.test import APIClient

from tests.factories.promotions import ValidationRuleFactory, at_least
from tests.promotions.api.catalogue import refused

URL = "/v1/validation-rules"


def test_reads_one(api: APIClient, now: datetime) -> None:
    rule = ValidationRuleFactory(name="Big", updated_at=now)

    body = api.get(f"{URL}/{rule.public_id}").json()

    assert (body["id"], body["name"], body["rules"]) == (rule.public_id, "Big", at_least(10_000))
    assert (body["created_at"], body["updated_at"]) == (
        "2026-03-01T09:00:00.000Z",
        "2026-03-10T12:00:00.000Z",
    )
    assert {"error", "bundle_rules"}.isdisjoint(body)


def test_is_found_by_id_only(api: APIClient) -> None:
    ValidationRuleFactory(name="Big")

    body = refused(api.get(f"{URL}/Big"), 404, "not_found")
    assert (body["resource_type"], body["resource_id"]) == ("validation_rules", "Big")


def test_costs_two_queries(api: APIClient, count_queries: Callable[[Any], int]) -> None:
    path = f"{URL}/{ValidationRuleFactory().public_id}"
    api.get(path)  # the first call of a key is also noted

    assert count_queries(lambda: api.get(path)) <= 2
