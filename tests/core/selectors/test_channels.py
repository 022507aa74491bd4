"""How channels fare, from rows that several processes add to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from core.latency import PLACES, place_of
from core.models import ApiKey, ChannelMinute
from core.selectors import channels
from core.selectors.channels import Channel, State
from core.services import channel_minutes
from core.services.channel_minutes import Counts
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
MINUTE = int(NOW.timestamp()) // 60


def key(name: str, **columns: Any) -> ApiKey:
    return ApiKey.objects.create(name=name, app_id=name, created_at=NOW, **{"last_used_at": NOW, **columns})


def add(name: str, ago: int, calls: int = 1, *, work: str = "OTHER", took: int = 10, **errors: int) -> None:
    """Calls `ago` minutes before now."""
    places = [0] * PLACES
    places[place_of(took)] = calls
    counts = Counts(calls=calls, slowest=took, took=places, **errors)
    channel_minutes.add({(MINUTE - ago, name, work): counts})


def shown() -> list[Channel]:
    return channels.channels(now=NOW)


def state_of(name: str) -> State:
    return next(one.state for one in shown() if one.key and one.key.name == name)


def test_processes_add_to_the_same_rows() -> None:
    add("shop", 1, 4, took=10, client_errors=1)
    add("shop", 1, 2, took=90, server_errors=2, refused=1)

    row = ChannelMinute.objects.get()

    assert (row.calls, row.client_errors, row.server_errors, row.refused, row.slowest) == (6, 1, 2, 1, 90)
    assert {place: calls for place, calls in enumerate(row.took) if calls} == {2: 4, 9: 2}


def test_sums_up_the_last_minutes_and_the_last_hour() -> None:
    key("shop")
    add("shop", 1, 10, took=10)
    add("shop", 4, 10, took=100, work="REDEMPTION", client_errors=1, refused=3)
    add("shop", 50, 80, took=2_000)
    add("shop", 61, 7)

    (channel,) = shown()

    assert (channel.now.calls, channel.now.refused, channel.now.wrong) == (20, 3, 1)
    assert (channel.now.p50, channel.now.p95) == (10, 98)
    assert (channel.hour.calls, channel.hour.slowest) == (100, 2_000)
    assert sum(bar.calls for bar in channel.bars) == 100
    assert [place for place, bar in enumerate(channel.bars) if bar.calls] == [5, 28, 29]


def test_shows_keys_in_use_busiest_first_and_callers_without_a_key() -> None:
    for name, calls in (("quiet", 0), ("shop", 2), ("till", 9)):
        key(name)
        if calls:
            add(name, 1, calls)
    key("blocked", blocked_at=NOW)
    key("forgotten", last_used_at=NOW - timedelta(days=31))
    key("never", last_used_at=None)
    add("", 1, 3, client_errors=3)

    assert [(one.key.name if one.key else None, one.state) for one in shown()] == [
        ("till", State.FINE),
        ("shop", State.FINE),
        ("quiet", State.IDLE),
        (None, State.FINE),
    ]


def test_errors_of_ours_are_trouble() -> None:
    key("shop")
    add("shop", 6, 1, server_errors=1)
    assert state_of("shop") is State.FINE

    add("shop", 4, 1, server_errors=1)

    assert state_of("shop") is State.ERRORS


@pytest.mark.parametrize(
    ("calls", "errors", "took", "state"),
    [
        (19, {"client_errors": 19}, 10, State.FINE),
        (20, {"client_errors": 4}, 10, State.WRONG),
        (20, {"client_errors": 3}, 10, State.FINE),
        (20, {"refused": 20}, 10, State.FINE),
        (20, {}, 2_000, State.SLOW),
        (19, {}, 2_000, State.FINE),
    ],
)
def test_wrong_and_slow_calls_are_doubtful(
    calls: int, errors: dict[str, int], took: int, state: State
) -> None:
    """Refusals are proper answers, and few calls say little."""
    key("shop")
    add("shop", 1, calls, took=took, **errors)

    assert state_of("shop") is state


def test_a_busy_channel_that_stops_is_silent() -> None:
    key("shop")
    key("small")
    add("shop", 20, 60)
    add("small", 20, 59)

    assert (state_of("shop"), state_of("small")) == (State.SILENT, State.FINE)
    add("shop", 3, 1)
    assert state_of("shop") is State.FINE


def test_costs_the_same_with_more_keys(count_queries: Callable[[Callable[[], Any]], int]) -> None:
    key("shop")
    add("shop", 1)
    few = count_queries(shown)
    for number in range(20):
        key(f"key {number}")
        add(f"key {number}", 2, 3)

    assert count_queries(shown) == few
    assert few <= 6


def test_forgets_old_minutes() -> None:
    add("shop", 10)
    add("shop", 20)

    assert channel_minutes.prune(before=NOW - timedelta(minutes=15)) == 1
    assert channel_minutes.prune(before=NOW - timedelta(minutes=15)) == 0
    assert ChannelMinute.objects.count() == 1
