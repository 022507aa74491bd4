"""Which collisions other dates would end, and which they would begin. Nothing is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from calendar_app.overlaps import Found, Item, Kind
from calendar_app.selectors import items
from calendar_app.services import previews
from calendar_app.services.moving import Target, Wish
from engine import Candidate
from engine.validity import Validity


@dataclass(frozen=True, kw_only=True)
class Change:
    """The heaviest first. `kept`: those that are there before and after."""

    gained: tuple[Found, ...] = ()
    lost: tuple[Found, ...] = ()
    kept: tuple[Found, ...] = ()


def change(target: Target, wish: Wish, now: datetime) -> Change:
    """Of what is on the calendar now; what has ended collides with nothing."""
    own = items.of_campaign(target.campaign.pk, now)
    if not own:
        return Change()
    before = _by_key(previews.against(own, now=now))
    after = _by_key(previews.against([_at(item, target, wish) for item in own], now=now))
    return Change(
        # Blackouts that would be entered are told by the guard, with the way out.
        gained=tuple(one for key, one in after.items() if key not in before and one.kind != Kind.BLACKOUT),
        lost=tuple(one for key, one in before.items() if key not in after),
        kept=tuple(one for key, one in after.items() if key in before),
    )


def _by_key(found: Iterable[Found]) -> Mapping[str, Found]:
    return {one.key: one for one in found}


def _at(item: Item, target: Target, wish: Wish) -> Item:
    """A tier with dates of its own stays where it is when its campaign moves."""
    candidate = item.candidate
    if candidate is None or (target.tier is not None and item.tier_id != target.tier.pk):
        return item
    return replace(item, candidate=_dated(candidate, target, wish), digest="")


def _dated(candidate: Candidate, target: Target, wish: Wish) -> Candidate:
    if target.tier is not None:
        return replace(candidate, validity=_at_dates(candidate.validity, wish))
    return replace(candidate, campaign_validity=_at_dates(candidate.campaign_validity or Validity(), wish))


def _at_dates(validity: Validity, wish: Wish) -> Validity:
    return replace(validity, starts_at=wish.starts_at, ends_at=wish.ends_at)
