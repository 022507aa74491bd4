"""Codes, tiers, orders and customers under any sequence of calls, against a model of plain dicts.

Invariants: C1 (a counter is its successful redemptions that were not rolled back, within the quantity),
R1 (all of a request or none), R3 (a rollback happens once and restores what was taken), R4 (order totals),
R5 (a failure leaves one row), and summaries that say what the rows say.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
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

from commerce.models import Customer, Order
from commerce.selectors.orders import OrderSpec
from core.actors import Actor
from core.models import OutboxEvent
from promotions.models import PromotionTier, Redemption, Rollback, Voucher
from promotions.redeemables import NotRedeemable, Requested
from promotions.selectors import reconcile
from promotions.services import redemptions, rollbacks, tiers, vouchers
from promotions.services.definitions import InvalidVoucher
from promotions.services.rollbacks import AlreadyRolledBack, InvalidRedemptionParent, RollbackSpec
from promotions.services.validations import DecisionSpec
from promotions.services.vouchers import VoucherSpec
from tests.conftest import NOW
from tests.factories.promotions import CampaignFactory, PromotionTierFactory, VoucherFactory, amount
from tests.nightly import IS_NIGHTLY

ACTOR = Actor.system("machine")
# Code or tier -> (what it takes off, uses).
VOUCHERS = {"ONE": (700, 1), "TWO": (1100, 2), "FREE": (300, None), "HUGE": (50_000, 3)}
TIERS = {"SPRING": 500, "SUMMER": 900}
NAMES = [*VOUCHERS, *TIERS]
ORDERS = {None: 4_000, "web-1": 10_000, "web-2": 1_500}
PEOPLE = [None, "anna", "bea"]


@dataclass
class Thing:
    """A code or a tier as it should be. `spent` and `saved` are the summary of a tier."""

    off: int
    quantity: int | None = None
    is_active: bool = True
    used: int = 0
    spent: int = 0
    saved: int = 0


@dataclass
class Basket:
    """An order as it should be."""

    amount: int
    off: int = 0
    is_paid: bool = True
    customer: str | None = None
    created: int = 0
    live: set[str] = field(default_factory=set)

    @property
    def total(self) -> int:
        return self.amount - self.off


@dataclass
class Use:
    """A successful request: what it took from which thing, on which order."""

    taken: list[tuple[str, int]]
    order: str
    amount: int
    customer: str | None
    is_taken_back: bool = False


@dataclass(frozen=True)
class Call:
    names: tuple[str, ...]
    order: str | None
    customer: str | None


class CounterMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.things: dict[str, Thing] = {}
        self.ids: dict[str, str] = {}
        self.baskets: dict[str, Basket] = {}
        self.uses: dict[str, Use] = {}
        self.orders: dict[str, str] = {}
        self.people: dict[str, Counter[str]] = {}
        self.failures: Counter[str] = Counter()
        self.failed_calls: list[Call] = []
        self.minutes = 0

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    @initialize()
    def open_shop(self) -> None:
        for code, (off, quantity) in VOUCHERS.items():
            row = VoucherFactory(code=code, discount=amount(off), redemption_quantity=quantity)
            self.things[code], self.ids[code] = Thing(off=off, quantity=quantity), row.public_id
        campaign = CampaignFactory(promotion=True)
        for name, off in TIERS.items():
            tier = PromotionTierFactory(name=name, campaign=campaign, discount=amount(off))
            self.things[name], self.ids[name] = Thing(off=off), tier.public_id

    @property
    def now(self) -> Any:
        self.minutes += 1
        return NOW + timedelta(minutes=self.minutes)

    @rule(
        names=st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True),
        order=st.sampled_from(list(ORDERS)),
        customer=st.sampled_from(PEOPLE),
    )
    def redeem(self, names: list[str], order: str | None, customer: str | None) -> None:
        self.call(Call(tuple(names), order, customer))

    @precondition(lambda self: self.failed_calls)
    @rule(data=st.data())
    def repeat_a_refused_call(self, data: st.DataObject) -> None:
        self.call(data.draw(st.sampled_from(self.failed_calls)))

    @precondition(lambda self: any(not use.is_taken_back for use in self.uses.values()))
    @rule(data=st.data())
    def take_back(self, data: st.DataObject) -> None:
        live = [name for name, use in self.uses.items() if not use.is_taken_back]
        redemption_id = data.draw(st.sampled_from(live))
        use = self.uses[redemption_id]
        if len(use.taken) > 1:
            with pytest.raises(InvalidRedemptionParent):
                self.roll_back(redemption_id, stacked=False)
        done = self.roll_back(redemption_id, stacked=len(use.taken) > 1)
        assert len(done.rollbacks) == len(use.taken)
        use.is_taken_back = True
        left = use.amount
        for name, off in use.taken:
            thing = self.things[name]
            thing.used -= 1
            thing.spent -= left if name in TIERS else 0
            thing.saved -= off if name in TIERS else 0
        basket = self.baskets[use.order]
        basket.off -= sum(off for _, off in use.taken)
        basket.live.remove(redemption_id)
        basket.is_paid = bool(basket.live)
        if use.customer:
            self.people[use.customer]["rolled_back"] += len(use.taken)

    @precondition(lambda self: any(use.is_taken_back for use in self.uses.values()))
    @rule(data=st.data())
    def take_back_again(self, data: st.DataObject) -> None:
        gone = [name for name, use in self.uses.items() if use.is_taken_back]
        redemption_id = data.draw(st.sampled_from(gone))
        with pytest.raises(AlreadyRolledBack):
            self.roll_back(redemption_id, stacked=True)

    @rule(name=st.sampled_from(NAMES), is_active=st.booleans())
    def switch(self, name: str, is_active: bool) -> None:
        if name in TIERS:
            tier = PromotionTier.objects.get(name=name)
            tiers.set_active(tier_id=tier.pk, is_active=is_active, actor=ACTOR, now=self.now)
        else:
            code = Voucher.objects.get(code=name)
            vouchers.set_active(voucher_id=code.pk, is_active=is_active, actor=ACTOR, now=self.now)
        self.things[name].is_active = is_active

    @rule(name=st.sampled_from(list(VOUCHERS)), quantity=st.none() | st.integers(0, 5))
    def change_the_quantity(self, name: str, quantity: int | None) -> None:
        thing, code = self.things[name], Voucher.objects.get(code=name)

        def change() -> None:
            spec = VoucherSpec(values={"redemption_quantity": quantity})
            vouchers.update(voucher_id=code.pk, spec=spec, actor=ACTOR, now=self.now)

        if quantity is not None and quantity < thing.used:
            with pytest.raises(InvalidVoucher):
                change()
        else:
            change()
            thing.quantity = quantity

    def roll_back(self, redemption_id: str, *, stacked: bool) -> Any:
        return rollbacks.roll_back(
            redemption_id=redemption_id, spec=RollbackSpec(), actor=ACTOR, now=self.now, stacked=stacked
        )

    def call(self, call: Call) -> None:
        now = self.now
        requested = tuple(
            Requested(
                object="promotion_tier" if name in TIERS else "voucher",
                id=self.ids[name] if name in TIERS else name,
            )
            for name in call.names
        )
        spec = DecisionSpec(
            redeemables=requested,
            order=OrderSpec(source_id=call.order, amount=ORDERS[call.order]),
            customer={"source_id": call.customer} if call.customer else None,
        )
        events = OutboxEvent.objects.count()
        refusal = self.expected_refusal(call.names) or self.used_before(call)
        done, refused = None, None
        try:
            done = redemptions.redeem(spec=spec, actor=ACTOR, now=now)
        except NotRedeemable as error:
            refused = error
        assert (refused and (refused.key, refused.redeemable_id)) == refusal
        if refused is None:
            self.note_success(call, done)
        else:
            self.note_failure(call, refused.key)
            assert OutboxEvent.objects.count() == events + 1

    def expected_refusal(self, names: tuple[str, ...]) -> tuple[str, str] | None:
        """The first one that cannot be used, in the order of the request."""
        for name in names:
            thing = self.things[name]
            shown = self.ids[name] if name in TIERS else name
            if not thing.is_active:
                return ("promotion_inactive" if name in TIERS else "voucher_disabled", shown)
            if thing.quantity is not None and thing.used >= thing.quantity:
                return "quantity_exceeded", shown
        return None

    def used_before(self, call: Call) -> tuple[str, str] | None:
        """The first one that the same order used and that was not taken back."""
        on_order = [
            name
            for use in self.uses.values()
            if call.order is not None and use.order == self.orders.get(call.order) and not use.is_taken_back
            for name, _ in use.taken
        ]
        for name in call.names:
            if name in on_order:
                return "already_redeemed_on_order", self.ids[name] if name in TIERS else name
        return None

    def note_failure(self, call: Call, key: str) -> None:
        self.failures[key] += 1
        if call not in self.failed_calls:
            self.failed_calls.append(call)
        if call.customer in self.people:
            self.people[call.customer]["failed"] += 1

    def note_success(self, call: Call, done: Any) -> None:
        head = done.parent or done.redemptions[0]
        assert done.order is not None
        order_id = done.order.public_id
        if call.order is not None:
            self.orders[call.order] = order_id
        basket = self.baskets.setdefault(order_id, Basket(amount=ORDERS[call.order], created=self.minutes))
        taken = []
        for name in call.names:
            off = min(self.things[name].off, basket.total)
            basket.off += off
            taken.append((name, off))
            thing = self.things[name]
            thing.used += 1
            thing.spent += basket.amount if name in TIERS else 0
            thing.saved += off if name in TIERS else 0
        basket.live.add(head.public_id)
        basket.is_paid = True
        basket.customer = call.customer or basket.customer
        self.uses[head.public_id] = Use(taken, order_id, basket.amount, call.customer)
        if call.customer:
            self.people.setdefault(call.customer, Counter())["succeeded"] += len(taken)
        assert [row.discount_amount for row in done.redemptions] == [off for _, off in taken]
        assert head.discount_amount == sum(off for _, off in taken)

    @invariant()
    def counters_are_their_redemptions(self) -> None:
        for row in Voucher.objects.all():
            thing = self.things[row.code]
            assert (row.redeemed_quantity, row.redemption_quantity) == (thing.used, thing.quantity)
            assert row.redeemed_quantity >= 0
            assert row.redemption_quantity is None or row.redeemed_quantity <= row.redemption_quantity
        for tier in PromotionTier.objects.all():
            thing = self.things[tier.name]
            summary = (tier.redeemed_quantity, tier.orders_total_amount, tier.orders_total_discount_amount)
            assert summary == (thing.used, thing.spent, thing.saved)
        assert list(reconcile.differences(now=NOW, only={"vouchers", "tiers", "customers"})) == []

    @invariant()
    def each_success_is_there_once_and_each_failure_left_one_row(self) -> None:
        live = [use for use in self.uses.values() if not use.is_taken_back]
        gone = [use for use in self.uses.values() if use.is_taken_back]

        def rows(uses: list[Use]) -> int:
            return sum(len(use.taken) + (len(use.taken) > 1) for use in uses)

        found = Counter(Redemption.objects.values_list("status", flat=True))
        expected = {"SUCCEEDED": rows(live), "ROLLED_BACK": rows(gone), "FAILED": self.failures.total()}
        assert found == Counter(expected)
        failed = Redemption.objects.filter(result="FAILURE").values_list("failure_code", flat=True)
        assert Counter(failed) == self.failures
        assert Rollback.objects.count() == rows(gone)

    @invariant()
    def orders_cost_what_they_cost(self) -> None:
        found = {
            order.public_id: (order.amount, order.total_discount_amount, order.total_amount, order.status)
            for order in Order.objects.all()
        }
        assert found == {
            name: (basket.amount, basket.off, basket.total, "PAID" if basket.is_paid else "CANCELED")
            for name, basket in self.baskets.items()
        }
        assert all(0 <= basket.off <= basket.amount for basket in self.baskets.values())

    @invariant()
    def customers_are_summed_up(self) -> None:
        found = {
            row.source_id: (
                row.redemptions_succeeded,
                row.redemptions_failed,
                row.rollbacks_succeeded,
                row.orders_count,
                row.orders_total_amount,
                row.last_order_amount,
            )
            for row in Customer.objects.all()
        }
        expected = {}
        for name, seen in self.people.items():
            own = [basket for basket in self.baskets.values() if basket.customer == name and basket.is_paid]
            last = max(own, key=lambda basket: basket.created).total if own else 0
            summary = (len(own), sum(basket.total for basket in own), last)
            expected[name] = (seen["succeeded"], seen["failed"], seen["rolled_back"], *summary)
        assert found == expected


@pytest.mark.slow
def test_counters_under_any_sequence_of_calls(db: None) -> None:
    """`FANFARE_NIGHTLY=1`: twenty times as many stories, and longer ones."""
    examples, steps = (200, 50) if IS_NIGHTLY else (10, 30)
    run_state_machine_as_test(
        CounterMachine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
