"""Golden cases: each file holds a snapshot and what must come out, worked out by hand from the contract."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine import Outcome, Snapshot, evaluate

CASES = sorted((Path(__file__).parent / "cases").glob("*.json"))


def assert_contains(actual: Any, expected: Any, place: str) -> None:
    """Every figure that the case names is there; lists have the same length, other keys may be more."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        for key, value in expected.items():
            assert_contains(actual[key], value, f"{place}.{key}")
    elif isinstance(expected, list) and isinstance(actual, list):
        assert len(actual) == len(expected), place
        for index, value in enumerate(expected):
            assert_contains(actual[index], value, f"{place}[{index}]")
    else:
        assert actual == expected, place


def test_the_cases_are_found() -> None:
    assert len(CASES) >= 29


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_case(file: Path) -> None:
    case = json.loads(file.read_text(), parse_float=Decimal)

    outcome = evaluate(Snapshot.from_json(case["snapshot"]))

    assert case["expected"].keys() == {"valid", "steps", "order"}
    assert_contains(outcome.to_json(), case["expected"], file.stem)
    assert Outcome.from_json(outcome.to_json()) == outcome
