"""Redemptions and validations over HTTP beside floors: what a view written by hand, or one that does next to
nothing, answers in the same run.

Two databases: one is new, one has a year behind it. Both are served as `make demo` does; all take turns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from config import processes
from promotions.models import Counter, Redemption, Voucher
from promotions.selectors import reconcile
from tests.bench import (
    cpu,
    money_floor,
    money_history,
    money_rows,
    money_scenarios,
    money_statements,
    money_tables,
    serving,
    workload,
)
from tests.bench.money_rows import Group
from tests.bench.money_scenarios import CALLERS, Scenario, Stock
from tests.bench.money_tables import Line, Run, Spread, Target
from tests.bench.serving import Web

# More redemptions than are answered in a second: codes are made for so many.
_MOST_PER_SECOND = 800
_LAST = CALLERS[-1]
_FEW = 8

# Where the discounts of each hot campaign are counted.
_BUDGETS: Mapping[Group, Mapping[str, Any]] = {
    Group.RULE: {"scope": Counter.Scope.CAMPAIGN, "name": workload.BUDGET},
    Group.POOL: {"scope": Counter.Scope.BUDGET},
}

type Measured = Mapping[tuple[str, int], Sequence[Run]]


def table(*, quick: bool) -> str:
    """The Markdown tables.

    :raises RuntimeError: something was refused, or counters do not say what was answered.
    """
    repeats, seconds, past = (1, 0.5, money_rows.CUSTOMERS) if quick else (7, 1.2, money_history.REDEMPTIONS)
    now = timezone.now()
    with serving.database("bench_money") as environment:
        money_floor.fill()
        money_rows.fill(now=now)
        stock = money_scenarios.stock(int(_MOST_PER_SECOND * seconds * (1 + repeats * len(CALLERS))), now=now)
        head = serving.head()
        statements = money_statements.counted(head, now=now)
        _settle()
        with serving.copy("bench_money_later") as later_environment:
            money_history.fill(past, now=now)
            _settle()
            with (
                serving.server(environment, settings="tests.bench.money_floor_settings") as floor,
                serving.server(environment, settings="tests.bench.http_settings") as new,
                serving.server(later_environment, settings="tests.bench.http_settings") as later,
            ):
                found = money_scenarios.scenarios(stock, floor=floor, new=new, later=later, past=past)
                measured = _measured(found, head, repeats, seconds)
            _check_uses(stock, money_scenarios.answered(found, later))
        _check_uses(stock, money_scenarios.answered(found, new))
        _check_everything(found, floor)
    return "\n".join(
        [
            money_tables.scenarios([_line(one, found, measured) for one in found], CALLERS),
            money_tables.statements(statements),
            money_tables.targets(_targets(measured, statements)),
        ]
    )


def _measured(
    found: Sequence[Scenario], head: Sequence[str], repeats: int, seconds: float
) -> Mapping[tuple[str, int], list[Run]]:
    """Every scenario with every number of callers, in turn; then all of it again."""
    database = _database_process()
    for one in found:
        # Every thread of the server has its connection then, and every connection its plans.
        _run(one, head, _FEW, seconds, database)
    runs: dict[tuple[str, int], list[Run]] = {}
    for _ in range(repeats):
        for callers in CALLERS:
            for one in found:
                if callers in one.callers:
                    run = _run(one, head, callers, seconds, database)
                    runs.setdefault((one.key, callers), []).append(run)
    return runs


def _run(
    scenario: Scenario, head: Sequence[str], callers: int, seconds: float, database: Sequence[int]
) -> Run:
    warm_up = max(20, 2 * callers)
    most = _MOST_PER_SECOND if scenario.uses_up else 4 * _MOST_PER_SECOND
    calls = scenario.next(warm_up + int(most * seconds))
    timed = serving.drive(
        scenario.web.port,
        head,
        calls,
        callers=callers,
        warm_up=warm_up,
        seconds=seconds,
        watch=[scenario.web.pid, *database],
    )
    scenario.answered += warm_up + len(timed.times)
    return Run(times=timed.times, seconds=timed.seconds, cpu=timed.cpu / len(timed.times))


def _database_process() -> list[int]:
    """The parent of the database's processes, where it runs on this machine."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()
    parent = cpu.parent(backend)
    return [parent] if parent is not None and "postgres" in processes.command_line(parent) else []


