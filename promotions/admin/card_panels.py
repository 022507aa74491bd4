"""What the page of a gift card shows: its balance and its ledger."""

from __future__ import annotations

from typing import Final

from core import words
from core.admin.pages import Fact, Panel
from promotions.admin import rows
from promotions.models import CardTransaction, Voucher

SHOWN_MOVEMENTS: Final = 50


def balance(card: Voucher) -> Fact:
    """5.00 EUR, 2.00 EUR of it held by open baskets."""
    held = f"{words.money(card.gift_held)} of it held by open baskets" if card.gift_held else ""
    return Fact(
        title="Balance",
        value=words.money(card.gift_balance),
        note=held or f"of {words.money(card.gift_amount)}",
    )


def paid(card: Voucher) -> Fact:
    return Fact(title="Paid with it", value=words.money(card.gift_redeemed))


def ledger(card: Voucher) -> Panel:
    """The newest movements first; one query."""
    found = CardTransaction.objects.filter(voucher=card).select_related("redemption").order_by("-pk")
    return Panel(
        key="ledger",
        title="Ledger",
        headers=("When", "What", "Amount", "Balance", "Why"),
        rows=[
            (
                words.when(row.created_at),
                "Paid" if row.type == CardTransaction.Type.REDEMPTION else row.get_type_display(),
                _signed(row.amount),
                words.money(row.balance),
                _why(row),
            )
            for row in found[:SHOWN_MOVEMENTS]
        ],
        empty="Nothing moved so far.",
    )


def _signed(amount: int) -> str:
    return f"+{words.money(amount)}" if amount > 0 else words.money(amount)


def _why(row: CardTransaction) -> str:
    if row.type == CardTransaction.Type.REDEMPTION and row.redemption is not None:
        return words.link("See the redemption", rows.redemption_url(row.redemption))
    return row.reason or words.NOTHING
