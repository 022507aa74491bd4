"""`GET /v1/validation-rules/{validationRuleId}/assignments` and `GET /v1/validation-rules-assignments`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from promotions.models import ValidationRuleAssignment
from tests.factories.promotions import (
    CampaignFactory,
    PromotionTierFactory,
    RuleAssignmentFactory,
    ValidationRuleFactory,
    VoucherFactory,
)
from tests.promotions.api.catalogue import refused

ALL = "/v1/validation-rules-assignments"


def ids(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.json()
    return [assignment["id"] for assignment in answer.json()["data"]]


def some(now: datetime, **columns: Any) -> list[ValidationRuleAssignment]:
    """One of each kind, the youngest first."""
    related = {
        "voucher": VoucherFactory(),
        "campaign": CampaignFactory(),
        "promotion_tier": PromotionTierFactory(),
    }
    return [
        RuleAssignmentFactory(**{kind: row}, created_at=now - timedelta(days=age), **columns)
        for age, (kind, row) in enumerate(related.items())
    ]


def test_lists_those_of_one_rule(api: APIClient, now: datetime) -> None:
    rule = ValidationRuleFactory()
    voucher, campaign, tier = some(now, rule=rule)
    some(now)
    url = f"/v1/validation-rules/{rule.public_id}/assignments"

    body = api.get(url, {"limit": 2}).json()

    assert list(body) == ["object", "data_ref", "data", "total"]
    assert (body["object"], body["data_ref"], body["total"]) == ("list", "data", 3)
    assert [entry["id"] for entry in body["data"]] == [voucher.public_id, campaign.public_id]
    assert [entry["related_object_type"] for entry in body["data"]] == ["voucher", "campaign"]
    assert ids(api.get(url, {"limit": 2, "page": 2})) == [tier.public_id]
    assert ids(api.get(url, {"order": "created_at", "limit": 1})) == [tier.public_id]


def test_the_list_of_an_unknown_rule_is_empty(api: APIClient, now: datetime) -> None:
    some(now)

    body = api.get("/v1/validation-rules/val_0/assignments").json()

    assert body == {"object": "list", "data_ref": "data", "data": [], "total": 0}


def test_lists_all(api: APIClient, now: datetime) -> None:
    voucher, campaign, tier = some(now)
    every = [voucher.public_id, campaign.public_id, tier.public_id]

    assert ids(api.get(ALL)) == every
    assert ids(api.get(ALL, {"order": "created_at"})) == every[::-1]
    for assignment, related in (
        (voucher, voucher.voucher),
        (campaign, campaign.campaign),
        (tier, tier.promotion_tier),
    ):
        assert ids(api.get(ALL, {"related_object_id": related.public_id})) == [assignment.public_id]
        assert ids(api.get(ALL, {"rule": assignment.rule.public_id})) == [assignment.public_id]
    both = {"rule": voucher.rule.public_id, "related_object_id": campaign.campaign.public_id}
    for query in (both, {"rule": "val_0"}, {"related_object_id": "promo_0"}, {"related_object_id": "x"}):
        assert api.get(ALL, query).json()["total"] == 0


def test_what_is_gone_is_left_out(api: APIClient, now: datetime) -> None:
    gone = CampaignFactory(deleted_at=now)
    promotion = CampaignFactory(promotion=True, deleted_at=now)
    rule = ValidationRuleFactory()
    for related in (
        {"voucher": VoucherFactory(deleted_at=now)},
        {"voucher": VoucherFactory(campaign=gone)},
        {"campaign": gone},
        {"promotion_tier": PromotionTierFactory(deleted_at=now)},
        {"promotion_tier": PromotionTierFactory(campaign=promotion)},
    ):
        RuleAssignmentFactory(rule=rule, **related)

    assert ids(api.get(ALL)) == []
    assert ids(api.get(f"/v1/validation-rules/{rule.public_id}/assignments")) == []


@pytest.mark.parametrize(
    "query", ["order=name", "page=0", "limit=101", "rule[a]=x", "related_object_id[a]=x"]
)
def test_refuses_wrong_questions(api: APIClient, query: str) -> None:
    refused(api.get(f"{ALL}?{query}"), 400, "invalid_query_params")


def test_one_rules_list_is_ordered_by_age_only(api: APIClient) -> None:
    answer = api.get("/v1/validation-rules/val_0/assignments?order=updated_at")

    refused(answer, 400, "invalid_query_params")


def test_cost_does_not_grow(api: APIClient, now: datetime, count_queries: Callable[[Any], int]) -> None:
    rule = ValidationRuleFactory()
    some(now, rule=rule)
    urls = (ALL, f"/v1/validation-rules/{rule.public_id}/assignments")
    api.get(ALL)  # the first call of a key is also noted
    few = [count_queries(lambda url=url: api.get(url, {"limit": 100})) for url in urls]
    for _ in range(7):
        some(now, rule=rule)

    assert [count_queries(lambda url=url: api.get(url, {"limit": 100})) for url in urls] == few
    assert max(few) <= 3
