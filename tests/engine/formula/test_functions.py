from __future__ import annotations

from decimal import Decimal

import pytest

from engine.formula.functions import FUNCTIONS
from tests.engine.formula.situations import is_true, worth

# It is 26 November 2026, 00:30, in Warsaw.
ROWS = [
    ("MIN(3;1;2)", "1"),
    ("MAX(3;1;2)", "3"),
    ("MIN(7)", "7"),
    ("POW(2;10)", "1024"),
    ("POW(4;0.5)", "2"),
    ("POW(2;-2)", "0.25"),
    ("ROUND(2.5)", "3"),
    ("ROUND(2.345;2)", "2.35"),
    ("ROUND(-2.5)", "-3"),
    ("ROUND(1250;-2)", "1300"),
    ("FLOOR(2.79;1)", "2.7"),
    ("FLOOR(-2.1)", "-3"),
    ("FLOOR(1299;-2)", "1200"),
    ("CEIL(2.01)", "3"),
    ("CEIL(1201;-2)", "1300"),
    ("FLOOR(1 / 3 * 3)", "1"),
    ('YEAR(DATE("2026-02-03"))', "2026"),
    ('MONTH(DATE("2026-02-03"))', "2"),
    ('DAY_OF_MONTH(DATE_TIME("2026-02-03T23:30:00Z"))', "4"),
    ('DAY_OF_MONTH(DATE_TIME("2026-02-03T23:30:00"))', "3"),
    ("DAY_OF_MONTH(TODAY)", "26"),
    ("DAY_OF_MONTH(NOW)", "26"),
    ('DAYS_SINCE(DATE("2026-11-20"))', "6"),
    ('DAYS_SINCE(DATE("2026-11-27"))', "-1"),
    ('DAYS_SINCE(CUSTOMER_METADATA("seen"))', "1"),
    ('DAYS_UNTIL(DATE("2026-12-24"))', "28"),
    ('MONTHS_SINCE(DATE("2026-10-26"))', "1"),
    ('MONTHS_SINCE(DATE("2026-10-27"))', "0"),
    ('MONTHS_UNTIL(DATE("2027-01-26"))', "2"),
    ('MONTHS_UNTIL(DATE("2027-01-25"))', "1"),
    ('YEARS_SINCE(CUSTOMER_METADATA("joined"))', "1"),
    ("YEARS_SINCE(CUSTOMER_BIRTHDATE)", "36"),
    ('YEARS_SINCE(DATE("2026-11-27"))', "0"),
    ('YEARS_SINCE(DATE("2028-11-26"))', "-2"),
]


@pytest.mark.parametrize(("text", "value"), ROWS)
def test_values(text: str, value: str) -> None:
    assert worth(text) == Decimal(value)


def test_every_function_is_in_the_table() -> None:
    tested = {text.split("(")[0] for text, _ in ROWS} | {"DATE", "DATE_TIME"}

    assert tested == set(FUNCTIONS)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("IF(1 > 2;1;2)", "2"),
        ("IF(1 < 2;3;1 / 0)", "3"),
        ('IF(CUSTOMER_METADATA("vip");1;2)', "1"),
        ('DEFAULT_TO(CUSTOMER_METADATA("absent");ORDER_METADATA("absent");8)', "8"),
        ("DEFAULT_TO(1 / 0;8)", "8"),
        ("DEFAULT_TO(5;1 / 0)", "5"),
        ("SWITCH(2;SWITCH_CASE(1;10) SWITCH_CASE(2;20))", "20"),
        ("SWITCH(2;SWITCH_CASE(1;10);SWITCH_CASE(2;20);30)", "20"),
        ("SWITCH(3;SWITCH_CASE(1;1 / 0) SWITCH_CASE(2;20);30)", "30"),
        ('SWITCH(CUSTOMER_METADATA("level");SWITCH_CASE("gold";15);5)', "15"),
    ],
)
def test_choices_calculate_only_what_they_take(text: str, value: str) -> None:
    assert worth(text) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    [
        "1 / 0",
        "1 % 0",
        "POW(0;-1)",
        "POW(-8;0.5)",
        "POW(2;101)",
        "POW(10;100)",
        "ROUND(1;16)",
        "ROUND(1;0.5)",
        "SWITCH(3;SWITCH_CASE(1;10))",
        "IF(1;2;3)",
        'IF(CUSTOMER_METADATA("absent") is "gold";1;2)',
        "1 > 2",
        '"text"',
        "TODAY",
        "TODAY + 1",
        '"7" + 1',
        '-"7"',
        'CUSTOMER_METADATA("digits") * 2',
        'CUSTOMER_METADATA("vip") + 1',
        'MAX(1;"2")',
        "YEAR(2026)",
        'YEAR(CUSTOMER_METADATA("level"))',
        'DEFAULT_TO(CUSTOMER_METADATA("absent");1 / 0)',
    ],
)
def test_has_no_value(text: str) -> None:
    assert worth(text) is None


