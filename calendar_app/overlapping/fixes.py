"""Ways out of a conflict. Each was applied and asked again: what would not help is not offered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from calendar_app.overlapping import changing, scopes, when
from calendar_app.overlapping.board import Board, between
from calendar_app.overlapping.changing import Change
from calendar_app.overlapping.found import Fix, FixKind, Found, Kind
from calendar_app.overlapping.items import Item, moved
from calendar_app.overlapping.world import World
from engine import Category, SortingRule, StackingType

_FARTHEST: Final = timedelta(days=60)
_TRIED: Final = 40
"""Dates that are tried for one campaign."""
_ON_A_PURCHASE: Final = frozenset({Kind.EXCLUSIVE_CLASH, Kind.DOUBLE_DISCOUNT, Kind.AREA_COLLISION})
_WORST: Final = frozenset({Kind.EXCLUSIVE_CLASH, Kind.DOUBLE_DISCOUNT, Kind.BLACKOUT})


@dataclass(frozen=True, kw_only=True, slots=True)
class _Side:
    """One that is changed and what it stays beside, with all their items."""

    own: tuple[Item, ...]
    other: tuple[Item, ...]
    item: Item
    opposite: Item | None


def fixes(found: Found, board: Board) -> tuple[Fix, ...]:
    """At most one of each kind for each side, of the one that is easier to change first."""
    offered: dict[tuple[str, str], Fix] = {}
    for side in _sides(found, board):
        for fix in _of_side(found, side, board):
            offered.setdefault((fix.kind, fix.key), fix)
    kinds = list(FixKind)
    return tuple(sorted(offered.values(), key=lambda fix: kinds.index(fix.kind)))


def _of_side(found: Found, side: _Side, board: Board) -> Iterator[Fix]:
    yield from _moves(found, side, board)
    if found.kind in _ON_A_PURCHASE and side.opposite is not None:
        yield from _exclusions(found, side, board.world)
        yield from _categories(found, side, board.world)


def _sides(found: Found, board: Board) -> list[_Side]:
    """Drafts and what has not begun first; campaigns that run are changed last."""
    of_unit: dict[str, list[Item]] = {}
    for item in board.items:
        of_unit.setdefault(item.unit, []).append(item)
    left = tuple(of_unit.get(found.left.unit, [found.left]))
    if found.right is None:
        return [_Side(own=left, other=(), item=found.left, opposite=None)]
    right = tuple(of_unit.get(found.right.unit, [found.right]))
    both = [
        _Side(own=left, other=right, item=found.left, opposite=found.right),
        _Side(own=right, other=left, item=found.right, opposite=found.left),
    ]
    return sorted(both, key=lambda side: _stiffness(side.item, board.world.now))


def _stiffness(item: Item, now: datetime) -> int:
    if item.is_draft or item.is_ghost:
        return 0
    return 1 if item.starts_at is not None and item.starts_at > now else 2


def _moves(found: Found, side: _Side, board: Board) -> Iterator[Fix]:
    """To the nearest dates at which nothing collides, or else at which these two do not."""
    world = board.world
    above = side.item.candidate.campaign_validity if side.item.candidate is not None else None
    starts_at = None if above is None else above.starts_at
    ends_at = None if above is None else above.ends_at
    if starts_at is None or ends_at is None or _stiffness(side.item, world.now) == 2:
        return
    second: list[Item] | None = None
    for days in _distances(starts_at, world.now):
        by = timedelta(days=days)
        there = moved(side.own, starts_at=_wall(starts_at, by, world), ends_at=_wall(ends_at, by, world))
        if _remains(found, there, side, world):
            continue
        if not any(one.kind in _WORST for one in board.against(there)):
            yield _move(side.item, there, world, is_free=True)
            return
        second = second or there
    if second is not None:
        yield _move(side.item, second, world, is_free=False)


def _distances(starts_at: datetime, now: datetime) -> Iterator[int]:
    """Days, the nearest first, later before earlier; never into the past."""
    for days in range(1, min(_FARTHEST.days, _TRIED) + 1):
        yield days
        if starts_at - timedelta(days=days) > now:
            yield -days


def _wall(moment: datetime, by: timedelta, world: World) -> datetime:
    """The same time of day on another day."""
    zone = when.zone_of(world.zone)
    local = moment.astimezone(zone)
    return (local.replace(tzinfo=None) + by).replace(tzinfo=zone).astimezone(moment.tzinfo)


def _move(item: Item, there: Sequence[Item], world: World, *, is_free: bool) -> Fix:
    candidate = next(one.candidate for one in there if one.candidate is not None)
    above = candidate.campaign_validity
    starts_at = None if above is None else above.starts_at
    ends_at = None if above is None else above.ends_at
    zone = when.zone_of(world.zone)
    first = "" if starts_at is None else _day(starts_at.astimezone(zone))
    last = "" if ends_at is None else _day((ends_at - timedelta(microseconds=1)).astimezone(zone))
    why = "where it collides with nothing" if is_free else "where these two do not meet"
    return Fix(
        kind=FixKind.MOVE,
        key=item.key,
        sentence=f"Move {item.name} to {first} – {last}, {why}",
        values={
            "campaign": item.campaign_id,
            "starts_at": None if starts_at is None else starts_at.isoformat(),
            "ends_at": None if ends_at is None else ends_at.isoformat(),
        },
    )


def _exclusions(found: Found, side: _Side, world: World) -> Iterator[Fix]:
    item, opposite = side.item, side.opposite
    if item.candidate is None or opposite is None or opposite.candidate is None:
        return
    items = scopes.targets(opposite.candidate)
    if items and scopes.is_on_items(item.candidate):
        names = _named([str(one.name or world.names.get(one.id, one.id)) for one in items])
        change = changing.without_items(items)
        if _helps(found, side, change, world):
            yield Fix(
                kind=FixKind.EXCLUDE_PRODUCTS,
                key=item.key,
                sentence=f"Leave {names} out of {item.name}",
                values={"campaign": item.campaign_id, "items": [changing.wire_of(one) for one in items]},
            )
    segments = _segments(opposite)
    if segments:
        names = _named([world.names.get(one, one) for one in segments])
        if _helps(found, side, changing.without_segments(segments), world):
            yield Fix(
                kind=FixKind.EXCLUDE_CUSTOMERS,
                key=item.key,
                sentence=f"Leave customers in {names} out of {item.name}",
                values={"campaign": item.campaign_id, "segments": list(segments)},
            )


def _segments(item: Item) -> list[str]:
    """One condition that is enough: who is in none of these gets nothing of the other."""
    if item.candidate is None:
        return []
    inside = [sorted(wanted) for wanted in scopes.audience(item.candidate).inside]
    return min(inside, key=lambda ids: (len(ids), ids), default=[])


def _categories(found: Found, side: _Side, world: World) -> Iterator[Fix]:
    item, opposite = side.item, side.opposite
    if item.candidate is None or opposite is None or opposite.candidate is None:
        return
    other = opposite.candidate.category
    own = item.candidate.category
    is_apart = other is not None and (own is None or own.id != other.id)
    if other is not None and is_apart and _helps(found, side, changing.in_category(other), world):
        yield Fix(
            kind=FixKind.SAME_CATEGORY,
            key=item.key,
            sentence=f"Put {item.name} into the category {other.name}, too: {_what_then(other, world)}",
            values={"campaign": item.campaign_id, "category": other.id},
        )
    by_rank = world.stacking.redeemables_sorting_rule is SortingRule.CATEGORY_HIERARCHY
    if found.kind is Kind.EXCLUSIVE_CLASH and not found.winner and by_rank and own is not None:
        rank = own.hierarchy + 1 if other is None else max(own.hierarchy, other.hierarchy + 1)
        raised = replace(own, hierarchy=rank)
        if rank != own.hierarchy and _helps(found, side, changing.in_category(raised), world):
            yield Fix(
                kind=FixKind.PRIORITY,
                key=item.key,
                sentence=f"Give the category {own.name} the priority {rank}: then {opposite.name} goes first",
                values={"category": own.id, "hierarchy": rank},
            )


def _what_then(category: Category, world: World) -> str:
    if category.stacking_type is StackingType.JOINT:
        return "both are always stackable then"
    limit = world.stacking.category_limit(category)
    return "an order gets only one of them then" if limit == 1 else "they follow the same rules then"


def _helps(found: Found, side: _Side, change: Change, world: World) -> bool:
    """Is it gone, and nothing else comes for it?"""
    there = changing.changed(side.own, change)
    before = {one.kind for one in between(side.own, side.other, world)}
    after = {one.kind for one in between(there, side.other, world)}
    return found.kind not in after and not (after & _WORST) - before


def _remains(found: Found, there: Sequence[Item], side: _Side, world: World) -> bool:
    if not side.other:
        return any(one.key == found.key for one in Board(world).against(there))
    return any(one.kind is found.kind for one in between(there, side.other, world))


def _named(names: Sequence[str]) -> str:
    shown = list(names[:3])
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"{', '.join(shown)}{more}"


def _day(moment: datetime) -> str:
    return f"{moment:%a} {moment.day} {moment:%b}"
