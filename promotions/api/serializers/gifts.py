"""Gift cards on the wire (contract: semantics-core 5.12, 13)."""

from __future__ import annotations

from typing import Any, Final

from core.api.fields import (
    AmountField,
    ChoiceField,
    IntegerField,
    TextField,
    WireSerializer,
    format_instant,
)
from engine import Step
from promotions import gifts
from promotions.models import Campaign, CardTransaction, Voucher
from promotions.redeemables import Found

ISSUED_REASON: Final = "Issued"


class GiftInput(WireSerializer):
    """`gift` of a voucher or campaign. A card is born with its amount as balance."""

    amount = AmountField(required=False, allow_null=True)
    subtracted_amount = AmountField(required=False, allow_null=True)
    balance = AmountField(required=False, allow_null=True)
    effect = ChoiceField(Voucher.GiftEffect, required=False, allow_null=True)


class BalanceInput(WireSerializer):
    """`POST …/balance`: what is added, or with a minus removed."""

    amount = IntegerField()
    source_id = TextField(required=False, allow_null=True, max_length=200)
    reason = TextField(required=False, allow_null=True, max_length=500)


def gift_output(voucher: Voucher) -> dict[str, Any] | None:
    """The credits of a card as they are now; None for other codes."""
    if not gifts.is_card(voucher):
        return None
    return {
        "amount": voucher.gift_amount,
        "subtracted_amount": voucher.gift_subtracted,
        "balance": voucher.gift_balance,
        "effect": voucher.gift_effect,
    }


def redeemed_amount(voucher: Voucher) -> dict[str, Any]:
    """`redemption.redeemed_amount` of a card."""
    return {"redeemed_amount": voucher.gift_redeemed} if gifts.is_card(voucher) else {}


def campaign_gift_output(campaign: Campaign) -> dict[str, Any] | None:
    """What new cards of a campaign hold."""
    if not campaign.gift:
        return None
    amount = campaign.gift["amount"]
    return {"amount": amount, "balance": amount, "effect": campaign.gift["effect"]}


def applied_credits(found: Found, step: Step) -> dict[str, Any]:
    """`result.gift`: what the card had, what of it would pay, and what others hold, if they hold anything."""
    held = found.candidate.credits
    if held is None:
        return {}
    wire = {"balance": held.balance, "credits": step.credits_taken or 0}
    return {"gift": wire | ({"locked_credits": held.held} if held.held else {})}


def taken_output(credits: int | None) -> dict[str, Any]:
    """`amount` and `gift` of a redemption; of a rollback they are negative."""
    return {} if credits is None else {"amount": credits, "gift": {"amount": credits}}


def balance_output(row: CardTransaction) -> dict[str, Any]:
    """The answer of `POST …/balance`."""
    return _balance(row, row.voucher)


def transaction_output(row: CardTransaction) -> dict[str, Any]:
    """One line of the ledger, loaded by `selectors.transactions.printable`."""
    issued = row.type == CardTransaction.Type.ISSUED
    voucher, redemption = row.voucher, row.redemption
    details: dict[str, Any] = {"balance": _balance(row, voucher)}
    if redemption is not None:
        if redemption.order is not None:
            details["order"] = {"id": redemption.order.public_id, "source_id": redemption.order.source_id}
        details["redemption"] = {"id": redemption.public_id}
    if row.rollback is not None:
        details["rollback"] = {"id": row.rollback.public_id}
    return {
        "id": row.public_id,
        "source_id": row.source_id or None,
        "voucher_id": voucher.public_id,
        "campaign_id": voucher.campaign.public_id if voucher.campaign else None,
        "type": gifts.wire_type(row.type),
        "source": None if redemption is None else redemption.channel_type,
        "reason": ISSUED_REASON if issued else row.reason or None,
        "details": details,
        "related_transaction_id": row.payment_id,  # type: ignore[attr-defined]
        "created_at": format_instant(row.created_at),
    }


def _balance(row: CardTransaction, voucher: Voucher) -> dict[str, Any]:
    """`total` is what the card ever got less what was removed: its balance and what it paid."""
    by_hand = row.type in (CardTransaction.Type.ADDITION, CardTransaction.Type.REMOVAL)
    return {
        "amount": row.amount,
        "total": row.total,  # type: ignore[attr-defined]
        "balance": row.balance,
        "type": "gift_voucher",
        "operation_type": "MANUAL" if by_hand else "AUTOMATIC",
        "related_object": {"type": "voucher", "id": voucher.public_id},
        "object": "balance",
    }
