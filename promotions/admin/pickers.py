"""Choosing something by its name: what the shop's data offers, and what promotions add to it."""

from __future__ import annotations

from typing import Any, Final

from commerce.admin import pickers as commerce
from commerce.admin.pickers import ARTICLES, ITEMS
from core.admin.pickers import MOST, Picked, Pickers, Source
from promotions.models import Campaign, PromotionStack, PromotionTier, ValidationRule
from promotions.selectors import tiers

__all__ = [
    "ARTICLES",
    "ITEMS",
    "MOST",
    "PICKERS",
    "Kind",
    "Picked",
    "by_text",
    "by_value",
    "search",
    "visible",
]


class Kind(commerce.Kind):
    """What can be picked. The values are the wire's names of the objects."""

    RULE = "validation_rule"
    TIER = "promotion_tier"
    STACK = "promotion_stack"
    CAMPAIGN = "campaign"
    LOYALTY_TIER = "loyalty_tier"


def _of_campaign(word: str) -> Any:
    return lambda row: {"note": f"{word} of {row.campaign}"}


PICKERS: Final = Pickers(
    {
        **commerce.SOURCES,
        Kind.RULE: Source(
            model=ValidationRule,
            rows=lambda: ValidationRule.objects.all(),
            name="name",
            word="",
            has_source_id=False,
        ),
        Kind.CAMPAIGN: Source(
            model=Campaign,
            rows=lambda: Campaign.objects.filter(deleted_at=None),
            name="name",
            word="Campaign",
            has_source_id=False,
        ),
        Kind.TIER: Source(
            model=PromotionTier,
            rows=lambda: tiers.present().select_related("campaign"),
            name="name",
            word="Promotion tier",
            has_source_id=False,
            told=_of_campaign("Promotion tier"),
        ),
        Kind.STACK: Source(
            model=PromotionStack,
            rows=lambda: PromotionStack.objects.select_related("campaign").filter(campaign__deleted_at=None),
            name="name",
            word="Promotion stack",
            has_source_id=False,
            told=_of_campaign("Promotion stack"),
        ),
    }
)
visible = PICKERS.visible
search = PICKERS.search
by_value = PICKERS.by_value
by_text = PICKERS.by_text
