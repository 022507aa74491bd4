"""What a run did, counted by kind, and printed as a table."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

LINE_SECONDS = 10.0
"""Without a terminal, how often a running stage says where it is."""
REDRAW_SECONDS = 0.2


@dataclass(kw_only=True)
class Tally:
    """One kind of row: what was read, written now, found there from an earlier run, and refused with why."""

    kind: str
    read: int = 0
    written: int = 0
    present: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def reject(self, reason: str, count: int = 1) -> None:
        if count:
            self.rejected[reason] += count

    @property
    def rate(self) -> int:
        return round(self.read / self.seconds) if self.seconds else 0


@dataclass(frozen=True, kw_only=True)
class Check:
    """A total of the data set beside the same total of the database."""

    name: str
    expected: int
    found: int

    @property
    def holds(self) -> bool:
        return self.expected == self.found


@dataclass(frozen=True, kw_only=True)
class Outcomes:
    """What became of the redemptions, in this run and earlier ones: accepted, and refused by error key."""

    accepted: int
    refused: Mapping[str, int]


class Progress:
    """Says where a long run is: redraws one line on a terminal, prints plain lines now and then elsewhere."""

    def __init__(self, write: Callable[[str], object], *, terminal: bool) -> None:
        self._write = write
        self._terminal = terminal
        self._last = 0.0
        self._width = 0

    @contextmanager
    def stage(self, tally: Tally) -> Iterator[None]:
        """Times the stage into `tally` and says at its end what it did."""
        started = self._last = time.monotonic()
        try:
            yield
        finally:
            tally.seconds += time.monotonic() - started
        self._say(
            f"{tally.kind}: {tally.read:,} read, {tally.written:,} written, {tally.present:,} already there, "
            f"{sum(tally.rejected.values()):,} rejected ({tally.seconds:.1f} s)",
            final=True,
        )

    def at(self, tally: Tally) -> None:
        """Called often; speaks seldom."""
        every = REDRAW_SECONDS if self._terminal else LINE_SECONDS
        if time.monotonic() - self._last >= every:
            self._say(f"{tally.kind}: {tally.read:,} read, {tally.written:,} written …", final=False)

    def note(self, text: str) -> None:
        self._say(text, final=True)

    def _say(self, text: str, *, final: bool) -> None:
        self._last = time.monotonic()
        if not self._terminal:
            self._write(f"{text}\n")
        else:
            self._write("\r" + text.ljust(self._width) + ("\n" if final else ""))
            self._width = 0 if final else len(text)


def tally_table(tallies: Iterable[Tally], *, dry_run: bool) -> str:
    """Rows read, written, already there and rejected with reasons, and rows per second, by kind."""
    heads = ["kind", "read", "would write" if dry_run else "written", "already there", "rejected", "rows/s"]
    tallies = list(tallies)
    rows = [
        [
            tally.kind,
            f"{tally.read:,}",
            f"{tally.written:,}",
            f"{tally.present:,}",
            f"{sum(tally.rejected.values()):,}",
            f"{tally.rate:,}",
        ]
        for tally in tallies
    ]
    reasons = [
        f"  {tally.kind}: {count:,} × {reason}"
        for tally in tallies
        for reason, count in tally.rejected.most_common()
    ]
    return "\n".join([*table(heads, rows), *(["", "Rejected, and why:", *reasons] if reasons else [])])


def outcome_lines(outcomes: Outcomes) -> list[str]:
    refused = sorted(outcomes.refused.items(), key=lambda pair: (-pair[1], pair[0]))
    return [
        f"Redemptions: {outcomes.accepted:,} accepted, {sum(outcomes.refused.values()):,} refused",
        *(f"  refused: {count:,} × {key}" for key, count in refused),
    ]


def check_table(checks: Sequence[Check]) -> str:
    rows = [
        [check.name, f"{check.expected:,}", f"{check.found:,}", "equal" if check.holds else "DIFFERENT"]
        for check in checks
    ]
    return "\n".join(table(["total", "data set", "database", ""], rows))


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Text columns: the first aligned left, the others right."""
    widths = [max(len(row[column]) for row in [heads, *rows]) for column in range(len(heads))]

    def printed(row: Sequence[str]) -> str:
        first, *others = (
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        return "  ".join([first, *others]).rstrip()

    return [printed(heads), "  ".join("-" * width for width in widths), *(printed(row) for row in rows)]
