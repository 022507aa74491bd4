from __future__ import annotations

from decimal import Decimal

import pytest

from engine import formula
from tests.engine.formula.situations import worth


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7", "7"),
        ("0.5", "0.5"),
        (".5", "0.5"),
        ("1 + 2 * 3", "7"),
        ("(1 + 2) * 3", "9"),
        ("10 - 4 - 3", "3"),
        ("12 / 3 / 2", "2"),
        ("12 / (3 / 2)", "8"),
        ("17 % 5 * 2", "4"),
        ("-2 * -3", "6"),
        ("2 - -3", "5"),
        ("--4", "4"),
        ("2 x 3", "6"),
        ("2X3", "6"),
        ("2 × 3 ÷ 4 − 1", "0.5"),
        ("0.1 + 0.2", "0.3"),
        ("if(1<2;10;20)", "10"),
        ("If( 1 <= 1 and 2 ≥ 2 ; 10 ; 20 )", "10"),
        ("\n1\t+\xa01 ", "2"),
        ('IF("a\\"b" contains "\\"";1;0)', "1"),
        ('IF("a\\\\b" is "a\\\\b";1;0)', "1"),
        ("order_amount", "71"),
    ],
)
def test_reads(text: str, value: str) -> None:
    assert worth(text) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "position", "message"),
    [
        ("", 0, "the formula is empty (at character 1)"),
        ("  ", 0, "the formula is empty (at character 1)"),
        ("1 +", 3, "the formula ends where a value is expected (at character 4)"),
        ("1 2", 2, "an operator or the end is expected, not '2' (at character 3)"),
        ("(1", 2, "the formula ends where ) is expected (at character 3)"),
        ("1)", 1, "an operator or the end is expected, not ')' (at character 2)"),
        ("1,5", 1,
         "',' is not expected: arguments are separated by ; and decimals by a point (at character 2)"),
        ('"open', 0, "'\"' is not expected: the text that starts here has no closing quote (at character 1)"),
        ("1 > 2 > 3", 6, "join comparisons with AND (at character 7)"),
        ("1 != 2", 2, "'!' is not expected: write isNot for 'is not equal' (at character 3)"),
        ("2 ^ 3", 2, "'^' is not expected: write POW(a;b) (at character 3)"),
        ("ORDER_TOTAL * 2", 0, "'ORDER_TOTAL' is not known (at character 1)"),
        ("IF(1 > 2;3)", 0, "IF takes 3 arguments separated by ;, not 2 (at character 1)"),
        ("1 + ROUND(1;2;3)", 4, "ROUND takes 1 or 2 arguments separated by ;, not 3 (at character 5)"),
        ("MIN()", 0, "MIN takes 1 or more arguments separated by ;, not 0 (at character 1)"),
        ("CUSTOMER_METADATA(level)", 18, "the name of a property in \"quotes\" is expected, not 'level'"
         " (at character 19)"),
        ("CUSTOMER_METADATA", 17, "the formula ends where ( is expected (at character 18)"),
        ('SWITCH_CASE("a";1)', 0, "SWITCH_CASE stands inside of SWITCH (at character 1)"),
        ("SWITCH(1;2)", 9, "SWITCH_CASE is expected, not '2' (at character 10)"),
        ('DATE("tomorrow")', 0, "'tomorrow' is not an ISO 8601 date (at character 1)"),
        ("1\x002", 1, "'\\x00' is not expected (at character 2)"),
        ("1 + ☃", 4, "'\\u2603' is not expected (at character 5)"),
    ],
)  # fmt: skip
def test_says_what_is_wrong_and_where(text: str, position: int, message: str) -> None:
    with pytest.raises(formula.FormulaSyntaxError) as refused:
        formula.parse(text)

    assert (refused.value.position, str(refused.value)) == (position, message)
    assert isinstance(refused.value, ValueError)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("1+2*3", "1 + 2 * 3"),
        ("(1+2)*3", "(1 + 2) * 3"),
        ("((1))", "1"),
        ("1-(2-3)", "1 - (2 - 3)"),
        ("-(1+2)", "-(1 + 2)"),
        ("--1", "--1"),
        ('if(a_metadata is "x";1;2)'.replace("a_metadata", 'customer_metadata("A")'),
         'IF(CUSTOMER_METADATA("A") is "x";1;2)'),
        ("date_is(today;now)", "TODAY DATE_IS NOW"),
        ('SWITCH("q\\"";SWITCH_CASE(1;2);SWITCH_CASE(3;4);5)',
         'SWITCH("q\\"";SWITCH_CASE(1;2) SWITCH_CASE(3;4);5)'),
        ("if((1=1 or 2=2) and 3=3;1;2)", "IF((1 = 1 OR 2 = 2) AND 3 = 3;1;2)"),
    ],
)  # fmt: skip
def test_is_written_in_one_way(text: str, canonical: str) -> None:
    found = formula.parse(text)

    assert str(found) == canonical
    assert found == formula.parse(canonical)
    assert hash(found) == hash(formula.parse(canonical))
    assert found.text == text
