"""Metrics made again from the tables, beside the running shop, and the proof that they say what those say."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Max, Min, Model

from core import project
from core.locking import retried
from insights.models import CountedRedemption, MetricHour, MetricProgress, RefusalHour
from insights.selectors import metric_definitions as definitions
from insights.services import metric_progress, metrics
from insights.services.metric_progress import BATCH
from promotions.models import Redemption
from promotions.services import nightly_proof

logger = logging.getLogger(__name__)

_PROVED_BACK: Final = timedelta(days=35)
_WINDOW: Final = timedelta(days=7)

_MAY_DIFFER: Final = frozenset({"cost_amount"})
"""Costs are those of the moment of counting; the catalogue may say others today."""

# (table, what is unique in it, what is added up, the same from the counted redemptions)
_IN_WINDOW: Final = "one.hour >= %(since)s AND one.hour < %(until)s"
_SUMS: Final = (
    (
        "insights_metrichour",
        definitions.KEYS,
        definitions.MEASURES,
        definitions.HOURS.format(where=_IN_WINDOW),
    ),
    (
        "insights_refusalhour",
        (*definitions.KEYS, "failure_code"),
        ("refusals",),
        definitions.REFUSALS.format(where=_IN_WINDOW),
    ),
)


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A figure says `stored`, the rows that it comes from say `counted`. `name` says whose figure it is."""

    name: str
    column: str
    stored: Any
    counted: Any

    def __str__(self) -> str:
        return f"{self.name}: {self.column} is {self.stored}, the rows say {self.counted}"


@dataclass(frozen=True, kw_only=True)
class Rebuilt:
    """How many attempts were counted anew, and how many rows of hours were wrong."""

    redemptions: int
    wrong_hours: int


def rebuild(*, since: datetime | None = None, now: datetime) -> Rebuilt:
    """Count everything anew, or what was attempted since an instant; in small transactions, oldest first.

    What happens meanwhile is counted as ever. Stopped half-way, it is as right as before or better.
    """
    _begin(now)
    redemptions = 0
    for ids in _chunks(since):
        redemptions += len(ids)
        _count_anew(ids)
    wrong = sum(_replace_sums(*window) for window in _windows(since))
    if since is None:
        _end_history()
    return Rebuilt(redemptions=redemptions, wrong_hours=wrong)


def differences(*, since: datetime | None = None, now: datetime) -> Iterator[Difference]:
    """What the metrics say and the tables do not. What merely was not counted yet is counted first."""
    _begin(now)
    suspects = [pk for ids in _chunks(since) for pk, _, _, _ in _compared(ids)]
    if suspects:
        catch_up(now=now)
    for start in range(0, len(suspects), BATCH):
        for pk, column, stored, counted in _compared(suspects[start : start + BATCH]):
            name = f"redemption {_public_id(pk)}"
            yield Difference(name=name, column=column, stored=stored, counted=counted)
    for window in _windows(since):
        yield from _wrong_sums(*window)


def prove_when_due(*, now: datetime) -> int | None:
    """Once after each night: compare, tell in the log, put right. None when that was done."""
    _begin(now)
    progress = MetricProgress.objects.get()
    due = nightly_proof.due_at(project.current(), now)
    if progress.proved_at is not None and progress.proved_at >= due:
        return None
    since = now - _PROVED_BACK
    found = list(differences(since=since, now=now))
    if found:
        logger.error("metrics: %d differences, first: %s", len(found), found[0])
        rebuild(since=since, now=now)
    MetricProgress.objects.update(proved_at=now, differences=len(found))
    return len(found)


def catch_up(*, now: datetime) -> None:
    """Count all that is known now, however much it is."""
    while metrics.follow(now=now):
        pass


def _begin(now: datetime) -> None:
    metrics.follow(now=now)


def _chunks(since: datetime | None) -> Iterator[list[int]]:
    """Attempts by their age, so that the first of an order or a customer comes first."""
    after: tuple[datetime | str, int] = ("-infinity" if since is None else since, 0)
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_CHUNK, {"at": after[0], "id": after[1], "most": BATCH})
            rows = cursor.fetchall()
        if not rows:
            return
        yield [pk for pk, _ in rows]
        after = rows[-1][1], rows[-1][0]


_CHUNK: Final = """
SELECT id, redeemed_at FROM promotions_redemption
WHERE (redeemed_at, id) > (%(at)s::timestamptz, %(id)s) AND related_object_type <> 'redemption'
ORDER BY redeemed_at, id LIMIT %(most)s
"""


@retried
@transaction.atomic
def _count_anew(ids: Sequence[int]) -> None:
    metric_progress.held()
    metrics.count(ids=ids)


