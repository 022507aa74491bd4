"""What whoever decides about a promotion should know beside the change itself: warnings, what it cost and may
cost, its budgets. Shown on the page of a request; what it would collide with is added by the calendar.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from approvals.registry import EvidencePanel
from core import project, words
from core.places import PLACES
from promotions import budget_words, reports
from promotions.approval_facts import CODE_WEAKNESS
from promotions.models import Budget, Campaign
from promotions.previews import essentials, plans
from promotions.previews.guard import Guard
from promotions.selectors import budget_outlook

type Content = Mapping[str, Any]

logger = logging.getLogger(__name__)

_DEEP: Final = 50


def panels() -> Iterable[EvidencePanel]:
    yield EvidencePanel(name="promotions.warnings", title="To be careful about", render=_warnings)
    yield EvidencePanel(name="promotions.cost", title="What it cost so far, and may cost", render=_cost)
    yield EvidencePanel(name="promotions.budgets", title="Its budgets", render=_budgets)


def _is_of_campaign(asked: Any) -> bool:
    return asked.target_type == "campaign" and asked.proposal is not None


def _campaign(asked: Any) -> Campaign | None:
    found = Campaign.objects.filter(public_id=asked.target_id, deleted_at=None)
    return found.first() if asked.target_type == "campaign" else None


def _list(sentences: Iterable[object]) -> str:
    rows = format_html_join("", "<li>{}</li>", ((one,) for one in sentences))
    return format_html("<ul>{}</ul>", rows) if rows else ""


def _warnings(asked: Any, _: Any) -> str:
    """Plain facts that people overlook. None of them refuses anything: that is what policies are for."""
    return _list(warnings(asked.proposal, asked.facts)) if _is_of_campaign(asked) else ""


def warnings(content: Content, facts: Content) -> list[str]:
    """The sentences, in the order of their weight."""
    if content.get("running") is False:
        return []
    found = []
    if facts.get("discount_percent", 0) >= _DEEP:
        found.append(f"{facts['discount_percent']:g} % off: half of the price or more.")
    found += [guard.message for guard in essential(content, facts)]
    if facts.get("is_for_everybody"):
        found.append("It names no segment: everybody can have it.")
    if content.get("campaign_type") != Campaign.CampaignType.PROMOTION and not content.get(
        "redemption_quantity"
    ):
        found.append("Each code can be used without a limit.")
    return found


def essential(content: Content, facts: Content) -> tuple[Guard, ...]:
    """The warnings that are said wherever a promotion is made."""
    try:
        proposals = plans.of_content(content, places=facts.get(PLACES) or ())
        return essentials.of_all(proposals, weakness=facts.get(CODE_WEAKNESS) or "")
    except (KeyError, TypeError, ValueError):
        # Content is kept for people: what an older release wrote may lack what is needed here.
        logger.warning("a proposal cannot be warned about", exc_info=True)
        return ()


def _cost(asked: Any, _: Any) -> str:
    campaign = _campaign(asked)
    if campaign is None or campaign.is_draft:
        return ""
    totals = reports.of_campaign(campaign)
    if not totals.redemptions:
        return _list(["It was not redeemed so far."])
    found = [
        f"{words.count(totals.redemptions, 'redemption')} gave {words.money(totals.discount)} away, "
        f"on orders of {words.money(totals.revenue)}.",
        estimate(asked.base, asked.proposal, totals.discount),
    ]
    return _list(one for one in found if one)


def estimate(base: Content | None, proposal: Content | None, given: int) -> str:
    """What the same orders would have cost with another percentage; nothing where that cannot be said."""
    was, will = _percent(base), _percent(proposal)
    if not was or not will or was == will:
        return ""
    cost = round(given * will / was)
    return f"With {will:g} % instead of {was:g} % the same orders would have cost about {words.money(cost)}."


def _percent(content: Content | None) -> float:
    found = (content or {}).get("discount") or {}
    return float(found.get("percent_off") or 0) if found.get("type") == "PERCENT" else 0


def _budgets(asked: Any, _: Any) -> str:
    campaign, now, settings = _campaign(asked), timezone.now(), project.current()
    rows = Budget.objects.filter(deleted_at=None, is_active=True).order_by("name", "pk")
    if asked.target_type == "budget":
        rows = rows.filter(public_id=asked.target_id)
    elif campaign is not None:
        rows = rows.filter(campaigns=campaign)
    else:
        return ""
    found = list(rows)
    outlooks = budget_outlook.outlooks(found, settings, now) if found else {}
    today = budget_outlook.today_of(settings, now)
    return _list(_budget(one, outlooks[one.pk], today) for one in found)


def _budget(budget: Budget, outlook: budget_outlook.Outlook, today: Any) -> SafeString:
    standing = outlook.fullest.standing
    link = words.link(budget.name, reverse("admin:promotions_budget_change", args=[budget.pk]))
    lasts = budget_words.lasts(budget, outlook.forecast, today)
    return format_html(
        "{}: {} of {} used ({} %), {} left. Runs out: {}.",
        link,
        budget_words.amount(budget, standing.used),
        budget_words.amount(budget, standing.limit),
        standing.taken,
        budget_words.amount(budget, standing.left),
        lasts[:1].lower() + lasts[1:],
    )
