"""What something that is not stored would collide with: a draft of the wizard, what a request proposes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from calendar_app.overlaps import Item
from calendar_app.selectors import proposed
from calendar_app.services import previews
from calendar_app.services.previews import Shown
from promotions.previews.proposal import Proposal

MOST_SHOWN: Final = 6
_MOST_ASKED: Final = 30


@dataclass(frozen=True, kw_only=True)
class Collisions:
    """The heaviest ones; `more` are only counted, up to a few dozens. `unit`: what was asked about."""

    unit: str = ""
    shown: tuple[Shown, ...] = ()
    more: int = 0


def collisions(proposals: Sequence[Proposal], *, now: datetime) -> Collisions:
    """Of the tiers of one campaign, or its codes, as somebody drafts them.

    :raises DiscountError, RuleSyntaxError: the engine cannot calculate it.
    """
    return collisions_of(proposed.items_of_proposals(proposals, now=now), now=now)


def collisions_of(items: Sequence[Item], *, now: datetime) -> Collisions:
    """Of one campaign as its items say."""
    if not items:
        return Collisions()
    found = previews.shown(items, now=now, most=_MOST_ASKED)
    more = max(0, len(found) - MOST_SHOWN)
    return Collisions(unit=items[0].unit, shown=tuple(found[:MOST_SHOWN]), more=more)
