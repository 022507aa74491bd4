"""The catalogue as this process keeps it: an index over everything that is offered to everybody.

Built when it is first asked for, brought up to date at every later question (one query when nothing has
changed), so that the next request of every process sees what was committed. It only proposes: whoever answers
loads the proposed rows anew and judges them once more. Validations and redemptions never use it.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

from django.db.models import Q

from core import places
from engine import Candidate, Snapshot, effects
from engine.index import Index, Match
from engine.rules import Needs
from promotions.models import Campaign, CatalogueChange, PromotionTier, ValidationRuleAssignment, Voucher
from promotions.selectors import catalogue_feed
from promotions.selectors.catalogue_feed import NEVER, Change, Reading
from promotions.selectors.catalogue_rows import generic, offered
from promotions.selectors.needs import articles_of, needs_of
from promotions.selectors.offers import CAMPAIGN, PROMOTION_TIER, VOUCHER, Described, Offer, key_of

Kind = CatalogueChange.Kind
_WITHOUT_EFFECT: Final = effects.parse({"type": "AMOUNT", "amount_off": 0, "effect": "APPLY_TO_ORDER"})
_MANY: Final = 5_000
type Mark = tuple[int, int]
type Changed = tuple[str, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Seen:
    """Up to where the feed was read.

    `marks` name the changes of transactions from `settled` on that were taken in. `unsettled` are rows that
    a transaction still open on this connection changed; they are loaded again, whatever becomes of it.
    `within`: such a transaction was open when everything was loaded.
    """

    settled: int
    marks: frozenset[Mark]
    unsettled: frozenset[Changed] = frozenset()
    within: int | None = None

    def misses(self, reading: Reading) -> bool:
        return (
            bool(self.unsettled)
            or self.must_start_anew(reading)
            or any(_mark(change) not in self.marks for change in reading.changes)
        )

    def must_start_anew(self, reading: Reading) -> bool:
        if self.within is not None and self.within != reading.own:
            return True
        if reading.settled < self.settled:
            return True  # the database was restored from a backup: its transactions count anew
        return any(change.is_fatal and _mark(change) not in self.marks for change in reading.changes)


class _Contents:
    """What is kept of the rows. Readers need no lock; a new one takes the place of the old one at once.

    `needs` and `articles`: which facts of a request, and which articles, rules and discounts ask for; they
    only grow until everything is loaded anew.
    """

    def __init__(self, *, is_exact: bool) -> None:
        self.is_exact: Final = is_exact
        self.index: Final = Index()
        self.offers: Final[dict[int, Offer]] = {}
        self.candidates: Final[dict[int, Candidate]] = {}
        self.needs = Needs()
        self.articles: frozenset[str] = frozenset()

    def put(self, found: Iterable[Described]) -> None:
        entries: list[tuple[int, Candidate, int]] = []
        asking: dict[tuple[object, ...], Candidate] = {}
        for offer, candidate in found:
            if self.is_exact and offer.kind == CAMPAIGN:
                continue
            key = offer.key
            self.offers[key] = offer
            # Candidates often share rules and discounts, which were parsed once.
            asking.setdefault((*map(id, candidate.rules), candidate.discount), candidate)
            if not self.is_exact:
                self.candidates[key] = candidate
                candidate = replace(candidate, discount=_WITHOUT_EFFECT)
            entries.append((key, candidate, offer.rank))
        # Before the index proposes what asks for them.
        self.needs |= needs_of(asking.values())
        self.articles |= articles_of(asking.values())
        self.index.put_many(entries)

    def remove(self, key: int) -> None:
        self.index.remove(key)
        self.offers.pop(key, None)
        self.candidates.pop(key, None)


class Catalogue:
    """Safe for threads: readers never wait for each other.

    `is_exact`: codes and tiers with their effects. Else campaigns too, all of them without an effect, for
    scenarios that ask only about rules; `candidate` then gives them as they are.
    """

    def __init__(self, *, is_exact: bool) -> None:
        self._lock: Final = threading.RLock()
        self._is_exact: Final = is_exact
        self._seen: _Seen | None = None
        self._contents = _Contents(is_exact=is_exact)

    def refresh(self) -> None:
        """Take in what was committed before this call (one query, more when there is something)."""
        seen = self._seen
        if seen is not None:
            reading = catalogue_feed.read(since=seen.settled)
            if not seen.misses(reading):
                self._advance(seen, reading)
                return
        with self._lock:
            self._catch_up()

    @property
    def needs(self) -> Needs:
        """Which facts of a request the rules and formulas ask for."""
        return self._contents.needs

    @property
    def articles(self) -> frozenset[str]:
        """Products and SKUs that discounts may add."""
        return self._contents.articles

    def matching(self, query: Snapshot, *, omit: frozenset[str]) -> list[tuple[Match, Offer]]:
        """What applies to `query` on its own, without the rules in `omit`; newest first."""
        contents = self._contents
        offers = contents.offers
        found = contents.index.matching(query, omit=omit)
        # Another thread may just have taken one out.
        return [(match, offer) for match in found if (offer := offers.get(match.key)) is not None]

    def candidate(self, key: int) -> Candidate | None:
        return self._contents.candidates.get(key)

    def __len__(self) -> int:
        return len(self._contents.offers)

    def _advance(self, seen: _Seen, reading: Reading) -> None:
        """Nothing was new: remember a later transaction, so that the next reading is shorter still."""
        if reading.settled <= seen.settled or reading.own is not None:
            return
        marks = frozenset(_mark(change) for change in reading.changes if change.xid >= reading.settled)
        with self._lock:
            if self._seen is seen:
                self._seen = replace(seen, settled=reading.settled, marks=marks)

    def _catch_up(self) -> None:
        seen = self._seen
        reading = None if seen is None else catalogue_feed.read(since=seen.settled)
        if seen is None or reading is None or seen.must_start_anew(reading):
            self._start_anew()
            return
        fresh = {_changed(change) for change in reading.changes if _mark(change) not in seen.marks}
        own = {change for change in reading.changes if change.xid == reading.own}
        self._reload(fresh | seen.unsettled)
        kept = (change for change in reading.changes if change.xid >= reading.settled and change not in own)
        self._seen = replace(
            seen,
            settled=reading.settled,
            marks=frozenset(_mark(change) for change in kept),
            unsettled=frozenset(_changed(change) for change in own),
        )

    def _start_anew(self) -> None:
        """Load everything. The feed is read first: what is committed meanwhile is seen next time."""
        self._seen = None
        settled = catalogue_feed.read(since=NEVER).settled
        reading = catalogue_feed.read(since=settled)
        contents = _Contents(is_exact=self._is_exact)
        with _without_garbage_collection():
            contents.put(offered(vouchers=None, tiers=None, campaigns=None))
        self._contents = contents
        if len(contents.offers) >= _MANY:
            # A full collection would go through all of it again and again, within somebody's request.
            gc.collect()
            gc.freeze()
        self._seen = _Seen(
            settled=settled,
            marks=frozenset(_mark(change) for change in reading.changes if change.xid != reading.own),
            within=reading.own,
        )

    def _reload(self, changed: set[Changed]) -> None:
        vouchers, tiers, campaigns = _rows_behind(changed)
        if not (vouchers or tiers or campaigns):
            return
        loaded = list(offered(vouchers=vouchers, tiers=tiers, campaigns=campaigns))
        there = {offer.key for offer, _ in loaded}
        contents = self._contents
        for kind, pks in ((VOUCHER, vouchers), (PROMOTION_TIER, tiers), (CAMPAIGN, campaigns)):
            for key in {key_of(kind, pk) for pk in pks} & contents.offers.keys() - there:
                contents.remove(key)
        contents.put(loaded)


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """Making millions of objects that stay would start it all the time, each time with more to go through."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _mark(change: Change) -> Mark:
    return change.id, change.xid


