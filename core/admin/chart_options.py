"""How charts look on every page: the options of the canvas, apart from the figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

# Read on both grounds.
GREY: Final = "#8b93a1"
SHAPES: Final[Mapping[str, Any]] = {"usePointStyle": True, "pointStyleWidth": 20, "boxHeight": 7}
"""A legend that draws each part in its own shape."""
_TICKS: Final = {"color": GREY, "maxRotation": 0, "autoSkip": True, "autoSkipPadding": 16}


def days(most: int, **more: Any) -> dict[str, Any]:
    """The axis of time, with at most so many labels."""
    return {
        "border": {"display": False},
        "grid": {"display": False},
        "ticks": {**_TICKS, "maxTicksLimit": most},
        **more,
    }


def amounts(most: int, *, is_whole: bool = False, has_grid: bool = True, **more: Any) -> dict[str, Any]:
    """An axis of figures, from nothing, with at most so many labels; `is_whole`: none between two units."""
    return {
        "beginAtZero": True,
        "border": {"display": False},
        "grid": {"color": "rgba(139, 147, 161, 0.2)"} if has_grid else {"display": False},
        "ticks": {**_TICKS, "maxTicksLimit": most, **({"precision": 0} if is_whole else {})},
        **more,
    }


def of(legend: Mapping[str, Any], **scales: Mapping[str, Any]) -> dict[str, Any]:
    """`legend`: its marks; `scales`: axes by their names."""
    return {
        "animation": False,
        "responsive": True,
        "maintainAspectRatio": False,
        "interaction": {"mode": "index", "intersect": False},
        "plugins": {"legend": {"position": "bottom", "labels": {"color": GREY, **legend}}},
        "scales": scales,
    }
