"""What referral programmes react to: redemptions, paid orders, events, and what takes them back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.db import models

from commerce.models import CustomEvent, Order
from core import events
from core.actors import Actor
from core.models import OutboxEvent
from promotions.models import Campaign, Redemption, Rollback, Voucher
from promotions.selectors import vouchers
from referrals.models import Referral
from referrals.programmes import Conversion, Programme
from referrals.services import converting, reversing
from referrals.services.converting import Converted

_ACTOR: Final = Actor.system("referrals", channel="TASK")
REDEEMED: Final = "redemption.succeeded"
PAID: Final = "customer.order.paid"
CUSTOM: Final = "customer.custom_event"
ROLLED_BACK: Final = "redemption.rollback.succeeded"
CANCELED: Final = "customer.order.canceled"


def listened_to() -> set[str]:
    """Nobody listens where there is no programme."""
    kinds = Campaign._base_manager.filter(campaign_type=Campaign.CampaignType.REFERRAL_PROGRAM)
    converts = set(kinds.values_list("referral__conversion_event_type", flat=True).distinct())
    if not converts:
        return set()
    found = {ROLLED_BACK, CANCELED}
    if converts & {Conversion.REDEMPTION, Conversion.ORDER_PAID}:
        found |= {REDEEMED}
    if Conversion.ORDER_PAID in converts:
        found.add(PAID)
    if Conversion.CUSTOM_EVENT in converts:
        found.add(CUSTOM)
    return found


@events.subscribe(REDEEMED, name="referrals.redeemed", listens=listened_to)
def redeemed(event: OutboxEvent, now: datetime) -> None:
    if event.payload.get("voucher_id"):
        rows = Redemption._base_manager.filter(public_id=event.payload["redemption_id"])
        _convert(rows, now)


@events.subscribe(PAID, name="referrals.order_paid", listens=listened_to)
def order_paid(event: OutboxEvent, now: datetime) -> None:
    _convert(Redemption._base_manager.filter(order__public_id=event.payload["order_id"]), now)


@events.subscribe(CUSTOM, name="referrals.custom_event", listens=listened_to)
def event_happened(event: OutboxEvent, now: datetime) -> None:
    code = str(event.payload.get("referral_code") or "")
    row = CustomEvent.objects.filter(public_id=event.payload["custom_event_id"]).first()
    voucher = vouchers.find(code) if code else None
    if row is None or voucher is None or not _is_usable(voucher, row.created_at):
        return
    assert voucher.campaign is not None  # noqa: S101 - is usable
    programme = Programme.of(voucher.campaign)
    if programme.conversion is not Conversion.CUSTOM_EVENT or programme.custom_event != row.name:
        return
    happened = Converted(
        voucher=voucher, referee=row.customer, cause=Referral.Cause.EVENT, at=row.created_at, event=row
    )
    converting.convert(happened, actor=_ACTOR, now=now)


@events.subscribe(ROLLED_BACK, name="referrals.rolled_back", listens=listened_to)
def rolled_back(event: OutboxEvent, now: datetime) -> None:
    rollback = Rollback._base_manager.filter(public_id=event.payload["rollback_id"]).first()
    if rollback is not None:
        rows = Referral._base_manager.filter(redemption=rollback.redemption_id)
        _reverse(rows.values_list("pk", flat=True), "The redemption was rolled back.", now)


@events.subscribe(CANCELED, name="referrals.order_canceled", listens=listened_to)
def order_canceled(event: OutboxEvent, now: datetime) -> None:
    rows = Referral._base_manager.filter(order__public_id=event.payload["order_id"])
    _reverse(rows.values_list("pk", flat=True), "The order was cancelled.", now)


def _convert(redemptions: models.QuerySet[Redemption], now: datetime) -> None:
    """Redemptions of referral codes, as far as their programmes count them already."""
    live = redemptions.filter(
        status=Redemption.Status.SUCCEEDED,
        customer__isnull=False,
        campaign__campaign_type=Campaign.CampaignType.REFERRAL_PROGRAM,
    )
    for row in live.select_related("voucher__campaign", "customer", "order").order_by("pk"):
        assert row.voucher is not None and row.voucher.campaign is not None  # noqa: PT018, S101 - has a kind
        assert row.customer is not None  # noqa: S101 - asked for above
        cause = _cause(Programme.of(row.voucher.campaign), row)
        if cause is not None:
            happened = Converted(
                voucher=row.voucher,
                referee=row.customer,
                cause=cause,
                at=row.redeemed_at,
                redemption=row,
                order=row.order,
            )
            converting.convert(happened, actor=_ACTOR, now=now)


def _cause(programme: Programme, row: Redemption) -> Referral.Cause | None:
    if programme.conversion is Conversion.REDEMPTION:
        return Referral.Cause.REDEMPTION
    is_paid = row.order is not None and row.order.status in (Order.Status.PAID, Order.Status.FULFILLED)
    return Referral.Cause.ORDER if programme.conversion is Conversion.ORDER_PAID and is_paid else None


def _is_usable(voucher: Voucher, at: datetime) -> bool:
    """Whether the code and its programme run (contract: 15.3, 1)."""
    campaign = voucher.campaign
    if campaign is None or campaign.referral is None or campaign.is_draft:
        return False
    return all(
        row.is_active
        and (row.starts_at is None or row.starts_at <= at)
        and (row.ends_at is None or at < row.ends_at)
        for row in (voucher, campaign)
    )


def _reverse(referral_ids: Iterable[int], reason: str, now: datetime) -> None:
    for pk in referral_ids:
        reversing.reverse(referral_id=pk, reason=reason, actor=_ACTOR, now=now)
