"""What purchases of a preview are made of: articles that the terms name and others, customers, stores.

All from the shop's own data, in a number of queries that is bounded by how much the terms name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import combinations
from typing import Any, Final

from django.db.models import Q, QuerySet

from commerce.models import Customer, Order, OrderItem, Product, ProductCollection, Segment, Sku
from commerce.selectors import collections, segments
from core import places
from core.errors import InvalidPayload
from core.models import Area, Store
from core.patience import TookTooLong, attempt
from engine import rules
from engine.items import ItemObject, ItemRef
from promotions.previews.bench import Bench
from promotions.previews.purchases import Lines, Ware

MOST_NAMED: Final = 12
"""Collections and segments of one proposal that are looked into."""
_OF_EACH: Final = 4
_ORDERS: Final = 12
_FEWEST_LINES, _MOST_LINES = 2, 5
_OUTSIDERS: Final = 4


@dataclass(frozen=True, kw_only=True)
class Spot:
    """A store by its code, or an area in which nobody says the store."""

    name: str
    store: str = ""
    area: str = ""


@dataclass(frozen=True, kw_only=True)
class Pantry:
    """`named` are articles by the id under which the terms name them, cheapest first; `others` come from
    recent orders. `members` are customers by the ids of the named segments that they are known to be in;
    `customers` are all, those first.
    """

    named: Mapping[str, tuple[Ware, ...]] = field(default_factory=dict)
    others: tuple[Ware, ...] = ()
    typical: Lines = ()
    customers: tuple[Customer, ...] = ()
    inside: tuple[Spot, ...] = ()
    outside: tuple[Spot, ...] = ()
    left_out: tuple[str, ...] = ()

    def of(self, items: Iterable[str]) -> tuple[Ware, ...]:
        """Articles that stand for these ids."""
        return tuple(ware for name in items for ware in self.named.get(name, ()))

    @property
    def wares(self) -> tuple[Ware, ...]:
        """Every article once: those that are named first."""
        everything = [ware for found in self.named.values() for ware in found]
        return tuple({ware.id: ware for ware in [*everything, *self.others]}.values())


def stocked(bench: Bench) -> Pantry:
    """Everything for one proposal."""
    left_out: list[str] = []
    items = [item for rule_set in bench.proposal.rule_sets for item in rules.items_of(rule_set)]
    named = _articles(items) | _in_collections(items, bench.now, left_out)
    typical, others = _recent()
    inside, outside = _spots(bench.proposal.places)
    found = Pantry(
        named=named,
        others=others or _any_wares(),
        typical=typical,
        customers=tuple(_customers(bench, left_out)),
        inside=inside,
        outside=outside,
        left_out=tuple(left_out),
    )
    # All at once, or every try with another article would ask for itself.
    bench.learn(ware.line(1, {}) for ware in (*found.wares, *(ware for ware, _ in typical)))
    return found


def _articles(items: Iterable[ItemRef]) -> dict[str, tuple[Ware, ...]]:
    """Products and SKUs by the ids that the terms use for them."""
    wanted = {item.id for item in items if item.object is not ItemObject.COLLECTION}
    if not wanted:
        return {}
    found: dict[str, tuple[Ware, ...]] = {}
    named = Q(public_id__in=wanted) | Q(source_id__in=wanted)
    for product in Product.objects.present().filter(named).order_by("pk"):
        for name in {product.public_id, product.source_id} & wanted:
            found[name] = _of_products([product])
    for sku in Sku.objects.present().filter(named).select_related("product").order_by("pk"):
        for name in {sku.public_id, sku.source_id} & wanted:
            found[name] = tuple(_of_skus([sku]))
    return found


def _of_products(products: Sequence[Product]) -> tuple[Ware, ...]:
    """A product without a price of its own is bought as one of its SKUs."""
    wares = [Ware(product=one, price=one.price) for one in products if one.price is not None]
    bare = [one.pk for one in products if one.price is None]
    if bare:
        rows = Sku.objects.present().filter(product__in=bare, price__isnull=False).select_related("product")
        wares += _of_skus(rows.order_by("price", "pk")[:_OF_EACH])
    return tuple(sorted(wares, key=_price))


def _of_skus(skus: Iterable[Sku]) -> list[Ware]:
    priced = ((sku, sku.price if sku.price is not None else sku.product.price) for sku in skus)
    return [Ware(product=sku.product, sku=sku, price=price) for sku, price in priced if price is not None]


def _price(ware: Ware) -> tuple[int, str]:
    return ware.price, ware.id


def _in_collections(
    items: Iterable[ItemRef], now: datetime, left_out: list[str]
) -> dict[str, tuple[Ware, ...]]:
    ids = list(dict.fromkeys(item.id for item in items if item.object is ItemObject.COLLECTION))
    if not ids:
        return {}
    found: dict[str, tuple[Ware, ...]] = {}
    for one in ProductCollection.objects.filter(public_id__in=ids[:MOST_NAMED]).order_by("pk"):
        found[one.public_id] = _soon(partial(_content, one, now), (), one.name, left_out)
    return found


def _content(collection: ProductCollection, now: datetime) -> tuple[Ware, ...]:
    """The cheapest and the dearest ones, of which two may be enough to be on either side of a threshold."""
    products = collections.products_in(collection, now=now)
    cheap = list(products.filter(price__gt=0).order_by("price", "pk")[:_OF_EACH])
    dear = list(products.filter(price__gt=0).order_by("-price", "pk")[:1])
    wares = list(_of_products([*cheap, *(one for one in dear if one not in cheap)]))
    if not wares:
        rows = collections.skus_in(collection, now=now).select_related("product")
        wares = _of_skus(rows.order_by("price", "pk")[:_OF_EACH])
    return tuple(sorted(wares, key=_price))


def _recent() -> tuple[Lines, tuple[Ware, ...]]:
    """A basket as people filled it lately, and articles that they bought."""
    newest = list(Order.objects.order_by("-created_at", "-pk").values_list("pk", flat=True)[:_ORDERS])
    lines = OrderItem.objects.filter(order__in=newest, initial_quantity__gt=0)
    baskets: dict[int, list[tuple[Ware, int]]] = {}
    for item in lines.select_related("product", "sku", "sku__product").order_by("-order_id", "position"):
        if (ware := _bought(item)) is not None:
            baskets.setdefault(item.order_id, []).append((ware, item.initial_quantity))
    fitting = [one for one in baskets.values() if _FEWEST_LINES <= len(one) <= _MOST_LINES]
    fitting.sort(key=lambda one: (sum(ware.price * units for ware, units in one), one[0][0].id))
    typical = tuple(fitting[len(fitting) // 2]) if fitting else ()
    wares = {ware.id: ware for one in baskets.values() for ware, _ in one}
    return _once(typical), tuple(sorted(wares.values(), key=_price))


def _bought(item: OrderItem) -> Ware | None:
    product = item.sku.product if item.sku is not None else item.product
    if product is None or not item.price or product.deleted_at is not None:
        return None
    return Ware(product=product, sku=item.sku, price=item.price)


def _once(lines: Lines) -> Lines:
    """One line for each article."""
    found: dict[str, tuple[Ware, int]] = {}
    for ware, units in lines:
        found[ware.id] = (ware, found.get(ware.id, (ware, 0))[1] + units)
    return tuple(found.values())


def _any_wares() -> tuple[Ware, ...]:
    """Where nobody has bought anything yet."""
    rows = Product.objects.present().filter(price__gt=0).order_by("name", "pk")
    return _of_products(list(rows[:_OF_EACH]))


def _customers(bench: Bench, left_out: list[str]) -> Iterable[Customer]:
    """Members of all named segments, of two, of each; then the newest customers, who may be in none."""
    found: dict[int, Customer] = {}
    ids = bench.needs.segments
    rows = list(Segment.objects.filter(public_id__in=ids).order_by("pk")[:MOST_NAMED]) if ids else []
    names = ", ".join(one.name for one in rows)
    groups = [rows, *(list(pair) for pair in list(combinations(rows, 2))[:3]), *([one] for one in rows)]
    for group in groups if rows else ():
        if (one := _soon(partial(_member, group, bench.now), None, names, left_out)) is not None:
            found.setdefault(one.pk, one)
    newest = Customer.objects.present().order_by("-created_at", "-pk")[:_OUTSIDERS]
    found |= {one.pk: one for one in newest if one.pk not in found}
    return found.values()


def _member(group: Sequence[Segment], now: datetime) -> Customer | None:
    """Somebody who is in all of them. A filter that can no longer be read takes nobody."""
    try:
        rows: QuerySet[Customer] = segments.members(group[0], now=now)
        for other in group[1:]:
            rows = rows.filter(pk__in=segments.members(other, now=now).order_by().values("pk"))
        return rows.order_by("pk").first()
    except InvalidPayload:
        return None


def _spots(assigned: Sequence[str]) -> tuple[tuple[Spot, ...], tuple[Spot, ...]]:
    """Places where it applies, and one where it does not; none where it applies everywhere."""
    if not assigned:
        return (), ()
    wanted = list(places.named(assigned))
    area_ids = [name for level, name in wanted if level != places.STORE]
    store_ids = [name for level, name in wanted if level == places.STORE]
    named = Q(public_id__in=store_ids) | Q(area__public_id__in=area_ids)
    stores = list(Store.objects.filter(named).order_by("pk")[:_OF_EACH])
    inside = [Spot(name=one.name, store=one.code) for one in stores]
    # An area without stores is known by who asks.
    alone = [name for level, name in wanted if level == places.AREA]
    inside += [Spot(name=one.name, area=one.public_id) for one in Area.objects.filter(public_id__in=alone)]
    others = Store.objects.exclude(named).order_by("pk")[:1]
    outside = [Spot(name=one.name, store=one.code) for one in others]
    return tuple(inside), (*outside, Spot(name=""))


def _soon[Found](ask: Callable[[], Found], otherwise: Found, about: str, left_out: list[str]) -> Found:
    """The answer, if it comes soon; else it is said that `about` was left out."""
    try:
        with attempt():
            return ask()
    except TookTooLong:
        if about not in left_out:
            left_out.append(about)
        return otherwise


def metadata_of(ware: Ware, name: str) -> Any:
    """A field of the article's product, for rules that ask for it."""
    return (ware.product.metadata or {}).get(name)
