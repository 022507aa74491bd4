"""What is asked about one row, asked once for all rows that came with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from django.db.models import Model


def answer[Row: Model, Answer](
    row: Row, name: str, ask: Callable[[list[Row]], Mapping[int, Answer]], *, default: Answer
) -> Answer:
    """What `ask` says of a row, by its primary key; `default` where it says nothing.

    It is asked once for the rows that were loaded with this one, if their query has
    `fetch_mode(FETCH_PEERS)`, and kept on each of them under `name` until `forget`.
    """
    if not hasattr(row, name):
        loaded = (cast(Row | None, reference()) for reference in row._state.peers)
        rows = [one for one in loaded if one is not None] or [row]
        found = ask(rows)
        for one in rows:
            setattr(one, name, found.get(one.pk, default))
    kept: Any = getattr(row, name)
    return cast(Answer, kept)


def forget(row: Model, name: str) -> None:
    """Ask again next time."""
    if hasattr(row, name):
        delattr(row, name)
