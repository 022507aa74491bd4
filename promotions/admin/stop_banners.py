"""Emergency stops where people cannot overlook them: on the overview, and on the page of a campaign."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.html import format_html, format_html_join

from core import words
from promotions import stop_words
from promotions.models import Campaign, EmergencyStop
from promotions.selectors import stop_reports


@dataclass(frozen=True, kw_only=True)
class Banner:
    headline: str
    text: str
    url: str
    is_drill: bool


def banners() -> list[Banner]:
    """Those in force (one query)."""
    return [
        Banner(
            headline=stop_words.headline(stop),
            text=f"{stop_words.reason(stop.reason)} {stop_words.next_step(stop)}",
            url=url_of(stop),
            is_drill=stop.is_drill,
        )
        for stop in stop_reports.in_force()
    ]


def on_campaign(campaign: Campaign) -> str:
    """One sentence with a link for each stop that covers it; empty if none does (one query)."""
    return format_html_join(" ", "{}", ((_said(stop),) for stop in stop_reports.stopping(campaign)))


def _said(stop: EmergencyStop) -> str:
    since, url = words.when(stop.started_at), url_of(stop)
    if stop.is_drill:
        said, link = format_html("A drill covers it since {}.", since), "See the drill"
    else:
        text = f"Under emergency stop since {since}: nothing of it is given."
        said, link = format_html('<strong class="fanfare-alarm-text">{}</strong>', text), "See the stop"
    return format_html("{} {}", said, words.link(link, url))


def url_of(stop: EmergencyStop) -> str:
    return reverse("admin:promotions_emergencystop_change", args=[stop.pk])
