"""What is known beside the two promotions: the catalogue, segments, which metadata hold one value only.

Everything is optional. What is not known counts as possible: it never proves two promotions disjoint.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, Final

from engine.algebra.literals import Ref, Scope, Subject
from engine.basket import Line
from engine.effects import Effect
from engine.items import ItemObject
from engine.snapshot import Article, Candidate
from engine.stacking_rules import NoEffectRule, StackingRules

_SHOWN: Final = 6
"""Articles of a part that are kept to choose from."""
_FEW: Final = 60
_LOOKED_AT: Final = 300
_MOST_PARTS: Final = 64
_SKU: Final = "sku_"
_NOT_STORED: Final = "product not stored: "
"""A product that the catalogue does not have, apart from a SKU of the same id."""


@dataclass(frozen=True, kw_only=True)
class World:
    """`collections` names the products and SKUs in each collection that is known, `articles` the catalogue by
    product or SKU id. `samples` are some of the articles in collections of which nobody knows all: examples
    may use them, proofs do not.

    `single` holds metadata that have one value, never a list: (rule name, property). `excluding` are pairs of
    segments that nobody is in both of, `within` says in which segments everybody of a segment is, too.
    Kept and used for many pairs: it remembers what it has looked up.
    """

    zone: str = "UTC"
    collections: Mapping[str, frozenset[str]] = field(default_factory=dict)
    samples: Mapping[str, frozenset[str]] = field(default_factory=dict)
    articles: Mapping[str, Article] = field(default_factory=dict)
    single: frozenset[Subject] = frozenset()
    excluding: frozenset[frozenset[str]] = frozenset()
    within: Mapping[str, frozenset[str]] = field(default_factory=dict)
    stacking_rules: StackingRules = field(default_factory=StackingRules)
    cache: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def judging(self) -> StackingRules:
        """The project's rules; what changes nothing is skipped."""
        found = self.cache.get("judging")
        if found is None:
            found = self.cache["judging"] = replace(
                self.stacking_rules,
                redeemables_no_effect_rule=NoEffectRule.SKIP,
                no_effect_redeem_anyway_categories=(),
            )
        return found

    def offered(self, candidates: Iterable[Candidate]) -> tuple[Article, ...]:
        """The articles that discounts of the candidates may add."""
        names = dict.fromkeys(name for one in candidates for name in _given(one.discount))
        return tuple(replace(self.articles[name], id=name) for name in names if name in self.articles)

    def members(self, ref: Ref) -> frozenset[str] | None:
        """Ids of the articles that `ref` means; None when nobody knows."""
        key = ("members", ref)
        if key not in self.cache:
            self.cache[key] = self._members(ref)
        found: frozenset[str] | None = self.cache[key]
        return found

    def ranked(self, ref: Ref) -> tuple[str, ...]:
        """The same, those with a price first."""
        key = ("ranked", ref)
        if key not in self.cache:
            self.cache[key] = tuple(sorted(self.members(ref) or self.sampled(ref), key=self.rank))
        found: tuple[str, ...] = self.cache[key]
        return found

    def sampled(self, ref: Ref) -> frozenset[str]:
        """Some articles that `ref` means."""
        held = self.samples.get(ref[1]) if ref[0] == ItemObject.COLLECTION else None
        return self._with_skus(held) if held else frozenset()

    def rank(self, id: str) -> tuple[bool, str]:
        article = self.articles.get(id)
        return (article is None or not article.price, id)

    def _members(self, ref: Ref) -> frozenset[str] | None:
        kind, own, source = ref
        if kind == ItemObject.COLLECTION:
            held = self.collections.get(own)
            return None if held is None else self._with_skus(held)
        names = {own, source} - {None, ""}
        if kind == ItemObject.SKU:
            found = {id for name in names for id in self._named.get(("sku", name or ""), ())}
            return frozenset(found) or None
        found = {id for name in names for id in self._named.get(("product", name or ""), ())}
        return frozenset(found) or frozenset({_NOT_STORED + own})

    def _with_skus(self, held: frozenset[str]) -> frozenset[str]:
        skus = {id for one in held for id in self._named.get(("product", one), ())}
        return held | skus if skus else held

    @property
    def _named(self) -> Mapping[tuple[str, str], list[str]]:
        found = self.cache.get("named")
        if found is None:
            found = self.cache["named"] = {}
            for id, article in self.articles.items():
                own = [("product", article.product_id), ("product", article.product_source_id)]
                if article.sku_id or article.sku_source_id:
                    own += [("sku", article.sku_id), ("sku", article.sku_source_id)]
                for kind, name in own:
                    if name:
                        found.setdefault((kind, name), []).append(id)
        return found

    def catalogue(self, refs: frozenset[Ref]) -> Catalogue:
        """The articles sorted by which of `refs` mean them."""
        key = ("catalogue", refs)
        found = self.cache.get(key)
        if found is None:
            found = self.cache[key] = _sorted_out(self, tuple(sorted(refs, key=str)))
        return found


