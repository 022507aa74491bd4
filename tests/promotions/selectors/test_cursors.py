"""Cursors of a page: the contract's instants, exact where several rows are of one millisecond."""

from __future__ import annotations

from datetime import timedelta

import pytest

from promotions.selectors import cursors
from promotions.selectors.offers import PROMOTION_TIER, VOUCHER, rank_of
from tests.conftest import NOW

LAST = rank_of(VOUCHER, 7, NOW)


def test_is_the_created_at_of_the_last_item() -> None:
    older = rank_of(VOUCHER, 8, NOW - timedelta(milliseconds=1))

    text = cursors.write(NOW, LAST, older)

    assert text == "2026-03-10T12:00:00.000Z"
    assert older < cursors.read(text) <= LAST


def test_tells_rows_of_one_millisecond_apart() -> None:
    following = rank_of(PROMOTION_TIER, 6, NOW)

    text = cursors.write(NOW, LAST, following)

    assert text == "2026-03-10T12:00:00.0000000028Z"
    assert following < cursors.read(text) == LAST


def test_microseconds_do_not_matter() -> None:
    assert rank_of(VOUCHER, 1, NOW) == rank_of(VOUCHER, 1, NOW + timedelta(microseconds=999))
    assert rank_of(VOUCHER, 2, NOW) > rank_of(VOUCHER, 1, NOW + timedelta(microseconds=999))


def test_any_instant_can_be_asked_for() -> None:
    assert cursors.read("2026-03-10T13:00:00+01:00") == cursors.read("2026-03-10T12:00:00.000Z")
    assert cursors.read("2026-03-10T12:00:00.0000000028+00:00") == LAST
    assert cursors.read("1999-12-31") < cursors.read("2000-01-01") == 0


@pytest.mark.parametrize("text", ["yesterday", "2026-03-10T12:00:00.0009999999Z"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an instant"):
        cursors.read(text)
