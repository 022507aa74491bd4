"""The nightly proof: once a night, told when it fails, seen on the overview and in the numbers."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from config.celery import app
from config.overview import overview
from core.actors import Actor
from core.api import metrics
from core.models import OutboxEvent, ProjectSettings
from insights import dashboard
from promotions import last_run, tasks
from promotions.models import Voucher
from promotions.reports import proofs
from promotions.services import nightly_proof
from tests.factories.promotions import VoucherFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def night(settings_row: ProjectSettings, now: datetime) -> datetime:
    """Three o'clock in Warsaw; a code whose counter lies."""
    ProjectSettings.objects.update(time_zone="Europe/Warsaw")
    VoucherFactory(redeemed_quantity=3)
    return now.replace(hour=2)


def prove(at: datetime, actor: Actor) -> int | None:
    """Differences of counters; factories keep no versions."""
    return nightly_proof.run_when_due(actor=actor, now=at)


def failures() -> list[int]:
    rows = OutboxEvent.objects.filter(name="reconciliation.failed").order_by("pk")
    return [row.payload["checks"].get("vouchers", 0) for row in rows]


def test_runs_once_after_each_night(night: datetime, actor: Actor) -> None:
    hour = timedelta(hours=1)

    assert prove(night - timedelta(minutes=1), actor) is not None
    assert prove(night, actor) is not None
    assert [prove(night + number * hour, actor) for number in range(1, 24)] == [None] * 23
    assert prove(night + 24 * hour, actor) is not None

    assert failures() == [1, 1, 1]


def test_a_night_without_a_worker_is_made_up_for(night: datetime, actor: Actor) -> None:
    prove(night, actor)

    assert prove(night + timedelta(days=3, hours=9), actor) is not None


def test_two_at_once_tell_it_once(night: datetime, actor: Actor) -> None:
    found = list(nightly_proof.reconcile.differences(now=night, only={"vouchers"}))

    for _ in range(2):
        nightly_proof.note(found, since=night, actor=actor, now=night)

    assert failures() == [1]


def test_nothing_is_told_when_nothing_differs(night: datetime, actor: Actor) -> None:
    Voucher.objects.all().delete()

    assert prove(night, actor) == 0

    assert failures() == []
    assert last_run.read() == last_run.LastRun(at=night, is_clean=True)


def test_at_most_fifty_are_told(night: datetime, actor: Actor) -> None:
    VoucherFactory.create_batch(60, redeemed_quantity=1)

    prove(night, actor)

    payload = OutboxEvent.objects.get(name="reconciliation.failed").payload
    assert (payload["checks"]["vouchers"], len(payload["differences"])) == (61, 50)


def test_a_failure_is_seen_until_a_proof_is_clean(night: datetime, actor: Actor) -> None:
    def seen() -> tuple[bool, bool]:
        (check,) = [one for one in dashboard.build(now=night).checks if one.name == "reconciliation"]
        text = metrics.render(now=night, more=[proofs]).decode()
        return check.ok, "fanfare_reconciliation_ok 1.0" in text

    assert seen() == (True, True)
    prove(night, actor)
    assert seen() == (False, False)
    nightly_proof.note([], actor=actor, now=night + timedelta(hours=1))
    assert seen() == (True, True)


def test_the_overview_says_what_to_do(admin_user: object, night: datetime, actor: Actor, rf: object) -> None:
    prove(timezone.now(), actor)
    request = rf.get("/admin/")  # type: ignore[attr-defined]
    request.user = admin_user

    (house,) = [card for card in overview(request)["cards"] if card["key"] == "house"]

    (trouble,) = [one["note"] for one in house["checks"] if one["name"] == "Counters and balances"]
    assert "manage.py reconcile" in trouble


def test_the_task_is_in_the_table_of_periodic_jobs(night: datetime) -> None:
    assert tasks.reconcile.name in {job["task"] for job in app.conf.beat_schedule.values()}
    assert tasks.reconcile() is not None
    assert tasks.reconcile() is None
