"""What a code does to an order: its discount, or how a gift card pays. Contract: semantics-core 5.12.

Rows are model instances or named tuples of the same columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine import Credits
from engine.effects import DiscountType
from promotions.models import Campaign, CardTransaction, Voucher


def is_card(row: Any) -> bool:
    """Is this code a gift card?"""
    return bool(row.type == Voucher.Type.GIFT_VOUCHER)


def effect_of(row: Any, inherited: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """For the engine: the code's own discount, else the inherited one; of a gift card, that it pays."""
    return pays(row.gift_effect) if is_card(row) else row.discount or inherited or {}


def effect_of_campaign(row: Campaign) -> Mapping[str, Any] | None:
    """What its codes do, where the campaign says it."""
    return pays(row.gift["effect"]) if row.gift else row.discount


def credits_of(row: Any, *, requested: int | None = None) -> Credits | None:
    """What a gift card can pay with; None: it is none. `requested` None = as much as is useful."""
    if not is_card(row):
        return None
    return Credits(balance=row.gift_balance, held=row.gift_held, requested=requested)


def credits_of_campaign(row: Campaign) -> Credits | None:
    """What a new card of this campaign could pay with."""
    return Credits(balance=row.gift["amount"]) if row.gift else None


def wire_type(stored: str) -> str:
    """The wire has no type for the line by which a card is issued: it is the first addition."""
    types = CardTransaction.Type
    return types.ADDITION.value if stored == types.ISSUED else stored


def pays(effect: str) -> dict[str, Any]:
    """The engine's wire form of a card that pays the order or items."""
    return {"type": DiscountType.GIFT.value, "effect": effect}
