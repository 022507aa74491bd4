"""A million codes: made beside a plain COPY of as many ready-made rows, and what they cost later callers.

Everything happens in this process, on the bench's own PostgreSQL: the job is carried from slice to slice by
the outbox, as a worker would do it.
"""

from __future__ import annotations

import gc
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any, Final

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection
from django.test import Client
from rest_framework.test import APIClient

from core import dispatch
from core.actors import Actor
from core.services import api_keys
from integrations.models import AsyncAction
from promotions.models import Campaign, Voucher
from promotions.services import campaigns
from promotions.services.vouchers import VoucherSpec
from tests.bench.measure import NOW, TEN_PERCENT, Row, _median

MANY: Final = 1_000_000
FEW: Final = 10_000
TURNS: Final = 3
MOST_TIME: Final = 2
MOST_MEGABYTES: Final = 300
MOST_GROWTH: Final = 1.2
_TABLE: Final = Voucher._meta.db_table
_ACTOR: Final = Actor.system("bench")
_BLOCK: Final = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Made:
    """Seconds of each turn; the memory that this process reached at most while it made codes."""

    count: int
    plain: list[float]
    generated: list[float]
    megabytes: int


def table(*, quick: bool) -> str:
    call_command("migrate", verbosity=0, interactive=False)
    count = MANY // 10 if quick else MANY
    made = _make(count, turns=1 if quick else TURNS)
    later = _cost_later(count, rounds=10 if quick else 50)
    return f"{_made_table(made)}\n{_later_table(later, count)}\n{_targets(made, later)}"


def _make(count: int, *, turns: int) -> Made:
    """Turn about, so that what the machine does meanwhile meets both."""
    plain: list[float] = []
    generated = [_generate(count, _campaign("Codes"))]
    before = _peak()
    with tempfile.TemporaryFile() as rows:
        columns = _take_out(rows)
        for turn in range(turns):
            _empty()
            plain.append(_copy(rows, columns))
            _empty()
            generated.append(_generate(count, _campaign(f"Codes {turn}")))
    return Made(count=count, plain=plain, generated=generated[1:], megabytes=max(before, _peak()))


def _campaign(name: str) -> Campaign:
    discount = dict(TEN_PERCENT)
    return Campaign.objects.create(
        name=name, campaign_type=Campaign.CampaignType.DISCOUNT_COUPONS, discount=discount, created_at=NOW
    )


def _generate(count: int, campaign: Campaign) -> float:
    """Seconds from the request to the last code, and everything that follows from it."""
    gc.collect()
    began = time.perf_counter()
    campaigns.add_codes(campaign=campaign, count=count, spec=VoucherSpec(), actor=_ACTOR, now=NOW)
    while ids := dispatch.plan(now=NOW):
        for delivery_id in ids:
            dispatch.deliver(delivery_id=delivery_id, now=NOW)
    took = time.perf_counter() - began
    keys = Voucher.objects.filter(campaign=campaign).values("code_key").distinct().count()
    job = AsyncAction.objects.latest("pk")
    if (keys, job.done_count, job.status) != (count, count, AsyncAction.Status.DONE):
        raise RuntimeError(f"{keys} codes, {job.done_count} counted, {job.status}: {count} were asked for.")
    return took


def _take_out(rows: IO[bytes]) -> str:
    """Write what was made into a file; returns its columns. The first campaign stands for all."""
    columns = ", ".join(str(field.column) for field in Voucher._meta.concrete_fields)
    with connection.cursor() as cursor, cursor.copy(f"COPY {_TABLE} ({columns}) TO STDOUT") as copy:
        for block in copy:
            rows.write(block)
    return columns


def _empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {_TABLE} CASCADE")
        cursor.execute(f"VACUUM ANALYZE {_TABLE}")
        cursor.execute("CHECKPOINT")


def _copy(rows: IO[bytes], columns: str) -> float:
    rows.seek(0)
    began = time.perf_counter()
    with connection.cursor() as cursor, cursor.copy(f"COPY {_TABLE} ({columns}) FROM STDIN") as copy:
        while block := rows.read(_BLOCK):
            copy.write(block)
    return time.perf_counter() - began


