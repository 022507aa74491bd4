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
from commerce.selectors.collections import ALL_PRODUCTS
from core import places
from core.models import Area, ProjectSettings, Store
from engine import Article, StackingRules, algebra, effects, rules
from engine.items import ItemObject, ItemRef

MOST_ENTRIES: Final = 20_000
"""Entries of all fixed lists together that are looked into, small lists first; others count as unknown."""
_OTHERS: Final = 20
"""Articles that nobody names, for baskets of promotions that are for everything."""


@dataclass(frozen=True, kw_only=True)
class Named:
    """What rules, targets and discounts of all items name."""

    items: frozenset[ItemRef]
    segments: frozenset[str]
    added: frozenset[str]


def world(
    items: Sequence[Item], *, settings: ProjectSettings, stacking: StackingRules, now: datetime
) -> World:
    """A constant number of queries."""
    named = _named(items)
    spots = _spots(settings)
    content, titles = _collections({one.id for one in named.items if one.object is ItemObject.COLLECTION})
    articles = _articles(named, content)
    names = segment_names(named.segments) | titles | {one.id: one.name for one in articles.values()}
    closures: tuple[Closed, ...] = tuple(blackouts.closures())
    return World(
        now=now,
        rules=algebra.World(
            zone=settings.time_zone, collections=content, articles=articles, stacking_rules=stacking
        ),
        spots=spots,
        closures=closures,
        names=names,
        gifts=named.added,
        digest=_digest(settings.time_zone, stacking, spots, content, articles, names, closures),
    )


def _named(items: Iterable[Item]) -> Named:
    refs: set[ItemRef] = set()
    segments: set[str] = set()
    added: set[str] = set()
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
        if item.candidate.discount is not None:
            added |= _added(effects.to_wire(item.candidate.discount))
    return Named(items=frozenset(refs), segments=frozenset(segments), added=frozenset(added))


def _added(wire: Mapping[str, Any]) -> set[str]:
    """Ids of the articles that a discount gives away."""
    own = {wire[name] for name in ("product", "sku") if isinstance(wire.get(name), str)}
    return own.union(*(_added(part) for part in wire.get("units") or ()))


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


def _collections(ids: Collection[str]) -> tuple[dict[str, frozenset[str]], dict[str, str]]:
    """The content of fixed lists, and the names of all. Filters may take articles that only requests know."""
    sizes = ProductCollection.objects.filter(public_id__in=ids).annotate(size=Count("items"))
    titles: dict[str, str] = {}
    content: dict[int, tuple[str, set[str]]] = {}
    room = MOST_ENTRIES
    for row in sizes.order_by("size", "pk"):
        titles[row.public_id] = row.name
        if row.type == ProductCollection.Type.STATIC and row.public_id != ALL_PRODUCTS and row.size <= room:
            room -= row.size
            content[row.pk] = (row.public_id, set())
    entries = ProductCollectionItem.objects.filter(collection__in=content)
    for pk, product, sku in entries.values_list("collection_id", "product__public_id", "sku__public_id"):
        content[pk][1].add(product or sku)
    return {public_id: frozenset(found) for public_id, found in content.values()}, titles


def _articles(named: Named, content: Mapping[str, frozenset[str]]) -> dict[str, Article]:
    ids = {name for one in named.items for name in (one.id, one.source_id) if name}
    ids = ids.union(named.added, *content.values())
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
    zone, stacking, spots, content, articles, names, closures = parts
    plain = [
        zone,
        stacking.to_json(),
        [[spot.name, spot.zone, sorted(spot.words)] for spot in spots],
        [[name, sorted(found)] for name, found in sorted(content.items())],
        [[name, one.price, one.name] for name, one in sorted(articles.items())],
        sorted(names.items()),
        [_plain(closure) for closure in closures],
    ]
    return hashlib.sha256(json.dumps(plain, cls=DjangoJSONEncoder).encode()).hexdigest()


def _plain(closure: Any) -> list[str]:
    """Sets in order, so that every process reads the same."""
    values = [getattr(closure, one.name) for one in fields(closure)]
    return [str(sorted(one) if isinstance(one, frozenset) else one) for one in values]
