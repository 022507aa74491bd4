"""Programmes with rules, members who buy, and all that follows from it told at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from commerce.models import Customer, Order
from commerce.selectors.orders import OrderSpec
from commerce.services import orders
from core.actors import Actor
from loyalty.models import EarningRule, LoyaltyCard
from promotions.models import Campaign, Voucher
from tests.conftest import NOW
from tests.factories.promotions import CREATED_AT
from tests.telling import tell

ACTOR = Actor.system("tests")
PER_EURO: dict[str, Any] = {
    "type": "PROPORTIONAL",
    "calculation_type": "ORDER_TOTAL_AMOUNT",
    "order": {"total_amount": {"every": 100, "points": 1}},
}


def rule(of: Campaign, event: str = "order.paid", loyalty: Any = None, **values: Any) -> EarningRule:
    return EarningRule.objects.create(
        campaign=of, event=event, loyalty=loyalty or PER_EURO, created_at=CREATED_AT, **values
    )


def holder(card: LoyaltyCard) -> Customer:
    found = Voucher.objects.select_related("holder").get(pk=card.pk).holder
    assert found is not None
    return found


def pays(customer: Customer, amount: int = 0, *, at: datetime = NOW, **values: Any) -> Order:
    spec = OrderSpec(status="PAID", customer={"id": customer.public_id}, amount=amount or None, **values)
    order = orders.upsert(spec=spec, actor=ACTOR, now=at)
    tell(at)
    return order


def balance(card: LoyaltyCard) -> int:
    card.refresh_from_db()
    return card.balance
