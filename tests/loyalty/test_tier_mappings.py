from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pytest

from loyalty import tier_mappings


@dataclass(frozen=True)
class Mapped:
    type: str
    multiplier: Decimal | None = None
    points: int | None = None


def times(text: str) -> Mapped:
    return Mapped("MULTIPLY", multiplier=Decimal(text))


OWN = Mapped("CUSTOM", points=40)
GONE = Mapped("NOT_AVAILABLE")


@pytest.mark.parametrize(
    ("points", "mapping", "earned"),
    [
        (35, None, 35),
        (35, times("2"), 70),
        (50, times("1.5"), 75),
        (1, times("0.5"), 1),
        (3, times("0.5"), 2),
        (1, times("0.4"), 0),
        (7, times("0"), 0),
        (35, OWN, 35),
    ],
)
def test_multiplies_what_a_rule_comes_to(points, mapping, earned):
    assert tier_mappings.earned(points, mapping) == earned


def test_own_points_replace_those_of_each_step():
    assert tier_mappings.per_step(5, OWN) == 40
    assert tier_mappings.per_step(5, times("2")) == 5
    assert tier_mappings.per_step(5, None) == 5


@pytest.mark.parametrize(
    ("points", "mapping", "price"),
    [
        (25, None, 25),
        (25, times("0.5"), 13),
        (24, times("0.5"), 12),
        (25, times("0"), 1),
        (1, times("0.1"), 1),
        (100, times("1.000001"), 101),
        (25, OWN, 40),
        (25, Mapped("CUSTOM", points=0), 1),
        (25, GONE, None),
    ],
)
def test_prices_a_reward_for_a_tier(points, mapping, price):
    assert tier_mappings.price(points, mapping) == price


def test_shows_a_rule_as_holders_have_it():
    fixed = {"type": "FIXED", "points": 35, "points_formula": "35"}
    steps = {
        "type": "PROPORTIONAL",
        "calculation_type": "ORDER_AMOUNT",
        "order": {"amount": {"every": 1000, "points": 5}},
    }

    assert tier_mappings.rule_for(fixed, times("2")) == {**fixed, "points": 70}
    assert tier_mappings.rule_for(steps, OWN)["order"] == {"amount": {"every": 1000, "points": 40}}
    assert tier_mappings.rule_for(steps, None) == steps
