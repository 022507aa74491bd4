"""The tab "Versions" of a policy: who changed what, when; newest first."""

from __future__ import annotations

from typing import Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from approvals import policy_words
from approvals.models import Policy, PolicyVersion
from approvals.selectors import policies as known
from core import words
from core.admin.pages import Panel

_SHOWN: Final = 50


def panel(policy: Policy) -> Panel:
    """Requests name the versions that they were filed under."""
    found = list(known.versions_of(policy)[: _SHOWN + 1])
    older = [*found[1:], None][: len(found)]
    return Panel(
        key="versions",
        title="Versions",
        headers=("Version", "What changed"),
        rows=[
            (_head(one), _lines(one, before)) for one, before in list(zip(found, older, strict=True))[:_SHOWN]
        ],
        empty="No version yet.",
    )


def _head(version: PolicyVersion) -> SafeString:
    return format_html(
        '<b>{}</b> <div>{}</div><div class="fanfare-muted">{}</div>',
        version.number,
        words.when(version.created_at),
        version.actor_label or version.actor_id,
    )


def _lines(version: PolicyVersion, before: PolicyVersion | None) -> SafeString:
    then = known.version_content(before) if before else None
    said = policy_words.changes(then, known.version_content(version)) or {"Description": "changed"}
    return format_html_join("", '<div><span class="fanfare-muted">{}:</span> {}</div>', said.items())
