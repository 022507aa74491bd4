"""How many match, asked while a person waits."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from django.db import OperationalError, connection, transaction
from django.db.models import QuerySet

from core import words

_LONGEST: Final = "4s"
_EXAMPLES: Final = 3
_GIVEN_UP: Final = "57014"


class TookTooLong(Exception):
    pass


@contextmanager
def soon() -> Iterator[None]:
    """What takes longer than four seconds is given up: a page must not hold a connection for long.

    :raises TookTooLong: it did.
    """
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT current_setting('statement_timeout')")
                (before,) = cursor.fetchone()
                cursor.execute("SELECT set_config('statement_timeout', %s, true)", [_LONGEST])
            yield
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('statement_timeout', %s, true)", [before])
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) != _GIVEN_UP:
            raise
        raise TookTooLong from error


def counted(
    queries: Sequence[tuple[str, str, QuerySet[Any]]], *, shown: Callable[[Any], str]
) -> tuple[str, str]:
    """`1,234 customers match` and `For example Anna, Bert, Carla`; `About 1,200,000 customers match` where
    counting takes too long.

    `queries`: what one and several of them are called, and which. `shown` says one in a few words.
    """
    found: list[Any] = []
    about = ""
    try:
        with soon():
            numbers = [rows.count() for _, _, rows in queries]
            found = [row for _, _, rows in queries for row in rows.order_by("-pk")[:_EXAMPLES]]
    except TookTooLong:
        numbers = [estimated(rows) for _, _, rows in queries]
        about = "about "
    said = [
        f"{about}{words.number(number)} {one if number == 1 else many}"
        for number, (one, many, _) in zip(numbers, queries, strict=True)
    ]
    verb = "matches" if sum(numbers) == 1 and len(numbers) == 1 else "match"
    examples = ", ".join(shown(row) for row in found[:_EXAMPLES])
    text = f"{' and '.join(said)} {verb}"
    return text[:1].upper() + text[1:], f"For example {examples}" if examples else ""


def estimated(rows: QuerySet[Any]) -> int:
    """How many rows the planner expects, rounded to two figures; nothing is counted."""
    (plan,) = json.loads(rows.order_by().explain(format="json"))
    expected = int(plan["Plan"]["Plan Rows"])
    step = 10 ** max(0, len(str(expected)) - 2)
    return round(expected / step) * step


def count_of(rows: QuerySet[Any]) -> str:
    """1,234, or a word if that takes too long."""
    try:
        with soon():
            return f"{rows.count():,}"
    except TookTooLong:
        return "very many"


def some(rows: QuerySet[Any], number: int) -> list[Any]:
    """The newest of them; none if that takes too long."""
    try:
        with soon():
            return list(rows.order_by("-pk")[:number])
    except TookTooLong:
        return []
