"""Links to what belongs to programmes, in one line."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from core import words
from loyalty.models import EarningRule, LoyaltyCard, LoyaltyTier
from promotions.models import Campaign, Reward, RewardAssignment


def programme_url(campaign_id: int) -> str:
    return reverse("admin:loyalty_programme_change", args=[campaign_id])


def programme_link(campaign: Campaign) -> str:
    """One in the bin has no page."""
    if campaign.deleted_at is not None:
        return campaign.name
    return words.link(campaign.name, programme_url(campaign.pk))


def member_url(card_id: int) -> str:
    """Its statement, which is what people come for."""
    return f"{reverse('admin:loyalty_loyaltycard_change', args=[card_id])}#statement"


def member_link(card: LoyaltyCard) -> SafeString:
    return format_html(
        '<a class="fanfare-link fanfare-code" href="{}">{}</a>', member_url(card.pk), card.voucher.code
    )


def rule_link(rule: EarningRule, text: str) -> SafeString:
    return words.link(text, reverse("admin:loyalty_earningrule_change", args=[rule.pk]))


def tier_link(tier: LoyaltyTier | None) -> str:
    """A dash where there is none."""
    if tier is None:
        return words.NOTHING
    return words.link(tier.name, reverse("admin:loyalty_loyaltytier_change", args=[tier.pk]))


def assignment_link(assignment: RewardAssignment, text: str = "") -> SafeString:
    url = reverse("admin:promotions_rewardassignment_change", args=[assignment.pk])
    return words.link(text or assignment.reward.name, url)


def signed(points: int) -> SafeString:
    """+120 in green, −80; the sign is a real minus."""
    text = f"{'+' if points > 0 else '−' if points < 0 else ''}{words.number(abs(points))}"
    return format_html('<span class="fanfare-number{}">{}</span>', " fanfare-up" if points > 0 else "", text)


def lines(said: list[Any]) -> SafeString:
    """One below the other, the first one strong."""
    first, *others = said
    rest = format_html_join("", '<div class="fanfare-muted">{}</div>', ((one,) for one in others))
    return format_html("<div>{}</div>{}", first, rest)


def reward_link(reward: Reward) -> SafeString:
    return words.link(reward.name, reverse("admin:promotions_reward_change", args=[reward.pk]))
