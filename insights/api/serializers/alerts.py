"""Alerts on the wire. Goes beyond the contract; unknown properties are refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from core import languages, project, words
from core.api.fields import InstantField, TextField
from core.instants import format_instant, format_optional
from insights import alert_words
from insights.models import Alert
from insights.selectors import alerts
from insights.services.alerts import LONGEST_NOTE
from promotions.api.serializers.budgets import ExactInput


class AcknowledgeInput(ExactInput):
    note = TextField(required=False, max_length=LONGEST_NOTE, default="")


class SnoozeInput(ExactInput):
    until = InstantField()


@contextmanager
def in_words_of_the_project() -> Iterator[None]:
    """Texts of alerts are English, with the project's money and time; one query for all that is inside."""
    with words.speaking_for(project.current()), languages.plainly():
        yield


def alert_output(alert: Alert) -> dict[str, Any]:
    """`title`, `message` and `advice` are for people; `figures` are what they are made of.

    `subject` is what of its rule it is about, the same as long as it is about the same thing.
    """
    rule = alert.rule
    return {
        "id": alert.public_id,
        "rule": {"id": rule.public_id, "name": rule.name},
        "kind": rule.kind,
        "severity": alert.severity,
        "state": alert.state,
        "title": _plain(alert_words.title(alert)),
        "message": _plain(alert_words.sentence(alert)),
        "advice": _plain(alert_words.advice(alert)),
        "subject": alert.subject,
        "campaign_id": alert.campaign.public_id if alert.campaign else None,
        "figures": alert.figures,
        "times": alert.times,
        "raised_at": format_instant(alert.raised_at),
        "seen_at": format_instant(alert.seen_at),
        "acknowledged": _acknowledged(alert),
        "snoozed_until": format_optional(alert.snoozed_until),
        "resolved_at": format_optional(alert.resolved_at),
        "object": alerts.OBJECT,
    }


def _acknowledged(alert: Alert) -> dict[str, Any] | None:
    if alert.acknowledged_at is None:
        return None
    return {
        "at": format_instant(alert.acknowledged_at),
        "by": alert.acknowledged_by,
        "note": alert.note or None,
    }


def _plain(text: str) -> str:
    """Without the blanks that hold amounts together on pages."""
    return text.replace("\N{NO-BREAK SPACE}", " ")
