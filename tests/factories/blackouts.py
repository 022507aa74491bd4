"""Blackouts, seasons and notes for tests. Dates are fixed; names are numbered."""

from __future__ import annotations

from datetime import date

import factory
from factory.django import DjangoModelFactory

from calendar_app.models import Blackout, CalendarNote, Season
from tests.factories.promotions import CREATED_AT


class BlackoutFactory(DjangoModelFactory[Blackout]):
    """Nothing may run on 1 and 2 April 2026."""

    class Meta:
        model = Blackout

    name = factory.Sequence(lambda n: f"Blackout {n}")
    reason = "The warehouse counts"
    starts_on = date(2026, 4, 1)
    ends_on = date(2026, 4, 2)
    created_at = CREATED_AT


class SeasonFactory(DjangoModelFactory[Season]):
    class Meta:
        model = Season

    name = factory.Sequence(lambda n: f"Season {n}")
    starts_on = date(2026, 4, 1)
    ends_on = date(2026, 4, 30)
    created_at = CREATED_AT


class CalendarNoteFactory(DjangoModelFactory[CalendarNote]):
    class Meta:
        model = CalendarNote

    text = factory.Sequence(lambda n: f"Note {n}")
    starts_on = date(2026, 4, 1)
    ends_on = date(2026, 4, 1)
    author = "Mara"
    author_id = "1"
    created_at = CREATED_AT
