"""GIFT / APPLY_TO_ITEMS: a gift card pays eligible lines. Contract 5.12. Credits: see the candidate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from engine import credits
from engine.codec import Data
from engine.effects.base import DiscountEffect, DiscountType
from engine.effects.inputs import missing, needs_items
from engine.effects.lines import payable, take
from engine.effects.turn import Turn
from engine.reasons import Reason, ReasonKey

if TYPE_CHECKING:
    from engine.situation import Situation


@dataclass(frozen=True, kw_only=True, slots=True)
class GiftItems(Data):
    """Line by line in application order, each up to what it costs; 5000 on the sample cart -> 2000 + 3000.

    Without an order the credits that were asked for are taken whole.
    """

    type: DiscountType = DiscountType.GIFT
    effect: DiscountEffect = DiscountEffect.APPLY_TO_ITEMS

    @classmethod
    def parse(cls, wire: Mapping[str, object]) -> Self:
        """Nothing to read."""
        return cls()

    def refusal(self, situation: Situation) -> Reason | None:
        before = situation.before
        if before is None:
            return credits.gift_exceeded(situation) or credits.gift_unsaid(situation)
        lacking = needs_items(situation)
        if lacking is None and all(line.amount is None for line in before.lines):
            lacking = missing(ReasonKey.MISSING_ORDER_ITEMS_AMOUNT)
        return lacking or credits.gift_exceeded(situation)

    def apply(self, turn: Turn) -> None:
        wanted = turn.money_within(credits.wanted(turn.situation.candidate.credits))
        if turn.situation.before is None:
            turn.credits_taken = wanted
            return
        take(turn, turn.chosen(), lambda entry, pick: payable(turn, pick), None, wanted)
        turn.credits_taken = turn.draft.taken
