"""The dashboard of insights as the first page of the admin: numbers become words, links and a chart."""

from __future__ import annotations

import json
from typing import Any, Final

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from approvals.admin import inbox
from core import words
from core.admin.base import staff_role
from core.admin.pages import Fact
from core.health import Check
from insights import dashboard
from insights.dashboard import CHART_DAYS, Dashboard
from promotions import budget_words
from promotions.admin import budget_panels, rows, stop_banners
from promotions.words import refusal, story, target

# What is wrong when a check fails, and what to do.
_TROUBLE: Final = {
    "database": "The database does not answer.",
    "broker": "The message broker does not answer: background jobs and events wait.",
    "worker": "No worker has reported: background jobs wait. Start one.",
    "beat": "The scheduler has not reported: periodic jobs do not run. Start it.",
    "dispatcher": "Events wait for the dispatcher. Start it, and look at the deliveries.",
    "webhooks": "Messages to webhooks wait: nobody sends them. Start manage.py send_webhooks.",
    "reconciliation": (
        "Some counters or balances did not say what their rows say when they were last compared. "
        "manage.py reconcile names them, with --repair it puts counters right."
    ),
    "audit": (
        "Rows that must never change did not say what they said when they were sealed: somebody changed the "
        "database itself. manage.py verify_audit names them."
    ),
}
_NAMES: Final = {
    "database": "Database",
    "broker": "Message broker",
    "worker": "Worker",
    "beat": "Scheduler",
    "dispatcher": "Event dispatcher",
    "webhooks": "Sender of webhooks",
    "reconciliation": "Counters and balances",
    "audit": "Audit chain",
}


def overview(request: HttpRequest) -> dict[str, Any]:
    """The context of `insights/overview.html`. Without a role there is nothing to see."""
    if staff_role(request.user) is None:
        return {"has_role": False}
    board = dashboard.build(now=timezone.now())
    most = max((number for _, number in board.refusals), default=1)
    return {
        "has_role": True,
        "stops": stop_banners.banners(),
        "waiting": _waiting(request),
        "inbox_url": inbox.list_url(),
        "is_new": board.is_new,
        "new_campaign_url": reverse("admin:promotions_campaign_add"),
        "tiles": _tiles(board),
        "chart": json.dumps(_chart(board)),
        "chart_options": json.dumps(_CHART_OPTIONS),
        "chart_days": CHART_DAYS,
        "chart_text": (
            f"{words.count(sum(day.redemptions for day in board.days), 'redemption')} "
            f"in the last {CHART_DAYS} days"
        ),
        "budgets": [
            (
                budget_panels.budget_link(alert.budget),
                budget_words.alert(alert.budget, alert),
                words.label(*budget_words.alert_label(alert)),
            )
            for alert in board.budget_alerts
        ],
        "budgets_url": f"{reverse('admin:promotions_budget_changelist')}?left=NEAR",
        "refusals": [(refusal(code), number, round(100 * number / most)) for code, number in board.refusals],
        "refusals_url": f"{reverse('admin:promotions_redemption_changelist')}?result__exact=FAILURE",
        "milestones": [
            (
                rows.campaign_link(milestone.campaign),
                "starts" if milestone.is_start else "ends",
                words.when(milestone.at),
            )
            for milestone in board.milestones
        ],
        "checks": [_check(check) for check in board.checks],
        "latest": [
            (
                words.link(words.when(row.redeemed_at), rows.redemption_url(row)),
                rows.result_label(row),
                target(row),
                story(row),
            )
            for row in board.latest
        ],
        "latest_headers": ("When", "Result", "What", "What happened"),
    }


def _waiting(request: HttpRequest) -> str:
    """What waits for this person; "" if nothing does."""
    number = inbox.number_waiting(request)
    if not number:
        return ""
    return f"{words.count(number, 'request waits', 'requests wait')} for you."


def _tiles(board: Dashboard) -> list[Fact]:
    campaigns = reverse("admin:promotions_campaign_changelist")
    redemptions = reverse("admin:promotions_redemption_changelist")
    week, before = board.week, board.week_before
    return [
        Fact(title="Live campaigns", value=f"{board.running:,}", url=f"{campaigns}?state=RUNNING"),
        Fact(
            title="Redemptions today",
            value=f"{board.today.redemptions:,}",
            note=f"{board.today.refusals:,} refused",
            url=redemptions,
        ),
        Fact(
            title="Redemptions, last 7 days",
            value=f"{week.redemptions:,}",
            note=_compared(week.redemptions, before.redemptions),
        ),
        Fact(
            title="Discount given, last 7 days",
            value=words.money(week.discount),
            note=_compared(week.discount, before.discount),
        ),
        Fact(
            title="Revenue with a promotion, last 7 days",
            value=words.money(week.revenue),
            note=_compared(week.revenue, before.revenue),
        ),
        Fact(
            title="Refused, last 7 days",
            value=f"{week.refusals:,}",
            note=_compared(week.refusals, before.refusals),
            url=f"{redemptions}?result__exact=FAILURE",
        ),
    ]


def _compared(now: int, before: int) -> str:
    if not before:
        return "none in the 7 days before" if now else "none in the 7 days before either"
    change = round(100 * (now - before) / before)
    sign = "+" if change > 0 else "−" if change < 0 else "±"
    return f"{sign}{abs(change):,} % against the 7 days before"


def _chart(board: Dashboard) -> dict[str, Any]:
    return {
        "labels": [date_format(day.date, "j M") for day in board.days],
        "datasets": [
            {
                "label": "Redemptions",
                "data": [day.redemptions for day in board.days],
                "backgroundColor": "var(--color-primary-500)",
                "borderRadius": 4,
                "maxBarThickness": 24,
            }
        ],
    }


_CHART_OPTIONS: Final = {
    "animation": False,
    "responsive": True,
    "maintainAspectRatio": False,
    "plugins": {"legend": {"display": False}},
    "scales": {
        "x": {
            "border": {"display": False},
            "grid": {"display": False},
            "ticks": {"color": "#8b93a1", "maxRotation": 0, "autoSkip": True, "maxTicksLimit": 10},
        },
        "y": {
            "beginAtZero": True,
            "border": {"display": False},
            "grid": {"color": "rgba(139, 147, 161, 0.2)"},
            "ticks": {"color": "#8b93a1", "precision": 0, "maxTicksLimit": 5},
        },
    },
}


def _check(check: Check) -> tuple[str, str, str]:
    """Name, label, and what to do where it is not well."""
    name = _NAMES.get(check.name, check.name)
    if check.name == "audit" and check.ok:
        at = check.detail["checked_at"]
        return (
            name,
            words.label("Whole", "success"),
            f"Checked {words.when(at)}." if at else "Not checked yet.",
        )
    if check.ok:
        return name, words.label("Works", "success"), ""
    return name, words.label("Trouble", "danger"), _TROUBLE.get(check.name, "")
