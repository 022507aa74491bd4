from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from engine import Basket, Candidate, Line, MalformedJson, Outcome, Snapshot, effects
from engine.codec import encode

NOW = "2026-11-24T10:00:00+00:00"


def test_the_shortest_snapshot_is_its_instant() -> None:
    assert Snapshot.from_json({"now": NOW}) == Snapshot(now=datetime(2026, 11, 24, 10, tzinfo=UTC))


def test_instants_are_written_in_utc() -> None:
    paris = timezone(timedelta(hours=1))

    stored = Snapshot(now=datetime(2026, 11, 24, 11, tzinfo=paris)).to_json()

    assert stored["now"] == NOW


def test_discounts_are_stored_in_the_words_of_the_wire() -> None:
    discount = effects.parse({"type": "PERCENT", "percent_off": Decimal("12.50")})

    stored = Candidate(key="SUMMER", discount=discount).to_json()

    assert stored["discount"] == {
        "type": "PERCENT",
        "effect": "APPLY_TO_ORDER",
        "percent_off": "12.50",
        "percent_off_formula": None,
        "amount_limit": None,
        "aggregated_amount_limit": None,
    }


@pytest.mark.parametrize(
    ("data", "place"),
    [
        ([], "Snapshot: an object"),
        ({}, "Snapshot: field now is missing"),
        ({"now": NOW, "colour": 1}, "Snapshot: unknown field colour"),
        ({"now": 5}, "Snapshot.now: str"),
        ({"now": "yesterday"}, "Snapshot.now: 'yesterday' is not a datetime"),
        ({"now": NOW, "basket": {"amount": "5"}}, "Snapshot.basket.amount: int"),
        ({"now": NOW, "basket": {"amount": True}}, "Snapshot.basket.amount: int"),
        ({"now": NOW, "basket": {"amount": Decimal("1.5")}}, "Snapshot.basket.amount: int"),
        ({"now": NOW, "basket": {"lines": {}}}, "Snapshot.basket.lines: a list"),
        ({"now": NOW, "basket": {"lines": [{"price": 1}, 5]}}, r"Snapshot.basket.lines\[1\]: an object"),
        ({"now": NOW, "candidates": [{"key": "A", "object": "gift"}]}, r"candidates\[0\].object: 'gift'"),
        ({"now": NOW, "candidates": [{"key": "A", "is_active": 1}]}, r"candidates\[0\].is_active: bool"),
        ({"now": NOW, "candidates": [{"key": "A", "discount": 5}]}, r"candidates\[0\].discount: an object"),
        ({"now": NOW, "stacking_rules": {"redeemables_sorting_rule": "RANDOM"}}, "sorting_rule: 'RANDOM'"),
    ],
)
def test_malformed_json_is_refused_with_its_place(data: dict[str, object], place: str) -> None:
    with pytest.raises(MalformedJson, match=place):
        Snapshot.from_json(data)


def test_a_stored_discount_that_is_no_longer_known_is_refused() -> None:
    data = {"now": NOW, "candidates": [{"key": "A", "discount": {"type": "LOTTERY", "effect": "DRAW"}}]}

    with pytest.raises(effects.UnsupportedDiscount, match="'LOTTERY'/'DRAW' is not supported"):
        Snapshot.from_json(data)


@pytest.mark.parametrize("value", [1.5, object(), {1}, b"x"])
def test_values_without_a_json_form_are_refused(value: object) -> None:
    with pytest.raises(TypeError, match="no JSON form"):
        encode(value)


def test_optional_parts_of_an_outcome_may_be_absent() -> None:
    data = {"valid": False, "steps": [{"key": "A", "object": "voucher", "status": "SKIPPED"}]}

    outcome = Outcome.from_json(data)

    assert outcome.steps[0].reason is None
    assert outcome.order is None


def test_snapshot_refuses_a_naive_instant_and_an_unknown_time_zone() -> None:
    with pytest.raises(ValueError, match="UTC offset"):
        Snapshot(now=datetime(2026, 1, 1))
    with pytest.raises(ValueError, match="is not a time zone"):
        Snapshot(now=datetime(2026, 1, 1, tzinfo=UTC), time_zone="Mars/Olympus")


def test_snapshot_refuses_the_same_redeemable_twice() -> None:
    one = Candidate(key="A", discount=effects.parse({"type": "AMOUNT", "amount_off": 1}))

    with pytest.raises(ValueError, match="twice"):
        Snapshot(now=datetime(2026, 1, 1, tzinfo=UTC), candidates=(one, one))


def test_candidate_without_discount_or_reason_is_refused() -> None:
    with pytest.raises(ValueError, match="neither a discount nor a reason"):
        Candidate(key="A")


def test_candidate_refuses_a_naive_publication() -> None:
    discount = effects.parse({"type": "AMOUNT", "amount_off": 1})

    with pytest.raises(ValueError, match="UTC offset"):
        Candidate(key="A", discount=discount, published_at=datetime(2026, 1, 1))


def test_snapshots_are_frozen_and_keyword_only() -> None:
    line = Line(price=5)

    with pytest.raises(AttributeError):
        line.price = 6  # type: ignore[misc]
    with pytest.raises(TypeError):
        Basket(5)  # type: ignore[misc]
