from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from core import words
from core.models import ProjectSettings

SPACE = "\N{NO-BREAK SPACE}"


@pytest.fixture(autouse=True)
def _project(db: None) -> object:
    with words.speaking_for(ProjectSettings(currency="PLN", time_zone="Europe/Warsaw")):
        yield


@pytest.mark.parametrize(
    ("amount", "text"),
    [(0, "0.00"), (5, "0.05"), (123450, "1,234.50"), (-199, "-1.99"), (10**15 + 1, "10,000,000,000,000.01")],
)
def test_money_is_exact(amount: int, text: str) -> None:
    assert words.money(amount) == f"{text}{SPACE}PLN"


def test_nothing_is_a_dash() -> None:
    assert (words.money(None), words.when(None), words.day(None)) == ("–", "–", "–")


def test_instants_are_those_of_the_project() -> None:
    evening = datetime(2026, 6, 30, 22, 30, tzinfo=UTC)

    assert words.when(evening) == "1 Jul 2026, 00:30".replace(" ", SPACE)


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        (None, None, "no time limit"),
        ("2026-06-30T22:00:00+00:00", None, "from 1 Jul 2026"),
        (None, "2026-07-31T22:00:00+00:00", "until 31 Jul 2026"),
        ("2026-06-30T22:00:00+00:00", "2026-07-31T10:00:00+00:00", "1 Jul 2026 – 31 Jul 2026"),
    ],
)
def test_a_period_names_its_last_day(start: str | None, end: str | None, text: str) -> None:
    bounds = [datetime.fromisoformat(bound) if bound else None for bound in (start, end)]

    assert words.period(*bounds).replace(SPACE, " ") == text


def test_metadata_is_a_table_without_json() -> None:
    table = words.key_values({"vip": True, "sizes": [1, 2], "place": {"city": "Gdynia"}, "gone": None})

    cells = [part.split("</")[0] for part in table.replace('<th scope="row">', "<td>").split("<td>")[1:]]
    assert cells == ["vip", "yes", "sizes", "1, 2", "place", "city: Gdynia"]


def test_texts_are_escaped() -> None:
    assert "<b>" not in words.key_values({"<b>": "<b>"})
    assert "<b>" not in words.link("<b>", "/")


@pytest.mark.parametrize(
    ("currency", "amount", "text"),
    [
        ("JPY", 120_000, "1,200 JPY"),
        ("JPY", 120_050, "1,200.50 JPY"),
        ("KWD", 123_450, "1,234.500 KWD"),
        ("CLF", 5, "0.0500 CLF"),
        ("EUR", -5, "-0.05 EUR"),
    ],
)
def test_money_has_the_decimals_of_its_currency_and_none_is_hidden(
    currency: str, amount: int, text: str
) -> None:
    assert words.money(amount, currency).replace(SPACE, " ") == text


@pytest.mark.parametrize(
    ("language", "money", "number", "day"),
    [
        ("en", "1,234.50 PLN", "12,345", "24 Nov 2026"),
        ("pl", "1 234,50 PLN", "12 345", "24 lis 2026"),
        ("de", "1.234,50 PLN", "12.345", "24. Nov 2026"),
    ],
)
def test_numbers_are_written_as_the_language_does(language: str, money: str, number: str, day: str) -> None:
    with translation.override(language):
        said = [words.money(123_450), words.number(12_345), words.day(datetime(2026, 11, 24, 9, tzinfo=UTC))]

    assert [text.replace(SPACE, " ").lower() for text in said] == [money.lower(), number, day.lower()]


@pytest.mark.parametrize("language", ["pl", "de"])
def test_what_programs_read_is_the_same_in_every_language(language: str) -> None:
    with translation.override(language):
        assert words.plain_money(123_450) == "1,234.50"


def test_an_instant_in_a_store_says_both_clocks() -> None:
    evening = datetime(2026, 11, 24, 20, 59, tzinfo=UTC)

    both = words.when(evening, ZoneInfo("Asia/Tokyo")).replace(SPACE, " ")
    same = words.when(evening, ZoneInfo("Europe/Berlin")).replace(SPACE, " ")

    assert both == "24 Nov 2026, 21:59 (25 Nov 2026, 05:59 in Asia/Tokyo)"
    assert same == "24 Nov 2026, 21:59"


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("en", ["0 codes", "1 code", "2 codes", "5 codes", "1,200 codes"]),
        ("pl", ["0 kodów", "1 kod", "2 kody", "5 kodów", "1 200 kodów"]),
        ("de", ["0 Codes", "1 Code", "2 Codes", "5 Codes", "1.200 Codes"]),
    ],
)
def test_counts_have_the_forms_of_the_language(language: str, texts: list[str]) -> None:
    with translation.override(language):
        said = [words.count(number, "code").replace(SPACE, " ") for number in (0, 1, 2, 5, 1200)]

    assert said == texts


@given(amount=st.integers(-(10**17), 10**17), currency=st.sampled_from(["EUR", "JPY", "KWD", "CLF"]))
def test_no_amount_loses_a_digit(amount: int, currency: str) -> None:
    """Whatever the currency, what is written reads back as the same hundredths."""
    with words.speaking_for(ProjectSettings(currency="EUR", time_zone="UTC")):
        text = words.money(amount, currency).removesuffix(f"{SPACE}{currency}").replace(",", "")

    assert Decimal(text) * 100 == amount
