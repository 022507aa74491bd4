"""Vouchers and redemptions as CSV files."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from promotions.exports import REDEMPTIONS, VOUCHERS
from promotions.models import CardTransaction, Redemption
from tests.conftest import NOW, counted_queries
from tests.factories.commerce import CustomerFactory, OrderFactory
from tests.factories.promotions import (
    CampaignFactory,
    CategoryFactory,
    PromotionTierFactory,
    RuleAssignmentFactory,
    VoucherFactory,
    amount,
)
from tests.integrations.exported import exported

pytestmark = pytest.mark.django_db


def redemption(**values: Any) -> Redemption:
    happened = {"result": "SUCCESS", "status": "SUCCEEDED", "related_object_type": "voucher"}
    return Redemption.objects.create(**{"redeemed_at": NOW, **happened, **values})


def gift_card(code: str, credits: int) -> Any:
    return VoucherFactory(
        code=code,
        type="GIFT_VOUCHER",
        discount=None,
        gift_amount=credits,
        gift_balance=credits,
        gift_effect="APPLY_TO_ORDER",
    )


def test_every_field_of_a_voucher_with_what_its_campaign_says() -> None:
    campaign = CampaignFactory(
        name="Spring",
        category=CategoryFactory(name="Sale"),
        discount={**amount(1250), "amount_limit": 5000},
        starts_at=datetime(2026, 3, 1, tzinfo=UTC),
        ends_at=datetime(2026, 4, 1, tzinfo=UTC),
        timeframe_interval="P7D",
        timeframe_duration="P1D",
        days_of_week=[1, 2],
    )
    holder = CustomerFactory(source_id="anna")
    voucher = VoucherFactory(
        code="@CODE",
        campaign=campaign,
        holder=holder,
        ends_at=datetime(2026, 5, 1, tzinfo=UTC),
        additional_info="for Anna",
        redemption_quantity=3,
        redeemed_quantity=1,
        metadata={"lang": "de"},
    )
    rule = RuleAssignmentFactory(voucher=voucher).rule

    assert exported("voucher", fields=list(VOUCHERS.fields)) == [
        {
            "code": "'@CODE",
            "voucher_type": "DISCOUNT_VOUCHER",
            "value": "12.50",
            "discount_type": "AMOUNT",
            "id": voucher.public_id,
            "formula": "",
            "campaign": "Spring",
            "campaign_id": campaign.public_id,
            "category": "Sale",
            "start_date": "2026-03-01T00:00:00.000Z",
            "expiration_date": "2026-05-01T00:00:00.000Z",
            "gift_balance": "",
            "loyalty_balance": "",
            "redemption_quantity": "3",
            "redemption_count": "1",
            "active": "true",
            "qr_code": "",
            "bar_code": "",
            "is_referral_code": "false",
            "created_at": "2026-03-01T09:00:00.000Z",
            "updated_at": "",
            "validity_timeframe_interval": "P7D",
            "validity_timeframe_duration": "P1D",
            "validity_day_of_week": "1,2",
            "discount_amount_limit": "50.00",
            "additional_info": "for Anna",
            "customer_id": holder.public_id,
            "customer_source_id": "anna",
            "discount_effect": "APPLY_TO_ORDER",
            "discount_unit_type": "",
            "discount_unit_effect": "",
            "validation_rules_id": rule.public_id,
            "metadata": '{"lang":"de"}',
        }
    ]


@pytest.mark.parametrize(
    ("discount", "value", "kind", "formula"),
    [
        ({"type": "PERCENT", "percent_off": 12.5}, "12.5", "PERCENT", ""),
        ({"type": "FIXED", "fixed_amount": 999}, "9.99", "FIXED", ""),
        ({"type": "UNIT", "unit_off": 2, "unit_type": "prod_1"}, "2", "UNIT", ""),
        ({"type": "AMOUNT", "amount_off_formula": "=1+1"}, "", "AMOUNT", "'=1+1"),
    ],
)
def test_the_value_of_each_kind_of_discount(discount: Any, value: str, kind: str, formula: str) -> None:
    VoucherFactory(discount=discount)

    assert exported("voucher", fields=["value", "discount_type", "formula"]) == [
        {"value": value, "discount_type": kind, "formula": formula}
    ]


def test_a_window_of_its_own_is_not_mixed_with_the_campaigns() -> None:
    campaign = CampaignFactory(timeframe_interval="P7D", timeframe_duration="P1D")
    VoucherFactory(campaign=campaign, timeframe_interval="P2D", timeframe_duration="PT4H")

    fields = ["validity_timeframe_interval", "validity_timeframe_duration"]

    assert [list(row.values()) for row in exported("voucher", fields=fields)] == [["P2D", "PT4H"]]


def test_units_and_gift_cards() -> None:
    VoucherFactory(
        code="units",
        discount={"type": "UNIT", "unit_off": 1, "unit_type": "prod_1", "effect": "ADD_NEW_ITEMS"},
    )
    gift_card("card", 123_456)
    fields = ["code", "value", "gift_balance", "discount_unit_type", "discount_unit_effect"]

    assert [list(row.values()) for row in exported("voucher", fields=fields)] == [
        ["units", "1", "", "prod_1", "ADD_NEW_ITEMS"],
        ["card", "1234.56", "1234.56", "", ""],
    ]


def test_codes_of_one_campaign_and_none_from_the_bin() -> None:
    campaign = CampaignFactory()
    VoucherFactory(code="other")
    VoucherFactory(code="b", campaign=campaign)
    VoucherFactory(code="a", campaign=campaign, redeemed_quantity=1)
    VoucherFactory(code="gone", campaign=campaign, deleted_at=NOW)

    def codes(**parameters: Any) -> list[str]:
        return [row["code"] for row in exported("voucher", fields=["code"], **parameters)]

    is_redeemed = {"redemption_status": {"conditions": {"$is": "$redeemed"}}}
    assert codes(campaign_id=campaign.public_id, order="code") == ["a", "b"]
    assert codes(campaign_id=campaign.public_id, filters=is_redeemed) == ["a"]
    assert codes(filters={"campaigns": {"conditions": {"$is": campaign.name}}}) == ["b", "a"]
    assert codes() == ["other", "b", "a"]


def test_every_field_of_a_redemption() -> None:
    customer, order = CustomerFactory(source_id="anna", name="Anna"), OrderFactory()
    voucher = gift_card("CARD", 10_000)
    paid = redemption(
        voucher=voucher,
        customer=customer,
        order=order,
        voucher_code="card",
        order_amount=7000,
        tracking_id="track_1",
        metadata={"till": 3},
    )
    CardTransaction.objects.create(
        voucher=voucher,
        redemption=paid,
        type="CREDITS_REDEMPTION",
        amount=-2550,
        balance=7450,
        created_at=NOW,
    )

    assert exported("redemption", fields=list(REDEMPTIONS.fields)) == [
        {
            "id": paid.public_id,
            "object": "redemption",
            "date": "2026-03-10T12:00:00.000Z",
            "voucher_code": "CARD",
            "campaign": "",
            "promotion_tier_id": "",
            "customer_id": customer.public_id,
            "customer_source_id": "anna",
            "customer_name": "Anna",
            "tracking_id": "track_1",
            "order_id": order.public_id,
            "order_amount": "70.00",
            "gift_amount": "25.50",
            "loyalty_points": "",
            "result": "SUCCESS",
            "failure_code": "",
            "failure_message": "",
            "metadata": '{"till":3}',
        }
    ]


def test_failures_and_tiers() -> None:
    tier = PromotionTierFactory()
    redemption(related_object_type="promotion_tier", promotion_tier=tier, campaign=tier.campaign)
    redemption(
        result="FAILURE",
        status="FAILED",
        redeemed_at=NOW + timedelta(hours=1),
        voucher_code="NOBODY",
        failure_code="not_found",
        failure_message="Resource not found",
    )
    fields = ["voucher_code", "campaign", "promotion_tier_id", "result", "failure_code", "failure_message"]

    assert [list(row.values()) for row in exported("redemption", fields=fields, order="-created_at")] == [
        ["NOBODY", "", "", "FAILURE", "not_found", "Resource not found"],
        ["", tier.campaign.name, tier.public_id, "SUCCESS", "", ""],
    ]
    failed = {"result": {"conditions": {"$is": ["FAILURE"]}}}
    assert len(exported("redemption", filters=failed)) == 1


@pytest.mark.parametrize("described", [VOUCHERS, REDEMPTIONS], ids=lambda described: described.name)
def test_every_order_and_filter_can_be_asked_for(described: Any) -> None:
    redemption(voucher=VoucherFactory())

    for order in described.allowed_orders():
        assert len(exported(described.name, order=order)) == 1
    for name in described.filters:
        wire = "metadata.lang" if name == "metadata" else name
        unlike = {"redemption_status": "$redeemed", "active": "$expired"}.get(name, "2020-01-01")
        if name in {"is_referral_code"}:
            unlike = "true"
        if "quantity" in name or "count" in name:
            unlike = "77"
        assert exported(described.name, filters={wire: {"conditions": {"$is": unlike}}}) == []


@pytest.mark.parametrize("described", [VOUCHERS, REDEMPTIONS], ids=lambda described: described.name)
def test_the_cost_does_not_grow(described: Any) -> None:
    counts = []
    for more in (2, 28):
        for _ in range(more):
            voucher = VoucherFactory(campaign=CampaignFactory(), holder=CustomerFactory())
            redemption(voucher=voucher, campaign=voucher.campaign, customer=voucher.holder)
        with counted_queries() as queries:
            rows = exported(described.name, fields=list(described.fields))
        counts.append(len(queries))

    assert len(rows) == 30
    assert counts[0] == counts[1]
