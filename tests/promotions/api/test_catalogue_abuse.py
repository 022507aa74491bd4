"""Every writable field of a definition with every kind of wrong value: an answer, never a crash.

By day every field meets some of the values, others than the next field; with FANFARE_NIGHTLY=1 all of them.
"""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from promotions.models import Campaign, Voucher
from tests import nightly
from tests.factories.promotions import (
    CampaignFactory,
    CategoryFactory,
    PromotionTierFactory,
    ValidationRuleFactory,
    VoucherFactory,
)

DISCOUNT = {"type": "AMOUNT", "amount_off": 1}
WRONG: list[Any] = [
    None,
    True,
    -1,
    1.5,
    10**15,
    "",
    "x" * 20_000,
    "2026-02-30",
    "9999-12-31T23:59:59Z",
    "P99999Y",
    [None],
    [[]],
    {},
    {"a": [{"b": None}]},
]
LIMITS = (
    "start_date",
    "expiration_date",
    "validity_timeframe",
    "validity_timeframe.interval",
    "validity_timeframe.duration",
    "validity_day_of_week",
    "validity_hours",
    "validity_hours.daily",
    "category",
    "category_id",
    "metadata",
)
DISCOUNTS = ("type", "effect", "amount_off", "percent_off", "amount_limit", "aggregated_amount_limit")
CODES = ("code_config", *(f"code_config.{n}" for n in ("length", "charset", "prefix", "postfix", "pattern")))
VOUCHER = (
    *LIMITS,
    *CODES,
    *(f"discount.{name}" for name in DISCOUNTS),
    "code",
    "discount",
    "type",
    "gift",
    "loyalty_card",
    "campaign",
    "campaign_id",
    "active",
    "additional_info",
    "redemption",
    "redemption.quantity",
    "validation_rules",
)
CAMPAIGN = (
    *LIMITS,
    *(f"voucher.{name}" for name in (*CODES, "code", "type", "discount", "redemption.quantity")),
    "name",
    "campaign_type",
    "type",
    "description",
    "join_once",
    "use_voucher_metadata_schema",
    "vouchers_count",
    "voucher",
    "promotion",
    "promotion.tiers",
    "activity_duration_after_publishing",
    "unset_metadata_fields",
    "discount",
    "discount.amount_off",
    "validation_rules",
)
TIER = (
    *LIMITS,
    *(f"action.discount.{name}" for name in DISCOUNTS),
    "name",
    "banner",
    "action",
    "action.discount",
    "hierarchy",
    "active",
    "validation_rules",
    "validation_rule_assignments",
    "validation_rule_assignments.data",
)
RULE = (
    "name",
    "type",
    "context_type",
    "rules",
    "rules.logic",
    *(f"rules.1.{name}" for name in ("name", "property", "conditions", "conditions.$is", "rules", "error")),
    "applicable_to",
    *(f"applicable_to.{name}" for name in ("included", "excluded", "included_all")),
    "bundle_rules",
    *(f"bundle_rules.{name}" for name in ("1", "limit", "logic")),
    "error",
    "error.message",
)
RULE_BASE = {"name": "R", "rules": {"1": {"name": "order.amount", "conditions": {"$is": [1]}}}}


def body(base: dict[str, Any], field: str, value: Any) -> dict[str, Any]:
    """`base` with `value` at the dotted place of `field`."""
    head, _, rest = field.partition(".")
    if not rest:
        return {**base, head: value}
    inner = base.get(head)
    return {**base, head: body(inner if isinstance(inner, dict) else {}, rest, value)}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("method", "path", "base", "fields"),
    [
        ("post", "/v1/vouchers", {"discount": DISCOUNT}, VOUCHER),
        ("put", "/v1/vouchers/SUMMER", {}, VOUCHER),
        ("post", "/v1/campaigns/Spring/vouchers", {}, VOUCHER),
        ("post", "/v1/campaigns", {"name": "New", "voucher": {"discount": DISCOUNT}}, CAMPAIGN),
        ("put", "/v1/campaigns/Spring", {}, CAMPAIGN),
        ("post", "/v1/promotions/Auto/tiers", {"name": "T", "action": {"discount": DISCOUNT}}, TIER),
        ("put", "/v1/promotions/tiers/{tier}", {}, TIER),
        ("post", "/v1/categories", {"name": "C", "hierarchy": 1}, ("name", "hierarchy")),
        ("put", "/v1/categories/{category}", {"name": "C", "hierarchy": 1}, ("name", "hierarchy")),
        ("post", "/v1/validation-rules", RULE_BASE, RULE),
        ("put", "/v1/validation-rules/{rule}", RULE_BASE, RULE),
        (
            "post",
            "/v1/validation-rules/{rule}/assignments",
            {"related_object_id": "SUMMER"},
            ("related_object_type", "related_object_id"),
        ),
        ("post", "/v1/vouchers/metadata/async", {"codes": ["A"]}, ("codes", "metadata")),
    ],
)
def test_no_value_crashes(
    api: APIClient, method: str, path: str, base: dict[str, Any], fields: tuple[str, ...]
) -> None:
    VoucherFactory(code="SUMMER", campaign=CampaignFactory(name="Spring"))
    promotion = CampaignFactory(name="Auto", promotion=True)
    address = path.format(
        tier=PromotionTierFactory(campaign=promotion).public_id,
        category=CategoryFactory().public_id,
        rule=ValidationRuleFactory().public_id,
    )
    codes, campaigns = Voucher.objects.count(), Campaign.objects.count()
    successes = 0

    for field in fields:
        for value in nightly.some(WRONG, f"{path} {field}", one_in=3):
            answer = getattr(api, method)(address, body(base, field, value))

            assert answer.status_code < 500, (field, value)
            if answer.status_code >= 400:
                error = answer.json()
                assert error["code"] == answer.status_code
                assert error["key"]
            else:
                successes += 1

    written = Voucher.objects.count() - codes + Campaign.objects.count() - campaigns
    assert written <= successes


@pytest.mark.parametrize(
    "path",
    [
        "/v1/vouchers",
        "/v1/campaigns",
        "/v1/promotions/tiers",
        "/v1/categories",
        "/v1/validation-rules",
        "/v1/validation-rules-assignments",
        "/v1/validation-rules/val_0/assignments",
    ],
)
@pytest.mark.parametrize(
    "query",
    [
        "page=-1",
        "limit=1e3",
        "order[]=code",
        "ids[a][b]=1",
        "ids=%00",
        "filters=1",
        "filters[code]=1",
        "filters[code][conditions]=1",
        "filters[code][conditions][$is]=%00",
        "filters[created_at][conditions][$before]=never",
        "filters[metadata.][conditions][$is]=1",
        "created_at[before][after]=1",
        "code=%00",
        "campaign=%FF",
        "is_available[]=true",
        "start_date[a]=1",
        "end_date=%00",
        "rule=%00",
        "related_object_id=%00",
        "related_object_id=camp_%00",
    ],
)
def test_no_question_crashes(api: APIClient, path: str, query: str) -> None:
    answer = api.get(f"{path}?{query}")

    assert answer.status_code in (200, 400)
    if answer.status_code == 400:
        assert answer.json()["key"] == "invalid_query_params"
