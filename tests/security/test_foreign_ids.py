"""What is gone and what never was get the same answer (PROOFS X4)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Final

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from commerce.services import collections, customers, locations, products, segments, skus
from core.actors import Actor
from core.models import BinEntry, ProjectSettings
from core.services import areas, metadata_schemas
from integrations.services import webhooks
from integrations.services.webhooks import WebhookSpec
from promotions.services import (
    bin,
    budgets,
    campaigns,
    categories,
    rule_assignments,
    templates,
    tiers,
    validation_rules,
    vouchers,
)
from tests.conftest import NOW
from tests.factories.areas import area, store
from tests.factories.budgets import BudgetFactory
from tests.factories.commerce import (
    CustomerFactory,
    ProductCollectionFactory,
    ProductFactory,
    SegmentFactory,
    SkuFactory,
)
from tests.factories.promotions import (
    CampaignFactory,
    CategoryFactory,
    PromotionTierFactory,
    RuleAssignmentFactory,
    ValidationRuleFactory,
    VoucherFactory,
    percent,
    promotion_stack,
)
from tests.loyalty.books import programme
from tests.security.routes import Route
from tests.security.test_api_access import EXPECTED, METHODS, ROUTES

SYSTEM: Final = Actor.system("tests")
BY: Final = {"actor": SYSTEM, "now": NOW}
# Bodies that get as far as the look-up; everywhere else `{}` does.
BODIES: Final[dict[str, Any]] = {
    "PUT v1/categories/<category_id>": {"name": "Any", "hierarchy": 1},
    "POST v1/promotions/<campaign_id>/tiers": {
        "name": "Any",
        "banner": "Any",
        "action": {"discount": percent(10)},
    },
    "POST v1/promotions/<campaign_id>/stacks": {"name": "Any", "tiers": {"ids": ["promo_any"]}},
    "POST v1/vouchers/<code>/balance": {"amount": 1},
    "POST v1/loyalties/<campaign_id>/members": {"customer": "any"},
    "POST v1/loyalties/<campaign_id>/members/<member_id>/balance": {"points": 1},
    "POST v1/loyalties/members/<member_id>/balance": {"points": 1},
    "POST v1/loyalties/<campaign_id>/members/<member_id>/transfers": [{"code": "any", "points": 1}],
    "POST v1/loyalties/members/<member_id>/pending-points/<pending_points_id>/balance": {"points": 1},
    "POST v1/loyalties/<campaign_id>/members/<member_id>/redemption": {"reward": {"id": "rew_any"}},
    "POST v1/loyalties/members/<member_id>/redemption": {"reward": {"id": "rew_any"}},
    "POST v1/rewards/<reward_id>/assignments": {
        "campaign": "any",
        "parameters": {"loyalty": {"points": 1}},
    },
    "POST v1/referrals/<campaign_id>/members/<member_id>/holders": {"holders": [{"source_id": "any"}]},
    "POST v1/referrals/members/<member_id>/holders": {"holders": [{"source_id": "any"}]},
    "POST v1/referral-reviews/<referral_review_id>/refuse": {"reason": "Any"},
    "POST v1/emergency-stops/<stop_id>/restore-request": {"reason": "Any"},
    "POST v1/alerts/<alert_id>/snooze": {"until": "2099-01-01T00:00:00Z"},
    "POST v1/calendar/conflicts/<conflict_id>/accept": {"reason": "Any"},
    "POST v1/calendar/conflicts/<conflict_id>/reopen": {"reason": "Any"},
    "PUT v1/approval-policies/<policy_id>/position": {"position": 1},
    "POST v1/approval-requests/<request_id>/comments": {"text": "Any"},
    "POST v1/approval-requests/<request_id>/decisions": {"verdict": "APPROVE", "revision": 1},
    "PUT v1/approval-requests/<request_id>/schedule": {"effective_at": None},
    "PUT v1/validation-rules/<validation_rule_id>": {"name": "Any"},
    "POST v1/validation-rules/<validation_rule_id>/assignments": {"related_object_id": "any"},
    "POST management/v1/projects/<project_id>/metadata-schemas": {
        "related_object": "order",
        "properties": {},
    },
}
# Answers other than 404 that say nothing either: the contract wants them for whatever cannot be found.
OTHER_STATUS: Final = {
    "GET v1/customers/<customer_id>/segments": 200,
    "POST v1/promotions/tiers/<tier_id>/validation": 200,
    "POST v1/vouchers/<code>/validate": 200,
    "GET v1/validation-rules/<validation_rule_id>/assignments": 200,
}
# Here the code is a wish, not a reference; a deleted code stays taken.
WISHES: Final = {
    ("POST v1/vouchers/<code>", "code"),
    ("POST v1/campaigns/<campaign_id>/vouchers/<code>", "code"),
}
# Personal data of a deleted customer can still be erased, by id.
REACHES: Final = {("POST v1/customers/<customer_id>/permanent-deletion", "cust")}
RANDOM: Final = re.compile(r'"request_id":"[^"]*"|\brf?_[0-9a-f]{24}\b')
WRITES: Final = re.compile(r"^(INSERT|UPDATE|DELETE)(?!.*last_used_at)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class References:
    """For one parameter: names of nothing, and names of what is gone or belongs elsewhere."""

    missing: str
    gone: tuple[str, ...] = ()


@pytest.fixture
def found(settings_row: ProjectSettings) -> dict[str, str]:
    """Values for the other parameters of a path: these exist."""
    campaign = CampaignFactory(promotion=True)
    return {
        "project_id": settings_row.public_id,
        "product_id": ProductFactory().public_id,
        "campaign_id": campaign.public_id,
        "code": "any-code",
        "validation_rule_id": ValidationRuleFactory().public_id,
        "assignment_id": "asgm_any",
        "campaign_template_id": "tmpl_any",
        "area_id": area("Somewhere").public_id,
        "programme_id": programme("Found").public_id,
        "member_id": "any-member",
    }


@pytest.fixture
def references(settings_row: ProjectSettings) -> dict[str, References]:
    """Everything that can be deleted, deleted: through the services, as in life."""
    customer = CustomerFactory(source_id="gone-customer")
    customers.delete(customer_id=customer.pk, **BY)
    product = ProductFactory(source_id="gone-product")
    sku = SkuFactory(product=product, source_id="gone-sku-of-gone-product")
    products.delete(product_id=product.pk, force=False, **BY)
    binned_sku = SkuFactory(source_id="gone-sku")
    skus.delete(sku_id=binned_sku.pk, force=False, **BY)
    voucher, released = VoucherFactory(code="gone-code"), VoucherFactory(code="gone-released")
    vouchers.delete(voucher_id=voucher.pk, force=False, **BY)
    vouchers.delete(voucher_id=released.pk, force=True, **BY)
    campaign, promotion = CampaignFactory(name="gone-campaign"), CampaignFactory(promotion=True)
    below = VoucherFactory(code="gone-below", campaign=campaign)
    tier_below = PromotionTierFactory(name="gone-below", campaign=promotion)
    stack_below = promotion_stack(tier_below)
    campaigns.delete(campaign_id=campaign.pk, force=False, **BY)
    campaigns.delete(campaign_id=promotion.pk, force=False, **BY)
    tier = PromotionTierFactory(name="gone-tier")
    stack = promotion_stack(tier)
    tiers.delete(tier_id=tier.pk, **BY)
    category = CategoryFactory(name="gone-category")
    categories.delete(category_id=category.pk, with_stacking_rules=False, **BY)
    budget = BudgetFactory(name="gone-budget")
    budgets.delete(budget_id=budget.pk, **BY)
    collection = ProductCollectionFactory(name="gone-collection")
    collections.delete(collection_id=collection.pk, **BY)
    segment = SegmentFactory(name="gone-segment")
    segments.delete(segment_id=segment.pk, **BY)
    circle = {"type": "circle", "format": "distance", "distance": {"center": "0,0", "radius": "1 km"}}
    location = locations.create(name="gone-location", shape=circle, **BY)
    locations.delete(location_id=location.pk, **BY)
    rule = ValidationRuleFactory(name="gone-rule")
    validation_rules.delete(rule_id=rule.pk, **BY)
    unassigned = RuleAssignmentFactory(campaign=CampaignFactory())
    rule_assignments.delete(assignment_id=unassigned.pk, **BY)
    of_gone = RuleAssignmentFactory(campaign=campaign)
    schema = metadata_schemas.create(related_object="gone-schema", properties={}, **BY)
    metadata_schemas.delete(schema_id=schema.pk, **BY)
    return {
        "customer_id": References(missing=_id("cust"), gone=(customer.public_id, "gone-customer")),
        "product_id": References(missing=_id("prod"), gone=(product.public_id, "gone-product")),
        "sku_id": References(missing=_id("sku"), gone=(sku.public_id, binned_sku.public_id, "gone-sku")),
        "code": References(
            missing="never-was",
            gone=("gone-code", voucher.public_id, "gone-released", "gone-below", below.public_id),
        ),
        "campaign_id": References(missing=_id("camp"), gone=(campaign.public_id, "gone-campaign")),
        "tier_id": References(missing=_id("promo"), gone=(tier.public_id, tier_below.public_id)),
        "stack_id": References(missing=_id("stack"), gone=(stack.public_id, stack_below.public_id)),
        "category_id": References(missing=_id("cat"), gone=(category.public_id,)),
        "budget_id": References(missing=_id("budg"), gone=(budget.public_id, "gone-budget")),
        "collection_id": References(missing=_id("pc"), gone=(collection.public_id,)),
        "segment_id": References(missing=_id("seg"), gone=(segment.public_id, "gone-segment")),
        "location_id": References(missing=_id("loc"), gone=(location.public_id, "gone-location")),
        "validation_rule_id": References(missing=_id("val"), gone=(rule.public_id, "gone-rule")),
        "assignment_id": References(missing=_id("asgm"), gone=(unassigned.public_id, of_gone.public_id)),
        "schema_id": References(missing=_id("ms"), gone=(schema.public_id, settings_row.public_id)),
        "user_id": References(missing=f"user_{10**8}", gone=("1", settings_row.public_id)),
        "branding_id": References(missing=_id("brd"), gone=("1", settings_row.public_id)),
        "resource": References(missing="never-was", gone=("gone-schema", "order")),
        "project_id": References(missing=_id("proj"), gone=("1", settings_row.public_id[:-1])),
        "rules_id": References(missing=_id("stk"), gone=("1", settings_row.public_id)),
        "webhook_id": References(missing=_id("wh"), gone=("1", _gone_webhook())),
        "order_id": References(missing=_id("ord"), gone=("1",)),
        "redemption_id": References(missing=_id("r"), gone=("1",)),
        "async_action_id": References(missing=_id("aa"), gone=("1",)),
        "export_id": References(missing=_id("exp"), gone=("1",)),
        "stop_id": References(missing=_id("stop"), gone=("1",)),
        "alert_id": References(missing=_id("alrt"), gone=("1",)),
        "conflict_id": References(missing=_id("conf"), gone=("1",)),
        "request_id": References(missing=_id("apr"), gone=("1",)),
        "policy_id": References(missing=_id("pol"), gone=("1",)),
        "audit_entry_id": References(missing="aud_99999999", gone=("1",)),
        "campaign_template_id": References(missing=_id("tmpl"), gone=("1", _gone_template())),
        "bin_entry_id": References(missing=_id("tbe"), gone=("1", _gone_from_bin())),
        "area_id": References(missing=_id("ar"), gone=("1", _gone_area())),
        "store_id": References(
            missing=_id("ars"), gone=("1", store(area("Elsewhere"), "elsewhere").public_id)
        ),
        "member_id": References(missing="never-was", gone=("gone-code", voucher.public_id, "gone-below")),
        "pending_points_id": References(missing=_id("lopp"), gone=("1",)),
        "holder_id": References(missing=_id("rh"), gone=("1",)),
        "referral_review_id": References(missing=_id("ref"), gone=("1",)),
        "reward_id": References(missing=_id("rew"), gone=("1",)),
        "earning_rule_id": References(missing=_id("ern"), gone=("1",)),
        "loyalty_tier_id": References(missing=_id("ltr"), gone=("1",)),
        "session_key": References(missing="never-was", gone=("1",)),
        "number": References(missing="99999", gone=("88888", "none-such")),
    }


def _gone_area() -> str:
    gone = area("gone-area")
    areas.delete_area(area_id=gone.pk, **BY)
    return gone.public_id


def _gone_webhook() -> str:
    spec = WebhookSpec(target_url="https://hooks.example/gone", events=["all"])
    webhook = webhooks.create(spec=spec, **BY).webhook
    webhooks.delete(webhook_id=webhook.pk, **BY)
    return webhook.public_id


def _gone_template() -> str:
    template = templates.create(of=CampaignFactory(), name="gone-template", description="", **BY)
    templates.delete(template_id=template.pk, **BY)
    return template.public_id


def _gone_from_bin() -> str:
    vouchers.delete(voucher_id=VoucherFactory(code="gone-for-good").pk, force=False, **BY)
    entry = BinEntry.objects.get(resource_name="gone-for-good")
    bin.remove(entry_id=entry.public_id, **BY)
    return entry.public_id


def _id(prefix: str) -> str:
    return f"{prefix}_{'0' * 24}"


CASES: Final = [
    (f"{method} {pattern}", parameter)
    for pattern, route in ROUTES.items()
    for method, level in zip(METHODS, EXPECTED.get(pattern, []), strict=False)
    for parameter in route.parameters
    if level not in {"-", "open"} and (f"{method} {pattern}", parameter) not in WISHES
]


@pytest.mark.parametrize("parameter", sorted({parameter for _, parameter in CASES}))
def test_gone_and_never_been_look_alike(
    parameter: str,
    references: dict[str, References],
    found: dict[str, str],
    api: APIClient,
    management_api: APIClient,
) -> None:
    names = references[parameter]
    wrong: dict[str, Any] = {}
    for what in [what for what, named in CASES if named == parameter]:
        method, _, pattern = what.partition(" ")
        is_loyalty = pattern.startswith("v1/loyalties")
        around = {**found, "campaign_id": found["programme_id"]} if is_loyalty else found
        caller = management_api if pattern.startswith("management") else api

        def answer(
            reference: str, what: Any = (caller, method, ROUTES[pattern]), around: Any = around
        ) -> tuple[int, str, list[str]]:
            return _answer(*what, {**around, parameter: reference}, reference)

        status, body, writes = answer(names.missing)
        # A refused attempt to redeem stays on record, so that support finds what was typed.
        is_recorded = method == "POST" and pattern.endswith("/redemption") and not is_loyalty
        if status != OTHER_STATUS.get(what, 404) or bool(writes) is not is_recorded:
            wrong[what] = (status, body, writes)
        for reference in names.gone:
            if (what, reference.partition("_")[0]) not in REACHES and answer(reference)[:2] != (status, body):
                wrong[f"{what} {reference}"] = answer(reference)

    assert wrong == {}


def _answer(
    caller: APIClient, method: str, route: Route, values: dict[str, str], reference: str
) -> tuple[int, str, list[str]]:
    """Status, body without the reference and what is random, statements that wrote; all of it taken back."""
    sent = BODIES.get(f"{method} {route.pattern}", {})
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        answer = caller.generic(
            method, route.path(**values), json.dumps(sent), content_type="application/json"
        )
        transaction.set_rollback(True)
    text = RANDOM.sub("random", answer.content.decode().replace(reference, "reference"))
    return answer.status_code, text, [query["sql"] for query in queries if WRITES.match(query["sql"])]


LISTS: Final = [
    pattern
    for pattern, cells in EXPECTED.items()
    # The audit log and the bin tell of what is gone: that is what they are for.
    if "<" not in pattern and cells[0] == "read" and pattern not in {"v1/audit-entries", "v1/trash-bin"}
]


@pytest.mark.parametrize("pattern", LISTS)
def test_lists_leave_out_what_is_gone(
    pattern: str, references: dict[str, References], api: APIClient
) -> None:
    gone = {name for known in references.values() for name in known.gone if len(name) > 1}

    answer = api.get(f"/{pattern}", {"limit": 100})

    assert answer.status_code == 200
    named = {name for name in gone - {"order"} if name in answer.text}
    assert named == set()


def test_a_sku_is_not_reached_through_another_product(api: APIClient) -> None:
    sku, other = SkuFactory(source_id="mine"), ProductFactory()
    paths = [f"/v1/products/{other.public_id}/skus/{name}" for name in (sku.public_id, "mine", _id("sku"))]

    bodies = {
        RANDOM.sub("", answer.text.replace(path.rpartition("/")[2], ""))
        for path in paths
        for answer in (api.put(path, {"price": 1}), api.delete(path))
    }

    assert len(bodies) == 1
    assert '"code":404' in bodies.pop()
    sku.refresh_from_db()
    assert (sku.price, sku.deleted_at) == (1200, None)
