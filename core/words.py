"""What admin pages say: money, instants, periods as people read them, in the project's zone and currency, and
in the language of the page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext, pgettext

from core import currencies, project
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


def whose() -> ProjectSettings:
    """The settings that the page speaks for; outside of a page one query."""
    return _project.get() or project.current()


def currency() -> str:
    """The currency of the page; outside of a page one query."""
    return whose().currency


def number(value: int) -> str:
    """1200 -> 1,200; in Polish 1 200, in German 1.200"""
    return formats.number_format(value, use_l10n=True, force_grouping=True)


def money(amount: int | None, of: str = "") -> str:
    """Minor units as people read them: 123450 -> 1,234.50 EUR, never broken over two lines.

    Exact, no floats; as many decimals as the currency has. `of`: another currency than the page's.
    """
    if amount is None:
        return NOTHING
    code = of or currency()
    whole, rest = divmod(abs(amount), _MINOR_UNITS)
    fraction = currencies.fraction(code, rest)
    point = formats.get_format("DECIMAL_SEPARATOR") if fraction else ""
    written = f"{'-' if amount < 0 else ''}{number(whole)}{point}{fraction}"
    # A language may want the currency in front.
    text = pgettext("money", "%(amount)s %(currency)s") % {"amount": written, "currency": code}
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def plain_money(amount: int) -> str:
    """Minor units without the currency, the same in every language: 123450 -> 1,234.50. Exact, no floats."""
    whole, rest = divmod(abs(amount), _MINOR_UNITS)
    return f"{'-' if amount < 0 else ''}{whole:,}.{rest:02d}"


def typed_money(amount: int) -> str:
    """As people type it into a field, in any language: 123450 -> 1234.50; of yen 1234 without a fraction."""
    whole, rest = divmod(abs(amount), _MINOR_UNITS)
    fraction = currencies.fraction(currency(), rest)
    # A field takes hundredths: the third decimal of dinars is never anything but 0.
    return f"{'-' if amount < 0 else ''}{whole}{'.' if fraction else ''}{fraction[:2]}"


def when(instant: datetime | None, there: ZoneInfo | None = None) -> str:
    """24 Nov 2026, 21:59, never broken over two lines.

    `there`: the zone of a store or an area. Where its clocks show another time, that follows: 24 Nov 2026,
    21:59 (25 Nov 2026, 05:59 in Asia/Tokyo).
    """
    if instant is None:
        return NOTHING
    here = _instant(timezone.localtime(instant))
    if there is None or (local := _instant(instant.astimezone(there))) == here:
        return here
    return gettext("%(here)s (%(local)s in %(zone)s)") % {"here": here, "local": local, "zone": there.key}


def _instant(local: datetime) -> str:
    return formats.date_format(local, "DATETIME_FORMAT").replace(" ", "\N{NO-BREAK SPACE}")


def day(instant: datetime | None) -> str:
    """24 Nov 2026, never broken over two lines."""
    if instant is None:
        return NOTHING
    text = formats.date_format(timezone.localtime(instant), "DATE_FORMAT")
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def period(starts_at: datetime | None, ends_at: datetime | None) -> str:
    """A half-open period by its first and last day: 1 Nov 2026 – 30 Nov 2026."""
    if ends_at is None:
        return gettext("from %(day)s") % {"day": day(starts_at)} if starts_at else gettext("no time limit")
    # What ends at midnight has the day before as its last one.
    last_day = day(ends_at - timedelta(microseconds=1))
    return f"{day(starts_at)} – {last_day}" if starts_at else gettext("until %(day)s") % {"day": last_day}


def count(amount: int, one: str, many: str = "") -> str:
    """1 code, 1,200 codes. Both forms are in the catalogues (tests.messages collects them)."""
    text = ngettext(f"%(number)s {one}", f"%(number)s {many or one + 's'}", amount)
    return text % {"number": number(amount)}


def link(text: str, url: str) -> SafeString:
    return format_html('<a class="fanfare-link" href="{}">{}</a>', url, text)


def label(text: str, variant: str = "") -> SafeString:
    """A coloured label with text. Variants: success, info, warning, danger, primary; empty: grey."""
    spoken = gettext(text) if text else text
    return format_html('<span class="fanfare-label fanfare-label-{}">{}</span>', variant or "plain", spoken)


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
        return gettext("yes") if value else gettext("no")
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {shown(item)}" for key, item in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(shown(item) for item in value)
    return str(value)
