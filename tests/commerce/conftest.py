"""Fixtures for tests of commerce."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from core import dispatch
from core.models import AuditEntry, EventDelivery, OutboxEvent


@pytest.fixture
def work_off(db: None, now: datetime) -> Callable[[], None]:
    """Deliver every event and what it brings about, as dispatcher and worker would."""

    def run() -> None:
        while ids := dispatch.plan(now=now):
            for delivery_id in ids:
                dispatch.deliver(delivery_id=delivery_id, now=now)
        assert not EventDelivery.objects.exclude(status=EventDelivery.Status.DONE).exists()

    return run


@pytest.fixture
def told(db: None) -> Callable[[], list[str]]:
    """The names of all events, in the order in which they happened."""
    return lambda: list(OutboxEvent.objects.order_by("pk").values_list("name", flat=True))


@pytest.fixture
def audited(db: None) -> Callable[[], list[str]]:
    """The actions of all audit rows, without those of the test's own keys."""
    rows = AuditEntry.objects.exclude(entity_type="apikey").order_by("pk")
    return lambda: list(rows.all().values_list("action", flat=True))
