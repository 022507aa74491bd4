"""Which promotions stand in which lane, and what the lanes are called.

What is limited to several channels, places or segments stands in the lane of each of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext

from calendar_app.admin.calendar.question import NOTHING, Lanes
from calendar_app.selectors import scopes
from calendar_app.selectors.timeline import Bar
from commerce.models import Segment
from core import places
from core.selectors import areas
from promotions.models import Campaign


@dataclass(frozen=True, kw_only=True)
class Lane:
    """`is_rest`: of what is not limited in this respect."""

    key: str
    name: str
    bars: Sequence[Bar]
    is_rest: bool = False


def lanes_of(found: Sequence[Bar], by: Lanes) -> list[Lane]:
    """By name, what is not limited comes last (one query, for some kinds of lanes two)."""
    grouped: dict[str, list[Bar]] = {}
    for bar in found:
        for key in sorted(_KEYS[by](bar)) or [NOTHING]:
            grouped.setdefault(key, []).append(bar)
    names = _NAMES[by](found, [key for key in grouped if key != NOTHING])
    named = [
        Lane(key=key, name=names.get(key, key), bars=bars) for key, bars in grouped.items() if key != NOTHING
    ]
    lanes = sorted(named, key=lambda lane: (lane.name.casefold(), lane.key))
    if NOTHING in grouped:
        lanes.append(Lane(key=NOTHING, name=rest_of(by), bars=grouped[NOTHING], is_rest=True))
    return lanes


def keys_of(bar: Bar, by: Lanes) -> list[str]:
    """The lanes that it stands in."""
    return sorted(_KEYS[by](bar)) or [NOTHING]


def rest_of(by: Lanes) -> str:
    return {
        Lanes.CATEGORY: gettext("No category"),
        Lanes.CHANNEL: gettext("All channels"),
        Lanes.PLACE: gettext("Everywhere"),
        Lanes.SEGMENT: gettext("No segment: everybody"),
        Lanes.OWNER: gettext("Nobody known"),
        Lanes.KIND: gettext("Other"),
    }[by]


def _places_of(bar: Bar) -> list[str]:
    return [place for place in bar.places if not place.startswith(f"{places.SOME}:")]


_KEYS: Final[Mapping[Lanes, Callable[[Bar], Iterable[str]]]] = {
    Lanes.CATEGORY: lambda bar: [bar.category_id] if bar.category_id else [],
    Lanes.CHANNEL: lambda bar: bar.scope.channels,
    Lanes.PLACE: _places_of,
    Lanes.SEGMENT: lambda bar: bar.scope.segments,
    Lanes.OWNER: lambda bar: [bar.owner.id] if bar.owner else [],
    Lanes.KIND: lambda bar: [bar.kind],
}


def _place_names(_: Sequence[Bar], keys: Sequence[str]) -> Mapping[str, str]:
    named = {place: (level, name) for place in keys for level, name in places.named([place])}
    known = areas.names_of([name for _, name in named.values()])
    return {
        place: gettext("All stores of %(area)s") % {"area": known.get(name, name)}
        if level == places.ALL_STORES
        else known.get(name, name)
        for place, (level, name) in named.items()
    }


def _segment_names(_: Sequence[Bar], keys: Sequence[str]) -> Mapping[str, str]:
    return dict(Segment.objects.filter(public_id__in=keys).values_list("public_id", "name"))


_NAMES: Final[Mapping[Lanes, Callable[[Sequence[Bar], Sequence[str]], Mapping[str, str]]]] = {
    Lanes.CATEGORY: lambda found, _: {bar.category_id: bar.category for bar in found},
    Lanes.CHANNEL: lambda _, keys: scopes.channel_names(keys),
    Lanes.PLACE: _place_names,
    Lanes.SEGMENT: _segment_names,
    Lanes.OWNER: lambda found, _: {bar.owner.id: bar.owner.name for bar in found if bar.owner},
    Lanes.KIND: lambda *_: {str(value): str(label) for value, label in Campaign.CampaignType.choices},
}
