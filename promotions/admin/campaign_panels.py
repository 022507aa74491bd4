"""What the page of a campaign shows around its form."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Sum
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext

from approvals.services import requests
from core import project, words
from core.actors import Actor
from core.admin.pages import SHOWN_ROWS, Fact, Panel
from core.selectors import areas
from promotions import code_words, reports
from promotions import words as states
from promotions.admin import budget_panels, rows, stop_banners
from promotions.admin.ruled import Ruled
from promotions.code_config import CodeConfig
from promotions.models import Campaign, Lifecycle, PromotionTier, Redemption, Voucher
from promotions.selectors import launching
from promotions.words import campaign_state, tier_state, time_limits, uses, voucher_state

_MOST_ZONES = 3
_VERBS = {
    states.RUNNING: "is running",
    states.SCHEDULED: "has not started yet",
    states.ENDED: "is over",
    states.PAUSED: "is paused, so nothing of it can be redeemed",
    states.IN_BIN: "is in the bin",
    states.DRAFT: "is a draft, so nobody gets it yet",
    states.IN_REVIEW: "is in review, so nobody gets it yet",
    states.CHANGES_REQUESTED: "waits for changes, so nobody gets it yet",
    states.REJECTED: "was rejected, so nobody gets it",
    states.APPROVED: "is approved and waits for the time of its launch",
}


def lead(campaign: Campaign, actor: Actor, now: datetime) -> str:
    """Spring sale is running: 10 % off the order, with a code. Valid 1 Mar 2026 – 31 Mar 2026."""
    said = _said(campaign, now)
    if campaign.places:
        said = format_html("{} It applies {}, by the clocks there.", said, areas.spoken(campaign.places))
        said = format_html("{} {}", said, _elsewhere(campaign))
    if campaign.is_draft:
        said = format_html("{} {}", said, _next_step(campaign, actor, now))
    stopped = stop_banners.on_campaign(campaign)
    return format_html("{} {}", said, stopped) if stopped else said


def _elsewhere(campaign: Campaign) -> str:
    """Start and end by our clocks and by those of its areas and stores, where they differ."""
    said = []
    for zone in areas.zones_of(campaign.places)[:_MOST_ZONES]:
        for text, at in (
            (gettext("It starts %(when)s."), campaign.starts_at),
            (gettext("It ends %(when)s."), campaign.ends_at),
        ):
            both = words.when(at, zone)
            if both != words.when(at):
                said.append(text % {"when": both})
    return " ".join(said)


def _next_step(campaign: Campaign, actor: Actor, now: datetime) -> str:
    found = launching.asking(campaign, now)
    if found is None:
        stages = launching.asked(campaign, actor, now)
        return f"Before its launch these have to say yes: {', then '.join(stages)}." if stages else ""
    if found.is_outdated:
        step = "It was changed since it was submitted: submit it again."
    elif campaign.lifecycle == Lifecycle.CHANGES_REQUESTED:
        step = "Change it, then submit it again."
    else:
        at = found.request.effective_at
        launched = "" if at is None else f"Approved, it is launched at {words.when(at)}. "
        step = f"{launched}If you change it, it has to be submitted again."
    return format_html(
        '{} <a class="fanfare-link" href="{}">See the request</a>', step, requests.page(found.request)
    )


def planned(campaign: Campaign) -> str:
    """What a draft gets when it is launched: 100 codes, the code WELCOME10."""
    if campaign.type == Campaign.Type.STANDALONE:
        return f"the code {campaign.planned_code}"
    return words.count(campaign.planned_codes, "code")


def _said(campaign: Campaign, now: datetime) -> str:
    verb = _VERBS[campaign_state(campaign, now)]
    if campaign.campaign_type == Campaign.CampaignType.PROMOTION:
        what = "customers get it without a code, by the first tier that fits"
    else:
        offered = Ruled([campaign]).offer(campaign)
        what = f"{offered}, with a code" if campaign.discount else offered
    return f"{campaign.name} {verb}: {what}. Valid: {time_limits(campaign)}."


def facts(campaign: Campaign) -> list[Fact]:
    """A draft has no numbers yet."""
    if campaign.is_draft:
        is_promotion = campaign.campaign_type == Campaign.CampaignType.PROMOTION
        return [] if is_promotion else [_at_its_launch(campaign)]
    totals = reports.of_campaign(campaign)
    redemptions = f"{reverse('admin:promotions_redemption_changelist')}?campaign__id__exact={campaign.pk}"
    found = [
        Fact(
            title="Redemptions",
            value=words.number(totals.redemptions),
            note=f"{words.number(totals.refusals)} refused",
            url=redemptions,
        ),
        _given(campaign, totals.discount),
        Fact(
            title="Revenue with it",
            value=words.money(totals.revenue),
            note=words.count(totals.orders, "order"),
        ),
    ]
    if campaign.gift:
        found.append(_left(campaign))
    if campaign.campaign_type != Campaign.CampaignType.PROMOTION:
        is_busy = campaign.generation_status == Campaign.GenerationStatus.IN_PROGRESS
        note = "more are being made" if is_busy else campaign.get_type_display()
        found.insert(0, Fact(title="Codes", value=words.number(campaign.vouchers_count), note=note))
    return found


def _at_its_launch(campaign: Campaign) -> Fact:
    """Whoever launches it, or says yes to that, reads here whether its codes are easy to guess."""
    weakness = ""
    if campaign.planned_codes:
        config, settings = CodeConfig.from_wire(campaign.code_config), project.current()
        ignore_case = settings.case_insensitive_codes
        weakness = code_words.weakness(config, live=campaign.planned_codes, ignore_case=ignore_case)
    return Fact(title="At its launch it gets", value=planned(campaign), note=weakness)


def _given(campaign: Campaign, amount: int) -> Fact:
    return Fact(title="Paid with cards" if campaign.gift else "Discount given", value=words.money(amount))


def _left(campaign: Campaign) -> Fact:
    """What customers may still spend: the shop's liability."""
    cards = Voucher.objects.filter(campaign=campaign, deleted_at=None)
    return Fact(
        title="Left on the cards",
        value=words.money(cards.aggregate(left=Sum("gift_balance"))["left"] or 0),
        note="balance of all cards together",
    )


