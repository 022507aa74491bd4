"""Which code was perhaps meant."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from core.models import ProjectSettings
from promotions.selectors import similar_codes
from tests.factories.promotions import CampaignFactory, VoucherFactory

pytestmark = pytest.mark.django_db

SAME = "the same but for letter case, spaces or dashes"
SLIP = "one character differs"


@pytest.mark.parametrize(
    ("typed", "difference"),
    [
        ("welcome-10", SAME),
        ("Welcome-10", SAME),
        ("WELCOME - 10", SAME),
        ("WELCOME\N{EN DASH}10", SAME),
        ("\N{ZERO WIDTH SPACE}WELCOME-10", SAME),
        ("“WELCOME-10”", SAME),
        ("WELCOM-10", SLIP),
        ("WELCOMEE-10", SLIP),
        ("WELCMOE-10", SLIP),
        ("WELCOME-1O", SLIP),
        ("welcome10", SLIP),
        ("ELCOME-10", SLIP),
    ],
)
def test_finds_what_was_meant(typed: str, difference: str) -> None:
    VoucherFactory(code="WELCOME-10")

    found = similar_codes.find(typed)

    assert (found.codes, found.difference) == (("WELCOME-10",), difference)


@pytest.mark.parametrize("typed", ["WELCOM10X", "SUMMER", "W10", "", "W" * 300, "\N{PILE OF POO}" * 20])
def test_guesses_nothing_that_is_far_away(typed: str) -> None:
    VoucherFactory(code="WELCOME-10")

    assert similar_codes.find(typed).codes == ()


def test_marks_that_belong_to_a_code_do_not_hide_it() -> None:
    VoucherFactory(code="A.B10-X")

    assert similar_codes.find("A.B10X").codes == ("A.B10-X",)


def test_lower_case_codes_are_found_where_case_counts() -> None:
    VoucherFactory(code="welcome-10")

    assert similar_codes.find("WELCOME-10").codes == ("welcome-10",)
    assert similar_codes.find("welcom-10").codes == ("welcome-10",)


def test_where_case_does_not_count(settings_row: ProjectSettings) -> None:
    settings_row.case_insensitive_codes = True
    settings_row.save()
    VoucherFactory(code="Welcome-10", code_key="welcome-10")

    assert similar_codes.find("WELCOM-10").codes == ("Welcome-10",)


def test_the_same_letters_beat_a_slip_and_there_are_three_at_most() -> None:
    for code in ("CODE1", "CODE2", "CODE3", "CODE4"):
        VoucherFactory(code=code)

    assert similar_codes.find("CODE9").codes == ("CODE1", "CODE2", "CODE3")
    assert similar_codes.find("code1").codes == ("CODE1",)


def test_what_is_in_the_bin_is_not_meant_but_told(now: datetime) -> None:
    VoucherFactory(code="GONE", deleted_at=now)
    VoucherFactory(code="WITH-ALL", campaign=CampaignFactory(deleted_at=now))
    VoucherFactory(code="FREE", deleted_at=now, released_at=now)

    assert similar_codes.find("GONE") == similar_codes.Similar(deleted_at=now)
    assert similar_codes.find("WITH-ALL").deleted_at == now
    assert similar_codes.find("gone").codes == ()
    assert similar_codes.find("FREE").deleted_at is None


def test_asks_the_database_once_beside_the_settings(
    count_queries: Callable[[Callable[[], Any]], int],
) -> None:
    assert count_queries(lambda: similar_codes.find("A-RATHER-LONG-CODE-2026")) == 2