TESTS = [
    ("2 > 1", True),
    ("1 > 1", False),
    ("1 < 2", True),
    ("2 = 2.0", True),
    ("2 >= 2", True),
    ("1 >= 2", False),
    ("2 <= 2", True),
    ("3 <= 2", False),
    ("1 / 3 * 3 = 1", True),
    ('CUSTOMER_METADATA("level") is "gold"', True),
    ('CUSTOMER_METADATA("level") = "Gold"', False),
    ('CUSTOMER_METADATA("level") isNot "silver"', True),
    ('CUSTOMER_METADATA("digits") is 7', True),
    ('CUSTOMER_METADATA("points") is "150.0"', True),
    ('CUSTOMER_METADATA("points") is "many"', False),
    ('CUSTOMER_METADATA("vip") is "true"', True),
    ('CUSTOMER_METADATA("vip") isNot "FALSE"', True),
    ('CUSTOMER_METADATA("tags") is "vip"', True),
    ('CUSTOMER_METADATA("tags") isNot "old"', True),
    ('"vip" is CUSTOMER_METADATA("tags")', True),
    ('CUSTOMER_METADATA("tags") contains 3', True),
    ('CUSTOMER_METADATA("tags") contains "vi"', False),
    ('CUSTOMER_METADATA("level") contains "ol"', True),
    ('CUSTOMER_METADATA("points") contains 5', True),
    ('CUSTOMER_METADATA("level") startsWith "go"', True),
    ('CUSTOMER_METADATA("level") startsWith "ol"', False),
    ('CUSTOMER_METADATA("tags") startsWith "ne"', True),
    ('CUSTOMER_METADATA("level") endsWith "ld"', True),
    ('CUSTOMER_METADATA("tags") endsWith "x"', False),
    ('CUSTOMER_METADATA("level") IN_ARRAY "silver, gold"', True),
    ('CUSTOMER_METADATA("level") IN_ARRAY "silver,golden"', False),
    ('CUSTOMER_METADATA("points") IN_ARRAY "100,150.0"', True),
    ('CUSTOMER_METADATA("tags") IN_ARRAY "x,vip"', True),
    ('"vip" IN_ARRAY CUSTOMER_METADATA("tags")', True),
    ('CUSTOMER_METADATA("level") NOT_IN_ARRAY "silver,bronze"', True),
    ('CUSTOMER_METADATA("level") NOT_IN_ARRAY "silver,gold"', False),
    ('CUSTOMER_METADATA("joined") < DATE("2025-11-21")', True),
    ('DATE_IS(CUSTOMER_METADATA("seen");DATE("2026-11-25"))', True),
    ('CUSTOMER_METADATA("joined") DATE_IS "2025-11-20"', True),
    ('DATE_IS_NOT(TODAY;"2026-11-26")', False),
    ('IS_AFTER(NOW;CUSTOMER_METADATA("seen"))', True),
    ("IS_AFTER(NOW;TODAY)", False),
    ('TODAY IS_AFTER "2026-11-25"', True),
    ('IS_BEFORE("2026-11-25";TODAY)', True),
    ("IS_BEFORE(TODAY;TODAY)", False),
    ("1 = 1 AND 2 = 2", True),
    ("1 = 1 AND 2 = 3", False),
    ("1 = 2 OR 2 = 2", True),
    ("1 = 2 AND 1 = 1 OR 1 = 1", True),
    ("1 = 2 AND (1 = 1 OR 1 = 1)", False),
    ("1 = 2 AND 1 / 0 = 1", False),
    ("1 = 1 OR 1 / 0 = 1", True),
    ('"gold" > "silver"', None),
    ('CUSTOMER_METADATA("vip") = 1', None),
    ('CUSTOMER_METADATA("absent") isNot "x"', None),
    ("1 / 0 = 1 OR 1 = 1", None),
    ('TODAY > "someday"', None),
]


@pytest.mark.parametrize(("condition", "result"), TESTS)
def test_conditions(condition: str, *, result: bool | None) -> None:
    assert is_true(condition) is result
