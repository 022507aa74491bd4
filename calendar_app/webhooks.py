"""What webhooks are told about the calendar. Beyond the contract: chats and planners hear of collisions."""

from __future__ import annotations

from typing import Any, Final

from calendar_app.api.serializers.conflicts import conflict_output
from calendar_app.models import Conflict
from calendar_app.services.conflicts import ACCEPTED, FOUND, GONE, REOPENED
from core.event_bodies import offer
from core.models import OutboxEvent

_CALENDAR: Final = "Promotion calendar"


def register() -> None:
    offer(
        _CALENDAR,
        _conflict,
        **{
            FOUND: "promotions collide",
            GONE: "a collision is gone",
            ACCEPTED: "somebody accepts a collision",
            REOPENED: "an accepted collision is open again",
        },
    )


def _conflict(event: OutboxEvent, conflict: Conflict) -> dict[str, Any]:
    return {"conflict": conflict_output(conflict)}
