from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from engine.durations import Duration
from engine.validity import DailyHours, Timeframe, Validity, effective

JANUARY = datetime(2026, 1, 1, tzinfo=UTC)
JUNE = datetime(2026, 6, 1, tzinfo=UTC)
JULY = datetime(2026, 7, 1, tzinfo=UTC)
WARSAW = ZoneInfo("Europe/Warsaw")
CAMPAIGN = Validity(
    starts_at=JANUARY,
    ends_at=JUNE,
    timeframe=Timeframe(interval=Duration(days=2), duration=Duration(days=1)),
    days_of_week=(1, 2),
    daily_hours=(DailyHours(days_of_week=(1,), start_time=time(9)),),
    activity_duration=Duration(days=10),
)


def counts(own: Validity, parent: Validity | None, published_at: datetime | None = None) -> Validity:
    return effective(own=own, parent=parent, published_at=published_at, zone=WARSAW)


def test_without_own_limits_those_of_the_campaign_hold() -> None:
    assert counts(Validity(), CAMPAIGN) == CAMPAIGN


def test_without_a_campaign_the_own_limits_hold() -> None:
    assert counts(Validity(ends_at=JUNE), None) == Validity(ends_at=JUNE)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("starts_at", JUNE),
        ("ends_at", JULY),
        ("timeframe", Timeframe(interval=Duration(days=7), duration=Duration(days=2))),
        ("days_of_week", (0,)),
        ("days_of_week", ()),
        ("daily_hours", (DailyHours(days_of_week=(3,), start_time=time(1)),)),
        ("activity_duration", Duration(days=1)),
    ],
)
def test_one_own_field_beats_only_its_twin(field: str, value: object) -> None:
    own = replace(Validity(), **{field: value})

    assert counts(own, CAMPAIGN) == replace(CAMPAIGN, **{field: value})


def test_time_from_publication_reaches_beyond_the_end_of_the_campaign() -> None:
    found = counts(Validity(), CAMPAIGN, published_at=datetime(2026, 5, 30, 12, tzinfo=UTC))

    assert found.ends_at == datetime(2026, 6, 9, 12, tzinfo=UTC)


def test_time_from_publication_counts_calendar_days_of_the_project() -> None:
    found = counts(Validity(activity_duration=Duration(days=1)), None, datetime(2026, 3, 28, 12, tzinfo=UTC))

    assert found.ends_at == datetime(2026, 3, 29, 11, tzinfo=UTC)  # 13:00 in Warsaw on both days


def test_own_end_beats_time_from_publication() -> None:
    found = counts(Validity(ends_at=JULY), CAMPAIGN, published_at=JANUARY)

    assert found.ends_at == JULY


def test_before_publication_the_normal_end_holds() -> None:
    assert counts(Validity(), CAMPAIGN, published_at=None).ends_at == JUNE


@pytest.mark.parametrize("days", [(7,), (-1,), (0, 9)])
def test_refuses_days_that_no_week_has(days: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="days of the week"):
        Validity(days_of_week=days)
    with pytest.raises(ValueError, match="days of the week"):
        DailyHours(days_of_week=days, start_time=time(9))


@pytest.mark.parametrize("end", [time(9), time(8)])
def test_refuses_hours_that_do_not_end_after_they_start(end: time) -> None:
    with pytest.raises(ValueError, match="end after they start"):
        DailyHours(days_of_week=(1,), start_time=time(9), expiration_time=end)


@pytest.mark.parametrize("field", ["starts_at", "ends_at"])
def test_refuses_instants_without_offset(field: str) -> None:
    with pytest.raises(ValueError, match="UTC offset"):
        replace(Validity(), **{field: datetime(2026, 1, 1)})
