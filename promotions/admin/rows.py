"""Rows of tables on pages, and links: campaigns, codes, tiers, redemptions in one line."""

from __future__ import annotations

from typing import Final

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from commerce.admin.rows import customer_link, order_link
from core import words
from promotions.models import Campaign, PromotionTier, Redemption, ValidationRule, Voucher
from promotions.words import RESULT_COLOURS, RESULT_WORDS, STATE_COLOURS, refusal, target

REDEMPTION_HEADERS: Final = ("When", "What", "Customer", "Order", "Discount", "Result")


def campaign_link(campaign: Campaign | None) -> str:
    """A dash where there is none; one in the bin has no page."""
    if campaign is None:
        return words.NOTHING
    if campaign.deleted_at is not None:
        return campaign.name
    return words.link(campaign.name, reverse("admin:promotions_campaign_change", args=[campaign.pk]))


def voucher_link(voucher: Voucher) -> SafeString:
    url = reverse("admin:promotions_voucher_change", args=[voucher.pk])
    return format_html('<a class="fanfare-link fanfare-code" href="{}">{}</a>', url, voucher.code)


def tier_link(tier: PromotionTier) -> SafeString:
    return words.link(tier.name, reverse("admin:promotions_promotiontier_change", args=[tier.pk]))


def dialog_link(text: str, url: str) -> SafeString:
    """A link that opens the dialog of an address over the page."""
    return format_html(
        '<a class="fanfare-link" href="#" role="button" hx-get="{}" hx-target="#modal-content" '
        'hx-select="#dialog" x-on:click.prevent x-on:htmx:after-on-load="openModal = true">{}</a>',
        url,
        text,
    )


def rule_link(rule: ValidationRule) -> SafeString:
    return words.link(rule.name, reverse("admin:promotions_validationrule_change", args=[rule.pk]))


def state_label(state: str) -> SafeString:
    return words.label(state, STATE_COLOURS[state])


def result_label(redemption: Redemption) -> SafeString:
    text = RESULT_WORDS[Redemption.Status(redemption.status)]
    return words.label(text, RESULT_COLOURS[text])


def redemption_url(redemption: Redemption) -> str:
    return reverse("admin:promotions_redemption_change", args=[redemption.pk])


def redemption_row(redemption: Redemption) -> tuple[str, ...]:
    is_refused = redemption.status == Redemption.Status.FAILED
    note = refusal(redemption.failure_code) if is_refused else ""
    result = format_html('{} <span class="fanfare-muted">{}</span>', result_label(redemption), note)
    return (
        words.link(words.when(redemption.redeemed_at), redemption_url(redemption)),
        target(redemption),
        customer_link(redemption.customer),
        order_link(redemption.order) if redemption.order else words.NOTHING,
        words.NOTHING if is_refused else words.money(redemption.discount_amount),
        result,
    )
