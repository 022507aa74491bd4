"""Different ways of writing are one trait; different people's are not."""

from __future__ import annotations

from typing import Any

import pytest

from referrals import traits
from referrals.attempts import Address


def at(
    line_1: str, postal_code: str = "00-123", city: str = "Warszawa", line_2: str = "", **more: str
) -> str:
    return traits.address(
        Address(
            line_1=line_1, line_2=line_2, postal_code=postal_code, city=city, country=more.get("country", "")
        )
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (at("ul. Długa 5/3"), at("DLUGA 5 m. 3", postal_code="00123")),
        (at("ul. Długa 5/3"), at("Ulica Długa 5 lok. 3", city="Warsaw", country="Poland")),
        (at("Długa 5", line_2="m. 3"), at("Długa 5/3")),
        (at("Hauptstraße 12"), at("Hauptstr. 12")),
        (at("Goethe-Straße 12"), at("Goethestr 12")),
        (at("Müllerweg 012"), at("Muellerweg 12")),
        (at("5 Main Street", "SW1A 1AA", line_2="Flat 3"), at("5 Main St., Apt 3", "sw1a1aa")),
        (at("12, rue de l'Église"), at("Rue de l Eglise 12")),
        (at("Źródlana 7", postal_code="", city="Łódź"), at("zrodlana 7", postal_code="", city="LODZ")),
    ],
)
def test_one_address_in_two_ways(one: str, other: str) -> None:
    assert one == other != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (at("Długa 5/3"), at("Długa 5/4")),
        (at("Długa 5/3"), at("Długa 3/5")),
        (at("Długa 5"), at("Krótka 5")),
        (at("Długa 5"), at("Długa 5", postal_code="00-124")),
        (at("Długa 5a"), at("Długa 5b")),
    ],
)
def test_neighbours_have_addresses_of_their_own(one: str, other: str) -> None:
    assert one != other


@pytest.mark.parametrize("line", ["", "Długa", "ul."])
def test_an_address_without_a_number_says_nothing(line: str) -> None:
    assert at(line) == ""


def test_an_address_without_a_place_says_nothing() -> None:
    assert at("Długa 5", postal_code="", city="") == ""


@pytest.mark.parametrize(
    ("number", "dial_code", "key"),
    [
        ("+48 600 100 200", "", "+48600100200"),
        ("0048600100200", "", "+48600100200"),
        ("600-100-200", "+48", "+48600100200"),
        ("0170/123456", "+49", "+49170123456"),
        ("+49 (0) 170 123456", "+48", "+49170123456"),
        ("600100200", "48", "+48600100200"),
        ("600100200", "", "600100200"),
        ("112", "+48", ""),
        ("000 000 000", "+48", ""),
        ("no phone", "+48", ""),
        ("", "+48", ""),
    ],
)
def test_phone_numbers_by_country_and_digits(number: str, dial_code: str, key: str) -> None:
    assert traits.phone(number, dial_code) == key


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Jan Nowak", "Nowak, Jan", True),
        ("Jan Nowak", "JAN NOWAK", True),
        ("Jan Nowak", "J. Nowak", True),
        ("Jan Nowak", "Jan Adam Nowak", True),
        ("Łukasz Wiśniewski", "Lukasz Wisniewski", True),
        ("Jörg Müller", "Joerg Mueller", True),
        ("Jan J.", "Jan John", True),
        ("Jan Nowak", "Anna Nowak", False),
        ("Jan Nowak", "A. Nowak", False),
        ("Jan Nowak", "Jan Kowalski", False),
        ("J. N.", "Jan Nowak", False),
        ("Jan", "Jan Nowak", False),
        ("Jan", "Jan", False),
        ("", "", False),
    ],
)
def test_names_that_can_be_one_person(one: str, other: str, same: bool) -> None:
    words = traits.name_words(one), traits.name_words(other)

    assert traits.is_same_name(*words) is same
    assert traits.is_same_name(*reversed(words)) is same


def test_husband_and_wife_have_one_surname() -> None:
    assert traits.surname("Jan Kowalski") == traits.surname("Anna Maria Kowalska") == "kowalsk"
    assert traits.surname("Jan Nowak") != traits.surname("Jan Kowalski")
    assert traits.surname("Kowalski") == ""


@pytest.mark.parametrize(
    ("email", "stem"),
    [
        ("anna.nowak+x@gmail.com", "annanowak"),
        ("AnnaNowak77@wp.pl", "annanowak"),
        ("nowak_anna@wp.pl", "nowakanna"),
        ("an1@wp.pl", ""),
        ("1234567@wp.pl", ""),
        ("anna", ""),
    ],
)
def test_the_name_in_a_mailbox(email: str, stem: str) -> None:
    assert traits.mailbox_stem(email) == stem


@pytest.mark.parametrize(
    ("metadata", "found"),
    [
        ({"device_id": "abc"}, {"abc"}),
        ({"device_id": " abc ", "seen": ["d1", 7, None, "d1"]}, {"abc", "d1", "7"}),
        ({"device_id": "Unknown", "seen": ["", "null", "0"]}, set()),
        ({"device_id": True, "seen": {"a": 1}}, set()),
        ({"other": "abc"}, set()),
    ],
)
def test_fingerprints_come_from_named_metadata(metadata: dict[str, Any], found: set[str]) -> None:
    assert traits.fingerprints(metadata, ("device_id", "seen")) == found
