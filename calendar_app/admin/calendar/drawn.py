"""What is drawn of a promotion in its lane. Places are texts of percents, `12.34`, for style properties."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from calendar_app.scale import WHOLE

_HUNDRED: Final = 100


def percent(place: int) -> str:
    """1234 -> 12.34"""
    return f"{place // _HUNDRED}.{place % _HUNDRED:02d}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """A part of a bar, in percent of the bar."""

    left: str
    width: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawn:
    """`left` and `width` in percent of the lane. `arrows` names the ends that are open, `cuts` those that lie
    beyond the edge.

    `move` is what the dialog for moving it asks for, empty if it must not be moved; `grips` are the ends
    that can be drawn. `outside` says on which side its name stands, if it is too short for it.
    """

    key: str
    name: str
    url: str
    standing: str
    standing_text: str
    spoken: str
    left: str
    width: str
    outside: str = ""
    is_ghost: bool = False
    is_tier: bool = False
    is_in_focus: bool = False
    arrows: str = ""
    cuts: str = ""
    windows: Sequence[Piece] = ()
    hatched: Sequence[Piece] = ()
    clashes: int = 0
    clash_text: str = ""
    clash_url: str = ""
    waiting_url: str = ""
    waiting_text: str = ""
    move: str = ""
    seen: str = ""
    grips: Sequence[str] = ()
    keeps_start: bool = False
    tiers: int = 0
    tiers_url: str = ""
    tiers_are_open: bool = False


def piece(one: int, other: int, left: int, right: int) -> Piece:
    """From `one` to `other`, inside of a bar from `left` to `right`."""
    width = max(right - left, 1)
    start, end = max(one, left), min(other, right)
    return Piece(
        left=percent((start - left) * WHOLE // width), width=percent(max(end - start, 0) * WHOLE // width)
    )


def joined(places: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Stretches in order, those that touch made one."""
    held: tuple[int, int] | None = None
    for one, other in places:
        if held is None:
            held = (one, other)
        elif one <= held[1]:
            held = (held[0], max(held[1], other))
        else:
            yield held
            held = (one, other)
    if held is not None:
        yield held
