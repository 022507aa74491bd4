"""What makes a conflict more than somebody accepted."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calendar_app.conflict_terms import Extent, grown
from core import words
from core.models import ProjectSettings
from tests.conftest import NOW

DAY = timedelta(days=1)
ACCEPTED = Extent(
    since=NOW + DAY,
    until=NOW + 5 * DAY,
    windows=((NOW + DAY, NOW + 2 * DAY), (NOW + 4 * DAY, NOW + 5 * DAY)),
    percent=Decimal(30),
    winner="left",
    certainty="UNKNOWN",
    customers=100,
    products=12,
)
NAMES = {"left": "Spring", "right": "Shoes"}


@pytest.fixture(autouse=True)
def _project() -> Any:
    with words.speaking_for(ProjectSettings(time_zone="UTC", currency="EUR")):
        yield


def why(**values: Any) -> list[str]:
    found = replace(ACCEPTED, **values)
    return [one.replace("\N{NO-BREAK SPACE}", " ") for one in grown(ACCEPTED, found, now=NOW, names=NAMES)]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, []),
        ({"until": NOW + 4 * DAY}, []),
        (
            {"until": NOW + 6 * DAY},
            ["They meet until 16 Mar 2026, 12:00, no longer only until 15 Mar 2026, 12:00."],
        ),
        ({"until": None}, ["They meet without an end, no longer only until 15 Mar 2026, 12:00."]),
        ({"since": NOW + 2 * DAY}, []),
        ({"since": NOW}, ["They meet earlier than 11 Mar 2026, 12:00."]),
        ({"since": None}, ["They meet earlier than 11 Mar 2026, 12:00."]),
        ({"windows": ((NOW + DAY, NOW + 5 * DAY),)}, ["They meet at more hours than before."]),
        ({"windows": ((NOW + DAY, NOW + 2 * DAY),)}, []),
        ({"windows": ()}, []),
        ({"percent": Decimal("30.9")}, []),
        ({"percent": Decimal(44)}, ["Together they give 44 %, no longer 30 %."]),
        ({"percent": Decimal(20)}, []),
        ({"percent": None}, []),
        ({"winner": "right"}, ["Where only one applies, it is Shoes now."]),
        ({"winner": ""}, []),
        ({"certainty": "OVERLAPS"}, ["That they meet is certain now."]),
        ({"products": 13}, ["They have 13 products in common, no longer 12 products."]),
        ({"products": 11}, []),
        ({"customers": 110}, []),
        ({"customers": 111}, ["They reach 111 customers in common, no longer 100 customers."]),
        ({"customers": None, "products": None}, []),
    ],
)
def test_says_in_which_way_it_is_more(values: dict[str, Any], expected: list[str]) -> None:
    assert why(**values) == expected


def test_what_is_certain_does_not_become_more_when_it_cannot_be_told() -> None:
    certain = replace(ACCEPTED, certainty="OVERLAPS")

    assert grown(certain, replace(certain, certainty="UNKNOWN"), now=NOW, names=NAMES) == []


# The first number of a process takes seconds to draw on a busy machine.
patient = settings(max_examples=50)
moments = st.integers(0, 1_000).map(lambda hours: NOW + timedelta(hours=hours))


@st.composite
def extents(draw: st.DrawFn) -> Extent:
    edges = sorted(draw(st.lists(moments, min_size=2, max_size=10, unique=True)))
    pairs = list(zip(edges[::2], edges[1::2], strict=False))
    return Extent(
        since=draw(st.none() | moments),
        until=draw(st.none() | moments),
        windows=tuple((begins, ends) for begins, ends in pairs),
        percent=draw(st.none() | st.integers(0, 1000).map(lambda tenths: Decimal(tenths) / 10)),
        winner=draw(st.sampled_from(["", "left", "right"])),
        certainty=draw(st.sampled_from(["OVERLAPS", "UNKNOWN"])),
        customers=draw(st.none() | st.integers(0, 10**6)),
        products=draw(st.none() | st.integers(0, 10**6)),
    )


@patient
@given(one=extents(), now=moments)
def test_nothing_is_more_than_itself(one: Extent, now: datetime) -> None:
    assert grown(one, one, now=now, names=NAMES) == []


@patient
@given(one=extents(), now=moments, cut=moments)
def test_time_alone_makes_nothing_more(one: Extent, now: datetime, cut: datetime) -> None:
    """Windows that are over are not told of any more."""
    left = tuple((max(begins, cut), ends) for begins, ends in one.windows if ends is not None and ends > cut)

    assert grown(one, replace(one, windows=left), now=max(now, cut), names=NAMES) == []


@patient
@given(one=extents())
def test_is_kept_as_json(one: Extent) -> None:
    assert Extent.from_json(one.to_json()) == one
