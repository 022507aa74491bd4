"""The rows of a job, written into one text and read back from any position, as a stream."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, overload

from django.core.serializers.json import DjangoJSONEncoder

from integrations.registry import Row


class Numbers(Sequence[Row]):
    """Rows that are only counted, without one object for each."""

    def __init__(self, numbers: range) -> None:
        self._numbers = numbers

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> Numbers: ...
    def __getitem__(self, index: int | slice) -> Row | Numbers:
        if isinstance(index, slice):
            return Numbers(self._numbers[index])
        return Row(number=self._numbers[index], value=self._numbers[index])


def json_lines(values: Iterable[Any]) -> tuple[str, int]:
    """The text of JSON rows, and how many there are."""
    buffer = io.StringIO()
    count = 0
    for value in values:
        buffer.write(json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, separators=(",", ":")))
        buffer.write("\n")
        count += 1
    return buffer.getvalue(), count


def read(body: str, *, start: int, size: int) -> list[Row]:
    """`size` rows from position `start` (0 is the first); fewer at the end."""
    found = islice(
        (json.loads(line) for line in io.StringIO(body, newline="\n") if line != "\n"), start, start + size
    )
    return [Row(number=start + offset, value=value) for offset, value in enumerate(found, 1)]
