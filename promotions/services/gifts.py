"""What a new gift card holds, before it is stored. Contract: semantics-core 5.12, 13."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.errors import DomainError
from promotions.models import Voucher
from promotions.services.ledger import MOST_CREDITS


def stored(
    wire: Mapping[str, Any], refusal: type[DomainError], *, targets_items: bool = False
) -> dict[str, Any]:
    """What is kept of a `gift` object: the amount and the effect.

    `targets_items`: the rule attached to it says which items; then it pays items unless it says otherwise.

    stored({"amount": 5000}, …) -> {"amount": 5000, "effect": "APPLY_TO_ORDER"}

    :raises refusal: no amount, or a card that would be born with another balance than its amount.
    """
    amount = wire.get("amount")
    if amount is None:
        raise refusal("gift.amount is needed: the credits of the card, in minor units.")
    if not 0 <= amount <= MOST_CREDITS:
        raise refusal(f"gift.amount: 0 to {MOST_CREDITS} are allowed.")
    if wire.get("balance") not in (None, amount) or wire.get("subtracted_amount"):
        raise refusal(
            "gift: a new card's balance is its amount. Send as amount what the card can pay with from now on."
        )
    effects = Voucher.GiftEffect
    default = effects.APPLY_TO_ITEMS if targets_items else effects.APPLY_TO_ORDER
    effect = wire.get("effect") or default.value
    if effect not in effects.values:
        raise refusal(f"gift.effect: one of {', '.join(effects.values)} is expected.")
    return {"amount": amount, "effect": effect}


def columns(gift: Mapping[str, Any]) -> dict[str, Any]:
    """A voucher's columns of what `stored` gave."""
    return {
        "type": Voucher.Type.GIFT_VOUCHER,
        "gift_effect": gift["effect"],
        "gift_amount": gift["amount"],
        "gift_balance": gift["amount"],
    }
