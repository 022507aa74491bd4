"""What points are worth in money. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from engine.money import half_up


@dataclass(frozen=True, kw_only=True)
class Worth:
    """So many `points` are worth `amount` minor units, which may be a fraction of one.

    `reward` is the name of the reward that says so (members pay with points at that ratio); empty: finance
    does.
    """

    points: int
    amount: Decimal
    reward: str = ""

    def of(self, points: int) -> int:
        """Minor units, to the nearest whole one, a half away from zero: what is owed and what was undone
        come to the same.

        Worth(points=100, amount=Decimal(2000)).of(-5) -> -100
        """
        numerator, denominator = self.amount.as_integer_ratio()
        worth = half_up(abs(points) * numerator, self.points * denominator)
        return worth if points >= 0 else -worth

    @property
    def per_point(self) -> Decimal:
        """Minor units of one point, for comparing."""
        return self.amount / self.points


def of_coin(*, exchange_ratio: Decimal, points_ratio: int, reward: str) -> Worth:
    """`points_ratio` points pay `exchange_ratio` major units. Contract: loyalty 8.2."""
    return Worth(points=points_ratio, amount=exchange_ratio * 100, reward=reward)
