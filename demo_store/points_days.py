"""The days of a points programme once more: what happened reaches it in order, and every night comes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from django.db.models import Max

from core import events, project
from core.events import Subscriber
from core.models import OutboxEvent
from loyalty.services import nightly

_APP = "loyalty."
_DAY = timedelta(days=1)


class PointsDays:
    """A clock that only goes forward, from `begins_at` on, in the project's zone."""

    def __init__(self, *, begins_at: datetime) -> None:
        self._zone = project.current().zone
        self._today = begins_at.astimezone(self._zone).date()
        self._heard = OutboxEvent.objects.aggregate(last=Max("pk"))["last"] or 0

    def go_to(self, at: datetime) -> None:
        """Let the nights up to the day of `at` pass, each at its midnight."""
        day = at.astimezone(self._zone).date()
        while self._today < day:
            self._today += _DAY
            nightly.run(now=datetime.combine(self._today, time.min, self._zone))

    def hear(self, *happened: OutboxEvent) -> None:
        """Let the programme act on that, at its instant, and on what is new since and follows from it."""
        waiting = [*happened, *self._new()]
        while waiting:
            said = waiting.pop(0)
            for subscriber in _listeners(said.name):
                subscriber.handler(said, said.created_at)
            waiting += self._new()

    def _new(self) -> list[OutboxEvent]:
        """What was said since somebody looked, as far as the programme listens to it."""
        said = list(OutboxEvent.objects.filter(pk__gt=self._heard).order_by("pk"))
        if said:
            self._heard = said[-1].pk
        return [event for event in said if any(_listeners(event.name))]


def _listeners(name: str) -> Iterator[Subscriber]:
    return (one for one in events.subscribers_of(name) if one.name.startswith(_APP))
