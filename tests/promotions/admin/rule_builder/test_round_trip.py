"""What the page's scripts make of a rule: the same rule, unless somebody changes it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.admin.condition_builder.outline import outline
from engine import rules
from tests.engine import rule_strategies

ROOT = Path(__file__).parents[4]
SCRIPT = ROOT / "tests/core/admin/condition_builder/round_trip.mjs"
FILES = (
    "static/core/condition_builder/tree.js",
    "static/promotions/rule_parts/formulas.js",
    "static/promotions/rule_parts/targets.js",
    "static/promotions/rule_parts/bundle.js",
)
Builder = Callable[..., dict[str, Any]]
# The first documents are slow: their strategies are made then.
tried = settings(max_examples=60)

extras = st.dictionaries(
    st.sampled_from(["mine", "note"]),
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=5) | st.just({"a": [1, "x"]}),
    max_size=1,
)
errors = st.none() | st.fixed_dictionaries(
    {"message": st.text(max_size=8)}, optional={"code": st.text(max_size=3)}
)


def _with(rule: dict[str, Any], more: dict[str, Any], error: Any) -> dict[str, Any]:
    found = {**more, **rule}
    return found if error is None else {**found, "error": error}


conditions = st.builds(_with, rule_strategies.leaves, extras, errors)


def _logic(keys: list[str], draw: Any) -> str:
    """Groups within each other over all of the keys, in some order."""
    if len(keys) == 1:
        return f"({keys[0]})" if draw(st.booleans()) else keys[0]
    cut = draw(st.integers(1, len(keys) - 1))
    word = draw(st.sampled_from(["and", "or", "AND", "Or"]))
    parts = (_logic(keys[:cut], draw), _logic(keys[cut:], draw))
    return f" {word} ".join(f"({part})" if draw(st.booleans()) else part for part in parts)


@st.composite
def levels(draw: Any) -> dict[str, Any]:
    found = draw(st.lists(conditions, max_size=5))
    numbers = draw(st.lists(st.integers(1, 30), min_size=len(found), max_size=len(found), unique=True))
    keys = [str(number) for number in numbers]
    if keys and draw(st.integers(0, 9)) == 0:
        keys[0] = "first"
    level = dict(zip(keys, found, strict=True))
    match draw(st.integers(0, 5)) if keys else 0:
        case 0:
            return level
        case 1 if len(keys) > 1:
            return {**level, "logic": f"({keys[0]} and {keys[1]}) or ({keys[0]} and {keys[-1]})"}
        case _:
            return {**level, "logic": _logic(draw(st.permutations(keys)), draw)}


documents = st.fixed_dictionaries(
    {"rules": levels()},
    optional={
        "applicable_to": rule_strategies.targets,
        "bundle_rules": rule_strategies.bundles,
    },
)
moves = st.lists(st.tuples(st.integers(0, 40), st.sampled_from([-1, 1])), max_size=6)


@pytest.fixture(scope="module")
def builder() -> Iterator[Builder]:
    if shutil.which("node") is None:
        pytest.skip("node is not installed.")
    files = [str(ROOT / name) for name in FILES]
    with subprocess.Popen(
        ["node", str(SCRIPT), *files], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:

        def ask(document: dict[str, Any], moves: Any = ()) -> dict[str, Any]:
            assert process.stdin is not None
            assert process.stdout is not None
            question = {"document": document, "outline": outline(document["rules"]), "moves": list(moves)}
            process.stdin.write(json.dumps(question) + "\n")
            process.stdin.flush()
            found: dict[str, Any] = json.loads(process.stdout.readline())
            return found

        yield ask
        process.stdin.close()  # type: ignore[union-attr]


def written(rule: Any) -> str:
    return json.dumps(rule, sort_keys=True)


def tree(node: dict[str, Any], wire: dict[str, Any]) -> Any:
    """An outline with the conditions themselves, without groups of none or one."""
    if "of" not in node:
        return wire[node["key"]] if "key" in node else node
    parts = [found for part in node["of"] if (found := tree(part, wire)) is not None]
    return parts[0] if len(parts) == 1 else (node["join"], parts) if parts else None


@tried
@given(document=documents)
def test_what_nobody_touches_comes_back_as_it_was(builder: Builder, document: dict[str, Any]) -> None:
    found = builder(document)

    assert found["untouched"] == document["rules"]
    for name, part in found["parts"].items():
        assert part["untouched"] == document.get(name)


@tried
@given(document=documents)
def test_a_part_that_is_touched_keeps_what_is_beside_the_change(
    builder: Builder, document: dict[str, Any]
) -> None:
    found = builder(document)["parts"]
    again = {name: part["touched"] for name, part in found.items() if part["touched"]}
    stored = {name: part for name, part in document.items() if name != "rules"}

    read, before = rules.parse(again), rules.parse(stored)
    assert (read.bundle, read.applicable_to.is_empty) == (before.bundle, before.applicable_to.is_empty)
    if not before.applicable_to.is_empty:
        assert read.applicable_to == before.applicable_to


@tried
@given(document=documents, moves=moves)
def test_moves_change_the_order_and_nothing_else(
    builder: Builder, document: dict[str, Any], moves: Any
) -> None:
    found = builder(document, moves)["moved"]
    if found is None:
        return
    wire = found["rules"]

    # The server draws what the page showed.
    assert tree(outline(wire), wire) == tree(found["drawn"], {})
    assert outline(wire)["kept"] is None
    before = {key: rule for key, rule in document["rules"].items() if key != "logic"}
    after = {key: rule for key, rule in wire.items() if key != "logic"}
    assert sorted(map(written, before.values())) == sorted(map(written, after.values()))
    assert before.keys() == after.keys()
    rules.parse({"rules": wire})


@tried
@given(document=documents)
def test_a_new_condition_leaves_the_others_alone(builder: Builder, document: dict[str, Any]) -> None:
    found = builder(document)["added"]
    if found is None:
        return
    wire = found["rules"]

    assert wire.pop(found["key"]) == {"name": "order.amount", "conditions": {"$is": [1]}}
    logic = wire.pop("logic")
    assert found["key"] in logic
    assert wire == {key: rule for key, rule in document["rules"].items() if key != "logic"}


def letters(node: dict[str, Any]) -> Any:
    """("and", "a", ("or", "b", "c")): conditions by their property."""
    return node["property"] if "of" not in node else (node["join"], *map(letters, node["of"]))


@pytest.mark.parametrize(
    ("logic", "which", "directions", "expected"),
    [
        ("1 and 2 and 3", 0, [1], ("and", "b", "a", "c")),
        ("1 and 2 and 3", 0, [1, 1, 1], ("and", "b", "c", "a")),
        ("1 and 2 and 3", 2, [-1], ("and", "a", "c", "b")),
        ("1 and (2 or 3)", 0, [1], ("and", ("or", "a", "b", "c"))),
        ("1 and (2 or 3)", 0, [1, 1], ("and", ("or", "b", "a", "c"))),
        ("1 and (2 or 3)", 2, [-1], ("and", "a", "b", ("or", "c"))),
        ("1 and (2 or 3)", 3, [1], ("and", "a", ("or", "b"), "c")),
        ("(1 or 2) and 3", 3, [-1], ("and", ("or", "a", "b", "c"))),
        ("1 and (2 or 3)", 1, [-1], ("and", ("or", "b", "c"), "a")),
    ],
)
def test_a_step_is_one_place(
    builder: Builder, logic: str, which: int, directions: Any, expected: Any
) -> None:
    conditions = {
        str(number): {"name": "customer.metadata", "property": letter, "conditions": {"$is": ["x"]}}
        for number, letter in enumerate("abc", 1)
    }

    found = builder({"rules": {**conditions, "logic": logic}}, [(which, one) for one in directions])["moved"]

    assert letters(found["drawn"]) == expected
    # Numbered in the order of reading: the first that fails is the one that customers read about.
    reading = re.findall("[abc]", repr(expected).replace("and", "").replace("'or'", ""))
    assert [found["rules"][str(number)]["property"] for number in (1, 2, 3)] == reading
