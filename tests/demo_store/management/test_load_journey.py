from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from commerce.models import Order
from demo_store.journey import clock
from demo_store.management.commands import load_journey
from promotions.models import Redemption
from tests.demo_store.journey.rows import RowsSource, redemption
from tests.demo_store.journey.year import ICE_COUPON, year

pytestmark = pytest.mark.django_db


@pytest.fixture
def source(monkeypatch: pytest.MonkeyPatch) -> RowsSource:
    rows = year()
    monkeypatch.setattr(load_journey, "ParquetSource", lambda: rows)
    return rows


def command(**options: Any) -> str:
    out = io.StringIO()
    call_command("load_journey", stdout=out, **options)
    return out.getvalue()


def test_prints_rows_outcomes_and_equal_totals(source: RowsSource):
    printed = command()

    table, checks = printed[printed.index("kind ") :].split("\ntotal ")
    rows = [line.split() for line in table.splitlines()]
    assert ["order", "lines", "6", "5", "0", "1"] in [row[:-1] for row in rows]
    assert "Redemptions: 3 accepted, 0 refused" in printed
    assert checks.count(" equal") == 13
    assert "DIFFERENT" not in checks


def test_fails_when_the_totals_differ(source: RowsSource):
    source.redemption_rows.append(redemption(ICE_COUPON, campaign=1, household=2, day=date(2017, 3, 16)))

    with pytest.raises(CommandError, match="does not say what the data set says"):
        command()


def test_a_dry_run_says_that_nothing_was_written(source: RowsSource):
    printed = command(dry_run=True)

    assert "would write" in printed
    assert printed.endswith("Nothing was written.\n")
    assert not Order.objects.exists()


def test_shift_to_now_brings_the_year_up_to_today(source: RowsSource, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(load_journey, "shift_to", lambda now: clock.Shift(weeks=464))

    command(shift_to_now=True)

    assert {row.redeemed_at.year for row in Redemption.objects.all()} == {2026}


def test_limits_the_households(source: RowsSource):
    command(limit_households=1)

    assert list(Order.objects.order_by("source_id").values_list("source_id", flat=True)) == ["101", "103"]


def test_refuses_a_limit_below_one(source: RowsSource):
    with pytest.raises(CommandError, match="above zero"):
        command(limit_households=0)


def test_a_year_that_stands_at_its_real_dates_is_an_error(source: RowsSource):
    command()

    with pytest.raises(CommandError, match="real dates"):
        command(shift_to_now=True)
