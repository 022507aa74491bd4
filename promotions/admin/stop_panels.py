"""What the page of an emergency stop shows around its facts, and whom a new one hits."""

from __future__ import annotations

from typing import Final

from core import words
from core.admin.pages import SHOWN_ROWS, Fact, Panel
from promotions import stop_words
from promotions.admin import rows
from promotions.models import EmergencyStop
from promotions.selectors import stop_reach, stop_reports
from promotions.selectors.stops import ARTICLES, CALLS

_WAS_ON_SHOWN: Final = 200


def reach_facts(reach: stop_reach.Reach, covers: stop_reach.Covers) -> list[Fact]:
    is_partial = any(covers.get(kind) for kind in (*ARTICLES, *CALLS))
    return [
        Fact(
            title="Live campaigns",
            value=words.number(reach.campaigns),
            note="some of them only in part" if is_partial else "",
        ),
        Fact(title="Their codes", value=words.number(reach.codes)),
        Fact(title="Live promotion tiers", value=words.number(reach.tiers)),
        Fact(title="Held in baskets", value=words.number(reach.holds), note="refused, though held"),
        Fact(
            title="Redemptions, last hour",
            value=words.number(reach.redemptions),
            note=f"{words.money(reach.discount)} of discounts",
        ),
    ]


def covered(stop: EmergencyStop) -> Panel:
    entries = (
        [("everything", "Everything")] if stop.covers.get("everything") else stop_words.entries(stop.covers)
    )
    return Panel(
        key="covered",
        title="What is stopped",
        headers=("Kind", "Name"),
        rows=[(kind[:1].upper() + kind[1:], name) for kind, name in entries],
        empty="",
    )


def was_on(stop: EmergencyStop) -> Panel:
    """The first ones; the API gives all."""
    live = stop_reports.was_on(stop)
    found = [
        (
            kind,
            row["name"],
            row["id"],
            words.NOTHING if row["version"] is None else words.number(row["version"]),
        )
        for kind, listed in (("Campaign", "campaigns"), ("Promotion tier", "tiers"))
        for row in live.get(listed, ())
    ]
    more = len(found) - _WAS_ON_SHOWN
    rest = [(f"And {words.number(more)} more", "", "", "")] if more > 0 else []
    return Panel(
        key="was_on",
        title="What was on",
        headers=("Kind", "Name", "Id for the shop", "Version"),
        rows=[*found[:_WAS_ON_SHOWN], *rest],
        empty="Nothing of it was live.",
    )


def attempts(stop: EmergencyStop) -> Panel:
    related = ("voucher", "promotion_tier", "customer", "order")
    found = stop_reports.attempts(stop).select_related(*(f"redemption__{name}" for name in related))
    return Panel(
        key="attempts",
        title="Would have been refused" if stop.is_drill else "Refused",
        headers=rows.REDEMPTION_HEADERS,
        rows=[rows.redemption_row(one.redemption) for one in found.order_by("-pk")[:SHOWN_ROWS]],
        empty="Nobody tried to redeem what is stopped.",
    )


def processes(stop: EmergencyStop) -> Panel:
    report = stop_reports.report(stop)
    return Panel(
        key="processes",
        title="Processes",
        headers=("Process", "First met it after", "Redemptions"),
        rows=[
            (one.process, stop_words.seconds(one.first_at - stop.started_at), words.number(one.attempts))
            for one in report.processes
        ],
        empty="No process had to decide about it yet.",
    )
