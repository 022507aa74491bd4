"""`POST /v1/qualifications`: pages, filters, and what it costs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from commerce.models import Customer, Product, ProductCollection, ProductCollectionItem
from promotions.models import Campaign, PromotionTier, ValidationRule, ValidationRuleAssignment, Voucher
from promotions.selectors.catalogue_index import Catalogue
from tests.factories.promotions import (
    CampaignFactory,
    CategoryFactory,
    PromotionTierFactory,
    VoucherFactory,
    percent,
)

pytestmark = pytest.mark.django_db

URL = "/v1/qualifications"


def page(api: APIClient, body: dict[str, Any] | None = None, **options: Any) -> dict[str, Any]:
    answer = api.post(URL, {**(body or {}), "options": options})
    assert answer.status_code == 200, answer.json()
    return answer.json()["redeemables"]


def ids(found: dict[str, Any]) -> list[str]:
    return [entry["id"] for entry in found["data"]]


def test_pages_lose_and_repeat_nothing_though_all_are_of_one_instant(api: APIClient) -> None:
    """Tiers that come with their campaign, and codes of an import, have one created_at."""
    campaign = CampaignFactory(promotion=True)
    tiers = PromotionTierFactory.create_batch(7, campaign=campaign)
    codes = VoucherFactory.create_batch(6)
    seen: list[str] = []
    cursor = None
    for _ in range(5):
        found = page(api, limit=3, starting_after=cursor)
        seen += ids(found)
        assert found["total"] == 13
        assert found["has_more"] is ("more_starting_after" in found)
        cursor = found.get("more_starting_after")

    assert cursor is None
    assert sorted(seen) == sorted([*(tier.public_id for tier in tiers), *(code.code for code in codes)])


def test_a_page_stays_where_it_was_when_newer_ones_come(api: APIClient, now: datetime) -> None:
    old = [PromotionTierFactory(created_at=now + timedelta(minutes=n)).public_id for n in range(4)]
    first = page(api, limit=2)
    PromotionTierFactory(created_at=now + timedelta(hours=1))

    second = page(api, limit=2, starting_after=first["more_starting_after"])

    assert ids(first) + ids(second) == old[::-1]
    assert second["total"] == 5


def test_a_hit_that_no_longer_applies_makes_room_for_the_next(
    api: APIClient, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The index may be a moment behind the rows that the page reads."""
    tiers = [PromotionTierFactory(created_at=now + timedelta(minutes=n)) for n in range(4)]
    page(api)
    monkeypatch.setattr("promotions.selectors.catalogue_index.Catalogue.refresh", lambda self: None)
    PromotionTier.objects.filter(pk=tiers[3].pk).update(is_active=False)
    PromotionTier.objects.filter(pk=tiers[2].pk).update(discount=percent(50))

    found = page(api, {"order": {"amount": 1000}}, limit=2)

    assert ids(found) == [tiers[2].public_id, tiers[1].public_id]
    assert found["data"][0]["order"]["total_discount_amount"] == 500
    assert (found["total"], found["has_more"]) == (3, True)


def test_a_rule_that_changes_meanwhile_is_not_judged_on_facts_that_nobody_loaded(
    api: APIClient, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    mug = Product.objects.create(source_id="mug", created_at=now)
    fragile = ProductCollection.objects.create(name="Fragile", created_at=now)
    ProductCollectionItem.objects.create(collection=fragile, position=1, product=mug)
    tier = PromotionTierFactory()
    rule = ValidationRule.objects.create(name="rule", created_at=now)
    ValidationRuleAssignment.objects.create(rule=rule, promotion_tier=tier, created_at=now)
    not_fragile = {"object": "products_collection", "id": fragile.public_id}
    matching = Catalogue.matching

    def matching_while_the_rule_changes(*args: Any, **values: Any) -> Any:
        found = matching(*args, **values)
        changed = {"1": {"name": "order.items.none", "conditions": {"$is": [not_fragile]}}}
        ValidationRule.objects.filter(pk=rule.pk).update(rules=changed)
        return found

    body = {"order": {"items": [{"product_id": mug.public_id, "quantity": 1, "price": 1000}]}}
    assert ids(page(api, body)) == [tier.public_id]
    monkeypatch.setattr(Catalogue, "matching", matching_while_the_rule_changes)

    assert ids(page(api, body)) == []


def test_filters_by_what_a_row_inherits_and_who_holds_it(api: APIClient, now: datetime) -> None:
    category = CategoryFactory()
    pool = CampaignFactory(category=category)
    anna = Customer.objects.create(source_id="anna", created_at=now)
    VoucherFactory(code="HERS", campaign=pool, holder=anna, published_at=now)
    VoucherFactory(code="GENERIC")
    tier = PromotionTierFactory()
    body = {"customer": {"source_id": "anna"}}

    def narrowed(**filters: Any) -> set[str]:
        return set(ids(page(api, body, filters=filters)))

    def is_(*values: str) -> dict[str, Any]:
        return {"conditions": {"$in": list(values)}}

    assert narrowed(category_id=is_(category.public_id)) == {"HERS"}
    assert narrowed(holder_role=is_("OWNER")) == {"HERS"}
    assert narrowed(holder_role=is_("REFERRER")) == set()
    assert narrowed(campaign_type=is_("DISCOUNT_COUPONS")) == {"HERS"}
    assert narrowed(campaign_type=is_("PROMOTION"), resource_type=is_("voucher")) == set()
    assert narrowed(voucher_type=is_("DISCOUNT_VOUCHER")) == {"HERS", "GENERIC"}
    either = narrowed(junction="or", code=is_("GENERIC"), resource_id=is_(tier.public_id))
    assert either == {"GENERIC", tier.public_id}
    assert narrowed(resource_type=is_("campaign")) == set()


def test_the_total_counts_what_the_filter_lets_through(api: APIClient) -> None:
    VoucherFactory.create_batch(3)
    PromotionTierFactory.create_batch(4)
    only_codes = {"resource_type": {"conditions": {"$is": ["voucher"]}}}

    assert page(api, limit=2, filters=only_codes)["total"] == 3


def test_ten_and_a_thousand_promotions_cost_the_same(
    api: APIClient, count_queries: Callable[..., int]
) -> None:
    """Two kinds on the page each time, so that both are read."""
    campaign, only = CampaignFactory(promotion=True), CampaignFactory(type=Campaign.Type.STANDALONE)

    def make(count: int) -> None:
        rows = [PromotionTierFactory.build(campaign=campaign) for _ in range(count)]
        PromotionTier.objects.bulk_create(rows)
        newest = rows[-1].created_at + timedelta(seconds=PromotionTier.objects.count())
        PromotionTier.objects.filter(pk=rows[-1].pk).update(created_at=newest)
        VoucherFactory(code=f"AT-{count}", campaign=only, created_at=newest)

    def ask() -> None:
        found = page(api, {"order": {"amount": 1000}}, limit=2)
        assert {entry["object"] for entry in found["data"]} == {"voucher", "promotion_tier"}

    make(9)
    ask()
    few = count_queries(ask)
    make(990)
    ask()

    assert count_queries(ask) == few
    assert Voucher.objects.count() + PromotionTier.objects.count() == 1001
