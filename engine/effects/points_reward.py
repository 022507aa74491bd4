"""POINTS / FOR_REWARD: points are given for a reward, the order stays as it is. Contract: loyalty 8.3.

The price stands on the candidate as the points that are asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from engine import credits
from engine.codec import Data
from engine.effects.base import DiscountEffect, DiscountType
from engine.effects.turn import Turn
from engine.reasons import Reason

if TYPE_CHECKING:
    from engine.situation import Situation


@dataclass(frozen=True, kw_only=True, slots=True)
class PointsReward(Data):
    """All points of the price are taken; no order is needed."""

    type: DiscountType = DiscountType.POINTS
    effect: DiscountEffect = DiscountEffect.FOR_REWARD

    @classmethod
    def parse(cls, wire: Mapping[str, object]) -> Self:
        return cls()

    def refusal(self, situation: Situation) -> Reason | None:
        return credits.points_exceeded(situation)

    def apply(self, turn: Turn) -> None:
        turn.credits_taken = credits.asked(turn.situation.candidate.credits)
