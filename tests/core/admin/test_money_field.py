from __future__ import annotations

from collections.abc import Iterator

import pytest
from django import forms

from core import words
from core.admin.forms import MoneyField
from core.models import ProjectSettings


@pytest.fixture(autouse=True)
def _project() -> Iterator[None]:
    with words.speaking_for(ProjectSettings(currency="JPY", time_zone="UTC")):
        yield


@pytest.mark.parametrize(
    ("typed", "minor"),
    [
        ("12.34", 1234),
        ("12,34", 1234),
        (" 1 234,5 ", 123_450),
        ("1\N{NO-BREAK SPACE}234,50", 123_450),
        ("1,234.50", 123_450),
        ("1.234,50", 123_450),
        ("1.234.567,89", 123_456_789),
        ("0", 0),
        ("", None),
    ],
)
def test_amounts_are_read_as_people_write_them(typed: str, minor: int | None) -> None:
    assert MoneyField().clean(typed) == minor


@pytest.mark.parametrize(
    "typed",
    [
        "1,234",
        "1.234",
        "1.2.3",
        "1,2,3",
        "-1",
        "1-",
        "x",
        "1e3,0.5",
        "1.2,3",
        "NaN",
        "..",
        ",5.",
        "1.234,567",
    ],
)
def test_what_could_mean_two_things_is_refused(typed: str) -> None:
    with pytest.raises(forms.ValidationError):
        MoneyField().clean(typed)


@pytest.mark.parametrize(("currency", "text"), [("JPY", "1234"), ("EUR", "1234.00"), ("KWD", "1234.00")])
def test_what_is_shown_reads_back_as_the_same(currency: str, text: str) -> None:
    with words.speaking_for(ProjectSettings(currency=currency, time_zone="UTC")):
        field = MoneyField()

        assert field.prepare_value(123_400) == text
        assert field.clean(text) == 123_400
        assert field.clean(field.prepare_value(123_450)) == 123_450
