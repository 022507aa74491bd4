"""What a session holds is never refused to it. Contract: sessions 10."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine import Basket, Candidate, Customer, Line, Snapshot, Uses, effects, evaluate, limits, rules
from tests.engine.test_counting import NOW, UNIT_LIMIT, applied, below, code, decide
from tests.engine.test_counting import limited as limited_units

COUNT = "campaign.redemptions.count"
DISCOUNTED = "campaign.orders.amount_discounted"


def full(name: str = COUNT, operator: str = "$less_than_or_equal", **facts: Any) -> Candidate:
    """A code whose campaign has used all there is."""
    return code("A", 300, rules=(below(name, 10, operator),), counts={name: 10}, **facts)


@pytest.mark.parametrize("operator", ["$less_than_or_equal", "$less_than"])
def test_a_granted_counter_does_not_refuse(operator: str) -> None:
    assert applied(decide(full(operator=operator))) == []
    assert applied(decide(full(operator=operator, granted=frozenset({COUNT})))) == ["A"]
    assert applied(decide(full(operator=operator, granted=frozenset({DISCOUNTED})))) == []


@pytest.mark.parametrize("operator", ["$is", "$in"])
def test_only_limits_are_given_away(operator: str) -> None:
    assert applied(decide(full(operator=operator, granted=frozenset({COUNT})))) == []


def test_a_counter_of_a_customer_whom_nobody_knows_stays_refused() -> None:
    name = "campaign.redemptions.customers_count"
    nobody = code("A", rules=(below(name, 1),), granted=frozenset({name}))

    outcome = decide(nobody)

    assert str(outcome.steps[0].reason and outcome.steps[0].reason.key) == "missing_customer"


@pytest.mark.parametrize(("held", "expected"), [(299, []), (300, ["A"]), (None, ["A"])])
def test_no_more_is_granted_than_is_held(held: int | None, expected: list[str]) -> None:
    amounts = {} if held is None else {DISCOUNTED: held}

    candidate = full(DISCOUNTED, granted=frozenset({DISCOUNTED}), granted_amounts=amounts)

    assert applied(decide(candidate)) == expected


def test_what_one_code_used_of_the_held_amount_is_gone_for_the_next() -> None:
    facts: dict[str, Any] = {
        "rules": (below(DISCOUNTED, 1000),),
        "counts": {DISCOUNTED: 1000},
        "granted": frozenset({DISCOUNTED}),
        "granted_amounts": {DISCOUNTED: 500},
    }

    assert applied(decide(code("A", 300, **facts), code("B", 201, **facts))) == ["A"]
    assert applied(decide(code("A", 300, **facts), code("B", 200, **facts))) == ["A", "B"]


@pytest.mark.parametrize(
    ("granted", "amounts", "units"),
    [
        (frozenset(), {}, 1),
        ({f"{UNIT_LIMIT}:prod_a"}, {f"{UNIT_LIMIT}:prod_a": 2}, 2),
        ({f"{UNIT_LIMIT}:prod_a"}, {f"{UNIT_LIMIT}:prod_a": 9}, 3),
        ({f"{UNIT_LIMIT}:prod_a"}, {}, 3),
    ],
)
def test_held_units_are_there_for_the_session(granted: set[str], amounts: dict[str, int], units: int) -> None:
    candidate = code(
        "A",
        discount=effects.parse({"type": "AMOUNT", "effect": "APPLY_TO_ITEMS_BY_QUANTITY", "amount_off": 10}),
        rules=(limited_units(5),),
        unit_counts={f"{UNIT_LIMIT}:prod_a": 4},
        granted=frozenset(granted),
        granted_amounts=amounts,
    )

    outcome = decide(candidate, basket=Basket(lines=(Line(product_id="prod_a", price=1000, quantity=3),)))

    assert sum(one.units for one in outcome.steps[0].units) == units


def test_a_held_use_is_there_for_the_session() -> None:
    uses = Uses(quantity=1, used=0, held=1)

    assert applied(decide(code("A", uses=uses))) == []
    assert applied(decide(code("A", uses=replace(uses, granted=True)))) == ["A"]
    assert limits.remaining(replace(uses, granted=True)) == 1
    assert limits.remaining(Uses(quantity=5, used=1, held=1, granted=True)) == 3
    assert limits.remaining(Uses(granted=True)) is None


def test_travels_as_json_and_old_snapshots_are_read() -> None:
    candidate = full(granted=frozenset({COUNT, "b"}), granted_amounts={COUNT: 1}, uses=Uses(granted=True))
    snapshot = Snapshot(now=NOW, candidates=(candidate,), customer=Customer(id="cust_1"))
    stored: Any = snapshot.to_json()

    assert Snapshot.from_json(stored) == snapshot
    assert stored["candidates"][0]["granted"] == ["b", COUNT]
    for name in ("granted", "granted_amounts"):
        del stored["candidates"][0][name]
    del stored["candidates"][0]["uses"]["granted"]
    old = Snapshot.from_json(stored)
    assert old.candidates[0].granted == frozenset()
    assert evaluate(old).valid is False


def test_a_rule_beside_the_limit_is_still_asked() -> None:
    both = rules.parse(
        {"rules": {"1": {"name": COUNT, "conditions": {"$less_than_or_equal": [10], "$is_not": [11]}}}}
    )

    assert applied(decide(code("A", rules=(both,), counts={COUNT: 10}, granted=frozenset({COUNT})))) == []
    assert applied(decide(code("A", rules=(both,), counts={COUNT: 11}, granted=frozenset({COUNT})))) == ["A"]


def test_the_lines_of_an_order_share_the_held_units() -> None:
    candidate = code(
        "A",
        discount=effects.parse({"type": "AMOUNT", "effect": "APPLY_TO_ITEMS_BY_QUANTITY", "amount_off": 10}),
        rules=(limited_units(5),),
        unit_counts={f"{UNIT_LIMIT}:prod_a": 5},
        granted=frozenset({f"{UNIT_LIMIT}:prod_a"}),
        granted_amounts={f"{UNIT_LIMIT}:prod_a": 3},
    )
    line = Line(product_id="prod_a", price=1000, quantity=2)

    outcome = decide(candidate, basket=Basket(lines=(line, line)))

    assert [one.units for one in outcome.steps[0].units] == [2, 1]