def panels(campaign: Campaign, now: datetime) -> list[Panel]:
    is_promotion = campaign.campaign_type == Campaign.CampaignType.PROMOTION
    first = _tiers(campaign, now) if is_promotion else _codes(campaign, now)
    return [first, _redemptions(campaign), budget_panels.of_campaign(campaign, now)]


def _codes(campaign: Campaign, now: datetime) -> Panel:
    vouchers = Voucher.objects.filter(campaign=campaign, deleted_at=None).order_by("-created_at", "-pk")
    found = list(vouchers[:SHOWN_ROWS])
    for voucher in found:
        voucher.campaign = campaign
    ruled = Ruled(found)
    return Panel(
        key="codes",
        title="Codes",
        headers=("Code", "State", "Balance" if campaign.gift else "Discount", "Used", "Made on"),
        rows=[
            (
                rows.voucher_link(voucher),
                rows.state_label(voucher_state(voucher, now)),
                _worth(voucher, ruled),
                uses(voucher),
                words.day(voucher.created_at),
            )
            for voucher in found
        ],
        empty=(
            f"A draft has no codes yet. At its launch it gets {planned(campaign)}."
            if campaign.is_draft
            else "No codes yet. Make some with “Add codes” above."
        ),
        all_url=f"{reverse('admin:promotions_voucher_changelist')}?campaign__id__exact={campaign.pk}",
        all_label=f"See all {words.number(campaign.vouchers_count)} codes",
    )


def _worth(voucher: Voucher, ruled: Ruled) -> str:
    if voucher.gift_balance is not None:
        return f"{words.money(voucher.gift_balance)} of {words.money(voucher.gift_amount)}"
    return ruled.offer(voucher) if voucher.discount else "as the campaign"


def _tiers(campaign: Campaign, now: datetime) -> Panel:
    tiers = PromotionTier.objects.filter(campaign=campaign, deleted_at=None).order_by("hierarchy", "pk")
    found = list(tiers[: SHOWN_ROWS * 2])
    for tier in found:
        tier.campaign = campaign
    ruled = Ruled(found)
    return Panel(
        key="tiers",
        title="Tiers",
        headers=("Place", "Tier", "State", "Discount", "Conditions", "Redeemed", "Discount given"),
        rows=[
            (
                str(tier.hierarchy),
                rows.tier_link(tier),
                rows.state_label(tier_state(tier, now)),
                ruled.offer(tier),
                ruled.conditions(tier),
                words.number(tier.redeemed_quantity),
                words.money(tier.orders_total_discount_amount),
            )
            for tier in found
        ],
        empty="No tiers yet, so nobody gets anything. Make one with “Add a tier” above.",
    )


def _redemptions(campaign: Campaign) -> Panel:
    related = ("voucher", "promotion_tier", "customer", "order")
    found = Redemption.objects.filter(campaign=campaign).select_related(*related)
    return Panel(
        key="redemptions",
        title="Redemptions",
        headers=rows.REDEMPTION_HEADERS,
        rows=[rows.redemption_row(row) for row in found.order_by("-redeemed_at", "-pk")[:SHOWN_ROWS]],
        empty="Nobody used it so far.",
        all_url=f"{reverse('admin:promotions_redemption_changelist')}?campaign__id__exact={campaign.pk}",
        all_label="See all redemptions of this campaign",
    )
