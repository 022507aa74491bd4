"""The ledger of gift cards: exact balances, one cause once, rows that stay."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from core.actors import Actor
from core.errors import NotFound
from core.models import AuditEntry, OutboxEvent
from promotions.models import CardTransaction, Hold, Rollback, Voucher
from promotions.services import ledger
from promotions.services.definitions import InvalidVoucher
from promotions.services.ledger import GiftAmountExceeded, InvalidAddBalanceParams, RefundExceeded
from tests.factories.gift_cards import GiftCardFactory, hold, payment
from tests.factories.promotions import VoucherFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def adjust(actor: Actor, now: datetime):
    def run(code: str, amount: int, **values: Any) -> CardTransaction:
        return ledger.adjust(code=code, amount=amount, actor=actor, now=now, **values)

    return run


def columns(card: Voucher) -> tuple[int | None, int, int, int | None, int]:
    """amount, subtracted, redeemed, balance, held."""
    card.refresh_from_db()
    return card.gift_amount, card.gift_subtracted, card.gift_redeemed, card.gift_balance, card.gift_held


def rows(card: Voucher) -> list[tuple[str, int, int]]:
    found = CardTransaction.objects.filter(voucher=card).order_by("pk")
    return [(row.type.removeprefix("CREDITS_"), row.amount, row.balance) for row in found]


def test_a_card_is_born_with_one_row_that_is_its_balance() -> None:
    cards = [GiftCardFactory(gift_amount=5_000), GiftCardFactory(gift_amount=0)]

    assert [rows(card) for card in cards] == [[("ISSUED", 5_000, 5_000)], [("ISSUED", 0, 0)]]


def test_issuing_passes_over_what_is_no_card_and_happens_once(now: datetime) -> None:
    card, code = GiftCardFactory(), VoucherFactory()

    ledger.issue([code], now=now)
    with pytest.raises(IntegrityError, match="card_issued_once"), transaction.atomic():
        ledger.issue([card], now=now)

    assert rows(code) == []
    assert rows(card) == [("ISSUED", 10_000, 10_000)]


def test_a_payment_takes_exactly_its_credits(now: datetime) -> None:
    card = GiftCardFactory()

    row = ledger.pay(voucher_id=card.pk, credits=3_333, redemption=payment(card), now=now)

    assert (row.amount, row.balance, row.created_at) == (-3_333, 6_667, now)
    assert columns(card) == (10_000, 0, 3_333, 6_667, 0)


def test_the_last_credit_can_be_paid_but_not_one_more(now: datetime) -> None:
    card = GiftCardFactory()
    ledger.pay(voucher_id=card.pk, credits=10_000, redemption=payment(card), now=now)

    with pytest.raises(GiftAmountExceeded) as refused:
        ledger.pay(voucher_id=card.pk, credits=1, redemption=payment(card), now=now)

    assert refused.value.key == "gift_amount_exceeded"
    assert columns(card) == (10_000, 0, 10_000, 0, 0)
    assert rows(card) == [("ISSUED", 10_000, 10_000), ("REDEMPTION", -10_000, 0)]


def test_what_others_hold_cannot_be_paid_with(now: datetime) -> None:
    card = GiftCardFactory(gift_amount=1_000, gift_held=700)

    with pytest.raises(GiftAmountExceeded):
        ledger.pay(voucher_id=card.pk, credits=301, redemption=payment(card), now=now)
    ledger.pay(voucher_id=card.pk, credits=300, redemption=payment(card), now=now)

    assert columns(card) == (1_000, 0, 300, 700, 700)


def test_a_payment_lets_go_of_all_that_its_session_held(now: datetime) -> None:
    card = GiftCardFactory(gift_amount=1_000, gift_held=900)

    ledger.pay(voucher_id=card.pk, credits=500, held=700, redemption=payment(card), now=now)

    assert columns(card) == (1_000, 0, 500, 500, 200)


def test_nobody_lets_go_of_more_than_is_held(now: datetime) -> None:
    card = GiftCardFactory(gift_amount=1_000, gift_held=100)

    with pytest.raises(GiftAmountExceeded):
        ledger.pay(voucher_id=card.pk, credits=1, held=101, redemption=payment(card), now=now)

    assert columns(card) == (1_000, 0, 0, 1_000, 100)


def test_one_redemption_pays_once_with_a_card(now: datetime) -> None:
    card = GiftCardFactory()
    redemption = payment(card)
    ledger.pay(voucher_id=card.pk, credits=10, redemption=redemption, now=now)

    with pytest.raises(IntegrityError, match="card_paid_once_for_a_redemption"), transaction.atomic():
        ledger.pay(voucher_id=card.pk, credits=10, redemption=redemption, now=now)

    assert columns(card) == (10_000, 0, 10, 9_990, 0)


def test_a_rollback_gives_back_once(now: datetime) -> None:
    card = GiftCardFactory()
    redemption = payment(card)
    ledger.pay(voucher_id=card.pk, credits=4_000, redemption=redemption, now=now)
    rollback = Rollback.objects.create(rolled_back_at=now, redemption=redemption, reason="changed her mind")
    values: dict[str, Any] = {"redemption": redemption, "rollback": rollback, "now": now}

    row = ledger.refund(voucher_id=card.pk, credits=4_000, **values)

    assert (row.type, row.amount, row.balance) == ("CREDITS_REFUND", 4_000, 10_000)
    assert row.reason == "changed her mind"
    assert columns(card) == (10_000, 0, 0, 10_000, 0)
    with pytest.raises(RefundExceeded), transaction.atomic():
        ledger.refund(voucher_id=card.pk, credits=4_000, **values)
    assert columns(card) == (10_000, 0, 0, 10_000, 0)


def test_a_redemption_gets_back_no_more_than_it_paid_even_if_others_paid_too(now: datetime) -> None:
    card = GiftCardFactory()
    first, second = payment(card), payment(card)
    ledger.pay(voucher_id=card.pk, credits=1_000, redemption=first, now=now)
    ledger.pay(voucher_id=card.pk, credits=5_000, redemption=second, now=now)
    rollback = Rollback.objects.create(rolled_back_at=now, redemption=first)

    with pytest.raises(RefundExceeded, match="1000 credits"), transaction.atomic():
        ledger.refund(voucher_id=card.pk, credits=1_001, redemption=first, rollback=rollback, now=now)

    assert columns(card) == (10_000, 0, 6_000, 4_000, 0)


def test_credits_are_added(adjust, actor: Actor) -> None:
    card = GiftCardFactory(code="GIFT50")

    row = adjust("GIFT50", 2_500, source_id="crm-7", reason="Goodwill")

    assert (row.type, row.amount, row.balance) == ("CREDITS_ADDITION", 2_500, 12_500)
    assert (row.source_id, row.reason) == ("crm-7", "Goodwill")
    assert columns(card) == (12_500, 0, 0, 12_500, 0)
    entry = AuditEntry.objects.get(action="voucher.gift.balance_changed")
    assert (entry.entity_id, entry.before) == (card.public_id, {"balance": 10_000})
    assert entry.after == {"balance": 12_500, "amount": 2_500, "reason": "Goodwill"}
    assert list(OutboxEvent.objects.order_by("pk").values_list("name", flat=True)) == [
        "voucher.gift.balance_added",
        "voucher.gift.transaction.created",
    ]


def test_credits_are_removed_down_to_what_nobody_holds(adjust, now: datetime) -> None:
    card = GiftCardFactory(gift_amount=1_000)
    hold(card, 300, expires_at=now + timedelta(days=1))

    with pytest.raises(InvalidAddBalanceParams, match=r"at most 700 credits can be removed \(300 more are"):
        adjust(card.code, -701)
    adjust(card.public_id, -700)

    assert columns(card) == (1_000, 700, 0, 300, 300)
    assert rows(card) == [("ISSUED", 1_000, 1_000), ("REMOVAL", -700, 300)]
    assert list(OutboxEvent.objects.values_list("name", flat=True)) == ["voucher.gift.transaction.created"]


def test_what_ended_sessions_held_can_be_removed(adjust, now: datetime) -> None:
    card = GiftCardFactory(gift_amount=1_000)
    hold(card, 300, expires_at=now, key="ended")
    hold(card, 100, expires_at=now + timedelta(microseconds=1), key="living")

    with pytest.raises(InvalidAddBalanceParams, match=r"at most 900 credits can be removed \(100 more are"):
        adjust(card.code, -901)
    adjust(card.code, -900)

    assert columns(card) == (1_000, 900, 0, 100, 100)
    assert list(Hold.objects.values_list("session__key", flat=True)) == ["living"]


@pytest.mark.parametrize(
    ("amount", "told"), [(0, "0 changes nothing"), (10**15 - 9_999, "at most 999999999990000 credits")]
)
def test_refuses_amounts_that_make_no_sense(adjust, amount: int, told: str) -> None:
    card = GiftCardFactory()

    with pytest.raises(InvalidAddBalanceParams, match=told):
        adjust(card.code, amount)

    assert rows(card) == [("ISSUED", 10_000, 10_000)]
    assert not AuditEntry.objects.exists()


def test_only_gift_cards_have_a_balance(adjust) -> None:
    with pytest.raises(InvalidVoucher):
        adjust(VoucherFactory().code, 100)
    with pytest.raises(NotFound):
        adjust("NOBODY", 100)


def test_rows_are_final(now: datetime) -> None:
    card = GiftCardFactory()
    row = CardTransaction.objects.get()

    for change in (
        lambda: CardTransaction.objects.update(amount=1),
        lambda: CardTransaction.objects.update(reason="nicer"),
        row.delete,
    ):
        with pytest.raises(ProgrammingError, match="card_transactions_are_final"), transaction.atomic():
            change()

    assert rows(card) == [("ISSUED", 10_000, 10_000)]


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"gift_balance": 9_999}, "voucher_gift_balance_adds_up"),
        ({"gift_redeemed": -1, "gift_balance": 10_001}, "voucher_gift_balance_adds_up"),
        ({"gift_redeemed": 10_001, "gift_balance": -1}, "voucher_gift_balance_adds_up"),
        ({"gift_held": 10_001}, "voucher_gift_balance_adds_up"),
        ({"gift_balance": None}, "voucher_gift_"),
    ],
)
def test_a_card_that_does_not_add_up_cannot_be_stored(change: dict[str, Any], constraint: str) -> None:
    card = GiftCardFactory()

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Voucher.objects.filter(pk=card.pk).update(**change)

    assert columns(card) == (10_000, 0, 0, 10_000, 0)
