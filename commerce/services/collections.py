"""Product collections: named, fixed or filtered (contract: data file 6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import ProtectedError

from approvals.gate import gated
from commerce import usage
from commerce.models import Product, ProductCollection, ProductCollectionItem, Sku
from commerce.selectors import collections as selectors
from commerce.services import filters
from core import audit
from core.actors import Actor
from core.errors import InvalidPayload, NotFound, ResourceInUse, ResourceProtected
from core.locking import lock, retried

MAX_ITEMS: Final = 1000
RESOURCE: Final = "product_collection"


@dataclass(frozen=True, kw_only=True)
class CollectionSpec:
    """A fixed list has `products` (`{id, object: "product" | "sku"}`), the other kind a wire `filter`."""

    name: str
    type: str = ProductCollection.Type.STATIC
    products: Sequence[Mapping[str, Any]] = ()
    filter: Mapping[str, Any] | None = None


@transaction.atomic
def create(*, spec: CollectionSpec, actor: Actor, now: datetime) -> ProductCollection:
    """Make a collection.

    :raises InvalidPayload: the filter cannot be read, or more than 1000 products.
    :raises NotFound: one of the products or SKUs is unknown.
    """
    is_fixed = spec.type == ProductCollection.Type.STATIC
    collection = ProductCollection.objects.create(
        name=spec.name,
        type=spec.type,
        filter=None if is_fixed else _checked(spec.filter, now),
        created_at=now,
    )
    if is_fixed:
        ProductCollectionItem.objects.bulk_create(_items(collection, spec.products))
    audit.log(
        actor, "product_collection.created", collection, now=now, after={"name": spec.name, "type": spec.type}
    )
    return selectors.by_reference(collection.public_id)


@gated("product_collections.update")
@retried
@transaction.atomic
def update(
    *,
    collection_id: int,
    name: str | None,
    filter: Mapping[str, Any] | None,
    products: Sequence[Mapping[str, Any]] | None = None,
    actor: Actor,
    now: datetime,
) -> ProductCollection:
    """Rename a collection; give it another filter or another list. None: leave as it is.

    :raises InvalidPayload: the filter cannot be read, or it does not go with the kind of collection.
    :raises NotFound: deleted in the meantime, or one of the products or SKUs is unknown.
    :raises ResourceProtected: it holds all products.
    """
    collection = _locked(collection_id)
    before = {"name": collection.name, "filter": collection.filter}
    if products is not None:
        before |= _replace_items(collection, products)
    if filter is not None:
        if collection.type == ProductCollection.Type.STATIC:
            raise InvalidPayload("Property .filter must not be set for a STATIC collection")
        collection.filter = _checked(filter, now)
    collection.name = collection.name if name is None else name
    collection.updated_at = now
    collection.save(update_fields=["name", "filter", "updated_at"])
    after = {"name": collection.name, "filter": collection.filter}
    if products is not None:
        after |= {"products": [entry["id"] for entry in products]}
    old, new = audit.changes(before, after)
    audit.log(actor, "product_collection.updated", collection, now=now, before=old, after=new)
    return selectors.by_reference(collection.public_id)


@gated("product_collections.delete")
@retried
@transaction.atomic
def delete(*, collection_id: int, actor: Actor, now: datetime) -> None:
    """Forget a collection; its products stay.

    :raises ResourceInUse: a discount or a rule refers to it.
    :raises ResourceProtected: it holds all products.
    """
    collection = _locked(collection_id)
    usage.refuse_used(
        collection.public_id, what=f"Product collection {collection.name}", resource_type=RESOURCE
    )
    audit.log(actor, "product_collection.deleted", collection, now=now, before={"name": collection.name})
    try:
        with transaction.atomic():
            collection.delete()
    except ProtectedError as error:
        users = ", ".join(sorted({str(row) for row in error.protected_objects})[:5])
        raise ResourceInUse(f"Product collection {collection.name} is used by {users}.") from error


def ensure_predefined(*, now: datetime) -> None:
    """The collection of everything is there from the beginning (contract: data file 6)."""
    ProductCollection.objects.get_or_create(
        public_id=selectors.ALL_PRODUCTS,
        defaults={
            "name": "All products",
            "type": ProductCollection.Type.AUTO_UPDATE,
            "filter": {"junction": "and"},
            "created_at": now,
        },
    )


def _locked(collection_id: int) -> ProductCollection:
    rows = lock(ProductCollection.objects.filter(pk=collection_id))
    if not rows:
        raise NotFound.of(RESOURCE, str(collection_id))
    if rows[0].public_id == selectors.ALL_PRODUCTS:
        raise ResourceProtected(
            "The collection of all products stays as it is. Make one of your own.",
            resource_id=rows[0].public_id,
            resource_type=RESOURCE,
        )
    return rows[0]


def _checked(wire: Mapping[str, Any] | None, now: datetime) -> Mapping[str, Any]:
    """Read the filter once for each kind of article, so that it cannot fail later.

    :raises InvalidPayload: it lacks `junction`, or cannot be read.
    """
    if not wire or "junction" not in wire:
        raise InvalidPayload("Property .filter must have required property 'junction'")
    return filters.checked(wire, selectors.PRODUCT_FIELDS, selectors.SKU_FIELDS, now=now)


def _replace_items(collection: ProductCollection, products: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """:raises InvalidPayload: the collection has a filter."""
    if collection.type != ProductCollection.Type.STATIC:
        raise InvalidPayload("Property .products must not be set for an AUTO_UPDATE collection")
    former = collection.items.order_by("position").select_related("product", "sku")
    before = [article.public_id for item in former if (article := item.product or item.sku)]
    collection.items.all().delete()
    ProductCollectionItem.objects.bulk_create(_items(collection, products))
    return {"products": before}


def _items(collection: ProductCollection, wanted: Sequence[Mapping[str, Any]]) -> list[ProductCollectionItem]:
    """Rows in the order that was sent; an article that is named twice counts once.

    :raises NotFound: one of them is unknown.
    """
    if len(wanted) > MAX_ITEMS:
        raise InvalidPayload(f"Property .products must have at most {MAX_ITEMS} items")
    names = list(dict.fromkeys((entry["object"], entry["id"]) for entry in wanted))
    products = Product.objects.present().in_bulk(
        [name for kind, name in names if kind == "product"], field_name="public_id"
    )
    skus = Sku.objects.present().in_bulk(
        [name for kind, name in names if kind == "sku"], field_name="public_id"
    )
    items = []
    for position, (kind, name) in enumerate(names):
        product = products.get(name) if kind == "product" else None
        sku = skus.get(name) if kind == "sku" else None
        if product is None and sku is None:
            raise NotFound.of(kind, name)
        items.append(
            ProductCollectionItem(collection=collection, position=position, product=product, sku=sku)
        )
    return items
