"""POINTS / APPLY_TO_ORDER: loyalty points pay the order. Contract: loyalty, pay with points 8.2."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Self

from engine import credits
from engine.codec import Data
from engine.effects.base import DiscountEffect, DiscountType, InvalidDiscount
from engine.effects.inputs import missing, needs_order
from engine.effects.turn import Turn
from engine.money import half_up
from engine.reasons import Reason, ReasonKey

if TYPE_CHECKING:
    from engine.situation import Situation


@dataclass(frozen=True, kw_only=True, slots=True)
class PointsOrder(Data):
    """`points * exchange_ratio * 100 / points_ratio` minor units; `exchange_ratio` is in major units.

    200 points at 20 per 100 -> 4000. All points that were asked for are charged, also those that the order is
    too small for; without a number, as many as the order needs.
    """

    type: DiscountType = DiscountType.POINTS
    effect: DiscountEffect = DiscountEffect.APPLY_TO_ORDER
    exchange_ratio: Decimal
    points_ratio: Decimal

    @classmethod
    def parse(cls, wire: Mapping[str, object]) -> Self:
        """:raises InvalidDiscount: a ratio is missing or not above 0."""
        return cls(
            exchange_ratio=_read_ratio(wire, "exchange_ratio"), points_ratio=_read_ratio(wire, "points_ratio")
        )

    def refusal(self, situation: Situation) -> Reason | None:
        lacking = needs_order(situation)
        if lacking is not None:
            return lacking
        if situation.before is not None and situation.before.amount is None:
            return missing(ReasonKey.MISSING_AMOUNT)
        return credits.points_exceeded(situation)

    def apply(self, turn: Turn) -> None:
        top, bottom = self._minor_units_per_point()
        points = credits.asked(turn.situation.candidate.credits)
        if points is None:
            enough = -(-turn.draft.payable * bottom // top)
            points = min(credits.available(turn.situation.candidate.credits), enough)
        if turn.caps.money is not None:  # nobody pays with more points than the cap lets count
            points = min(points, ((2 * turn.caps.money + 1) * bottom - 1) // (2 * top))
        turn.draft.take_order(half_up(points * top, bottom))
        turn.credits_taken = points

    def _minor_units_per_point(self) -> tuple[int, int]:
        """As a fraction: numerator, denominator."""
        major, per_major = self.exchange_ratio.as_integer_ratio()
        points, per_points = self.points_ratio.as_integer_ratio()
        return major * 100 * per_points, per_major * points


def _read_ratio(wire: Mapping[str, object], field: str) -> Decimal:
    value = wire.get(field)
    if isinstance(value, int | str | Decimal) and not isinstance(value, bool):
        try:
            ratio = Decimal(value)
        except ArithmeticError:
            ratio = Decimal(0)
        if ratio.is_finite() and 0 < ratio <= 10**9 and ratio >= Decimal("0.000001"):
            return ratio
    raise InvalidDiscount(field, "a number above 0 is expected")
