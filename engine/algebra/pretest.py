"""The cheap test: what every way to get a promotion asks for, as words and figures that two can be held
against each other by. It only ever says "certainly disjoint" or nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from engine.algebra import figures
from engine.algebra.literals import Ask, Bar, Measure, Need, Sum
from engine.algebra.people import SEGMENT, closure, shape_of
from engine.algebra.values import Shape
from engine.algebra.world import World
from engine.index import words
from engine.rules.tree import Operator

if TYPE_CHECKING:
    from engine.algebra.joints import Branch
    from engine.algebra.literals import Subject

EQUAL: Final = frozenset({Operator.IS, Operator.IN})
_REFUSES: Final = frozenset({Operator.IS_NOT, Operator.NOT_IN, Operator.NOT_INTERSECT})


@dataclass(frozen=True, slots=True)
class Pretest:
    """`only`: of facts with one value the words that will do. `some`: one of these must be there, by fact;
    `none`: none of these may. `amount`: the order's, least and most. `is_never`: nobody ever gets it.
    """

    only: Mapping[Subject, frozenset[str]]
    some: Mapping[Subject, frozenset[str]]
    none: Mapping[Subject, frozenset[str]]
    amount: tuple[int, int]
    is_never: bool = False


def of(branches: Sequence[Branch], world: World) -> Pretest:
    """What all branches have in common."""
    if not branches:
        return Pretest({}, {}, {}, (0, 0), True)
    parts = [_of_branch(branch, world) for branch in branches]
    first, rest = parts[0], parts[1:]
    return Pretest(
        only=_joined([one.only for one in parts]),
        some=_joined([one.some for one in parts]),
        none={
            subject: held
            for subject, own in first.none.items()
            if (held := own.intersection(*(one.none.get(subject, frozenset()) for one in rest)))
        },
        amount=(min(one.amount[0] for one in parts), max(one.amount[1] for one in parts)),
    )


def excludes(left: Pretest, right: Pretest) -> bool:
    """Is it certain that nothing gets both?"""
    if left.amount[0] > right.amount[1] or right.amount[0] > left.amount[1]:
        return True
    if left.is_never or right.is_never:
        return True
    if left.only and right.only:
        theirs = right.only
        for subject, wanted in left.only.items():
            if subject in theirs and wanted.isdisjoint(theirs[subject]):
                return True
    return (bool(left.some and right.none) and _is_barred(left.some, right.none)) or (
        bool(right.some and left.none) and _is_barred(right.some, left.none)
    )


def _is_barred(some: Mapping[Subject, frozenset[str]], none: Mapping[Subject, frozenset[str]]) -> bool:
    return any(subject in none and wanted <= none[subject] for subject, wanted in some.items())


def _joined(parts: Sequence[Mapping[Subject, frozenset[str]]]) -> Mapping[Subject, frozenset[str]]:
    """By facts that every part names, the words of all."""
    return {
        subject: own.union(*(one[subject] for one in parts[1:]))
        for subject, own in parts[0].items()
        if all(subject in one for one in parts[1:])
    }


def _of_branch(branch: Branch, world: World) -> Pretest:
    only: dict[Subject, frozenset[str]] = {}
    some: dict[Subject, frozenset[str]] = {}
    none: dict[Subject, frozenset[str]] = {}
    for subject, asks in branch.values.items():
        for ask in asks:
            found = _words(ask)
            if found is None or not ask.positive:
                continue
            if ask.condition.operator in EQUAL:
                if shape_of(subject, world) is Shape.ONE:
                    only[subject] = only[subject] & found if subject in only else found
                if subject not in some or len(found) < len(some[subject]):
                    some[subject] = found
            elif ask.condition.operator in _REFUSES:
                none[subject] = none.get(subject, frozenset()) | found
    _widen(some, none, world)
    low, high = 0, figures.TOP
    for one in branch.lines:
        if isinstance(one, Sum) and one.measure is Measure.AMOUNT:
            if not one.sure.missing:
                low = max(low, one.sure.low)
                if not one.scope:
                    high = min(high, one.sure.high)
        elif isinstance(one, Need) and one.price.low:
            low = max(low, one.price.low)
    _articles(branch, some, none, world)
    return Pretest(only, some, none, (low, high))


def _widen(some: dict[Subject, frozenset[str]], none: dict[Subject, frozenset[str]], world: World) -> None:
    """Who may not be in a segment may not be in those within it; nor in any that excludes his own."""
    subject = (SEGMENT, None)
    refused = none.get(subject, frozenset())
    wanted = some.get(subject, frozenset())
    if len(wanted) == 1 and world.excluding:
        (word,) = wanted
        around = closure(word[1:], world)
        refused |= {f"t{one}" for pair in world.excluding if pair & around for one in pair - around}
    if refused and world.within:
        refused |= {f"t{one}" for one in world.within if not refused.isdisjoint(_own(one, world))}
    if refused:
        none[subject] = refused


def _own(segment: str, world: World) -> frozenset[str]:
    return frozenset(f"t{one}" for one in closure(segment, world))


def _articles(
    branch: Branch,
    some: dict[Subject, frozenset[str]],
    none: dict[Subject, frozenset[str]],
    world: World,
) -> None:
    """A line must hold one article of `some`, none may hold one of `none`; only what is wholly known."""
    subject = ("line", None)
    wanted = [
        held
        for one in branch.lines
        if isinstance(one, Need) and len(one.scope) == 1 and one.scope[0][1]
        for held in (_members(one.scope[0][0], world),)
        if held is not None
    ]
    if wanted:
        some[subject] = min(wanted, key=len)
    barred: frozenset[str] = frozenset()
    for one in branch.lines:
        if isinstance(one, Bar) and len(one.scope) == 1 and one.scope[0][1]:
            barred |= _members(one.scope[0][0], world) or frozenset()
    if barred:
        none[subject] = barred


def _members(refs: frozenset[tuple[str, str, str | None]], world: World) -> frozenset[str] | None:
    held = [world.members(one) for one in refs]
    if any(one is None for one in held):
        return None
    return frozenset().union(*(one for one in held if one is not None))


def _words(ask: Ask) -> frozenset[str] | None:
    found: set[str] = set()
    for operand in ask.condition.operands:
        own = words.asked(operand)
        if own is None or len(own) != 1 or own[0][0] == "n":
            return None  # a number is spelled in many ways
        found.update(own)
    return frozenset(found)
