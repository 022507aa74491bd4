"""What may be published to whom: the words of a caller, and why it can be refused. Semantics-core 18."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from commerce.services.blocking import CustomerBlocked
from core.errors import DomainError
from promotions.models import Campaign, Voucher
from promotions.services.code_pool import NoVoucherSuitable

MOST_CODES: Final = 50
LONGEST_ID: Final = 255
LONGEST_CHANNEL: Final = 64


class MissingVouchers(DomainError):
    key = "missing_vouchers"
    message = "Missing vouchers"


class TooManyVouchersRequested(DomainError):
    key = "too_many_vouchers_requested"
    message = "Too many vouchers requested"


class DuplicateSourceId(DomainError):
    key = "duplicate_source_id"
    message = "Duplicate source id"


class VoucherAlreadyPublished(DomainError):
    key = "voucher_already_published"
    message = "Voucher already published"


class VoucherCannotBePublished(DomainError):
    key = "voucher_cannot_be_published"
    message = "Voucher cannot be published"


REFUSALS: Final = (
    CustomerBlocked,
    NoVoucherSuitable,
    VoucherAlreadyPublished,
    VoucherCannotBePublished,
)
"""What leaves a row. The other refusals say that the call itself makes no sense."""


@dataclass(frozen=True, kw_only=True)
class PublicationSpec:
    """Who gets what.

    `customer` is a validated wire customer (`commerce.api.serializers.customers.CustomerInput`); `{"id": …}`
    is enough. `voucher` is a code or id and wins over `campaign`, an id or name, of which the customer gets
    the next `count` free codes. `join_once`: who has a code already gets no other, but the same answer again.
    `source_id` is the caller's own id and makes a repeated call harmless; `cause` does so for callers inside
    of the house: one cause gives a customer something once.
    """

    customer: Mapping[str, Any]
    voucher: str = ""
    campaign: str = ""
    count: int = 1
    join_once: bool = False
    source_id: str = ""
    channel: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    cause: str = ""


def check(spec: PublicationSpec) -> None:
    """:raises DomainError: what is wrong with a spec, whatever there is."""
    if not spec.voucher and not spec.campaign:
        raise MissingVouchers("Name a voucher, or a campaign to take the next free code from.")
    if spec.count > MOST_CODES:
        raise TooManyVouchersRequested(f"At most {MOST_CODES} codes can be published at once.")
    if spec.count > 1 and spec.source_id:
        raise TooManyVouchersRequested("With a source_id only one code can be published at once.")


def refuse_closed(campaign: Campaign, now: datetime) -> None:
    """A campaign that gives no codes out: one that is disabled does, one that begins later too.

    :raises VoucherCannotBePublished: a draft, a promotion, or its end is past.
    """
    if campaign.is_draft:
        raise VoucherCannotBePublished("The campaign is a draft. Launch it first.")
    if campaign.campaign_type == Campaign.CampaignType.PROMOTION:
        raise VoucherCannotBePublished("A promotion has no codes: it applies without one.")
    if campaign.ends_at is not None and campaign.ends_at <= now:
        raise VoucherCannotBePublished("The campaign is over. Move its end, or publish another one.")


def refuse_unfit(voucher: Voucher, now: datetime) -> None:
    if not voucher.is_active:
        raise VoucherCannotBePublished("The code is disabled. Enable it first.")
    if voucher.ends_at is not None and voucher.ends_at <= now:
        raise VoucherCannotBePublished("The code has expired. Move its end first.")
