"""What the conditions and the discount of a template name: kept with it, found again or made anew.

Found again is what is as it was; an article with the shop's own id is the same article whatever its price.
Contract: semantics-data-and-events 18.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from commerce.models import Product, ProductCollection, Segment, Sku
from commerce.services import collections, products, segments, skus
from commerce.services.catalogue_specs import PRODUCT_COLUMNS, SKU_COLUMNS, ArticleSpec
from commerce.services.collections import CollectionSpec
from commerce.services.segments import SegmentSpec
from core.actors import Actor
from core.errors import DomainError, InvalidPayload
from promotions.services.definitions import facts
from promotions.template_content import ids_in, with_ids

PRODUCT: Final = "product"
SKU: Final = "sku"
COLLECTION: Final = "products_collection"
SEGMENT: Final = "segments"
RULE: Final = "validation_rules"

type Resource = dict[str, Any]


class TemplateNotUsable(DomainError):
    status = 409
    key = "campaign_template_not_usable"
    message = "Campaign template cannot be used now"


@dataclass(frozen=True, kw_only=True)
class Made:
    """Something that was made for a new campaign: `object` is its kind on the wire."""

    id: str
    object: str


def kept(*parts: Any) -> list[Resource]:
    """What these parts of a definition name, as far as it is there: what others need first.

    :raises InvalidPayload: a segment that is a fixed list of customers; templates cannot keep one.
    """
    ids = set().union(*(ids_in(part) for part in parts))
    lists = list(ProductCollection.objects.filter(public_id__in=ids).order_by("pk"))
    collections_kept = [_of_collection(row) for row in lists]
    ids |= set().union(*(ids_in([row["products"], row["filter"]]) for row in collections_kept))
    sku_rows = Sku.objects.present().filter(public_id__in=ids).select_related("product").order_by("pk")
    skus_kept = [_of_sku(row) for row in sku_rows]
    ids |= {row["product_id"] for row in skus_kept}
    product_rows = Product.objects.present().filter(public_id__in=ids).order_by("pk")
    segments_kept = [_of_segment(row) for row in Segment.objects.filter(public_id__in=ids).order_by("pk")]
    return [*(_of_product(row) for row in product_rows), *skus_kept, *collections_kept, *segments_kept]


def settle(
    resources: Iterable[Resource], *, actor: Actor, now: datetime
) -> tuple[dict[str, str], list[Made]]:
    """Find or make each; returns the ids that stand for those of the template, and what was made.

    :raises TemplateNotUsable: one is in the bin, where it keeps its place taken.
    """
    ids: dict[str, str] = {}
    made: list[Made] = []
    for resource in resources:
        found, is_new = _ONE[resource["object"]](resource, ids, actor, now)
        ids[resource["id"]] = found
        if is_new:
            made.append(Made(id=found, object=resource["object"]))
    return ids, made


def _product(wanted: Resource, ids: Mapping[str, str], actor: Actor, now: datetime) -> tuple[str, bool]:
    known = Product.objects.filter(public_id=wanted["id"]).first()
    known = known or _with_source_id(Product, wanted)
    if known is not None and known.deleted_at is not None:
        raise _in_the_bin("product", wanted["name"] or wanted["source_id"])
    if known is not None and (wanted["source_id"] or _same(_of_product(known), wanted)):
        return known.public_id, False
    alike = Product.objects.present().filter(name=wanted["name"], price=wanted["price"]).order_by("pk")
    for row in alike:
        if _same(_of_product(row), wanted):
            return row.public_id, False
    spec = _article(wanted, PRODUCT_COLUMNS)
    return products.upsert(spec=spec, actor=actor, now=now).public_id, True


def _sku(wanted: Resource, ids: Mapping[str, str], actor: Actor, now: datetime) -> tuple[str, bool]:
    known = Sku.objects.filter(public_id=wanted["id"]).first() or _with_source_id(Sku, wanted)
    if known is not None and known.deleted_at is not None:
        raise _in_the_bin("SKU", wanted["sku"] or wanted["source_id"])
    if known is not None and (wanted["source_id"] or _same(_of_sku(known), wanted)):
        return known.public_id, False
    product = Product.objects.get(public_id=ids.get(wanted["product_id"], wanted["product_id"]))
    made = skus.upsert(product_id=product.pk, spec=_article(wanted, SKU_COLUMNS), actor=actor, now=now)
    return made.public_id, True


def _collection(wanted: Resource, ids: Mapping[str, str], actor: Actor, now: datetime) -> tuple[str, bool]:
    wanted = with_ids(wanted, {key: value for key, value in ids.items() if key != wanted["id"]})
    rows = ProductCollection.objects.filter(name=wanted["name"], type=wanted["type"]).order_by("pk")
    same_id = ProductCollection.objects.filter(public_id=wanted["id"])
    for row in [*same_id, *rows]:
        if _same(_of_collection(row), wanted):
            return row.public_id, False
    spec = CollectionSpec(
        name=wanted["name"], type=wanted["type"], products=wanted["products"], filter=wanted["filter"]
    )
    return collections.create(spec=spec, actor=actor, now=now).public_id, True


def _segment(wanted: Resource, ids: Mapping[str, str], actor: Actor, now: datetime) -> tuple[str, bool]:
    same_id = Segment.objects.filter(public_id=wanted["id"])
    rows = Segment.objects.filter(name=wanted["name"], type=wanted["type"]).order_by("pk")
    for row in [*same_id, *rows]:
        if _same(_of_segment(row), wanted):
            return row.public_id, False
    spec = SegmentSpec(name=wanted["name"], type=wanted["type"], filter=wanted["filter"])
    return segments.create(spec=spec, actor=actor, now=now).public_id, True


_ONE: Final = {PRODUCT: _product, SKU: _sku, COLLECTION: _collection, SEGMENT: _segment}


def _of_product(row: Product) -> Resource:
    columns = {name: getattr(row, name) for name in (*PRODUCT_COLUMNS, "metadata")}
    return facts({"object": PRODUCT, "id": row.public_id, "source_id": row.source_id, **columns})


def _of_sku(row: Sku) -> Resource:
    columns = {name: getattr(row, name) for name in (*SKU_COLUMNS, "metadata")}
    product_id = row.product.public_id
    return facts(
        {"object": SKU, "id": row.public_id, "product_id": product_id, "source_id": row.source_id, **columns}
    )


def _of_collection(row: ProductCollection) -> Resource:
    items = row.items.select_related("product", "sku").order_by("position")
    listed: Sequence[Mapping[str, str]] = [
        {"object": PRODUCT, "id": item.product.public_id}
        if item.product is not None
        else {"object": SKU, "id": item.sku.public_id if item.sku else ""}
        for item in items
    ]
    return {
        "object": COLLECTION,
        "id": row.public_id,
        "name": row.name,
        "type": row.type,
        "filter": row.filter,
        "products": listed,
    }


def _of_segment(row: Segment) -> Resource:
    if row.type == Segment.Type.STATIC:
        raise InvalidPayload(
            f"The segment {row.name} is a fixed list of customers, which a template cannot keep. Use one "
            "with a filter."
        )
    return {
        "object": SEGMENT,
        "id": row.public_id,
        "name": row.name,
        "type": row.type,
        "filter": row.filter,
    }


def _same(found: Resource, wanted: Resource) -> bool:
    return {**found, "id": ""} == {**wanted, "id": ""}


def _with_source_id[Row: (Product, Sku)](model: type[Row], wanted: Resource) -> Row | None:
    if not wanted["source_id"]:
        return None
    return model._default_manager.filter(source_id=wanted["source_id"]).first()


def _article(wanted: Resource, columns: Sequence[str]) -> ArticleSpec:
    values = {name: wanted[name] for name in columns}
    return ArticleSpec(source_id=wanted["source_id"] or None, values=values, metadata=wanted["metadata"])


def _in_the_bin(kind: str, name: str) -> TemplateNotUsable:
    return TemplateNotUsable(
        f"The {kind} {name} is in the bin, and what is there does not come back. Delete it for good first: "
        "then it is made anew."
    )
