"""One promotion, compiled once: the ways to get it, and what each of them asks of whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine import effects
from engine.algebra import figures, people, pretest
from engine.algebra.effects import asked_by, is_on_lines, scope_of, targets_of, within_budgets
from engine.algebra.figures import ANY, Figures
from engine.algebra.joints import ALWAYS, Branch, Joint, OnLines
from engine.algebra.judging import as_live
from engine.algebra.literals import (
    After,
    Ask,
    Bar,
    Each,
    Extreme,
    Hidden,
    Literal,
    Measure,
    Moment,
    Need,
    Never,
    Points,
    Scope,
    Subject,
    Sum,
    Value,
    Way,
    ref,
)
from engine.algebra.reading import Reader
from engine.algebra.shapes import Aspect, Clash, Ground, Obstacle, Opaque, Side
from engine.algebra.ways import every
from engine.algebra.world import World
from engine.bundles import Bundle
from engine.snapshot import Candidate


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """A promotion as the algebra sees it; `candidate` is how it is judged: switched on, nothing used yet.

    `segments`: everybody who gets it is in one of these (None = anybody may); `api_keys` likewise. Every
    order that gets it has one of the products and SKUs `articles` (None = any). `targets` are those that the
    discount is taken off (None = the whole order, or more than can be named), `target_scope` the same as a
    scope. Order amounts lie between `low` and `high`. `clash` says why it can never be had, if so.
    """

    side: Side
    candidate: Candidate
    branches: tuple[Branch, ...]
    clash: Clash | None = None
    segments: frozenset[str] | None = None
    api_keys: frozenset[str] | None = None
    articles: frozenset[str] | None = None
    targets: frozenset[str] | None = None
    target_scope: Scope | None = None
    low: int = 0
    high: int = 0
    pretest: pretest.Pretest
    opaque: tuple[Opaque, ...] = ()

    @property
    def key(self) -> str:
        return self.side.key

    @property
    def is_impossible(self) -> bool:
        """Nobody can ever get it."""
        return not self.branches


def profile(side: Side, world: World) -> Profile:
    """Compile `side`; the same as long as neither the promotion nor the world changes."""
    candidate = side.candidate
    ways = _ways(side)
    clash: Clash | None = None
    branches = []
    for way in ways:
        dead = next((one for one in way if isinstance(one, Never)), None)
        if dead is not None:
            clash = clash or Clash(aspect=dead.ground.aspect, left=dead.ground)
            continue
        branch = _branch(way, side)
        own = Joint.of(branch, None, world).clash(ALWAYS)
        if own is None:
            branches.append(branch)
        else:
            clash = clash or own
    opaque = tuple(dict.fromkeys((*_beside(side), *(one for way in branches for one in way.opaque))))
    targets = targets_of(candidate)
    scope = None
    if candidate.discount is not None and is_on_lines(candidate.discount) and targets is not None:
        scope = scope_of(targets)
    found = pretest.of(branches, world)
    low, high = found.amount
    return Profile(
        side=side,
        candidate=as_live(candidate),
        branches=tuple(sorted(branches, key=lambda one: one.cost)),
        clash=clash,
        segments=_common_names(branches, (people.SEGMENT, None)),
        api_keys=_common_names(branches, ("redemption.api_key", None)),
        articles=_articles(branches, world),
        targets=None if scope is None else _named(scope, world),
        target_scope=scope,
        low=low,
        high=high,
        pretest=found,
        opaque=opaque,
    )


def _ways(side: Side) -> list[Way]:
    candidate = side.candidate
    reader = Reader(key=side.key, candidate=candidate)
    parts: list[list[Way]] = [[(*asked_by(candidate, side.key), *within_budgets(candidate, side.key))]]
    for at, rule_set in enumerate(candidate.rules):
        parts.append(reader.of(rule_set))
        if rule_set.bundle is not None:
            parts.append([_bundled(rule_set.bundle, side.key, str(at))])
    what = Opaque(key=side.key, aspect=Aspect.ORDER, kind=Obstacle.LOGIC, what="too many alternatives")
    return every(parts, lambda: Hidden(what))


def _bundled(bundle: Bundle, key: str, name: str) -> Way:
    """A complete bundle; every unit serves one component."""
    ground = Ground(key=key, aspect=Aspect.PRODUCTS)
    found: list[Literal] = []
    for part in bundle.components:
        scope: Scope = ((frozenset({ref(part.item)}), True),)
        enough = Figures(((part.quantity, ANY.high),))
        found.append(Sum(scope, Measure.UNITS, enough, enough, ground))
        found.append(Need(scope, ground, quantity=enough, apart=f"{key} {name}"))
    if len(bundle.components) > 1:
        whole: Scope = ((frozenset(ref(part.item) for part in bundle.components), True),)
        units = figures.at_least(sum(part.quantity for part in bundle.components))
        found.append(Sum(whole, Measure.UNITS, units, units, ground))
    return tuple(found)


def _branch(way: Way, side: Side) -> Branch:
    values: dict[Subject, list[Ask]] = {}
    lines: list[OnLines] = []
    for one in way:
        if isinstance(one, Value):
            values.setdefault(one.subject, []).append(one.ask)
        elif isinstance(one, Need | Bar | Each | Sum | Extreme):
            lines.append(one)
        elif (
            isinstance(one, After)
            and not one.is_discount
            and (worth := _worth(one.figures)) is not figures.ANY
        ):
            lines.append(Sum((), Measure.AMOUNT, worth, worth, one.ground))
    return Branch(
        values={subject: tuple(asks) for subject, asks in values.items()},
        moments=tuple(one.ask for one in way if isinstance(one, Moment)),
        points=tuple(one for one in way if isinstance(one, Points)),
        lines=tuple(lines),
        after=tuple(one for one in way if isinstance(one, After)),
        opaque=tuple(one.opaque for one in way if isinstance(one, Hidden)),
        refs=frozenset(
            name for one in lines for scope in _scopes(one) for names, _ in scope for name in names
        ),
    )


def _worth(after: Figures) -> Figures:
    """What an order is worth that is worth `after` with the discount: none makes an order dearer."""
    if not after.spans:
        return figures.UNKNOWN
    return figures.ANY if after.missing else figures.at_least(after.low)


def _scopes(literal: OnLines) -> Iterable[Scope]:
    return (literal.of, literal.need.scope) if isinstance(literal, Extreme) else (literal.scope,)


def _beside(side: Side) -> Iterable[Opaque]:
    """What stands in no rule, and may still refuse."""
    candidate = side.candidate
    if candidate.discount is not None and effects.is_dynamic(candidate.discount):
        yield Opaque(key=side.key, aspect=Aspect.EFFECT, kind=Obstacle.FORMULA, what="discount")


def _common_names(branches: Sequence[Branch], subject: Subject) -> frozenset[str] | None:
    """Every branch wants one of these."""
    found: set[str] = set()
    for branch in branches:
        named = [
            frozenset(one for one in ask.condition.operands if isinstance(one, str))
            for ask in branch.values.get(subject, ())
            if ask.positive and ask.condition.operator in pretest.EQUAL
        ]
        if not named:
            return None
        found |= min(named, key=len)
    return frozenset(found) if branches else None


def _articles(branches: Sequence[Branch], world: World) -> frozenset[str] | None:
    """Every branch needs a line with one of these."""
    found: set[str] = set()
    for branch in branches:
        named = [
            held
            for one in branch.lines
            if isinstance(one, Need) and (held := _named(one.scope, world)) is not None
        ]
        if not named:
            return None
        found |= min(named, key=len)
    return frozenset(found) if branches else None


def _named(scope: Scope, world: World) -> frozenset[str] | None:
    """Ids of the articles in `scope`; None when it does not name them, or nobody knows all of them."""
    found: frozenset[str] | None = None
    for refs, positive in scope:
        held = [world.members(one) for one in refs]
        known = [one for one in held if one is not None]
        if positive and len(known) < len(held):
            return None
        named = frozenset().union(*known)
        if positive:
            found = named if found is None else found & named
    if found is None:
        return None
    for refs, positive in scope:
        if not positive:
            found -= frozenset().union(*(world.members(one) or frozenset() for one in refs))
    return found


def excludes(left: Profile, right: Profile) -> bool:
    """Is it certain, from what both need in any case, that nothing gets both? Times are not looked at."""
    return pretest.excludes(left.pretest, right.pretest)
