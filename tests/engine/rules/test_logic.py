"""Logic expressions. Contract: 11.1."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.rules.errors import RuleSyntaxError
from engine.rules.logic import keys_of, named, parse_logic, print_logic, satisfied
from engine.rules.tree import All, Any_, Leaf, Logic

KEYS = ("1", "2", "3", "4")
ONE, TWO, THREE = (Leaf(key=key) for key in KEYS[:3])

trees = st.recursive(
    st.sampled_from(KEYS).map(lambda key: Leaf(key=key)),
    lambda inner: st.builds(
        lambda kind, parts: kind(of=tuple(parts)),
        st.sampled_from([All, Any_]),
        st.lists(inner, min_size=1, max_size=4),
    ),
    max_leaves=12,
)


def truth_table(logic: Logic) -> list[bool]:
    return [
        satisfied(logic, dict(zip(KEYS, values, strict=True)).__getitem__)
        for values in product([False, True], repeat=len(KEYS))
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", ONE),
        ("1 and 2", All(of=(ONE, TWO))),
        ("1 or 2", Any_(of=(ONE, TWO))),
        ("(1 and 2) or 3", Any_(of=(All(of=(ONE, TWO)), THREE))),
        ("1 and (2 or 3)", All(of=(ONE, Any_(of=(TWO, THREE))))),
        ("1 or 2 and 3", Any_(of=(ONE, All(of=(TWO, THREE))))),
        ("1 AND 2", All(of=(ONE, TWO))),
        ("1 aNd (2 OR 3)", All(of=(ONE, Any_(of=(TWO, THREE))))),
        ("((1))", ONE),
        ("(1)and(2)", All(of=(ONE, TWO))),
        ("\t1\nor\r2 ", Any_(of=(ONE, TWO))),
    ],
)
def test_reads(text: str, expected: Logic) -> None:
    assert parse_logic(text, KEYS) == expected


@pytest.mark.parametrize("text", [None, "", "   "])
def test_nothing_written_means_every_rule(text: str | None) -> None:
    assert parse_logic(text, ["1", "2"]) == All(of=(ONE, TWO))


def test_no_rules_always_hold() -> None:
    assert satisfied(parse_logic("", []), {}.__getitem__) is True


@pytest.mark.parametrize(
    ("text", "message", "position"),
    [
        ("1 and 9", "The logic names rule '9', which does not exist", 6),
        ("(1 and 2", "The logic opens a bracket that is not closed", 0),
        ("1 and 2)", "The logic closes a bracket that is not open", 7),
        (")", "The logic closes a bracket that is not open", 0),
        ("()", "The logic closes a bracket that is not open", 1),
        ("1 and", "The logic ends too early", 5),
        ("and 1", "'and' is not expected here in the logic", 0),
        ("1 2", "'2' is not expected here in the logic", 2),
        ("1 or or 2", "'or' is not expected here in the logic", 5),
        ("(1 2)", "'2' is not expected here in the logic", 3),
        ("not 1", "The logic names rule 'not', which does not exist", 0),
    ],
)
def test_says_where_it_is_wrong(text: str, message: str, position: int) -> None:
    with pytest.raises(RuleSyntaxError) as caught:
        parse_logic(text, KEYS)

    assert (str(caught.value), caught.value.position) == (message, position)
    assert caught.value.path == "rules.logic"


def test_bounds_length_and_depth() -> None:
    assert parse_logic("(" * 20 + "1" + ")" * 20, KEYS) == ONE
    with pytest.raises(RuleSyntaxError, match="deeper than 20"):
        parse_logic("(" * 21 + "1" + ")" * 21, KEYS)
    with pytest.raises(RuleSyntaxError, match="longer than 2000"):
        parse_logic("1 and " * 400 + "1", KEYS)
    assert len(parse_logic("1 and " * 333 + "1", KEYS).of) == 334  # type: ignore[union-attr]


@given(trees)
def test_what_is_printed_reads_back_to_the_same_truth(tree: Logic) -> None:
    again = parse_logic(print_logic(tree), KEYS)

    assert truth_table(again) == truth_table(tree)
    assert list(keys_of(again)) == list(keys_of(tree))


@given(trees)
def test_letter_case_and_spaces_mean_nothing(tree: Logic) -> None:
    text = print_logic(tree)

    loud = text.upper().replace("(", " ( ").replace(")", " ) ")
    assert truth_table(parse_logic(loud, KEYS)) == truth_table(tree)


def test_stops_at_the_first_answer() -> None:
    asked: list[str] = []

    def holds(key: str) -> bool:
        asked.append(key)
        return key == "2"

    assert satisfied(parse_logic("(1 and 3) or 2 or 4", KEYS), holds) is True
    assert asked == ["1", "2"]


def test_only_named_rules_take_part_in_rule_order() -> None:
    assert named(parse_logic("3 or 1", KEYS), {key: key.upper() for key in KEYS}) == ("1", "3")
