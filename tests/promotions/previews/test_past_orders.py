"""The effect on real orders: exact figures, and the same answer as one order at a time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from commerce.models import Order
from promotions.previews import past_orders
from promotions.previews.past_orders import in_first_week, price_effect
from promotions.previews.proposal import Proposal
from tests.conftest import NOW
from tests.factories.commerce import OrderFactory, OrderItemFactory
from tests.promotions.previews.conftest import Shop, asks, bench_of, percent, rule, two_get_one

pytestmark = pytest.mark.django_db


def test_counts_what_would_have_qualified_and_what_it_would_cost(shop: Shop) -> None:
    bench, _ = bench_of(Proposal(name="Ten", discount=percent(10)), shop)

    found = price_effect([bench], now=NOW)

    # Orders of 21.00, 22.00 and 34.00 in the last three days.
    assert found is not None
    assert (found.tried, found.fitting, found.orders, found.days) == (3, 3, 3, 3)
    assert (found.value, found.saved) == (7_700, 770)
    assert (found.average, found.share_of_orders, found.share_of_value) == (257, 100, 10)
    assert found.per_week == round(770 * 7 / 3)
    assert found.uses_per_week == 7


def test_only_the_orders_that_fit_count(shop: Shop) -> None:
    bench, _ = bench_of(two_get_one(shop), shop)

    found = price_effect([bench], now=NOW)

    assert found is not None
    assert (found.tried, found.fitting, found.saved, found.value_fitting) == (3, 1, 900, 3_400)


def test_segments_and_places_count_as_they_do_for_one_order(shop: Shop) -> None:
    for customer in (shop.anna, shop.bert, None):
        OrderFactory(customer=customer, amount=9_000, created_at=NOW, metadata={"store": "waw-1"})
        OrderFactory(customer=customer, amount=9_000, created_at=NOW, metadata={"store": "ber-1"})
    for order in Order.objects.filter(amount=9_000):
        OrderItemFactory(order=order, product=shop.espresso, price=1_500, quantity=6)
    document = rule(asks("customer.segment", "$is", shop.big.public_id, shop.vip.public_id))
    words = (f"stores:{shop.poland.public_id}",)
    bench, _ = bench_of(Proposal(name="Ten", discount=percent(10), rules=(document,), places=words), shop)

    found = price_effect([bench], now=NOW)

    assert found is not None
    assert (found.tried, found.fitting, found.saved) == (9, 1, 900)


def test_each_order_gets_the_better_of_two_tiers(shop: Shop) -> None:
    from_thirty = rule(asks("order.amount", "$more_than_or_equal", 3_000))
    low, _ = bench_of(Proposal(name="Low", discount=percent(5)), shop)
    high, _ = bench_of(Proposal(name="High", discount=percent(20), rules=(from_thirty,)), shop)

    found = price_effect([low, high], now=NOW)

    assert found is not None
    assert found.saved == 105 + 110 + 680


def test_canceled_and_old_orders_do_not_count(shop: Shop) -> None:
    Order.objects.update(created_at=NOW - timedelta(days=28, seconds=1))
    bench, _ = bench_of(Proposal(name="Ten", discount=percent(10)), shop)
    assert price_effect([bench], now=NOW) is None

    Order.objects.update(created_at=NOW - timedelta(days=1), status=Order.Status.CANCELED)
    assert price_effect([bench], now=NOW) is None


def test_many_orders_are_sampled_over_the_whole_time(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past_orders, "MOST", 10)
    monkeypatch.setattr(past_orders, "FEWEST", 10)
    Order.objects.all().delete()
    for number in range(56):
        order = OrderFactory(
            customer=shop.bert,
            amount=1_000,
            created_at=NOW - timedelta(days=28) + timedelta(hours=12 * number),
        )
        OrderItemFactory(order=order, product=shop.mug, price=1_000)
    bench, _ = bench_of(Proposal(name="Ten", discount=percent(10)), shop)

    found = price_effect([bench], now=NOW)

    assert found is not None
    assert (found.tried, found.orders, found.days) == (10, 56, 28)
    # All are alike, so the estimate is exact: 14 orders a week, 1.00 each.
    assert (found.per_week, found.uses_per_week) == (1_400, 14)


def test_weekdays_and_hours_count_as_they_will(shop: Shop) -> None:
    """NOW is a Tuesday; the orders were made on Monday, Sunday and Saturday at noon."""
    for days, fitting in (((1,), 1), ((6, 0), 2), ((2, 3), 0)):
        bench, _ = bench_of(Proposal(name="Days", discount=percent(10), days_of_week=days), shop)
        found = price_effect([bench], now=NOW)
        assert found is not None
        assert found.fitting == fitting


WARSAW = ZoneInfo("Europe/Warsaw")


@pytest.mark.parametrize(
    ("moment", "begins", "expected"),
    [
        # A Saturday before, a Monday to begin with: the next Saturday.
        ("2026-03-07T10:00+00:00", "2026-03-09T08:00+00:00", "2026-03-14T10:00+00:00"),
        # The same weekday, later in the day: that very day.
        ("2026-03-02T10:00+00:00", "2026-03-09T08:00+00:00", "2026-03-09T10:00+00:00"),
        # The same weekday, earlier in the day: a week later.
        ("2026-03-02T07:00+00:00", "2026-03-09T08:00+00:00", "2026-03-16T07:00+00:00"),
        # The time on the wall stays, whatever summer time does.
        ("2026-03-22T10:00+00:00", "2026-03-28T08:00+00:00", "2026-03-29T09:00+00:00"),
    ],
)
def test_an_order_is_tried_in_the_first_week(moment: str, begins: str, expected: str) -> None:
    found = in_first_week(datetime.fromisoformat(moment), datetime.fromisoformat(begins), WARSAW)

    assert found.astimezone(UTC) == datetime.fromisoformat(expected)
