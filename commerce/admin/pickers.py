"""What the shop's data offers to choose from by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from commerce.admin.rows import customer_name
from commerce.models import Customer, Location, Product, ProductCollection, Segment, Sku
from core import words
from core.admin.pickers import Pickers, Source
from core.models import Area, Store
from core.selectors import areas


class Kind:
    """The wire's names of the objects. A store is called by its code."""

    PRODUCT = "product"
    SKU = "sku"
    COLLECTION = "products_collection"
    SEGMENT = "segment"
    CUSTOMER = "customer"
    LOCATION = "location"
    STORE = "store"


ARTICLES: Final = (Kind.PRODUCT, Kind.SKU)
ITEMS: Final = (*ARTICLES, Kind.COLLECTION)


def _priced(note: str, price: int | None) -> dict[str, str]:
    return {"note": note if price is None else f"{note}, {words.money(price)}"}


def _customer(row: Customer) -> dict[str, Any]:
    note = ", ".join(filter(None, (row.email, row.source_id)))
    return {"name": customer_name(row), "note": note, "alias": row.email}


SOURCES: Final[Mapping[str, Source]] = {
    Kind.PRODUCT: Source(
        model=Product,
        rows=lambda: Product.objects.present(),
        name="name",
        word="Product",
        told=lambda row: _priced("Product", row.price),
    ),
    Kind.SKU: Source(
        model=Sku,
        rows=lambda: Sku.objects.present().select_related("product"),
        name="sku",
        word="SKU",
        searched=("sku__icontains", "product__name__icontains"),
        told=lambda row: _priced(f"SKU of {row.product}", row.price),
    ),
    Kind.COLLECTION: Source(
        model=ProductCollection,
        rows=lambda: ProductCollection.objects.all(),
        name="name",
        word="Collection",
        has_source_id=False,
    ),
    Kind.SEGMENT: Source(
        model=Segment, rows=lambda: Segment.objects.all(), name="name", word="Segment", has_source_id=False
    ),
    # The beginning of a name or address, as in their list: there may be millions.
    Kind.CUSTOMER: Source(
        model=Customer,
        rows=lambda: Customer.objects.present(),
        name="name",
        word="Customer",
        searched=("name__istartswith", "email__istartswith"),
        told=_customer,
    ),
    Kind.LOCATION: Source(
        model=Location,
        rows=lambda: Location.objects.all(),
        name="name",
        word="Location",
        has_source_id=False,
    ),
    Kind.STORE: Source(
        model=Store,
        rows=areas.stores,
        name="name",
        word="Store",
        id="code",
        has_source_id=False,
        searched=("name__icontains", "area__name__icontains"),
        told=lambda row: {"note": f"Store in {row.area}"},
        page=Area,
    ),
}
PICKERS: Final = Pickers(SOURCES)
