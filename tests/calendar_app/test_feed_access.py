"""Who may read a feed, and how often."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from calendar_app import feeds_views
from calendar_app.models import Feed
from calendar_app.services import feeds
from core.api import throttling
from core.models import ProjectSettings
from tests.calendar_app.feed_reader import acting, address, person
from tests.conftest import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_warsaw_on_a_tuesday(settings_row: ProjectSettings) -> Any:
    settings_row.time_zone = "Europe/Warsaw"
    settings_row.save(update_fields=["time_zone"])
    with time_machine.travel(NOW, tick=False):
        yield


def test_a_revoked_link_and_an_unknown_one_answer_alike() -> None:
    user = person()
    path = address(user)
    assert Client().get(path).status_code == 200
    feeds.revoke(feed_id=Feed.objects.get().pk, actor=acting(user), now=NOW)

    revoked = Client().get(path)
    unknown = Client().get("/calendar/feeds/nothing.ics")

    assert (revoked.status_code, unknown.status_code) == (404, 404)
    assert revoked.content == unknown.content
    assert Client().get(path.replace(".ics", ".json")).status_code == 404


def test_a_new_address_ends_the_former_one() -> None:
    user = person()
    path = address(user)

    issued = feeds.renew(feed_id=Feed.objects.get().pk, actor=acting(user), now=NOW)

    assert Client().get(path).status_code == 404
    assert Client().get(f"/calendar/feeds/{issued.token}.ics").status_code == 200


@pytest.mark.parametrize("end", ["disabled", "no longer staff", "no group", "deleted"])
def test_who_left_shows_nothing(end: str) -> None:
    user = person()
    path = address(user)
    if end == "deleted":
        user.delete()
    else:
        user.is_active = end != "disabled"
        user.is_staff = end != "no longer staff"
        user.save()
        if end == "no group":
            user.groups.clear()

    assert Client().get(path).status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
def test_it_can_only_be_read(method: str) -> None:
    path = address(person())

    assert getattr(Client(), method)(path).status_code == 405
    assert Client().head(path).status_code == 200


def test_it_is_noted_when_somebody_read_it_last() -> None:
    path = address(person())
    Client().get(path)
    with time_machine.travel(NOW + timedelta(seconds=30), tick=False):
        Client().get(path)
    assert Feed.objects.get().last_read_at == NOW

    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        Client().get(path)
    assert Feed.objects.get().last_read_at == NOW + timedelta(hours=1)


def test_who_reads_too_often_waits(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    path = address(person())
    monkeypatch.setattr(feeds_views, "READINGS", throttling.Limit(name="few-feeds", calls=2, seconds=60))
    settings.FANFARE_RATE_LIMITS = True

    found = [Client().get(path) for _ in range(3)]

    assert [answer.status_code for answer in found] == [200, 200, 429]
    assert int(found[-1]["Retry-After"]) > 0


def test_roles_of_reading() -> None:
    """A feed is its owner's eyes: everybody with a role may have one."""
    for number, group in enumerate(("Viewer", "Support", "Merchant", "Finance", "Administrator")):
        assert Client().get(address(person(group, name=f"p{number}"))).status_code == 200
