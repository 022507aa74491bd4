"""The board of this process: everything on the calendar, compared with everything, kept up to date.

Made ready once, which takes seconds where there are a thousand campaigns; afterwards only what changed is
made ready anew. It only proposes: conflicts are rows, and previews are thrown away. One caller at a time.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from calendar_app.overlaps import Board, Found, Item, World
from calendar_app.receipts import Receipt, receipt_of
from calendar_app.selectors import items as rows
from calendar_app.selectors import traces
from core.patience import TookTooLong

AS_OF: Final = timedelta(hours=1)
"""A board tells days apart from the instant on of which it is; older than this it is made anew."""
UNASKED: Final = timedelta(minutes=5)
"""What no trace shows (an hour that passed) is looked for so often."""


@dataclass(frozen=True, kw_only=True)
class Kept:
    """`items` by key; `trace` is what was there when they were read."""

    board: Board
    world: World
    items: Mapping[str, Item]
    trace: str
    read_at: datetime

    def is_of(self, world: World, now: datetime) -> bool:
        return self.world.digest == world.digest and timedelta() <= now - self.world.now < AS_OF


_kept: Kept | None = None
_lock: Final = threading.RLock()


@contextmanager
def current(now: datetime, *, wait: float = -1) -> Iterator[Kept]:
    """The board as of `now`; nobody else in this process has it meanwhile.

    One query when nothing has changed; else as many as reading everything takes, however much that is. For
    somebody else's turn it waits `wait` seconds at most, and as long as that takes if nothing is said.

    :raises TookTooLong: somebody else had it for longer.
    """
    global _kept
    if not _lock.acquire(timeout=wait):
        raise TookTooLong
    try:
        trace = traces.trace()
        _kept = _brought_up_to_date(_kept, trace, now)
        yield _kept
    finally:
        _lock.release()


def receipt(found: Found, world: World) -> Receipt | None:
    """The basket that shows it; None where nobody can tell."""
    left, right = found.left.candidate, found.right.candidate if found.right is not None else None
    return receipt_of(left, right, found.witness, world=world.rules) if left is not None else None


def forget() -> None:
    """For tests: the rows of another test may look the same."""
    global _kept
    with _lock:
        _kept = None


def _brought_up_to_date(kept: Kept | None, trace: str, now: datetime) -> Kept:
    if (
        kept is not None
        and kept.trace == trace
        and timedelta() <= now - kept.read_at < UNASKED
        and kept.is_of(kept.world, now)
    ):
        return kept
    found, world = rows.load(now)
    items = {item.key: item for item in found}
    if kept is None or not kept.is_of(world, now):
        board = Board(world)
        board.put_many(items.values())
        return Kept(board=board, world=world, items=items, trace=trace, read_at=now)
    for key in kept.items.keys() - items.keys():
        kept.board.remove(key)
    changed = [
        item for key, item in items.items() if key not in kept.items or kept.items[key].digest != item.digest
    ]
    kept.board.put_many(changed)
    return Kept(board=kept.board, world=kept.world, items=items, trace=trace, read_at=now)
