"""The shop of the money machine: what it sells, and how its services are asked."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
)

from commerce.selectors.orders import ItemSpec, OrderSpec
from core.actors import Actor
from core.idempotency import Answer as Stored
from core.idempotency import Keyed
from core.models import ProjectSettings
from promotions.models import Budget, Hold, Redemption
from promotions.redeemables import Requested
from promotions.services import (
    budgets,
    rollbacks,
    vouchers,
)
from promotions.services.budgets import BudgetSpec
from promotions.services.rollbacks import RollbackSpec
from promotions.services.validations import DecisionSpec, SessionSpec
from promotions.services.vouchers import VoucherSpec
from tests.factories.commerce import CustomerFactory
from tests.factories.promotions import (
    CampaignFactory,
    RuleAssignmentFactory,
    ValidationRuleFactory,
    VoucherFactory,
    amount,
)
from tests.promotions.money_model import CARD, PRICE, UNITS, ZONE, Call, Model, Sale, Use

ACTOR = Actor.system("machine")
PEOPLE = ("anna", "bea")
KEYS = ("cart", "other")
# A quarter of an hour before midnight in Warsaw.
START = datetime(2026, 3, 10, 23, 45, tzinfo=ZONE)
LIFE = timedelta(minutes=30)


def limits(model: Model) -> dict[str, Any]:
    named = {
        "campaign.redemptions.count": model.ever,
        "campaign.redemptions.customers_count": model.each,
        "campaign.redemptions.count.daily": model.daily,
    }
    return {
        str(number): {"name": name, "conditions": {"$less_than_or_equal": [limit]}}
        for number, (name, limit) in enumerate(named.items(), start=1)
    }


class MoneyShop(RuleBasedStateMachine):
    """Made anew for each story, in a transaction that is undone; `model` is what it must be like."""

    def __init__(self) -> None:
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.now, self.number = START, 0
        self.made: list[Call] = []

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    @initialize(may_cut=st.booleans())
    def open_shop(self, may_cut: bool) -> None:
        model = self.model = Model(may_cut=may_cut)
        ProjectSettings.objects.update(time_zone=ZONE.key)
        for name in PEOPLE:
            CustomerFactory(source_id=name)
        self.campaigns = {
            name: CampaignFactory(name=name, discount=amount(off)) for name, off in model.off.items()
        }
        for code, quantity in (("A1", None), ("A2", model.quantity), ("B1", None)):
            campaign = self.campaigns[code[0]]
            VoucherFactory(code=code, campaign=campaign, discount=None, redemption_quantity=quantity)
        self.rule = ValidationRuleFactory(rules=limits(model))
        RuleAssignmentFactory(rule=self.rule, campaign=self.campaigns["A"])
        policy = Budget.Policy.GIVE_WHAT_IS_LEFT if may_cut else Budget.Policy.REFUSE
        self.pool = self.budget("Pool", limit=model.pool, policy=policy)
        self.mine = self.budget(
            "Mine", limit=model.mine, measure=Budget.Measure.REDEMPTIONS, per=Budget.Per.CUSTOMER
        )
        card = {"gift": {"amount": model.balance}}
        vouchers.create(spec=VoucherSpec(code=CARD, values=card), actor=ACTOR, now=self.now)

    def budget(self, name: str, **values: Any) -> Budget:
        spec = BudgetSpec(
            values={"name": name, **values}, campaign_ids=[one.public_id for one in self.campaigns.values()]
        )
        return budgets.create(spec=spec, actor=ACTOR, now=self.now)

    def call_of(self, names: list[str], credits: int, customer: str) -> Call | None:
        wanted = (*names, *([CARD] if credits else []))
        self.number += 1
        return Call(wanted, customer, self.number, credits) if wanted else None

    def spec(self, call: Call, *, key: str = "") -> DecisionSpec:
        minutes = LIFE // timedelta(minutes=1)
        return DecisionSpec(
            redeemables=tuple(
                Requested(object="voucher", id=name, credits=call.credits if name == CARD else None)
                for name in call.names
            ),
            order=OrderSpec(
                source_id=call.order, items=(ItemSpec(source_id="tee", quantity=UNITS, price=PRICE),)
            ),
            customer={"source_id": call.customer},
            session=SessionSpec(key=key, ttl=minutes, ttl_unit="MINUTES") if key else None,
        )

    def once(self, call: Call) -> Any:
        return Keyed(
            actor=ACTOR,
            key=call.order,
            fingerprint=call.order,
            printed=lambda redeemed: Stored(status=200, body=call.order),
            now=self.now,
        )

    def use_of(self, row: Redemption) -> Use:
        assert row.voucher is not None
        assert row.customer is not None
        drawn = row.discount_amount if row.voucher.code != CARD else 0
        return Use(
            row.voucher.code,
            row.customer.source_id or "",
            self.now,
            row.discount_amount,
            row.credits or 0,
            drawn,
        )

    def held_uses(self, call: Call, key: str) -> list[Use]:
        rows = {
            row.voucher.code: row
            for row in Hold.objects.filter(session__key=key).select_related("voucher")
            if row.voucher
        }
        uses = []
        for name in call.names:
            use = Use(name=name, customer=call.customer, at=self.now, credits=rows[name].credits)
            # What a card pays stands in its credits alone.
            use.discount = use.credits if name == CARD else rows[name].discount_amount
            use.drawn = 0 if name == CARD else use.discount
            uses.append(use)
        return uses

    def take_back(self, sale: Sale) -> None:
        rollbacks.roll_back(
            redemption_id=sale.id, spec=RollbackSpec(), actor=ACTOR, now=self.now, stacked=True
        )