def _settle() -> None:
    """Housekeeping of the database now, not while we measure."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    connection.close()


def _check_uses(stock: Stock, answered: int) -> None:
    """What was answered with success is there once, and nothing else of these codes.

    :raises RuntimeError: it is not.
    """
    codes = [code for name in money_scenarios.REDEEMED for code in stock.codes[name]]
    uses = Redemption.objects.filter(voucher_code__in=codes, status=Redemption.Status.SUCCEEDED).count()
    counted = Voucher.objects.filter(code_key__in=codes).aggregate(used=Sum("redeemed_quantity"))["used"]
    failed = Redemption.objects.filter(result=Redemption.Result.FAILURE).count()
    if (uses, counted, failed) != (answered, answered, 0):
        raise RuntimeError(
            f"{answered} answers, {uses} redemptions, {counted} counted uses, {failed} failures"
        )
    for group, counters in _BUDGETS.items():
        spent = Redemption.objects.filter(
            campaign__in=money_rows.campaigns(group), status=Redemption.Status.SUCCEEDED
        )
        said = Counter.objects.filter(**counters).aggregate(value=Sum("value", default=0))["value"]
        given = spent.aggregate(total=Sum("discount_amount", default=0))["total"]
        if said != given:
            raise RuntimeError(f"{group}: the counter says {said}, the redemptions add up to {given}")


def _check_everything(found: Sequence[Scenario], floor: Web) -> None:
    """The counters of the new database, and those of the floor.

    :raises RuntimeError: one is wrong.
    """
    wrong = list(reconcile.differences(now=timezone.now(), only=reconcile.CHECKS_BY_NAME))
    if wrong:
        raise RuntimeError(f"Counters are wrong: {'; '.join(map(str, wrong[:5]))}")
    answered = sum(one.answered for one in found if one.web == floor)
    if money_floor.uses() != (answered, answered):
        raise RuntimeError(f"The floor answered {answered} and has {money_floor.uses()}")


def _line(scenario: Scenario, found: Sequence[Scenario], measured: Measured) -> Line:
    (other,) = (one for one in found if one.key == scenario.against)
    return Line(
        what=scenario.what,
        runs={callers: measured[scenario.key, callers] for callers in scenario.callers},
        against={callers: measured[other.key, callers] for callers in scenario.callers},
        named=other.short,
    )


def _targets(measured: Measured, statements: Mapping[str, Mapping[str, int]]) -> list[Target]:
    def ratio(key: str, against: str, callers: int) -> Spread:
        return money_tables.throughput(measured[key, callers], measured[against, callers])

    def sent(what: str) -> Spread:
        return money_tables.spread([sum(statements[what].values())])

    redeemed = measured["redeem", _LAST]
    return [
        *(
            Target(
                what=f"redemptions as a part of the floor, {callers} callers",
                wanted=0.35,
                found=ratio("redeem", "floor", callers),
            )
            for callers in (_FEW, _LAST)
        ),
        Target(
            what=f"redemption, {_LAST} callers: p99, ms",
            wanted=100,
            found=money_tables.spread([money_tables.percentile(run.times, 99) * 1000 for run in redeemed]),
            at_least=False,
            digits=0,
        ),
        *(
            Target(
                what=f"validations as a part of the bare REST view, {callers} callers",
                wanted=0.5,
                found=ratio("validate", "bare", callers),
            )
            for callers in (_FEW, _LAST)
        ),
        *(
            Target(
                what=f"one campaign with a budget {where} as a part of {money_rows.CAMPAIGNS:,} campaigns",
                wanted=0.85,
                found=ratio(key, "redeem", _LAST),
            )
            for key, where in (("redeem_rule", "in its rule"), ("redeem_pool", "that is shared"))
        ),
        *(
            Target(
                what=f"time of a redemption after a year to one in a new shop{where}, {_FEW} callers",
                wanted=1.2,
                found=ratio(f"redeem{end}", f"later{end}", _FEW),
                at_least=False,
            )
            for end, where in (("", ""), ("_rule", ", one campaign"))
        ),
        *(
            Target(
                what=f"statements of one {what}", wanted=wanted, found=sent(what), at_least=False, digits=0
            )
            for what, wanted in ((money_statements.REDEMPTION, 20), (money_statements.VALIDATION, 8))
        ),
    ]
