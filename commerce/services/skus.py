"""SKUs: upserted inside of a product; a `source_id` is unique in the catalogue (contract: data file 5)."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from commerce.models import Product, Sku
from commerce.services.catalogue_specs import ArticleSpec
from core import audit, events
from core.actors import Actor
from core.errors import DuplicateFound, NotFound, ResourceInUse
from core.locking import lock
from core.models import BinEntry
from core.services import bin, metadata_schemas


@transaction.atomic
def upsert(*, product_id: int, spec: ArticleSpec, actor: Actor, now: datetime) -> Sku:
    """Create the SKU in this product, or merge into the product's SKU with this `id` or `source_id`.

    :raises NotFound: `spec.id` is unknown in this product.
    :raises DuplicateFound: the `source_id` belongs to another product's SKU, or to one in the bin.
    :raises MetadataInvalid: the metadata breaks the schema of products.
    """
    product = Product.objects.get(pk=product_id)
    known = None
    if spec.id is not None:
        known = Sku.objects.present().filter(product=product, public_id=spec.id).first()
        if known is None:
            raise NotFound.of("sku", spec.id)
    elif spec.source_id is not None:
        known = Sku.objects.filter(source_id=spec.source_id).first()
    if known is None:
        return _create(product, spec, actor, now)
    return _merge(known, product, spec, actor, now)


@transaction.atomic
def update(*, sku_id: int, spec: ArticleSpec, actor: Actor, now: datetime) -> Sku:
    """Merge what was sent into one SKU; its product and `source_id` stay.

    :raises NotFound: deleted in the meantime.
    :raises MetadataInvalid: the metadata breaks the schema of products.
    """
    known = Sku.objects.select_related("product").get(pk=sku_id)
    return _merge(known, known.product, spec, actor, now)


@transaction.atomic
def delete(*, sku_id: int, force: bool, actor: Actor, now: datetime) -> None:
    """Into the bin, or with `force` out of the database, also from the bin. Order lines keep their data.

    :raises NotFound: deleted in the meantime.
    :raises ResourceInUse: something still refers to the SKU.
    """
    rows = lock(Sku.objects.filter(pk=sku_id))
    if not rows or (rows[0].deleted_at is not None and not force):
        raise NotFound.of("sku", str(sku_id))
    sku = rows[0]
    audit.log(actor, "sku.deleted", sku, now=now, after={"force": force})
    if sku.deleted_at is None:
        events.emit("sku.deleted", entity=sku, actor=actor, now=now, payload={"sku_id": sku.public_id})
    if not force:
        bin.put(
            kind=BinEntry.ResourceType.SKU,
            resource_id=sku.public_id,
            name=str(sku),
            parent_id=Product.objects.values_list("public_id", flat=True).get(pk=sku.product_id),
            actor=actor,
            now=now,
        )
        sku.deleted_at = now
        sku.save(update_fields=["deleted_at"])
        return
    try:
        with transaction.atomic():
            bin.take_out(sku.public_id)
            sku.delete()
    except ProtectedError as error:
        raise ResourceInUse(f"SKU {sku} is in use.") from error


def _create(product: Product, spec: ArticleSpec, actor: Actor, now: datetime) -> Sku:
    metadata_schemas.check(resource="product", metadata=spec.metadata, creating=False)
    sku = Sku(
        product=product,
        source_id=spec.source_id,
        metadata=dict(spec.metadata),
        created_at=now,
        **dict(spec.values),
    )
    try:
        with transaction.atomic():
            sku.save(force_insert=True)
    except IntegrityError:
        winner = Sku.objects.filter(source_id=spec.source_id).first() if spec.source_id else None
        if winner is None:
            raise
        return _merge(winner, product, spec, actor, now)
    audit.log(actor, "sku.created", sku, now=now, after=_facts(sku))
    events.emit("sku.created", entity=sku, actor=actor, now=now, payload={"sku_id": sku.public_id})
    return sku


def _merge(known: Sku, product: Product, spec: ArticleSpec, actor: Actor, now: datetime) -> Sku:
    metadata_schemas.check(resource="product", metadata=spec.metadata, creating=False)
    rows = lock(Sku.objects.filter(pk=known.pk))
    if not rows:
        raise NotFound.of("sku", known.public_id)
    sku = rows[0]
    if sku.deleted_at is not None or sku.product_id != product.pk:
        where = "in another product" if sku.deleted_at is None else "in the bin"
        raise DuplicateFound(
            f"Duplicated sku exists with source_id {sku.source_id}. It is {where}.",
            resource_type="sku",
            resource_id=sku.public_id,
        )
    sku.product = product
    before = _facts(sku)
    changes = spec.changes_to(sku)
    for name, value in changes.items():
        setattr(sku, name, value)
    sku.updated_at = now
    sku.save(update_fields=[*changes, "updated_at"])
    if changes:
        old, new = audit.changes(before, _facts(sku))
        audit.log(actor, "sku.updated", sku, now=now, before=old, after=new)
        events.emit("sku.updated", entity=sku, actor=actor, now=now, payload={"sku_id": sku.public_id})
    return sku


def _facts(sku: Sku) -> dict[str, object]:
    names = ("source_id", "sku", "price", "currency", "attributes", "image_url", "metadata")
    return {name: getattr(sku, name) for name in names}
