"""What referrals add to the pages of campaigns, codes, customers and orders."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q
from django.http import HttpRequest

from commerce.models import Customer, Order
from core.admin.pages import SHOWN_ROWS, Panel
from promotions import extras, referral_codes
from promotions.models import Campaign, Voucher
from referrals.admin import rows
from referrals.admin.forms.programmes import takes_off
from referrals.models import Referral
from referrals.programmes import Programme
from referrals.selectors import overview

_KEY = "referrals"


def _offer(campaign: Campaign) -> str:
    return "" if takes_off(campaign) else "Rewards for those who recommend"


def _of_voucher(request: HttpRequest, voucher: Voucher, now: datetime) -> Sequence[Panel]:
    """Of a referral code: who came by it, and the link that its holder shares."""
    campaign = voucher.campaign
    if campaign is None or not referral_codes.is_referral(campaign):
        return ()
    found = overview.newest(Referral.objects.filter(voucher=voucher), SHOWN_ROWS)
    panels = [
        Panel(
            key=_KEY,
            title="Referrals",
            headers=rows.REFERRAL_HEADERS,
            rows=[rows.referral_row(row) for row in found],
            empty="Nobody came by this code yet.",
        )
    ]
    link = rows.share(Programme.of(campaign), voucher)
    if link:
        panels.append(Panel(key="share", title="Share", headers=("Link to share",), rows=[(link,)]))
    return panels


def _of_customer(request: HttpRequest, customer: Customer, now: datetime) -> Sequence[Panel]:
    """Who recommended him, and whom he has recommended."""
    mine = Q(referee=customer) | Q(referrer=customer)
    found = overview.newest(Referral.objects.filter(mine), SHOWN_ROWS)
    return (
        Panel(
            key=_KEY,
            title="Referrals",
            headers=("Programme", *rows.REFERRAL_HEADERS),
            rows=[(rows.programme_link(row.campaign), *rows.referral_row(row)) for row in found],
            empty="Nobody recommended this customer, who recommended nobody either.",
        ),
    )


def _of_order(request: HttpRequest, order: Order, now: datetime) -> Sequence[Panel]:
    """The referral that the order made; most orders made none."""
    found = overview.newest(Referral.objects.filter(order=order.pk), SHOWN_ROWS)
    shown = [(rows.programme_link(row.campaign), *rows.referral_row(row)) for row in found]
    if not shown:
        return ()
    return (Panel(key=_KEY, title="Referral", headers=("Programme", *rows.REFERRAL_HEADERS), rows=shown),)


extras.register_page(
    Campaign.CampaignType.REFERRAL_PROGRAM,
    extras.OwnPage(kind="Referral programme", url=rows.programme_url, offer=_offer),
)
extras.register_panels(_KEY, _of_voucher, on=extras.VOUCHER)
extras.register_panels(_KEY, _of_customer, on=extras.CUSTOMER)
extras.register_panels(_KEY, _of_order, on=extras.ORDER)
