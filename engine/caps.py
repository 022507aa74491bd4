"""What a step may take at most, where a budget has too little left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True, slots=True)
class Caps:
    """`money` caps what is taken off the order or a gift card, `units` the discounted units; None = no cap.

    Where a cap bites, the last ones in application order lose.
    """

    money: int | None = None
    units: int | None = None


NO_CAPS: Final = Caps()
