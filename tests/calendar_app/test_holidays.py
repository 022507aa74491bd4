from __future__ import annotations

from datetime import date

import pytest

from calendar_app import holidays
from calendar_app.holidays import Holiday


def test_there_are_many_countries_with_names_that_people_know() -> None:
    found = {country.code: country for country in holidays.countries()}

    assert len(found) > 100
    assert (found["DE"].name, found["US"].name, found["PL"].name) == ("Germany", "United States", "Poland")
    assert ("BY", "Bayern") in found["DE"].parts
    assert holidays.part_name("DE", "BY") == "Bayern"
    assert holidays.part_name("DE", "XX") == "XX"


def test_those_of_a_part_come_with_those_of_the_country() -> None:
    whole = holidays.between("DE", "", date(2026, 1, 1), date(2026, 1, 10))
    bavaria = holidays.between("DE", "BY", date(2026, 1, 1), date(2026, 1, 10))

    assert whole == [Holiday(day=date(2026, 1, 1), name="New Year's Day")]
    assert bavaria == [*whole, Holiday(day=date(2026, 1, 6), name="Epiphany")]


def test_both_ends_are_included_also_over_the_end_of_a_year() -> None:
    found = holidays.between("PL", "", date(2026, 12, 25), date(2027, 1, 1))

    assert [one.day for one in found] == [date(2026, 12, 25), date(2026, 12, 26), date(2027, 1, 1)]


@pytest.mark.parametrize(
    ("language", "name"),
    [("de", "Neujahr"), ("en", "New Year's Day"), ("pl", "New Year's Day"), ("", "New Year's Day")],
)
def test_they_are_called_as_the_page_speaks_as_far_as_that_is_known(language: str, name: str) -> None:
    assert holidays.between("DE", "", date(2026, 1, 1), date(2026, 1, 1), language=language)[0].name == name


@pytest.mark.parametrize(("country", "part"), [("XX", ""), ("", ""), ("DE", "Mars")])
def test_what_is_not_known_has_none(country: str, part: str) -> None:
    assert holidays.between(country, part, date(2026, 1, 1), date(2026, 12, 31)) == []


def test_every_country_can_be_asked() -> None:
    for country in holidays.countries():
        assert (
            holidays.between(country.code, "", date(2026, 1, 1), date(2026, 12, 31), language="en")
            is not None
        )
