"""Work grows with the number of candidates and lines, never with quantities or the age of a start date."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, time
from typing import Any

from engine import (
    Basket,
    Candidate,
    DailyHours,
    Duration,
    Line,
    Snapshot,
    StackingRules,
    Timeframe,
    Validity,
    effects,
    evaluate,
)
from engine.effects import Effect

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
DISCOUNTS: tuple[Effect, ...] = (
    effects.parse({"type": "PERCENT", "percent_off": 1}),
    effects.parse({"type": "AMOUNT", "amount_off": 1}),
)


def calls(snapshot: Snapshot) -> int:
    """How many functions, Python's and C's, one decision calls."""
    count = 0

    def note(frame: Any, event: str, argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        evaluate(snapshot)
    finally:
        sys.setprofile(before)
    return count


def shop(*, candidates: int = 5, quantity: int = 3, validity: Validity | None = None) -> Snapshot:
    return Snapshot(
        now=NOW,
        basket=Basket(lines=(Line(price=10, quantity=quantity), Line(price=5, quantity=quantity))),
        candidates=tuple(
            Candidate(key=str(number), discount=DISCOUNTS[number % 2], validity=validity or Validity())
            for number in range(candidates)
        ),
        stacking_rules=StackingRules(applicable_redeemables_limit=30),
    )


def test_quantity_costs_nothing() -> None:
    evaluate(shop())  # fill the caches of the standard library

    assert calls(shop(quantity=1_000_000)) == calls(shop(quantity=10)) > 50


def test_each_further_candidate_costs_the_same() -> None:
    evaluate(shop())

    ten, twenty, thirty = (calls(shop(candidates=number)) for number in (10, 20, 30))

    assert thirty - twenty == twenty - ten > 0


def test_an_old_start_costs_only_a_few_halvings_more() -> None:
    def started(year: int) -> Validity:
        return Validity(
            starts_at=datetime(year, 1, 1, tzinfo=UTC),
            timeframe=Timeframe(interval=Duration.parse("PT1M"), duration=Duration.parse("PT30S")),
            daily_hours=(DailyHours(days_of_week=(2,), start_time=time(9)),),
        )

    young, old = (calls(shop(candidates=1, validity=started(year))) for year in (2026, 1926))

    assert old < 2 * young