@retried
@transaction.atomic
def _compared(ids: Sequence[int]) -> list[tuple[int, str, Any, Any]]:
    """Attempt, column, what is stored, what counting anew gives; nothing is changed."""
    metric_progress.held()
    before = _rows(ids)
    metrics.count(ids=ids)
    after = _rows(ids)
    transaction.set_rollback(True)
    return [
        (pk, column, (before.get(pk) or {}).get(column), counted)
        for pk, row in after.items()
        for column, counted in row.items()
        if column not in _MAY_DIFFER and (before.get(pk) or {}).get(column) != counted
    ]


def _rows(ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    rows = CountedRedemption.objects.filter(pk__in=ids).values()
    return {row["redemption_id"]: dict(row) for row in rows}


def _public_id(pk: int) -> str:
    return str(Redemption._base_manager.values_list("public_id", flat=True).get(pk=pk))


def _windows(since: datetime | None) -> Iterator[tuple[datetime, datetime]]:
    """Weeks that hold all hours, or those from an instant on."""
    bounds = [model._base_manager.aggregate(first=Min("hour"), last=Max("hour")) for model in _HOURLY]
    firsts = [bound["first"] for bound in bounds if bound["first"] is not None]
    lasts = [bound["last"] for bound in bounds if bound["last"] is not None]
    if not firsts:
        return
    start, end = max(min(firsts), since or min(firsts)), max(lasts)
    start -= timedelta(hours=1)  # the hour in which `since` lies
    while start <= end:
        yield start, start + _WINDOW
        start += _WINDOW


_HOURLY: Final[tuple[type[Model], ...]] = (CountedRedemption, MetricHour, RefusalHour)


@retried
@transaction.atomic
def _replace_sums(since: datetime, until: datetime) -> int:
    metric_progress.held()
    wrong = 0
    for table, keys, measures, rows in _SUMS:
        found = len(_unequal(table, keys, measures, rows, since, until))
        wrong += found
        if found:
            columns = ", ".join((*keys, *measures))
            with connection.cursor() as cursor:
                cursor.execute(f"DELETE FROM {table} AS one WHERE {_IN_WINDOW}", _asked(since, until))  # noqa: S608
                cursor.execute(f"INSERT INTO {table} ({columns}) {rows}", _asked(since, until))  # noqa: S608
    return wrong


@retried
@transaction.atomic
def _wrong_sums(since: datetime, until: datetime) -> list[Difference]:
    metric_progress.held()
    found = []
    for table, keys, measures, rows in _SUMS:
        sides: dict[tuple[Any, ...], dict[str, tuple[int, ...]]] = {}
        for side, *values in _unequal(table, keys, measures, rows, since, until):
            sides.setdefault(tuple(values[: len(keys)]), {})[side] = tuple(values[len(keys) :])
        nothing = (0,) * len(measures)
        for key, said in sides.items():
            pairs = zip(measures, said.get("stored", nothing), said.get("counted", nothing), strict=True)
            found += [
                Difference(name=_named(key), column=column, stored=stored, counted=counted)
                for column, stored, counted in pairs
                if stored != counted
            ]
    return found


def _unequal(
    table: str, keys: Sequence[str], measures: Sequence[str], rows: str, since: datetime, until: datetime
) -> list[tuple[Any, ...]]:
    """Rows that the other side has not, as `(side, *keys, *measures)`; a row of noughts is none."""
    columns = ", ".join((*keys, *measures))
    any_of = " OR ".join(f"one.{name} <> 0" for name in measures)
    stored = f"SELECT {columns} FROM {table} AS one WHERE {_IN_WINDOW} AND ({any_of})"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH stored AS ({stored}), counted AS ({rows}) "  # noqa: S608
            "(SELECT 'stored', * FROM stored EXCEPT SELECT 'stored', * FROM counted) UNION ALL "
            "(SELECT 'counted', * FROM counted EXCEPT SELECT 'counted', * FROM stored)",
            _asked(since, until),
        )
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def _asked(since: datetime, until: datetime) -> dict[str, datetime]:
    return {"since": since, "until": until}


def _named(key: Sequence[Any]) -> str:
    campaign, channel, store, hour, *reason = key
    whose = "everything" if campaign is None else f"campaign {campaign}"
    where = f"{channel} {store}".strip()
    return " ".join([whose, f"through {where}", f"at {hour:%Y-%m-%d %H:%M}", *reason])


@transaction.atomic
def _end_history() -> None:
    """What is older than the metrics was counted with the rest."""
    progress = metric_progress.held()
    if progress is not None and progress.settled_id is not None:
        progress.history_id = progress.history_to
        progress.save(update_fields=["history_id"])
