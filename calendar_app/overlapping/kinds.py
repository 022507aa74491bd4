"""What kind of conflict a pair is: a clash, a double discount, a collision in an area, or nobody can tell.

What the stacking rules allow is no conflict: two always stackable (JOINT) ones were made to stand together,
so they are told only from half the price on; a limit on how many apply, or an order of categories, was set on
purpose.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Final

from calendar_app.overlapping import costs, when
from calendar_app.overlapping.entries import Entry
from calendar_app.overlapping.found import Found, Kind, Severity
from calendar_app.overlapping.judge import Pair
from calendar_app.overlapping.together import LEFT, RIGHT, Together
from calendar_app.overlapping.world import World
from engine import Reason, ReasonKey, StackingType
from engine.algebra import Answer
from engine.effects import to_wire

DEEP: Final = 50
"""Percent from which also what was made to stand together is told."""
_CONSIDERABLE: Final = 30
HORIZON: Final = timedelta(days=90)
"""So far ahead money is estimated."""


def key_of(kind: Kind, *names: str) -> str:
    return f"{kind.value}:{'|'.join(sorted(names))}"


def is_conflict(pair: Pair) -> bool:
    """Does money or a promise depend on it? What nobody can tell is not meant here."""
    both = pair.together
    return both is not None and (_is_clash(both) or _is_double(both))


def found_of(pair: Pair, world: World) -> Iterator[Found]:
    """All conflicts of a pair; of UNKNOWN that it is unknown."""
    both = pair.together
    if pair.answer is not Answer.UNKNOWN and both is None:
        return
    same = _same(pair, world)
    if both is None:
        yield Found(**same, **_kind(pair, Kind.UNKNOWN), severity=Severity.LOW)
        return
    if _is_clash(both):
        yield _clash(pair, both, same, world)
    if _is_double(both):
        yield _double(pair, both, same, world)
    if _is_area_collision(pair.left, pair.right):
        kind = _kind(pair, Kind.AREA_COLLISION)
        yield Found(**same, **kind, severity=Severity.LOW, why=_owners(pair))


def _is_clash(both: Together) -> bool:
    return not both.both and not both.is_settled


def _is_double(both: Together) -> bool:
    if not both.is_double:
        return False
    percent = 0 if both.purchase is None else both.purchase.percent
    return not both.is_meant or percent >= DEEP


def _clash(pair: Pair, both: Together, same: Mapping[str, Any], world: World) -> Found:
    loser = {LEFT: pair.right.item, RIGHT: pair.left.item}.get(both.winner)
    losers = (loser,) if loser is not None else (pair.left.item, pair.right.item)
    return Found(
        **same,
        **_kind(pair, Kind.EXCLUSIVE_CLASH),
        severity=Severity.MEDIUM if both.winner else Severity.HIGH,
        winner=both.winner,
        why=_refusal(pair, both),
        at_stake=costs.smallest(losers, same["spans"], world.now + HORIZON),
    )


def _double(pair: Pair, both: Together, same: Mapping[str, Any], world: World) -> Found:
    percent = 0 if both.purchase is None else both.purchase.percent
    severity = Severity.LOW
    if percent >= _CONSIDERABLE:
        severity = Severity.HIGH if percent >= DEEP else Severity.MEDIUM
    sides = (pair.left.item, pair.right.item)
    return Found(
        **same,
        **_kind(pair, Kind.DOUBLE_DISCOUNT),
        severity=severity,
        purchase=both.purchase,
        why=_despite(pair),
        at_stake=costs.smallest(sides, same["spans"], world.now + HORIZON),
    )


def _kind(pair: Pair, kind: Kind) -> dict[str, Any]:
    return {"kind": kind, "key": key_of(kind, pair.left.item.unit, pair.right.item.unit)}


def _same(pair: Pair, world: World) -> dict[str, Any]:
    """What all conflicts of the pair have in common."""
    left, right, window = pair.left.item, pair.right.item, pair.window
    spans = () if window is None else when.spans(pair.left.validity, pair.right.validity, window, world)
    return {
        "left": left,
        "right": right,
        "certainty": pair.answer,
        "first_at": None if window is None else window.first_at,
        "spans": spans,
        "zone": world.zone if window is None else window.zone,
        "spot": "" if window is None else world.spot(window.spots).name,
        "shown": None if pair.known is None else pair.known.witness,
        "named": pair.left.named | pair.right.named,
        "opaque": pair.opaque,
        "audience": _audience(pair, world),
    }


def _audience(pair: Pair, world: World) -> str:
    """The segments that somebody must be in to get both: VIP and Newcomers."""
    wanted = {*pair.left.audience.inside, *pair.right.audience.inside}
    names = sorted(" or ".join(sorted(world.names.get(one, one) for one in ids)) for ids in wanted)
    return " and ".join(names)


def _refusal(pair: Pair, both: Together) -> str:
    left, right = pair.left.item, pair.right.item
    reason = both.reason
    if reason is None:
        return ""
    if reason.key is ReasonKey.EXCLUSION_RULES:
        one, other = (left, right) if both.winner == LEFT else (right, left)
        beside = f"beside which {other.label}, which is common, may not stand"
        return f"{one.label} is in the exclusive category {one.category}, {beside}"
    if reason.key in (ReasonKey.EXCLUSIVE_LIMIT, ReasonKey.EXCLUSIVE_PER_CATEGORY_LIMIT):
        how = "of one exclusive category" if left.category_id == right.category_id else "exclusive"
        return f"Both are {how}, and only so many may apply to one order"
    return _said(reason)


def _said(reason: Reason) -> str:
    text = reason.details or reason.message
    return f"After the one the other is refused: {text}"


def _despite(pair: Pair) -> str:
    """Why both apply though one of them is exclusive."""
    categories = (pair.left.live.category, pair.right.live.category)
    types = {None if one is None else one.stacking_type for one in categories}
    if types == {StackingType.EXCLUSIVE, StackingType.JOINT}:
        return "One is exclusive, but the other is always stackable, so both apply"
    return ""


def _is_area_collision(left: Entry, right: Entry) -> bool:
    """Somebody else gives something else for the same products in the same area.

    At least one of them was assigned to areas or stores, both name products, and they have different owners.
    """
    is_local = bool(left.item.places or right.item.places)
    names_products = left.products is not None and right.products is not None
    owners = {left.item.owner_id, right.item.owner_id}
    return is_local and names_products and len(owners) > 1 and "" not in owners and _terms_differ(left, right)


def _terms_differ(left: Entry, right: Entry) -> bool:
    one, other = left.live.discount, right.live.discount
    return one is None or other is None or to_wire(one) != to_wire(other)


def _owners(pair: Pair) -> str:
    return f"{pair.left.item.owner} made one, {pair.right.item.owner} the other, with different terms"
