"""The promotion calendar: what runs when, side by side, and what gets into each other's way.

One renderer for everything: the timeline is a grid of the server's, lanes and tiers are opened by links, and
the script fetches the same page and exchanges its board. Contract: governance 4 (C1 to C4, K1 to K11).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from calendar_app import scale as scales
from calendar_app.admin.calendar import (
    bands,
    board,
    capacity,
    clashes,
    details,
    filters,
    head,
    lanes,
    listing,
    question,
    saved,
)
from calendar_app.admin.calendar.bars import Pen
from calendar_app.admin.calendar.lanes import Lane
from calendar_app.admin.calendar.question import Lanes, Question, Show
from calendar_app.scale import Scale, View
from calendar_app.selectors import saved_views, timeline
from calendar_app.selectors.timeline import Bar
from calendar_app.services import moving
from calendar_app.standing import Standing
from core import project
from promotions.models import Campaign


def urls() -> list[URLPattern]:
    view = admin.site.admin_view
    return [
        path("calendar/", view(page), name="calendar"),
        *details.urls(),
        *saved.urls(),
    ]


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    details.refuse_strangers(request)
    now, settings = timezone.now(), project.current()
    today = now.astimezone(settings.zone).date()
    starting = None if request.GET else saved_views.starting_with(int(request.user.pk or 0))
    query = QueryDict(starting.query) if starting is not None else request.GET
    asked = filters.picked(question.read(query), query)
    scale = scales.scale(
        asked.view, asked.on or today, zone=settings.zone, first_weekday=settings.first_weekday
    )
    return TemplateResponse(
        request,
        "calendar_app/calendar.html",
        {
            **admin.site.each_context(request),
            "title": gettext("Calendar"),
            **_controls(request, asked, scale, today),
            **_content(request, asked, scale, now, today),
            "zone": settings.time_zone,
            "move_url": reverse("admin:calendar_move"),
            "saved": saved.context(request, asked),
        },
    )


def _controls(request: HttpRequest, asked: Question, scale: Scale, today: date) -> dict[str, Any]:
    form = filters.FilterForm(asked)
    return {
        "question": asked,
        "heading": head.title(scale),
        "views": [(head.name_of(one), f"?{asked.but(view=one).query}", one is asked.view) for one in View],
        "lane_choices": [
            (one.label, f"?{asked.but(lanes=one, open=frozenset()).query}", one is asked.lanes)
            for one in Lanes
        ],
        "shows": [
            (name, f"?{asked.but(show=one).query}", one is asked.show)
            for one, name in ((Show.TIMELINE, gettext("Timeline")), (Show.LIST, gettext("List")))
        ],
        "before_url": f"?{asked.but(on=scale.before).query}",
        "today_url": f"?{asked.but(on=None).query}",
        "after_url": f"?{asked.but(on=scale.after).query}",
        "day_url": f"?{asked.but(on=None).query}&on=",
        "nearer": _NEARER[asked.view],
        "is_now": scale.first <= today <= scale.last,
        "form": form,
        "chips": list(filters.chips(asked, form)),
        "plain_url": f"?{asked.but(**dict.fromkeys(asked.filters, '')).query}",
        "legend": [(one.value, gettext(one.text)) for one in _LEGEND],
    }


_NEARER: Final = {View.QUARTER: View.WEEK, View.MONTH: View.DAY, View.WEEK: View.DAY, View.DAY: View.DAY}
"""What a click on a day or week leads to."""
_LEGEND: Final = (
    Standing.DRAFT,
    Standing.IN_REVIEW,
    Standing.APPROVED,
    Standing.SCHEDULED,
    Standing.LIVE,
    Standing.PAUSED,
    Standing.ENDED,
)


def _content(
    request: HttpRequest, asked: Question, scale: Scale, now: datetime, today: date
) -> dict[str, Any]:
    """What stands in the lanes and in the table, and above them."""
    wanted = filters.asked(asked, scale)
    found = sorted(timeline.bars(wanted, now=now), key=lambda bar: bar.key != asked.focus)
    grouped = lanes.lanes_of(found, asked.lanes)
    opened = asked.open | _lanes_in_focus(found, asked)
    laid = board.lay(grouped, scale, opened=opened) if asked.show is not Show.LIST else []
    listed = listing.page_of(found, asked) if asked.show is not Show.TIMELINE else []
    seen = board.shown(laid) | {bar.campaign_id for bar in listed}
    known = clashes.among(seen, scale.since, scale.until, with_small=bool(asked.small))
    pen = Pen(
        scale=scale,
        now=now,
        clashes=known,
        focus=asked.focus,
        tiers_url=lambda pk, is_open: listing.tiers_url(asked, pk, is_open=is_open),
        may_move=details.may_change(request),
        seen_of=moving.seen_of,
    )
    drawn = board.draw(laid, pen, opened=opened, url=lambda key, is_open: _lane_url(asked, key, is_open))
    return {
        "scale": scale,
        "columns": head.columns(scale, today),
        "months": head.months(scale),
        "free_days": head.free_days(scale),
        "now_line": head.now_line(scale, now),
        "bands": bands.between(scale),
        "capacity": capacity.line(scale, wanted, now),
        "lanes": drawn,
        "hidden_lanes": max(len(grouped) - board.MOST_LANES, 0),
        "number": len(found),
        "listing": _listing(found, grouped, asked, scale, known, now) if listed else None,
        "empty": "" if found else _empty(asked, request),
        "conflicts_url": reverse("admin:calendar_conflicts"),
        "collisions": known.number_open,
        "small_collisions": len(known.small),
        "small_url": f"?{asked.but(small='' if asked.small else '1', page=asked.page).query}",
        "wizard_url": reverse("admin:promotions_wizard") if details.may_create(request) else "",
    }


def _listing(
    found: Sequence[Bar],
    grouped: Sequence[Lane],
    asked: Question,
    scale: Scale,
    known: clashes.Clashes,
    now: datetime,
) -> listing.Listing:
    names = listing.names_by_bar((lane.name, lane.bars) for lane in grouped)
    return listing.listing(found, asked, scale=scale, clashes=known, lane_names=names, now=now)


def _lane_url(asked: Question, key: str, is_open: bool) -> str:
    opened = asked.open | {key} if is_open else asked.open - {key}
    return f"?{asked.but(open=frozenset(opened)).query}"


def _lanes_in_focus(found: Sequence[Bar], asked: Question) -> frozenset[str]:
    """A promotion that somebody was sent to is seen, however much stands in its lane."""
    if not asked.focus:
        return frozenset()
    mine = next((bar for bar in found if bar.key == asked.focus), None)
    return frozenset(lanes.keys_of(mine, asked.lanes)) if mine is not None else frozenset()


def _empty(asked: Question, request: HttpRequest) -> str:
    """What to do where there is nothing to see."""
    if asked.filters:
        return gettext("Nothing of what is filtered for falls into this time. Take a filter off, or go on.")
    if Campaign.objects.filter(deleted_at=None, released_at=None).exists():
        return gettext("Nothing runs in this time. Go on to another one, or plan something for it.")
    return gettext(
        "Every campaign stands here from its first day to its last one, also drafts, with what gets into its "
        "way. Make the first one: it takes three minutes."
    )
