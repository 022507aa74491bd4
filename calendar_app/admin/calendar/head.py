"""What stands above the lanes: which time is shown, its days or hours, and the line of now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Final

from django.utils.formats import date_format
from django.utils.translation import gettext

from calendar_app.admin.calendar.drawn import percent
from calendar_app.scale import WHOLE, Scale, View, week_of

_WEEKEND: Final = (6, 7)
_HOURS_SHOWN: Final = 2
_NO_BREAK: Final = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """`day` is where a click on it leads; `more` stands under its name."""

    left: str
    width: str
    name: str
    more: str = ""
    spoken: str = ""
    day: str = ""
    is_free: bool = False
    is_today: bool = False


def title(scale: Scale) -> str:
    """24 Nov 2026; 23 – 29 Nov 2026; November 2026; October – December 2026"""
    if scale.view is View.DAY:
        return f"{date_format(scale.first, 'l')}, {_day(scale.first)}"
    if scale.view is View.MONTH:
        return date_format(scale.first, "F Y")
    if scale.view is View.QUARTER:
        return f"{date_format(scale.first, 'F')} – {date_format(scale.last, 'F Y')}"
    if scale.first.month == scale.last.month:
        return f"{scale.first.day} – {_day(scale.last)}"
    return f"{_day(scale.first)} – {_day(scale.last)}"


def name_of(view: View) -> str:
    return {
        View.DAY: gettext("Day"),
        View.WEEK: gettext("Week"),
        View.MONTH: gettext("Month"),
        View.QUARTER: gettext("Quarter"),
    }[view]


def columns(scale: Scale, today: date) -> list[Column]:
    """Hours of a day, days of a week or month, weeks of a quarter."""
    if scale.view is View.DAY:
        return list(_hours(scale))
    if scale.view is View.QUARTER:
        return list(_weeks(scale, today))
    return [_of_day(scale, day, today) for day in scale.days]


def months(scale: Scale) -> list[Column]:
    """Above the weeks of a quarter."""
    if scale.view is not View.QUARTER:
        return []
    found = []
    for (_, _), days in groupby(scale.days, key=lambda day: (day.year, day.month)):
        inside = list(days)
        left, right = scale.day_stretch(inside[0], inside[-1])
        found.append(
            Column(
                left=percent(left),
                width=percent(right - left),
                name=date_format(inside[0], "F"),
                day=inside[0].isoformat(),
            )
        )
    return found


def now_line(scale: Scale, now: datetime) -> str:
    """Where now is, empty if it is not shown."""
    place = scale.place(now)
    return percent(place) if 0 <= place < WHOLE else ""


def free_days(scale: Scale) -> list[Column]:
    """Weekends, which are shaded; none where a column is a week."""
    if scale.view is View.QUARTER:
        return []
    found = []
    for day in scale.days:
        if day.isoweekday() in _WEEKEND:
            left, right = scale.day_stretch(day, day)
            found.append(Column(left=percent(left), width=percent(right - left), name=""))
    return found


def _of_day(scale: Scale, day: date, today: date) -> Column:
    left, right = scale.day_stretch(day, day)
    return Column(
        left=percent(left),
        width=percent(right - left),
        name=date_format(day, "D"),
        more=str(day.day),
        spoken=_day(day),
        day=day.isoformat(),
        is_free=day.isoweekday() in _WEEKEND,
        is_today=day == today,
    )


def _weeks(scale: Scale, today: date) -> Iterator[Column]:
    """From each first weekday on; the first and last ones of a quarter are mostly no whole weeks."""
    for _, days in groupby(scale.days, key=lambda day: week_of(day, scale.first_weekday)):
        inside = list(days)
        left, right = scale.day_stretch(inside[0], inside[-1])
        yield Column(
            left=percent(left),
            width=percent(right - left),
            name=str(inside[0].day),
            spoken=_day(inside[0]),
            day=inside[0].isoformat(),
            is_today=inside[0] <= today <= inside[-1],
        )


def _hours(scale: Scale) -> Iterator[Column]:
    """By the clock of the project: of an hour that comes twice both are there."""
    width = WHOLE // scale.units
    for number in range(scale.units):
        at = scale.since + timedelta(hours=number)
        local = at.astimezone(scale.zone)
        left = scale.place(at)
        yield Column(
            left=percent(left),
            width=percent(width),
            name=f"{local.hour:02d}" if local.hour % _HOURS_SHOWN == 0 else "",
            spoken=f"{local:%H:%M}",
        )


def _day(day: date) -> str:
    return date_format(day, "DATE_FORMAT").replace(" ", _NO_BREAK)
