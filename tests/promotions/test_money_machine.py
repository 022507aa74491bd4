"""Money under any sequence of calls, against a model in plain Python (`money_model`).

Redeem alone, together and with sessions; hold, release, let holds end, also over the project's midnight; roll
back, return parts, top up, edit terms, repeat calls. After every step: M2, M4 (ledgers), C1, C2 (counters and
caps), R3 (rollbacks), and nothing that the reconciliation would find. A hold that lives redeems.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from commerce.models import Order
from core.errors import DomainError, NotFound
from core.idempotency import AnsweredBefore
from promotions.models import CardTransaction, Counter, Hold, ReturnedShare, Voucher
from promotions.redeemables import NotRedeemable
from promotions.selectors import reconcile
from promotions.services import (
    budgets,
    campaigns,
    ledger,
    redemptions,
    returns,
    rollbacks,
    sessions,
    validation_rules,
    vouchers,
)
from promotions.services.budget_terms import LimitTooLow
from promotions.services.budgets import BudgetSpec
from promotions.services.campaigns import CampaignSpec
from promotions.services.definitions import InvalidVoucher
from promotions.services.ledger import InvalidAddBalanceParams
from promotions.services.returns import ReturnedItem, ReturnSpec
from promotions.services.rollbacks import AlreadyRolledBack
from promotions.services.vouchers import VoucherSpec
from tests.factories.promotions import (
    amount,
)
from tests.nightly import IS_NIGHTLY
from tests.promotions.money_model import CARD, UNITS, WORTH, Call, Held, Sale
from tests.promotions.money_shop import ACTOR, KEYS, LIFE, PEOPLE, MoneyShop, limits

DISCOUNTS = st.lists(st.sampled_from(["A1", "A2", "B1"]), max_size=3, unique=True)
CREDITS = st.sampled_from([0, 0, 400, 1_000])


class MoneyMachine(MoneyShop):
    @rule(names=DISCOUNTS, credits=CREDITS, customer=st.sampled_from(PEOPLE))
    def redeem(self, names: list[str], credits: int, customer: str) -> None:
        call = self.call_of(names, credits, customer)
        if call is not None:
            self.buy(call)

    @rule(names=DISCOUNTS, credits=CREDITS, customer=st.sampled_from(PEOPLE), key=st.sampled_from(KEYS))
    def hold(self, names: list[str], credits: int, customer: str, key: str) -> None:
        call = self.call_of(names, credits, customer)
        if call is None:
            return
        own = self.model.living(self.now).get(key)
        expected = self.model.decide(call, self.now, key=key)
        session = sessions.validate(spec=self.spec(call, key=key), actor=ACTOR, now=self.now).session
        if own is None:
            assert (session is not None) == (expected is not None)
        if session is None:
            return
        uses = self.held_uses(call, key)
        if own is None:
            assert uses == expected
        self.model.holds[key] = Held(call=call, until=self.now + LIFE, uses=uses)

    @precondition(lambda self: self.model.holds)
    @rule(data=st.data())
    def pay_what_is_held(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(self.model.holds)))
        self.buy(self.model.holds[key].call, key=key)

    @rule(
        names=DISCOUNTS,
        credits=CREDITS,
        others=st.lists(st.tuples(DISCOUNTS, CREDITS, st.sampled_from(PEOPLE)), max_size=6),
        minutes=st.sampled_from([0, 20, 29]),
    )
    def hold_and_pay_later(
        self, names: list[str], credits: int, others: list[tuple[list[str], int, str]], minutes: int
    ) -> None:
        """Others buy what is left, today and on the day when it is paid."""
        self.hold(names=names, credits=credits, customer="anna", key="cart")
        for place, (their_names, their_credits, customer) in enumerate(others):
            if place == len(others) // 2:
                self.wait(minutes=minutes)
            self.redeem(names=their_names, credits=their_credits, customer=customer)
        if "cart" in self.model.living(self.now):
            self.buy(self.model.holds["cart"].call, key="cart")

    @precondition(lambda self: self.model.holds)
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(self.model.holds)))
        # What is over may have been tidied away by anybody.
        is_over = key not in self.model.living(self.now)
        try:
            sessions.release_session(session_key=key, actor=ACTOR, now=self.now)
        except NotFound:
            if not is_over:
                raise
        del self.model.holds[key]

    @rule(minutes=st.sampled_from([1, 10, 29, 31, 24 * 60]))
    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule()
    def tidy_away(self) -> None:
        sessions.tidy_away(now=self.now)

    @precondition(lambda self: self.model.sales)
    @rule(data=st.data())
    def roll_back(self, data: st.DataObject) -> None:
        sale = self.sale(data)
        if sale.is_taken_back:
            with pytest.raises(AlreadyRolledBack):
                self.take_back(sale)
            return
        if self.now - sale.at > rollbacks.MAX_AGE:
            return
        self.take_back(sale)
        self.forget(sale)

    @precondition(lambda self: self.model.sales)
    @rule(data=st.data(), units=st.integers(1, UNITS))
    def send_back(self, data: st.DataObject, units: int) -> None:
        sale = self.sale(data)
        spec = ReturnSpec(items=(ReturnedItem(source_id="tee", quantity=units),))
        try:
            row = returns.create(order_ref=sale.call.order, spec=spec, actor=ACTOR, now=self.now)
        except DomainError:
            assert sale.is_taken_back or units > UNITS - sale.units
            return
        assert not sale.is_taken_back
        assert units <= UNITS - sale.units
        sale.units += units
        sale.refunded += row.refund_amount + row.credits_amount
        assert 0 <= sale.refunded <= sale.paid
        if sale.units == UNITS:
            assert sale.refunded == sale.paid
            self.forget(sale)
            return
        for share in ReturnedShare.objects.filter(order_return=row).select_related("redemption__voucher"):
            assert share.redemption.voucher is not None
            use = next(use for use in sale.uses if use.name == share.redemption.voucher.code)
            use.drawn -= min(use.drawn, share.discount_amount) if use.name != CARD else 0
            use.credits -= share.credits
            self.model.balance += share.credits

    @rule(change=st.sampled_from([500, 1_000, -300, -5_000]))
    def top_up(self, change: int) -> None:
        if -change > self.model.free_credits(self.now):
            with pytest.raises(InvalidAddBalanceParams):
                ledger.adjust(code=CARD, amount=change, actor=ACTOR, now=self.now)
            return
        ledger.adjust(code=CARD, amount=change, actor=ACTOR, now=self.now)
        self.model.balance += change

    @precondition(lambda self: self.made)
    @rule(data=st.data())
    def repeat(self, data: st.DataObject) -> None:
        """Under its key it is answered; without, it is refused: the order has it already."""
        call = data.draw(st.sampled_from(self.made))
        with pytest.raises(AnsweredBefore):
            redemptions.redeem(spec=self.spec(call), actor=ACTOR, now=self.now, once=self.once(call))
        if not self.model.sales[call.order].is_taken_back:
            with pytest.raises(DomainError):
                redemptions.redeem(spec=self.spec(call), actor=ACTOR, now=self.now)

    @rule(name=st.sampled_from(["A", "B"]), off=st.sampled_from([200, 700, 900]))
    def edit_discount(self, name: str, off: int) -> None:
        spec = CampaignSpec(values={"discount": amount(off)})
        campaigns.update(campaign_id=self.campaigns[name].pk, spec=spec, actor=ACTOR, now=self.now)
        self.model.off[name] = off
        self.edited()

    @rule(ever=st.integers(4, 9), each=st.integers(2, 5), daily=st.integers(2, 5))
    def edit_limits(self, ever: int, each: int, daily: int) -> None:
        model = self.model
        model.ever, model.each, model.daily = ever, each, daily
        validation_rules.update(
            rule_id=self.rule.pk, values={"rules": limits(model)}, actor=ACTOR, now=self.now
        )
        self.edited()

    @rule(limit=st.integers(0, 60).map(lambda number: 100 * number))
    def edit_pool(self, limit: int) -> None:
        lowest = self.model.drawn(self.model.taken(self.now))
        refused = None
        try:
            budgets.update(
                budget_id=self.pool.pk, spec=BudgetSpec(values={"limit": limit}), actor=ACTOR, now=self.now
            )
        except LimitTooLow as error:
            refused = error
        if refused is not None:
            # What ended sessions hold and nobody tidied counts too.
            assert max(limit + 1, lowest) <= refused.lowest
            return
        assert limit >= lowest
        self.model.pool = limit
        self.edited()

    @rule(quantity=st.integers(0, 4))
    def edit_quantity(self, quantity: int) -> None:
        taken = len([use for use in self.model.taken(self.now) if use.name == "A2"])

        def change() -> None:
            code = Voucher.objects.get(code="A2")
            spec = VoucherSpec(values={"redemption_quantity": quantity})
            vouchers.update(voucher_id=code.pk, spec=spec, actor=ACTOR, now=self.now)

        if quantity < taken:
            with pytest.raises(InvalidVoucher):
                change()
            return
        change()
        self.model.quantity = quantity
        self.edited()

    def buy(self, call: Call, *, key: str = "") -> None:
        own = self.model.living(self.now).get(key)
        expected = self.model.decide(call, self.now, key=key)
        done, refused = None, None
        try:
            done = redemptions.redeem(
                spec=self.spec(call, key=key), actor=ACTOR, now=self.now, once=self.once(call)
            )
        except NotRedeemable as error:
            refused = error
        if done is None:
            assert not (own and own.is_sure), refused
            assert own or expected is None, refused
            return
        head = done.parent or done.redemptions[0]
        uses = [self.use_of(row) for row in done.redemptions]
        if own is None:
            assert uses == expected
        elif own.is_sure:
            assert [(use.name, use.credits) for use in uses] == [(use.name, use.credits) for use in own.uses]
            assert all(use.discount >= held.discount for use, held in zip(uses, own.uses, strict=True))
        self.model.holds.pop(key, None)
        self.model.balance -= sum(use.credits for use in uses)
        self.model.sales[call.order] = Sale(call=call, id=head.public_id, at=self.now, uses=uses)
        self.made.append(call)

    def sale(self, data: st.DataObject) -> Sale:
        return self.model.sales[data.draw(st.sampled_from(sorted(self.model.sales)))]

    def forget(self, sale: Sale) -> None:
        sale.is_taken_back = True
        self.model.balance += sum(use.credits for use in sale.uses)

    def edited(self) -> None:
        for held in self.model.holds.values():
            held.is_sure = False

    @invariant()
    def codes_and_the_card_are_as_they_should_be(self) -> None:
        rows = {row.code: row for row in Voucher.objects.all()}
        for code, row in rows.items():
            assert row.redeemed_quantity == self.model.used_of(code)
        assert rows[CARD].gift_balance == self.model.balance >= 0
        assert sum(CardTransaction.objects.values_list("amount", flat=True)) == self.model.balance
        assert rows["A2"].redeemed_quantity + rows["A2"].held_quantity <= self.model.quantity

    @invariant()
    def caps_hold(self) -> None:
        model, found = self.model, {}
        for row in Counter.objects.filter(scope=Counter.Scope.BUDGET):
            found[row.scope_id] = found.get(row.scope_id, 0) + row.value
            limit = model.pool if row.scope_id == self.pool.pk else model.mine
            assert row.value + row.held <= limit
        assert found.get(self.pool.pk, 0) == model.drawn(model.counted()) <= model.pool
        assert found.get(self.mine.pk, 0) == len([use for use in model.counted() if use.name != CARD])

    @invariant()
    def live_holds_are_there(self) -> None:
        found = set(
            Hold.objects.filter(session__expires_at__gt=self.now).values_list("session__key", "voucher__code")
        )
        held = self.model.living(self.now).items()
        assert found == {(key, use.name) for key, one in held for use in one.uses}

    @invariant()
    def orders_cost_what_they_cost(self) -> None:
        for order in Order.objects.exclude(status=Order.Status.CANCELED):
            sale = self.model.sales[order.source_id or ""]
            assert order.total_amount == WORTH - sum(use.discount for use in sale.uses)

    @invariant()
    def nothing_differs(self) -> None:
        checks = set(reconcile.CHECKS_BY_NAME)
        assert [str(one) for one in reconcile.differences(now=self.now, only=checks)] == []


@pytest.mark.slow
def test_money_under_any_sequence_of_calls(db: None) -> None:
    """`FANFARE_NIGHTLY=1`: twenty times as many stories, each twice as long."""
    examples, steps = (200, 50) if IS_NIGHTLY else (10, 25)
    run_state_machine_as_test(
        MoneyMachine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
