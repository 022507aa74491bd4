"""The tab "Versions" of campaigns, tiers, codes and conditions, and the versions that a redemption names."""

from __future__ import annotations

from typing import Final

from django.db.models import Model
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from core import words
from core.admin.pages import Panel
from promotions.models import Version
from promotions.selectors import versions as known
from promotions.version_words import Lines, Speaker

_SHOWN: Final = 50
_CHANNELS: Final = {
    "ADMIN": "in this admin",
    "API": "over the API",
    "CLIENT_API": "over the client API",
    "COMMAND": "by a command",
    "TASK": "by a background job",
}


def panel(entity: Model, *, empty: str = "No version yet.") -> Panel:
    """Who changed which terms, when, and how; newest first. Names, texts and counters are no terms."""
    found = list(known.of(entity)[: _SHOWN + 1])
    speaker = Speaker(found)
    older = [*found[1:], None][: len(found)]
    return Panel(
        key="versions",
        title="Versions",
        headers=("Version", "What changed"),
        rows=[
            (_head(one), lines(speaker.changes(one, before)))
            for one, before in list(zip(found, older, strict=True))[:_SHOWN]
        ],
        empty=empty,
    )


def _head(version: Version) -> SafeString:
    who = version.actor_label or version.actor_id
    channel = _CHANNELS.get(version.channel, version.channel)
    return format_html(
        '<b>{}</b> <div>{}</div><div class="fanfare-muted">{} {}</div>',
        version.number,
        words.when(version.created_at),
        who,
        channel,
    )


def lines(said: Lines) -> SafeString:
    return format_html_join("", '<div><span class="fanfare-muted">{}:</span> {}</div>', said.items())
