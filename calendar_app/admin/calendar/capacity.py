"""The line of capacity above the lanes: how many promotions are live each day, and what they may cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from calendar_app.admin.calendar import marks
from calendar_app.admin.calendar.drawn import percent
from calendar_app.scale import Scale, View
from calendar_app.selectors import capacity
from calendar_app.selectors.timeline import Asked
from core import words

_HUNDRED: Final = 100


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One day. `level` is the height of its column in percent of the highest; `figure` stands in it where
    there is room.
    """

    left: str
    width: str
    level: int
    live: int
    figure: str
    day: str
    budget: str
    spoken: str
    note: str
    is_crowded: bool


@dataclass(frozen=True, kw_only=True)
class Line:
    cells: Sequence[Cell]
    crowded: int

    @property
    def summary(self) -> str:
        if not self.crowded:
            return gettext("No day is over-crowded.")
        text = ngettext("%(number)s day is over-crowded.", "%(number)s days are over-crowded.", self.crowded)
        return text % {"number": words.number(self.crowded)}


def line(scale: Scale, asked: Asked, now: datetime) -> Line:
    days = list(capacity.per_day(scale.first, scale.last, now=now, asked=asked))
    most = max((day.live for day in days), default=0) or 1
    cells = [_cell(scale, day, most) for day in days]
    return Line(cells=cells, crowded=sum(cell.is_crowded for cell in cells))


def _cell(scale: Scale, day: Any, most: int) -> Cell:
    left, right = scale.day_stretch(day.date, day.date)
    name = date_format(day.date, "DATE_FORMAT")
    budget = "" if day.budget_amount is None else words.money(day.budget_amount)
    live = ngettext("%(number)s live", "%(number)s live", day.live) % {"number": words.number(day.live)}
    costs = gettext("planned budget %(amount)s") % {"amount": budget} if budget else ""
    said = ", ".join(part for part in (live, costs) if part)
    return Cell(
        left=percent(left),
        width=percent(right - left),
        level=_HUNDRED * day.live // most,
        live=day.live,
        figure=words.number(day.live) if scale.view is not View.QUARTER else "",
        day=name,
        budget=budget,
        spoken=marks.joined(f"{name}: {said}.", day.note),
        note=day.note,
        is_crowded=day.is_crowded,
    )
