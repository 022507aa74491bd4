from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from demo_store.journey.clock import LOCAL, Shift, local_date, shift_to


def test_an_evening_purchase_belongs_to_the_local_day():
    assert local_date(datetime(2018, 1, 1, 4, 1, 20, tzinfo=UTC)) == date(2017, 12, 31)
    assert local_date(datetime(2018, 1, 1, 5, 0, 0, tzinfo=UTC)) == date(2018, 1, 1)


def test_no_shift_keeps_the_instant():
    at = datetime(2017, 7, 1, 12, 30, tzinfo=UTC)

    assert Shift().instant(at) == at


def test_a_shift_keeps_weekday_and_wall_clock_across_daylight_saving():
    summer = datetime(2017, 7, 1, 12, 30, tzinfo=UTC)

    moved = Shift(weeks=26).instant(summer)

    assert moved == datetime(2017, 12, 30, 13, 30, tzinfo=UTC)
    assert moved.astimezone(LOCAL).time() == summer.astimezone(LOCAL).time()
    assert moved.astimezone(LOCAL).weekday() == summer.astimezone(LOCAL).weekday()


def test_days_start_at_local_midnight():
    assert Shift().day_start(date(2017, 3, 12)) == datetime(2017, 3, 12, 5, tzinfo=UTC)
    assert Shift().day_start(date(2017, 3, 13)) == datetime(2017, 3, 13, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "last_day"),
    [
        (datetime(2026, 11, 24, 21, 0, tzinfo=UTC), date(2026, 11, 22)),
        (datetime(2026, 11, 23, 12, 0, tzinfo=UTC), date(2026, 11, 22)),
        (datetime(2026, 11, 22, 12, 0, tzinfo=UTC), date(2026, 11, 15)),
        (datetime(2026, 11, 29, 2, 0, tzinfo=UTC), date(2026, 11, 22)),
    ],
)
def test_the_last_day_becomes_the_latest_sunday_that_is_over(now: datetime, last_day: date):
    shift = shift_to(now)

    assert shift.day(date(2017, 12, 31)) == last_day
    assert shift.instant(datetime(2018, 1, 1, 4, 59, 59, tzinfo=UTC)) < now


def test_shifted_instants_never_reach_the_future_on_any_day_of_a_year():
    start = datetime(2026, 1, 1, 0, 30, tzinfo=UTC)

    for hours in range(0, 366 * 24, 7):
        now = start + timedelta(hours=hours)
        gap = local_date(now) - shift_to(now).day(date(2017, 12, 31))
        assert timedelta(days=1) <= gap <= timedelta(days=7)
