"""Giving codes to customers. Contract: semantics-core 18.

One customer is given codes under the lock of his row, so that what may be had once is had once. A refused
attempt leaves one row of its own and no other trace (INVARIANTS R5).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError, transaction

from commerce.models import Customer
from commerce.services import blocking, customers
from core import events, project
from core.actors import Actor
from core.errors import DomainError, NotFound
from core.idempotency import UNKEYED, Once
from core.journal import Journal
from core.locking import lock, retried
from core.services import metadata_schemas
from promotions.models import Campaign, Publication, Voucher
from promotions.selectors import campaigns as known_campaigns
from promotions.selectors import publications as selectors
from promotions.selectors import vouchers as known_vouchers
from promotions.services import code_pool, wallets
from promotions.services.code_pool import NoVoucherSuitable
from promotions.services.publication_specs import (
    REFUSALS,
    DuplicateSourceId,
    PublicationSpec,
    TooManyVouchersRequested,
    VoucherAlreadyPublished,
    VoucherCannotBePublished,
    check,
    refuse_closed,
    refuse_unfit,
)
from promotions.services.validations import tracking_of
from promotions.services.wallets import Gift

_LONGEST_MESSAGE: Final = 1000
_SOURCE_ID_ONCE: Final = "publication_source_id_once"


@dataclass(frozen=True, kw_only=True)
class Published:
    """A publication that gave something. `is_repeated`: it was there already, and nothing happened now."""

    publication: Publication
    customer: Customer
    vouchers: list[Voucher]
    is_repeated: bool = False


def publish(
    *, spec: PublicationSpec, actor: Actor, now: datetime, once: Once[Published] = UNKEYED
) -> Published:
    """Give a customer a code, or the next free codes of a campaign: all of them or none.

    The customer is made or merged on the way. The same code for its own holder, the same `source_id` or
    `cause` for the same customer is the first publication again.

    :raises MissingVouchers: neither a voucher nor a campaign is named.
    :raises TooManyVouchersRequested: more than 50, or more than one where only one can be had.
    :raises NotFound: no such voucher or campaign.
    :raises NoVoucherSuitable: the campaign has not (so many) free codes left.
    :raises VoucherAlreadyPublished: the code belongs to somebody else.
    :raises CustomerBlocked: the customer is blocked and gets nothing new.
    :raises VoucherCannotBePublished: a draft, a campaign that is over, a disabled code, or the customer
        joined a campaign that may be joined once.
    :raises DuplicateSourceId: the id was used for another customer or something else.
    :raises MetadataInvalid: the metadata breaks the schema of publications or customers.
    """
    check(spec)
    try:
        return _publish(spec, actor, now, once)
    except REFUSALS as refusal:
        _record_failure(spec, refusal, actor, now)
        raise


@retried
@transaction.atomic
def _publish(spec: PublicationSpec, actor: Actor, now: datetime, once: Once[Published]) -> Published:
    once.claim()
    metadata_schemas.check(resource="publication", metadata=spec.metadata, creating=True)
    if (before := _under_source_id(spec)) is not None:
        once.keep(before)
        return before
    customer = customers.hold_from_payload(payload=spec.customer, actor=actor, now=now)
    before = _repeated(spec, customer)
    if before is None:
        blocking.refuse_blocked(customer)
    published = before or _give(spec, customer, actor, now)
    once.keep(published)
    return published


def _give(spec: PublicationSpec, customer: Customer, actor: Actor, now: datetime) -> Published:
    voucher = known_vouchers.get(spec.voucher) if spec.voucher else None
    campaign = voucher.campaign if voucher is not None else known_campaigns.get(spec.campaign)
    if voucher is None and campaign is not None and campaign.type == Campaign.Type.STANDALONE:
        voucher = _only_code_of(campaign)
    if voucher is not None:
        return _give_named(spec, voucher, campaign, customer, actor, now)
    assert campaign is not None  # noqa: S101 - known_campaigns.get raises
    return _give_next(spec, campaign, customer, actor, now)


def _give_next(
    spec: PublicationSpec, campaign: Campaign, customer: Customer, actor: Actor, now: datetime
) -> Published:
    refuse_closed(campaign, now)
    if (before := _joined(spec, campaign, customer)) is not None:
        return before
    if campaign.join_once and spec.count > 1:
        raise TooManyVouchersRequested(f"A customer gets one code of {campaign.name}.")
    taken = code_pool.take(campaign=campaign, count=spec.count, actor=actor, now=now)
    published = _write(spec, campaign, taken.pks, customer, actor, now, is_drawn=True)
    code_pool.settle(campaign=campaign, taken=taken)
    return published


def _give_named(
    spec: PublicationSpec,
    voucher: Voucher,
    campaign: Campaign | None,
    customer: Customer,
    actor: Actor,
    now: datetime,
) -> Published:
    rows = lock(Voucher.objects.filter(pk=voucher.pk, deleted_at=None, released_at=None))
    if not rows:
        raise NotFound.of("voucher", spec.voucher)
    row = rows[0]
    if spec.count > 1 and not spec.voucher:
        raise TooManyVouchersRequested("The campaign has one code for all.")
    is_personal = wallets.is_personal(campaign)
    if is_personal and row.holder_id not in (None, customer.pk):
        raise VoucherAlreadyPublished(
            "The code belongs to another customer. Publish the campaign's next free code instead."
        )
    if is_personal or spec.join_once:
        first = selectors.first_of(customer=customer, voucher=row)
        if first is not None:
            return _again(first, customer)
    if campaign is not None:
        refuse_closed(campaign, now)
        if is_personal and (before := _joined(spec, campaign, customer)) is not None:
            return before
    refuse_unfit(row, now)
    return _write(spec, campaign, [row.pk], customer, actor, now, is_drawn=False)


def _only_code_of(campaign: Campaign) -> Voucher:
    found = known_vouchers.present().filter(campaign=campaign).first()
    if found is None:
        raise NoVoucherSuitable(f"{campaign.name} has no code.")
    return found


def _joined(spec: PublicationSpec, campaign: Campaign, customer: Customer) -> Published | None:
    """What a customer got before from a campaign that is joined once; both flags: semantics-core 18.

    :raises VoucherCannotBePublished: the campaign says so, and the caller did not ask for the same again.
    """
    if not (spec.join_once or campaign.join_once):
        return None
    before = selectors.first_of(customer=customer, campaign=campaign)
    if before is None:
        return None
    if not spec.join_once:
        raise VoucherCannotBePublished(
            "The campaign gives each customer one code. Send join_once=true to get the same again.",
            message="Customer already joined program.",
        )
    return _again(before, customer)


def _under_source_id(spec: PublicationSpec) -> Published | None:
    """The first publication under this `source_id`, before anything is written for the customer.

    :raises DuplicateSourceId: it was another one's, or of something else.
    """
    first = selectors.under_source_id(spec.source_id) if spec.source_id else None
    if first is None:
        return None
    assert first.customer is not None  # noqa: S101 - a success has one
    if not (_means(spec.customer, first.customer) and _names(spec, first)):
        raise DuplicateSourceId(
            "This source_id was used for another publication. Give every publication an id of its own."
        )
    return _again(first, first.customer)


def _repeated(spec: PublicationSpec, customer: Customer) -> Published | None:
    """Now that the customer is locked: did the same call, or the same cause, come through meanwhile?"""
    if (before := _under_source_id(spec)) is not None:
        return before
    first = selectors.of_cause(spec.cause, customer) if spec.cause else None
    return None if first is None else _again(first, customer)


def _means(payload: Mapping[str, Any], customer: Customer) -> bool:
    """Whether a wire customer is this one; without an id, whether all that it says is so."""
    if payload.get("id") or payload.get("source_id"):
        return payload.get("id") == customer.public_id or (
            bool(payload.get("source_id")) and payload["source_id"] == customer.source_id
        )
    return customers.knows(payload=payload, customer=customer)


def _names(spec: PublicationSpec, first: Publication) -> bool:
    codes = selectors.codes_of(first)
    if spec.voucher:
        key = project.code_key(spec.voucher, project.current())
        return any(spec.voucher == code.public_id or key == code.code_key for code in codes)
    campaign = first.campaign
    return campaign is not None and spec.campaign in (campaign.public_id, campaign.name)


def _again(first: Publication, customer: Customer) -> Published:
    vouchers = selectors.codes_of(first)
    return Published(publication=first, customer=customer, vouchers=vouchers, is_repeated=True)


def _write(
    spec: PublicationSpec,
    campaign: Campaign | None,
    pks: list[int],
    customer: Customer,
    actor: Actor,
    now: datetime,
    *,
    is_drawn: bool,
) -> Published:
    publication = _row(spec, customer, campaign, actor, now)
    gift = Gift(publication=publication, customer=customer, voucher_ids=pks)
    journal = Journal()
    try:
        with transaction.atomic():
            (vouchers,) = wallets.give([gift], campaign=campaign, is_drawn=is_drawn, journal=journal, now=now)
    except IntegrityError as error:
        if _SOURCE_ID_ONCE in str(error):
            raise DuplicateSourceId("This source_id is being used for another publication.") from error
        raise
    after = {"codes": publication.codes_count, "customer": customer.public_id}
    journal.note(actor, "publication.created", publication, now=now, after=after)
    journal.write(actor, now)
    journal.capture()
    return Published(publication=publication, customer=customer, vouchers=vouchers)


def _row(
    spec: PublicationSpec, customer: Customer | None, campaign: Campaign | None, actor: Actor, now: datetime
) -> Publication:
    return Publication(
        created_at=now,
        customer=customer,
        campaign=campaign,
        source_id=spec.source_id,
        channel=spec.channel or actor.channel,
        tracking_id=tracking_of("", spec.customer, project.current()) or "",
        cause=spec.cause,
        metadata=dict(spec.metadata),
    )


@transaction.atomic
def _record_failure(spec: PublicationSpec, refusal: DomainError, actor: Actor, now: datetime) -> Publication:
    """The one trace of a refused attempt. Somebody unknown stays unknown."""
    customer = customers.find_for_payload(payload=spec.customer)
    voucher = known_vouchers.find(spec.voucher) if spec.voucher else None
    named = known_campaigns.present().filter(name=spec.campaign) | known_campaigns.present().filter(
        public_id=spec.campaign
    )
    failed = _row(spec, customer, voucher.campaign if voucher else named.first(), actor, now)
    failed.result = Publication.Result.FAILURE
    failed.voucher_code = voucher.code if voucher else spec.voucher
    failed.failure_code = refusal.key
    message = ". ".join(text for text in (refusal.message.rstrip("."), refusal.details) if text)
    failed.failure_message = message[:_LONGEST_MESSAGE]
    failed.save(force_insert=True)
    payload = wallets.payload(failed, customer, [])
    events.emit("publication.failed", entity=failed, actor=actor, now=now, payload=payload)
    return failed
