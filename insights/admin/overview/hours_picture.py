"""Redemptions by the hour as a picture: bars for today, steps for the same weekday a week ago."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext

from core import words
from insights.selectors.today import Today

WIDTH: Final = 720
HEIGHT: Final = 160
_HOURS: Final = 24
_STEP: Final = WIDTH // _HOURS
_GAP: Final = 4
_LABELLED: Final = (0, 6, 12, 18)


@dataclass(frozen=True, kw_only=True)
class Bar:
    """`is_running`: the hour is not over. `title` says what a bar shows."""

    x: int
    y: int
    width: int
    height: int
    is_running: bool
    title: str


@dataclass(frozen=True, kw_only=True)
class Picture:
    """In units of `width` x `height`. `steps`: the points of last week's line; `most`: the upper edge."""

    bars: Sequence[Bar]
    steps: str
    labels: Sequence[tuple[int, str]]
    most: str
    text: str
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def is_empty(self) -> bool:
        return not self.bars and not self.steps


def draw(today: Today) -> Picture:
    most = max(*today.hours, *today.last_week)
    return Picture(
        bars=[_bar(hour, number, today, most) for hour, number in enumerate(today.hours) if number],
        steps=_steps(today.last_week, most) if any(today.last_week) else "",
        labels=[(hour * _STEP, f"{hour:02d}:00") for hour in _LABELLED],
        most=words.number(most),
        text=gettext("%(now)s redemptions today so far, %(then)s on the whole same day a week ago.")
        % {"now": words.number(sum(today.hours)), "then": words.number(sum(today.last_week))},
    )


def _bar(hour: int, number: int, today: Today, most: int) -> Bar:
    height = max(2, HEIGHT * number // most)
    title = gettext("%(hour)s: %(now)s today, %(then)s a week ago") % {
        "hour": f"{hour:02d}:00",
        "now": words.number(number),
        "then": words.number(today.last_week[hour]),
    }
    return Bar(
        x=hour * _STEP + _GAP,
        y=HEIGHT - height,
        width=_STEP - 2 * _GAP,
        height=height,
        is_running=hour == today.hour,
        title=title,
    )


def _steps(numbers: Sequence[int], most: int) -> str:
    """`0,160 30,160 30,80 …`"""
    points = []
    for hour, number in enumerate(numbers):
        y = HEIGHT - HEIGHT * number // most
        points += [f"{hour * _STEP},{y}", f"{(hour + 1) * _STEP},{y}"]
    return " ".join(points)
