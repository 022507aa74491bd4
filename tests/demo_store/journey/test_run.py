"""A whole run over a year of three receipts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db.models import Sum

from commerce.models import Customer, Order, OrderItem, Product, ProductCollection, Segment
from core.actors import Actor
from core.models import ProjectSettings
from demo_store.journey import orders, replay
from demo_store.journey.clock import Shift
from demo_store.journey.report import Outcomes
from demo_store.journey.run import AlreadyLoaded
from promotions.models import Campaign, Redemption, Voucher
from promotions.selectors import versions
from tests.demo_store.journey.rows import basket, line, redemption
from tests.demo_store.journey.year import (
    CHEESE,
    CHEESE_COUPON,
    ICE,
    ICE_COUPON,
    NOON,
    UNKNOWN,
    counts,
    digest,
    load,
    year,
)

pytestmark = pytest.mark.django_db


def test_loads_everything_and_redeems_what_was_redeemed():
    result = load(year())

    assert counts(result) == {
        "customers": (2, 2, 0, 0),
        "products": (2, 2, 0, 0),
        "campaigns": (2, 2, 0, 0),
        "segment members": (3, 3, 0, 0),
        "coupons": (3, 3, 0, 0),
        "coupon products": (6, 4, 0, 2),
        "orders": (3, 3, 0, 0),
        "order lines": (6, 5, 0, 1),
        "redemptions": (3, 3, 0, 0),
    }
    assert [check for check in result.checks if not check.holds] == []
    assert list(versions.drift()) == []
    assert {check.name: check.found for check in result.checks} == {
        "customers": 2,
        "products": 2,
        "campaigns": 2,
        "coupons": 3,
        "segment members": 3,
        "orders": 3,
        "order value, cents": 1185,
        "order lines' value, cents": 1185,
        "orders in customer summaries": 3,
        "paid in customer summaries, cents": 925,
        "redemptions": 3,
        "uses of the coupons": 3,
        "discounts on the orders, cents": 260,
    }
    assert result.outcomes == Outcomes(accepted=3, refused={})


def test_households_and_products_keep_what_is_known_about_them():
    load(year())

    asked, other = Customer.objects.order_by("source_id")
    ice, cheese = Product.objects.order_by("source_id")

    assert (asked.source_id, asked.name, asked.created_at) == ("1", "Household 1", NOON)
    assert asked.metadata == {"data_set": "Complete Journey", "age": "45-54", "income": "50-74K"}
    assert other.metadata == {"data_set": "Complete Journey"}
    assert (ice.name, ice.metadata["department"], ice.metadata["package_size"]) == (
        "Ice, 22 LB",
        "GROCERY",
        "22 LB",
    )
    assert (cheese.name, cheese.metadata["brand"]) == ("Deli", "Private")


def test_campaigns_run_through_their_last_local_day_with_segment_and_codes():
    load(year())

    second = Campaign.objects.get(metadata__campaign=2)
    segment = Segment.objects.get(public_id=second.metadata["segment"])
    vouchers = {voucher.code: voucher for voucher in second.vouchers.all()}

    assert second.name == "Journey campaign 02 (Type A)"
    assert second.starts_at == datetime(2017, 3, 13, 4, tzinfo=UTC)
    assert second.ends_at == datetime(2017, 5, 1, 4, tzinfo=UTC)
    assert second.vouchers_count == 2
    assert sorted(segment.memberships.values_list("customer__source_id", flat=True)) == ["1", "2"]
    assert set(vouchers) == {f"{ICE_COUPON}-C2", f"{CHEESE_COUPON}"}
    assert vouchers[f"{ICE_COUPON}-C2"].discount == {
        "type": "AMOUNT",
        "effect": "APPLY_TO_ORDER",
        "amount_off": 100,
    }
    listed = ProductCollection.objects.get(
        public_id=vouchers[f"{ICE_COUPON}-C2"].metadata["product_collection"]
    )
    assert list(listed.items.order_by("position").values_list("product__source_id", flat=True)) == ["7", "8"]


def test_an_order_holds_what_was_paid_for_and_what_the_coupon_took_off():
    load(year())

    order = Order.objects.get(source_id="101")
    lines = list(
        order.items.order_by("position").values_list(
            "source_id", "product__source_id", "quantity", "price", "amount", "metadata"
        )
    )

    assert (order.status, order.created_at, order.paid_at) == ("PAID", NOON, NOON)
    assert (order.amount, order.initial_amount, order.total_discount_amount, order.total_amount) == (
        800,
        800,
        100,
        700,
    )
    assert order.metadata == {
        "data_set": "Complete Journey",
        "store": "330",
        "loyalty_discount": 20,
        "coupon_discount": 125,
        "coupon_match_discount": 0,
    }
    assert lines == [("7", "7", 1, 300, 300, None), ("8", "8", 1, 500, 500, {"units": 3})]


def test_an_article_outside_the_catalogue_stays_on_its_order():
    load(year())

    item = OrderItem.objects.get(source_id=str(UNKNOWN))

    assert (item.order.source_id, item.product_id, item.amount) == ("102", None, 75)


def test_redemptions_happen_at_the_instant_of_the_receipt_and_never_below_zero():
    load(year())

    rows = Redemption.objects.order_by("redeemed_at").values_list(
        "voucher__code",
        "customer__source_id",
        "order__source_id",
        "redeemed_at",
        "discount_amount",
        "order_amount",
    )

    assert list(rows) == [
        (f"{ICE_COUPON}-C1", "1", "101", NOON, 100, 800),
        (f"{CHEESE_COUPON}", "2", "102", NOON + timedelta(days=5, hours=6), 100, 325),
        (f"{ICE_COUPON}-C2", "1", "103", NOON + timedelta(days=17), 60, 60),
    ]


def test_customer_summaries_follow_orders_and_redemptions():
    load(year())

    first = Customer.objects.get(source_id="1")

    assert (first.orders_count, first.orders_total_amount) == (2, 700)
    assert (first.last_order_at, first.last_order_amount) == (NOON + timedelta(days=17), 0)
    assert (first.redemptions_succeeded, first.redemptions_failed) == (2, 0)


def test_a_second_run_changes_nothing():
    load(year())
    before = digest()

    again = load(year())

    assert digest() == before
    assert {kind: written for kind, (_, written, _, _) in counts(again).items()} == dict.fromkeys(
        counts(again), 0
    )
    assert again.holds
    assert again.outcomes == Outcomes(accepted=3, refused={})


def test_goes_on_after_an_interruption_among_the_orders(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(orders, "ORDER_BATCH", 1)
    source = year()
    source.stop_after_baskets = 2
    with pytest.raises(KeyboardInterrupt):
        load(source)
    assert Order.objects.count() == 2
    assert Customer.objects.aggregate(total=Sum("orders_total_amount"))["total"] == 1125

    result = load(year())

    assert counts(result)["orders"] == (3, 1, 2, 0)
    assert counts(result)["order lines"] == (6, 1, 4, 1)
    assert result.holds
    assert OrderItem.objects.count() == 5


def test_goes_on_after_an_interruption_among_the_redemptions(monkeypatch: pytest.MonkeyPatch):
    calls: list[str] = []

    def interrupted(wire: dict[str, Any], *, key: str, actor: Actor, now: datetime) -> Any:
        if calls:
            raise KeyboardInterrupt
        calls.append(wire["redeemables"][0]["id"])
        return post(wire, key=key, actor=actor, now=now)

    post = replay.post
    with monkeypatch.context() as patched:
        patched.setattr(replay, "post", interrupted)
        with pytest.raises(KeyboardInterrupt):
            load(year())
    assert Redemption.objects.count() == 1

    result = load(year())

    assert counts(result)["redemptions"] == (3, 2, 1, 0)
    assert result.holds
    assert Redemption.objects.count() == 3
    assert Voucher.objects.aggregate(uses=Sum("redeemed_quantity"))["uses"] == 3


def test_a_refused_redemption_is_told_and_not_tried_again():
    source = year()
    late = NOON + timedelta(days=20)
    source.basket_rows.append(basket(104, line(ICE, 300), household=1, at=late))
    source.redemption_rows.append(redemption(ICE_COUPON, campaign=1, household=1, day=late.date()))

    first = load(source)
    second = load(source)

    assert first.tallies[-1].rejected == {"refused: voucher_expired": 1}
    assert first.outcomes == Outcomes(accepted=3, refused={"voucher_expired": 1})
    assert [check.name for check in first.checks if not check.holds] == ["redemptions"]
    assert counts(second)["redemptions"] == (4, 0, 4, 0)
    assert second.outcomes == first.outcomes
    assert Order.objects.get(source_id="104").total_amount == 300


def test_a_redemption_without_a_receipt_is_rejected_and_breaks_the_totals():
    source = year()
    source.redemption_rows.append(redemption(ICE_COUPON, campaign=1, household=2, day=date(2017, 3, 16)))

    result = load(source)

    assert counts(result)["redemptions"] == (4, 3, 0, 1)
    assert [(check.name, check.expected, check.found) for check in result.checks if not check.holds] == [
        ("redemptions", 4, 3)
    ]


def test_a_receipt_below_zero_is_rejected_and_breaks_the_totals():
    source = year()
    source.basket_rows.append(basket(104, line(ICE, 300), line(CHEESE, -40), household=1, at=NOON))

    result = load(source)

    assert counts(result)["orders"] == (4, 3, 0, 1)
    assert counts(result)["order lines"] == (8, 5, 0, 3)
    assert not Order.objects.filter(source_id="104").exists()
    assert not result.holds


def test_a_smaller_run_first_is_completed_by_the_whole_one():
    small = load(year(), limit_households=1)
    assert counts(small)["customers"] == (1, 1, 0, 0)
    assert counts(small)["orders"] == (2, 2, 0, 0)
    assert counts(small)["segment members"] == (2, 2, 0, 0)
    assert counts(small)["redemptions"] == (2, 2, 0, 0)
    assert small.holds

    whole = load(year())

    assert counts(whole)["customers"] == (2, 1, 1, 0)
    assert counts(whole)["segment members"] == (3, 1, 2, 0)
    assert counts(whole)["redemptions"] == (3, 1, 2, 0)
    assert whole.holds


def test_a_dry_run_counts_and_writes_nothing():
    before = digest()

    result = load(year(), dry_run=True)

    assert digest() == before
    assert counts(result) == {
        "customers": (2, 2, 0, 0),
        "products": (2, 2, 0, 0),
        "campaigns": (2, 2, 0, 0),
        "segment members": (3, 3, 0, 0),
        "coupons": (3, 3, 0, 0),
        "coupon products": (6, 4, 0, 2),
        "orders": (3, 3, 0, 0),
        "order lines": (6, 5, 0, 1),
        "redemptions": (3, 3, 0, 0),
    }
    assert result.checks == ()


def test_a_shift_moves_orders_campaigns_and_redemptions_alike_and_is_kept():
    noon_in_winter = datetime(2026, 2, 4, 17, 0, tzinfo=UTC)

    load(year(), shift=Shift(weeks=464))
    again = load(year(), shift=Shift(weeks=465))

    assert Order.objects.get(source_id="101").created_at == noon_in_winter
    assert Redemption.objects.order_by("redeemed_at").first().redeemed_at == noon_in_winter
    assert Campaign.objects.get(metadata__campaign=2).starts_at == datetime(2026, 2, 2, 5, tzinfo=UTC)
    assert again.holds
    assert Order.objects.count() == 3


def test_a_year_loaded_at_its_real_dates_is_not_moved_afterwards():
    load(year())

    with pytest.raises(AlreadyLoaded, match="real dates"):
        load(year(), shift=Shift(weeks=464))


def test_an_empty_project_takes_the_chains_currency_and_time_zone(settings_row: ProjectSettings):
    load(year())

    settings_row.refresh_from_db()
    assert (settings_row.currency, settings_row.time_zone) == ("USD", "America/New_York")


def test_a_project_in_use_keeps_its_own_currency_and_time_zone(settings_row: ProjectSettings):
    settings_row.currency = "PLN"
    settings_row.save(update_fields=["currency"])
    Order.objects.create(created_at=NOON)

    load(year())

    settings_row.refresh_from_db()
    assert (settings_row.currency, settings_row.time_zone) == ("PLN", "UTC")
