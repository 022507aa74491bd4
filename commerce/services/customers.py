"""Customers: told by the shop, changed by merging, found by id or `source_id` (contract: data file 3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from commerce.models import Customer
from commerce.selectors import customers as selectors
from commerce.services import bulk
from commerce.services.customer_specs import COLUMNS, CustomerSpec, with_dial_code
from core import audit, events, project
from core.actors import Actor
from core.errors import NotFound
from core.locking import lock
from core.services import metadata_schemas


@transaction.atomic
def upsert(*, spec: CustomerSpec, actor: Actor, now: datetime) -> Customer:
    """Create the customer, or merge into the one with this `id`, else this `source_id`.

    :raises NotFound: `spec.id` is unknown.
    :raises MetadataInvalid: the metadata breaks the schema of customers.
    """
    known = _known(spec)
    if known is None and spec.id is not None:
        raise NotFound.of("customer", spec.id)
    if known is None:
        return _create(spec, actor, now)
    return _merge(known.pk, spec, actor, now)


@transaction.atomic
def upsert_from_payload(*, payload: Mapping[str, Any], actor: Actor, now: datetime) -> Customer:
    """The customer of an order, a redemption, an event or a publication: made or merged on the way.

    `payload` is a validated wire customer (`commerce.api.serializers.customers.CustomerInput`). An unknown
    `id` counts as not known; a payload that says nothing new writes nothing.

    :raises MetadataInvalid: the metadata breaks the schema of customers.
    """
    return _upserted(payload, actor, now, lock=False)


def hold_from_payload(*, payload: Mapping[str, Any], actor: Actor, now: datetime) -> Customer:
    """`upsert_from_payload` inside of the caller's transaction; the row is locked until that ends."""
    return _upserted(payload, actor, now, lock=True)


def _upserted(payload: Mapping[str, Any], actor: Actor, now: datetime, *, lock: bool) -> Customer:
    spec = CustomerSpec.from_payload(payload)
    known = _known(spec, lock=lock)
    if known is None and spec.id is not None and spec.source_id is not None:
        spec = replace(spec, id=None)
        known = _known(spec, lock=lock)
    if known is None:
        return _create(spec, actor, now)
    if not _prepared(spec).changes_to(known):
        return known
    return _merge(known.pk, spec, actor, now)


def find_for_payload(*, payload: Mapping[str, Any]) -> Customer | None:
    """The stored customer that a wire payload means, or None; never creates (validation, qualification)."""
    spec = CustomerSpec.from_payload(payload)
    found = _known(spec)
    if found is None and spec.id is not None and spec.source_id is not None:
        found = selectors.find(source_id=spec.source_id)
    return found


def knows(*, payload: Mapping[str, Any], customer: Customer) -> bool:
    """Whether a wire payload says nothing that is not on the customer's row already."""
    return not _prepared(CustomerSpec.from_payload(payload)).changes_to(customer)


@transaction.atomic
def update(*, customer_id: int, spec: CustomerSpec, actor: Actor, now: datetime) -> Customer:
    """Merge what was sent into one customer. `id` and `source_id` of `spec` do not count.

    :raises NotFound: deleted in the meantime.
    :raises MetadataInvalid: the metadata breaks the schema of customers.
    """
    return _merge(customer_id, spec, actor, now)


@transaction.atomic
def delete(*, customer_id: int, actor: Actor, now: datetime) -> None:
    """Take the customer out of sight. Orders and redemptions keep their link; `source_id` is free again.

    :raises NotFound: already deleted.
    """
    customer = _locked(customer_id)
    customer.memberships.all().delete()
    customer.former_source_id, customer.source_id = customer.source_id or "", None
    customer.deleted_at = customer.updated_at = now
    customer.save(update_fields=["former_source_id", "source_id", "deleted_at", "updated_at"])
    audit.log(actor, "customer.deleted", customer, now=now)
    events.emit("customer.deleted", entity=customer, actor=actor, now=now)


def _known(spec: CustomerSpec, *, lock: bool = False) -> Customer | None:
    """`id` wins over `source_id`."""
    if spec.id is not None:
        return selectors.find(public_id=spec.id, lock=lock)
    if spec.source_id is not None:
        return selectors.find(source_id=spec.source_id, lock=lock)
    return None


