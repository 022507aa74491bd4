"""What the tests of definitions ask again and again."""

from __future__ import annotations

from typing import Any

from core.models import AuditEntry, OutboxEvent

PERCENT = {"type": "PERCENT", "percent_off": 10}
STORED_PERCENT = {"type": "PERCENT", "percent_off": 10, "effect": "APPLY_TO_ORDER"}
SHOWN_PERCENT = {**STORED_PERCENT, "is_dynamic": False}
NO_RULES = {"object": "list", "data_ref": "data", "data": [], "total": 0}


def told() -> list[str]:
    """Names of the events of this test, in order; those of background jobs left out."""
    events = OutboxEvent.objects.exclude(name__startswith="async_action").exclude(name__startswith="api_key")
    return list(events.order_by("pk").values_list("name", flat=True))


def audited() -> list[str]:
    entries = AuditEntry.objects.exclude(action__startswith="api_key")
    return list(entries.order_by("pk").values_list("action", flat=True))


def refused(answer: Any, status: int, key: str, details: str = "") -> dict[str, Any]:
    """The answer is the error object with this status and key; returns it."""
    body: dict[str, Any] = answer.json()
    assert (answer.status_code, body["key"]) == (status, key), body
    assert body["code"] == status
    assert body["request_id"].startswith("v-")
    assert details in body.get("details", ""), body
    return body
