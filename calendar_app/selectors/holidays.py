"""The public holidays that people want to see, and where they are holidays."""

from __future__ import annotations

from datetime import date
from typing import Final, NamedTuple

from django.db.models import Q, QuerySet
from django.utils import translation

from calendar_app import holidays
from calendar_app.models import HolidayRegion
from core import places
from core.selectors import areas

_EVERYWHERE: Final = ""


class Day(NamedTuple):
    """`where` is the country or part of it, with the area if it is one only."""

    date: date
    name: str
    where: str


class Place(NamedTuple):
    """A region of which holidays are shown; `area` is its name, empty: everywhere."""

    country: str
    subdivision: str
    area: str = _EVERYWHERE

    def __str__(self) -> str:
        name = holidays.place_name(self.country, self.subdivision)
        return f"{name} ({self.area})" if self.area else name


def regions() -> QuerySet[HolidayRegion]:
    """By country, those in reach of the caller only."""
    rows = HolidayRegion.objects.select_related("area")
    if places.limit() is not None:
        rows = rows.filter(Q(area=None) | Q(area__in=areas.areas()))
    return rows.order_by("country", "subdivision", "area__name", "pk")


def shown() -> list[Place]:
    """Those that were chosen; as long as nobody chose any, the countries of the areas."""
    chosen = [
        Place(row.country, row.subdivision, row.area.name if row.area is not None else _EVERYWHERE)
        for row in regions()
    ]
    if chosen or HolidayRegion.objects.exists():
        return chosen
    of_areas = areas.areas().exclude(country="").order_by("country", "name", "pk")
    return [Place(country.upper(), "", name) for country, name in of_areas.values_list("country", "name")]


def between(first: date, last: date) -> list[Day]:
    """From the first to the last day, both included, by day. The same day of several regions is one, with all
    of them in `where`.
    """
    language = translation.get_language() or "en"
    found: dict[tuple[date, str], list[str]] = {}
    for place in shown():
        for one in holidays.between(place.country, place.subdivision, first, last, language=language):
            found.setdefault((one.day, one.name), []).append(str(place))
    return [Day(day, name, ", ".join(where)) for (day, name), where in sorted(found.items())]
