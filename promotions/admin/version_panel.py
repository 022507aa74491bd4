"""The tab "Versions" of campaigns, tiers, codes and conditions, and the versions that a redemption names."""

from __future__ import annotations

from typing import Final

from django.db.models import Model
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from core import words
from core.admin.pages import Panel
from promotions.admin.rows import dialog_link
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


def panel(entity: Model, *, empty: str = "No version yet.", back_url: str = "") -> Panel:
    """Who changed which terms, when, and how; newest first. Names, texts and counters are no terms.

    `back_url` is where one goes back to a version; empty: the person may not.
    """
    found = list(known.of(entity)[: _SHOWN + 1])
    speaker = Speaker(found)
    older = [*found[1:], None][: len(found)]
    return Panel(
        key="versions",
        title="Versions",
        headers=("Version", "What changed"),
        rows=[
            (_head(one, "" if one == found[0] else back_url), lines(speaker.changes(one, before)))
            for one, before in list(zip(found, older, strict=True))[:_SHOWN]
        ],
        empty=empty,
    )


def _head(version: Version, back_url: str) -> SafeString:
    who = version.actor_label or version.actor_id
    channel = _CHANNELS.get(version.channel, version.channel)
    return format_html(
        '<b>{}</b> <div>{}</div><div class="fanfare-muted">{} {}</div>{}',
        version.number,
        words.when(version.created_at),
        who,
        channel,
        _back(version, back_url),
    )


def _back(version: Version, back_url: str) -> SafeString | str:
    """What is deleted does not come back, and its deletion neither."""
    if not back_url or "deleted_at" in version.content:
        return ""
    return dialog_link("Go back to this version", f"{back_url}?version={version.number}")


def lines(said: Lines) -> SafeString:
    return format_html_join("", '<div><span class="fanfare-muted">{}:</span> {}</div>', said.items())