def _locked(customer_id: int) -> Customer:
    rows = lock(Customer.objects.filter(pk=customer_id, deleted_at=None))
    if not rows:
        raise NotFound.of("customer", str(customer_id))
    return rows[0]


def _prepared(spec: CustomerSpec) -> CustomerSpec:
    phone = spec.values.get("phone")
    if not phone or phone.startswith("+"):
        return spec
    dial_code = project.current().dial_code
    return replace(spec, values={**spec.values, "phone": with_dial_code(phone, dial_code)})


def _create(spec: CustomerSpec, actor: Actor, now: datetime) -> Customer:
    """Insert; whoever loses the race for a `source_id` merges into the winner's row."""
    metadata_schemas.check(resource="customer", metadata=spec.metadata, creating=True)
    prepared = _prepared(spec)
    customer = Customer(
        source_id=prepared.source_id,
        metadata=dict(prepared.metadata),
        channel=actor.channel,
        created_at=now,
        **prepared.values,
    )
    try:
        with transaction.atomic():
            customer.save(force_insert=True)
    except IntegrityError:
        winner = selectors.find(source_id=spec.source_id) if spec.source_id else None
        if winner is None:
            raise
        return _merge(winner.pk, spec, actor, now)
    audit.log(actor, "customer.created", customer, now=now, after={"source_id": customer.source_id})
    events.emit("customer.created", entity=customer, actor=actor, now=now, payload=_ids(customer))
    return customer


def _merge(customer_id: int, spec: CustomerSpec, actor: Actor, now: datetime) -> Customer:
    metadata_schemas.check(resource="customer", metadata=spec.metadata, creating=False)
    customer = _locked(customer_id)
    changes = _prepared(spec).changes_to(customer)
    for name, value in changes.items():
        setattr(customer, name, value)
    customer.updated_at = now
    customer.save(update_fields=[*changes, "updated_at"])
    if changes:
        # Names only: an audit row can never be emptied, personal data must be.
        audit.log(actor, "customer.updated", customer, now=now, after={"changed": sorted(changes)})
        events.emit("customer.updated", entity=customer, actor=actor, now=now, payload=_ids(customer))
    return customer


def _ids(customer: Customer) -> dict[str, Any]:
    return {"customer_id": customer.public_id, "source_id": customer.source_id}


def count_redemptions(
    *, customer_id: int, succeeded: int = 0, failed: int = 0, rolled_back: int = 0, rollbacks_failed: int = 0
) -> None:
    """Add to the customer's summary, in the transaction of what is counted."""
    Customer.objects.filter(pk=customer_id).update(
        redemptions_succeeded=F("redemptions_succeeded") + succeeded,
        redemptions_failed=F("redemptions_failed") + failed,
        rollbacks_succeeded=F("rollbacks_succeeded") + rolled_back,
        rollbacks_failed=F("rollbacks_failed") + rollbacks_failed,
    )


def count_referral(*, referrer_id: int, referee_id: int, count: int) -> None:
    """One more that counts, or (-1) one less, in the transaction of what is counted."""
    by_person = {referrer_id: "referred_customers", referee_id: "referrals_count"}
    for customer_id, name in sorted(by_person.items()):
        Customer.objects.filter(pk=customer_id).update(**{name: F(name) + count})


def bulk_upsert(*, specs: Iterable[CustomerSpec], actor: Actor, now: datetime) -> bulk.BulkResult:
    """Create or merge any number of customers, in batches; see `commerce.services.bulk`."""
    dial_code = project.current().dial_code

    def make(spec: CustomerSpec) -> Customer:
        return Customer(
            source_id=spec.source_id, metadata=dict(spec.metadata), channel=actor.channel, **spec.values
        )

    def completed(spec: CustomerSpec) -> CustomerSpec:
        phone = spec.values.get("phone")
        if not phone or not dial_code:
            return spec
        return replace(spec, values={**spec.values, "phone": with_dial_code(phone, dial_code)})

    noun = bulk.Noun(
        name="customer",
        model=Customer,
        columns=COLUMNS,
        make=make,
        refusal=lambda row: "It is deleted." if row.deleted_at is not None else None,
        rules=metadata_schemas.rulebook(resource="customer"),
    )
    return bulk.upsert(noun, map(completed, specs), actor=actor, now=now)
