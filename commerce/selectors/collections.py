"""Product collections: what is in them, and which ones an article is in (contract: data file 6)."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo
from typing import Any, Final

from django.db.models import CharField, F, Q, QuerySet, Value

from commerce.models import Product, ProductCollection, Sku
from commerce.selectors.filter_fields import Metadata
from core import project
from core.api.filters import Array, DateTime, FilterFields, Number, Text, WireFilters
from core.errors import InvalidPayload, NotFound
from core.exact import exact

logger = logging.getLogger(__name__)

ALL_PRODUCTS: Final = "pc_all"

_SHARED: Final[FilterFields] = {
    "source_id": Text("source_id"),
    "price": Number("price"),
    "created_at": DateTime("created_at"),
    "updated_at": DateTime("updated_at"),
    "metadata": Metadata("metadata"),
}
PRODUCT_FIELDS: Final[FilterFields] = {"name": Text("name"), "attributes": Array("attributes"), **_SHARED}
# A SKU must match on its own: its name and price, its metadata.
SKU_FIELDS: Final[FilterFields] = {
    "name": Text("sku"),
    "attributes": Array("attributes"),
    **_SHARED,
}

type Article = Product | Sku


def by_reference(reference: str) -> ProductCollection:
    """:raises NotFound: no such collection."""
    found = ProductCollection.objects.prefetch_related("items__product", "items__sku__product")
    collection = found.filter(public_id=reference).first()
    if collection is None:
        raise NotFound.of("product_collection", reference)
    return collection


def parsed_filter(
    wire: Any, fields: FilterFields, *, now: datetime, zone: tzinfo | None = None
) -> WireFilters:
    """A collection's filter, read. Its days are the project's: whoever reads several looks up the zone once.

    :raises InvalidPayload: unknown field or operator, or an operand of another type.
    """
    zone = zone or project.current().zone
    return WireFilters.parse(exact(wire), fields, now=now, zone=zone, refusal=InvalidPayload)


def products_in(
    collection: ProductCollection, *, now: datetime, zone: tzinfo | None = None
) -> QuerySet[Product]:
    """The products of the catalogue that are in it. `zone` is as for `parsed_filter`."""
    rows = Product.objects.present()
    if collection.type == ProductCollection.Type.STATIC:
        return rows.filter(listings__collection=collection)
    return rows.filter(parsed_filter(collection.filter, PRODUCT_FIELDS, now=now, zone=zone).q())


def skus_in(collection: ProductCollection, *, now: datetime, zone: tzinfo | None = None) -> QuerySet[Sku]:
    """The SKUs of the catalogue that are in it: listed themselves or with their product, or by the filter."""
    rows = Sku.objects.present()
    if collection.type == ProductCollection.Type.STATIC:
        listed = Q(listings__collection=collection) | Q(product__listings__collection=collection)
        return rows.filter(pk__in=Sku.objects.filter(listed).values("pk"))
    return rows.filter(parsed_filter(collection.filter, SKU_FIELDS, now=now, zone=zone).q())


class ContentPage:
    """Products and SKUs of a collection as one list, newest first; sliced and counted like a queryset.

    Five queries at most, however large the collection is.
    """

    def __init__(
        self, collection: ProductCollection, *, order: str, after: datetime | None, now: datetime
    ) -> None:
        self._now = now
        self._zone = project.current().zone
        self._after = after
        self._collection = collection
        self._order = order

    def _union(self) -> QuerySet[Any]:
        def keys(rows: QuerySet[Any], kind: str) -> QuerySet[Any]:
            if self._after is not None:
                side = "lt" if self._order.startswith("-") else "gt"
                rows = rows.filter(**{f"created_at__{side}": self._after})
            return rows.order_by().values("pk", "created_at", "updated_at", kind=Value(kind, CharField()))

        products = keys(products_in(self._collection, now=self._now, zone=self._zone), "product")
        skus = keys(skus_in(self._collection, now=self._now, zone=self._zone), "sku")
        return products.union(skus, all=True)

    def count(self) -> int:
        return self._union().count()

    def __len__(self) -> int:
        return self.count()

    def __getitem__(self, window: slice) -> list[Article]:
        direction = "-" if self._order.startswith("-") else ""
        column = F(self._order.removeprefix("-"))
        first = column.desc(nulls_last=True) if direction else column.asc(nulls_first=True)
        keys = list(self._union().order_by(first, f"{direction}kind", f"{direction}pk")[window])
        products = Product.objects.in_bulk([key["pk"] for key in keys if key["kind"] == "product"])
        skus = Sku.objects.select_related("product").in_bulk(
            [key["pk"] for key in keys if key["kind"] == "sku"]
        )
        found = ((products if key["kind"] == "product" else skus).get(key["pk"]) for key in keys)
        return [article for article in found if article is not None]


class Tests:
    """The filters of AUTO_UPDATE collections, read once and tried on articles as a request describes them.

    Records have the wire names of the filter's fields. With a SKU the SKU is tested, on its own. A filter
    that can no longer be read takes nothing.
    """

    def __init__(self, collections: Iterable[ProductCollection], *, now: datetime) -> None:
        rows = list(collections)
        zone = project.current().zone if rows else None
        self._read = [(one.public_id, *self._filters(one, now, zone)) for one in rows]

    @staticmethod
    def _filters(
        collection: ProductCollection, now: datetime, zone: tzinfo | None
    ) -> tuple[WireFilters | None, WireFilters | None]:
        try:
            return (
                parsed_filter(collection.filter, PRODUCT_FIELDS, now=now, zone=zone),
                parsed_filter(collection.filter, SKU_FIELDS, now=now, zone=zone),
            )
        except InvalidPayload:
            logger.warning("the filter of collection %s cannot be read", collection.public_id)
            return None, None

    def __bool__(self) -> bool:
        return bool(self._read)

    def holding(self, *, product: Mapping[str, Any], sku: Mapping[str, Any] | None) -> set[str]:
        """The ids of those that take the article."""
        return {
            public_id
            for public_id, of_product, of_sku in self._read
            if of_product is not None
            and of_sku is not None
            and (of_product.matches(product) if sku is None else of_sku.matches(sku))
        }
