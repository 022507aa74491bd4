"""Nights and reminders among all periodic work: `manage.py daily_jobs --at`."""

from __future__ import annotations

from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command

from core import periodic
from loyalty import tasks
from loyalty.models import LoyaltyCard
from tests.loyalty.members import gave, lines, member, midnight, programme

pytestmark = pytest.mark.django_db


def run(at: date) -> list[str]:
    out = StringIO()
    call_command("daily_jobs", at=midnight(at).isoformat(), stdout=out, stderr=out)
    return [line.strip() for line in out.getvalue().splitlines()]


def test_a_day_of_all_jobs_settles_the_night_and_reminds_once():
    club = programme(reminder_days=7)
    card = member(club, "A")
    gave(card, 100, on=date(2026, 1, 25), until=date(2026, 2, 25))
    gave(card, 30, on=date(2026, 1, 25), until=date(2026, 3, 1))

    said = run(date(2026, 2, 26))
    again = run(date(2026, 2, 26))

    assert "settle the nights of loyalty programmes: 1" in said
    assert "remind of points that end soon: 1" in said
    assert "settle the nights of loyalty programmes: nothing to do" in again
    assert "remind of points that end soon: nothing to do" in again
    assert lines(card)[-1] == ("POINTS_EXPIRATION", -100, 30, date(2026, 2, 26))
    assert LoyaltyCard.objects.get().balance == 30


def test_the_night_comes_within_minutes_of_midnight():
    every = {job.task: job.every for job in periodic.jobs()}

    assert every[tasks.settle_nights.name] <= 60
    assert every[tasks.remind_of_points.name] <= 3600
