"""When a number is out of the ordinary. Pure, whole numbers only.

Who is told stays told until it is clearly better: what has begun ends at three quarters of what began it.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

FEWEST_WEEKS: Final = 3
"""Less than that is no usual."""
_LOOSE: Final = (3, 4)
_STRICT: Final = (1, 1)
# Three standard deviations of a number that comes by chance: (difference)² > 9 × usual.
_DEVIATIONS: Final = 9


class Off(StrEnum):
    FEWER = "FEWER"
    MORE = "MORE"


def twice_median(values: Sequence[int]) -> int:
    """Twice, so that it stays whole: twice_median([4, 9]) -> 13, twice_median([1, 5, 90]) -> 10"""
    ordered, middle = sorted(values), len(values) // 2
    return 2 * ordered[middle] if len(values) % 2 else ordered[middle - 1] + ordered[middle]


def off_usual(
    current: int, weeks: Sequence[int], *, share: int, least: int, looks_at: Sequence[Off], was: Off | None
) -> Off | None:
    """Whether `current` is off the median of the same hours of weeks before by `share` percent.

    Guarded against noise: of `least` redemptions at least (usually, or now if they are more), outside of all
    of the weeks, and farther from the median than chance goes. `was` off in one direction, it stays so until
    the difference is under three quarters of `share`.

    off_usual(10, [40, 50, 44, 46], share=60, least=20, looks_at=[Off.FEWER], was=None) -> Off.FEWER
    """
    if len(weeks) < FEWEST_WEEKS:
        return None
    usual = twice_median(weeks)
    for direction in looks_at:
        factor, divisor = _LOOSE if was is direction else _STRICT
        difference = usual - 2 * current if direction is Off.FEWER else 2 * current - usual
        if difference <= 0 or difference * 100 * divisor < usual * share * factor:
            continue
        if was is direction or _is_beyond_chance(current, weeks, usual, difference, least, direction):
            return direction
    return None


def _is_beyond_chance(
    current: int, weeks: Sequence[int], usual: int, difference: int, least: int, direction: Off
) -> bool:
    """`usual` and `difference` are doubled."""
    is_fewer = direction is Off.FEWER
    enough = usual >= 2 * least if is_fewer else current >= least
    is_outside = current < min(weeks) if is_fewer else current > max(weeks)
    return enough and is_outside and difference**2 > 2 * _DEVIATIONS * max(usual, 2)


def is_many(part: int, whole: int, *, share: int, least: int, was: bool) -> bool:
    """Whether `part` is `share` percent of `whole` at least, and `least` at least. 0 of 0 is nothing."""
    factor, divisor = _LOOSE if was else _STRICT
    return part > 0 and part * 100 * divisor >= whole * share * factor and part * divisor >= least * factor
