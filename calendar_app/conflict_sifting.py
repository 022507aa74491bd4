"""Which of the conflicts that a board finds are kept. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from calendar_app.conflict_facts import extent_of, unit_of_right
from calendar_app.conflict_terms import Extent, grown
from calendar_app.overlaps import Found, Item, Kind, Severity

_LIGHT_TO_HEAVY: Final = (Severity.LOW, Severity.MEDIUM, Severity.HIGH)

type Pair = tuple[Kind, frozenset[str]]


def sifted(found: Iterable[Found], *, now: datetime) -> dict[str, Found]:
    """By key, without what is none: what the stacking rules allow, what is over since the board was made, and
    what a proposal only repeats because its campaign has it already.
    """
    there = {one.key: one for one in found if one.kind is not Kind.STACKABLE and _is_to_come(one, now)}
    live = {(one.kind, _units(one)): one for one in there.values() if not _is_proposed(one)}
    return {key: one for key, one in there.items() if not _is_proposed(one) or _is_news(one, live, now)}


def _is_to_come(found: Found, now: datetime) -> bool:
    return any(ends is None or ends > now for _, ends in found.spans)


def _is_proposed(found: Found) -> bool:
    return found.left.is_ghost or (found.right is not None and found.right.is_ghost)


def _is_news(found: Found, live: Mapping[Pair, Found], now: datetime) -> bool:
    """Whether the campaign of a proposal does not collide so as it is, or less."""
    before = live.get((found.kind, frozenset({_as_it_is(found.left), _right_as_it_is(found)})))
    if before is None or _weight(found) > _weight(before):
        return True
    return bool(grown(_extent(before), _extent(found), now=now, names={}))


def _extent(found: Found) -> Extent:
    """With the winner by its name: a proposal may stand on the other side than its campaign."""
    winners = {"left": _as_it_is(found.left), "right": _right_as_it_is(found)}
    extent = extent_of(found, customers=None, products=None)
    return replace(extent, winner=winners.get(found.winner, ""))


def _weight(found: Found) -> int:
    return _LIGHT_TO_HEAVY.index(found.severity)


def _units(found: Found) -> frozenset[str]:
    return frozenset({found.left.unit, unit_of_right(found)})


def _right_as_it_is(found: Found) -> str:
    return unit_of_right(found) if found.right is None else _as_it_is(found.right)


def _as_it_is(item: Item) -> str:
    """The unit of the campaign that a proposal is about."""
    return f"campaign:{item.campaign_id}" if item.is_ghost and item.campaign_id else item.unit
