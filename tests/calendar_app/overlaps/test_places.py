"""Where items meet: areas, stores, and whose clock counts."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest

from calendar_app.overlaps import Item, between, sentence
from engine import DailyHours, Validity
from tests.calendar_app.overlaps.made import day, item, spots, world

BERLIN, STORES, MITTE, TOKYO = "area:ar_b", "stores:ar_b", "store:ars_m@ar_b", "area:ar_t"


def at(number: int, *places: str, validity: Validity | None = None) -> Item:
    return item(number, places=frozenset(places), validity=validity)


@pytest.mark.parametrize(
    ("left", "right", "spot"),
    [
        ((), (), ""),
        ((), (TOKYO,), "Tokyo"),
        ((BERLIN,), (MITTE,), "Mitte"),
        ((BERLIN,), (STORES,), "Mitte"),
        ((BERLIN, TOKYO), (TOKYO,), "Tokyo"),
    ],
)
def test_they_meet_in_a_common_place(left: tuple[str, ...], right: tuple[str, ...], spot: str) -> None:
    (found,) = between([at(1, *left)], [at(2, *right)], world(spots=spots()))

    assert found.spot == spot
    assert (f" in {spot}" in sentence(found)) == bool(spot)


@pytest.mark.parametrize(("left", "right"), [((BERLIN,), (TOKYO,)), ((MITTE,), (TOKYO,))])
def test_without_a_common_place_they_never_meet(left: tuple[str, ...], right: tuple[str, ...]) -> None:
    assert between([at(1, *left)], [at(2, *right)], world(spots=spots())) == []


def hours(first: int, last: int) -> Validity:
    daily = DailyHours(days_of_week=tuple(range(7)), start_time=time(first), expiration_time=time(last))
    return Validity(daily_hours=(daily,))


def test_hours_are_those_of_the_clock_on_the_wall() -> None:
    around = world(spots=spots())

    (found,) = between([at(1, TOKYO, validity=hours(8, 12))], [at(2, validity=hours(10, 20))], around)

    assert found.zone == "Asia/Tokyo"
    # Ten in Tokyo is one in the night in UTC.
    assert found.first_at == datetime(2026, 3, 1, 1, tzinfo=UTC)
    assert " on Sun 1 Mar 10:00–12:00 and 30 more times" in sentence(found)
    assert between([at(1, TOKYO, validity=hours(8, 10))], [at(2, validity=hours(10, 20))], around) == []


def test_dates_mean_the_same_day_in_every_place() -> None:
    """The one ends in Tokyo before it does so in UTC, and so does what comes after it."""
    first = item(1, ends_at=day(10), places=frozenset({TOKYO}))
    after = item(2, starts_at=day(10))

    assert between([first], [after], world(spots=spots())) == []
    (found,) = between([first], [item(2, starts_at=day(9))], world(spots=spots()))
    assert found.spans == ((datetime(2026, 3, 8, 15, tzinfo=UTC), datetime(2026, 3, 9, 15, tzinfo=UTC)),)


def test_hours_of_two_days_do_not_meet() -> None:
    mondays = Validity(days_of_week=(1,))
    tuesdays = Validity(days_of_week=(2,))

    assert between([item(1, validity=mondays)], [item(2, validity=tuesdays)], world()) == []
