"""The world in which items meet: places with their clocks, collections and articles, closed days, names."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Count, Q

from calendar_app.overlapping.items import Item
from calendar_app.overlapping.world import Closed, Spot, World
from calendar_app.selectors import blackouts
from calendar_app.selectors.item_facts import segment_names
from commerce.models import Product, ProductCollection, ProductCollectionItem, Sku
from commerce.selectors import collections
from commerce.selectors.collections import ALL_PRODUCTS
from core import places
from core.errors import InvalidPayload
from core.models import Area, MetadataSchema, ProjectSettings, Store
from engine import Article, StackingRules, algebra, rules
from engine.items import ItemObject, ItemRef
from promotions.selectors.needs import articles_of

MOST_ENTRIES: Final = 20_000
"""Entries of all fixed lists together that are looked into, small lists first; others count as unknown."""
MOST_FILTERS: Final = 100
"""Collections that go by a filter which are looked into."""
_SAMPLES: Final = 50
_METADATA: Final = {
    "customer": "customer.metadata",
    "order": "order.metadata",
    "order_item": "order.items.metadata",
    "product": "product.metadata",
    "redemption": "redemption.metadata",
}
_OTHERS: Final = 20
"""Articles that nobody names, for baskets of promotions that are for everything."""


@dataclass(frozen=True, kw_only=True)
class Named:
    """What rules, targets and discounts of all items name."""

    items: frozenset[ItemRef]
    segments: frozenset[str]
    added: frozenset[str]


def world(
    items: Sequence[Item],
    *,
    settings: ProjectSettings,
    stacking: StackingRules,
    typical: int,
    now: datetime,
) -> World:
    """A constant number of queries, and four for each collection that goes by a filter."""
    named = _named(items)
    spots = _spots(settings)
    rows = _collections({one.id for one in named.items if one.object is ItemObject.COLLECTION})
    content = _content(rows)
    filtered = [row for row in rows if row.type == ProductCollection.Type.AUTO_UPDATE][:MOST_FILTERS]
    articles = _articles(named, content, _sampled(filtered, now))
    if ALL_PRODUCTS in {row.public_id for row in rows}:
        content[ALL_PRODUCTS] = frozenset(articles)
    samples = _members(filtered, articles, now)
    single = _single()
    titles = {row.public_id: row.name for row in rows}
    names = segment_names(named.segments) | titles | {one.id: one.name for one in articles.values()}
    closures: tuple[Closed, ...] = tuple(blackouts.closures())
    return World(
        now=now,
        rules=algebra.World(
            zone=settings.time_zone,
            collections=content,
            articles=articles,
            samples=samples,
            single=single,
            stacking_rules=stacking,
        ),
        spots=spots,
        closures=closures,
        names=names,
        gifts=named.added,
        typical=typical,
        digest=_digest(
            settings.time_zone, stacking, spots, content | samples, articles, names, closures, single
        ),
    )


def _named(items: Sequence[Item]) -> Named:
    refs: set[ItemRef] = set()
    segments: set[str] = set()
    seen: set[int] = set()
    for item in items:
        segments |= item.told | {one.segment for one in item.messages}
        if item.candidate is None:
            continue
        for rule_set in item.candidate.rules:
            # Tiers of a campaign share its rules.
            if id(rule_set) in seen:
                continue
            seen.add(id(rule_set))
            refs.update(rules.items_of(rule_set))
            segments |= rules.needs(rule_set).segments
    added = articles_of([item.candidate for item in items if item.candidate is not None])
    return Named(items=frozenset(refs), segments=frozenset(segments), added=added)


def _single() -> frozenset[tuple[str, str]]:
    """Metadata of which schemas say that it is one value, by the rules that read it.

    What was stored before there was a schema is taken to follow it.
    """
    return frozenset(
        (_METADATA[schema.related_object], name)
        for schema in MetadataSchema.objects.filter(related_object__in=_METADATA)
        for name, definition in schema.properties.items()
        if not definition.get("array") and not definition.get("deleted")
    )


def _spots(settings: ProjectSettings) -> tuple[Spot, ...]:
    areas = list(Area.objects.order_by("pk"))
    stores = Store.objects.select_related("area").order_by("pk")
    found = [Spot(zone=settings.time_zone)]
    found += [
        Spot(name=one.name, zone=one.time_zone, words=places.around(area_id=one.public_id)) for one in areas
    ]
    found += [
        Spot(
            name=one.name,
            zone=one.own_time_zone or one.area.time_zone,
            words=places.around(area_id=one.area.public_id, store_id=one.public_id),
        )
        for one in stores
    ]
    return tuple(found)


def _collections(ids: Collection[str]) -> list[ProductCollection]:
    """Small ones first."""
    sizes = ProductCollection.objects.filter(public_id__in=ids).annotate(size=Count("items"))
    return list(sizes.order_by("size", "pk"))


def _content(rows: Iterable[ProductCollection]) -> dict[str, frozenset[str]]:
    """Of fixed lists, as far as there is room (one query)."""
    content: dict[int, tuple[str, set[str]]] = {}
    room = MOST_ENTRIES
    for row in rows:
        size: int = row.size  # type: ignore[attr-defined]  # annotated
        if row.type == ProductCollection.Type.STATIC and row.public_id != ALL_PRODUCTS and size <= room:
            room -= size
            content[row.pk] = (row.public_id, set())
    entries = ProductCollectionItem.objects.filter(collection__in=content)
    for pk, product, sku in entries.values_list("collection_id", "product__public_id", "sku__public_id"):
        content[pk][1].add(product or sku)
    return {public_id: frozenset(found) for public_id, found in content.values()}


def _sampled(rows: Iterable[ProductCollection], now: datetime) -> set[str]:
    """Some of what filters take (two queries each). One that can no longer be read takes nothing."""
    found: set[str] = set()
    for row in rows:
        try:
            products = collections.products_in(row, now=now).order_by("pk")
            skus = collections.skus_in(row, now=now).order_by("pk")
        except InvalidPayload:
            continue
        found.update(products.values_list("public_id", flat=True)[:_SAMPLES])
        found.update(skus.values_list("public_id", flat=True)[:_SAMPLES])
    return found


def _members(
    rows: Iterable[ProductCollection], articles: Mapping[str, Article], now: datetime
) -> dict[str, frozenset[str]]:
    """Which of these articles filters take (two queries each)."""
    found: dict[str, frozenset[str]] = {}
    ids = list(articles)
    for row in rows:
        try:
            products = collections.products_in(row, now=now).filter(public_id__in=ids).order_by()
            skus = collections.skus_in(row, now=now).filter(public_id__in=ids).order_by()
        except InvalidPayload:
            found[row.public_id] = frozenset()
            continue
        taken = [*products.values_list("public_id", flat=True), *skus.values_list("public_id", flat=True)]
        found[row.public_id] = frozenset(taken)
    return found


def _articles(
    named: Named, content: Mapping[str, frozenset[str]], sampled: Collection[str]
) -> dict[str, Article]:
    ids = {name for one in named.items for name in (one.id, one.source_id) if name}
    ids = ids.union(named.added, sampled, *content.values())
    asked = Q(public_id__in=ids) | Q(source_id__in=ids)
    products = list(Product.objects.present().filter(asked).values_list(*_PRODUCT))
    others = Product.objects.present().filter(price__gt=0).order_by("-pk").values_list(*_PRODUCT)[:_OTHERS]
    found: dict[str, Article] = {}
    for public_id, source_id, name, price in (*products, *others):
        found[public_id] = Article(
            id=public_id,
            product_id=public_id,
            source_id=source_id,
            product_source_id=source_id,
            name=name or source_id or public_id,
            price=price,
        )
    bare = [public_id for public_id, *_, price in products if price is None]
    skus = Sku.objects.present().filter(asked | Q(product__public_id__in=bare)).values_list(*_SKU)
    for public_id, source_id, name, price, *product in skus.order_by("pk")[:MOST_ENTRIES]:
        product_id, product_source_id, product_name, product_price = product
        found[public_id] = Article(
            id=public_id,
            product_id=product_id,
            sku_id=public_id,
            source_id=source_id,
            product_source_id=product_source_id,
            sku_source_id=source_id,
            name=name or product_name or source_id or public_id,
            price=product_price if price is None else price,
        )
    return found


_PRODUCT: Final = ("public_id", "source_id", "name", "price")
_SKU: Final = (
    "public_id",
    "source_id",
    "sku",
    "price",
    "product__public_id",
    "product__source_id",
    "product__name",
    "product__price",
)


def _digest(*parts: Any) -> str:
    zone, stacking, spots, content, articles, names, closures, single = parts
    plain = [
        zone,
        stacking.to_json(),
        [[spot.name, spot.zone, sorted(spot.words)] for spot in spots],
        [[name, sorted(found)] for name, found in sorted(content.items())],
        [[name, one.price, one.name] for name, one in sorted(articles.items())],
        sorted(names.items()),
        [_plain(closure) for closure in closures],
        sorted(single),
    ]
    return hashlib.sha256(json.dumps(plain, cls=DjangoJSONEncoder).encode()).hexdigest()


def _plain(closure: Any) -> list[str]:
    """Sets in order, so that every process reads the same."""
    values = [getattr(closure, one.name) for one in fields(closure)]
    return [str(sorted(one) if isinstance(one, frozenset) else one) for one in values]
