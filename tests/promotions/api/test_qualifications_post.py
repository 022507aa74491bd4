"""`POST /v1/qualifications`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from commerce.models import Customer
from promotions.models import Campaign, Category, PromotionTier
from tests.promotions.conftest import AMOUNT_500, PERCENT_10, MakeVoucher

pytestmark = pytest.mark.django_db

URL = "/v1/qualifications"


@pytest.fixture
def sale(db: None, now: datetime) -> Campaign:
    return Campaign.objects.create(name="Sale", campaign_type="PROMOTION", created_at=now)


@pytest.fixture
def make_tier(sale: Campaign, now: datetime) -> Callable[..., PromotionTier]:
    def make(name: str, **values: Any) -> PromotionTier:
        defaults = {"campaign": sale, "discount": PERCENT_10, "created_at": now}
        return PromotionTier.objects.create(name=name, **{**defaults, **values})

    return make


def hits(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.json()
    return [entry["id"] for entry in answer.json()["redeemables"]["data"]]


def test_offers_what_fits_with_its_effect_alone(
    api: APIClient, make_tier: Any, make_voucher: MakeVoucher, now: datetime
) -> None:
    tier = make_tier("10 % in spring", banner="Spring is here", created_at=now + timedelta(seconds=1))
    make_voucher("GENERIC", discount=AMOUNT_500)
    order = {"items": [{"source_id": "mug", "related_object": "product", "quantity": 2, "price": 5000}]}

    answer = api.post(URL, {"order": order, "options": {"expand": ["redeemable"]}})

    body = answer.json()
    assert hits(answer) == [tier.public_id, "GENERIC"]
    assert {key: body["redeemables"][key] for key in ("object", "data_ref", "total", "has_more")} == {
        "object": "list",
        "data_ref": "data",
        "total": 2,
        "has_more": False,
    }
    first, second = body["redeemables"]["data"]
    assert (first["object"], second["object"]) == ("promotion_tier", "voucher")
    assert (first["name"], first["banner"], first["campaign_name"]) == (
        "10 % in spring",
        "Spring is here",
        "Sale",
    )
    assert first["result"]["discount"]["percent_off"] == 10
    assert [entry["order"]["total_discount_amount"] for entry in (first, second)] == [1000, 500]
    assert body["order"]["items"][0]["quantity"] == 2
    assert "total_discount_amount" not in body["order"]
    assert "stacking_rules" in body


def test_works_without_customer_and_order(api: APIClient, make_voucher: MakeVoucher, make_tier: Any) -> None:
    make_voucher("STANDALONE")
    make_tier("10 %")
    filters = {"junction": "and", "resource_type": {"conditions": {"$in": ["voucher"]}}}

    answer = api.post(URL, {"scenario": "ALL", "options": {"filters": filters}})

    assert hits(answer) == ["STANDALONE"]
    assert "order" not in answer.json()["redeemables"]["data"][0]


def test_unique_codes_are_for_their_holder(api: APIClient, make_voucher: MakeVoucher, now: datetime) -> None:
    anna = Customer.objects.create(source_id="anna", created_at=now)
    pool = Campaign.objects.create(
        name="Pool", campaign_type="DISCOUNT_COUPONS", discount=PERCENT_10, created_at=now
    )
    make_voucher("HERS", campaign=pool, holder=anna, published_at=now)
    make_voucher("NOBODYS", campaign=pool)
    make_voucher("GENERIC")

    assert set(hits(api.post(URL, {"customer": {"source_id": "anna"}}))) == {"HERS", "GENERIC"}
    assert hits(api.post(URL, {"customer": {"source_id": "bert"}})) == ["GENERIC"]
    wallet = {"customer": {"source_id": "anna"}, "scenario": "CUSTOMER_WALLET"}
    assert hits(api.post(URL, wallet)) == ["HERS"]


def test_leaves_out_what_cannot_be_used(
    api: APIClient, make_voucher: MakeVoucher, make_tier: Any, now: datetime
) -> None:
    long_ago = datetime(2001, 1, 1, tzinfo=now.tzinfo)
    make_voucher("USED", redeemed_quantity=1)
    make_voucher("OFF", is_active=False)
    make_voucher("OVER", ends_at=long_ago)
    make_voucher("BINNED", deleted_at=now)
    closed = Campaign.objects.create(
        name="Closed", campaign_type="PROMOTION", ends_at=long_ago, created_at=now
    )
    make_tier("of a campaign that is over", campaign=closed)
    make_tier("off", is_active=False)
    fits = make_tier("fits")

    assert hits(api.post(URL, {})) == [fits.public_id]


def test_pages_by_created_at(api: APIClient, make_tier: Any, now: datetime) -> None:
    tiers = [make_tier(f"{n}", created_at=now + timedelta(minutes=n)) for n in range(4)]
    newest_first = [tier.public_id for tier in reversed(tiers)]

    first = api.post(URL, {"options": {"limit": 3, "starting_after": "null"}})
    cursor = first.json()["redeemables"]["more_starting_after"]
    second = api.post(URL, {"options": {"limit": 3, "starting_after": cursor}})

    assert hits(first) == newest_first[:3]
    assert first.json()["redeemables"]["has_more"] is True
    assert hits(second) == newest_first[3:]
    assert second.json()["redeemables"]["has_more"] is False


@pytest.mark.parametrize(
    ("rule", "expected"), [("BEST_DEAL", [1000, 500, 0]), ("LEAST_DEAL", [0, 500, 1000])]
)
def test_sorts_by_the_deal(api: APIClient, make_tier: Any, rule: str, expected: list[int]) -> None:
    make_tier("500", discount=AMOUNT_500)
    make_tier("10 %")
    make_tier("nothing", discount={"type": "AMOUNT", "amount_off": 0})

    body = api.post(URL, {"order": {"amount": 10_000}, "options": {"sorting_rule": rule}}).json()

    applied = [
        entry["order"].get("total_applied_discount_amount", 0) for entry in body["redeemables"]["data"]
    ]
    assert applied == expected


def test_looks_further_than_what_never_applies(api: APIClient, make_tier: Any, now: datetime) -> None:
    oldest = make_tier("fits")
    for number in range(7):
        make_tier(f"never open {number}")
    PromotionTier.objects.exclude(pk=oldest.pk).update(
        created_at=now + timedelta(minutes=1), timeframe_interval="P2D", timeframe_duration="P1D"
    )

    # A recurring window without a start is never open: only the engine can say so.
    assert hits(api.post(URL, {"options": {"limit": 1}})) == [oldest.public_id]


def test_filters(
    api: APIClient, make_tier: Any, make_voucher: MakeVoucher, sale: Campaign, now: datetime
) -> None:
    category = Category.objects.create(name="Seasonal", created_at=now)
    tier = make_tier("seasonal", category=category)
    make_voucher("PLAIN")

    def narrowed(**filters: Any) -> list[str]:
        return hits(api.post(URL, {"options": {"filters": filters}}))

    assert narrowed(category_id={"conditions": {"$is": [category.public_id]}}) == [tier.public_id]
    assert narrowed(campaign_id={"conditions": {"$in": [sale.public_id]}}) == [tier.public_id]
    assert narrowed(code={"conditions": {"$is": ["PLAIN"]}}) == ["PLAIN"]
    assert narrowed(resource_type={"conditions": {"$is_not": ["voucher"]}}) == [tier.public_id]
    assert narrowed(resource_id={"conditions": {"$is": [tier.public_id]}}) == [tier.public_id]


@pytest.mark.parametrize(
    "body",
    [
        {"scenario": "EVERYTHING"},
        {"options": {"limit": 51}},
        {"options": {"limit": 0}},
        {"options": {"starting_after": "yesterday"}},
        {"options": {"filters": {"price": {"conditions": {"$is": [1]}}}}},
        {"options": {"filters": {"resource_type": "voucher"}}},
        {"options": {"filters": {"resource_type": {"conditions": {"$more_than": 1}}}}},
        {"options": {"filters": {"code": {"conditions": {"$magic": ["x"]}}}}},
        {"options": {"expand": ["world"]}},
        {"order": {"amount": -5}},
        [],
    ],
)
def test_a_wrong_shape_is_a_400(api: APIClient, body: Any) -> None:
    answer = api.post(URL, body)

    assert answer.status_code == 400
    assert answer.json()["key"] in {"invalid_payload", "invalid_query_params"}


def test_rights(anonymous: APIClient, client_api: APIClient, make_tier: Any) -> None:
    make_tier("10 %")

    assert anonymous.post(URL, {}).status_code == 401
    assert len(hits(client_api.post("/client/v1/qualifications", {}))) == 1


def test_cost_does_not_grow(
    api: APIClient, make_tier: Any, make_voucher: MakeVoucher, count_queries: Callable[..., int]
) -> None:
    for number in range(2):
        make_tier(f"{number}")
        make_voucher(f"CODE-{number}")
    api.post(URL, {})
    few = count_queries(lambda: api.post(URL, {"order": {"amount": 1000}}))
    for number in range(60):
        make_tier(f"more {number}")
        make_voucher(f"MORE-{number}")

    assert count_queries(lambda: api.post(URL, {"order": {"amount": 1000}})) <= few
