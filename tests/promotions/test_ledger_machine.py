"""Gift cards under any sequence of movements, against a model of plain dicts.

Invariants: M2 (the balance is amount less subtracted less redeemed, never negative, and the sum of the rows),
M4 (one cause moves a card once), and held credits are nobody else's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from core.actors import Actor
from promotions.models import CardTransaction, Hold, OrderReturn, Redemption, Rollback, Voucher
from promotions.services import holds, ledger, vouchers
from promotions.services.ledger import GiftAmountExceeded, InvalidAddBalanceParams, RefundExceeded
from promotions.services.vouchers import VoucherSpec
from tests.conftest import NOW
from tests.factories import gift_cards
from tests.factories.commerce import OrderFactory
from tests.nightly import IS_NIGHTLY

ACTOR = Actor.system("machine")
CREDITS = st.integers(0, 400)


@dataclass
class Card:
    """A card as it should be; `rows` are the amounts of its ledger."""

    pk: int
    code: str
    amount: int
    subtracted: int = 0
    redeemed: int = 0
    held: dict[str, int] = field(default_factory=dict)
    rows: list[int] = field(default_factory=list)

    @property
    def balance(self) -> int:
        return self.amount - self.subtracted - self.redeemed

    @property
    def free(self) -> int:
        return self.balance - sum(self.held.values())


@dataclass
class Payment:
    card: Card
    redemption: Redemption
    left: int
    is_rolled_back: bool = False


class LedgerMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.cards: list[Card] = []
        self.payments: list[Payment] = []
        self.minutes = self.sessions = 0

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    @property
    def now(self) -> Any:
        self.minutes += 1
        return NOW + timedelta(minutes=self.minutes)

    def card(self, data: st.DataObject) -> Card:
        return data.draw(st.sampled_from(self.cards))

    @precondition(lambda self: len(self.cards) < 3)
    @rule(amount=CREDITS)
    def issue(self, amount: int) -> None:
        code = f"CARD-{len(self.cards)}"
        row = vouchers.create(
            spec=VoucherSpec(code=code, values={"gift": {"amount": amount}}), actor=ACTOR, now=self.now
        )
        self.cards.append(Card(pk=row.pk, code=code, amount=amount, rows=[amount]))

    @precondition(lambda self: self.cards)
    @rule(data=st.data(), credits=CREDITS)
    def pay(self, data: st.DataObject, credits: int) -> None:
        card = self.card(data)
        own = data.draw(st.sampled_from(["", *card.held]))
        held = card.held.get(own, 0)
        redemption = gift_cards.payment(Voucher.objects.get(pk=card.pk))

        def pay() -> None:
            ledger.pay(voucher_id=card.pk, credits=credits, held=held, redemption=redemption, now=self.now)

        if credits > card.free + held:
            with pytest.raises(GiftAmountExceeded), transaction.atomic():
                pay()
            return
        pay()
        if own:
            Hold.objects.filter(session__key=own).delete()
            del card.held[own]
        card.redeemed += credits
        card.rows.append(-credits)
        self.payments.append(Payment(card, redemption, credits))

    @precondition(lambda self: self.payments)
    @rule(data=st.data())
    def pay_again_for_the_same_redemption(self, data: st.DataObject) -> None:
        payment = data.draw(st.sampled_from(self.payments))
        with pytest.raises((IntegrityError, GiftAmountExceeded)), transaction.atomic():
            ledger.pay(voucher_id=payment.card.pk, credits=1, redemption=payment.redemption, now=self.now)

    @precondition(lambda self: self.payments)
    @rule(data=st.data(), credits=CREDITS)
    def give_back_part_of_it(self, data: st.DataObject, credits: int) -> None:
        payment = data.draw(st.sampled_from(self.payments))
        returned = OrderReturn.objects.create(
            order=OrderFactory(), returned_at=self.now, refund_amount=0, credits_amount=credits, quote={}
        )
        self.refund(payment, credits, order_return=returned)

    @precondition(lambda self: any(not payment.is_rolled_back for payment in self.payments))
    @rule(data=st.data())
    def roll_back(self, data: st.DataObject) -> None:
        live = [payment for payment in self.payments if not payment.is_rolled_back]
        payment = data.draw(st.sampled_from(live))
        assert ledger.paid_with(payment.card.pk, payment.redemption) == payment.left
        rollback = Rollback.objects.create(redemption=payment.redemption, rolled_back_at=self.now)
        payment.is_rolled_back = True
        self.refund(payment, payment.left, rollback=rollback)

    @precondition(lambda self: any(payment.is_rolled_back for payment in self.payments))
    @rule(data=st.data())
    def roll_back_again(self, data: st.DataObject) -> None:
        gone = [payment for payment in self.payments if payment.is_rolled_back]
        payment = data.draw(st.sampled_from(gone))
        with pytest.raises((IntegrityError, RefundExceeded)), transaction.atomic():
            ledger.refund(
                voucher_id=payment.card.pk,
                credits=data.draw(st.integers(0, 3)),
                redemption=payment.redemption,
                rollback=payment.redemption.rollback,
                now=self.now,
            )

    def refund(self, payment: Payment, credits: int, **cause: Any) -> None:
        card = payment.card

        def refund() -> None:
            ledger.refund(
                voucher_id=card.pk, credits=credits, redemption=payment.redemption, now=self.now, **cause
            )

        if credits > payment.left:
            with pytest.raises(RefundExceeded), transaction.atomic():
                refund()
            return
        refund()
        payment.left -= credits
        card.redeemed -= credits
        card.rows.append(credits)

    @precondition(lambda self: self.cards)
    @rule(data=st.data(), amount=st.integers(-400, 400))
    def adjust(self, data: st.DataObject, amount: int) -> None:
        card = self.card(data)

        def adjust() -> None:
            ledger.adjust(code=card.code, amount=amount, actor=ACTOR, now=self.now)

        if amount == 0 or -amount > card.free:
            with pytest.raises(InvalidAddBalanceParams):
                adjust()
            return
        adjust()
        card.amount += max(amount, 0)
        card.subtracted += max(-amount, 0)
        card.rows.append(amount)

    @precondition(lambda self: self.cards)
    @rule(data=st.data(), amount=CREDITS)
    def set_the_amount(self, data: st.DataObject, amount: int) -> None:
        card = self.card(data)
        difference = amount - card.amount

        def change() -> None:
            spec = VoucherSpec(values={"gift": {"amount": amount}})
            vouchers.update(voucher_id=card.pk, spec=spec, actor=ACTOR, now=self.now)

        if -difference > card.free:
            with pytest.raises(InvalidAddBalanceParams):
                change()
            return
        change()
        card.amount = amount
        card.rows += [difference] if difference else []

    @precondition(lambda self: any(card.free > 0 for card in self.cards))
    @rule(data=st.data())
    def hold(self, data: st.DataObject) -> None:
        card = data.draw(st.sampled_from([card for card in self.cards if card.free > 0]))
        credits = data.draw(st.integers(1, card.free))
        self.sessions += 1
        row, key = Voucher.objects.get(pk=card.pk), f"session-{self.sessions}"
        gift_cards.hold(row, credits, expires_at=NOW + timedelta(days=99), key=key)
        card.held[key] = credits

    @precondition(lambda self: any(card.held for card in self.cards))
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        card = data.draw(st.sampled_from([card for card in self.cards if card.held]))
        key = data.draw(st.sampled_from(list(card.held)))
        holds.give_back(holds.release_own(session_key=key, vouchers=[card.pk], tiers=[]))
        del card.held[key]

    @invariant()
    def cards_are_what_they_should_be(self) -> None:
        for card in self.cards:
            row = Voucher.objects.get(pk=card.pk)
            seen = (row.gift_amount, row.gift_subtracted, row.gift_redeemed, row.gift_balance, row.gift_held)
            held = sum(card.held.values())
            assert seen == (card.amount, card.subtracted, card.redeemed, card.balance, held)
            assert card.balance >= held >= 0

    @invariant()
    def ledgers_are_the_movements_and_sum_up_to_the_balance(self) -> None:
        for card in self.cards:
            rows = list(CardTransaction.objects.filter(voucher=card.pk).order_by("pk"))
            assert [row.amount for row in rows] == card.rows
            balance = 0
            for row in rows:
                balance += row.amount
                assert row.balance == balance
            assert balance == card.balance

    @invariant()
    def one_cause_has_one_row(self) -> None:
        causes = [
            (row.type, row.redemption_id, row.rollback_id, row.order_return_id)
            for row in CardTransaction.objects.exclude(redemption=None)
        ]
        assert len(causes) == len(set(causes))


@pytest.mark.slow
def test_ledgers_under_any_sequence_of_movements(db: None) -> None:
    """`FANFARE_NIGHTLY=1`: twenty times as many stories, and longer ones."""
    examples, steps = (200, 50) if IS_NIGHTLY else (10, 30)
    run_state_machine_as_test(
        LedgerMachine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
