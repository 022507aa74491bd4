"""Every endpoint of definitions: wrong method, no key, a key without the right, nothing there."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from promotions.models import Campaign, Category, PromotionTier, ValidationRule, Voucher
from tests.factories.promotions import (
    CampaignFactory,
    CategoryFactory,
    PromotionTierFactory,
    ValidationRuleFactory,
    VoucherFactory,
)
from tests.promotions.api.catalogue import refused, told

# method, path, what is missing when the path names nothing
READS = [
    ("get", "/v1/campaigns", ""),
    ("get", "/v1/campaigns/{missing}", "campaign"),
    ("get", "/v1/categories", ""),
    ("get", "/v1/categories/{missing}", "category"),
    ("get", "/v1/promotions/tiers", ""),
    ("get", "/v1/promotions/{missing}/tiers", "campaign"),
    ("get", "/v1/promotions/tiers/{missing}", "promotion_tier"),
    ("get", "/v1/validation-rules", ""),
    ("get", "/v1/validation-rules/{missing}", "validation_rules"),
    ("get", "/v1/validation-rules/{missing}/assignments", ""),
    ("get", "/v1/validation-rules-assignments", ""),
    ("get", "/v1/vouchers", ""),
    ("get", "/v1/vouchers/{missing}", "voucher"),
]
WRITES = [
    ("post", "/v1/campaigns", ""),
    ("put", "/v1/campaigns/{missing}", "campaign"),
    ("delete", "/v1/campaigns/{missing}", "campaign"),
    ("post", "/v1/campaigns/{missing}/enable", "campaign"),
    ("post", "/v1/campaigns/{missing}/disable", "campaign"),
    ("post", "/v1/campaigns/{missing}/vouchers", "campaign"),
    ("post", "/v1/campaigns/{missing}/vouchers/NEW", "campaign"),
    ("post", "/v1/categories", ""),
    ("put", "/v1/categories/{missing}", "category"),
    ("delete", "/v1/categories/{missing}", "category"),
    ("post", "/v1/promotions/{missing}/tiers", "campaign"),
    ("put", "/v1/promotions/tiers/{missing}", "promotion_tier"),
    ("delete", "/v1/promotions/tiers/{missing}", "promotion_tier"),
    ("post", "/v1/promotions/tiers/{missing}/enable", "promotion_tier"),
    ("post", "/v1/promotions/tiers/{missing}/disable", "promotion_tier"),
    ("post", "/v1/validation-rules", ""),
    ("put", "/v1/validation-rules/{missing}", "validation_rules"),
    ("delete", "/v1/validation-rules/{missing}", "validation_rules"),
    ("post", "/v1/validation-rules/{missing}/assignments", "validation_rules"),
    ("delete", "/v1/validation-rules/{missing}/assignments/asgm_0", "validation_rules"),
    ("post", "/v1/vouchers", ""),
    ("post", "/v1/vouchers/NEW", ""),
    ("put", "/v1/vouchers/{missing}", "voucher"),
    ("delete", "/v1/vouchers/{missing}", "voucher"),
    ("post", "/v1/vouchers/{missing}/enable", "voucher"),
    ("post", "/v1/vouchers/{missing}/disable", "voucher"),
    ("post", "/v1/vouchers/bulk/async", ""),
    ("post", "/v1/vouchers/metadata/async", ""),
]
BODY = {
    "name": "New",
    "hierarchy": 1,
    "action": {"discount": {"type": "AMOUNT", "amount_off": 1}},
    "related_object_id": "nothing",
}


def counts() -> tuple[int, ...]:
    return tuple(
        model.objects.count() for model in (Campaign, Category, PromotionTier, ValidationRule, Voucher)
    )


@pytest.mark.parametrize(("method", "path", "kind"), [*READS, *WRITES])
def test_needs_a_key(anonymous: APIClient, method: str, path: str, kind: str) -> None:
    refused(getattr(anonymous, method)(path.format(missing="x"), BODY), 401, "unauthorized")


@pytest.mark.parametrize(("method", "path", "kind"), WRITES)
def test_a_viewer_may_not_write(
    api_as: Callable[[str], APIClient], method: str, path: str, kind: str
) -> None:
    answer = getattr(api_as("VIEWER"), method)(path.format(missing="x"), BODY)

    refused(answer, 403, "missing_required_permission")
    assert counts() == (0, 0, 0, 0, 0)


@pytest.mark.parametrize(("method", "path", "kind"), READS)
def test_a_viewer_may_read(api_as: Callable[[str], APIClient], method: str, path: str, kind: str) -> None:
    status = getattr(api_as("VIEWER"), method)(path.format(missing="x")).status_code

    assert status == (404 if kind else 200)


@pytest.mark.parametrize("missing", ["nothing", "camp_0", "v_0", "promo_0", "cat_0", "%00"])
@pytest.mark.parametrize(("method", "path", "kind"), [row for row in [*READS, *WRITES] if row[2]])
def test_what_is_not_there_is_not_found(
    api: APIClient, method: str, path: str, kind: str, missing: str
) -> None:
    answer = getattr(api, method)(path.format(missing=missing), BODY)

    if missing == "%00":
        assert answer.status_code in (400, 404)
    else:
        body = refused(answer, 404, "not_found")
        assert (body["resource_type"], body["resource_id"]) == (kind, missing)
        assert body["message"] == "Resource not found"
        assert body["details"] == f"Cannot find {kind} with id {missing}"
    assert counts() == (0, 0, 0, 0, 0)
    assert told() == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("put", "/v1/campaigns"),
        ("post", "/v1/campaigns/x"),
        ("get", "/v1/campaigns/x/vouchers"),
        ("put", "/v1/campaigns/x/vouchers/y"),
        ("get", "/v1/campaigns/x/enable"),
        ("get", "/v1/campaigns/x/disable"),
        ("delete", "/v1/categories"),
        ("post", "/v1/categories/x"),
        ("post", "/v1/promotions/tiers"),
        ("put", "/v1/promotions/x/tiers"),
        ("post", "/v1/promotions/tiers/x"),
        ("get", "/v1/promotions/tiers/x/enable"),
        ("get", "/v1/promotions/tiers/x/disable"),
        ("put", "/v1/validation-rules"),
        ("post", "/v1/validation-rules/x"),
        ("put", "/v1/validation-rules/x/assignments"),
        ("get", "/v1/validation-rules/x/assignments/y"),
        ("put", "/v1/validation-rules/x/assignments/y"),
        ("post", "/v1/validation-rules-assignments"),
        ("put", "/v1/vouchers"),
        ("patch", "/v1/vouchers/x"),
        ("get", "/v1/vouchers/x/enable"),
        ("get", "/v1/vouchers/x/disable"),
        ("get", "/v1/vouchers/bulk/async"),
        ("get", "/v1/vouchers/metadata/async"),
    ],
)
def test_refuses_other_methods(api: APIClient, method: str, path: str) -> None:
    refused(getattr(api, method)(path), 405, "method_not_allowed")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("post", "/v1/campaigns"),
        ("put", "/v1/campaigns/{campaign}"),
        ("post", "/v1/campaigns/{campaign}/vouchers"),
        ("post", "/v1/campaigns/{campaign}/vouchers/NEW"),
        ("post", "/v1/categories"),
        ("put", "/v1/categories/{category}"),
        ("post", "/v1/promotions/{promotion}/tiers"),
        ("put", "/v1/promotions/tiers/{tier}"),
        ("post", "/v1/validation-rules"),
        ("put", "/v1/validation-rules/{rule}"),
        ("post", "/v1/validation-rules/{rule}/assignments"),
        ("post", "/v1/vouchers"),
        ("post", "/v1/vouchers/NEW"),
        ("put", "/v1/vouchers/{voucher}"),
        ("post", "/v1/vouchers/metadata/async"),
    ],
)
@pytest.mark.parametrize("body", [["a"], "text", True, [1], [{"name": "x"}]])
def test_refuses_bodies_that_are_no_object(api: APIClient, method: str, path: str, body: object) -> None:
    tier = PromotionTierFactory()
    address = path.format(
        campaign=CampaignFactory().public_id,
        category=CategoryFactory().public_id,
        promotion=tier.campaign.public_id,
        rule=ValidationRuleFactory().public_id,
        tier=tier.public_id,
        voucher=VoucherFactory().public_id,
    )
    before = counts()

    answer = getattr(api, method)(address, body)

    refused(answer, 400, "invalid_payload")
    assert counts() == before
    assert told() == []


@pytest.mark.parametrize(
    ("path", "status", "key"),
    [
        ("balance", 400, "invalid_payload"),
        ("transactions", 405, "method_not_allowed"),
        ("transactions/export", 404, "not_found"),
        ("sessions/x", 405, "method_not_allowed"),
        ("publications", 405, "method_not_allowed"),
    ],
)
def test_endpoints_make_no_codes(api: APIClient, path: str, status: int, key: str) -> None:
    refused(
        api.post(f"/v1/vouchers/SUMMER/{path}", {"discount": {"type": "AMOUNT", "amount_off": 1}}),
        status,
        key,
    )
    assert counts() == (0, 0, 0, 0, 0)
