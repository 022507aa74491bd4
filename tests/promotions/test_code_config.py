"""How codes look."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promotions.code_config import CodeConfig, InvalidCodeConfig
from promotions.services import codes


def test_defaults_are_spelled_out() -> None:
    assert CodeConfig.from_wire(None).to_wire() == {
        "length": 8,
        "charset": "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "pattern": "########",
    }


@pytest.mark.parametrize(
    ("wire", "capacity"),
    [
        ({"prefix": "SPRING-", "postfix": "-25", "length": 4, "charset": "AB"}, 16),
        ({"pattern": "PROMO-##", "charset": "0123456789"}, 100),
        ({"length": Decimal(3), "charset": "AAB"}, 8),
        ({"pattern": "FIXED"}, 1),
    ],
)
def test_counts_the_possible_codes(wire: dict[str, Any], capacity: int) -> None:
    assert CodeConfig.from_wire(wire).capacity(ignore_case=False) == capacity


def test_fewer_codes_are_possible_where_capitals_do_not_matter() -> None:
    config = CodeConfig.from_wire({"charset": "aAbB", "length": 3})

    assert config.capacity(ignore_case=False) == 64
    assert config.capacity(ignore_case=True) == 8


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "charset": st.text(min_size=1, max_size=20),
            "prefix": st.text(max_size=10),
            "postfix": st.text(max_size=10),
            "length": st.integers(1, 30),
            "pattern": st.text("#-ab", max_size=20),
        },
    )
)
def test_what_is_printed_means_the_same(wire: dict[str, Any]) -> None:
    config = CodeConfig.from_wire(wire)

    assert CodeConfig.from_wire(config.to_wire()) == config


def test_draws_different_codes_with_all_characters() -> None:
    config = CodeConfig.from_wire({"charset": "AB", "length": 4})

    drawn = codes.draw(config, 16)

    assert len(set(drawn)) == 16
    assert all(set(code) <= {"A", "B"} for code in drawn)


@pytest.mark.parametrize("name", ["charset", "prefix", "postfix", "pattern", "length"])
@pytest.mark.parametrize("value", [[], {}, True, -1, "x" * 300])
def test_refuses_other_types(name: str, value: Any) -> None:
    with pytest.raises(InvalidCodeConfig, match=name):
        CodeConfig.from_wire({name: value})
