"""Braces stand for facts, and can reach nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promotions import message_text
from promotions.selectors.message_facts import SAMPLE


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hi {{ customer.first_name }}!", "Hi Ann!"),
        ("{{code}}{{  code  }}", "SPRING-X7K2SPRING-X7K2"),
        ("{{ customer }}", ""),
        ("{{ customer.missing }} {{ missing.path }}", " "),
        ("{{ customer.name.upper }}", ""),
        ("{{ codes }}", "SPRING-X7K2"),
        ("{ code } {{ }}", "{ code } "),
        ("{{ customer.__class__ }}", ""),
    ],
)
def test_render(text: str, expected: str) -> None:
    assert message_text.render(text, SAMPLE) == expected


@given(st.text(alphabet=st.characters(exclude_characters="{}")))
def test_a_text_without_braces_stays_as_it_is(text: str) -> None:
    assert message_text.render(text, SAMPLE) == text


@given(st.text())
def test_what_a_customer_is_called_is_never_read_as_a_mark(name: str) -> None:
    assert (
        message_text.render("{{ name }}", {"name": f"{name}{{{{ code }}}}", "code": "S"})
        == f"{name}{{{{ code }}}}"
    )


def test_slips_of_the_pen_are_named() -> None:
    text = "{{ customer.nam }} {{ code }} {{ customer.metadata.card }} {{ 1 + 1 }} {{ customer.nam }}"

    assert message_text.unknown(text, SAMPLE) == ["customer.nam", "1 + 1"]
