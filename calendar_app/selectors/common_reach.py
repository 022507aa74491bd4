"""How many real customers and products two promotions have in common, and what that may cost. Bounded.

The same audience and the same products are counted once, however many conflicts they stand in; what takes too
long is not known, and what is very much is "more than".
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

from django.db.models import Q

from calendar_app.overlapping import scopes
from calendar_app.overlapping.found import Counts, Found, How, Kind
from calendar_app.overlapping.items import Item
from commerce.models import Customer, Product, ProductCollection, Segment
from commerce.selectors import collections, segments
from core import places
from core.errors import InvalidPayload
from core.patience import TookTooLong, at_most
from engine import rules
from engine.items import ItemObject, ItemRef
from engine.rules import RuleSet
from promotions.previews import audience
from promotions.previews.audience import Number

MOST: Final = 200
"""Conflicts that are counted for in one go, the most expensive first."""
_PATIENCE: Final = 1_500
_ALL_TOGETHER: Final = 20
"""Seconds after which nothing more is counted."""
_WITHOUT_PURCHASE: Final = frozenset({Kind.BLACKOUT, Kind.COMPETING_MESSAGES})

type Both = tuple[tuple[ItemRef, ...] | None, tuple[ItemRef, ...] | None]


def counts(found: Sequence[Found], *, now: datetime, most: int = MOST) -> dict[str, Counts]:
    """By the key of the conflict. Of those after the first `most` only the cost is known."""
    reach = Reach(now=now)
    with places.limited_to(None):
        counted = {one.key: reach.of(one) for one in found[:most]}
    return counted | {one.key: Counts(cost=one.at_stake) for one in found[most:]}


class Reach:
    """Remembers what it has counted."""

    def __init__(self, *, now: datetime) -> None:
        self._now = now
        self._customers: dict[tuple[object, ...], Number] = {}
        self._products: dict[Both, Number] = {}
        self._until = time.monotonic() + _ALL_TOGETHER

    def of(self, found: Found) -> Counts:
        people = self._people(found)
        wares = _UNKNOWN if found.kind in _WITHOUT_PURCHASE else self._wares(found)
        return Counts(
            customers=people.value,
            customers_how=_how(people),
            products=wares.value,
            products_how=_how(wares),
            cost=found.at_stake,
        )

    def _people(self, found: Found) -> Number:
        items = [found.left] if found.right is None else [found.left, found.right]
        sets = [one for item in items for one in _rules_of(item)]
        told = [item.told for item in items if item.told]
        key = (frozenset(id(one) for one in sets), frozenset(told))
        if key not in self._customers:
            self._customers[key] = self._patiently(lambda: self._count_people(sets, told))
        return self._customers[key]

    def _count_people(self, sets: Sequence[RuleSet], told: Sequence[frozenset[str]]) -> Number:
        ids = {name for one in sets for name in rules.needs(one).segments}.union(*told)
        named = {one.public_id: one for one in Segment.objects.filter(public_id__in=ids)}
        wanted, is_upper = audience.who(sets, named, self._now)
        for each in told:
            wanted &= self._in_one_of(each, named)
        if not ids:
            found = audience.everything(Customer)
        else:
            found = audience.size(Customer.objects.present().filter(wanted))
        return Number(value=found.value, is_about=found.is_about or is_upper, is_more=found.is_more)

    def _in_one_of(self, ids: frozenset[str], named: Mapping[str, Segment]) -> Q:
        found = Q(pk__in=[])
        for one in (named[name] for name in sorted(ids) if name in named):
            try:
                found |= Q(pk__in=segments.members(one, now=self._now).order_by().values("pk"))
            except InvalidPayload:
                continue
        return found

    def _wares(self, found: Found) -> Number:
        items = (_targets(found.left), None if found.right is None else _targets(found.right))
        if items not in self._products:
            self._products[items] = self._patiently(lambda: self._count_wares(items))
        return self._products[items]

    def _count_wares(self, items: Both) -> Number:
        asked = [one for one in items if one is not None]
        if not asked:
            return audience.everything(Product)
        rows = Product.objects.present()
        for one in asked:
            rows = rows.filter(pk__in=Product.objects.filter(self._meant(one)).values("pk"))
        return audience.size(rows)

    def _meant(self, items: Sequence[ItemRef]) -> Q:
        found = audience.named_as({one.id for one in items if one.object is not ItemObject.COLLECTION})
        ids = {one.id for one in items if one.object is ItemObject.COLLECTION}
        for one in ProductCollection.objects.filter(public_id__in=ids).order_by("pk") if ids else ():
            try:
                products = collections.products_in(one, now=self._now).order_by().values("pk")
                skus = collections.skus_in(one, now=self._now).order_by().values("product")
            except InvalidPayload:
                continue
            found |= Q(pk__in=products) | Q(pk__in=skus)
        return found

    def _patiently(self, ask: Callable[[], Number]) -> Number:
        if time.monotonic() > self._until:
            return _UNKNOWN
        try:
            with at_most(_PATIENCE):
                return ask()
        except TookTooLong:
            return _UNKNOWN


_UNKNOWN: Final = Number(value=None)


def _rules_of(item: Item) -> tuple[RuleSet, ...]:
    return () if item.candidate is None else item.candidate.rules


def _targets(item: Item) -> tuple[ItemRef, ...] | None:
    """What it may lower at all; None: everything."""
    return None if item.candidate is None else scopes.targets(item.candidate)


def _how(number: Number) -> How:
    if number.value is None:
        return How.UNKNOWN
    if number.is_more:
        return How.MORE_THAN
    return How.ABOUT if number.is_about else How.EXACT
