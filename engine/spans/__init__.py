"""When promotions are open, as stretches of time, and when several are open at once. See README.md."""

from __future__ import annotations

from engine.spans.proofs import never_meet
from engine.spans.search import Unsettled, drawn, first_common, next_window, openings, touched
from engine.spans.stretches import Span, Spans, common

__all__ = [
    "Span",
    "Spans",
    "Unsettled",
    "common",
    "drawn",
    "first_common",
    "never_meet",
    "next_window",
    "openings",
    "touched",
]
