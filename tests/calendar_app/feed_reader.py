"""Feeds as other calendars read them: over HTTP, without signing in, by the secret in the address."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.models import Group, User
from django.test import Client
from icalendar import Calendar

from calendar_app.services import feeds
from core import staff
from core.actors import Actor
from tests.conftest import NOW


def person(group: str = "Marketer", name: str = "ada") -> User:
    user = User.objects.create_user(name, email=f"{name}@shop.example", is_staff=True, last_name="Lovelace")
    user.groups.add(Group.objects.get(name=group))
    return user


def acting(user: User) -> Actor:
    return staff.as_actor(User.objects.get(pk=user.pk))


def address(user: User, kind: str = "ics", **values: Any) -> str:
    values = {"name": "Promotions", "with_days": False, **values}
    issued = feeds.create(owner_id=user.pk, actor=acting(user), now=NOW, **values)
    return f"/calendar/feeds/{issued.token}.{kind}"


def entries(answer: Any) -> dict[str, Any]:
    """The events of a calendar by what they are called."""
    assert answer.status_code == 200
    calendar = Calendar.from_ical(answer.content)
    return {str(entry["summary"]): entry for entry in calendar.walk("VEVENT")}


def read(user: User, **values: Any) -> dict[str, Any]:
    return entries(Client().get(address(user, **values)))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)
