"""What all items share: the instant, the stacking rules, the places, what ids are called, closed days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Protocol

from calendar_app.overlapping.scopes import Articles
from engine import Article, StackingRules
from engine.algebra import World as Rules
from engine.spans import Spans


class Closed(Protocol):
    """Days on which somebody wants nothing to run, or nothing to begin (`calendar_app.closures.Closure`)."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def is_hard(self) -> bool: ...
    @property
    def forbids(self) -> str: ...
    def covers(self, places: Iterable[str], category_id: str | None, campaign_type: str) -> bool: ...
    def spans(self, since: datetime, until: datetime) -> Spans: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Spot:
    """A store, an area in which nobody says the store, or nowhere in particular (no words).

    `words` are those of `core.places` that hold there, `zone` is whose time counts.
    """

    name: str = ""
    zone: str
    words: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class World:
    """`rules` is what the rule algebra knows of segments, collections, articles; its zone is the project's.

    The first of `spots` is nowhere in particular, in the project's time. `names` are those of segments,
    collections and articles by id, `gifts` ids of articles that discounts add.
    `typical` is what an order usually comes to. `digest` changes with all of it but `now`.
    """

    now: datetime
    rules: Rules
    spots: tuple[Spot, ...] = ()
    closures: tuple[Closed, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    gifts: frozenset[str] = frozenset()
    typical: int = 0
    digest: str = ""

    @property
    def samples(self) -> Mapping[str, frozenset[str]]:
        """Collections that go by a filter, with those of the articles that it takes now."""
        return self.rules.samples

    @property
    def stacking(self) -> StackingRules:
        return self.rules.stacking_rules

    @property
    def zone(self) -> str:
        return self.rules.zone

    def rules_in(self, zone: str) -> Rules:
        """The same in places of another zone."""
        if zone == self.zone:
            return self.rules
        if zone not in self._elsewhere:
            self._elsewhere[zone] = replace(self.rules, zone=zone, cache={})
        return self._elsewhere[zone]

    @cached_property
    def _elsewhere(self) -> dict[str, Rules]:
        return {}

    @cached_property
    def products(self) -> Articles:
        return Articles(self.rules)

    def example(self, one: frozenset[str] | None, other: frozenset[str] | None) -> Article | None:
        """An article with a price of one of the products of both; None in place of products: any."""
        key = (one, other)
        if key not in self._examples:
            common = other if one is None else one if other is None else one & other
            ids = self._priced.keys() if common is None else common & self._priced.keys()
            self._examples[key] = self._priced[min(ids, key=self._rank)] if ids else None
        return self._examples[key]

    @cached_property
    def _examples(self) -> dict[tuple[frozenset[str] | None, frozenset[str] | None], Article | None]:
        return {}

    def _rank(self, product: str) -> tuple[int, str]:
        """What is in most collections serves most pairs."""
        return -len(self.holding.get(product, ())), product

    @cached_property
    def _priced(self) -> Mapping[str, Article]:
        """Of each product the cheapest article."""
        found: dict[str, Article] = {}
        for one in self.rules.articles.values():
            product = one.product_id or one.id
            if one.price and (product not in found or one.price < (found[product].price or 0)):
                found[product] = one
        return found

    @cached_property
    def offered(self) -> tuple[Article, ...]:
        """Those that a discount may add."""
        return tuple(self.rules.articles[name] for name in self.gifts if name in self.rules.articles)

    @cached_property
    def readable(self) -> frozenset[str]:
        """Collections of which it is known which articles of `rules` are in them."""
        return frozenset({*self.rules.collections, *self.samples})

    @cached_property
    def holding(self) -> Mapping[str, frozenset[str]]:
        """The collections that hold an article, by its id."""
        found: dict[str, set[str]] = {}
        for held in (self.samples, self.rules.collections):
            for collection, content in held.items():
                for name in content:
                    found.setdefault(name, set()).add(collection)
        return {name: frozenset(held) for name, held in found.items()}

    @cached_property
    def everywhere(self) -> int:
        """A bit for every spot."""
        return (1 << len(self._spots)) - 1

    @cached_property
    def zones(self) -> Mapping[str, int]:
        """The spots of each zone, the project's zone first."""
        found = {self.zone: 0}
        for number, spot in enumerate(self._spots):
            found[spot.zone] = found.get(spot.zone, 0) | 1 << number
        return found

    def spots_of(self, places: frozenset[str]) -> int:
        """Where something applies that is assigned to these places. Assigned nowhere: everywhere."""
        if not places:
            return self.everywhere
        if places not in self._kept:
            found = 0
            for word in places:
                found |= self._by_word.get(word, 0)
            self._kept[places] = found
        return self._kept[places]

    def spot(self, mask: int) -> Spot:
        """The first of some."""
        return self._spots[(mask & -mask).bit_length() - 1]

    @cached_property
    def _spots(self) -> tuple[Spot, ...]:
        return self.spots or (Spot(zone=self.zone),)

    @cached_property
    def _by_word(self) -> Mapping[str, int]:
        found: dict[str, int] = {}
        for number, spot in enumerate(self._spots):
            for word in spot.words:
                found[word] = found.get(word, 0) | 1 << number
        return found

    @cached_property
    def _kept(self) -> dict[frozenset[str], int]:
        return {}