def _peak() -> int:
    """Megabytes that this process had at most so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _cost_later(count: int, *, rounds: int) -> list[Row]:
    """Each call among few codes, and among many; the database is as it is after days: analysed."""
    calls = _calls()
    _empty()
    _generate(FEW, _campaign("A few"))
    few = _medians(calls, rounds)
    _empty()
    _generate(count, _campaign("Very many"))
    many = _medians(calls, rounds)
    return [
        Row(what=what, milliseconds=many[what], against=f"{few[what]:.1f} ms", ratio=many[what] / few[what])
        for what in calls
    ]


def _medians(calls: dict[str, Callable[[Voucher], Any]], rounds: int) -> dict[str, float]:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    oldest = Voucher.objects.earliest("pk")
    return {what: _median(lambda call=call: call(oldest), rounds) for what, call in calls.items()}


def _calls() -> dict[str, Callable[[Voucher], Any]]:
    issued = api_keys.create(name="codes", actor=_ACTOR, now=NOW)
    api = APIClient(headers={"X-App-Id": issued.key.app_id, "X-App-Token": issued.token})
    api.default_format = "json"
    page = Client()
    page.force_login(get_user_model().objects.create_superuser("bench"))
    address = "/admin/promotions/voucher/"
    items = [{"source_id": f"p-{number}", "price": 100 + number, "quantity": 2} for number in range(5)]

    def seen(answer: Any) -> Any:
        if answer.status_code != 200:
            raise RuntimeError(f"{answer.status_code}: {answer.content[:500]!r}")
        return answer

    def validate(voucher: Voucher) -> Any:
        redeemables = [{"object": "voucher", "id": voucher.code}]
        return seen(api.post("/v1/validations", {"redeemables": redeemables, "order": {"items": items}}))

    return {
        "admin: the list of codes, with its count": lambda voucher: seen(page.get(address)),
        "admin: its tenth page": lambda voucher: seen(page.get(f"{address}?p=10")),
        "admin: codes of one campaign": lambda voucher: seen(
            page.get(f"{address}?campaign__id__exact={voucher.campaign_id}")
        ),
        "admin: search by the beginning of a code, one is found": lambda voucher: seen(
            page.get(f"{address}?q={voucher.code[:7]}")
        ),
        "admin: search by one letter, hundreds are found": lambda voucher: seen(
            page.get(f"{address}?q={voucher.code[:1]}")
        ),
        "API: validate one code": validate,
    }


def _made_table(made: Made) -> str:
    ratios = [ours / plain for ours, plain in zip(made.generated, made.plain, strict=True)]
    plain, ours = statistics.median(made.plain), statistics.median(made.generated)
    return "\n".join(
        [
            f"| {made.count:,} codes | seconds | a second | ratio | memory |",
            "|---|---:|---:|---:|---:|",
            f"| plain COPY of ready-made rows | {plain:.1f} | {made.count / plain:,.0f} | 1.00 | |",
            f"| generated, checked and stored by the job | {ours:.1f} | {made.count / ours:,.0f} "
            f"| {_spread(ratios)} | {made.megabytes} MB |",
            "",
        ]
    )


def _spread(ratios: list[float]) -> str:
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f})"


def _later_table(rows: list[Row], count: int) -> str:
    lines = [f"| among {count:,} codes | median | among {FEW:,} | ratio |", "|---|---:|---:|---:|"]
    lines += [f"| {row.what} | {row.milliseconds:.1f} ms | {row.against} | {row.ratio:.2f} |" for row in rows]
    return "\n".join(lines) + "\n"


def _targets(made: Made, later: list[Row]) -> str:
    ratio = statistics.median(ours / plain for ours, plain in zip(made.generated, made.plain, strict=True))
    worst = max(row.ratio for row in later)
    lines = [
        "| target | wanted | measured | reached |",
        "|---|---:|---:|---:|",
        _target(f"{made.count:,} codes to a plain COPY", MOST_TIME, ratio),
        _target("memory of the process that makes them, MB", MOST_MEGABYTES, made.megabytes),
        _target("list, search and validation to the same among 10,000, the slowest", MOST_GROWTH, worst),
    ]
    return "\n".join(lines) + "\n"


def _target(what: str, most: float, measured: float) -> str:
    said = f"{measured:.2f}" if isinstance(measured, float) else f"{measured}"
    return f"| {what} | at most {most} | {said} | {'yes' if measured <= most else '**no**'} |"
