"""What admin pages say: money, instants, periods as people read them, in the project's zone and currency."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any, Final

from django.template.loader import render_to_string
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core import project
from core.models import ProjectSettings

NOTHING: Final = "–"
_MINOR_UNITS: Final = 100
_project: ContextVar[ProjectSettings | None] = ContextVar("project of this page", default=None)


@contextmanager
def speaking_for(settings: ProjectSettings) -> Iterator[None]:
    """Inside, instants are shown in the project's time zone and money in its currency."""
    token = _project.set(settings)
    try:
        with timezone.override(settings.zone):
            yield
    finally:
        _project.reset(token)


def currency() -> str:
    """The currency of the page; outside of a page one query."""
    return (_project.get() or project.current()).currency


def money(amount: int | None) -> str:
    """Minor units as people read them: 123450 -> 1,234.50 EUR, never broken over two lines."""
    if amount is None:
        return NOTHING
    return f"{plain_money(amount)}\N{NO-BREAK SPACE}{currency()}"


def plain_money(amount: int) -> str:
    """Minor units without the currency: 123450 -> 1,234.50. Exact, no floats."""
    whole, rest = divmod(abs(amount), _MINOR_UNITS)
    return f"{'-' if amount < 0 else ''}{whole:,}.{rest:02d}"


def when(instant: datetime | None) -> str:
    """24 Nov 2026, 21:59, never broken over two lines."""
    if instant is None:
        return NOTHING
    text = formats.date_format(timezone.localtime(instant), "DATETIME_FORMAT")
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def day(instant: datetime | None) -> str:
    """24 Nov 2026, never broken over two lines."""
    if instant is None:
        return NOTHING
    text = formats.date_format(timezone.localtime(instant), "DATE_FORMAT")
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def period(starts_at: datetime | None, ends_at: datetime | None) -> str:
    """A half-open period by its first and last day: 1 Nov 2026 – 30 Nov 2026."""
    if ends_at is None:
        return f"from {day(starts_at)}" if starts_at else "no time limit"
    # What ends at midnight has the day before as its last one.
    last_day = day(ends_at - timedelta(microseconds=1))
    return f"{day(starts_at)} – {last_day}" if starts_at else f"until {last_day}"


def count(number: int, one: str, many: str = "") -> str:
    """1 code, 1,200 codes"""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def link(text: str, url: str) -> SafeString:
    return format_html('<a class="fanfare-link" href="{}">{}</a>', url, text)


def label(text: str, variant: str = "") -> SafeString:
    """A coloured label with text. Variants: success, info, warning, danger, primary; empty: grey."""
    return format_html('<span class="fanfare-label fanfare-label-{}">{}</span>', variant or "plain", text)


def key_values(values: Mapping[str, Any] | None) -> str:
    """Metadata as a small table; nobody reads JSON."""
    rows = [
        (str(key).replace("_", " "), shown(value))
        for key, value in (values or {}).items()
        if value is not None
    ]
    return render_to_string("core/admin/key_values.html", {"rows": rows})


def shown(value: Any) -> str:
    """A JSON value as people read it."""
    if value is None or value in ("", [], {}):
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {shown(item)}" for key, item in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(shown(item) for item in value)
    return str(value)
