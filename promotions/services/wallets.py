"""What customers hold: the rows of publications, written for one customer or for many at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from commerce.models import Customer
from core import prepared
from core.actors import Actor
from core.journal import Journal
from promotions import points, referral_codes
from promotions.models import Campaign, Holder, Publication, PublishedCode, Voucher

_HAND_OVER: Final = (
    "UPDATE promotions_voucher AS voucher SET holder_id = given.customer, published_at = %(now)s, "
    "publish_count = publish_count + given.times, is_out_of_pool = TRUE "
    "FROM unnest(%(vouchers)s::bigint[], %(customers)s::bigint[], %(times)s::integer[]) "
    "AS given (voucher, customer, times) "
    "WHERE voucher.id = given.voucher "
    "AND (NOT %(personal)s OR voucher.holder_id IS NULL OR voucher.holder_id = given.customer) "
    "RETURNING voucher.id"
)


class GivenAway(Exception):
    """A bug: somebody else has a personal code that was locked as free."""


_SYSTEM: Final = Actor.system("publications", channel="TASK")


@dataclass(frozen=True, kw_only=True)
class Gift:
    """An unsaved publication with the codes that it gives; their rows are locked."""

    publication: Publication
    customer: Customer
    voucher_ids: Sequence[int]


def is_personal(campaign: Campaign | None) -> bool:
    """Whether the codes of a campaign belong to one customer each. A generic code may be given to many."""
    return campaign is not None and campaign.type != Campaign.Type.STANDALONE


def give(
    gifts: Sequence[Gift],
    *,
    campaign: Campaign | None,
    is_drawn: bool,
    journal: Journal,
    now: datetime,
) -> list[list[Voucher]]:
    """Store publications of one campaign's codes, or of one generic code; returns the codes of each.

    Six statements, however many there are. `is_drawn`: the codes are the next free ones. What is to be told
    goes into `journal`.
    """
    personal = is_personal(campaign)
    role = Holder.Role.REFERRER if referral_codes.is_referral(campaign) else Holder.Role.OWNER
    given = [(gift, pk) for gift in gifts for pk in gift.voucher_ids]
    vouchers = Voucher.objects.in_bulk([pk for _, pk in given])
    for gift in gifts:
        row = gift.publication
        row.result = Publication.Result.SUCCESS
        row.codes_count = len(gift.voucher_ids)
        row.voucher_code = vouchers[gift.voucher_ids[0]].code
        row.drawn_up_to = max(gift.voucher_ids) if is_drawn else None
    prepared.insert_all([gift.publication for gift in gifts])
    prepared.insert_all([PublishedCode(publication=gift.publication, voucher_id=pk) for gift, pk in given])
    Holder.objects.bulk_create(
        [
            Holder(created_at=now, voucher_id=pk, customer=gift.customer, role=role, is_personal=personal)
            for gift, pk in given
        ],
        # A generic code may come to the same customer again; that nobody else has a personal one, the next
        # statement makes sure.
        ignore_conflicts=True,
    )
    _hand_over(given, personal, now)
    for gift, pk in given:
        voucher = vouchers[pk]
        voucher.holder, voucher.published_at = gift.customer, now
        voucher.publish_count, voucher.is_out_of_pool = voucher.publish_count + 1, True
        voucher.campaign = campaign
    cards = [voucher for voucher in vouchers.values() if voucher.type == Voucher.Type.LOYALTY_CARD]
    if cards:
        points.keeper().open(cards, actor=_SYSTEM, now=now)
    for gift in gifts:
        _tell(gift, [vouchers[pk] for pk in gift.voucher_ids], journal)
    return [[vouchers[pk] for pk in gift.voucher_ids] for gift in gifts]


def payload(
    publication: Publication, customer: Customer | None, vouchers: Sequence[Voucher]
) -> dict[str, Any]:
    """What events say about a publication: ids."""
    campaign = publication.campaign
    return {
        "publication_id": publication.public_id,
        "customer_id": customer.public_id if customer else None,
        "campaign_id": campaign.public_id if campaign else None,
        "voucher_id": vouchers[0].public_id if vouchers else None,
        "voucher_ids": [voucher.public_id for voucher in vouchers],
        "channel": publication.channel,
        "failure_code": publication.failure_code or None,
    }


def _hand_over(given: Sequence[tuple[Gift, int]], personal: bool, now: datetime) -> None:
    """A generic code may be given to many at once: it belongs to the last of them."""
    last = {pk: gift.customer.pk for gift, pk in given}
    times = Counter(pk for _, pk in given)
    with prepared.cursor() as cursor:
        cursor.execute(
            _HAND_OVER,
            {
                "vouchers": list(last),
                "customers": list(last.values()),
                "times": [times[pk] for pk in last],
                "personal": personal,
                "now": now,
            },
        )
        if cursor.rowcount != len(last):
            raise GivenAway(f"{len(last) - cursor.rowcount} of {len(last)} codes have a holder.")


def _tell(gift: Gift, vouchers: Sequence[Voucher], journal: Journal) -> None:
    said = payload(gift.publication, gift.customer, vouchers)
    journal.say("publication.succeeded", gift.publication, said)
    for voucher in vouchers:
        journal.say(
            "voucher.published", voucher, {**said, "voucher_id": voucher.public_id, "code": voucher.code}
        )
