"""`POST /v1/qualifications`: scenarios, with the worked example of the contract (semantics-core 19.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from rest_framework.test import APIClient

from commerce.models import Customer, Product, Segment, SegmentMembership
from promotions.models import (
    Campaign,
    PromotionStack,
    PromotionTier,
    StackedTier,
    ValidationRule,
    ValidationRuleAssignment,
    Voucher,
)
from tests.factories.promotions import CampaignFactory, PromotionTierFactory, VoucherFactory, amount, percent

pytestmark = pytest.mark.django_db

URL = "/v1/qualifications"
PERCENT_10_OF_ITEMS = {"type": "PERCENT", "percent_off": 10, "effect": "APPLY_TO_ITEMS"}
PERCENT_20_OF_ITEMS = {"type": "PERCENT", "percent_off": 20, "effect": "APPLY_TO_ITEMS"}


def of_product(product: Product) -> dict[str, Any]:
    return {"object": "product", "id": product.public_id}


def has(*items: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": "order.items.any", "conditions": {"$is": list(items)}}


def in_segment(segment: Segment) -> dict[str, Any]:
    return {"name": "customer.segment", "conditions": {"$is": [segment.public_id]}}


def assign(
    now: datetime, *rules: Mapping[str, Any], to: Any, targets: list[Any] | None = None, **extra: Any
) -> None:
    """A validation rule with these conditions for a tier, voucher or campaign."""
    column = {PromotionTier: "promotion_tier", Voucher: "voucher", Campaign: "campaign"}[type(to)]
    rule = ValidationRule.objects.create(
        name="rule",
        created_at=now,
        rules={str(n): condition for n, condition in enumerate(rules, start=1)},
        applicable_to={"included": targets} if targets else {},
        **extra,
    )
    ValidationRuleAssignment.objects.create(rule=rule, created_at=now, **{column: to})


@dataclass(frozen=True)
class Shop:
    """The example: 10 % for everybody, 20 % off the book for VIPs, a code for brand B that Anna has."""

    sneaker: Product
    book: Product
    anna: Customer
    vip: Segment
    everybody: PromotionTier
    book_tier: PromotionTier
    campaign: Campaign
    code: Voucher

    @property
    def order(self) -> dict[str, Any]:
        return {
            "items": [
                {"product_id": self.sneaker.public_id, "quantity": 1, "price": 10_000},
                {"product_id": self.book.public_id, "quantity": 1, "price": 1500},
            ]
        }


@pytest.fixture
def shop(db: None, now: datetime) -> Shop:
    sneaker = Product.objects.create(source_id="sneaker", created_at=now)
    book = Product.objects.create(source_id="book", created_at=now)
    anna = Customer.objects.create(source_id="anna", created_at=now)
    vip = Segment.objects.create(name="VIP", created_at=now)
    SegmentMembership.objects.create(segment=vip, customer=anna, entered_at=now)
    everybody = PromotionTierFactory(name="10 %", discount=percent(10))
    book_tier = PromotionTierFactory(name="20 % off the book", discount=PERCENT_20_OF_ITEMS)
    assign(now, in_segment(vip), to=book_tier, targets=[of_product(book)])
    campaign = CampaignFactory(name="Brand B", discount=PERCENT_10_OF_ITEMS)
    assign(now, has(of_product(sneaker)), to=campaign, targets=[of_product(sneaker)])
    code = VoucherFactory(code="BRAND-B", campaign=campaign, holder=anna, published_at=now)
    return Shop(sneaker, book, anna, vip, everybody, book_tier, campaign, code)


def ask(api: APIClient, **body: Any) -> dict[str, Any]:
    answer = api.post(URL, body)
    assert answer.status_code == 200, answer.json()
    return answer.json()["redeemables"]


def found(page: Mapping[str, Any]) -> dict[str, int | None]:
    """Id -> what it takes off, None without an order."""
    return {
        entry["id"]: entry["order"].get("total_applied_discount_amount", 0) if "order" in entry else None
        for entry in page["data"]
    }


ANNA = {"source_id": "anna"}


def test_a_customer_gets_everything_that_is_for_him(api: APIClient, shop: Shop) -> None:
    page = ask(api, customer=ANNA, order=shop.order)

    assert found(page) == {shop.everybody.public_id: 1150, shop.book_tier.public_id: 300, "BRAND-B": 1000}
    assert page["total"] == 3


def test_without_a_customer_nothing_is_offered_that_depends_on_one(
    api: APIClient, shop: Shop, now: datetime
) -> None:
    not_vip = PromotionTierFactory(name="for all but VIPs")
    condition = {"name": "customer.segment", "conditions": {"$is_not": [shop.vip.public_id]}}
    assign(now, condition, to=not_vip)

    assert found(ask(api, order=shop.order)) == {shop.everybody.public_id: 1150}
    bert = ask(api, customer={"source_id": "bert"}, order=shop.order)
    assert set(found(bert)) == {shop.everybody.public_id, not_vip.public_id}


def test_the_wallet_holds_own_codes_only(api: APIClient, shop: Shop) -> None:
    VoucherFactory(code="GENERIC")

    assert found(ask(api, scenario="CUSTOMER_WALLET", customer=ANNA, order=shop.order)) == {"BRAND-B": 1000}
    assert found(ask(api, scenario="CUSTOMER_WALLET", order=shop.order)) == {}


def test_the_audience_counts_alone(api: APIClient, shop: Shop, now: datetime) -> None:
    dear = PromotionTierFactory(name="for dear orders")
    assign(now, {"name": "order.initial_amount", "conditions": {"$more_than": [10**9]}}, to=dear)

    page = ask(api, scenario="AUDIENCE_ONLY", customer=ANNA, options={"limit": 50})

    expected = {shop.everybody, shop.book_tier, shop.campaign, dear}
    assert set(found(page)) == {row.public_id for row in expected} | {"BRAND-B"}
    kinds = {entry["id"]: entry["object"] for entry in page["data"]}
    assert kinds[shop.campaign.public_id] == "campaign"
    nobody = found(ask(api, scenario="AUDIENCE_ONLY", customer={"source_id": "bert"}))
    assert shop.book_tier.public_id not in nobody
    assert shop.campaign.public_id in nobody


def test_products_that_are_discounted(api: APIClient, shop: Shop) -> None:
    page = ask(api, scenario="PRODUCTS_DISCOUNT", customer=ANNA, order=shop.order)

    assert set(found(page)) == {"BRAND-B", shop.campaign.public_id, shop.book_tier.public_id}
    without_sneaker = {"items": shop.order["items"][1:]}
    page = ask(api, scenario="PRODUCTS_DISCOUNT", customer=ANNA, order=without_sneaker)
    assert found(page) == {shop.book_tier.public_id: 300}


def test_products_do_not_ask_who_buys_unless_they_should(api: APIClient, shop: Shop, now: datetime) -> None:
    asking = PromotionTierFactory(name="with a book")
    assign(now, has(of_product(shop.book)), to=asking)
    bert = {"source_id": "bert"}
    product_related = {shop.campaign.public_id, shop.book_tier.public_id, asking.public_id}

    def ids(scenario: str) -> set[str]:
        return set(found(ask(api, scenario=scenario, customer=bert, order=shop.order)))

    assert ids("PRODUCTS") == product_related
    assert ids("PRODUCTS_DISCOUNT") == product_related - {asking.public_id}
    assert ids("PRODUCTS_BY_CUSTOMER") == product_related - {shop.book_tier.public_id}
    assert ids("PRODUCTS_DISCOUNT_BY_CUSTOMER") == {shop.campaign.public_id}


def test_a_free_product_counts_as_discounted_when_it_is_in_the_order(api: APIClient, shop: Shop) -> None:
    free = {
        "type": "UNIT",
        "unit_off": 1,
        "unit_type": shop.book.public_id,
        "effect": "ADD_MISSING_ITEMS",
    }
    tier = PromotionTierFactory(name="free book", discount=free)

    with_book = found(ask(api, scenario="PRODUCTS_DISCOUNT", order=shop.order))
    without = found(ask(api, scenario="PRODUCTS_DISCOUNT", order={"items": shop.order["items"][:1]}))

    assert with_book[tier.public_id] == 1500
    assert tier.public_id not in without


def test_an_incomplete_bundle_is_shown_where_only_products_count(
    api: APIClient, shop: Shop, now: datetime
) -> None:
    tier = PromotionTierFactory(name="bundle")

    def component(product: Product, units: int) -> dict[str, Any]:
        needed = {"1": {"name": "order.items.aggregated_quantity", "conditions": {"$is": [units]}}}
        return {**has(of_product(product)), "rules": needed}

    bundle = {"limit": 1, "1": component(shop.sneaker, 1), "2": component(shop.book, 3)}
    assign(now, has(of_product(shop.book)), to=tier, bundle_rules=bundle)

    strict = found(ask(api, order=shop.order))
    page = ask(api, scenario="PRODUCTS", order=shop.order)

    assert tier.public_id not in strict
    entry = next(entry for entry in page["data"] if entry["id"] == tier.public_id)
    assert entry["result"]["bundle"]["quantity"] == 0
    assert entry["result"]["bundle"]["missing"] == [
        {"id": shop.book.public_id, "object": "product", "item_quantity": 2}
    ]


def test_counters_and_the_order_amount_are_not_checked(api: APIClient, shop: Shop, now: datetime) -> None:
    for name in ("order.amount", "redemption.count.per_customer", "campaign.redemptions.count"):
        tier = PromotionTierFactory(name=name)
        assign(now, {"name": name, "conditions": {"$less_than": [1]}}, to=tier)
    total = PromotionTierFactory(name="total")
    assign(now, {"name": "order.total_amount", "conditions": {"$less_than": [1]}}, to=total)

    page = ask(api, order=shop.order, options={"limit": 50, "expand": ["redeemable", "validation_rules"]})

    entries = {entry["name"]: entry for entry in page["data"]}
    assert set(entries) == {
        "10 %",
        "order.amount",
        "redemption.count.per_customer",
        "campaign.redemptions.count",
    }
    assignment = entries["order.amount"]["validation_rules_assignments"]["data"][0]
    assert assignment["validation_status"] == "PARTIALLY_VALID"
    assert assignment["validation_omitted_rules"] == ["1"]
    assert entries["10 %"]["validation_rules_assignments"]["total"] == 0


def test_rules_that_were_asked_are_said_to_hold(api: APIClient, shop: Shop) -> None:
    page = ask(api, customer=ANNA, order=shop.order, options={"expand": ["validation_rules"]})

    entries = {entry["id"]: entry for entry in page["data"]}
    of_code = entries["BRAND-B"]["validation_rules_assignments"]["data"][0]
    assert of_code["related_object_type"] == "campaign"
    assert of_code["related_object_id"] == shop.campaign.public_id
    assert (of_code["validation_status"], of_code["validation_omitted_rules"]) == ("VALID", [])
    assert entries["BRAND-B"]["validation_rule_id"] == of_code["rule_id"]


def test_promotion_stacks(api: APIClient, shop: Shop, now: datetime) -> None:
    campaign = CampaignFactory(promotion=True)
    ten = PromotionTierFactory(campaign=campaign, discount=percent(10))
    five = PromotionTierFactory(campaign=campaign, discount=amount(500))
    never = PromotionTierFactory(campaign=campaign, is_active=False)

    def stack(name: str, *tiers: PromotionTier) -> PromotionStack:
        row = PromotionStack.objects.create(campaign=campaign, name=name, created_at=now)
        for position, tier in enumerate(tiers, start=1):
            StackedTier.objects.create(stack=row, tier=tier, position=position)
        return row

    amount_first, percent_first = stack("500, then 10 %", five, ten), stack("10 %, then 500", ten, five)
    stack("broken", ten, never)

    page = ask(
        api, scenario="PROMOTION_STACKS", order={"amount": 10_000}, options={"sorting_rule": "BEST_DEAL"}
    )

    assert [entry["id"] for entry in page["data"]] == [percent_first.public_id, amount_first.public_id]
    first, second = page["data"]
    assert (first["object"], page["total"]) == ("promotion_stack", 2)
    assert [part["id"] for part in second["redeemables"]] == [five.public_id, ten.public_id]
    assert [part["order"]["total_applied_discount_amount"] for part in second["redeemables"]] == [500, 950]
    assert [entry["order"]["total_amount"] for entry in (first, second)] == [8500, 8550]


def test_says_why_a_hit_fits(api: APIClient, shop: Shop, client_api: APIClient) -> None:
    body = {"customer": ANNA, "order": shop.order, "options": {"explain": True}}

    answer = api.post(URL, body).json()

    explained = {entry["id"]: entry for entry in answer["explanations"]}
    assert set(explained) == set(found(answer["redeemables"]))
    assert {entry["status"] for entry in explained.values()} == {"APPLICABLE"}
    rules = [one for one in explained[shop.book_tier.public_id]["conditions"] if one["holds"] is not None]
    assert any(shop.vip.name in one["message"] for one in rules)
    assert "explanations" not in api.post(URL, {"order": shop.order}).json()
    assert client_api.post("/client/v1/qualifications", body).status_code == 403


def test_answers_as_if_it_were_another_instant(api: APIClient, api_as: Any, now: datetime) -> None:
    tier = PromotionTierFactory(starts_at="2040-01-01T00:00:00Z")

    assert found(ask(api)) == {}
    assert found(ask(api, options={"at": "2040-01-01T00:00:00Z"})) == {tier.public_id: None}
    refused = api_as("VIEWER").post(URL, {"options": {"at": "2040-01-01T00:00:00Z"}})
    assert refused.status_code == 403


def test_a_code_for_its_holder_alone_is_in_his_wallet(api: APIClient, shop: Shop, now: datetime) -> None:
    personal = VoucherFactory(code="PERSONAL", holder=shop.anna, published_at=now)
    holder_only = {"name": "publication.redeemable_by_linked_customer", "conditions": {"$is": [True]}}
    assign(now, holder_only, to=personal)

    assert "PERSONAL" in found(ask(api, scenario="CUSTOMER_WALLET", customer=ANNA))
