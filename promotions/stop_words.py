"""Emergency stops in plain words. No database here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Final

from core import words
from promotions.models import EmergencyStop

ACTIVE, ASKED, OVER, DRILL, DRILL_OVER = (
    "Stopped",
    "Restore asked for",
    "Restored",
    "Drill runs",
    "Drill over",
)
STATE_COLOURS: Final = {ACTIVE: "danger", ASKED: "danger", OVER: "success", DRILL: "warning", DRILL_OVER: ""}
KIND_WORDS: Final = {
    "campaigns": "campaign",
    "categories": "category",
    "products": "product",
    "collections": "collection",
    "stores": "store",
    "channels": "channel",
    "api_keys": "API key",
}
_NAMED: Final = 3


def state(stop: EmergencyStop) -> str:
    if stop.is_drill:
        return DRILL if stop.restored_at is None else DRILL_OVER
    if stop.restored_at is not None:
        return OVER
    return ACTIVE if stop.restore_asked_at is None else ASKED


def covered(covers: Mapping[str, Any], *, most: int = _NAMED) -> str:
    """Everything, or: campaign Spring sale, store Berlin and 3 more"""
    if covers.get("everything"):
        return "Everything"
    named = [f"{word} {name}" for word, name in entries(covers)]
    more = f" and {len(named) - most} more" if len(named) > most else ""
    return ", ".join(named[:most]) + more


def titled(covers: Mapping[str, Any], *, most: int = _NAMED) -> str:
    """`covered`, at the beginning of something."""
    text = covered(covers, most=most)
    return text[:1].upper() + text[1:]


def reason(text: str) -> str:
    """Reason: The price is wrong."""
    return f"Reason: {text if text.endswith(('.', '!', '?')) else f'{text}.'}"


def entries(covers: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What it is and what it is called, in the order of the kinds."""
    for kind, word in KIND_WORDS.items():
        for entry in covers.get(kind, ()):
            yield word, entry["name"]


def headline(stop: EmergencyStop) -> str:
    """Emergency stop since 27 Nov 2026, 14:02 by Anna: campaign Spring sale."""
    what = covered(stop.covers)
    when = f"{words.when(stop.started_at)} by {stop.started_label or 'nobody'}"
    if stop.is_drill:
        return f"Drill since {when}: {what}. Nothing is refused."
    return f"Emergency stop since {when}: {what}."


def next_step(stop: EmergencyStop) -> str:
    """What is to be done to end it."""
    if stop.restored_at is not None:
        return ""
    if stop.is_drill:
        return "One person ends a drill."
    if stop.restore_asked_at is None:
        return "To restore it, one person asks and another one confirms."
    who, why = stop.restore_asked_label, stop.restore_reason
    return f"{who} asked to restore it: “{why}”. Somebody else has to confirm."


def seconds(span: timedelta) -> str:
    """0.4 s, 75 s"""
    tenths = max(0, round(span / timedelta(milliseconds=100)))
    return f"{words.number(tenths // 10)} s" if tenths >= 100 else f"{tenths // 10}.{tenths % 10} s"
