"""Whatever is sent: a tree, or `RuleSyntaxError`, never another exception, and never for long."""

from __future__ import annotations

import copy
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.rules import RuleSyntaxError, holds, judge, needs, parse, refusal
from engine.rules.families import REGISTRY
from engine.rules.tree import Operator
from engine.snapshot import Customer
from tests.engine.rules.building import situation
from tests.engine.rules.test_parse import AMOUNT, WIRE
from tests.nightly import times

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.decimals(allow_nan=True, allow_infinity=True)
    | st.text(max_size=12)
    | st.sampled_from(
        ["1", "2026-01-01", "P1D", "09:00-10:00", "$is", "logic", "$decimal", "0001-01-01", "9999-12-31",
         "2026-01-01/2027-01-01", "../..", "pc_1", "1 and 2", "9" * 40]
    )
)  # fmt: skip
junk = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(max_size=6) | st.sampled_from(["$decimal", "id", "object", "rules"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)
conditions = st.dictionaries(
    st.sampled_from([operator.value for operator in Operator]), st.lists(junk, max_size=3) | junk, max_size=2
)
entries = st.fixed_dictionaries(
    {"name": st.sampled_from(list(REGISTRY)), "conditions": conditions},
    optional={"property": st.sampled_from(["p", "", 5]), "rules": junk, "error": junk},
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every value within."""
    found = [path] if path else []
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inner:
        found += places(item, (*path, key))
    return found


def replaced(wire: Any, path: tuple[Any, ...], value: Any) -> Any:
    changed = copy.deepcopy(wire)
    target = changed
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = value
    return changed


def survives(wire: Any) -> bool:
    """Was it read? Then it can be judged, explained, stored and read again."""
    try:
        found = parse(wire)
    except RuleSyntaxError:
        return False
    at = situation(customer=Customer(id="c", metadata={"p": ["2026-11-25", 5, {"a": 1}], "age": "30"}))
    verdict = judge(found, at, full=True)
    assert verdict.holds is holds(found, at)
    if not verdict.holds:
        assert refusal(verdict, label="CODE").message
    needs(found)
    assert parse(json.loads(json.dumps(found.to_json()))) == found
    return True


@settings(max_examples=times(day=200, night=400))
@given(st.data())
def test_mutated_rules(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(places(WIRE)))

    survives(replaced(WIRE, path, data.draw(junk)))


@settings(max_examples=times(day=200, night=400))
@given(st.dictionaries(st.sampled_from(["1", "2", "a"]), entries, min_size=1, max_size=3))
def test_any_name_with_any_operator_and_any_operand(rules: dict[str, Any]) -> None:
    survives({"rules": rules})


@given(junk, junk, junk)
def test_junk(rules: Any, applicable_to: Any, bundle_rules: Any) -> None:
    survives({"rules": rules, "applicable_to": applicable_to, "bundle_rules": bundle_rules})
    survives(rules)


@given(st.text(alphabet="()12and or", max_size=60))
def test_any_logic(text: str) -> None:
    survives({"rules": {"1": AMOUNT, "2": AMOUNT, "logic": text}})


def nested(depth: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for _ in range(depth):
        found = {"1": {"name": "order.items.any", "conditions": {}, "rules": found}}
    return found


@pytest.mark.parametrize(("depth", "expected"), [(20, True), (21, False), (500, False), (100_000, False)])
def test_depth_of_rules_is_bounded(depth: int, expected: bool) -> None:
    assert survives({"rules": nested(depth)}) is expected


def test_depth_of_anything_else_is_bounded() -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]

    assert survives({"rules": {"1": {**AMOUNT, "x": deep}}}) is False
    cycle: dict[str, Any] = {}
    cycle["rules"] = cycle
    assert survives({"rules": cycle}) is False


def test_number_of_rules_is_bounded() -> None:
    assert survives({"rules": {str(number): AMOUNT for number in range(100)}}) is True
    assert survives({"rules": {str(number): AMOUNT for number in range(101)}}) is False
    family = {
        "name": "order.items.any",
        "conditions": {},
        "rules": {str(number): AMOUNT for number in range(50)},
    }
    assert survives({"rules": {"1": family}}) is True
    assert survives({"rules": {"1": family, "2": family}}) is False


def test_number_of_operands_is_bounded() -> None:
    def member(count: int) -> dict[str, Any]:
        return {
            "rules": {
                "1": {"name": "customer.segment", "conditions": {"$in": [f"s{n}" for n in range(count)]}}
            }
        }

    assert survives(member(1000)) is True
    assert survives(member(1001)) is False


@pytest.mark.parametrize(
    "name", ["x" * 100_000, "order." * 10_000, "\x00", "\ud800", "ORDER.AMOUNT", " order.amount"]
)
def test_strange_names(name: str) -> None:
    assert survives({"rules": {"1": {**AMOUNT, "name": name}}}) is False


@pytest.mark.parametrize(
    "operand",
    [Decimal("1E+999999"), Decimal("1E-999999"), Decimal("NaN"), 10**5000, "9" * 10_000, "1e999999"],
    ids=range(6),
)
def test_huge_numbers(operand: Any) -> None:
    assert (
        survives({"rules": {"1": {"name": "order.amount", "conditions": {"$more_than": [operand]}}}}) is False
    )
    limit = {"object": "product", "id": "x", "quantity_limit": operand}
    assert survives({"applicable_to": {"included": [limit]}}) is False
    metadata = {"name": "customer.metadata", "property": "p", "conditions": {"$is": [operand]}}
    survives({"rules": {"1": metadata}})


@pytest.mark.parametrize(
    "value", [Decimal("1E+999999"), "9" * 10_000, 10**400, "9999-12-31", "0001-01-01T00:00:00Z"]
)
@pytest.mark.parametrize(
    "condition",
    [
        {"$more_than": [5]},
        {"$is": ["5"]},
        {"$in": [5, "a"]},
        {"$contains": ["9"]},
        {"$after": ["2026-01-01"]},
        {"$more_than_ago": [5]},
        {"$timeframe": ["2026-01-01", "P1D", "PT1H"]},
        {"$timeframe_absolute": ["2026-01-01/.."]},
    ],
)
def test_strange_facts(value: Any, condition: dict[str, Any]) -> None:
    only = parse({"rules": {"1": {"name": "customer.metadata", "property": "p", "conditions": condition}}})
    at = situation(customer=Customer(metadata={"p": value}))

    assert judge(only, at, full=True).holds is holds(only, at)
