"""What the calendar is asked: the whole of it stands in the address, so that it can be sent as a link."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from datetime import date
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.dateparse import parse_date
from django.utils.translation import gettext

from calendar_app.scale import View
from calendar_app.standing import Standing
from promotions.models import Campaign

MOST_OPEN: Final = 40
"""Lanes, or campaigns with their tiers, that are open at once."""
_LONGEST: Final = 200


class Lanes(StrEnum):
    CATEGORY = "category"
    CHANNEL = "channel"
    PLACE = "place"
    SEGMENT = "segment"
    OWNER = "owner"
    KIND = "type"

    @property
    def label(self) -> str:
        return {
            Lanes.CATEGORY: gettext("Category"),
            Lanes.CHANNEL: gettext("Channel"),
            Lanes.PLACE: gettext("Area or store"),
            Lanes.SEGMENT: gettext("Segment"),
            Lanes.OWNER: gettext("Owner"),
            Lanes.KIND: gettext("Kind of campaign"),
        }[self]


class Show(StrEnum):
    """`FITTING`: the timeline where there is room for it, the list on a phone."""

    FITTING = ""
    TIMELINE = "timeline"
    LIST = "list"


@dataclass(frozen=True, kw_only=True)
class Question:
    """Names and values as in the address; empty: not limited. `on` None: today.

    `small` "1": collisions that are slight are shown, too.
    """

    view: View = View.MONTH
    on: date | None = None
    lanes: Lanes = Lanes.CATEGORY
    show: Show = Show.FITTING
    type: str = ""
    category: str = ""
    place: str = ""
    channel: str = ""
    segment: str = ""
    collection: str = ""
    owner: str = ""
    state: str = ""
    q: str = ""
    small: str = ""
    open: frozenset[str] = field(default_factory=frozenset)
    tiers: frozenset[int] = field(default_factory=frozenset)
    focus: str = ""
    page: int = 1

    @property
    def filters(self) -> dict[str, str]:
        """Those that limit something, by their names."""
        return {name: value for name in FILTERS if (value := getattr(self, name))}

    def but(self, **changes: Any) -> Question:
        """The same with other answers. What another question shows has another first page."""
        return replace(self, **{"page": 1, **changes})

    def without(self, name: str) -> Question:
        return self.but(**{name: ""})

    @property
    def query(self) -> str:
        """As in an address, what is usual left out; equal questions read the same."""
        return urlencode([(name, text) for name, text in _texts(self) if text])

    @property
    def savable(self) -> str:
        """What a saved view keeps: no day, and nothing that is opened for a moment."""
        return replace(self, **_PASSING).query


FILTERS: Final = ("type", "category", "place", "channel", "segment", "collection", "owner", "state", "q")
_USUAL: Final = Question()
_PASSING: Final[dict[str, Any]] = {
    "on": None,
    "open": frozenset(),
    "tiers": frozenset(),
    "focus": "",
    "page": 1,
}
NOTHING: Final = "none"
"""As a category: what has none."""


def read(query: QueryDict) -> Question:
    """What an address asks; what makes no sense in it is as if it were not there."""
    words = {name: query.get(name, "").strip()[:_LONGEST].replace("\0", "") for name in _NAMES}
    return Question(
        view=_one_of(View, words["view"], _USUAL.view),
        on=_day(words["on"]),
        lanes=_one_of(Lanes, words["lanes"], _USUAL.lanes),
        show=_one_of(Show, words["show"], _USUAL.show),
        small="1" if words["small"] == "1" else "",
        type=words["type"] if words["type"] in Campaign.CampaignType.values else "",
        state=words["state"] if words["state"] in {*Standing} else "",
        **{name: words[name] for name in FILTERS if name not in ("type", "state")},
        open=frozenset(query.getlist("open")[:MOST_OPEN]),
        tiers=frozenset(int(one) for one in query.getlist("tiers")[:MOST_OPEN] if _is_number(one)),
        focus=words["focus"],
        page=int(words["page"]) if _is_number(words["page"]) else 1,
    )


_NAMES: Final = tuple(one.name for one in fields(Question) if one.name not in ("open", "tiers"))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and 0 < len(text) <= 9 and int(text) > 0


def _one_of[Choice: StrEnum](choices: type[Choice], text: str, usual: Choice) -> Choice:
    return choices(text) if text in {*choices} else usual


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _texts(question: Question) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for one in fields(Question):
        value = getattr(question, one.name)
        # One is always there: an address without any question is that of whoever begins.
        if value == getattr(_USUAL, one.name) and one.name != "view":
            continue
        if isinstance(value, frozenset):
            found += [(one.name, str(each)) for each in sorted(value)]
        else:
            found.append((one.name, value.isoformat() if isinstance(value, date) else str(value)))
    return found
