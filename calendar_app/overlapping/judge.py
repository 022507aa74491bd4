"""Do two entries meet, and what comes of it? Witnesses that were found once are tried on others first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from calendar_app.overlapping import when
from calendar_app.overlapping.entries import Entry
from calendar_app.overlapping.together import Together, Touched, alone, together
from calendar_app.overlapping.when import NoWindow, Window
from calendar_app.overlapping.world import World
from engine import Candidate, Line, Snapshot, algebra
from engine.algebra import Answer, Witness

_TRIED: Final = 3
"""Known witnesses of each side that are tried on the other, the latest first."""
_POPULAR: Final = 4
_NONE: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """A witness in its place: one of `spots` (a bit), by the clock of `zone`."""

    witness: Witness
    zone: str
    spot: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """Of two entries. `known` and `together` are set when they overlap, `opaque` when nobody can tell."""

    answer: Answer
    left: Entry
    right: Entry
    window: Window | None = None
    known: Known | None = None
    together: Together | None = None
    opaque: tuple[str, ...] = ()


class Judge:
    """Keeps witnesses and which entries they are good for. `evaluations` and `meetings` count the work."""

    def __init__(self, world: World) -> None:
        self.world: Final = world
        self.evaluations = 0
        self.meetings = 0
        self._known: list[Known] = []
        self._tries: dict[tuple[int, int], Touched | None] = {}
        self._uses: dict[int, int] = {}
        self._popular: list[int] = []

    def pair(self, left: Entry, right: Entry) -> Pair:
        """With the joint decision of the production evaluator, when they overlap."""
        if _is_ruled_out(left, right):
            return Pair(answer=Answer.DISJOINT, left=left, right=right)
        spots = left.spots & right.spots
        if all(self._excludes(left, right, zone) for zone, mask in self.world.zones.items() if mask & spots):
            return Pair(answer=Answer.DISJOINT, left=left, right=right)
        unknown: Pair | None = None
        for window in when.windows(left.validity, right.validity, spots, self.world):
            if isinstance(window, NoWindow):
                if not window.is_proved:
                    unknown = unknown or self._unknown(left, right, None, ("when both are open",))
                continue
            found = self._in_window(left, right, window)
            if found.answer is Answer.OVERLAPS:
                return found
            if found.answer is Answer.UNKNOWN and (unknown is None or unknown.window is None):
                unknown = found
        return unknown or Pair(answer=Answer.DISJOINT, left=left, right=right)

    def _excludes(self, left: Entry, right: Entry, zone: str) -> bool:
        return algebra.excludes(left.profile_in(self.world, zone), right.profile_in(self.world, zone))

    def _in_window(self, left: Entry, right: Entry, window: Window) -> Pair:
        number = self._shared(left, right)
        if number is not None:
            return self._overlap(left, right, window, number)
        return self._met(left, right, window)

    def forget(self, entry: Entry) -> None:
        """Its tries, for whoever is no longer there."""
        for number in range(len(self._known)):
            self._tries.pop((number, id(entry)), None)

    def _met(self, left: Entry, right: Entry, window: Window) -> Pair:
        self.meetings += 1
        world = self.world
        until = window.first_at + when.AHEAD
        sides = [when.there(one.validity, window.zone, world.zone) for one in (left, right)]
        openings = when.openings_of(sides, window.zone, since=window.first_at, until=until)
        found = algebra.meet(
            left.profile_in(world, window.zone),
            right.profile_in(world, window.zone),
            world=world.rules_in(window.zone),
            openings=openings,
        )
        if found.answer is Answer.OVERLAPS and found.witness is not None:
            number = self._learn(found.witness, window, left, right)
            if number is not None:
                return self._overlap(left, right, window, number)
            return self._unknown(left, right, window, ("whether both lower the same products",))
        if found.answer is Answer.DISJOINT:
            return Pair(answer=Answer.DISJOINT, left=left, right=right)
        opaque = tuple(dict.fromkeys(one.what for one in found.opaque)) or ("how their terms fit together",)
        return self._unknown(left, right, window, opaque)

    def _unknown(self, left: Entry, right: Entry, window: Window | None, opaque: tuple[str, ...]) -> Pair:
        return Pair(answer=Answer.UNKNOWN, left=left, right=right, window=window, opaque=opaque)

    def _overlap(self, left: Entry, right: Entry, window: Window, number: int) -> Pair:
        self.evaluations += 1
        known = self._known[number]
        return Pair(
            answer=Answer.OVERLAPS,
            left=left,
            right=right,
            window=window,
            known=known,
            together=together(self._snapshot(known, (left.live, right.live))),
        )

    def _shared(self, left: Entry, right: Entry) -> int | None:
        """A known witness on which both lower the same."""
        if not (left.is_plain and right.is_plain):
            # Whether an article is in a collection of unknown content was assumed for one pair only.
            return None
        numbers = [*left.witnesses[-_TRIED:], *right.witnesses[-_TRIED:], *self._popular]
        for number in dict.fromkeys(numbers):
            one = self._try(number, left)
            if one and (other := self._try(number, right)) and one & other:
                return number
        return None

    def _learn(self, witness: Witness, window: Window, left: Entry, right: Entry) -> int | None:
        spot = window.spots & -window.spots
        witness = self._completed(witness)
        self._known.append(Known(witness=witness, zone=window.zone, spot=spot))
        number = len(self._known) - 1
        one, other = self._try(number, left), self._try(number, right)
        if one and other and one & other:
            return number
        return None

    def _try(self, number: int, entry: Entry) -> Touched | None:
        """What it lowers there; nothing or None: it is no witness for it."""
        key = (number, id(entry))
        if key in self._tries:
            return self._tries[key]
        known = self._known[number]
        found: Touched | None = None
        if known.spot & entry.spots:
            self.evaluations += 1
            found = alone(
                replace(self._snapshot(known, (entry.live,)), stacking_rules=self.world.rules.judging)
            )
        self._tries[key] = found
        if found:
            entry.witnesses.append(number)
            self._count(number)
        return found

    def _count(self, number: int) -> None:
        """The most useful ones are tried for everybody."""
        self._uses[number] = self._uses.get(number, 0) + 1
        if number in self._popular:
            return
        if len(self._popular) < _POPULAR:
            self._popular.append(number)
            return
        last = min(self._popular, key=lambda one: self._uses[one])
        if self._uses[number] > self._uses[last]:
            self._popular[self._popular.index(last)] = number

    def _completed(self, witness: Witness) -> Witness:
        """With everything that is known of customer and articles, so that it is right for others, too."""
        basket, customer = witness.basket, witness.customer
        if basket is not None:
            basket = replace(basket, lines=tuple(self._with_collections(line) for line in basket.lines))
        if customer is not None:
            segments: set[str] = set(customer.segments)
            for name in customer.segments:
                segments |= self.world.rules.within.get(name, _NONE)
            customer = replace(customer, segments=tuple(sorted(segments)))
        return replace(witness, basket=basket, customer=customer)

    def _with_collections(self, line: Line) -> Line:
        found = set(line.collections)
        for name in (line.product_id, line.sku_id):
            found |= self.world.holding.get(name or "", _NONE)
        return replace(line, collections=tuple(sorted(found)))

    def _snapshot(self, known: Known, candidates: tuple[Candidate, ...]) -> Snapshot:
        world, witness = self.world, known.witness
        return Snapshot(
            now=witness.at,
            time_zone=known.zone,
            dates_zone="" if known.zone == world.zone else world.zone,
            basket=witness.basket,
            customer=witness.customer,
            candidates=candidates,
            call=witness.call,
            stacking_rules=world.stacking,
            articles=world.rules.offered(candidates),
        )


def _is_ruled_out(left: Entry, right: Entry) -> bool:
    """By days, hours, places or products alone."""
    if not (left.days & right.days and left.hours & right.hours and left.spots & right.spots):
        return True
    if left.products is None or right.products is None:
        return False
    return left.products.isdisjoint(right.products)
