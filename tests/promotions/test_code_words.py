"""What people read about how their codes look."""

from __future__ import annotations

import pytest

from promotions import code_words
from promotions.code_config import CodeConfig

DIGITS = "0123456789"
EASY = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


@pytest.mark.parametrize(
    ("config", "live", "said"),
    [
        (CodeConfig(), 1, ""),
        (CodeConfig(charset=EASY), 1_000_000, ""),
        # 2^40 are possible: just enough by themselves, too few for so many live codes.
        (CodeConfig(charset=EASY), 2_000_000, "one guess in 549,755 finds one. Put 1 more # into"),
        (
            CodeConfig(charset=EASY, pattern="#######"),
            1,
            "one guess in 34,359,738,368 finds one. Put 1 more #",
        ),
        (
            CodeConfig(charset=DIGITS, pattern="####"),
            500,
            "of 500 codes, one guess in 20 finds one. Put 9 more #",
        ),
        (CodeConfig(charset="A", pattern="##"), 1, "of 1 code, every guess finds one."),
    ],
)
def test_says_which_codes_are_easy_to_guess(config: CodeConfig, live: int, said: str) -> None:
    found = code_words.weakness(config, live=live, ignore_case=False)

    assert said in found
    assert bool(found) == bool(said)


def test_no_number_of_signs_helps_where_there_is_one_character() -> None:
    assert code_words.weakness(CodeConfig(charset="AAA"), live=5, ignore_case=False).endswith("finds one.")


def test_case_counts_only_where_the_project_says_so() -> None:
    config = CodeConfig(charset="abcdefghijklmnopABCDEFGHIJKLMNOP", pattern="########")

    assert code_words.weakness(config, live=1, ignore_case=False) == ""
    assert "Put 2 more #" in code_words.weakness(config, live=1, ignore_case=True)


@pytest.mark.parametrize(
    ("capacity", "said"),
    [
        (1, "1 code is possible."),
        (1296, "1,296 codes are possible."),
        (10**12 + 1, "More than 1,000,000,000,000 codes are possible."),
    ],
)
def test_says_how_many_are_possible(capacity: int, said: str) -> None:
    assert code_words.possible(capacity) == said
