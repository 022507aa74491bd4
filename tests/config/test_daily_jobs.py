"""All periodic work of the platform as of one instant; a second run finds nothing to do."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from core import audit
from core.actors import Actor
from core.models import Seal
from promotions.models import Campaign, Lifecycle
from tests.conftest import NOW
from tests.factories.integrations import AsyncActionFactory, export_with_file
from tests.factories.promotions import CampaignFactory

pytestmark = pytest.mark.django_db


def content() -> dict[str, str]:
    """A digest of every table but the place up to which metrics have read what happened."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [name for (name,) in cursor.fetchall() if name != "insights_metricprogress"]
        found = {}
        for table in tables:
            cursor.execute(
                f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM \"{table}\" AS t"  # noqa: S608
            )
            found[table] = cursor.fetchone()[0]
    return found


def run(at: Any) -> str:
    out = StringIO()
    call_command("daily_jobs", at=at.isoformat(), stdout=out, stderr=out)
    return out.getvalue()


def test_does_what_is_due_and_the_second_time_nothing(actor: Actor) -> None:
    ending = CampaignFactory(ends_at=NOW + timedelta(hours=1))
    beginning = CampaignFactory(lifecycle=Lifecycle.SCHEDULED, starts_at=NOW + timedelta(hours=2))
    later = CampaignFactory(ends_at=NOW + timedelta(days=99))
    old = export_with_file(b"name\n")
    AsyncActionFactory(status="IN_PROGRESS", created_at=NOW - timedelta(hours=1))
    audit.log(actor, "tests.happened", ending, now=NOW)
    at = NOW + timedelta(days=40)

    said = run(at)
    after = content()
    again = run(at)

    states = dict(Campaign.objects.values_list("pk", "lifecycle"))
    assert [states[row.pk] for row in (ending, beginning, later)] == ["ENDED", "LIVE", "LIVE"]
    old.refresh_from_db()
    assert old.deleted_at == at
    assert Seal.objects.exists()
    assert "start and end campaigns: 2" in said
    assert "wake background jobs that stand still: 1" in said
    assert {table for table, digest in content().items() if digest != after[table]} == set()
    # Metrics read what the jobs behind them said, and find nothing in it for them.
    assert not [
        line
        for line in again.splitlines()[1:]
        if not line.endswith((": nothing to do", ": not due")) and "count what redemptions" not in line
    ]


def test_an_instant_before_anything_is_due_changes_nothing() -> None:
    CampaignFactory(ends_at=NOW + timedelta(hours=1))
    run(NOW)
    before = content()

    run(NOW + timedelta(minutes=30))

    # Alerts that go on say since when they do.
    moving = {"core_heartbeat", "insights_alert", "insights_alertrule"}
    assert {table for table, digest in content().items() if digest != before[table]} <= moving