def _changed(change: Change) -> Changed:
    return change.kind, change.object_id


def _rows_behind(changed: Iterable[Changed]) -> tuple[set[int], set[int], set[int]]:
    """Primary keys of the vouchers, tiers and campaigns that a change touches."""
    named: dict[str, set[int]] = {kind: set() for kind in Kind.values}
    for kind, pk in changed:
        named[kind].add(pk)
    vouchers, tiers, campaigns = named[Kind.VOUCHER], named[Kind.PROMOTION_TIER], named[Kind.CAMPAIGN]
    if named[Kind.VALIDATION_RULE]:
        rows = ValidationRuleAssignment.objects.filter(rule__in=named[Kind.VALIDATION_RULE])
        for voucher, tier, campaign in rows.values_list("voucher", "promotion_tier", "campaign"):
            vouchers |= {voucher} - {None}
            tiers |= {tier} - {None}
            campaigns |= {campaign} - {None}
    if named[Kind.CATEGORY]:
        own = Q(category__in=named[Kind.CATEGORY])
        campaigns |= set(Campaign.objects.filter(own).values_list("pk", flat=True))
        tiers |= set(PromotionTier.objects.filter(own).values_list("pk", flat=True))
        vouchers |= set(Voucher.objects.filter(generic(), own).values_list("pk", flat=True))
    if campaigns:
        tiers |= set(PromotionTier.objects.filter(campaign__in=campaigns).values_list("pk", flat=True))
        codes = Voucher.objects.filter(generic(), campaign__in=campaigns)
        vouchers |= set(codes.values_list("pk", flat=True))
    return vouchers, tiers, campaigns


_exact: Final = Catalogue(is_exact=True)
_rules_only: Final = Catalogue(is_exact=False)


def current(*, is_exact: bool) -> Catalogue:
    """The catalogue of this process, up to date."""
    catalogue = _exact if is_exact else _rules_only
    # It is there for all callers, also those who see more than this one.
    with places.limited_to(None):
        catalogue.refresh()
    return catalogue
