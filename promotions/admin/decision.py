"""What the page of a redemption shows of its decision: the reasons of then, and the terms of then."""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core import words
from core.errors import NotFound
from promotions.admin import rows, why_answer
from promotions.admin.version_panel import lines
from promotions.models import Budget, Campaign, PromotionTier, Redemption, ValidationRule, Version, Voucher
from promotions.selectors import versions
from promotions.selectors.versions import Named
from promotions.services import explanations
from promotions.version_words import Speaker


def reasons(redemption: Redemption) -> str:
    """The conditions of that moment as cards; by what was stored, not by the terms of today."""
    try:
        decision = explanations.stored(redemption)
    except NotFound:
        return words.NOTHING
    cards = why_answer.stored_cards(decision)
    return render_to_string("promotions/admin/decision.html", {"cards": cards})


def terms(redemption: Redemption) -> str:
    """The versions that it was decided on, each with what it said."""
    named = versions.of_redemption(redemption)
    speaker = Speaker(one.version for one in named)
    context = {
        "headers": ("Terms of", "What they said"),
        "rows": [(_head(one), lines(speaker.said(one.version))) for one in named],
        "empty": "It was decided before versions were kept.",
    }
    return render_to_string("core/admin/table.html", context)


def _head(named: Named) -> SafeString:
    since = words.when(named.version.created_at)
    return format_html(
        '{} <div class="fanfare-muted">version {}, since {}</div>', _link(named), named.version.number, since
    )


def _link(named: Named) -> str | SafeString:
    entity: Any = named.entity
    match entity:
        case Campaign():
            return rows.campaign_link(entity)
        case PromotionTier() if entity.deleted_at is None:
            return rows.tier_link(entity)
        case Voucher() if entity.deleted_at is None:
            return rows.voucher_link(entity)
        case ValidationRule():
            return rows.rule_link(entity)
        case PromotionTier() | Voucher() | Budget():
            return str(entity)
    return f"{Version.Subject(named.version.subject_type).label} that were deleted"
