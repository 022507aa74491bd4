"""Bad formulas cost next to nothing and never more than an error or no value."""

from __future__ import annotations

import time

import pytest

from engine import formula
from engine.basket import Line
from tests.engine.formula.situations import situation

LONG_ORDER = situation(lines=tuple(Line(quantity=1, price=1 + number % 97) for number in range(500)))

REFUSED = {
    "very deep brackets": "(" * 900 + "1" + ")" * 900,
    "only brackets": "(" * 2000,
    "many minuses": "-" * 1999 + "1",
    "deep functions": "IF(1=1;" * 60 + "1" + ";2)" * 60,
    "too long": "1+" * 5000 + "1",
    "too many parts": "1+" * 900 + "1",
    "a long number": "9" * 31,
    "a name without end": "A" * 2000,
    "quotes": '"' * 1999,
    "backslashes": '"' + "\\" * 1997 + '"',
    "NUL": "\x00" * 2000,
    "NUL in a text": '"a\x00b"',
    "unicode digits": "١٢٣",
    "unicode letters": "ORDER_ΑMOUNT",
    "surrogate": "\ud800",
    "emoji": "💶" * 1000,
    "unbalanced": "IF(1=1;(2;3)",
    "python": "__import__('os')",
    "attribute": "ORDER_AMOUNT.__class__",
    "signs": "+*/%" * 500,
    "separators": ";" * 2000,
    "not a number": "1e999999",
}

WITHOUT_VALUE = {
    "huge power": "POW(9;POW(9;POW(9;9)))",
    "tower of powers": "POW(" * 19 + "9" + ";99)" * 19,
    "tiny power": "POW(0.000000001;100) / 0",
    "huge product": " * ".join(["9" * 30] * 40),
    "division by zero": "1 / (2 - 2)",
    "deepest remainder": "9" * 30 + " % 0.0",
    "long text as a date": f'YEAR("{"1" * 1900}")',
}


@pytest.mark.parametrize("name", REFUSED)
def test_is_refused_at_once(name: str) -> None:
    began = time.process_time()
    with pytest.raises(formula.FormulaSyntaxError) as refused:
        formula.parse(REFUSED[name])

    assert time.process_time() - began < 0.05
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize("name", WITHOUT_VALUE)
def test_has_no_value_at_once(name: str) -> None:
    scope = formula.Scope(LONG_ORDER)

    began = time.process_time()
    value = formula.evaluate(formula.parse(WITHOUT_VALUE[name]), scope)

    assert time.process_time() - began < 0.05
    assert value is None


def test_the_longest_work_that_a_formula_can_ask_for() -> None:
    powers = "+".join(["POW(1.01;0.7)"] * 120)
    extremes = "+".join(["CHEAPEST_ORDER_ITEM_PRICE"] * 75)
    units = "+".join(["ORDER_UNITS_QUANTITY"] * 90)

    for text in (powers, extremes, units):
        began = time.process_time()
        value = formula.evaluate(formula.parse(text), formula.Scope(LONG_ORDER))

        assert time.process_time() - began < 0.05
        assert value is not None


def test_twenty_brackets_are_the_limit() -> None:
    assert formula.parse("(" * 20 + "1" + ")" * 20) == formula.parse("1")
    with pytest.raises(formula.FormulaSyntaxError, match=r"at most 20 brackets deep \(at character 21\)"):
        formula.parse("(" * 21 + "1" + ")" * 21)


def test_two_thousand_characters_are_the_limit() -> None:
    longest = "1" + " " * 1999

    assert formula.evaluate(formula.parse(longest), formula.Scope(LONG_ORDER)) == 1
    with pytest.raises(formula.FormulaSyntaxError, match="at most 2000 characters"):
        formula.parse(longest + " ")


def test_other_lines_share_the_search_for_the_cheapest() -> None:
    whole = formula.Scope(LONG_ORDER)
    dearer = formula.parse("ORDER_ITEM_PRICE - CHEAPEST_ORDER_ITEM_PRICE")

    found = [formula.evaluate(dearer, whole.at_line(index)) for index in range(500)]

    assert found == [formula.evaluate(dearer, formula.Scope(LONG_ORDER, index)) for index in range(500)]
    assert (min(value for value in found if value is not None), found[96]) == (0, formula.evaluate(
        formula.parse("0.96"), whole
    ))  # fmt: skip
