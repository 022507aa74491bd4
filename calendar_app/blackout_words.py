"""What people read about dates that are closed: when, for what, and what would make a promotion fit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from django.utils.formats import date_format

from calendar_app.closures import Forbids
from calendar_app.entering import Entry
from core import words

_MOST: Final = 3
_MOMENT: Final = timedelta(microseconds=1)


def refusal(entries: Sequence[Entry]) -> str:
    """Why it is refused, of hard blackouts: all about the first one, the names of others."""
    first = entries[0]
    others = sorted({entry.closure.name for entry in entries} - {first.closure.name})
    more = f" Closed as well: {listed(others)}." if others else ""
    return f"{sentence(first)}{more} {remedy(first)}"


def sentence(entry: Entry) -> str:
    """Blackout “Stock-taking” (24 Dec 2026 – 26 Dec 2026): nothing may run then. Spring sale would run on
    25 Dec 2026. Why: …
    """
    closure = entry.closure
    verb = "begin" if closure.forbids is Forbids.BEGIN else "run"
    rule = f"nothing may {verb} then" if closure.is_hard else f"nothing should {verb} then"
    return (
        f"Blackout “{closure.name}” ({closed(entry)}): {rule}. "
        f"{entry.offer.name} would {_would(entry)}. Why: {closure.reason.strip().rstrip('.')}."
    )


def remedy(entry: Entry) -> str:
    """What would make it work."""
    start, end = closed_time(entry)
    ways = []
    if entry.closure.forbids is Forbids.BEGIN:
        ways.append(f"a start before {words.when(start)}")
    elif entry.offer.validity.starts_at is None or entry.offer.validity.starts_at < start:
        ways.append(f"an end by {words.when(start)}")
    ways.append(f"a start from {words.when(end)} on")
    if entry.closure.places:
        ways.append("other areas or stores")
    if entry.closure.categories:
        ways.append("another category")
    return f"It works with {', '.join(ways)}, or once ops or finance change the blackout."


def closed(entry: Entry) -> str:
    """24 Dec 2026 – 26 Dec 2026, or from instant to instant."""
    start, end = closed_time(entry)
    if entry.closure.first_day is None:
        return f"{words.when(start)} – {words.when(end)}"
    first, last = words.day(start), words.day(end - _MOMENT)
    return first if first == last else f"{first} – {last}"


def closed_time(entry: Entry) -> tuple[datetime, datetime]:
    """The whole blackout that the first instant of the entry lies in."""
    at = entry.spans[0][0]
    return entry.closure.whole_spans(at, at + _MOMENT)[0]


def days(first: date, last: date, *, is_yearly: bool) -> str:
    """24 Dec 2026 – 26 Dec 2026, every year from then on"""
    said = [day(one) for one in ((first,) if first == last else (first, last))]
    text = " – ".join(said)
    return f"{text}, every year from then on" if is_yearly else text


def listed(names: Iterable[str]) -> str:
    """A, B, C and 4 more"""
    found = list(names)
    more = len(found) - _MOST
    shown = ", ".join(found[:_MOST])
    return f"{shown} and {more} more" if more > 0 else shown


def day(one: date) -> str:
    """24 Dec 2026, never broken over two lines."""
    return date_format(one, "DATE_FORMAT").replace(" ", "\N{NO-BREAK SPACE}")


def _would(entry: Entry) -> str:
    at, until = entry.spans[0]
    if entry.closure.forbids is Forbids.BEGIN:
        return f"begin on {words.when(at)}"
    first, last = words.day(at), words.day((until or at + _MOMENT) - _MOMENT)
    text = f"run on {first}" if first == last else f"run from {first} to {last}"
    return f"{text}, and again later" if len(entry.spans) > 1 else text
