"""Articles that an order describes with `override: true` go into the catalogue (contract: data file 5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q

from commerce.models import Product, Sku
from commerce.selectors.order_shapes import ItemSpec
from commerce.services import products, skus
from commerce.services.catalogue_specs import ArticleSpec
from core.actors import Actor


def apply(*, items: Sequence[ItemSpec] | None, actor: Actor, now: datetime) -> None:
    """Create the articles, or replace name, price and metadata of the stored ones.

    A SKU that is not stored yet needs a product: the one of its line, if that is stored. Without an id or
    `source_id` of its own an article is not stored.

    :raises MetadataInvalid: the metadata breaks the schema of products.
    """
    for item in items or ():
        product = None
        product_name = item.product_id or (item.source_id if item.related_object != "sku" else None)
        if item.product is not None and item.product.get("override"):
            product = _product(item.product, product_name, actor, now)
        if item.sku is not None and item.sku.get("override"):
            product = product or _stored_product(_name_of(item.product, item.product_id))
            _sku(
                item.sku,
                item.sku_id or (item.source_id if item.related_object == "sku" else None),
                product,
                actor,
                now,
            )


def _name_of(data: Mapping[str, Any] | None, name: str | None) -> str | None:
    return (data or {}).get("id") or (data or {}).get("source_id") or name


def _stored_product(name: str | None) -> Product | None:
    if not name:
        return None
    return Product.objects.present().filter(Q(public_id=name) | Q(source_id=name)).first()


def _product(data: Mapping[str, Any], name: str | None, actor: Actor, now: datetime) -> Product | None:
    wanted = _name_of(data, name)
    if not wanted:
        return None
    stored = _stored_product(wanted)
    spec = ArticleSpec.product(
        {key: data[key] for key in ("name", "price", "metadata") if data.get(key) is not None}
    )
    if stored is not None:
        return products.update(product_id=stored.pk, spec=spec, actor=actor, now=now)
    named = ArticleSpec(source_id=data.get("source_id") or name, values=spec.values, metadata=spec.metadata)
    return products.upsert(spec=named, actor=actor, now=now)


def _sku(
    data: Mapping[str, Any], name: str | None, product: Product | None, actor: Actor, now: datetime
) -> None:
    wanted = _name_of(data, name)
    if not wanted:
        return
    stored = Sku.objects.present().filter(Q(public_id=wanted) | Q(source_id=wanted)).first()
    spec = ArticleSpec.sku(
        {key: data[key] for key in ("sku", "price", "metadata") if data.get(key) is not None}
    )
    if stored is not None:
        skus.update(sku_id=stored.pk, spec=spec, actor=actor, now=now)
    elif product is not None:
        named = ArticleSpec(
            source_id=data.get("source_id") or name, values=spec.values, metadata=spec.metadata
        )
        skus.upsert(product_id=product.pk, spec=named, actor=actor, now=now)
