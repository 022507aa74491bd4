"""Codes in bulk: of the right form, every character as likely as any other, no two runs alike."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promotions import random_codes
from promotions.code_config import CodeConfig


@given(
    st.text(min_size=1, max_size=128),
    st.text(alphabet="ab#-{}\\%", min_size=1, max_size=12),
    st.text(max_size=5),
    st.text(max_size=5),
    st.integers(0, 40),
)
def test_codes_have_their_form(charset: str, pattern: str, prefix: str, postfix: str, count: int) -> None:
    config = CodeConfig(charset=charset, pattern=pattern, prefix=prefix, postfix=postfix)
    inner = "".join(f"[{re.escape(charset)}]" if sign == "#" else re.escape(sign) for sign in pattern)
    form = re.compile(re.escape(prefix) + inner + re.escape(postfix), re.DOTALL)

    drawn = random_codes.draw(config, count)

    assert len(drawn) == count
    assert all(form.fullmatch(code) for code in drawn)


@pytest.mark.parametrize("size", [1, 2, 3, 32, 62, 100, 127, 128])
def test_no_character_is_likelier_than_another(size: int) -> None:
    """Chi squared: with a thousand for each, a bias by the rest of a byte (up to a half) is far outside."""
    alphabet = "".join(chr(0x4E00 + number) for number in range(size))
    found = Counter(random_codes.characters(alphabet, 1000 * size))

    chi_squared = sum((found[character] - 1000) ** 2 for character in alphabet) / 1000
    assert sum(found.values()) == 1000 * size
    assert chi_squared < size + 8 * (2 * size) ** 0.5 + 20


def test_two_draws_share_nothing() -> None:
    assert not set(random_codes.draw(CodeConfig(), 5000)) & set(random_codes.draw(CodeConfig(), 5000))
