"""Products: upserted by id or `source_id`, deleted into the bin or for good (contract: data file 5)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from commerce.models import Product, Sku
from commerce.services import bulk
from commerce.services.catalogue_specs import PRODUCT_COLUMNS, ArticleSpec
from core import audit, events
from core.actors import Actor
from core.errors import DuplicateFound, NotFound, ResourceInUse
from core.locking import lock
from core.models import BinEntry
from core.services import bin, metadata_schemas


@transaction.atomic
def upsert(*, spec: ArticleSpec, actor: Actor, now: datetime) -> Product:
    """Create the product, or merge into the one with this `id`, else this `source_id`.

    :raises NotFound: `spec.id` is unknown.
    :raises DuplicateFound: the `source_id` belongs to a product in the bin.
    :raises MetadataInvalid: the metadata breaks the schema of products.
    """
    known = None
    if spec.id is not None:
        known = Product.objects.present().filter(public_id=spec.id).first()
        if known is None:
            raise NotFound.of("product", spec.id)
    elif spec.source_id is not None:
        known = Product.objects.filter(source_id=spec.source_id).first()
    if known is None:
        return _create(spec, actor, now)
    return _merge(known, spec, actor, now)


@transaction.atomic
def update(*, product_id: int, spec: ArticleSpec, actor: Actor, now: datetime) -> Product:
    """Merge what was sent into one product; its `source_id` stays.

    :raises NotFound: deleted in the meantime.
    :raises MetadataInvalid: the metadata breaks the schema of products.
    """
    return _merge(Product.objects.get(pk=product_id), spec, actor, now)


@transaction.atomic
def delete(*, product_id: int, force: bool, actor: Actor, now: datetime) -> None:
    """Into the bin, together with its SKUs, or with `force` out of the database, also from the bin. Order
    lines keep their data.

    :raises NotFound: deleted in the meantime.
    :raises ResourceInUse: something still refers to the product.
    """
    rows = lock(Product.objects.filter(pk=product_id))
    if not rows or (rows[0].deleted_at is not None and not force):
        raise NotFound.of("product", str(product_id))
    product = rows[0]
    audit.log(actor, "product.deleted", product, now=now, after={"force": force})
    if product.deleted_at is None:
        payload = {"product_id": product.public_id}
        events.emit("product.deleted", entity=product, actor=actor, now=now, payload=payload)
    if not force:
        kind = BinEntry.ResourceType.PRODUCT
        bin.put(kind=kind, resource_id=product.public_id, name=str(product), actor=actor, now=now)
        Sku.objects.present().filter(product=product).update(deleted_at=now)
        product.deleted_at = now
        product.save(update_fields=["deleted_at"])
        return
    try:
        with transaction.atomic():
            bin.take_out(product.public_id)
            Sku.objects.filter(product=product).delete()
            product.delete()
    except ProtectedError as error:
        raise ResourceInUse(f"Product {product} is in use.") from error


def _create(spec: ArticleSpec, actor: Actor, now: datetime) -> Product:
    metadata_schemas.check(resource="product", metadata=spec.metadata, creating=True)
    product = Product(
        source_id=spec.source_id, metadata=dict(spec.metadata), created_at=now, **dict(spec.values)
    )
    try:
        with transaction.atomic():
            product.save(force_insert=True)
    except IntegrityError:
        winner = Product.objects.filter(source_id=spec.source_id).first() if spec.source_id else None
        if winner is None:
            raise
        return _merge(winner, spec, actor, now)
    audit.log(actor, "product.created", product, now=now, after=_facts(product))
    events.emit(
        "product.created", entity=product, actor=actor, now=now, payload={"product_id": product.public_id}
    )
    return product


def _merge(known: Product, spec: ArticleSpec, actor: Actor, now: datetime) -> Product:
    metadata_schemas.check(resource="product", metadata=spec.metadata, creating=False)
    rows = lock(Product.objects.filter(pk=known.pk))
    if not rows:
        raise NotFound.of("product", known.public_id)
    product = rows[0]
    if product.deleted_at is not None:
        raise DuplicateFound(
            f"Duplicated product exists with source_id {product.source_id}. It is in the bin.",
            resource_type="product",
            resource_id=product.public_id,
        )
    before = _facts(product)
    changes = spec.changes_to(product)
    for name, value in changes.items():
        setattr(product, name, value)
    product.updated_at = now
    product.save(update_fields=[*changes, "updated_at"])
    if changes:
        old, new = audit.changes(before, _facts(product))
        audit.log(actor, "product.updated", product, now=now, before=old, after=new)
        events.emit(
            "product.updated", entity=product, actor=actor, now=now, payload={"product_id": product.public_id}
        )
    return product


def _facts(product: Product) -> dict[str, object]:
    names = ("source_id", "name", "price", "attributes", "image_url", "metadata")
    return {name: getattr(product, name) for name in names}


def bulk_upsert(*, specs: Iterable[ArticleSpec], actor: Actor, now: datetime) -> bulk.BulkResult:
    """Create or merge any number of products, in batches; see `commerce.services.bulk`."""
    noun = bulk.Noun(
        name="product",
        model=Product,
        columns=PRODUCT_COLUMNS,
        make=lambda spec: Product(
            source_id=spec.source_id, metadata=dict(spec.metadata), **dict(spec.values)
        ),
        refusal=lambda row: "It is in the bin." if row.deleted_at is not None else None,
        rules=metadata_schemas.rulebook(resource="product"),
    )
    return bulk.upsert(noun, specs, actor=actor, now=now)
