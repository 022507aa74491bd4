"""GIFT / APPLY_TO_ORDER: a gift card pays the order. Contract 5.12. The credits stand on the candidate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from engine import credits
from engine.codec import Data
from engine.effects.base import DiscountEffect, DiscountType
from engine.effects.turn import Turn

if TYPE_CHECKING:
    from engine.reasons import Reason
    from engine.situation import Situation


@dataclass(frozen=True, kw_only=True, slots=True)
class GiftOrder(Data):
    """`min(asked for or the balance, what is still payable)`; only what was applied leaves the card.

    Without an order the credits that were asked for are taken whole.
    """

    type: DiscountType = DiscountType.GIFT
    effect: DiscountEffect = DiscountEffect.APPLY_TO_ORDER

    @classmethod
    def parse(cls, wire: Mapping[str, object]) -> Self:
        """Nothing to read."""
        return cls()

    def refusal(self, situation: Situation) -> Reason | None:
        return credits.gift_exceeded(situation) or credits.gift_unsaid(situation)

    def apply(self, turn: Turn) -> None:
        before = turn.situation.before
        wanted = turn.money_within(credits.wanted(turn.situation.candidate.credits))
        is_priced = before is not None and before.amount is not None
        turn.credits_taken = turn.draft.take_order(wanted) if is_priced else wanted
