"""Products and SKUs on the wire."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from commerce.models import Product, Sku
from core.api.fields import AmountField, ListField, MetadataField, TextField, WireSerializer
from core.instants import format_instant, format_optional


class ProductInput(WireSerializer):
    """What can be said about a product, without saying which one."""

    name = TextField(required=False, allow_null=True, max_length=500)
    price = AmountField(required=False, allow_null=True)
    attributes = ListField(child=TextField(max_length=255), required=False, allow_null=True, max_length=100)
    image_url = TextField(required=False, allow_null=True)
    metadata = MetadataField(required=False, allow_null=True)


class NewProductInput(ProductInput):
    id = TextField(required=False, allow_null=True, max_length=64)
    source_id = TextField(required=False, allow_null=True, max_length=255)


class BulkProductInput(ProductInput):
    source_id = TextField(allow_blank=False, max_length=255)


class SkuInput(WireSerializer):
    """What can be said about a SKU, without saying which one."""

    sku = TextField(required=False, allow_null=True, max_length=500)
    price = AmountField(required=False, allow_null=True)
    currency = TextField(required=False, allow_null=True, max_length=3)
    attributes = MetadataField(required=False, allow_null=True)
    image_url = TextField(required=False, allow_null=True)
    metadata = MetadataField(required=False, allow_null=True)


class NewSkuInput(SkuInput):
    id = TextField(required=False, allow_null=True, max_length=64)
    source_id = TextField(required=False, allow_null=True, max_length=255)


class SkuRowInput(NewSkuInput):
    """One SKU of a file: which product it belongs to stands beside it."""

    product_id = TextField(allow_blank=False, max_length=255)


def product_output(product: Product) -> dict[str, Any]:
    """The product object without its SKUs."""
    return {
        "id": product.public_id,
        "source_id": product.source_id,
        "name": product.name or None,
        "price": product.price,
        "attributes": product.attributes,
        "metadata": product.metadata,
        "image_url": product.image_url or None,
        "created_at": format_instant(product.created_at),
        "updated_at": format_optional(product.updated_at),
        "object": "product",
    }


def product_with_skus_output(product: Product, skus: Sequence[Sku]) -> dict[str, Any]:
    """The product object with all of its SKUs; each needs its product loaded."""
    listed = [sku_output(sku) for sku in skus]
    return {
        **product_output(product),
        "skus": {"object": "list", "data_ref": "data", "data": listed, "total": len(listed)},
    }


def sku_output(sku: Sku) -> dict[str, Any]:
    """The SKU object; the SKU needs its product loaded."""
    return {
        "id": sku.public_id,
        "source_id": sku.source_id,
        "product_id": sku.product.public_id,
        "sku": sku.sku or None,
        "price": sku.price,
        "currency": sku.currency or None,
        "attributes": sku.attributes,
        "image_url": sku.image_url or None,
        "metadata": sku.metadata,
        "created_at": format_instant(sku.created_at),
        "updated_at": format_optional(sku.updated_at),
        "object": "sku",
    }
