from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promotions.budget_forecast import Forecast, Outlook, actual_by_day, forecast, plan_by_day

TODAY = date(2026, 3, 10)  # a Tuesday
SATURDAY_DIP = [100, 100, 100, 100, 100, 0, 0]


def day(number: int, month: int = 3) -> date:
    return date(2026, month, number)


def weeks(number: int, monday_to_sunday: Sequence[int]) -> list[int]:
    """Whole weeks up to yesterday, a Monday: they begin on a Tuesday."""
    return (list(monday_to_sunday[1:]) + list(monday_to_sunday[:1])) * number


@pytest.mark.parametrize(
    ("case", "outlook", "runs_out_on"),
    [
        # An average of 100 a day; today counts whole as long as nothing was spent.
        ({"spent": [100] * 3, "left": 100}, Outlook.RUNS_OUT, day(10)),
        ({"spent": [100] * 3, "left": 101}, Outlook.RUNS_OUT, day(11)),
        ({"spent": [100] * 3, "left": 300}, Outlook.RUNS_OUT, day(12)),
        ({"spent": [50, 150, 100], "left": 300}, Outlook.RUNS_OUT, day(12)),
        ({"spent": [100] * 3, "left": 100, "spent_today": 60}, Outlook.RUNS_OUT, day(11)),
        ({"spent": [100] * 3, "left": 40, "spent_today": 60}, Outlook.RUNS_OUT, day(10)),
        ({"spent": [100] * 3, "left": 100, "spent_today": 500}, Outlook.RUNS_OUT, day(11)),
        # Too little to say anything: days before the first spending are no data.
        ({"spent": [], "left": 100}, Outlook.UNKNOWN, None),
        ({"spent": [100, 100], "left": 100}, Outlook.UNKNOWN, None),
        ({"spent": [0] * 20 + [100, 100], "left": 100}, Outlook.UNKNOWN, None),
        ({"spent": [0] * 20, "left": 100}, Outlook.UNKNOWN, None),
        ({"spent": [0, 100, 100, 100], "left": 200}, Outlook.RUNS_OUT, day(11)),
        ({"spent": [100, 0, 0], "left": 100}, Outlook.RUNS_OUT, day(12)),
        # Used up is used up, whatever is known.
        ({"spent": [], "left": 0}, Outlook.EXHAUSTED, None),
        ({"spent": [100] * 9, "left": 0}, Outlook.EXHAUSTED, None),
        # The end of the period or of the plan.
        ({"spent": [100] * 3, "left": 300, "until": day(12)}, Outlook.RUNS_OUT, day(12)),
        ({"spent": [100] * 3, "left": 301, "until": day(12)}, Outlook.LASTS, None),
        ({"spent": [100] * 3, "left": 101, "until": day(10)}, Outlook.LASTS, None),
        ({"spent": [100] * 3, "left": 100, "until": day(10)}, Outlook.RUNS_OUT, day(10)),
        ({"spent": [100] * 3, "left": 300, "until": day(1)}, Outlook.RUNS_OUT, day(12)),
        ({"spent": [1] * 3, "left": 5 * 365 + 1}, Outlook.RUNS_OUT, TODAY + timedelta(days=5 * 365)),
        ({"spent": [1] * 3, "left": 5 * 365 + 2}, Outlook.LASTS, None),
        ({"spent": [1] * 3, "left": 10**15}, Outlook.LASTS, None),
        # Two weeks or more: every weekday as it was. Nobody spends on Saturday and Sunday.
        ({"spent": weeks(2, SATURDAY_DIP), "left": 400}, Outlook.RUNS_OUT, day(13)),
        ({"spent": weeks(2, SATURDAY_DIP), "left": 401}, Outlook.RUNS_OUT, day(16)),
        ({"spent": weeks(2, SATURDAY_DIP), "left": 1_400}, Outlook.RUNS_OUT, day(27)),
        ({"spent": weeks(4, SATURDAY_DIP), "left": 1_401}, Outlook.RUNS_OUT, day(30)),
        # Below two weeks the average holds for all days: 800 in 13 days.
        ({"spent": weeks(2, SATURDAY_DIP)[1:], "left": 401}, Outlook.RUNS_OUT, day(15)),
        # Only the last four weeks count.
        ({"spent": [9_000] * 7 + weeks(4, [100] * 7), "left": 300}, Outlook.RUNS_OUT, day(12)),
    ],
)
def test_forecast(case: dict[str, Any], outlook: Outlook, runs_out_on: date | None) -> None:
    found = forecast(today=TODAY, **case)

    assert (found.outlook, found.runs_out_on) == (outlook, runs_out_on)


def test_says_what_a_day_takes_exactly() -> None:
    assert forecast(spent=[100, 0, 0], today=TODAY, left=1).per_day == Fraction(100, 3)
    assert forecast(spent=[1, 1], today=TODAY, left=1) == Forecast(outlook=Outlook.UNKNOWN)


