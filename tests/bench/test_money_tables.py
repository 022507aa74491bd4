from __future__ import annotations

import pytest

from tests.bench import money_tables
from tests.bench.money_tables import Line, Run, Spread, Target


def run(*, times: tuple[float, ...] = (0.1, 0.2), seconds: float = 1.0, cpu: float = 0.002) -> Run:
    return Run(times=times, seconds=seconds, cpu=cpu)


@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [
        ([3, 1, 2], 50, 2),
        ([1, 2, 3, 4], 50, 2),
        ([1, 2, 3, 4], 75, 3),
        (range(1, 101), 99, 99),
        (range(1, 201), 99, 198),
        ([5], 99, 5),
        ([5, 7], 0, 5),
        ([5, 7], 100, 7),
    ],
)
def test_percentile_is_the_least_value_that_so_many_do_not_exceed(
    values: list[int], percent: int, expected: int
) -> None:
    assert money_tables.percentile(values, percent) == expected


def test_spread_is_the_median_with_the_ends() -> None:
    assert money_tables.spread([3.0, 1.0, 2.0]) == Spread(middle=2.0, least=1.0, most=3.0)
    assert Spread(middle=1234.5, least=0.25, most=2000).text(1) == "1,234.5 (0.2–2,000.0)"


def test_answers_of_all_repeats_are_pooled_for_a_percentile() -> None:
    repeats = [run(times=(0.001, 0.002)), run(times=(0.003, 0.100))]

    assert money_tables.pooled(repeats, 50) == pytest.approx(2.0)
    assert money_tables.pooled(repeats, 99) == pytest.approx(100.0)


def test_ratios_are_taken_within_each_repeat() -> None:
    """The second repeat is disturbed: both are slower, their ratio is the same."""
    ours = [run(seconds=2.0), run(seconds=20.0), run(seconds=4.0)]
    floor = [run(seconds=1.0), run(seconds=10.0), run(seconds=1.0)]

    assert money_tables.throughput(ours, floor) == Spread(middle=0.5, least=0.25, most=0.5)


def test_costs_are_multiples_of_the_other_processor_time() -> None:
    ours, floor = [run(cpu=0.006), run(cpu=0.010)], [run(cpu=0.002), run(cpu=0.002)]

    assert money_tables.cost(ours, floor) == Spread(middle=4.0, least=3.0, most=5.0)
    assert money_tables.cpu(ours) == Spread(middle=8.0, least=6.0, most=10.0)


def test_ratios_of_unequal_numbers_of_repeats_are_refused() -> None:
    with pytest.raises(ValueError, match="shorter"):
        money_tables.throughput([run(), run()], [run()])


@pytest.mark.parametrize(
    ("target", "is_reached"),
    [
        (Target(what="", wanted=0.35, found=Spread(middle=0.35, least=0.1, most=0.4)), True),
        (Target(what="", wanted=0.35, found=Spread(middle=0.34, least=0.1, most=0.4)), False),
        (Target(what="", wanted=100, found=Spread(middle=100, least=9, most=200), at_least=False), True),
        (Target(what="", wanted=100, found=Spread(middle=101, least=9, most=200), at_least=False), False),
    ],
)
def test_the_median_decides_whether_a_target_is_reached(target: Target, is_reached: bool) -> None:
    assert target.is_reached is is_reached


def test_scenarios_leave_gaps_where_nobody_asked() -> None:
    floor = {1: [run()], 8: [run()], 32: [run()]}
    lines = [
        Line(what="floor", runs=floor, against=floor, named="floor"),
        Line(what="later", runs={1: [run()], 8: [run(seconds=2.0)]}, against=floor, named="floor"),
    ]

    head, rule, first, second = money_tables.scenarios(lines, (1, 8, 32)).splitlines()

    assert head.count("|") == rule.count("|") == first.count("|") == second.count("|")
    assert first == (
        "| floor | 100.0 | 2 (2–2) | 100.0 / 200 | 1.00 (1.00–1.00) | 2 (2–2) | 100.0 / 200"
        " | 1.00 (1.00–1.00) | 2.00 (2.00–2.00) | 1.0 (1.0–1.0) | floor |"
    )
    assert second == (
        "| later | 100.0 | 1 (1–1) | 100.0 / 200 | 0.50 (0.50–0.50) |  |  |  | 2.00 (2.00–2.00)"
        " | 1.0 (1.0–1.0) | floor |"
    )


def test_targets_and_statements_are_printed() -> None:
    target = Target(what="p99, ms", wanted=100, found=Spread(middle=120, least=90, most=130), at_least=False)

    assert money_tables.targets([target]).splitlines()[2] == (
        "| p99, ms | at most 100 | 120.00 (90.00–130.00) | **no** |"
    )
    assert money_tables.statements({"redemption": {"INSERT": 2, "SELECT": 3}}).splitlines()[1:] == [
        "|---|---:|---|",
        "| redemption | 5 | 3 SELECT, 2 INSERT |",
    ]
