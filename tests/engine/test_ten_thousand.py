"""Thousands of drawn requests: splitting, rounding and stacking stay exact, and survive JSON.

Hypothesis looks for odd corners in `test_properties.py`; this is about the mass, drawn from one seed: ten
thousand with FANFARE_NIGHTLY=1, a quarter of them by day.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

import pytest

from engine import Basket, Candidate, Outcome, Snapshot, Status, evaluate
from engine.basket import Line, open_order
from engine.effects import AmountOffOrder, PercentOffOrder
from engine.money import allocate
from engine.stacking_rules import (
    ApplicationMode,
    CalculationMode,
    Category,
    GroupedSortingRule,
    NoEffectRule,
    SortingRule,
    StackingRules,
    StackingType,
)
from tests.engine.test_properties import assert_sound
from tests.nightly import times

NOW: Final = datetime(2026, 11, 24, tzinfo=UTC)
CASES: Final = times(day=2_500, night=10_000)
CATEGORIES: Final = (
    None,
    None,
    Category(id="cat_a", hierarchy=2),
    Category(id="cat_b", hierarchy=1),
    Category(id="cat_c", hierarchy=3, stacking_type=StackingType.EXCLUSIVE),
    Category(id="cat_d", hierarchy=0, stacking_type=StackingType.JOINT),
)


def drawn(chance: random.Random) -> Snapshot:
    def money() -> int:
        return chance.choice([0, 1, 99, 100, 333, chance.randrange(10**4), chance.randrange(10**8)])

    def discount() -> AmountOffOrder | PercentOffOrder:
        limit = chance.choice([None, None, money()])
        if chance.random() < 0.4:
            return AmountOffOrder(amount_off=money(), amount_limit=limit)
        percent = Decimal(chance.randrange(10_001)) / 100
        total = chance.choice([None, None, None, money()])
        return PercentOffOrder(percent_off=percent, amount_limit=limit, aggregated_amount_limit=total)

    lines = tuple(
        Line(
            quantity=chance.randint(1, 40),
            price=chance.choice([None, money()]),
            amount=chance.choice([None, None, money()]),
            product_id=f"prod_{number}",
        )
        for number in range(chance.randint(0, 6))
    )
    amount = money() if not lines or chance.random() < 0.3 else None
    candidates = tuple(
        Candidate(key=f"code-{number}", discount=discount(), category=chance.choice(CATEGORIES))
        for number in range(chance.randint(1, 6))
    )
    rules = StackingRules(
        applicable_redeemables_limit=chance.randint(1, 6),
        redeemables_application_mode=chance.choice(list(ApplicationMode)),
        redeemables_sorting_rule=chance.choice(list(SortingRule)),
        grouped_redeemables_sorting_rule=chance.choice(list(GroupedSortingRule)),
        redeemables_no_effect_rule=chance.choice(list(NoEffectRule)),
        discount_calculation_mode=chance.choice(list(CalculationMode)),
    )
    return Snapshot(
        now=NOW,
        basket=Basket(amount=amount, lines=lines, discount_amount=chance.choice([0, 0, 0, money()])),
        candidates=candidates,
        stacking_rules=rules,
    )


@pytest.mark.slow
def test_thousands_of_requests() -> None:
    chance = random.Random(5)
    seen: Counter[str] = Counter()

    for number in range(CASES):
        snapshot = drawn(chance)

        outcome = evaluate(snapshot)

        assert snapshot.basket is not None
        payable = open_order(snapshot.basket).total_amount or 0
        opening = payable
        applied = 0
        for step in outcome.steps:
            if step.order is None:
                continue
            assert_sound(step.order)
            off = step.order.total_applied_discount_amount
            assert 0 <= off <= payable, number
            payable -= off
            applied += off
            assert (step.order.total_amount or 0) == payable, number
        if outcome.order is not None:
            assert_sound(outcome.order)
            assert outcome.order.total_applied_discount_amount == applied == opening - payable, number
            assert (outcome.order.total_amount or 0) == payable >= 0, number
        stored = json.dumps([snapshot.to_json(), outcome.to_json()])
        first, second = json.loads(stored, parse_float=Decimal)
        assert Snapshot.from_json(first) == snapshot, number
        assert Outcome.from_json(second) == outcome, number
        seen["together"] += len(outcome.with_status(Status.APPLICABLE)) > 1
        seen["took something off"] += applied > 0
        seen["refused"] += not outcome.valid

    # Otherwise the draw would not reach what it is for.
    assert min(seen[name] for name in ("together", "took something off", "refused")) > CASES // 25, seen


def test_thousands_of_splits() -> None:
    chance = random.Random(6)

    for _ in range(CASES):
        weights = [
            chance.choice([0, 1, 7, 100, chance.randrange(10**9)]) for _ in range(chance.randint(1, 30))
        ]
        total = chance.choice([0, 1, 100, chance.randrange(10**12)])

        parts = allocate(total, weights)

        everything = sum(weights)
        assert sum(parts) == (total if everything else 0)
        assert len(parts) == len(weights)
        for part, weight in zip(parts, weights, strict=True):
            exact = Decimal(total) * weight / everything if everything else Decimal(0)
            assert abs(part - exact) < 1
