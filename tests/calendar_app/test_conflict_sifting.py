"""A proposal is told of for what it changes, not for what its campaign does already."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from calendar_app.conflict_sifting import sifted
from calendar_app.overlaps import Item, Kind, Severity
from core import words
from core.models import ProjectSettings
from tests.calendar_app.overlaps import made
from tests.conftest import NOW
from tests.factories.conflicts import DAY, WINDOW, found

SPRING = made.item(1, "Spring", ends_at=NOW + 20 * DAY)
SHOES = made.item(2, "Shoes", ends_at=NOW + 3 * DAY)
PROPOSED = replace(SPRING, key="proposal:apr_x:campaign:1", unit="proposal:apr_x", is_ghost=True)
LIVE = found(SPRING, SHOES, severity=Severity.MEDIUM)


@pytest.fixture(autouse=True)
def _project() -> Iterator[None]:
    with words.speaking_for(ProjectSettings(time_zone="UTC", currency="EUR")):
        yield


def kept(*others: Any) -> list[str]:
    return [one.left.unit for one in sifted([LIVE, *others], now=NOW).values()]


def proposed(item: Item = PROPOSED, **values: Any) -> Any:
    return found(item, SHOES, **{"severity": Severity.MEDIUM, **values})


def test_what_the_campaign_does_already_is_not_told_twice() -> None:
    assert kept(proposed()) == ["campaign:1"]
    # Less of it is no news either.
    shorter = (WINDOW[0] + DAY, WINDOW[1])
    assert kept(proposed(spans=(shorter,), severity=Severity.LOW)) == ["campaign:1"]


@pytest.mark.parametrize(
    "values",
    [
        {"severity": Severity.HIGH},
        {"kind": Kind.SHARED_BUDGET},
        {"spans": ((NOW, WINDOW[1]),)},
    ],
)
def test_what_is_new_or_worse_is_told(values: dict[str, Any]) -> None:
    assert kept(proposed(**values)) == ["campaign:1", "proposal:apr_x"]


def test_an_end_later_than_that_of_the_campaign_is_told() -> None:
    short = replace(SPRING, candidate=made.item(1, ends_at=NOW + 2 * DAY).candidate)
    live = found(short, SHOES)

    assert len(sifted([live, proposed(severity=Severity.HIGH)], now=NOW)) == 2


def test_a_proposal_that_meets_what_its_campaign_does_not_meet_is_told() -> None:
    third = made.item(3, "Third")

    assert kept(found(PROPOSED, third)) == ["campaign:1", "proposal:apr_x"]


def test_of_two_proposals_the_campaigns_count() -> None:
    other = replace(SHOES, key="proposal:apr_y:campaign:2", unit="proposal:apr_y", is_ghost=True)

    assert kept(found(PROPOSED, other, severity=Severity.MEDIUM)) == ["campaign:1"]


def test_a_proposal_may_stand_on_the_other_side() -> None:
    live = found(SPRING, SHOES, severity=Severity.HIGH, winner="left")
    same = found(SHOES, PROPOSED, severity=Severity.HIGH, winner="right")
    other = found(SHOES, PROPOSED, severity=Severity.HIGH, winner="left")

    assert list(sifted([live, same], now=NOW).values()) == [live]
    assert list(sifted([live, other], now=NOW).values()) == [live, other]


def test_what_is_allowed_or_over_is_none() -> None:
    allowed = found(SPRING, made.item(3), kind=Kind.STACKABLE)
    over = found(SPRING, made.item(4), spans=((NOW - DAY, NOW),))
    goes_on = found(SPRING, made.item(5), spans=((NOW - DAY, None),))

    assert list(sifted([allowed, over, goes_on], now=NOW).values()) == [goes_on]
