from __future__ import annotations

import io

import pytest

from demo_store.journey.report import (
    Check,
    Outcomes,
    Progress,
    Tally,
    check_table,
    outcome_lines,
    tally_table,
)


def test_the_table_lines_up_and_says_why_rows_were_rejected():
    customers = Tally(kind="customers", read=2469, written=2000, present=469, seconds=2.0)
    lines = Tally(kind="order lines", read=10, written=7, seconds=0.0)
    lines.reject("no quantity and no value", 3)
    lines.reject("never happens", 0)

    assert tally_table([customers, lines], dry_run=False).splitlines() == [
        "kind          read  written  already there  rejected  rows/s",
        "-----------  -----  -------  -------------  --------  ------",
        "customers    2,469    2,000            469         0   1,234",
        "order lines     10        7              0         3       0",
        "",
        "Rejected, and why:",
        "  order lines: 3 × no quantity and no value",
    ]


def test_a_dry_run_only_would_write():
    assert "would write" in tally_table([Tally(kind="products")], dry_run=True)


def test_a_different_total_stands_out():
    checks = [
        Check(name="orders", expected=2, found=2),
        Check(name="order value, cents", expected=500, found=499),
    ]

    assert [check.holds for check in checks] == [True, False]
    assert check_table(checks).splitlines()[2:] == [
        "orders                     2         2      equal",
        "order value, cents       500       499  DIFFERENT",
    ]


def test_refusals_are_listed_by_reason_most_frequent_first():
    outcomes = Outcomes(accepted=2, refused={"voucher_expired": 1, "not_found": 4})

    assert outcome_lines(outcomes) == [
        "Redemptions: 2 accepted, 5 refused",
        "  refused: 4 × not_found",
        "  refused: 1 × voucher_expired",
    ]


def test_without_a_terminal_a_stage_is_one_plain_line():
    out = io.StringIO()
    progress, tally = Progress(out.write, terminal=False), Tally(kind="orders")

    with progress.stage(tally):
        tally.read = 1000
        progress.at(tally)
        tally.written = 1000

    assert out.getvalue().startswith("orders: 1,000 read, 1,000 written, 0 already there, 0 rejected (")
    assert out.getvalue().count("\n") == 1
    assert "\r" not in out.getvalue()


def test_on_a_terminal_the_line_is_drawn_over(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("demo_store.journey.report.REDRAW_SECONDS", 0.0)
    out = io.StringIO()
    progress, tally = Progress(out.write, terminal=True), Tally(kind="orders")

    with progress.stage(tally):
        tally.read = 500
        progress.at(tally)

    first, second = out.getvalue().split("\r")[1:]
    assert first == "orders: 500 read, 0 written …"
    assert second.startswith("orders: 500 read, 0 written, 0 already there")
    assert second.endswith("\n")


def test_an_interrupted_stage_still_counts_its_time():
    progress, tally = Progress(io.StringIO().write, terminal=False), Tally(kind="orders")

    with pytest.raises(KeyboardInterrupt), progress.stage(tally):
        raise KeyboardInterrupt

    assert tally.seconds > 0
