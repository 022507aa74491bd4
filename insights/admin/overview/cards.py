"""What the cards of the overview hold: numbers become words, links and small pictures."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.urls import reverse
from django.utils.timesince import timesince
from django.utils.translation import gettext

from core import project, words
from core.admin import channels as channels_page
from core.admin import periodic_work
from core.admin.pages import Fact
from core.health import Check
from core.selectors import channels as known_channels
from insights.admin.overview import hours_picture
from insights.admin.overview.lens import Card
from insights.admin.overview.state import NAMES, TROUBLE, budget_state
from insights.dashboard import Dashboard
from promotions import budget_words
from promotions.admin import budget_panels, rows
from promotions.selectors import budget_outlook
from promotions.words import refusal, story, target

_MOST_CHANNELS: Final = 5
_CHANNEL_WIDTH: Final = 6 * known_channels.BARS


def context(board: Dashboard, now: datetime) -> Mapping[Card, Mapping[str, Any]]:
    """By card, what its template says. Inside `words.speaking_for`."""
    return {
        Card.NUMBERS: {"tiles": tiles(board)},
        Card.HOURS: {"picture": hours_picture.draw(board.today)},
        Card.LIVE: _live(board),
        Card.MILESTONES: {"milestones": _milestones(board, now)},
        Card.BUDGETS: _budgets(board, now),
        Card.REFUSALS: _refusals(board),
        Card.CHANNELS: _channels(board),
        Card.HOUSE: _house(board),
        Card.LATEST: _latest(board),
    }


def tiles(board: Dashboard) -> list[Fact]:
    """Today up to now, against the same weekday a week ago up to the same time."""
    now, then = board.today.now, board.today.then
    redemptions = reverse("admin:promotions_redemption_changelist")
    return [
        Fact(
            title="Redemptions today",
            value=words.number(now.redemptions),
            note=compared(now.redemptions, then.redemptions, words.number(then.redemptions)),
            url=redemptions,
        ),
        Fact(
            title="Discounts given today",
            value=words.money(now.cost),
            note=compared(now.cost, then.cost, words.money(then.cost)),
        ),
        Fact(
            title="Revenue with a promotion today",
            value=words.money(now.revenue),
            note=compared(now.revenue, then.revenue, words.money(then.revenue)),
        ),
        Fact(
            title="Refused today",
            value=words.number(now.refusals),
            note=compared(now.refusals, then.refusals, words.number(then.refusals)),
            url=f"{redemptions}?result__exact=FAILURE",
        ),
    ]


def compared(now: int, then: int, said: str) -> str:
    """+12 %, 1,204 a week ago at this time"""
    if not then:
        return gettext("none a week ago at this time")
    change = round(100 * (now - then) / then)
    sign = "+" if change > 0 else "\N{MINUS SIGN}" if change < 0 else "±"
    return gettext("%(change)s, %(then)s a week ago at this time") % {
        "change": f"{sign}{words.number(abs(change))}\N{NO-BREAK SPACE}%",
        "then": said,
    }


def _live(board: Dashboard) -> dict[str, Any]:
    most = max((one.today.redemptions for one in board.live), default=0)
    url = f"{reverse('admin:promotions_campaign_changelist')}?state=RUNNING"
    return {
        "lines": [
            {
                "name": rows.campaign_link(one.campaign),
                "figures": _figures(one.today.redemptions, one.today.cost),
                "share": round(100 * one.today.redemptions / most) if most else 0,
            }
            for one in board.live
        ],
        "number": words.number(board.running),
        "others": max(0, board.running - len(board.live)),
        "url": url,
    }


def _figures(redemptions: int, cost: int) -> str:
    """34 today, 120.00 EUR"""
    if not redemptions:
        return gettext("none today")
    said = gettext("%(number)s today, %(cost)s") if cost else gettext("%(number)s today")
    return said % {"number": words.number(redemptions), "cost": words.money(cost)}


def _milestones(board: Dashboard, now: datetime) -> list[dict[str, str]]:
    return [
        {
            "name": rows.campaign_link(one.campaign),
            "label": words.label("Starts", "info") if one.is_start else words.label("Ends", "warning"),
            "at": words.when(one.at),
            "in": gettext("in %(time)s") % {"time": timesince(now, one.at, depth=1)},
        }
        for one in board.milestones
    ]


def _budgets(board: Dashboard, now: datetime) -> dict[str, Any]:
    day = budget_outlook.today_of(project.current(), now)
    return {
        "lines": [
            {
                "name": budget_panels.budget_link(one.budget),
                "label": words.label(*budget_state(one, day)),
                "bar": budget_panels.bar(
                    one.budget, one.standing, note=budget_words.pace(one.budget, one.forecast)
                ),
            }
            for one in board.budgets
        ],
        "others": max(0, board.budgets_at_risk - len(board.budgets)),
        "url": f"{reverse('admin:promotions_budget_changelist')}?left=NEAR",
    }


def _refusals(board: Dashboard) -> dict[str, Any]:
    most = max((number for _, number in board.refusals), default=1)
    return {
        "lines": [
            {"text": refusal(code), "number": words.number(number), "share": round(100 * number / most)}
            for code, number in board.refusals
        ],
        "url": f"{reverse('admin:promotions_redemption_changelist')}?result__exact=FAILURE",
    }


def _channels(board: Dashboard) -> dict[str, Any]:
    return {
        "sentence": channels_page.sentence(board.channels),
        "rows": [channels_page.row(one) for one in board.channels[:_MOST_CHANNELS]],
        "others": max(0, len(board.channels) - _MOST_CHANNELS),
        "url": reverse("admin:channels"),
        "width": _CHANNEL_WIDTH,
        "height": channels_page.HEIGHT,
    }


def _house(board: Dashboard) -> dict[str, Any]:
    troubled = [one for one in board.jobs if one.is_trouble]
    return {
        "checks": [_check(check) for check in board.checks],
        "jobs": periodic_work.sentence(len(board.jobs), troubled),
        "jobs_label": words.label(*(("Trouble", "danger") if troubled else ("On time", "success"))),
        "jobs_url": reverse("admin:core_periodicrun_changelist"),
    }


def _check(check: Check) -> dict[str, Any]:
    """Name, label, and what to do where it is not well."""
    name = gettext(NAMES.get(check.name, check.name))
    if check.name == "audit" and check.ok:
        at = check.detail["checked_at"]
        note = gettext("Checked %(when)s.") % {"when": words.when(at)} if at else gettext("Not checked yet.")
        return {"name": name, "label": words.label("Whole", "success"), "note": note, "ok": True}
    if check.ok:
        return {"name": name, "label": words.label("Works", "success"), "note": "", "ok": True}
    return {
        "name": name,
        "label": words.label("Trouble", "danger"),
        "note": gettext(TROUBLE[check.name]) if check.name in TROUBLE else "",
        "ok": False,
    }


def _latest(board: Dashboard) -> dict[str, Any]:
    return {
        "headers": ("When", "Result", "What", "What happened"),
        "rows": [
            (
                words.link(words.when(row.redeemed_at), rows.redemption_url(row)),
                rows.result_label(row),
                target(row),
                story(row),
            )
            for row in board.latest
        ],
    }
