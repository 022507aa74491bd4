"""Blackouts as rules: what they count for, and when they are closed, in any year, by any clock."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from calendar_app.closures import Closure, closed_for, meets

BERLIN = ZoneInfo("Europe/Berlin")
NORTH, SOUTH = "ar_north", "ar_south"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def closure(first: str = "2026-12-24", last: str = "2026-12-26", **values: Any) -> Closure:
    usual: dict[str, Any] = {
        "id": "blk_1",
        "pk": 1,
        "name": "Stock-taking",
        "reason": "Nobody is there",
        "is_hard": True,
        "zone": BERLIN,
        "first_day": date.fromisoformat(first),
        "last_day": date.fromisoformat(last),
    }
    return Closure(**{**usual, **values})


def test_days_go_from_midnight_to_midnight_of_the_project() -> None:
    spans = closure().spans(at("2026-01-01"), at("2027-01-01"))

    assert spans == ((at("2026-12-23T23:00"), at("2026-12-26T23:00")),)


@pytest.mark.parametrize(
    ("day", "start", "end"),
    [
        ("2026-03-29", "2026-03-28T23:00", "2026-03-29T22:00"),
        ("2026-10-25", "2026-10-24T22:00", "2026-10-25T23:00"),
    ],
)
def test_a_day_is_as_long_as_the_clock_makes_it(day: str, start: str, end: str) -> None:
    assert closure(day, day).spans(at("2026-01-01"), at("2027-01-01")) == ((at(start), at(end)),)


def test_spans_are_cut_to_what_is_asked() -> None:
    asked = (at("2026-12-25T10:00"), at("2026-12-25T11:00"))

    assert closure().spans(*asked) == (asked,)
    assert closure().spans(at("2026-12-27"), at("2027-12-31")) == ()


def test_what_comes_every_year_comes_from_its_first_year_on() -> None:
    yearly = closure("2026-12-30", "2027-01-02", is_yearly=True, zone=UTC)

    spans = yearly.spans(at("2025-01-01"), at("2029-01-01"))

    assert spans == (
        (at("2026-12-30"), at("2027-01-03")),
        (at("2027-12-30"), at("2028-01-03")),
        (at("2028-12-30"), at("2029-01-01")),
    )
    assert yearly.spans(at("2028-01-01"), at("2028-01-02")) == ((at("2028-01-01"), at("2028-01-02")),)


def test_the_last_of_february_is_the_28th_where_there_is_no_29th() -> None:
    leap = closure("2028-02-29", "2028-02-29", is_yearly=True, zone=UTC)

    assert leap.spans(at("2028-01-01"), at("2030-01-01")) == (
        (at("2028-02-29"), at("2028-03-01")),
        (at("2029-02-28"), at("2029-03-01")),
    )


def test_instants_are_taken_as_they_are() -> None:
    exact = closure(
        first_day=None, last_day=None, starts_at=at("2026-05-01T08:00"), ends_at=at("2026-05-01T12:00")
    )

    assert exact.spans(at("2026-05-01T09:00"), at("2026-06-01")) == (
        (at("2026-05-01T09:00"), at("2026-05-01T12:00")),
    )


@pytest.mark.parametrize(
    ("scope", "counts"),
    [
        ({}, True),
        ({"categories": frozenset({"cat_a"})}, True),
        ({"categories": frozenset({"cat_b"})}, False),
        ({"campaign_types": frozenset({"PROMOTION"})}, True),
        ({"campaign_types": frozenset({"GIFT_VOUCHERS"})}, False),
        ({"places": frozenset({f"area:{NORTH}"})}, True),
        ({"places": frozenset({f"area:{SOUTH}"})}, False),
        ({"categories": frozenset({"cat_a"}), "places": frozenset({f"area:{SOUTH}"})}, False),
    ],
)
def test_it_counts_for_what_meets_all_of_its_scope(scope: dict[str, Any], counts: bool) -> None:
    assert closure(**scope).covers([f"area:{NORTH}"], "cat_a", "PROMOTION") is counts


def test_a_category_does_not_cover_what_has_none() -> None:
    assert not closure(categories=frozenset({"cat_a"})).covers([], None, "PROMOTION")


@pytest.mark.parametrize(
    ("some", "others", "expected"),
    [
        ([], [f"area:{NORTH}"], True),
        ([f"area:{NORTH}"], [f"area:{NORTH}"], True),
        ([f"area:{NORTH}"], [f"area:{SOUTH}"], False),
        ([f"area:{NORTH}"], [f"store:ars_1@{NORTH}", f"some:{NORTH}"], True),
        ([f"stores:{NORTH}"], [f"store:ars_1@{NORTH}"], True),
        ([f"store:ars_1@{NORTH}"], [f"store:ars_2@{NORTH}", f"some:{NORTH}"], False),
        ([f"store:ars_1@{NORTH}"], [f"store:ars_2@{NORTH}", f"store:ars_1@{NORTH}"], True),
        ([f"store:ars_1@{NORTH}"], [f"stores:{SOUTH}"], False),
    ],
)
def test_places_meet_where_one_purchase_is_in_both(
    some: list[str], others: list[str], expected: bool
) -> None:
    assert meets(some, others) is expected
    assert meets(others, some) is expected


def test_hard_ones_come_first_and_what_is_open_then_not_at_all() -> None:
    soft = closure("2026-12-01", "2026-12-01", id="blk_soft", is_hard=False)
    later = closure("2027-06-01", "2027-06-01", id="blk_later")

    found = closed_for(
        [soft, later, closure()],
        places=[],
        category=None,
        campaign_type="PROMOTION",
        since=at("2026-11-01"),
        until=at("2027-01-01"),
    )

    assert [one.id for one, _ in found] == ["blk_1", "blk_soft"]
