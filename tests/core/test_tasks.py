from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from config.celery import app
from core.models import IdempotencyKey
from core.tasks import prune_idempotency_keys


def keep(key: str, *, age: timedelta) -> None:
    IdempotencyKey.objects.create(
        caller_kind="api_key",
        caller_id="shop",
        key=key,
        fingerprint="a" * 64,
        status=200,
        body="{}",
        created_at=timezone.now() - age,
    )


@pytest.mark.django_db
def test_answers_are_forgotten_after_a_week() -> None:
    keep("fresh", age=timedelta(days=6, hours=23))
    keep("old", age=timedelta(days=7, minutes=1))
    keep("older", age=timedelta(days=400))

    assert prune_idempotency_keys() == 2
    assert [row.key for row in IdempotencyKey.objects.all()] == ["fresh"]
    assert prune_idempotency_keys() == 0


def test_forgetting_is_in_the_table_of_periodic_jobs() -> None:
    assert prune_idempotency_keys.name in {job["task"] for job in app.conf.beat_schedule.values()}
