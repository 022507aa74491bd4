"""`GET …/versions` of campaigns, tiers, codes, conditions and budgets."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from core.actors import Actor
from promotions.models import Budget
from promotions.services import versions
from tests.conftest import NOW
from tests.factories.promotions import (
    CampaignFactory,
    PromotionTierFactory,
    ValidationRuleFactory,
    VoucherFactory,
    percent,
)

pytestmark = pytest.mark.django_db

MAKE: dict[str, Callable[[], Any]] = {
    "campaigns": lambda: CampaignFactory(name="Spring / Summer"),
    "promotions/tiers": PromotionTierFactory,
    "vouchers": lambda: VoucherFactory(code="A/B", campaign=CampaignFactory(), is_active=False),
    "validation-rules": ValidationRuleFactory,
    "budgets": lambda: Budget.objects.create(name="Year", limit=1000, created_at=NOW),
}
ROUTES = pytest.mark.parametrize("route", MAKE)


def noted(route: str, times: int = 1) -> Any:
    """Something with so many versions."""
    entity = MAKE[route]()
    person = Actor.system("anna")
    for _ in range(times):
        versions.note(entity, actor=person, now=NOW)
        entity.refresh_from_db()
        if route == "validation-rules":
            entity.error = {"message": f"{entity.version.number}"}
        elif route == "budgets":
            entity.limit += 1
        else:
            entity.metadata = {"number": entity.version.number}
        entity.save()
    return entity


@ROUTES
def test_lists_them_newest_first_with_their_author(route: str, api: APIClient) -> None:
    entity = noted(route, times=2)

    body = api.get(f"/v1/{route}/{entity.public_id}/versions").json()

    assert (body["object"], body["data_ref"], body["total"]) == ("list", "versions", 2)
    newest, oldest = body["versions"]
    assert (newest["number"], oldest["number"]) == (2, 1)
    assert newest == {
        "id": newest["id"],
        "object": "version",
        "number": 2,
        "content": newest["content"],
        "sha256": newest["sha256"],
        "author": {"type": "system", "id": "anna", "name": "anna", "channel": "COMMAND"},
        "created_at": "2026-03-10T12:00:00.000Z",
    }
    assert newest["content"] != oldest["content"]
    text = json.dumps(newest["content"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert hashlib.sha256(text.encode()).hexdigest() == newest["sha256"]


def test_finds_a_code_with_a_slash(api: APIClient) -> None:
    noted("vouchers")

    (version,) = api.get("/v1/vouchers/A%2FB/versions").json()["versions"]

    assert version["content"]["active"] is False


def test_finds_a_campaign_by_its_id_only_where_its_name_has_slashes(api: APIClient) -> None:
    campaign = noted("campaigns")

    (version,) = api.get(f"/v1/campaigns/{campaign.public_id}/versions").json()["versions"]

    assert version["content"]["discount"] == percent(10)


def test_a_code_with_all_its_terms_from_its_campaign_has_none(api: APIClient) -> None:
    voucher = VoucherFactory(campaign=CampaignFactory())

    body = api.get(f"/v1/vouchers/{voucher.code}/versions").json()

    assert (body["versions"], body["total"]) == ([], 0)


@ROUTES
def test_pages_like_every_list(route: str, api: APIClient) -> None:
    entity = noted(route, times=3)

    body = api.get(f"/v1/{route}/{entity.public_id}/versions", {"limit": 2, "page": 2}).json()

    assert ([one["number"] for one in body["versions"]], body["total"]) == ([1], 3)


@ROUTES
def test_what_is_not_there_has_none(route: str, api: APIClient) -> None:
    response = api.get(f"/v1/{route}/nothing/versions")

    assert (response.status_code, response.json()["key"]) == (404, "not_found")


def test_costs_as_much_for_many(api: APIClient, count_queries: Callable[[Callable[[], Any]], int]) -> None:
    one, many = noted("campaigns"), noted("promotions/tiers", times=6)

    few = count_queries(lambda: api.get(f"/v1/campaigns/{one.public_id}/versions"))

    assert count_queries(lambda: api.get(f"/v1/promotions/tiers/{many.public_id}/versions")) <= few
