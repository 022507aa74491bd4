"""Product collections on the wire."""

from __future__ import annotations

from typing import Any

from commerce.api.serializers.products import product_output, sku_output
from commerce.models import Product, ProductCollection, Sku
from commerce.services.collections import MAX_ITEMS, CollectionSpec
from core.api.fields import ChoiceField, ListField, MetadataField, TextField, WireSerializer
from core.errors import InvalidPayload
from core.instants import format_instant


class CollectionItemInput(WireSerializer):
    id = TextField(allow_blank=False, max_length=64)
    object = ChoiceField(["product", "sku"])


class CollectionInput(WireSerializer):
    type = ChoiceField(ProductCollection.Type)
    name = TextField(allow_blank=False, max_length=255)
    products = ListField(child=CollectionItemInput(), required=False, allow_null=True, max_length=MAX_ITEMS)
    filter = MetadataField(required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["type"] == ProductCollection.Type.AUTO_UPDATE and not attrs.get("filter"):
            raise InvalidPayload("Payload must have required property 'filter'")
        return attrs


class CollectionChangesInput(WireSerializer):
    name = TextField(required=False, allow_blank=False, max_length=255)
    filter = MetadataField(required=False, allow_null=True)


def collection_spec(payload: dict[str, Any]) -> CollectionSpec:
    return CollectionSpec(
        name=payload["name"],
        type=payload["type"],
        products=payload.get("products") or (),
        filter=payload.get("filter"),
    )


def collection_output(collection: ProductCollection) -> dict[str, Any]:
    """The collection object; its items need their products and SKUs loaded."""
    wire: dict[str, Any] = {
        "id": collection.public_id,
        "name": collection.name,
        "type": collection.type,
    }
    if collection.type == ProductCollection.Type.STATIC:
        items = sorted(collection.items.all(), key=lambda item: item.position)
        wire["products"] = [_item_output(item.product, item.sku) for item in items]
    else:
        wire["filter"] = collection.filter
    return {**wire, "created_at": format_instant(collection.created_at), "object": "products_collection"}


def changed_collection_output(collection: ProductCollection) -> dict[str, Any]:
    """The answer to an update: with `updated_at`."""
    assert collection.updated_at is not None  # noqa: S101 - it was just updated
    return {**collection_output(collection), "updated_at": format_instant(collection.updated_at)}


def article_output(article: Product | Sku) -> dict[str, Any]:
    """A product, or a SKU with its product inside."""
    if isinstance(article, Product):
        return product_output(article)
    return {**sku_output(article), "product": product_output(article.product)}


def _item_output(product: Product | None, sku: Sku | None) -> dict[str, Any]:
    if sku is not None:
        return {"id": sku.public_id, "product_id": sku.product.public_id, "object": "sku"}
    return {"id": product.public_id if product else None, "object": "product"}
