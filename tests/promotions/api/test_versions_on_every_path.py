"""No way of changing terms over the API forgets the version.

A route that comes new fails the first test until it is written down here, and called.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from integrations.models import AsyncAction
from integrations.services import async_actions
from promotions.models import Version, Voucher
from promotions.selectors import versions as known
from promotions.services import cloning
from tests.conftest import NOW
from tests.factories.promotions import amount, at_least, percent
from tests.promotions.versioned_shop import BY, Shop, change_all, opened, switch_off
from tests.security.routes import table

pytestmark = pytest.mark.django_db

PREFIXES: Final = (
    "v1/campaigns",
    "v1/promotions",
    "v1/categories",
    "v1/vouchers",
    "v1/validation-rules",
    "v1/budgets",
)
# What decides, uses or moves credits, and what stacks: no terms of anything.
NO_TERMS: Final = {
    "POST v1/campaigns/qualification",
    "POST v1/campaigns/<campaign_id>/transactions/export",
    "POST v1/categories",
    "PUT v1/categories/<category_id>",
    "POST v1/promotions/validation",
    "POST v1/promotions/tiers/<tier_id>/validation",
    "POST v1/promotions/tiers/<tier_id>/redemption",
    "POST v1/promotions/<campaign_id>/stacks",
    "PUT v1/promotions/<campaign_id>/stacks/<stack_id>",
    "DELETE v1/promotions/<campaign_id>/stacks/<stack_id>",
    "POST v1/vouchers/qualification",
    "POST v1/vouchers/<code>/balance",
    "POST v1/vouchers/<code>/transactions/export",
    "POST v1/vouchers/<code>/validate",
    "POST v1/vouchers/<code>/redemption",
    "DELETE v1/vouchers/<code>/sessions/<session_key>",
}
DRAFT: Final = cloning.CloneSpec(name="Draft", has_no_dates=True)
LATER: Final = "2026-05-01T00:00:00Z"
RULES: Final = {"rules": at_least(5000)}

CSV: Final = "Code,Voucher Type,Discount Type,Value\nNEW,DISCOUNT_VOUCHER,PERCENT,10\n"

type Body = Callable[[Shop], Any] | dict[str, Any] | list[Any] | str | None

# Every call changes terms of something.
CALLS: Final[dict[str, Body]] = {
    "POST v1/campaigns": {
        "name": "New", "campaign_type": "DISCOUNT_COUPONS", "vouchers_count": 2,
        "voucher": {"type": "DISCOUNT_VOUCHER", "discount": percent(10)},
    },
    "PUT v1/campaigns/<campaign_id>": {
        "expiration_date": LATER, "category_id": None, "metadata": {"season": "summer"},
    },
    "DELETE v1/campaigns/<campaign_id>": None,
    "POST v1/campaigns/<campaign_id>/enable": None,
    "POST v1/campaigns/<campaign_id>/disable": None,
    "POST v1/campaigns/<campaign_id>/launch": None,
    "POST v1/campaigns/<campaign_id>/clone": {"name": "Like it"},
    "POST v1/campaigns/<campaign_id>/import": [
        {"code": "NEW", "discount": percent(40)}, {"code": "PLAIN", "metadata": {"a": 1}},
    ],
    "POST v1/campaigns/<campaign_id>/importCSV": "Code,Hue\nNEW,red\nPLAIN,red\n",
    "POST v1/campaigns/<campaign_id>/vouchers": {"expiration_date": LATER},
    "POST v1/campaigns/<campaign_id>/vouchers/<code>": {"discount": percent(40)},
    "DELETE v1/categories/<category_id>": None,
    "POST v1/promotions/<campaign_id>/tiers": {"name": "New", "action": {"discount": percent(10)}},
    "PUT v1/promotions/tiers/<tier_id>": {"action": {"discount": amount(400)}},
    "DELETE v1/promotions/tiers/<tier_id>": None,
    "POST v1/promotions/tiers/<tier_id>/enable": None,
    "POST v1/promotions/tiers/<tier_id>/disable": None,
    "POST v1/validation-rules": {"name": "New", **RULES},
    "PUT v1/validation-rules/<validation_rule_id>": RULES,
    "DELETE v1/validation-rules/<validation_rule_id>": None,
    "POST v1/validation-rules/<validation_rule_id>/assignments": lambda shop: {
        "related_object_type": "voucher",
        "related_object_id": Voucher.objects.get(code="PLAIN").public_id,
    },
    "DELETE v1/validation-rules/<validation_rule_id>/assignments/<assignment_id>": None,
    "POST v1/vouchers": {"code": "NEW", "type": "DISCOUNT_VOUCHER", "discount": percent(10)},
    "POST v1/vouchers/<code>": {"type": "DISCOUNT_VOUCHER", "discount": percent(10)},
    "PUT v1/vouchers/<code>": {"active": True, "metadata": {"a": 1}, "redemption": {"quantity": 3}},
    "DELETE v1/vouchers/<code>": None,
    "POST v1/vouchers/<code>/enable": None,
    "POST v1/vouchers/<code>/disable": None,
    "POST v1/vouchers/bulk/async": [
        {"code": "ALONE", "metadata": {"a": 1}}, {"code": "PLAIN", "metadata": {"a": 2}},
    ],
    "POST v1/vouchers/import": [{"code": "NEW", "type": "DISCOUNT_VOUCHER", "discount": percent(10)}],
    "POST v1/vouchers/importCSV": CSV,
    "POST v1/vouchers/metadata/async": {"codes": ["OWN", "PLAIN"], "metadata": {"b": 1}},
    "POST v1/budgets": {"name": "Month", "limit": 5},
    "PUT v1/budgets/<budget_id>": {"limit": 2000, "campaign_ids": []},
    "DELETE v1/budgets/<budget_id>": None,
    "POST v1/campaigns/<campaign_id>/versions/<number>/revert": None,
    "POST v1/promotions/tiers/<tier_id>/versions/<number>/revert": None,
    "POST v1/vouchers/<code>/versions/<number>/revert": None,
    "POST v1/validation-rules/<validation_rule_id>/versions/<number>/revert": None,
    "POST v1/budgets/<budget_id>/versions/<number>/revert": None,
}  # fmt: skip


def test_every_writing_route_is_called_here_or_writes_no_terms() -> None:
    methods = ("GET", "POST", "PUT", "DELETE")
    writing = {
        f"{method} {route}"
        for route, cells in table("api_access.txt").items()
        for method, cell in zip(methods, cells, strict=True)
        if route.startswith(PREFIXES) and method != "GET" and cell != "-"
    }

    assert writing - NO_TERMS == CALLS.keys()


@pytest.mark.parametrize("call", CALLS)
def test_the_api_forgets_no_version(call: str, api: APIClient) -> None:
    shop = opened()
    method, _, route = call.partition(" ")
    if route.endswith("/enable"):
        switch_off()
    if route.endswith("/revert"):
        change_all(shop)
    if route.endswith("/launch"):
        shop = replace(shop, campaign=cloning.campaign(campaign_id=shop.campaign.pk, spec=DRAFT, **BY))
    before = Version.objects.count()
    body = CALLS[call]
    sent = body(shop) if callable(body) else body

    address = _path(method, route, shop)
    if isinstance(sent, str):
        answer = api.post(address, {"file": SimpleUploadedFile("a.csv", sent.encode())}, format="multipart")
    else:
        text = {} if sent is None else {"data": json.dumps(sent), "content_type": "application/json"}
        answer = api.generic(method, address, **text)

    assert answer.status_code < 300, answer.text
    for action in AsyncAction.objects.exclude(status=AsyncAction.Status.DONE):
        async_actions.advance(public_id=action.public_id, now=NOW)
    assert Version.objects.count() > before
    assert list(known.drift()) == []


def _path(method: str, route: str, shop: Shop) -> str:
    names = {
        "<campaign_id>": (shop.promotion if "/promotions/" in route else shop.campaign).public_id,
        "<category_id>": shop.category.public_id,
        "<tier_id>": shop.tier.public_id,
        "<validation_rule_id>": shop.rule.public_id,
        "<assignment_id>": shop.assignment.public_id,
        "<budget_id>": shop.budget.public_id,
        "<number>": "1",
        "<code>": "BRANDNEW" if method == "POST" and route.endswith("<code>") else "ALONE",
    }
    query = "?vouchers_count=2" if route == "v1/campaigns/<campaign_id>/vouchers" else ""
    for name, value in names.items():
        route = route.replace(name, value)
    return f"/{route}{query}"
