"""Operations, Channels: what every API key is answered, how fast, and what goes wrong, up to seconds ago."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from core import places, words
from core.admin.base import staff_allows
from core.selectors import channels as selectors
from core.selectors.channels import Bar, Channel, Figures, State

LABELS: Final = {
    State.FINE: ("Fine", "success"),
    State.IDLE: ("No calls", ""),
    State.SILENT: ("Silent", "warning"),
    State.SLOW: ("Slow", "warning"),
    State.WRONG: ("Wrong calls", "warning"),
    State.ERRORS: ("Errors", "danger"),
}
_HINTS: Final = {
    State.SILENT: "It called all the time, and has stopped. Is the shop or its connection down?",
    State.SLOW: "Customers wait. Look at the load of the database and the web processes.",
    State.WRONG: "Many of its calls are wrong in form, or ask for what the key may not. Tell who runs it.",
    State.ERRORS: "Fanfare itself failed. The log of the web process says why, with the id of the request.",
}
HEIGHT: Final = 28
_STEP: Final = 6


@dataclass(frozen=True, kw_only=True)
class DrawnBar:
    """Of a small picture: place and height in its units, `bad_height` of it for errors."""

    x: int
    height: int
    y: int
    bad_height: int


@dataclass(frozen=True, kw_only=True)
class Row:
    name: str
    note: str
    label: str
    hint: str
    calls: str
    refused: str
    wrong: str
    errors: str
    has_errors: bool
    typical: str
    slow: str
    hour: str
    picture: Sequence[DrawnBar]
    picture_text: str


def urls() -> list[URLPattern]:
    return [path("channels/", admin.site.admin_view(page), name="channels")]


def may_see(request: HttpRequest) -> bool:
    """Whoever works in single areas does not see how others fare."""
    return staff_allows(request.user, "operations.read") and places.limit() is None


def page(request: HttpRequest) -> HttpResponse:
    """One row for each key. A page that is open asks for itself again and takes over what changed."""
    if not may_see(request):
        raise PermissionDenied
    now = timezone.now()
    found = selectors.channels(now=now)
    context = {
        **admin.site.each_context(request),
        "title": gettext("Channels"),
        "rows": [row(one) for one in found],
        "sentence": sentence(found),
        "is_fine": not any(one.is_trouble or one.is_doubtful for one in found),
        "as_of": clock(now),
        "width": _STEP * selectors.BARS,
        "height": HEIGHT,
    }
    return TemplateResponse(request, "core/admin/channels.html", context)


def clock(now: datetime) -> str:
    return date_format(timezone.localtime(now), "H:i:s")


def sentence(found: Sequence[Channel]) -> str:
    """How all channels fare."""
    bad = sum(one.is_trouble for one in found)
    doubtful = sum(one.is_doubtful for one in found)
    if bad:
        return words.count(bad, "channel gets errors.", "channels get errors.")
    if doubtful:
        return words.count(doubtful, "channel needs somebody to look.", "channels need somebody to look.")
    if not any(one.hour.calls for one in found):
        return gettext("No channel has called within the last hour.")
    return gettext("All channels are answered well.")


def name_of(channel: Channel) -> str:
    return channel.key.name if channel.key else gettext("Without a valid key")


def row(channel: Channel) -> Row:
    now, hour = channel.now, channel.hour
    return Row(
        name=name_of(channel),
        note=gettext(str(channel.key.get_kind_display())) if channel.key else gettext("refused with 401"),
        label=words.label(*LABELS[channel.state]),
        hint=gettext(_HINTS[channel.state]) if channel.state in _HINTS else "",
        calls=words.number(now.calls),
        refused=words.number(now.refused),
        wrong=_share(now.wrong, now),
        errors=_share(now.server_errors, now),
        has_errors=now.server_errors > 0,
        typical=milliseconds(now.p50),
        slow=milliseconds(now.p95),
        hour=_hour(hour),
        picture=drawn(channel.bars),
        picture_text=gettext("%(calls)s in the last hour, %(errors)s")
        % {
            "calls": words.count(hour.calls, "call"),
            "errors": words.count(hour.server_errors, "error"),
        },
    )


def milliseconds(value: int | None) -> str:
    if value is None:
        return words.NOTHING
    said = gettext("%(number)s ms") % {"number": words.number(value)}
    return said.replace(" ", "\N{NO-BREAK SPACE}")


def drawn(bars: Sequence[Bar]) -> list[DrawnBar]:
    """Bars as high as the busiest is full; what happened at all is seen."""
    most = max((bar.calls for bar in bars), default=0)
    if not most:
        return []
    found = []
    for place, bar in enumerate(bars):
        height = max(2, HEIGHT * bar.calls // most) if bar.calls else 0
        bad = max(2, height * bar.errors // bar.calls) if bar.errors else 0
        found.append(DrawnBar(x=place * _STEP, height=height, y=HEIGHT - height, bad_height=bad))
    return found


def _share(number: int, figures: Figures) -> str:
    """12 (0.4 %)"""
    if not number:
        return words.number(0)
    tenths = number * 1_000 // figures.calls
    share = f"{tenths // 10}.{tenths % 10}" if tenths else "< 0.1"
    return f"{words.number(number)} ({share} %)"


def _hour(hour: Figures) -> str:
    if not hour.calls:
        return words.NOTHING
    said = ngettext(
        "%(number)s call, 95 %% within %(slow)s", "%(number)s calls, 95 %% within %(slow)s", hour.calls
    )
    return said % {"number": words.number(hour.calls), "slow": milliseconds(hour.p95)}
