"""What is there to make conditions about: a random sample of the stored data, the same for the same seed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any, Final

from django.db import models
from django.db.models import Max, Min

from commerce.models import Customer, Order, OrderItem, ProductCollection, ProductCollectionItem, Segment, Sku

SAMPLE: Final = 150
"""Rows of each kind, at most."""

type Property = tuple[str, Any]
"""Name and value of one entry of metadata that some row has."""


@dataclass(frozen=True, kw_only=True)
class Stock:
    """Wire ids, order amounts in minor units, metadata, and the period that the orders are of."""

    products: tuple[str, ...]
    skus: tuple[str, ...]
    collections: tuple[str, ...]
    segments: tuple[str, ...]
    amounts: tuple[int, ...]
    prices: tuple[int, ...]
    order_metadata: tuple[Property, ...]
    line_metadata: tuple[Property, ...]
    product_metadata: tuple[Property, ...]
    customer_metadata: tuple[Property, ...]
    customers: tuple[int, ...]
    first_at: datetime
    last_at: datetime


class NothingStored(Exception):
    """No order with articles, customers and prices to make anything about."""


def draw[Row: models.Model](rows: models.QuerySet[Row], random: Random) -> Row | None:
    """One random row; rows after gaps in the keys come a little more often. None when there is no row."""
    bounds = rows.aggregate(low=Min("pk"), high=Max("pk"))
    if bounds["low"] is None:
        return None
    return rows.filter(pk__gte=random.randint(bounds["low"], bounds["high"])).order_by("pk").first()


def sample(random: Random) -> Stock:
    """Articles are taken from orders, so that what sells often is asked for often.

    :raises NothingStored: there is no order with a known article.
    """
    sold = _sample(OrderItem.objects.exclude(product=None).select_related("product"), random)
    orders = _sample(Order.objects.all(), random)
    period = Order.objects.aggregate(first=Min("created_at"), last=Max("created_at"))
    if not sold:
        raise NothingStored("There is no order with a product of the catalogue.")
    products = [item.product for item in sold if item.product is not None]
    customers = _sample(Customer.objects.all(), random)
    return Stock(
        products=_unique(product.public_id for product in products),
        skus=_unique(sku.public_id for sku in _sample(Sku.objects.present(), random)),
        collections=_collections([product.pk for product in products], random),
        segments=_unique(segment.public_id for segment in _sample(Segment.objects.all(), random)),
        amounts=tuple(order.amount for order in orders),
        prices=tuple(item.price for item in sold if item.price is not None) or (1000,),
        order_metadata=_properties(order.metadata for order in orders),
        line_metadata=_properties(item.metadata for item in sold),
        product_metadata=_properties(product.metadata for product in products),
        customer_metadata=_properties(customer.metadata for customer in customers),
        customers=tuple(customer.pk for customer in customers),
        first_at=period["first"],
        last_at=period["last"],
    )


def _sample[Row: models.Model](rows: models.QuerySet[Row], random: Random) -> list[Row]:
    """Different random rows, some fewer than `SAMPLE` where keys have gaps."""
    bounds = rows.aggregate(low=Min("pk"), high=Max("pk"))
    if bounds["low"] is None:
        return []
    keys = range(bounds["low"], bounds["high"] + 1)
    return list(rows.filter(pk__in=random.sample(keys, min(SAMPLE, len(keys)))).order_by("pk"))


def _collections(products: list[int], random: Random) -> tuple[str, ...]:
    """Fixed lists that hold one of the products, every filter, and a few others."""
    listing = ProductCollectionItem.objects.filter(product__in=products).values("collection")
    holding = ProductCollection.objects.filter(pk__in=listing).order_by("pk")
    filters = ProductCollection.objects.filter(type=ProductCollection.Type.AUTO_UPDATE).order_by("pk")
    found = [row.public_id for row in (*holding[:SAMPLE], *filters[:SAMPLE])]
    others = _sample(ProductCollection.objects.all(), random)[: SAMPLE // 10]
    return _unique([*found, *(row.public_id for row in others)])


def _unique(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ids))


def _properties(rows: Iterable[Mapping[str, Any] | None]) -> tuple[Property, ...]:
    return tuple((name, value) for row in rows for name, value in (row or {}).items() if value is not None)
