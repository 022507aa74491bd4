"""Goods that come back take their points with them. Contract: loyalty 16.2."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from commerce.models import Order
from commerce.selectors.orders import ItemSpec, OrderSpec
from commerce.services import orders
from loyalty.models import Earning, LoyaltyCard, PendingPoints
from promotions.models import Campaign
from promotions.services import returns
from promotions.services.returns import ReturnedItem, ReturnSpec
from tests.conftest import NOW
from tests.factories.commerce import ProductFactory
from tests.loyalty.buying import ACTOR, balance, holder, pays, rule
from tests.loyalty.members import adds_up, lines, member, programme
from tests.telling import tell

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 10)


class TestReturns:
    def bought(self, made: Campaign, **values: Any) -> tuple[LoyaltyCard, Order]:
        card = member(made, "A")
        rule(made, **values)
        product = ProductFactory()
        order = pays(holder(card), items=(ItemSpec(product_id=product.public_id, quantity=4, price=2550),))
        return card, order

    def comes_back(self, order: Order, units: int) -> None:
        spec = ReturnSpec(items=[ReturnedItem(position=0, quantity=units)])
        returns.create(order_ref=order.public_id, spec=spec, actor=ACTOR, now=NOW)
        tell(NOW)

    def test_take_back_what_the_rest_would_not_have_earned(self):
        card, order = self.bought(programme())
        assert balance(card) == 102

        self.comes_back(order, 1)
        assert balance(card) == 76
        self.comes_back(order, 2)
        assert balance(card) == 25
        self.comes_back(order, 1)

        assert balance(card) == 0
        row = Earning.objects.get()
        assert (row.points, row.reversed_points) == (102, 102)
        assert [(line[0], line[1]) for line in lines(card)[1:]] == [
            ("POINTS_REMOVAL", -26),
            ("POINTS_REMOVAL", -51),
            ("POINTS_REMOVAL", -25),
        ]
        assert set(card.transactions.filter(amount__lt=0).values_list("account", flat=True)) == {"REVERSED"}
        adds_up([card])

    def test_a_cancelled_order_keeps_nothing(self):
        card, order = self.bought(programme())

        orders.update(order_id=order.pk, spec=OrderSpec(status="CANCELED"), actor=ACTOR, now=NOW)
        tell(NOW)

        assert balance(card) == 0
        assert lines(card)[-1][:2] == ("POINTS_REMOVAL", -102)

    def test_points_that_wait_go_first(self):
        card, order = self.bought(programme(), pending_days=14)

        self.comes_back(order, 1)
        assert PendingPoints.objects.get().points == 76
        self.comes_back(order, 3)

        assert PendingPoints.objects.get().state == "CANCELED"
        card.refresh_from_db()
        assert (card.pending_points, card.balance) == (0, 0)
        assert lines(card) == []

    def spend(self, card: LoyaltyCard, points: int) -> None:
        from django.db import transaction

        from loyalty.services import ledger

        with transaction.atomic():
            ledger.debit(
                ledger.locked(card.pk),
                points,
                type=ledger.Type.REMOVAL,
                account=ledger.Account.ADJUSTED,
                why=ledger.Why(actor=ACTOR, now=NOW),
            )

    @pytest.mark.parametrize(
        ("debts", "left", "taken", "written_off"),
        [("WRITE_OFF", 0, 102, 82), ("ALLOW", -82, 102, 0), ("BLOCK", 0, 20, 0)],
    )
    def test_points_that_are_spent_already(self, debts, left, taken, written_off):
        card, order = self.bought(programme(debts=debts))
        self.spend(card, 82)

        self.comes_back(order, 4)

        assert balance(card) == left
        assert Earning.objects.get().reversed_points == taken
        off = card.transactions.filter(account="WRITTEN_OFF").values_list("amount", flat=True)
        assert sum(off) == written_off
        assert sum(amount for _, amount, *_ in lines(card)) == left

    def test_a_programme_may_leave_points_to_whoever_returns(self):
        card, order = self.bought(programme(reverse_on_return=False))

        self.comes_back(order, 4)

        assert balance(card) == 102
