"""The lanes of a page with what is drawn in them: so many rows each, and how much there is beyond."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from calendar_app import packing
from calendar_app.admin.calendar.bars import Pen
from calendar_app.admin.calendar.drawn import Drawn
from calendar_app.admin.calendar.lanes import Lane
from calendar_app.admin.calendar.outlines import Part, block_of, parts_of
from calendar_app.packing import Packed
from calendar_app.scale import Scale

ROWS: Final = 8
"""In a lane that is not opened."""
OPEN_ROWS: Final = 60
MOST_LANES: Final = 40
ROWS_TOGETHER: Final = 200
"""In all lanes of a page: what is sent has an end."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A bar with its row in the lane, from 1 on as in CSS."""

    number: int
    bar: Drawn


@dataclass(frozen=True, kw_only=True)
class Laid:
    """A lane whose promotions have their rows and are not drawn yet."""

    lane: Lane
    packed: Packed
    parts: dict[str, list[Part]]


@dataclass(frozen=True, kw_only=True)
class DrawnLane:
    """`hidden`: how many promotions have no room. `url` opens or closes it, if that changes anything."""

    key: str
    name: str
    count: int
    rows: Sequence[Row]
    height: int
    hidden: int
    is_open: bool
    url: str


def lay(lanes: Sequence[Lane], scale: Scale, *, opened: frozenset[str]) -> list[Laid]:
    """The lanes that have room on the page, each with the rows of its promotions."""
    laid: list[Laid] = []
    left = ROWS_TOGETHER
    known: dict[str, list[Part]] = {}
    for lane in lanes[:MOST_LANES]:
        for bar in lane.bars:
            if bar.key not in known:
                known[bar.key] = parts_of(bar, scale)
        blocks = [block_of(bar, known[bar.key]) for bar in lane.bars if known[bar.key]]
        packed = packing.pack(blocks, most_rows=min(OPEN_ROWS if lane.key in opened else ROWS, left))
        left = max(left - packed.height, 1)
        laid.append(Laid(lane=lane, packed=packed, parts=known))
    return laid


def shown(laid: Sequence[Laid]) -> set[int]:
    """The primary keys of the campaigns that have a row."""
    return {bar.campaign_id for one in laid for bar in one.lane.bars if bar.key in one.packed.rows}


def draw(
    laid: Sequence[Laid], pen: Pen, *, opened: frozenset[str], url: Callable[[str, bool], str]
) -> list[DrawnLane]:
    """`url` is the address of the page with a lane opened or closed."""
    drawn: dict[str, list[Drawn]] = {}
    return [_lane(one, pen, drawn, is_open=one.lane.key in opened, url=url) for one in laid]


def _lane(
    laid: Laid,
    pen: Pen,
    drawn: dict[str, list[Drawn]],
    *,
    is_open: bool,
    url: Callable[[str, bool], str],
) -> DrawnLane:
    rows: list[Row] = []
    for bar in laid.lane.bars:
        first = laid.packed.rows.get(bar.key)
        if first is None:
            continue
        if bar.key not in drawn:
            drawn[bar.key] = [pen.draw(bar, part) for part in laid.parts[bar.key]]
        rows += [Row(number=first + place, bar=one) for place, one in enumerate(drawn[bar.key], start=1)]
    # The order of the page is that of the picture: arrow keys and screen readers follow it.
    rows.sort(key=lambda row: row.number)
    hidden = len(laid.packed.left_over)
    return DrawnLane(
        key=laid.lane.key,
        name=laid.lane.name,
        count=len(laid.lane.bars),
        rows=rows,
        height=max(laid.packed.height, 1),
        hidden=hidden,
        is_open=is_open,
        url=url(laid.lane.key, not is_open) if hidden or is_open else "",
    )
