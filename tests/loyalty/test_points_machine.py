"""Points under any sequence of steps, against plain dictionaries (`points_model`). PROOFS L2, INVARIANTS M5.

Earn by orders, bring goods back, cancel, spend, hold, pay what is held, roll back, move to another card,
adjust by hand, let nights pass, hear the same event again. After every step: every lot of every card is as it
should be, ledgers are balances, nobody owes who may not, and nothing that the reconciliation would find.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from commerce.selectors.orders import ItemSpec, OrderSpec
from commerce.services import orders
from core.actors import Actor
from core.errors import DomainError
from core.models import OutboxEvent, ProjectSettings
from loyalty import subscribers
from loyalty.models import EarningRule, LoyaltyCard, PointsLot, PointsTransaction
from loyalty.services import balances, nightly, transfers
from loyalty.services.transfers import Donation
from promotions.models import Hold, Reward, RewardAssignment
from promotions.redeemables import NotRedeemable, Requested
from promotions.selectors import reconcile
from promotions.services import redemptions, returns, rollbacks, sessions
from promotions.services.returns import ReturnedItem, ReturnSpec
from promotions.services.rollbacks import RollbackSpec
from promotions.services.validations import DecisionSpec, SessionSpec
from tests.factories.commerce import CustomerFactory, ProductFactory
from tests.factories.promotions import CREATED_AT
from tests.loyalty.members import joined, programme
from tests.loyalty.points_model import Card, Order
from tests.nightly import IS_NIGHTLY
from tests.telling import tell

ACTOR = Actor.system("machine")
START = datetime.fromisoformat("2026-03-27T10:00:00+01:00")
PRICE, LIFE = 100, timedelta(minutes=30)
MONTH = {"period_type": "MONTH", "period_value": 1}
PER_UNIT = {
    "type": "PROPORTIONAL",
    "calculation_type": "ORDER_ITEMS_QUANTITY",
}
# Each card with its holder, its programme's expiry, and what happens when spent points are taken back.
CARDS: dict[str, tuple[str, Any, str]] = {
    "OFF": ("anna", MONTH, "WRITE_OFF"),
    "DEBT": ("anna", None, "ALLOW"),
    "BLOCK": ("bea", MONTH, "BLOCK"),
}
NAMES = st.sampled_from(sorted(CARDS))
POINTS = st.integers(1, 40)
CHECKS = ("points", "points-ledger", "points-lots", "points-accounts", "points-payments", "held-vouchers")


class PointsMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.now = START

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    @initialize()
    def open(self) -> None:
        ProjectSettings.objects.update(time_zone="Europe/Warsaw")
        people = {name: CustomerFactory(source_id=name) for name in ("anna", "bea")}
        product = ProductFactory(source_id="tee", price=PRICE)
        things = [{"object": "product", "id": product.public_id}]
        formula = {
            **PER_UNIT,
            "order_items": {"quantity": {"every": 1, "points": 1, "applicable_to": things}},
        }
        self.pk: dict[str, int] = {}
        self.coins: dict[str, str] = {}
        for code, (holder, expiry, debts) in CARDS.items():
            club = programme(code, expiration_rules=expiry, debts=debts)
            self.pk[code] = joined(club, code, people[holder]).pk
            EarningRule.objects.create(
                campaign=club, event="order.paid", loyalty=formula, created_at=CREATED_AT
            )
            coin = Reward.objects.create(
                name=code, type="COIN", exchange_ratio=1, points_ratio=1, created_at=CREATED_AT
            )
            RewardAssignment.objects.create(reward=coin, campaign=club, created_at=CREATED_AT)
            self.coins[code] = coin.public_id
        self.cards = {code: Card() for code in CARDS}
        # By number: ids are drawn at random, and a story has to be told twice the same.
        self.orders: dict[int, Order] = {}
        self.sales: dict[int, tuple[str, str, int]] = {}
        self.number = 0
        self.holds: dict[str, tuple[str, int, datetime]] = {}

    @property
    def today(self) -> date:
        return self.now.astimezone(START.tzinfo).date()

    def until(self, code: str) -> date | None:
        """A month from today, on its last day if that is shorter."""
        if CARDS[code][1] is None:
            return None
        year, month = self.today.year + self.today.month // 12, self.today.month % 12 + 1
        last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
        return date(year, month, min(self.today.day, last))

    def free(self, code: str) -> int:
        held = sum(points for card, points, _ in self.holds.values() if card == code)
        return self.cards[code].balance - held

    @rule(customer=st.sampled_from(["anna", "bea"]), units=st.integers(1, 30))
    def buy(self, customer: str, units: int) -> None:
        spec = OrderSpec(
            status="PAID",
            customer={"source_id": customer},
            items=(ItemSpec(source_id="tee", related_object="product", quantity=units, price=PRICE),),
        )
        order = orders.upsert(spec=spec, actor=ACTOR, now=self.now)
        tell(self.now)
        own = [code for code, (holder, *_) in CARDS.items() if holder == customer]
        for code in own:
            self.cards[code].give(units, self.until(code))
        given = dict.fromkeys(own, units)
        self.orders[self.next()] = Order(order.public_id, customer, units, units, given)

    def back(self, order: Order, left: int) -> None:
        """What the kept units would not have earned goes, by the policy of each programme."""
        for code, given in order.given.items():
            due, card = given - left, self.cards[code]
            missing = max(0, due - max(0, card.balance))
            if missing and CARDS[code][2] == "BLOCK":
                due -= missing
            elif missing and CARDS[code][2] == "WRITE_OFF":
                card.give(missing, self.today)
            card.take(due, owes=True)
            order.given[code] -= due
        order.left = left

    @precondition(lambda self: any(one.left and not one.is_over for one in self.orders.values()))
    @rule(data=st.data())
    def bring_back(self, data: st.DataObject) -> None:
        order = self.some_order(data)
        units = data.draw(st.integers(1, order.left))
        item = ReturnedItem(position=0, quantity=units)
        returns.create(order_ref=order.id, spec=ReturnSpec(items=(item,)), actor=ACTOR, now=self.now)
        tell(self.now)
        self.back(order, order.left - units)

    @precondition(lambda self: any(one.left == one.units and not one.is_over for one in self.orders.values()))
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        order = self.some_order(data)
        if order.left != order.units:
            return
        spec = OrderSpec(id=order.id, status="CANCELED")
        orders.upsert(spec=spec, actor=ACTOR, now=self.now)
        tell(self.now)
        order.is_over = True
        self.back(order, 0)

    def next(self) -> int:
        self.number += 1
        return self.number

    def some_order(self, data: st.DataObject) -> Order:
        keys = [key for key, one in self.orders.items() if one.left and not one.is_over]
        return self.orders[data.draw(st.sampled_from(keys))]

    def asked(self, code: str, points: int, key: str = "") -> DecisionSpec:
        minutes = LIFE // timedelta(minutes=1)
        return DecisionSpec(
            redeemables=(Requested(object="voucher", id=code, credits=points, reward=self.coins[code]),),
            order=OrderSpec(amount=100_000),
            customer={"source_id": CARDS[code][0]},
            session=SessionSpec(key=key, ttl=minutes, ttl_unit="MINUTES") if key else None,
        )

    @rule(code=NAMES, points=POINTS)
    def spend(self, code: str, points: int) -> None:
        if points > self.free(code):
            with pytest.raises(NotRedeemable):
                redemptions.redeem(spec=self.asked(code, points), actor=ACTOR, now=self.now)
            return
        self.pay(code, points)

    def pay(self, code: str, points: int, key: str = "") -> None:
        done = redemptions.redeem(spec=self.asked(code, points, key), actor=ACTOR, now=self.now)
        (row,) = done.redemptions
        card = self.cards[code]
        card.spent[row.public_id] = card.take(points)
        self.sales[self.next()] = (code, row.public_id, points)

    @rule(code=NAMES, points=POINTS)
    def hold(self, code: str, points: int) -> None:
        if code in self.holds:
            return
        session = sessions.validate(spec=self.asked(code, points, code), actor=ACTOR, now=self.now).session
        assert (session is not None) == (points <= self.free(code))
        if session is not None:
            self.holds[code] = (code, points, self.now + LIFE)

    @precondition(lambda self: self.holds)
    @rule(data=st.data())
    def pay_what_is_held(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(self.holds)))
        code, points, _ = self.holds.pop(key)
        self.pay(code, points, key)

    @precondition(lambda self: self.holds)
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(self.holds)))
        sessions.release_session(session_key=key, actor=ACTOR, now=self.now)
        del self.holds[key]

    @precondition(lambda self: self.sales)
    @rule(data=st.data())
    def roll_back(self, data: st.DataObject) -> None:
        code, id, points = self.sales.pop(data.draw(st.sampled_from(sorted(self.sales))))
        rollbacks.roll_back(redemption_id=id, spec=RollbackSpec(), actor=ACTOR, now=self.now)
        self.cards[code].give_back(id, points, self.today)

    @rule(donor=NAMES, to=NAMES, points=POINTS)
    def move(self, donor: str, to: str, points: int) -> None:
        given = (Donation(code=donor, points=points),)
        if donor == to or points > self.free(donor):
            with pytest.raises(DomainError):
                transfers.transfer(to=to, donations=given, actor=ACTOR, now=self.now)
            return
        transfers.transfer(to=to, donations=given, actor=ACTOR, now=self.now)
        self.cards[donor].take(points)
        self.cards[to].give(points, self.until(to))

    @rule(code=NAMES, points=st.integers(-40, 40).filter(bool))
    def adjust(self, code: str, points: int) -> None:
        values: dict[str, Any] = {"card_id": self.pk[code], "points": points, "actor": ACTOR, "now": self.now}
        if points < 0 and -points > self.free(code):
            with pytest.raises(DomainError):
                balances.adjust(**values)
            return
        balances.adjust(**values)
        if points > 0:
            self.cards[code].give(points, self.until(code))
        else:
            self.cards[code].take(-points)

    @rule(days=st.sampled_from([1, 1, 2, 27, 32]))
    def let_nights_pass(self, days: int) -> None:
        sessions.tidy_away(now=self.now + LIFE)
        self.holds = {}
        self.now += timedelta(days=days)
        nightly.run(now=self.now)
        for card in self.cards.values():
            card.expire(self.today)

    @precondition(lambda self: self.orders)
    @rule()
    def hear_it_all_again(self) -> None:
        for event in OutboxEvent.objects.filter(name=subscribers.PAID).order_by("pk"):
            subscribers.order_paid(event, self.now)
        for event in OutboxEvent.objects.filter(name=subscribers.RETURNED).order_by("pk"):
            subscribers.order_returned(event, self.now)

    @invariant()
    def lots_are_as_they_should_be(self) -> None:
        rows = LoyaltyCard.objects.in_bulk(self.pk.values())
        for code, card in self.cards.items():
            lots = PointsLot.objects.filter(card=self.pk[code], remaining__gt=0)
            assert dict(lots.values_list("expires_on", "remaining")) == dict(+card.lots), code
            row = rows[self.pk[code]]
            assert row.balance == card.balance
            assert row.balance >= 0 or CARDS[code][2] == "ALLOW"

    @invariant()
    def accounts_are_zero_together(self) -> None:
        sums = PointsTransaction.objects.values_list("account").annotate(moved=Sum("amount"))
        by_account = {account: -moved for account, moved in sums}
        assert sum(by_account.values()) + sum(card.balance for card in self.cards.values()) == 0
        assert by_account.get(PointsTransaction.Account.TRANSIT, 0) == 0

    @invariant()
    def nothing_differs(self) -> None:
        assert [str(one) for one in reconcile.differences(now=self.now, only=CHECKS)] == []
        assert Hold.objects.count() == len(self.holds)


@pytest.mark.slow
def test_points_under_any_sequence_of_steps(db: None) -> None:
    """`FANFARE_NIGHTLY=1`: many times as many stories, each twice as long."""
    examples, steps = (200, 50) if IS_NIGHTLY else (10, 25)
    run_state_machine_as_test(
        PointsMachine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
