"""The API over HTTP among many live promotions: the server of `make demo`, callers in a process of their own.

Every figure stands beside that of a view that does nothing, measured in the same run by the same callers.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import quantiles
from typing import Any, Final

from django.db import connection
from django.utils import timezone

from tests.bench import http_rows, serving
from tests.bench.serving import Calls

PROMOTIONS: Final = 10_000
CALLERS: Final = 8
_DATABASE: Final = "bench_http"

type Body = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Milliseconds at which half and 99 of 100 answers were there, and answers in a second."""

    half: float
    nearly_all: float
    per_second: float


def table(*, rounds: int) -> str:
    """The Markdown table. `rounds` requests of each kind are timed."""
    with serving.database(_DATABASE) as environment:
        http_rows.fill(PROMOTIONS, now=timezone.now())
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        head = serving.head()
        with serving.server(environment, settings="tests.bench.http_settings") as web:
            rows = [
                (what, [_measure(web.port, head, calls, callers, rounds) for callers in (1, CALLERS)])
                for what, calls in _kinds(rounds).items()
            ]
    return _printed(rows)


def _kinds(rounds: int) -> dict[str, Calls]:
    """What is asked: the same orders of ten lines in every kind of request."""
    requests = list(http_rows.bodies(rounds + _warm_up(rounds)))

    def calls(path: str, added: Sequence[Body]) -> Calls:
        return [(path, json.dumps({**body, **more})) for body, more in zip(requests, added, strict=True)]

    best = [{"options": {"sorting_rule": "BEST_DEAL"}}] * len(requests)
    plain: list[Body] = [{}] * len(requests)
    codes = [
        {"redeemables": [{"object": "voucher", "id": http_rows.code(at)}]} for at in range(len(requests))
    ]
    return {
        "a view that does nothing": calls("/bare", plain),
        f"qualify, the newest 5 of {PROMOTIONS:,} live promotions": calls("/v1/qualifications", plain),
        "the same, the 5 best deals": calls("/v1/qualifications", best),
        "validate one code with a rule": calls("/v1/validations", codes),
        "redeem it": calls("/v1/redemptions", codes),
    }


def _warm_up(rounds: int) -> int:
    return max(50, rounds // 5)


def _measure(port: int, head: Sequence[str], calls: Calls, callers: int, rounds: int) -> Measured:
    timed = serving.drive(port, head, calls, callers=callers, warm_up=_warm_up(rounds))
    cuts = quantiles(timed.times, n=100)
    return Measured(half=cuts[49] * 1000, nearly_all=cuts[98] * 1000, per_second=timed.per_second)


def _printed(rows: Sequence[tuple[str, Sequence[Measured]]]) -> str:
    lines = [
        f"| over HTTP, 10 lines | 1 caller: p50 | {CALLERS} callers: p50 | p99 | answers/s | p50 ratio |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    bare = rows[0][1][1]
    for what, (alone, together) in rows:
        lines.append(
            f"| {what} | {alone.half:.1f} ms | {together.half:.1f} ms | {together.nearly_all:.1f} ms"
            f" | {together.per_second:.0f} | {together.half / bare.half:.1f} |"
        )
    return "\n".join(lines) + "\n"
