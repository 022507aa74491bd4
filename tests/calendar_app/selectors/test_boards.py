"""The board of the process: read again only when something changed, one caller at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from calendar_app.overlaps import Board
from calendar_app.selectors import boards
from core.models import ProjectSettings
from core.patience import TookTooLong
from promotions.models import Campaign
from tests.conftest import NOW
from tests.factories.promotions import CampaignFactory, percent

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _no_board_of_other_tests() -> Iterator[None]:
    boards.forget()
    yield
    boards.forget()


@pytest.fixture
def put(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The keys of what was made ready."""
    keys: list[str] = []
    true = Board.put

    def noted(self: Board, item: Any) -> None:
        keys.append(item.key)
        true(self, item)

    monkeypatch.setattr(Board, "put", noted)
    return keys


def keys(after: timedelta = timedelta()) -> list[str]:
    with boards.current(NOW + after) as kept:
        return sorted(kept.items)


def made() -> Campaign:
    return CampaignFactory(discount=percent(10), ends_at=NOW + 20 * DAY)


def test_only_what_changed_is_made_ready_anew(put: list[str], django_assert_num_queries: Any) -> None:
    one, other = made(), made()
    assert keys() == [f"campaign:{one.pk}", f"campaign:{other.pk}"]
    put.clear()

    with django_assert_num_queries(1):
        keys()
    Campaign.objects.filter(pk=one.pk).update(name="Another")
    keys()
    assert put == [f"campaign:{one.pk}"]
    other.delete()
    assert keys() == [f"campaign:{one.pk}"]
    with boards.current(NOW) as kept:
        assert [item.name for item in kept.board.items] == ["Another"]


def test_time_alone_takes_away_what_is_over(put: list[str]) -> None:
    one, other = made(), made()
    Campaign.objects.filter(pk=one.pk).update(ends_at=NOW + timedelta(minutes=2))
    assert len(keys()) == 2

    assert keys(timedelta(minutes=6)) == [f"campaign:{other.pk}"]


def test_other_rules_and_another_hour_make_it_anew(put: list[str]) -> None:
    made()
    keys()
    ProjectSettings.objects.update(time_zone="Asia/Tokyo")
    keys()
    keys(timedelta(hours=1))

    assert len(put) == 3


def test_what_was_undone_is_forgotten(put: list[str]) -> None:
    one = made()
    keys()
    with transaction.atomic():
        made()
        assert len(keys()) == 2
        transaction.set_rollback(True)

    assert keys() == [f"campaign:{one.pk}"]


def test_who_does_not_want_to_wait_is_told(put: list[str]) -> None:
    made()
    refused: list[bool] = []

    def other() -> None:
        try:
            with boards.current(NOW, wait=0.01):
                pass
        except TookTooLong:
            refused.append(True)

    with boards.current(NOW):
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()

    assert refused == [True]
