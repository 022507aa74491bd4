"""A shop in which anything happens at random: purchases alone and together, refusals, rollbacks, returns,
orders without promotions, changes and cancellations of orders, gift cards, stores and several channels.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from commerce.selectors.order_shapes import ItemSpec, OrderSpec
from commerce.services import orders
from core.actors import Actor, ActorKind, Role
from core.errors import DomainError
from core.models import ProjectSettings
from promotions.models import Redemption
from promotions.redeemables import Requested
from promotions.services import redemptions, returns, rollbacks, vouchers
from promotions.services.returns import ReturnedItem, ReturnSpec
from promotions.services.rollbacks import RollbackSpec
from promotions.services.validations import DecisionSpec
from promotions.services.vouchers import VoucherSpec
from tests.factories.commerce import ProductFactory
from tests.factories.promotions import CampaignFactory, PromotionTierFactory, VoucherFactory, amount

WEB = Actor(kind=ActorKind.API_KEY, id="key_web", label="Web", role=Role.ADMIN, channel="API")
TILL = Actor(
    kind=ActorKind.API_KEY, id="key_till", label="Till", role=Role.ADMIN, channel="API", store="oslo-1"
)
DESK = Actor(kind=ActorKind.USER, id="7", label="Desk", role=Role.ADMIN, channel="ADMIN")
PEOPLE = ("anna", "bea", "carl", None)
STORES = ("", "", "warsaw-1", "lodz-2")


class MetricShop:
    """`happen()` does one thing at random. Time goes on by minutes, now and then by hours."""

    def __init__(self, seed: int, now: datetime, zone: str = "Europe/Warsaw") -> None:
        self.random = random.Random(seed)
        self.now = now
        self.number = 0
        self.orders: list[str] = []
        ProjectSettings.objects.update(time_zone=zone, cost_field="cost")

    def open(self) -> None:
        ProductFactory(source_id="tee", price=1_000, metadata={"cost": 350})
        ProductFactory(source_id="cup", price=400, metadata={})
        spring, autumn = CampaignFactory(name="Spring"), CampaignFactory(name="Autumn")
        VoucherFactory(code="S1", campaign=spring, discount=amount(150), redemption_quantity=None)
        VoucherFactory(code="S2", campaign=spring, discount=amount(90), redemption_quantity=12)
        VoucherFactory(code="A1", campaign=autumn, discount=amount(70), redemption_quantity=None)
        VoucherFactory(code="ALONE", campaign=None, discount=amount(50), redemption_quantity=None)
        self.tier = PromotionTierFactory(discount=amount(40))
        vouchers.create(
            spec=VoucherSpec(code="CARD", values={"gift": {"amount": 50_000}}), actor=WEB, now=self.now
        )

    def happen(self) -> None:
        minutes = self.random.choice([1, 1, 2, 5, 20, 70])
        self.now += timedelta(minutes=minutes, seconds=self.random.randrange(60))
        acts: list[tuple[int, Callable[[], object]]] = [
            (10, self.redeem),
            (2, self.refuse),
            (3, self.roll_back),
            (4, self.send_back),
            (2, self.order_plainly),
            (1, self.cancel),
            (1, self.use_another_on_an_order),
        ]
        act = self.random.choices([what for _, what in acts], weights=[often for often, _ in acts])[0]
        with suppress(DomainError):  # what is refused is one of the things that happen
            act()

    def redeem(self) -> None:
        self.number += 1
        names = self.random.choice(
            [["S1"], ["S2"], ["A1"], ["ALONE"], ["S1", "A1"], ["S1", "S2"], ["A1", "CARD"]]
        )
        name = f"order-{self.number}" if self.random.random() < 0.85 else None
        self.ask(names, name, self.random.choice(PEOPLE))
        if name is not None:
            self.orders.append(name)

    def refuse(self) -> None:
        self.number += 1
        codes = [["NOBODY-HAS-IT"], ["S1", "NOBODY-HAS-IT"], ["S2"]]
        self.ask(self.random.choice(codes), None, self.random.choice(PEOPLE))

    def use_another_on_an_order(self) -> None:
        if self.orders:
            self.ask(["A1"], self.random.choice(self.orders), self.random.choice(PEOPLE))

    def ask(self, names: list[str], order: str | None, customer: str | None) -> None:
        store = self.random.choice(STORES)
        redeemables = [
            Requested(object="voucher", id=name, credits=200 if name == "CARD" else None) for name in names
        ]
        if order is not None and self.random.random() < 0.2:
            redeemables.append(Requested(object="promotion_tier", id=self.tier.public_id))
        redemptions.redeem(
            spec=DecisionSpec(
                redeemables=tuple(redeemables),
                order=self.order(order) if order is not None else OrderSpec(amount=2_000),
                customer={"source_id": customer} if customer else None,
                metadata={"store": store} if store else {},
            ),
            actor=self.random.choice([WEB, WEB, TILL, DESK]),
            now=self.now,
        )

    def order(self, source_id: str, **values: Any) -> OrderSpec:
        items = [ItemSpec(source_id="tee", quantity=self.random.randrange(1, 4))]
        if self.random.random() < 0.3:
            items.append(ItemSpec(source_id="cup", quantity=1))
        return OrderSpec(source_id=source_id, items=tuple(items), **values)

    def order_plainly(self) -> None:
        self.number += 1
        customer = self.random.choice(PEOPLE)
        spec = self.order(
            f"plain-{self.number}", status="PAID", customer={"source_id": customer} if customer else None
        )
        orders.upsert(spec=spec, actor=WEB, now=self.now)

    def cancel(self) -> None:
        if self.orders:
            name = self.random.choice(self.orders)
            orders.upsert(spec=OrderSpec(source_id=name, status="CANCELED"), actor=WEB, now=self.now)

    def roll_back(self) -> None:
        rows = list(Redemption.objects.filter(status="SUCCEEDED", parent=None).order_by("pk"))
        if rows:
            rollbacks.roll_back(
                redemption_id=self.random.choice(rows).public_id,
                spec=RollbackSpec(),
                actor=WEB,
                now=self.now,
                stacked=True,
            )

    def send_back(self) -> None:
        if not self.orders:
            return
        spec = ReturnSpec(items=(ReturnedItem(source_id="tee", quantity=self.random.randrange(1, 3)),))
        returns.create(order_ref=self.random.choice(self.orders), spec=spec, actor=WEB, now=self.now)