@dataclass(frozen=True, slots=True)
class Part:
    """Articles that the same references mean. `lines` are examples of one unit, those with a price first.

    `is_assumed`: nobody knows whether there are such articles.
    """

    meant: frozenset[Ref]
    lines: tuple[Line, ...]
    is_assumed: bool = False


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The parts, and bit sets of them by scope (bit 1 << n is part n). The last part is in nobody's words."""

    parts: tuple[Part, ...]
    masks: dict[Scope, int]
    is_whole: bool = True
    """Are all possible parts there? Else nothing can be proved about them."""

    @property
    def full(self) -> int:
        return (1 << len(self.parts)) - 1

    def mask(self, scope: Scope) -> int:
        """The parts that the scope allows."""
        found = self.masks.get(scope)
        if found is None:
            found = 0
            for at, part in enumerate(self.parts):
                if all(part.meant.isdisjoint(refs) is not positive for refs, positive in scope):
                    found |= 1 << at
            self.masks[scope] = found
        return found

    def collections(self, at: int) -> tuple[str, ...]:
        """Collections that a line of the part is in, of those that somebody names."""
        named = {own for kind, own, _ in self.parts[at].meant if kind == ItemObject.COLLECTION}
        return tuple(sorted(named))


def _sorted_out(world: World, refs: tuple[Ref, ...]) -> Catalogue:
    known = {one: held for one in refs if (held := world.members(one)) is not None}
    unknown = [one for one in refs if one not in known]
    sampled = {one: held for one in unknown if (held := world.sampled(one))}
    found = sorted(_split({**known, **sampled}), key=lambda part: sorted(map(str, part[0])))
    parts = [Part(by, tuple(_example(world, id, by) for id in _best(world, by, ids))) for by, ids in found]
    parts.append(Part(frozenset(), (_other(world, {**known, **sampled}),)))
    for one in unknown:
        if len(parts) * 2 > _MOST_PARTS:
            return Catalogue(tuple(parts), {}, is_whole=False)
        there = {part.meant for part in parts}
        parts = [
            *(
                _assumed(part, one)
                for part in parts
                if part.meant ^ {one} not in there and _may_be(part, one)
            ),
            *parts,
        ]
    return Catalogue(tuple(parts), {})


def _split(known: Mapping[Ref, frozenset[str]]) -> list[tuple[frozenset[Ref], frozenset[str]]]:
    """The articles that are meant at all, by who means them."""
    parts: list[tuple[frozenset[Ref], frozenset[str]]] = []
    for one, held in known.items():
        split, left = [], held
        for by, ids in parts:
            both = ids & held
            if both:
                split.append((by | {one}, both))
                ids, left = ids - both, left - both
            if ids:
                split.append((by, ids))
        if left:
            split.append((frozenset({one}), left))
        parts = split
    return parts


def _best(world: World, by: frozenset[Ref], ids: frozenset[str]) -> list[str]:
    """Some of `ids`, always the same, those with a price first."""
    if len(ids) <= _FEW:
        return sorted(ids, key=world.rank)[:_SHOWN]
    ranked = min((world.ranked(one) for one in by), key=len)
    return list(islice((id for id in ranked if id in ids), _SHOWN))


def _example(world: World, id: str, meant: frozenset[Ref]) -> Line:
    collections = tuple(sorted(own for kind, own, _ in meant if kind == ItemObject.COLLECTION))
    article = world.articles.get(id)
    if article is None and id.startswith(_NOT_STORED):
        return Line(
            product_id=id.removeprefix(_NOT_STORED), related_object="product", collections=collections
        )
    if article is None:
        is_sku = id.startswith(_SKU)
        return Line(product_id=None if is_sku else id, sku_id=id if is_sku else None, collections=collections)
    return Line(
        price=article.price,
        product_id=article.product_id,
        sku_id=article.sku_id,
        product_source_id=article.product_source_id,
        sku_source_id=article.sku_source_id,
        source_id=article.source_id,
        related_object="sku" if article.sku_id else "product",
        name=article.name,
        collections=collections,
    )


def _other(world: World, known: Mapping[Ref, frozenset[str]]) -> Line:
    """Something that nobody names: from the catalogue, else made up."""
    for id, article in islice(world.articles.items(), _LOOKED_AT):
        if article.price and not any(id in held for held in known.values()):
            return _example(world, id, frozenset())
    return Line(source_id="other", related_object="product", name="Something else")


def _may_be(part: Part, one: Ref) -> bool:
    """A line has one SKU only."""
    return one[0] != ItemObject.SKU or not any(line.sku_id for line in part.lines)


def _assumed(part: Part, one: Ref) -> Part:
    """The same articles if `one`, of which not everything is known, meant them, or if it did not."""
    kind, own, source = one
    is_sku = kind == ItemObject.SKU
    if is_sku and not part.meant:
        line = Line(sku_id=own, sku_source_id=source, related_object="sku")
        return Part(frozenset({one}), (line,))
    if is_sku:
        lines = tuple(replace(line, sku_id=own, sku_source_id=source) for line in part.lines)
    else:
        lines = tuple(
            replace(line, collections=tuple(sorted({*line.collections} ^ {own}))) for line in part.lines
        )
    return Part(part.meant ^ {one}, lines, True)


def _given(effect: Effect | None) -> Iterator[str]:
    """Ids of articles that a discount names."""
    name = getattr(effect, "unit_type", None)
    if name is not None:
        yield name
    for part in getattr(effect, "units", ()):
        yield from _given(part)