AMOUNTS = st.integers(0, 500)
HISTORIES = st.lists(AMOUNTS, min_size=2, max_size=40).map(lambda days: [1, *days])
UNTIL = st.none() | st.integers(-3, 90).map(lambda ahead: TODAY + timedelta(days=ahead))


def rank(found: Forecast) -> int:
    """Later is higher; what lasts is highest."""
    match found.outlook:
        case Outlook.EXHAUSTED:
            return 0
        case Outlook.RUNS_OUT:
            assert found.runs_out_on is not None
            return found.runs_out_on.toordinal()
    return 10**9


@given(spent=HISTORIES, left=st.integers(0, 60_000), more=st.integers(0, 5_000), until=UNTIL, today=AMOUNTS)
def test_more_left_never_ends_earlier(
    spent: list[int], left: int, more: int, until: date | None, today: int
) -> None:
    less = forecast(spent=spent, today=TODAY, spent_today=today, left=left, until=until)
    lots = forecast(spent=spent, today=TODAY, spent_today=today, left=left + more, until=until)

    assert rank(less) <= rank(lots)


@given(spent=HISTORIES, where=st.integers(0, 1_000), more=AMOUNTS, left=st.integers(0, 60_000), until=UNTIL)
def test_more_spending_never_ends_later(
    spent: list[int], where: int, more: int, left: int, until: date | None
) -> None:
    heavier = list(spent)
    heavier[where % len(spent)] += more
    # What counts must be the same days in both.
    spent, heavier = spent[-28:], heavier[-28:]
    spent[0] = heavier[0] = max(1, heavier[0])

    calm = forecast(spent=spent, today=TODAY, left=left, until=until)
    busy = forecast(spent=heavier, today=TODAY, left=left, until=until)

    assert rank(busy) <= rank(calm)


@given(spent=HISTORIES, left=st.integers(1, 20_000), today=AMOUNTS)
def test_is_what_counting_day_by_day_gives(spent: list[int], left: int, today: int) -> None:
    found = forecast(spent=spent, today=TODAY, spent_today=today, left=left)

    days = spent[-28:]
    if len(days) < 14:
        mean = {weekday: Fraction(sum(days), len(days)) for weekday in range(7)}
    else:
        seen: dict[int, list[int]] = {}
        for ago, amount in enumerate(reversed(days), 1):
            seen.setdefault((TODAY - timedelta(days=ago)).weekday(), []).append(amount)
        mean = {weekday: Fraction(sum(amounts), len(amounts)) for weekday, amounts in seen.items()}
    rest, at = Fraction(left) - max(0, mean[TODAY.weekday()] - today), TODAY
    while rest > 0 and at < TODAY + timedelta(days=5 * 365):
        at += timedelta(days=1)
        rest -= mean[at.weekday()]
    assert found.runs_out_on == (at if rest <= 0 else None)


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        ({"first": day(1), "last": day(4), "total": 10, "months": {}}, [2, 5, 7, 10]),
        ({"first": day(1), "last": day(1), "total": 7, "months": {}}, [7]),
        ({"first": day(1), "last": day(3), "total": 0, "months": {}}, [0, 0, 0]),
        ({"first": day(1), "last": day(3), "total": None, "months": {}}, None),
        # A month's amount belongs to its days within the plan.
        (
            {"first": day(30), "last": day(2, 4), "total": 99, "months": {day(1): 10, day(1, 4): 5}},
            [5, 10, 12, 15],
        ),
        ({"first": day(30), "last": day(1, 4), "total": None, "months": {day(1, 4): 5}}, [0, 0, 5]),
    ],
)
def test_plan_by_day(plan: dict[str, Any], expected: list[int] | None) -> None:
    assert plan_by_day(**plan) == expected


@given(
    total=st.integers(0, 10**15),
    length=st.integers(1, 800),
    amounts=st.lists(st.integers(0, 10**12), min_size=27, max_size=27),
    has_months=st.booleans(),
)
def test_a_plan_grows_and_ends_with_the_whole(
    total: int, length: int, amounts: list[int], has_months: bool
) -> None:
    last = TODAY + timedelta(days=length - 1)
    months = {date(2026 + n // 12, n % 12 + 1, 1): amount for n, amount in enumerate(amounts, start=2)}
    within = {month: amount for month, amount in months.items() if day(1) <= month <= last}

    planned = plan_by_day(first=TODAY, last=last, total=total, months=months if has_months else {})

    assert planned is not None
    assert len(planned) == length
    assert planned == sorted(planned)
    assert planned[0] >= 0
    assert planned[-1] == (sum(within.values()) if has_months else total)


def test_actual_by_day_adds_up() -> None:
    spent = {day(2): 30, day(4): 12, day(9): 1}

    assert actual_by_day(first=day(1), last=day(4), before=100, spent=spent) == [100, 130, 130, 142]
