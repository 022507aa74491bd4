"""Days to know: blackouts, public holidays, seasons and notes, as bands with a name over all lanes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.utils.translation import gettext

from calendar_app import packing
from calendar_app.admin.calendar import marks
from calendar_app.admin.calendar.drawn import percent
from calendar_app.packing import Block
from calendar_app.scale import WHOLE, Scale
from calendar_app.selectors import blackouts, holidays
from core import words

MOST: Final = 200
_ROWS: Final = 6
_LETTER: Final = 66
_MARKS: Final = 4
_LONGEST_NAME: Final = 60

BLACKOUT, WARNING, HOLIDAY, SEASON, NOTE = "blackout", "warning", "holiday", "season", "note"
_ICONS: Final = {
    BLACKOUT: "block",
    WARNING: "do_not_disturb_on",
    HOLIDAY: "celebration",
    SEASON: "park",
    NOTE: "sticky_note_2",
}


@dataclass(frozen=True, kw_only=True)
class Band:
    """`kind` is the name of its pattern; `what` calls it in words. `is_shaded`: it goes through all lanes."""

    kind: str
    what: str
    name: str
    text: str
    dates: str
    left: int
    right: int
    url: str = ""
    colour: str = ""
    key: str = ""

    @property
    def icon(self) -> str:
        return _ICONS[self.kind]

    @property
    def from_(self) -> str:
        return percent(self.left)

    @property
    def width(self) -> str:
        return percent(self.right - self.left)

    @property
    def reach(self) -> tuple[int, int]:
        """With its name, which stands before its end where there is no room behind its beginning."""
        needed = _LETTER * (min(len(self.name), _LONGEST_NAME) + _MARKS)
        if self.left + needed <= WHOLE:
            return self.left, max(self.right, self.left + needed)
        return max(0, min(self.left, self.right - needed)), self.right

    @property
    def is_early(self) -> bool:
        return self.reach[0] < self.left

    @property
    def is_shaded(self) -> bool:
        return self.kind in (BLACKOUT, WARNING, HOLIDAY)

    @property
    def spoken(self) -> str:
        return marks.joined(f"{self.what}: {self.name}, {self.dates}.", self.text)


@dataclass(frozen=True, kw_only=True)
class PackedBand:
    row: int
    band: Band


@dataclass(frozen=True, kw_only=True)
class Bands:
    """`hidden`: how many have no room above the lanes; the list has all of them."""

    all: Sequence[Band]
    rows: Sequence[PackedBand]
    height: int
    hidden: int


def between(scale: Scale) -> Bands:
    """Everything that falls into the time, what forbids first (four queries)."""
    found = [*_planned(scale), *_holidays(scale)][:MOST]
    blocks = [
        Block(key=str(place), left=band.reach[0], right=band.reach[1]) for place, band in enumerate(found)
    ]
    packed = packing.pack(blocks, most_rows=_ROWS)
    rows = [PackedBand(row=row + 1, band=found[int(key)]) for key, row in packed.rows.items()]
    rows.sort(key=lambda one: (one.row, one.band.left))
    return Bands(all=found, rows=rows, height=packed.height, hidden=len(packed.left_over))


def _planned(scale: Scale) -> Iterator[Band]:
    for row in blackouts.blackouts_between(scale.since, scale.until):
        kind = BLACKOUT if row.is_hard else WARNING
        what = gettext("Blackout") if row.is_hard else gettext("Blackout, a warning only")
        yield _band(scale, row, kind, what)
    for row in blackouts.seasons_between(scale.since, scale.until):
        yield _band(scale, row, SEASON, gettext("Season"))
    for row in blackouts.notes_between(scale.since, scale.until):
        yield _band(scale, row, NOTE, gettext("Note"))


def _band(scale: Scale, row: Any, kind: str, what: str) -> Band:
    left, right = scale.stretch(row.starts_at, row.ends_at)
    return Band(
        kind=kind,
        what=what,
        name=row.name,
        text=row.text,
        dates=marks.period(row.starts_at, row.ends_at),
        left=left,
        right=right,
        url=row.url,
        colour=row.colour,
        key=f"{row.kind}:{row.pk}",
    )


def _holidays(scale: Scale) -> Iterator[Band]:
    """One that several places share stands there once."""
    for (day, name), where in _together(holidays.between(scale.first, scale.last)).items():
        left, right = scale.day_stretch(day, day)
        yield Band(
            kind=HOLIDAY,
            what=gettext("Public holiday"),
            name=name,
            text=", ".join(where),
            dates=words.day(_noon(scale, day)),
            left=left,
            right=right,
            key=f"holiday:{day.isoformat()}:{name}",
        )


def _together(found: Iterable[Any]) -> dict[tuple[date, str], list[str]]:
    days: dict[tuple[date, str], list[str]] = {}
    for day, name, where in found:
        days.setdefault((day, name), []).extend([where] if where else [])
    return days


def _noon(scale: Scale, day: date) -> datetime:
    """An instant of the day that is the same day in every reading."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=scale.zone)
