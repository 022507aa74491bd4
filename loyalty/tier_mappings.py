"""What holders of a tier get and pay instead of the usual points. Pure. Contract: loyalty 10.4."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from typing import Any, Final, Protocol

MULTIPLY: Final = "MULTIPLY"
CUSTOM: Final = "CUSTOM"
NOT_AVAILABLE: Final = "NOT_AVAILABLE"


class Mapping(Protocol):
    """What a row of `TierMapping` has."""

    @property
    def type(self) -> str: ...
    @property
    def multiplier(self) -> Decimal | None: ...
    @property
    def points(self) -> int | None: ...


def per_step(points: int, mapping: Mapping | None) -> int:
    """The points that a rule gives for each step; CUSTOM has its own number."""
    if mapping is not None and mapping.type == CUSTOM and mapping.points is not None:
        return mapping.points
    return points


def earned(points: int, mapping: Mapping | None) -> int:
    """What a rule's whole result comes to; half a point counts as one.

    earned(35, times 2) -> 70
    """
    if mapping is None or mapping.type != MULTIPLY or mapping.multiplier is None:
        return points
    return int((points * mapping.multiplier).to_integral_value(ROUND_HALF_UP))


def price(points: int, mapping: Mapping | None) -> int | None:
    """What a reward costs; a part of a point costs one, and nothing is free. None: not for this tier.

    price(25, times 0.5) -> 13
    """
    if mapping is None:
        return points
    if mapping.type == NOT_AVAILABLE:
        return None
    if mapping.type == CUSTOM and mapping.points is not None:
        return max(1, mapping.points)
    if mapping.multiplier is None:
        return points
    return max(1, int((points * mapping.multiplier).to_integral_value(ROUND_CEILING)))


def rule_for(loyalty: dict[str, Any], mapping: Mapping | None) -> dict[str, Any]:
    """A rule's `loyalty` in wire form as holders of the tier have it: every `points` in it is theirs.

    rule_for({"type": "FIXED", "points": 35}, times 2) -> {"type": "FIXED", "points": 70}
    """
    if mapping is None:
        return loyalty
    return {
        key: rule_for(value, mapping)
        if isinstance(value, dict)
        else earned(per_step(value, mapping), mapping)
        if key == "points" and isinstance(value, int)
        else value
        for key, value in loyalty.items()
    }
