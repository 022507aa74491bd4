"""What webhooks are told about alerts. Beyond the contract: pagers, chats and ticket systems hear of them."""

from __future__ import annotations

from typing import Any, Final

from core.event_bodies import offer
from core.models import OutboxEvent
from insights.api.serializers.alerts import alert_output, in_words_of_the_project
from insights.models import Alert

_ALERTS: Final = "Alerts"


def register() -> None:
    offer(
        _ALERTS,
        _alert,
        **{
            "alert.raised": "an alert rule finds something",
            "alert.worsened": "what an alert is about gets worse",
            "alert.acknowledged": "somebody looks at an alert",
            "alert.snoozed": "an alert is put off",
            "alert.resolved": "what an alert was about is over",
        },
    )


def _alert(event: OutboxEvent, alert: Alert) -> dict[str, Any]:
    with in_words_of_the_project():
        return {"alert": alert_output(alert)}
