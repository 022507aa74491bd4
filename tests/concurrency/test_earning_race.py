"""Points for one thing are given once, however many workers hear of it; caps hold whoever comes together."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction

from commerce.models import Customer
from commerce.selectors.orders import ItemSpec, OrderSpec
from commerce.services import orders
from core.actors import Actor
from core.models import OutboxEvent
from loyalty import subscribers
from loyalty.models import Earning, EarningRule, LoyaltyCard, PointsTransaction
from promotions.models import Voucher
from promotions.services import returns
from promotions.services.returns import ReturnedItem, ReturnSpec
from tests.conftest import NOW
from tests.factories.commerce import ProductFactory
from tests.factories.promotions import CREATED_AT
from tests.loyalty.members import joined, programme

pytestmark = pytest.mark.django_db(transaction=True)
ACTOR = Actor.system("tests")


def together(*calls):
    barrier = threading.Barrier(len(calls))

    def run(call):
        try:
            barrier.wait()
            with transaction.atomic():
                return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [running.result() for running in [pool.submit(run, call) for call in calls]]


def buys(customer: Customer, units: int = 1) -> OutboxEvent:
    """An order that is paid, and the event about it, which nobody heard yet."""
    item = ItemSpec(product_id=ProductFactory().public_id, quantity=units, price=1000)
    spec = OrderSpec(status="PAID", customer={"id": customer.public_id}, items=(item,))
    order = orders.upsert(spec=spec, actor=ACTOR, now=NOW)
    return OutboxEvent.objects.get(name=subscribers.PAID, entity_id=order.public_id)


def rule(of, **values) -> EarningRule:
    loyalty = {
        "type": "PROPORTIONAL",
        "calculation_type": "ORDER_TOTAL_AMOUNT",
        "order": {"total_amount": {"every": 100, "points": 1}},
    }
    return EarningRule.objects.create(
        campaign=of, event="order.paid", loyalty=loyalty, created_at=CREATED_AT, **values
    )


def holder(card: LoyaltyCard) -> Customer:
    return Voucher.objects.select_related("holder").get(pk=card.pk).holder


def test_one_order_heard_of_eight_times_earns_once():
    club = programme()
    rule(club)
    card = joined(club, "A")
    event = buys(holder(card))

    together(*[lambda: subscribers.order_paid(event, NOW)] * 8)

    card.refresh_from_db()
    assert card.balance == 10
    assert Earning.objects.count() == PointsTransaction.objects.count() == 1


def test_a_cap_of_everybody_holds_when_all_come_together():
    club = programme()
    rule(club, caps=[{"per": "PROGRAMME", "period": "EVER", "points": 25}])
    cards = [joined(club, f"C{number}") for number in range(6)]
    events = [buys(holder(card)) for card in cards]

    together(*[lambda event=event: subscribers.order_paid(event, NOW) for event in events])

    given = sorted(LoyaltyCard.objects.values_list("balance", flat=True))
    assert given == [0, 0, 0, 5, 10, 10]


def test_goods_that_come_back_while_points_are_given_leave_none():
    club = programme()
    rule(club)
    card = joined(club, "A")
    event = buys(holder(card), units=3)

    def comes_back():
        spec = ReturnSpec(items=[ReturnedItem(position=0, quantity=3)])
        returns.create(order_ref=event.entity_id, spec=spec, actor=ACTOR, now=NOW)

    together(comes_back, lambda: subscribers.order_paid(event, NOW))
    back = OutboxEvent.objects.get(name=subscribers.RETURNED)
    together(*[lambda: subscribers.order_returned(back, NOW + timedelta(seconds=1))] * 4)

    card.refresh_from_db()
    assert card.balance == 0
    assert sum(PointsTransaction.objects.values_list("amount", flat=True)) == 0
