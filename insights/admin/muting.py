"""The button that mutes a rule: on its own page, and on the page of an alert that it found."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from core import words
from core.admin.base import staff_actor
from insights.admin.forms.alerts import MuteForm
from insights.models import AlertRule
from insights.services import alert_rules


def dialog(*, title: str) -> dict[str, Any]:
    return {
        "title": title,
        "description": "Nobody is told what it finds; it is listed all the same.",
        "form_class": MuteForm,
        "form_submit_text": "Mute",
    }


def mute(request: HttpRequest, form: MuteForm, rule: AlertRule) -> str:
    """Mute the rule for as long as the form says; what people are told then."""
    now = timezone.now()
    until = form.until(now)
    alert_rules.mute(rule_id=rule.pk, until=until, actor=staff_actor(request), now=now)
    return f"{rule} is muted until {words.when(until)}."
