"""Who buys, and what the request says: a customer and a call that meet all conditions, if there are any."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, islice, product
from typing import Any, Final

from engine.algebra.contradictions import Pair, contradiction
from engine.algebra.literals import Ask, Subject
from engine.algebra.values import ABSENT, FAILED, Shape, holds, value_for
from engine.algebra.world import World
from engine.rules.operators import Clock
from engine.rules.tree import Operator
from engine.snapshot import Customer

SEGMENT: Final = "customer.segment"
LOYALTY_TIER: Final = "customer.loyalty_tier"
METADATA: Final = "customer.metadata"
_IDS: Final = (SEGMENT, LOYALTY_TIER)
_EQUAL: Final = frozenset({Operator.IS, Operator.IN})
_REFUSES: Final = frozenset({Operator.IS_NOT, Operator.NOT_IN, Operator.NOT_INTERSECT})
_TEXT_ONLY: Final = frozenset({"redemption.api_key", "redemption.user.login"})
_MOST_CHOICES: Final = 48

type Asked = Mapping[Subject, Sequence[Ask]]


@dataclass(frozen=True, slots=True)
class Nobody:
    """The request says nothing about a customer."""


NOBODY: Final = Nobody()


def shape_of(subject: Subject, world: World) -> Shape:
    """May the fact be a list?"""
    return Shape.ONE if subject[0] in _TEXT_ONLY or subject in world.single else Shape.FREE


def is_about_customer(subject: Subject) -> bool:
    return subject[0] in _IDS or subject[0] == METADATA


def unmet(asked: Asked, clock: Clock, world: World) -> Pair | None:
    """Two conditions, or one, that no customer and no call meets; None when that is not certain."""
    for subject, asks in asked.items():
        found = _unmet(subject, asks, clock, world)
        if found is not None:
            return found
    return _nobody_clash(asked)


def _unmet(subject: Subject, asks: Sequence[Ask], clock: Clock, world: World) -> Pair | None:
    if len(asks) > 1 or asks[0].positive:
        found = contradiction(asks, clock, shape_of(subject, world))
        if found is not None:
            return found
    if subject[0] == SEGMENT and (world.within or world.excluding):
        torn = next((ask for ask in asks if _is_torn_apart(ask, world)), None)
        if torn is not None:
            return (torn, None)
        return next((pair for pair in combinations(asks, 2) if _apart(*pair, world)), None)
    return None


def _nobody_clash(asked: Asked) -> Pair | None:
    """Segments are only unknown of somebody unknown, of whom nothing else is known either."""
    unknown = [
        ask
        for subject, asks in asked.items()
        if subject[0] in _IDS
        for ask in asks
        if ask.condition.operator is Operator.IS_UNKNOWN and ask.positive
    ]
    if not unknown:
        return None
    for subject, asks in asked.items():
        for ask in asks:
            is_there = ask.positive and ask.condition.operator not in (*_REFUSES, Operator.IS_UNKNOWN)
            if is_about_customer(subject) and is_there:
                return (unknown[0], ask)
    return None


def _is_torn_apart(ask: Ask, world: World) -> bool:
    """It wants somebody in segments that exclude each other."""
    if not ask.positive or ask.condition.operator is not Operator.NOT_DIFFER:
        return False
    return is_torn(frozenset().union(*(closure(one, world) for one in _names(ask))), world)


def _apart(left: Ask, right: Ask, world: World) -> bool:
    """Does what is known of segments keep the two conditions apart?"""
    if not left.positive or not right.positive:
        return False
    if left.condition.operator in _EQUAL and right.condition.operator in _EQUAL:
        pairs = product(_names(left), _names(right))
        return all(_are_excluding(one, other, world) for one, other in pairs)
    if left.condition.operator in _REFUSES:
        left, right = right, left
    if left.condition.operator in _EQUAL and right.condition.operator in _REFUSES:
        refused = frozenset(_names(right))
        return all(not refused.isdisjoint(closure(one, world)) for one in _names(left))
    return False


def _names(ask: Ask) -> list[str]:
    return [operand for operand in ask.condition.operands if isinstance(operand, str)]


def closure(segment: str, world: World) -> frozenset[str]:
    """The segments that everybody of `segment` is in."""
    if segment not in world.within:
        return frozenset({segment})
    found, left = {segment}, [segment]
    while left:
        for other in world.within.get(left.pop(), ()):
            if other not in found:
                found.add(other)
                left.append(other)
    return frozenset(found)


def _are_excluding(one: str, other: str, world: World) -> bool:
    both = closure(one, world) | closure(other, world)
    return is_torn(both, world)


def is_torn(segments: frozenset[str], world: World) -> bool:
    """Nobody is in all of them."""
    if not world.excluding:
        return False
    return any(pair <= segments for pair in world.excluding if len(pair) > 1)


def customer_for(asked: Asked, clock: Clock, world: World) -> Customer | Nobody | None:
    """Somebody who meets them all; None when nobody was found."""
    about = {subject: asks for subject, asks in asked.items() if is_about_customer(subject)}
    ids: dict[str, tuple[str, ...]] = {}
    for name in _IDS:
        found = _ids_for(about.get((name, None), ()), clock, world, is_segment=name == SEGMENT)
        if found is None:
            return NOBODY if _is_nobody(about, clock) else None
        ids[name] = found
    metadata: dict[str, Any] = {}
    for subject, asks in about.items():
        if subject[0] != METADATA:
            continue
        value = value_for(asks, clock, shape_of(subject, world))
        if value is FAILED:
            return None
        if value is not ABSENT:
            metadata[subject[1] or ""] = value
    return Customer(
        id="cust_example", metadata=metadata, segments=ids[SEGMENT], loyalty_tiers=ids[LOYALTY_TIER]
    )


def _is_nobody(about: Asked, clock: Clock) -> bool:
    return all(holds(ask, None, clock) for asks in about.values() for ask in asks)


def _ids_for(asks: Sequence[Ask], clock: Clock, world: World, *, is_segment: bool) -> tuple[str, ...] | None:
    if not asks:
        return ()
    for chosen in islice(_choices(asks), _MOST_CHOICES):
        ids = frozenset(chosen)
        if is_segment:
            ids = frozenset().union(*(closure(one, world) for one in ids))
            if is_torn(ids, world):
                continue
        found = tuple(sorted(ids))
        if all(holds(ask, found, clock) for ask in asks):
            return found
    value = value_for([*asks], clock, Shape.FREE)
    value = [value] if isinstance(value, str) else value
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        return None
    if is_segment and is_torn(frozenset().union(*(closure(one, world) for one in value)), world):
        return None
    return _told_apart(value, asks, clock)


def _told_apart(ids: list[str], asks: Sequence[Ask], clock: Clock) -> tuple[str, ...] | None:
    """The same without doubles: nobody is in a segment twice."""
    found = tuple(one if one not in ids[:at] else f"{one} {at}" for at, one in enumerate(ids))
    if all(holds(ask, found, clock) for ask in asks):
        return found
    return tuple(ids)


def _choices(asks: Sequence[Ask]) -> Iterator[tuple[str, ...]]:
    """One id for each condition that names some, as few as possible first."""
    yield ()
    named = [names for ask in asks if (names := _wanted(ask))]
    whole = [name for ask in asks if ask.condition.operator is Operator.NOT_DIFFER for name in _names(ask)]
    common = set(named[0]).intersection(*named[1:]) if named else set[str]()
    yield from ((name, *whole) for name in sorted(common))
    yield from ((*chosen, *whole) for chosen in product(*named))


def _wanted(ask: Ask) -> list[str]:
    return _names(ask) if ask.positive and ask.condition.operator in _EQUAL else []


def facts_for(asked: Asked, name: str, clock: Clock, world: World) -> dict[str, Any] | None:
    """The metadata of the order or the redemption (`name`), by property; None when none were found."""
    found: dict[str, Any] = {}
    for subject, asks in asked.items():
        if subject[0] != name:
            continue
        value = value_for(asks, clock, shape_of(subject, world))
        if value is FAILED:
            return None
        if value is not ABSENT:
            found[subject[1] or ""] = value
    return found


def text_for(asked: Asked, name: str, clock: Clock, world: World) -> tuple[str | None] | None:
    """The API key or the login, in brackets; None when none was found."""
    asks = asked.get((name, None))
    if not asks:
        return (None,)
    value = value_for(asks, clock, Shape.ONE)
    if value is ABSENT:
        return (None,)
    if value is FAILED:
        return None
    return (value if isinstance(value, str) else str(value),)
