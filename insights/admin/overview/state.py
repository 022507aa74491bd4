"""One sentence that says whether all is well, and below it what is not, worst first, each with its page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext, ngettext

from core import periodic_standings, project, words
from core.admin import channels as channels_page
from core.admin import periodic_work
from core.health import Check
from insights import alert_words
from insights.admin import alerts as alerts_page
from insights.dashboard import AtRisk, Dashboard
from insights.models import AlertRule
from promotions.admin import stop_banners
from promotions.budget_forecast import Outlook
from promotions.selectors import budget_outlook

MOST_SHOWN: Final = 6
NAMES: Final = {
    "database": "Database",
    "broker": "Message broker",
    "worker": "Worker",
    "beat": "Scheduler",
    "dispatcher": "Event dispatcher",
    "webhooks": "Sender of webhooks",
    "reconciliation": "Counters and balances",
    "audit": "Audit chain",
}
# What is wrong when a check fails, and what to do.
TROUBLE: Final = {
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


class Level(IntEnum):
    """The value orders them: the worst first."""

    BAD = 0
    DOUBT = 1


@dataclass(frozen=True, kw_only=True)
class Item:
    """Something that needs somebody. `url` is where he looks, "" if there is no page."""

    level: Level
    text: str
    url: str = ""

    @property
    def is_bad(self) -> bool:
        return self.level is Level.BAD


@dataclass(frozen=True, kw_only=True)
class State:
    """`more`: how many items are not shown."""

    headline: str
    text: str
    look: str
    icon: str
    items: Sequence[Item]
    more: int


def state(board: Dashboard, last_redemption: str, now: datetime) -> State:
    """`last_redemption` says when the last one was: 2 minutes ago; empty: never."""
    items = sorted(_items(board, now), key=lambda item: item.level)
    bad = sum(item.is_bad for item in items)
    shown = {"items": items[:MOST_SHOWN], "more": max(0, len(items) - MOST_SHOWN)}
    if bad:
        headline = ngettext("%(number)s thing is wrong", "%(number)s things are wrong", bad)
        return _with(headline, bad, "bad", "error", shown, board, last_redemption)
    if items:
        headline = ngettext(
            "%(number)s thing needs somebody to look", "%(number)s things need somebody to look", len(items)
        )
        return _with(headline, len(items), "doubt", "warning", shown, board, last_redemption)
    headline = (
        gettext("Nothing runs yet") if board.first_steps and not board.running else gettext("All is well")
    )
    return _with(headline, 0, "fine", "check_circle", shown, board, last_redemption)


def _with(
    headline: str,
    number: int,
    look: str,
    icon: str,
    shown: dict[str, object],
    board: Dashboard,
    last_redemption: str,
) -> State:
    return State(
        headline=headline % {"number": words.number(number)},
        text=_text(board, last_redemption),
        look=look,
        icon=icon,
        **shown,  # type: ignore[arg-type]
    )


def _text(board: Dashboard, last_redemption: str) -> str:
    """12 campaigns are live. The last redemption was 2 minutes ago."""
    live = ngettext("%(number)s campaign is live.", "%(number)s campaigns are live.", board.running)
    said = live % {"number": words.number(board.running)}
    if not last_redemption:
        return said
    last = gettext("The last redemption was %(ago)s ago.") % {"ago": last_redemption}
    return f"{said} {last}"


def _items(board: Dashboard, now: datetime) -> Iterator[Item]:
    for banner in stop_banners.banners():
        if not banner.is_drill:
            yield Item(level=Level.BAD, text=banner.headline, url=banner.url)
    yield from (_of_check(check) for check in board.checks if not check.ok)
    yield from _of_alerts(board)
    yield from _of_channels(board)
    yield from _of_jobs(board)
    if board.budgets:
        day = budget_outlook.today_of(project.current(), now)
        told = {alert.figures.get("budget") for alert in board.alerts}
        yield from (_of_budget(one, day) for one in board.budgets if one.budget.name not in told)
    others = board.budgets_at_risk - len(board.budgets)
    if others:
        said = ngettext(
            "%(number)s other budget is at risk.", "%(number)s other budgets are at risk.", others
        )
        url = f"{reverse('admin:promotions_budget_changelist')}?left=NEAR"
        yield Item(level=Level.DOUBT, text=said % {"number": words.number(others)}, url=url)


def _of_check(check: Check) -> Item:
    return Item(level=Level.BAD, text=gettext(TROUBLE.get(check.name, check.name)))


def _of_alerts(board: Dashboard) -> Iterator[Item]:
    for alert in board.alerts:
        if alert.severity == AlertRule.Severity.INFO:
            continue
        is_critical = alert.severity == AlertRule.Severity.CRITICAL
        yield Item(
            level=Level.BAD if is_critical else Level.DOUBT,
            text=alert_words.title(alert),
            url=alerts_page.url_of(alert),
        )


def _of_channels(board: Dashboard) -> Iterator[Item]:
    url = reverse("admin:channels")
    for one in board.channels:
        name = channels_page.name_of(one)
        if one.is_trouble:
            said = ngettext(
                "%(name)s: %(number)s call failed within five minutes",
                "%(name)s: %(number)s calls failed within five minutes",
                one.now.server_errors,
            )
            text = said % {"name": name, "number": words.number(one.now.server_errors)}
            yield Item(level=Level.BAD, text=text, url=url)
        elif one.is_doubtful:
            label, _ = channels_page.LABELS[one.state]
            yield Item(level=Level.DOUBT, text=f"{name}: {gettext(label).lower()}", url=url)


def _of_jobs(board: Dashboard) -> Iterator[Item]:
    """One line for all: where beat stands still, everything is late."""
    late = [one for one in board.jobs if one.state is periodic_standings.State.LATE]
    if late:
        said = ngettext("%(number)s periodic job is late.", "%(number)s periodic jobs are late.", len(late))
        url = reverse("admin:core_periodicrun_changelist")
        yield Item(level=Level.DOUBT, text=said % {"number": words.number(len(late))}, url=url)
    for one in board.jobs:
        if one.state is periodic_standings.State.FAILING and one.run is not None:
            text = gettext("Periodic work fails: %(what)s") % {"what": periodic_work.title_of(one)}
            url = reverse("admin:core_periodicrun_change", args=[one.run.pk])
            yield Item(level=Level.BAD, text=text, url=url)


def _of_budget(one: AtRisk, today: date) -> Item:
    """Budget Season: runs out in 3 days"""
    what, _ = budget_state(one, today)
    text = gettext("Budget %(name)s: %(what)s") % {
        "name": one.budget.name,
        "what": what[:1].lower() + what[1:],
    }
    url = reverse("admin:promotions_budget_change", args=[one.budget.pk])
    return Item(level=Level.DOUBT, text=text, url=url)


def budget_state(one: AtRisk, today: date) -> tuple[str, str]:
    """Used up, Runs out today, Runs out in 3 days, 84 % used; with the colour of its label."""
    if one.is_used_up:
        return gettext("Used up"), "danger"
    if one.forecast is not None and one.forecast.outlook is Outlook.RUNS_OUT:
        left = (one.runs_out_on - today).days
        if left <= 0:
            return gettext("Runs out today"), "danger"
        if left == 1:
            return gettext("Runs out tomorrow"), "danger"
        return gettext("Runs out in %(days)s") % {"days": words.count(left, "day")}, "warning"
    return gettext("%(percent)s %% used") % {"percent": one.standing.taken}, "warning"
