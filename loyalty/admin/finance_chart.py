"""Points month by month as a chart, and the same in a sentence."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.formats import date_format
from django.utils.translation import gettext

from core import words
from core.admin import chart_options
from loyalty.selectors.finance import Month, Movement

_CAME: Final = (Movement.ISSUED, Movement.EARNED, Movement.ACTIVATED)
_NAMED: Final = (*_CAME, Movement.SPENT, Movement.EXPIRED)


@dataclass(frozen=True, kw_only=True)
class Chart:
    """`data` and `options` are JSON for the canvas; `text` says the same to those who do not see it."""

    data: str
    options: str
    text: str


def chart(months: Sequence[Month]) -> Chart:
    """What came stands above the line, what went below; the closing balance is drawn over it."""
    came = [sum(month[kind] for kind in _CAME) for month in months]
    spent = [month[Movement.SPENT] for month in months]
    expired = [month[Movement.EXPIRED] for month in months]
    other = [sum(month[kind] for kind in Movement if kind not in _NAMED) for month in months]
    parts = [
        _line(gettext("Closing balance"), [month.closing for month in months]),
        _bars(gettext("Earned"), came, "var(--color-primary-500)"),
        _bars(gettext("Spent"), spent, "#0d9488"),
        _bars(gettext("Expired"), expired, "#f59e0b"),
    ]
    if any(other):
        parts.append(_bars(gettext("Other movements"), other, chart_options.GREY))
    labels = [date_format(month.first, "M Y") for month in months]
    return Chart(
        data=json.dumps({"labels": labels, "datasets": parts}),
        options=json.dumps(_OPTIONS),
        text=gettext("%(came)s earned, %(spent)s spent, %(expired)s expired; %(closing)s left.")
        % {
            "came": words.number(sum(came)),
            "spent": words.number(-sum(spent)),
            "expired": words.number(-sum(expired)),
            "closing": words.number(months[-1].closing),
        },
    )


def _bars(label: str, values: Sequence[int], colour: str) -> dict[str, Any]:
    return {
        "label": label,
        "data": list(values),
        "backgroundColor": colour,
        "borderRadius": 3,
        "maxBarThickness": 28,
        "stack": "moved",
        "pointStyle": "rectRounded",
    }


def _line(label: str, values: Sequence[int]) -> dict[str, Any]:
    return {
        "type": "line",
        "label": label,
        "data": list(values),
        "borderColor": "#6366f1",
        "backgroundColor": "#6366f1",
        "borderWidth": 2,
        "pointRadius": 2,
        "pointHitRadius": 8,
        "stack": "closing",
        "pointStyle": "line",
    }


_OPTIONS: Final = chart_options.of(
    chart_options.SHAPES,
    x=chart_options.days(12, stacked=True),
    y=chart_options.amounts(6, is_whole=True, stacked=True),
)
