"""Do two entries meet, and what comes of it? Purchases that were found once are tried on others first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from calendar_app.overlapping import when
from calendar_app.overlapping.entries import Entry
from calendar_app.overlapping.together import Asked, Together, Trial
from calendar_app.overlapping.when import NoWindow, Window
from calendar_app.overlapping.wishes import Guess, guess_of
from calendar_app.overlapping.world import World
from engine import Article, Basket, Call, Customer, Line, Snapshot, algebra
from engine.algebra import Answer, Obstacle, Opaque, Witness

_TRIED: Final = 3
"""Known purchases of each side that are tried on the other, the latest first."""
_LARGER: Final = 4
_NONE: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Known:
    """A purchase by the clock of `zone`."""

    witness: Witness
    zone: str
    trial: Trial


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
    """Keeps purchases and what they come to. `meetings` counts the searches of the rule algebra."""

    def __init__(self, world: World) -> None:
        self.world: Final = world
        self.meetings = 0
        self._last = 0
        self._segments: set[str] = set()
        self._open_to: dict[frozenset[str], frozenset[str]] = {}
        self._guessed: dict[tuple[object, ...], Known] = {}
        self._searched: list[Known] = []
        self._tried: dict[int, list[Known]] = {}

    @property
    def steps(self) -> int:
        """How often the evaluator was asked about one candidate."""
        return sum(known.trial.steps for known in (*self._guessed.values(), *self._searched))

    def welcome(self, entry: Entry) -> None:
        """Known from now on, by a number that nobody else ever has."""
        self._last += 1
        entry.asked = Asked.of(self._last, entry.live)
        for wanted in entry.audience.inside:
            if not wanted <= self._segments:
                self._segments |= wanted
                self._open_to.clear()

    def forget(self, entry: Entry) -> None:
        self._tried.pop(entry.asked.number, None)
        for known in (*self._guessed.values(), *self._searched):
            known.trial.forget(entry.asked.number)

    def pair(self, left: Entry, right: Entry) -> Pair:
        """With the joint decision of the production evaluator, when they overlap."""
        if _is_ruled_out(left, right):
            return Pair(answer=Answer.DISJOINT, left=left, right=right)
        spots = left.spots & right.spots
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

    def _in_window(self, left: Entry, right: Entry, window: Window) -> Pair:
        found = self._guessed_pair(left, right, window)
        if found is not None:
            return found
        profiles = left.profile_in(self.world, window.zone), right.profile_in(self.world, window.zone)
        if algebra.excludes(*profiles):
            return Pair(answer=Answer.DISJOINT, left=left, right=right)
        return self._tried_before(left, right, window) or self._met(left, right, window)

    def _guessed_pair(self, left: Entry, right: Entry, window: Window) -> Pair | None:
        """Where one lowers the order below what the other asks for, both may apply to a larger one."""
        known = self._guess(left, right, window)
        found = None if known is None else self._tried_on(known, left, right, window)
        if found is None or found.together is None or not found.together.is_refused_by_terms:
            return found
        larger = self._guess(left, right, window, times=_LARGER)
        second = None if larger is None else self._tried_on(larger, left, right, window)
        is_better = second is not None and second.together is not None and second.together.both
        return second if is_better else found

    def _guess(self, left: Entry, right: Entry, window: Window, *, times: int = 1) -> Known | None:
        if left.wish is None or right.wish is None or not (left.is_plain and right.is_plain):
            return None
        article = self.world.example(left.surely, right.surely)
        if article is None or not article.price:
            return None
        guess = guess_of(left.wish, right.wish, self._possible(left, right))
        if guess is None:
            return None
        least = (
            guess.least
            if left.asked.is_percent and right.asked.is_percent
            else max(guess.least, self.world.typical)
        )
        units = times * max(1, -(-least // article.price))
        place = (guess, article.id, units, window.first_at, window.zone)
        if place not in self._guessed:
            witness = self._witness(guess, article, units, window)
            self._guessed[place] = Known(witness, window.zone, self._trial(witness, window.zone))
        return self._guessed[place]

    def _possible(self, left: Entry, right: Entry) -> frozenset[str]:
        """Segments in which somebody may be who gets both: all that anybody names, where nothing is known to
        speak against it.
        """
        known = self.world.rules
        if known.excluding:
            inside = (*left.audience.inside, *right.audience.inside)
            return frozenset(min(wanted) for wanted in inside if wanted)
        refused = left.audience.outside | right.audience.outside
        if refused not in self._open_to:
            self._open_to[refused] = frozenset(
                one for one in self._segments if refused.isdisjoint(known.within.get(one, _NONE) | {one})
            )
        return self._open_to[refused]

    def _witness(self, guess: Guess, article: Article, units: int, window: Window) -> Witness:
        line = Line(
            quantity=units,
            price=article.price,
            product_id=article.product_id,
            sku_id=article.sku_id,
            source_id=article.source_id,
            related_object="sku" if article.sku_id else "product",
            product_source_id=article.product_source_id,
            sku_source_id=article.sku_source_id,
            name=article.name,
        )
        customer = Customer(
            id="cust_example", segments=tuple(sorted(guess.segments)), metadata=dict(guess.metadata)
        )
        witness = Witness(
            customer=customer,
            basket=Basket(lines=(line,)),
            call=Call(api_key=guess.key),
            at=window.first_at,
        )
        return self._completed(witness)

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
            return self._learned(left, right, window, found.witness)
        if found.answer is Answer.DISJOINT:
            return Pair(answer=Answer.DISJOINT, left=left, right=right)
        return self._unknown(left, right, window, self._named(found.opaque, left, right))

    def _named(self, opaque: Iterable[Opaque], left: Entry, right: Entry) -> tuple[str, ...]:
        """What cannot be looked into, by the names that people know."""
        names = self.world.names
        said: dict[str, None] = {}
        for one in opaque:
            if one.kind is Obstacle.COLLECTION:
                hidden = sorted(names.get(each, each) for each in left.unreadable | right.unreadable)
                said |= {f"what is in {each}": None for each in hidden}
            else:
                said[names.get(one.what, one.what)] = None
        return tuple(said) or ("how their terms fit together",)

    def _learned(self, left: Entry, right: Entry, window: Window, witness: Witness) -> Pair:
        witness = self._completed(witness)
        known = Known(witness, window.zone, self._trial(witness, window.zone))
        self._searched.append(known)
        pair = self._tried_on(known, left, right, window)
        if pair is None:
            return self._unknown(left, right, window, ("whether both lower the same products",))
        for entry in (left, right):
            self._tried.setdefault(entry.asked.number, []).append(known)
        return pair

    def _tried_before(self, left: Entry, right: Entry, window: Window) -> Pair | None:
        """On a purchase that was searched for one of them and does for the other, too."""
        if not (left.is_plain and right.is_plain):
            # Whether an article is in a collection of unknown content was assumed for one pair only.
            return None
        one, other = self._tried.get(left.asked.number, []), self._tried.get(right.asked.number, [])
        for known in (*one[-_TRIED:], *other[-_TRIED:]):
            found = self._tried_on(known, left, right, window) if known.zone == window.zone else None
            if found is not None:
                for each, own in ((left, one), (right, other)):
                    if known not in own:
                        self._tried.setdefault(each.asked.number, []).append(known)
                return found
        return None

    def _tried_on(self, known: Known, left: Entry, right: Entry, window: Window) -> Pair | None:
        """None: this purchase shows nothing."""
        found = known.trial.together(left.asked, right.asked)
        if found is None:
            return None
        return Pair(
            answer=Answer.OVERLAPS, left=left, right=right, window=window, known=known, together=found
        )

    def _unknown(self, left: Entry, right: Entry, window: Window | None, opaque: tuple[str, ...]) -> Pair:
        return Pair(answer=Answer.UNKNOWN, left=left, right=right, window=window, opaque=opaque)

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

    def _trial(self, witness: Witness, zone: str) -> Trial:
        world = self.world
        snapshot = Snapshot(
            now=witness.at,
            time_zone=zone,
            dates_zone="" if zone == world.zone else world.zone,
            basket=witness.basket,
            customer=witness.customer,
            call=witness.call,
            stacking_rules=world.stacking,
            articles=world.offered,
        )
        return Trial(snapshot)


def _is_ruled_out(left: Entry, right: Entry) -> bool:
    """By days, hours, places or products alone."""
    if not (left.days & right.days and left.hours & right.hours and left.spots & right.spots):
        return True
    return _is_barred(left, right) or _is_barred(right, left)


def _is_barred(one: Entry, other: Entry) -> bool:
    """Is it never for what the other is for?"""
    if other.products is None:
        return False
    return other.products <= one.barred or (
        one.products is not None and one.products.isdisjoint(other.products)
    )
