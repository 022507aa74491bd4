"""The kinds of background jobs, filled by the apps' `imports.py` from `AppConfig.ready()`.

A job type turns a slice of rows into changes; everything around it (storing the rows, slices, progress, what
happens after a crash) is the same for all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from core.actors import Actor


class Report(StrEnum):
    """The two shapes of a job's result (contract: data file 10)."""

    IMPORT = "import"
    BULK = "bulk"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row; `number` counts from 1, a CSV header not included. CSV values are keyed by what their columns
    are: the contract's words in lower case, own words for metadata.
    """

    number: int
    value: Any


@dataclass(frozen=True, kw_only=True)
class RowFailure:
    """Why one row was left out. `name` is its `source_id` or code, where it has one; `key` an error key."""

    row: int
    reason: str
    name: str = ""
    key: str = "invalid_payload"


@dataclass(frozen=True, kw_only=True)
class SliceResult:
    """What became of a slice: rows written, and the rows left out."""

    done: int
    failures: Sequence[RowFailure] = ()


@dataclass(frozen=True, kw_only=True)
class Made:
    """Where a job's work can be looked at: an admin page's name, its arguments, the filters of a list."""

    label: str
    page: str
    args: tuple[Any, ...] = ()
    query: Mapping[str, Any] = field(default_factory=dict)


SliceHandler = Callable[[Sequence[Row], Mapping[str, Any], Actor, datetime], SliceResult]


@dataclass(frozen=True, kw_only=True)
class JobType:
    """`handler(rows, params, actor, now)` runs in one transaction with the job's progress.

    It must not raise for a bad row, but report it. `slice_size` rows are done at a time, and after
    `slices_in_turn` of them other jobs of the type have theirs. `label` is what people call such a job.
    `is_counted`: its rows are only counted, from 1 to `rows_count`, and have no body. `must_end` says why it
    cannot be cancelled, if so. `made(params)` leads to what it makes.
    """

    name: str
    handler: SliceHandler
    label: str = ""
    slices_in_turn: int = 10
    is_counted: bool = False
    must_end: str = ""
    made: Callable[[Mapping[str, Any]], Made | None] | None = None
    report: Report = Report.IMPORT
    slice_size: int = 1000
    name_key: str = field(default="source_id")


_types: dict[str, JobType] = {}


def register(job_type: JobType) -> None:
    """Safe to repeat; two different types under one name are a bug.

    :raises ValueError: the name is taken.
    """
    if job_type.name in _types and _types[job_type.name] != job_type:
        raise ValueError(f"Two job types are called {job_type.name!r}.")
    _types[job_type.name] = job_type


def job_type(name: str) -> JobType:
    """:raises LookupError: nobody registered it."""
    try:
        return _types[name]
    except KeyError:
        raise LookupError(f"There is no job type {name!r}.") from None


def known(name: str) -> JobType | None:
    """The job type, or None for one that a former release had."""
    return _types.get(name)


def job_types() -> list[JobType]:
    return list(_types.values())
