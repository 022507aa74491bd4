"""Links to what belongs to programmes, and referrals in one line."""

from __future__ import annotations

from typing import Final

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from commerce.admin.rows import customer_link, order_link
from core import words
from promotions.admin.rows import voucher_link
from promotions.models import Campaign, Voucher
from referrals.models import Referral, ReferrerTier
from referrals.programmes import Programme

REFERRAL_HEADERS: Final = ("When", "Recommended by", "Who came", "Because", "State")
STATE_COLOURS: Final = {
    Referral.State.ACCEPTED: "success",
    Referral.State.HELD: "warning",
    Referral.State.REFUSED: "danger",
    Referral.State.REVERSED: "",
}


def programme_url(campaign_id: int) -> str:
    return reverse("admin:referrals_referralprogramme_change", args=[campaign_id])


def programme_link(campaign: Campaign) -> str:
    """One in the bin has no page."""
    if campaign.deleted_at is not None:
        return campaign.name
    return words.link(campaign.name, programme_url(campaign.pk))


def tier_link(tier: ReferrerTier) -> SafeString:
    return words.link(tier.name, reverse("admin:referrals_referrertier_change", args=[tier.pk]))


def state_label(referral: Referral) -> SafeString:
    state = Referral.State(referral.state)
    return words.label(str(state.label), STATE_COLOURS[state])


def referral_row(referral: Referral) -> tuple[str, ...]:
    cause = Referral.Cause(referral.cause).label
    because = format_html("{} {}", cause, order_link(referral.order)) if referral.order else str(cause)
    reason = format_html('{} <span class="fanfare-muted">{}</span>', state_label(referral), referral.reason)
    return (
        words.when(referral.created_at),
        customer_link(referral.referrer),
        customer_link(referral.referee),
        because,
        reason if referral.reason else state_label(referral),
    )


def share(programme: Programme, voucher: Voucher) -> SafeString | str:
    """The link that its holder shares, "" where the programme has none."""
    link = programme.share_link(voucher.code)
    return format_html('<span class="fanfare-code referrals-link">{}</span>', link) if link else ""


def code(programme: Programme, voucher: Voucher | None) -> str:
    """The code with its link below."""
    if voucher is None:
        return words.NOTHING
    link = share(programme, voucher)
    shown = format_html('<div class="fanfare-muted">{}</div>', link) if link else ""
    return format_html("{}{}", voucher_link(voucher), shown)
