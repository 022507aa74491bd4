"""The context of the overview: state first, what waits for whoever looks, then the cards in his order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext

from approvals.admin import inbox
from approvals.selectors import inbox as waiting
from core import words
from core.admin import channels as channels_page
from core.admin.base import staff_allows, staff_role
from insights import alert_words, dashboard
from insights.admin import alerts as alerts_page
from insights.admin.overview import cards, lens, state
from insights.dashboard import Dashboard
from promotions.admin import stop_banners
from promotions.models import Redemption

_MOST_WAITING = 3


def context(request: HttpRequest) -> dict[str, Any]:
    """What `insights/overview.html` says. Without a role there is nothing to see."""
    if staff_role(request.user) is None:
        return {"has_role": False}
    now = timezone.now()
    board = dashboard.build(now=now)
    order = lens.cards_for(request.user, is_whole=board.is_whole)
    contents = cards.context(board, now)
    return {
        "has_role": True,
        "as_of": channels_page.clock(now),
        "stops": stop_banners.banners(),
        "state": state.state(board, _last_redemption(board, now), now),
        "waiting": _waiting(request, now),
        "alerts": _alerts(board),
        "alerts_url": alerts_page.list_url(),
        "first_steps": _first_steps(request, board),
        "cards": [
            {
                "key": card,
                "template": f"insights/admin/overview/{card}.html",
                "is_wide": card in lens.WIDE,
                **contents[card],
            }
            for card in order
        ],
    }


def _last_redemption(board: Dashboard, now: datetime) -> str:
    """2 minutes; empty: nobody redeemed anything among the last attempts."""
    done = (row.redeemed_at for row in board.latest if row.status == Redemption.Status.SUCCEEDED)
    last = next(done, None)
    return timesince(min(last, now), now, depth=1) if last else ""


def _waiting(request: HttpRequest, now: datetime) -> Mapping[str, Any]:
    """What waits for this person: how much, and what is due first."""
    number = inbox.number_waiting(request)
    rows = waiting.rows().filter(inbox.inbox_of(request).mine).order_by(*inbox.ordering(request))
    return {
        "number": number,
        "sentence": "" if number else gettext("No request waits for you."),
        "rows": [
            {"title": inbox.title(row), "due": _due(row, now)}
            for row in (rows[:_MOST_WAITING] if number else ())
        ],
        "url": inbox.list_url(),
    }


def _due(row: Any, now: datetime) -> str:
    """due in 2 days; where nobody set a time: for 3 days"""
    if row.due_at is not None:
        return inbox.due(row, now)
    return gettext("for %(time)s") % {"time": inbox.since(row.created_at, now)}


def _alerts(board: Dashboard) -> list[dict[str, str]]:
    return [
        {
            "title": words.link(alert_words.title(alert), alerts_page.url_of(alert)),
            "label": words.label(
                alert_words.severity(alert), alert_words.SEVERITY_COLOURS[alert_words.severity(alert)]
            ),
            "text": alert_words.sentence(alert),
            "at": words.when(alert.raised_at),
        }
        for alert in board.alerts
    ]


def _first_steps(request: HttpRequest, board: Dashboard) -> list[dict[str, Any]]:
    """What a new installation does next, for those who can do it."""
    found = board.first_steps
    if found is None:
        return []
    may_set_up = staff_allows(request.user, "api_keys.create")
    may_plan = staff_allows(request.user, "campaigns.create")
    return [
        {
            "title": gettext("Connect your shop"),
            "text": gettext("Make an API key and put it into your shop. Its first call ticks this off."),
            "url": reverse("admin:core_apikey_add") if may_set_up else "",
            "is_done": found.is_connected,
        },
        {
            "title": gettext("Bring products and customers"),
            "text": gettext("The shop sends them, or you import them as CSV files."),
            "url": reverse("admin:integrations_importfile_changelist") if may_plan else "",
            "is_done": found.has_data,
        },
        {
            "title": gettext("Make the first campaign"),
            "text": gettext(
                "Choose a discount, say who gets it and how much it may cost. It takes three minutes."
            ),
            "url": reverse("admin:promotions_wizard") if may_plan else "",
            "is_done": found.has_campaign,
        },
        {
            "title": gettext("Launch it"),
            "text": gettext("From then on it can be redeemed, within its dates and limits."),
            "url": reverse("admin:promotions_campaign_changelist"),
            "is_done": found.is_live,
        },
        {
            "title": gettext("See the first redemption"),
            "text": gettext("It appears on this page within seconds, with what it cost."),
            "url": "",
            "is_done": found.is_redeemed,
        },
    ]
