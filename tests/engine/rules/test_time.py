"""Rules about the time of redemption, in project time, on days when the clock changes. Contract: 11.3, 12."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import rules
from engine.reasons import ReasonKey
from engine.rules.errors import RuleSyntaxError
from tests.engine.rules.building import gap, holds, refusal, rule, rule_set, situation

NAME = "redemption.date"
WARSAW, NEW_YORK, LORD_HOWE = "Europe/Warsaw", "America/New_York", "Australia/Lord_Howe"


def at(text: str, zone: str = WARSAW) -> Any:
    return situation(None, now=datetime.fromisoformat(text), zone=zone)


@pytest.mark.parametrize("name", [NAME, "redemption_date", "redemption.time", "redemption_time", "now"])
def test_names_of_now(name: str) -> None:
    assert rule_set(rule(name, {"$dow": [3]})).rules[0].name == NAME


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        # 2026-11-25T08:00Z is Wednesday 09:00 in Warsaw
        ({"$dow": [3]}, True),
        ({"$dow": [0, 1, 2, 4, 5, 6]}, False),
        ({"$after": ["2026-11-24"]}, True),
        ({"$after": ["2026-11-25"]}, False),
        ({"$after": ["2026-11-25T08:59:59"]}, True),
        ({"$after": ["2026-11-25T08:00:00Z"]}, False),
        ({"$before": ["2026-11-26"]}, True),
        ({"$before": ["2026-11-25"]}, False),
        ({"$before": ["2026-11-25T08:00:01Z"]}, True),
        ({"$more_than_or_equal": ["2026-11-25"]}, True),
        ({"$less_than_or_equal": ["2026-11-25"]}, True),
        ({"$less_than": ["2026-11-25"]}, False),
        ({"$is": ["2026-11-25"]}, True),
        ({"$is_not": ["2026-11-25"]}, False),
        ({"$in": ["2026-11-24", "2026-11-25"]}, True),
        ({"$not_in": ["2026-11-24", "2026-11-25"]}, False),
        ({"$timeframe_absolute": ["2026-11-25/2026-11-25"]}, True),
        ({"$timeframe_absolute": ["2026-11-24", "2026-11-25"]}, True),
        ({"$timeframe_absolute": ["2026-11-24/2026-11-25T08:00:00Z"]}, False),
        ({"$timeframe_absolute": ["2026-11-25T08:00:00Z/.."]}, True),
        ({"$timeframe_absolute": ["../2026-11-24"]}, False),
        ({"$timeframe_absolute": ["2026-01-01/2026-01-02", "2026-11-25/2026-11-26"]}, True),
        ({"$timeframe_daily_hours": ["09:00-11:00"]}, True),
        ({"$timeframe_daily_hours": ["07:00-09:00"]}, False),
        ({"$timeframe_daily_hours": ["07:00-08:00", "08:30-"]}, True),
        ({"$timeframe_daily_hours": ["09:00", "11:00"]}, True),
        ({"$timeframe_daily_hours": ["09:00-24:00"]}, True),
        ({"$timeframe": ["2026-11-23", "P2D", "P1D"]}, True),
        ({"$timeframe": ["2026-11-24", "P2D", "P1D"]}, False),
        ({"$timeframe": ["2026-11-26", "P2D", "P1D"]}, False),
        ({"$timeframe": ["2026-11-25T08:30", "PT1H", "PT31M"]}, True),
        ({"$timeframe": ["2026-11-25T08:30", "PT1H", "PT30M"]}, False),
        ({"$dow": [3], "$timeframe_daily_hours": ["10:00-11:00"]}, False),
    ],
)
def test_a_wednesday_morning(conditions: dict[str, Any], expected: bool) -> None:
    assert holds(NAME, conditions, at("2026-11-25T08:00:00Z")) is expected


@pytest.mark.parametrize(
    ("zone", "instant", "conditions", "expected"),
    [
        # Warsaw 29 March 2026: 02:00 -> 03:00; 25 October: 03:00 -> 02:00
        (WARSAW, "2026-03-28T22:59:59Z", {"$dow": [0]}, False),
        (WARSAW, "2026-03-28T23:00:00Z", {"$dow": [0]}, True),
        (WARSAW, "2026-03-29T21:59:59Z", {"$dow": [0]}, True),
        (WARSAW, "2026-03-29T22:00:00Z", {"$dow": [0]}, False),
        (WARSAW, "2026-03-29T00:59:59Z", {"$timeframe_daily_hours": ["02:00-03:00"]}, False),
        (WARSAW, "2026-03-29T01:00:00Z", {"$timeframe_daily_hours": ["02:00-03:00"]}, False),
        (WARSAW, "2026-03-29T01:00:00Z", {"$timeframe_daily_hours": ["03:00-04:00"]}, True),
        (WARSAW, "2026-10-25T00:30:00Z", {"$timeframe_daily_hours": ["02:00-03:00"]}, True),
        (WARSAW, "2026-10-25T01:30:00Z", {"$timeframe_daily_hours": ["02:00-03:00"]}, True),
        (WARSAW, "2026-10-25T02:00:00Z", {"$timeframe_daily_hours": ["02:00-03:00"]}, False),
        (WARSAW, "2026-10-25T22:59:59Z", {"$is": ["2026-10-25"]}, True),
        (WARSAW, "2026-10-25T23:00:00Z", {"$is": ["2026-10-25"]}, False),
        (WARSAW, "2026-03-29T07:00:00Z", {"$timeframe": ["2026-03-28T09:00", "P1D", "PT1H"]}, True),
        (WARSAW, "2026-03-29T08:00:00Z", {"$timeframe": ["2026-03-28T09:00", "P1D", "PT1H"]}, False),
        # New York 8 March 2026: 02:00 -> 03:00; 1 November: 02:00 -> 01:00
        (NEW_YORK, "2026-03-08T04:59:59Z", {"$dow": [0]}, False),
        (NEW_YORK, "2026-03-08T05:00:00Z", {"$dow": [0]}, True),
        (NEW_YORK, "2026-03-09T03:59:59Z", {"$dow": [0]}, True),
        (NEW_YORK, "2026-03-09T04:00:00Z", {"$dow": [0]}, False),
        (NEW_YORK, "2026-11-01T05:30:00Z", {"$timeframe_daily_hours": ["01:00-02:00"]}, True),
        (NEW_YORK, "2026-11-01T06:30:00Z", {"$timeframe_daily_hours": ["01:00-02:00"]}, True),
        (NEW_YORK, "2026-11-01T07:00:00Z", {"$timeframe_daily_hours": ["01:00-02:00"]}, False),
        (NEW_YORK, "2026-11-02T04:59:59Z", {"$timeframe_absolute": ["2026-11-01/2026-11-01"]}, True),
        (NEW_YORK, "2026-11-02T05:00:00Z", {"$timeframe_absolute": ["2026-11-01/2026-11-01"]}, False),
        # Lord Howe 4 October 2026: 02:00 -> 02:30; 5 April: 02:00 -> 01:30, half an hour only
        (LORD_HOWE, "2026-10-03T15:29:59Z", {"$timeframe_daily_hours": ["02:00-02:30"]}, False),
        (LORD_HOWE, "2026-10-03T15:30:00Z", {"$timeframe_daily_hours": ["02:00-02:30"]}, False),
        (LORD_HOWE, "2026-10-03T15:30:00Z", {"$timeframe_daily_hours": ["02:30-03:00"]}, True),
        (LORD_HOWE, "2026-04-04T14:45:00Z", {"$timeframe_daily_hours": ["01:30-02:00"]}, True),
        (LORD_HOWE, "2026-04-04T15:15:00Z", {"$timeframe_daily_hours": ["01:30-02:00"]}, True),
        (LORD_HOWE, "2026-04-04T15:30:00Z", {"$timeframe_daily_hours": ["01:30-02:00"]}, False),
        (LORD_HOWE, "2026-04-05T13:29:59Z", {"$dow": [0]}, True),
        (LORD_HOWE, "2026-04-05T13:30:00Z", {"$dow": [0]}, False),
    ],
)
def test_when_the_clock_changes(zone: str, instant: str, conditions: dict[str, Any], expected: bool) -> None:
    assert holds(NAME, conditions, at(instant, zone)) is expected


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({"$dow": [5], "$timeframe_daily_hours": ["09:00-11:00"]}, "2026-11-27T09:00:00+01:00"),
        ({"$dow": [3], "$timeframe_daily_hours": ["07:00-08:00"]}, "2026-12-02T07:00:00+01:00"),
        ({"$after": ["2026-11-25"]}, "2026-11-26T00:00:00+01:00"),
        ({"$after": ["2026-11-25T10:00"], "$dow": [4]}, "2026-11-26T00:00:00+01:00"),
        ({"$more_than_or_equal": ["2026-12-24"]}, "2026-12-24T00:00:00+01:00"),
        ({"$timeframe_absolute": ["2026-11-27/2026-11-30"], "$dow": [0]}, "2026-11-29T00:00:00+01:00"),
        (
            {"$timeframe_absolute": ["2026-12-01/2026-12-02", "2026-11-30/2026-11-30"]},
            "2026-11-30T00:00:00+01:00",
        ),
        ({"$is": ["2026-12-06"], "$timeframe_daily_hours": ["18:00-20:00"]}, "2026-12-06T18:00:00+01:00"),
        ({"$timeframe": ["2026-11-24", "P7D", "P1D"]}, "2026-12-01T00:00:00+01:00"),
        (
            {"$timeframe": ["2026-11-24", "P7D", "P1D"], "$timeframe_daily_hours": ["10:00-"]},
            "2026-12-01T10:00:00+01:00",
        ),
    ],
)
def test_says_from_when(conditions: dict[str, Any], expected: str) -> None:
    found = gap(NAME, conditions, at("2026-11-25T08:00:00Z"))

    assert found == {"kind": "from", "at": expected, "since": "2026-11-25T09:00:00+01:00"}
    assert holds(NAME, conditions, at(expected)) is True
    before = datetime.fromisoformat(expected) - timedelta(microseconds=1)
    assert holds(NAME, conditions, at(before.isoformat())) is False


@pytest.mark.parametrize(
    "conditions",
    [
        {"$before": ["2026-11-25"]},
        {"$is": ["2026-11-24"]},
        {"$timeframe_absolute": ["2026-11-27/2026-11-27"], "$dow": [6]},
        {"$after": ["2026-11-27"], "$before": ["2026-11-28"]},
        {"$is_not": ["2026-11-25"]},
    ],
)
def test_says_nothing_where_it_cannot_tell(conditions: dict[str, Any]) -> None:
    assert gap(NAME, conditions, at("2026-11-25T08:00:00Z")) == {}
    assert refusal(NAME, conditions, at("2026-11-25T08:00:00Z")).remedy is None


def test_texts() -> None:
    reason = refusal(
        NAME, {"$dow": [5], "$timeframe_daily_hours": ["09:00-11:00"]}, at("2026-11-25T08:00:00Z")
    )

    assert reason.key is ReasonKey.REDEMPTION_RULES
    assert reason.remedy == "Works from Friday 27 November 09:00"
    assert (reason.details or "").endswith(
        "time of redemption must be on Friday and be at 09:00-11:00; it is Wednesday 25 November 09:00"
    )
    later = refusal(NAME, {"$after": ["2027-01-31"]}, at("2026-11-25T08:00:00Z"))
    assert later.remedy == "Works from Monday 1 February 2027 00:00"


@pytest.mark.parametrize(
    "conditions",
    [
        {"$dow": [7]},
        {"$dow": [-1]},
        {"$dow": ["Monday"]},
        {"$dow": [True]},
        {"$dow": []},
        {"$timeframe_daily_hours": ["9:00-11:00"]},
        {"$timeframe_daily_hours": ["22:00-02:00"]},
        {"$timeframe_daily_hours": ["09:00-25:00"]},
        {"$timeframe_daily_hours": ["09:00"]},
        {"$timeframe_daily_hours": [9]},
        {"$timeframe_absolute": ["2026-11-27"]},
        {"$timeframe_absolute": ["2026-11-27/2026-11-26"]},
        {"$timeframe_absolute": ["x/y"]},
        {"$timeframe": ["2026-11-24", "P7D"]},
        {"$timeframe": ["2026-11-24", "P0D", "P1D"]},
        {"$timeframe": ["soon", "P7D", "P1D"]},
        {"$after": ["soon"]},
        {"$after": [5]},
        {"$is": ["today"]},
        {"$more_than_ago": [5]},
    ],
)
def test_refuses_windows_that_are_none(conditions: dict[str, Any]) -> None:
    with pytest.raises(RuleSyntaxError):
        rule_set(rule(NAME, conditions))


moments = st.integers(0, 366 * 24 * 4).map(
    lambda quarter: datetime.fromisoformat("2026-01-01T00:00:00Z") + timedelta(minutes=15 * quarter)
)
weekdays = st.lists(st.integers(0, 6), min_size=1, max_size=3)
hours = st.tuples(st.integers(0, 22), st.integers(1, 23)).filter(lambda pair: pair[0] < pair[1])


@given(moments, weekdays, hours, st.sampled_from([WARSAW, NEW_YORK, LORD_HOWE]))
def test_weekdays_and_hours_are_those_of_the_wall_clock(
    now: datetime, days: list[int], pair: tuple[int, int], zone: str
) -> None:
    conditions = {"$dow": days, "$timeframe_daily_hours": [f"{pair[0]:02}:00-{pair[1]:02}:00"]}
    local = now.astimezone(ZoneInfo(zone))

    here = situation(None, now=now, zone=zone)
    expected = local.isoweekday() % 7 in days and pair[0] <= local.hour < pair[1]
    assert holds(NAME, conditions, here) is expected
    if not expected:
        opens = gap(NAME, conditions, here)["at"]
        assert rules.holds(rule_set(rule(NAME, conditions)), at(opens, zone)) is True
        assert datetime.fromisoformat(opens) > now
