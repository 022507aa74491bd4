"""The same content as the timeline as a table: for screen readers, phones and printers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.urls import reverse

from calendar_app.admin.calendar import bars, marks
from calendar_app.admin.calendar.clashes import Clash, Clashes
from calendar_app.admin.calendar.question import Question
from calendar_app.scale import Scale
from calendar_app.selectors.timeline import Bar
from calendar_app.standing import Standing
from core import words
from engine import Validity
from promotions.words import STATE_COLOURS

PER_PAGE: Final = 50


@dataclass(frozen=True, kw_only=True)
class Line:
    """One row of the table: a campaign, one of its tiers, or what a request proposes."""

    key: str
    name: str
    url: str
    state: str
    lanes: str
    dates: str
    window: str
    rhythm: str = ""
    clashes: Sequence[Clash] = ()
    level: int = 1
    is_ghost: bool = False
    tiers: int = 0
    tiers_url: str = ""
    tiers_are_open: bool = False
    waiting_url: str = ""
    waiting_text: str = ""

    @property
    def more_clashes(self) -> int:
        """Beside the first one."""
        return max(len(self.clashes) - 1, 0)


@dataclass(frozen=True, kw_only=True)
class Listing:
    """One page of the table. `number` counts campaigns, not lines."""

    lines: Sequence[Line]
    number: int
    page: int
    pages: int
    before_url: str
    after_url: str


def page_of(found: Sequence[Bar], question: Question) -> list[Bar]:
    """The campaigns of the page that is asked for; the last one for a page behind it."""
    pages = max(1, -(-len(found) // PER_PAGE))
    start = (min(question.page, pages) - 1) * PER_PAGE
    return list(found[start : start + PER_PAGE])


def listing(
    found: Sequence[Bar],
    question: Question,
    *,
    scale: Scale,
    clashes: Clashes,
    lane_names: dict[str, Sequence[str]],
    now: datetime,
) -> Listing:
    """`lane_names`: by key of the campaign, the names of the lanes that it stands in."""
    pages = max(1, -(-len(found) // PER_PAGE))
    page = min(question.page, pages)

    def at(number: int) -> str:
        return f"?{question.but(page=number).query}" if 1 <= number <= pages else ""

    shown = page_of(found, question)
    lines = [line for bar in shown for line in _lines(bar, question, scale, clashes, lane_names, now)]
    return Listing(
        lines=lines,
        number=len(found),
        page=page,
        pages=pages,
        before_url=at(page - 1),
        after_url=at(page + 1),
    )


def _lines(
    bar: Bar,
    question: Question,
    scale: Scale,
    clashes: Clashes,
    lane_names: dict[str, Sequence[str]],
    now: datetime,
) -> Iterator[Line]:
    where = ", ".join(lane_names.get(bar.key, ()))
    is_open = bool(bar.tiers)
    waiting = bar.waiting[0] if bar.waiting else None
    if scale.shows(bar.starts_at, bar.ends_at):
        yield Line(
            key=bar.key,
            name=bar.name,
            url=reverse("admin:calendar_campaign", args=[bar.campaign_id]),
            lanes=where,
            clashes=clashes.of_campaign(bar.campaign_id, with_tiers=not is_open),
            tiers=bar.tiers_count,
            tiers_are_open=is_open,
            tiers_url=tiers_url(question, bar.campaign_id, is_open=not is_open) if bar.tiers_count else "",
            waiting_url=bars.request_url(waiting.pk) if waiting else "",
            waiting_text=waiting.title if waiting else "",
            **_when(bar.standing, bar.validity, scale, now),
        )
    for tier in bar.tiers:
        if scale.shows(tier.starts_at, tier.ends_at):
            yield Line(
                key=tier.key,
                name=tier.name,
                url=reverse("admin:calendar_tier", args=[tier.tier_id]),
                lanes=where,
                level=2,
                clashes=clashes.of_tier(tier.tier_id),
                **_when(tier.standing, tier.validity, scale, now),
            )
    for request, dates in bar.ghosts:
        if scale.shows(dates.starts_at, dates.ends_at):
            yield Line(
                key=f"request:{request.pk}",
                name=dates.tier or bar.name,
                url=bars.request_url(request.pk),
                state=words.label("Proposed", "info"),
                lanes=where,
                dates=marks.period(dates.starts_at, dates.ends_at),
                window=request.title,
                level=2,
                is_ghost=True,
                clashes=clashes.of_request(request.pk),
            )


def _when(standing: Standing, validity: Validity, scale: Scale, now: datetime) -> dict[str, Any]:
    return {
        "state": words.label(standing.text, STATE_COLOURS[standing.text]),
        "dates": marks.period(validity.starts_at, validity.ends_at),
        "rhythm": marks.rhythm(validity),
        "window": marks.next_window(validity, scale.zone, now),
    }


def tiers_url(question: Question, campaign_id: int, *, is_open: bool) -> str:
    """The page with the tiers of a campaign shown, or not."""
    tiers = question.tiers | {campaign_id} if is_open else question.tiers - {campaign_id}
    return f"?{question.but(tiers=frozenset(tiers), page=question.page).query}"


def names_by_bar(lanes: Iterable[tuple[str, Sequence[Bar]]]) -> dict[str, Sequence[str]]:
    """The names of the lanes in which each campaign stands."""
    found: dict[str, list[str]] = {}
    for name, inside in lanes:
        for bar in inside:
            found.setdefault(bar.key, []).append(name)
    return {key: tuple(names) for key, names in found.items()}
