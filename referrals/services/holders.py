"""Who was recommended by a code, said by the shop before anything is redeemed. Contract: referrals 15.2."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from commerce.models import Customer
from commerce.services import customers
from core import audit, events
from core.actors import Actor
from core.errors import DomainError, DuplicateFound, Forbidden, InvalidPayload, NotFound
from core.idempotency import UNKEYED, Once
from core.locking import lock, retried
from core.services import metadata_schemas
from promotions.models import Holder, Voucher

MOST: Final = 100
Role = Holder.Role


class NotPublished(DomainError):
    key = "not_published"
    message = "Not published"


class AlreadyAssigned(DomainError):
    """Spelled as on the wire."""

    status = 409
    key = "holder_assignement_duplication"
    message = "Holder assignment duplication"


@retried
@transaction.atomic
def add(
    *,
    voucher: Voucher,
    people: Sequence[Mapping[str, Any]],
    metadata: Mapping[str, Any],
    actor: Actor,
    now: datetime,
    once: Once[list[Holder]] = UNKEYED,
) -> list[Holder]:
    """Attach customers to a referral code as those who were recommended; all of them, or nobody.

    `people` are validated wire customers, each made or merged on the way. It counts nothing: a referral is
    what they do afterwards.

    :raises InvalidPayload: nobody, or too many at once.
    :raises NotPublished: the code recommends for nobody yet.
    :raises DuplicateFound: the same customer twice.
    :raises AlreadyAssigned: one of them has the code already, to give it on or as recommended.
    :raises MetadataInvalid: the metadata breaks the schema of publications, or of customers.
    """
    once.claim()
    if not 1 <= len(people) <= MOST:
        raise InvalidPayload(f"holders: 1 to {MOST} customers are expected.")
    metadata_schemas.check(resource="publication", metadata=metadata, creating=True)
    found = [customers.hold_from_payload(payload=one, actor=actor, now=now) for one in people]
    if len({one.pk for one in found}) < len(found):
        raise DuplicateFound("One customer stands in the list twice.")
    rows = lock(Voucher.objects.filter(pk=voucher.pk, deleted_at=None))
    if not rows:
        raise NotFound.of("voucher", voucher.code)
    if rows[0].holder_id is None:
        raise NotPublished(f"Nobody recommends with {voucher.code} yet: publish it to a customer first.")
    _refuse_attached(voucher, found)
    made = Holder.objects.bulk_create(
        Holder(
            created_at=now,
            voucher=voucher,
            customer=customer,
            role=Role.REFEREE,
            is_personal=True,
            metadata=dict(metadata),
        )
        for customer in found
    )
    for row in made:
        _say("created", row, actor, now)
    audit.log(
        actor,
        "referral.holders.added",
        voucher,
        now=now,
        after={"customers": [one.public_id for one in found]},
    )
    once.keep(made)
    return made


@transaction.atomic
def remove(*, holder: Holder, actor: Actor, now: datetime) -> None:
    """Detach somebody who was recommended; what he did by the code stays.

    :raises Forbidden: he is the one who recommends.
    """
    rows = lock(Holder.objects.filter(pk=holder.pk))
    if not rows:
        raise NotFound.of("holder", holder.public_id)
    if rows[0].role != Role.REFEREE:
        raise Forbidden("You can not remove Referrer assignment")
    _say("deleted", holder, actor, now)
    audit.log(
        actor,
        "referral.holders.removed",
        holder.voucher,
        now=now,
        before={"customers": [holder.customer.public_id]},
    )
    rows[0].delete()


def attach(*, voucher: Voucher, customer: Customer, actor: Actor, now: datetime) -> None:
    """Who converts is among those who were recommended by the code; the second time nothing happens."""
    row, is_new = Holder.objects.get_or_create(
        voucher=voucher,
        customer=customer,
        defaults={"created_at": now, "role": Role.REFEREE, "is_personal": True},
    )
    if is_new:
        _say("created", row, actor, now)


def _refuse_attached(voucher: Voucher, people: Sequence[Customer]) -> None:
    known = Holder.objects.filter(voucher=voucher, customer__in=people).select_related("customer").first()
    if known is not None:
        raise AlreadyAssigned(
            f"{known.customer.source_id or known.customer.public_id} has {voucher.code} already, as "
            f"{known.role.lower()}."
        )


def _say(verb: str, row: Holder, actor: Actor, now: datetime) -> None:
    campaign = row.voucher.campaign
    payload = {
        "holder_id": row.public_id,
        "customer_id": row.customer.public_id,
        "voucher_id": row.voucher.public_id,
        "campaign_id": campaign.public_id if campaign is not None else None,
        "holder_role": str(row.role),
    }
    name = f"customer.holder.assignment.{verb}"
    events.emit(name, entity=row.customer, actor=actor, now=now, payload=payload)
