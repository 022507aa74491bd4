"""Where a promotion lies in its lane, before anything of it is drawn: of a thousand some dozens are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from calendar_app.packing import Block
from calendar_app.scale import WHOLE, Scale
from calendar_app.selectors.timeline import Bar, TierBar
from calendar_app.selectors.waiting import Dates, Waiting

_LETTER: Final = 80
"""Hundredths of a percent of the width that a letter of a name takes, more or less."""
_LONGEST_NAME: Final = 26
_STATE: Final = 13
"""Letters that the state and a collision take beside the name."""
_MARK: Final = 4
"""Those that tiers take, and a request that waits."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One bar of a promotion: the campaign itself, one of its tiers, or what a request proposes.

    From `left` to `right`; with its name, which may stand beside it, from `first` to `last`.
    """

    left: int
    right: int
    first: int
    last: int
    tier: TierBar | None = None
    request: Waiting | None = None
    dates: Dates | None = None

    @property
    def is_outside(self) -> bool:
        return (self.first, self.last) != (self.left, self.right)

    @property
    def is_outside_left(self) -> bool:
        return self.first < self.left


def parts_of(bar: Bar, scale: Scale) -> list[Part]:
    """From above to below; empty if nothing of it is shown."""
    return list(_parts(bar, scale))


def block_of(bar: Bar, parts: list[Part]) -> Block:
    return Block(
        key=bar.key,
        left=min(part.first for part in parts),
        right=max(part.last for part in parts),
        height=len(parts),
    )


def _parts(bar: Bar, scale: Scale) -> Iterator[Part]:
    if scale.shows(bar.starts_at, bar.ends_at):
        marks = _MARK * (bool(bar.tiers_count) + bool(bar.waiting))
        yield _part(scale, bar.starts_at, bar.ends_at, bar.name, marks=marks)
    for tier in bar.tiers:
        if scale.shows(tier.starts_at, tier.ends_at):
            yield _part(scale, tier.starts_at, tier.ends_at, tier.name, tier=tier)
    for request, dates in bar.ghosts:
        if scale.shows(dates.starts_at, dates.ends_at):
            name = dates.tier or bar.name
            yield _part(scale, dates.starts_at, dates.ends_at, name, request=request, dates=dates)


def _part(
    scale: Scale,
    starts_at: datetime | None,
    ends_at: datetime | None,
    name: str,
    *,
    marks: int = 0,
    tier: TierBar | None = None,
    request: Waiting | None = None,
    dates: Dates | None = None,
) -> Part:
    left, right = scale.stretch(starts_at, ends_at)
    needed = _LETTER * (min(len(name), _LONGEST_NAME) + _STATE + marks)
    first, last = left, right
    if right - left < needed:
        if right + needed <= WHOLE:
            last = right + needed
        elif left - needed >= 0:
            first = left - needed
    return Part(left=left, right=right, first=first, last=last, tier=tier, request=request, dates=dates)
