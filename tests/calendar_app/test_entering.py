"""What a change brings into closed dates: only what is new, and only when it is open."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from calendar_app.closures import Closure, Forbids
from calendar_app.entering import entries, without
from engine.durations import Duration
from engine.validity import Timeframe, Validity
from promotions.launch_guards import Offer
from tests.calendar_app.test_closures import at, closure

NOW = at("2026-12-01")


def offer(starts: str = "", ends: str = "", *, key: str = "campaign:1", **limits: Any) -> Offer:
    places = limits.pop("places", frozenset())
    category = limits.pop("category", None)
    validity = Validity(
        starts_at=at(starts) if starts else None, ends_at=at(ends) if ends else None, **limits
    )
    return Offer(
        key=key,
        name="Spring",
        validity=validity,
        places=places,
        category=category,
        campaign_type="DISCOUNT_COUPONS",
    )


def spans_of(before: list[Offer], after: list[Offer], one: Closure, **more: Any) -> list[tuple[str, str]]:
    found = entries([one], before, after, now=NOW, zone=UTC, **more)
    return [
        (start.isoformat()[:16], end.isoformat()[:16]) for entry in found for start, end in entry.spans if end
    ]


CHRISTMAS = closure(zone=UTC)


def test_a_launch_over_closed_dates_enters_them() -> None:
    assert spans_of([], [offer("2026-12-20", "2026-12-25")], CHRISTMAS) == [
        ("2026-12-24T00:00", "2026-12-25T00:00")
    ]


def test_what_ends_when_it_closes_or_begins_when_it_opens_does_not() -> None:
    assert spans_of([], [offer("2026-12-01", "2026-12-24")], CHRISTMAS) == []
    assert spans_of([], [offer("2026-12-27")], CHRISTMAS) == []


def test_windows_count_not_only_dates() -> None:
    """Christmas 2026 is Thursday to Saturday: what is only open on Mondays does not meet it."""
    assert spans_of([], [offer("2026-12-01", "2027-01-31", days_of_week=(1,))], CHRISTMAS) == []
    assert spans_of([], [offer("2026-12-01", "2027-01-31", days_of_week=(6,))], CHRISTMAS) == [
        ("2026-12-26T00:00", "2026-12-27T00:00")
    ]
    frame = Timeframe(interval=Duration.parse("P7D"), duration=Duration.parse("PT4H"))
    assert spans_of([], [offer("2026-12-04", timeframe=frame)], CHRISTMAS) == [
        ("2026-12-25T00:00", "2026-12-25T04:00")
    ]


def test_what_was_on_then_anyway_enters_nothing() -> None:
    """A blackout that was made later stops nothing; a change that makes it no worse goes through."""
    was = offer("2026-11-01", "2026-12-31")

    assert spans_of([was], [offer("2026-11-01", "2026-12-25")], CHRISTMAS) == []
    assert spans_of([offer("2026-11-01", "2026-12-25")], [was], CHRISTMAS) == [
        ("2026-12-25T00:00", "2026-12-27T00:00")
    ]


def test_coming_into_its_scope_enters_it() -> None:
    of_shoes = closure(zone=UTC, categories=frozenset({"cat_shoes"}))
    dates = ("2026-12-01", "2026-12-31")

    assert spans_of([offer(*dates)], [offer(*dates)], of_shoes) == []
    assert len(spans_of([offer(*dates)], [offer(*dates, category="cat_shoes")], of_shoes)) == 1


def test_without_an_end_it_enters_what_comes_every_year() -> None:
    yearly = closure("2026-06-01", "2026-06-02", zone=UTC, is_yearly=True)

    found = spans_of([], [offer("2026-12-01")], yearly)

    assert [start for start, _ in found] == ["2027-06-01T00:00", "2028-06-01T00:00", "2029-06-01T00:00"]


def test_however_far_ahead_it_lies() -> None:
    assert spans_of(
        [], [offer("2036-12-01", "2037-01-01")], closure("2036-12-24", "2036-12-24", zone=UTC)
    ) == [("2036-12-24T00:00", "2036-12-25T00:00")]
    yearly = closure("2026-12-24", "2026-12-24", zone=UTC, is_yearly=True)
    assert spans_of([], [offer("2036-12-01", "2037-01-01")], yearly) == [
        ("2036-12-24T00:00", "2036-12-25T00:00")
    ]


def test_where_nothing_may_begin_what_runs_goes_on() -> None:
    freeze = closure(zone=UTC, forbids=Forbids.BEGIN)

    assert spans_of([], [offer("2026-12-10", "2026-12-31")], freeze) == []
    assert spans_of([], [offer("2026-12-25", "2026-12-31")], freeze) == [
        ("2026-12-25T00:00", "2026-12-25T00:00")
    ]
    # Its end moves, or it runs already: that begins nothing.
    was = offer("2026-12-25", "2026-12-31")
    assert spans_of([was], [offer("2026-12-25", "2027-01-31")], freeze) == []
    assert spans_of([offer("2026-11-01")], [offer("2026-11-02")], freeze) == []


def test_where_nothing_may_begin_the_first_window_counts() -> None:
    freeze = closure(zone=UTC, forbids=Forbids.BEGIN)

    # From Monday the 21st, but open on Fridays only.
    assert len(spans_of([], [offer("2026-12-21", days_of_week=(5,))], freeze)) == 1


def test_what_resumes_enters_only_what_is_closed_now() -> None:
    running = offer("2026-11-01", "2027-01-31")
    today = closure("2026-12-01", "2026-12-01", zone=UTC)

    assert spans_of([], [running], CHRISTMAS, resumes=True) == []
    assert len(spans_of([], [running], today, resumes=True)) == 1


def test_hard_ones_are_named_first() -> None:
    soft = closure("2026-12-02", "2026-12-02", zone=UTC, is_hard=False, id="blk_soft")

    found = entries([soft, CHRISTMAS], [], [offer("2026-12-01", "2026-12-31")], now=NOW, zone=UTC)

    assert [entry.closure.id for entry in found] == ["blk_1", "blk_soft"]


HOURS = st.integers(0, 48)
SPANS = st.lists(st.tuples(HOURS, HOURS), max_size=5)


def hours(pairs: list[tuple[int, int]]) -> set[int]:
    return {hour for start, end in pairs for hour in range(start, end)}


def stretches(within: set[int]) -> tuple[tuple[datetime, datetime], ...]:
    found: list[list[int]] = []
    for hour in sorted(within):
        if found and found[-1][1] == hour:
            found[-1][1] = hour + 1
        else:
            found.append([hour, hour + 1])
    return tuple((NOW + timedelta(hours=start), NOW + timedelta(hours=end)) for start, end in found)


@given(SPANS, SPANS)
def test_without_is_the_difference_of_sets(
    some: list[tuple[int, int]], others: list[tuple[int, int]]
) -> None:
    found = without(stretches(hours(some)), stretches(hours(others)))

    left = {
        int((start - NOW) / timedelta(hours=1)) + step
        for start, end in found
        if end is not None
        for step in range(int((end - start) / timedelta(hours=1)))
    }
    assert left == hours(some) - hours(others)
    assert all(start < end for start, end in found if end is not None)
