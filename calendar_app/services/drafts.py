"""What something that is not stored would collide with: a draft of the wizard, what a request proposes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from calendar_app.overlaps import Item, Severity
from calendar_app.selectors import proposed
from calendar_app.services import previews
from calendar_app.services.previews import Shown
from promotions.previews.proposal import Proposal

MOST_SHOWN: Final = 5
_MOST_ASKED: Final = 30
_PATIENCE: Final = 1.0
"""Seconds to wait for the board while somebody else has it."""


@dataclass(frozen=True, kw_only=True)
class Collisions:
    """The heaviest ones; `more` and `small` ones are only counted, up to a few dozens. `unit`: what was
    asked about.
    """

    unit: str = ""
    shown: tuple[Shown, ...] = ()
    more: int = 0
    small: int = 0


def collisions(proposals: Sequence[Proposal], *, now: datetime) -> Collisions:
    """Of the tiers of one campaign, or its codes, as somebody drafts them.

    :raises DiscountError, RuleSyntaxError: the engine cannot calculate it. :raises TookTooLong: as below.
    """
    return collisions_of(proposed.items_of_proposals(proposals, now=now), now=now)


def collisions_of(items: Sequence[Item], *, now: datetime) -> Collisions:
    """Of one campaign as its items say. :raises TookTooLong: others ask for longer than anybody waits."""
    if not items:
        return Collisions()
    found = previews.shown(items, now=now, most=_MOST_ASKED, wait=_PATIENCE)
    considerable = [one for one in found if one.found.severity is not Severity.LOW]
    return Collisions(
        unit=items[0].unit,
        shown=tuple(considerable[:MOST_SHOWN]),
        more=max(0, len(considerable) - MOST_SHOWN),
        small=len(found) - len(considerable),
    )
