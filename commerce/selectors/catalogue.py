"""Reading products and SKUs. What is in the bin cannot be found."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet

from commerce.models import Product, Sku
from core.errors import NotFound
from core.ids import has_prefix


def product_by_reference(reference: str) -> Product:
    """The product of a path: `prod_…` or `source_id`.

    :raises NotFound: neither.
    """
    rows = Product.objects.present()
    found = rows.filter(public_id=reference).first() if has_prefix(reference, "prod") else None
    found = found or rows.filter(source_id=reference).first()
    if found is None:
        raise NotFound.of("product", reference)
    return found


def sku_by_reference(reference: str, *, product: Product | None = None) -> Sku:
    """The SKU of a path: `sku_…` or `source_id`, of one product when that is given.

    :raises NotFound: neither.
    """
    rows = Sku.objects.present().select_related("product")
    if product is not None:
        rows = rows.filter(product=product)
    found = rows.filter(public_id=reference).first() if has_prefix(reference, "sku") else None
    found = found or rows.filter(source_id=reference).first()
    if found is None:
        raise NotFound.of("sku", reference)
    return found


def with_skus(products: QuerySet[Product]) -> QuerySet[Product]:
    """Products with their SKUs in `present_skus`, oldest first: two queries, however many there are."""
    skus = Sku.objects.present().select_related("product").order_by("created_at", "pk")
    return products.prefetch_related(Prefetch("skus", queryset=skus, to_attr="present_skus"))


def skus_of(product: Product) -> list[Sku]:
    """The SKUs of one product, oldest first, with their product."""
    skus = list(Sku.objects.present().filter(product=product).order_by("created_at", "pk"))
    for sku in skus:
        sku.product = product
    return skus
