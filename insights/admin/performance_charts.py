"""The course of a campaign as charts, and the same in a sentence."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext

from core import words
from core.admin import chart_options
from insights.figures import Point


@dataclass(frozen=True, kw_only=True)
class Chart:
    """`data` and `options` are JSON for the canvas called `key`; `text` says the same without seeing it."""

    key: str
    title: str
    data: str
    options: str
    text: str


def charts(points: Sequence[Point], before: Sequence[Point], label: str, *, is_hourly: bool) -> list[Chart]:
    """`before`: what is compared with, called `label`; nothing: nothing is."""
    return [
        _attempts(points, before, label, is_hourly=is_hourly),
        _money(points, before, label, is_hourly=is_hourly),
    ]


def _attempts(points: Sequence[Point], before: Sequence[Point], label: str, *, is_hourly: bool) -> Chart:
    used = [point.totals.redemptions for point in points]
    parts: list[dict[str, Any]] = [
        _bars(gettext("Redemptions"), used, "var(--color-primary-500)"),
        _bars(gettext("Refused"), [point.totals.refusals for point in points], "#f59e0b"),
    ]
    if before:
        name = f"{gettext('Redemptions')} {label}"
        parts.insert(0, _line(name, _fitted([point.totals.redemptions for point in before], points)))
    return Chart(
        key="performance-attempts",
        title=gettext("Attempts by hour") if is_hourly else gettext("Attempts by day"),
        data=_data(points, parts, is_hourly=is_hourly),
        options=json.dumps(_STACKED),
        text=gettext("%(number)s redemptions in all, at most %(most)s in one bar.")
        % {"number": words.number(sum(used)), "most": words.number(max(used, default=0))},
    )


def _money(points: Sequence[Point], before: Sequence[Point], label: str, *, is_hourly: bool) -> Chart:
    given = [point.totals.discount_amount + point.totals.gift_amount for point in points]
    revenue = [point.totals.revenue_amount for point in points]
    parts = [
        {
            **_line(gettext("Revenue of its orders"), [_plain(value) for value in revenue], dash=[]),
            "borderColor": "#0d9488",
            "backgroundColor": "#0d9488",
            "yAxisID": "y1",
        },
        _bars(gettext("Discount given"), [_plain(value) for value in given], "var(--color-primary-500)"),
    ]
    if before:
        name = f"{gettext('Discount given')} {label}"
        known = [_plain(point.totals.discount_amount + point.totals.gift_amount) for point in before]
        parts.insert(0, _line(name, _fitted(known, points)))
    return Chart(
        key="performance-money",
        title=gettext("Discount and revenue, in %(currency)s") % {"currency": words.currency()},
        data=_data(points, parts, is_hourly=is_hourly),
        options=json.dumps(_SIDE_BY_SIDE),
        text=gettext("%(given)s given for %(revenue)s of revenue.")
        % {"given": words.money(sum(given)), "revenue": words.money(sum(revenue))},
    )


def _data(points: Sequence[Point], parts: Sequence[dict[str, Any]], *, is_hourly: bool) -> str:
    at = [timezone.localtime(point.at) for point in points]
    is_one_day = len({instant.date() for instant in at}) == 1
    if not is_hourly:
        labels = [date_format(instant, "j M") for instant in at]
    elif is_one_day:
        labels = [time_format(instant, "H:i") for instant in at]
    else:
        labels = [f"{date_format(instant, 'j M')} {time_format(instant, 'H:i')}" for instant in at]
    return json.dumps({"labels": labels, "datasets": list(parts)})


def _fitted[Value](values: Sequence[Value], points: Sequence[Point]) -> list[Value | None]:
    """As many values as there are points: the first one stands above the first of this period."""
    return [values[place] if place < len(values) else None for place in range(len(points))]


def _plain(amount: int) -> str:
    """Text with two decimals, which the canvas reads: no float comes near it here."""
    return words.plain_money(amount).replace(",", "")


def _bars(label: str, values: Sequence[Any], colour: str) -> dict[str, Any]:
    return {
        "label": label,
        "data": list(values),
        "backgroundColor": colour,
        "borderRadius": 3,
        "maxBarThickness": 24,
        "stack": "now",
        "pointStyle": "rectRounded",
    }


def _line(label: str, values: Sequence[Any], dash: Sequence[int] = (4, 4)) -> dict[str, Any]:
    return {
        "type": "line",
        "label": label,
        "data": list(values),
        "borderColor": "var(--color-base-400)",
        "backgroundColor": "var(--color-base-400)",
        "borderDash": list(dash),
        "borderWidth": 2,
        "pointRadius": 0,
        "pointHitRadius": 8,
        "stack": label,
        "pointStyle": "line",
    }


_STACKED: Final = chart_options.of(
    chart_options.SHAPES,
    x=chart_options.days(10, stacked=True),
    y=chart_options.amounts(5, is_whole=True, stacked=True),
)
# Revenue has a scale of its own.
_SIDE_BY_SIDE: Final = chart_options.of(
    chart_options.SHAPES,
    x=chart_options.days(10, stacked=False),
    y=chart_options.amounts(5, stacked=False),
    y1=chart_options.amounts(5, has_grid=False, position="right"),
)
