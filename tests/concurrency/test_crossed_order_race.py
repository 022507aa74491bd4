"""Codes, tiers and cards in every order, used, held, given up and rolled back at once: no deadlocks."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from promotions.models import Counter as Counted
from promotions.models import Redemption, Voucher
from tests.concurrency.asking import basket
from tests.concurrency.conftest import Answer
from tests.factories.budgets import BudgetFactory, draw
from tests.factories.gift_cards import GiftCardFactory
from tests.factories.promotions import (
    CampaignFactory,
    PromotionTierFactory,
    RuleAssignmentFactory,
    ValidationRuleFactory,
    VoucherFactory,
    amount,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

Call = Callable[..., Answer]
AtOnce = Callable[[Sequence[Callable[[], Any]]], list[Any]]
CALLERS, TURNS = 16, 6
REFUSED = {
    "quantity_exceeded",
    "gift_amount_exceeded",
    "budget_exceeded",
    "redemption_rules_violated",
    "no_effect",
}


class Shopper:
    """Does one thing after the other; `said` are all answers."""

    def __init__(self, call: Call, names: list[str], seed: int) -> None:
        self.call, self.names, self.number = call, names, seed
        self.dice = random.Random(seed)
        self.said: Counter[str] = Counter()
        self.kept = 0

    def run(self) -> Shopper:
        for turn in range(TURNS):
            self.act(turn)
        return self

    def act(self, turn: int) -> None:
        stack = self.dice.sample(self.names, self.dice.randint(2, 4))
        credits = {name: self.dice.randint(1, 400) for name in stack if name.startswith("CARD")}
        who = {"source_id": f"customer-{self.dice.randint(0, 2)}"} if turn % 2 else None
        session = f"s-{self.number}-{turn}" if self.dice.random() < 0.5 else None
        body = basket(*stack, credits=credits, customer=who, session=session)
        if session and not self.hold(body):
            return
        if session and self.dice.random() < 0.3:
            self.give_up(session, stack)
            return
        done = self.send("POST", "/v1/redemptions", body)
        # What is held is there.
        assert done or not session
        if done and self.dice.random() < 0.5:
            head = done.get("parent_redemption") or done["redemptions"][0]
            assert self.send("POST", f"/v1/redemptions/{head['id']}/rollbacks", {})
        elif done:
            self.kept += len(done["redemptions"])

    def hold(self, body: dict[str, Any]) -> bool:
        wire = self.send("POST", "/v1/validations", body)
        assert wire is not None
        return bool(wire["valid"])

    def give_up(self, session: str, stack: list[str]) -> None:
        for name in stack:
            if not name.startswith("promo_"):
                self.said[str(self.call("DELETE", f"/v1/vouchers/{name}/sessions/{session}")[0])] += 1

    def send(self, method: str, path: str, body: dict[str, Any]) -> dict[str, Any] | None:
        status, wire = self.call(method, path, body)
        self.said[str(status) if status == 200 else f"{status} {wire.get('key')}"] += 1
        return wire if status == 200 else None


def test_stacks_sessions_and_rollbacks_in_crossed_order(
    call: Call, at_once: AtOnce, given_up: list[float]
) -> None:
    codes = CampaignFactory(discount=amount(50))
    promotion = CampaignFactory(promotion=True)
    names = [VoucherFactory(code=f"CODE-{n}", campaign=codes, redemption_quantity=12).code for n in range(3)]
    names += [GiftCardFactory(code=f"CARD-{n}", gift_amount=6_000).code for n in range(2)]
    names += [PromotionTierFactory(campaign=promotion, discount=amount(50)).public_id for _ in range(2)]
    draw(BudgetFactory(limit=4_000), codes, promotion)
    leaf = {
        "1": {"name": "campaign.orders.amount_discounted", "conditions": {"$less_than_or_equal": [2_500]}}
    }
    RuleAssignmentFactory(campaign=codes, rule=ValidationRuleFactory(rules=leaf))

    shoppers = at_once([Shopper(call, names, seed).run for seed in range(CALLERS)])

    said = sum((shopper.said for shopper in shoppers), Counter())
    assert set(said) <= {"200", "204"} | {f"400 {key}" for key in REFUSED}
    kept = Redemption.objects.filter(status="SUCCEEDED").exclude(related_object_type="redemption").count()
    assert kept == sum(shopper.kept for shopper in shoppers)
    # Only a tier's part of a session that was given up is still held, for its hour.
    assert not Voucher.objects.filter(held_quantity__gt=0).exists()
    assert Counted.objects.get(scope=Counted.Scope.BUDGET).value <= 4_000
    assert given_up == []
