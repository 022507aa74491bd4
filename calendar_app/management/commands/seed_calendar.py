"""What stands on the demo shop's calendar: when it is closed, what it plans by, what people should know."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Final

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from calendar_app.models import Blackout, Season
from calendar_app.services import blackouts, seasons
from core import project
from core.actors import Actor

_LEAP: Final = 2024


class Command(BaseCommand):
    help = "Marks the calendar of the demo shop. Does nothing where dates are marked already."

    def handle(self, *args: Any, **options: Any) -> None:
        if Blackout.objects.exists() or Season.objects.exists():
            return
        now = timezone.now()
        today = project.day_of(now)
        with transaction.atomic():
            mark(today, actor=Actor.system("seed_calendar"), now=now)


def mark(day: date, *, actor: Actor, now: datetime) -> None:
    """Blackouts, seasons and a note around a day."""
    _blackout(
        now,
        actor,
        name="Stock-taking",
        reason="The warehouse counts and ships nothing. Ask Olga in operations.",
        starts_on=day + timedelta(days=38),
        ends_on=day + timedelta(days=40),
    )
    _blackout(
        now,
        actor,
        name="Till update",
        reason="The tills are updated in these nights: whoever can, begins on another day.",
        strength=Blackout.Strength.SOFT,
        forbids=Blackout.Forbids.BEGIN,
        starts_on=day + timedelta(days=10),
        ends_on=day + timedelta(days=11),
    )
    for name, first, last, colour in (
        ("Christmas", date(_LEAP, 11, 25), date(_LEAP, 12, 26), Season.Colour.ROSE),
        ("Iced coffee", date(_LEAP, 6, 1), date(_LEAP, 8, 31), Season.Colour.SKY),
        ("Harvest", date(_LEAP, 9, 15), date(_LEAP, 11, 15), Season.Colour.AMBER),
        ("Spring", date(_LEAP, 3, 20), date(_LEAP, 5, 31), Season.Colour.EMERALD),
    ):
        values = {
            "name": name,
            "starts_on": first,
            "ends_on": last,
            "colour": colour,
            "repeats_yearly": True,
        }
        seasons.create(values=values, actor=actor, now=now)
    text = "New roaster arrives: have somebody at the loading bay from seven."
    seasons.write(values={"text": text, "starts_on": day + timedelta(days=4)}, actor=actor, now=now)


def _blackout(now: datetime, actor: Actor, **values: object) -> None:
    blackouts.create(values=values, actor=actor, now=now)
