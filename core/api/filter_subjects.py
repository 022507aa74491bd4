"""What a filter condition is asked about, and the answers for values in memory.

Operators are written once against `Subject`. The classes here answer with a `bool`; their twins in
`filter_columns` answer with a `Q` for PostgreSQL. A missing value answers no to every question but `missing`,
so that a negated question is true for it (contract: semantics-core 3.3, negative operators match null).
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from math import isfinite
from typing import Any, Literal, cast

from core.api import filter_geo as geo
from core.api.filter_geo import Area
from core.api.filter_values import Interval, number_text

type Scalar = str | int | Decimal | bool
type AnyInterval = Interval[Decimal] | Interval[datetime] | Interval[date]
type TextPart = Literal["contains", "startswith", "endswith"]

NO_LIMIT = 2**31 - 1
NUMERIC_TEXT = r"-?[0-9]{1,15}(\.[0-9]{1,15})?"
DATE_TEXT = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
INSTANT_TEXT = rf"{DATE_TEXT}T[0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}(\.[0-9]{{1,6}})?(Z|\+00:00)"


class Subject[T](ABC):
    """The questions an operator may ask; T is the kind of answer."""

    @abstractmethod
    def missing(self) -> T:
        """No value."""

    @abstractmethod
    def any_of(self, values: Sequence[Scalar | date]) -> T:
        """Equal to one of the values."""

    @abstractmethod
    def within(self, interval: AnyInterval) -> T:
        """Between two bounds."""

    @abstractmethod
    def text(self, part: TextPart, wanted: str) -> T:
        """Contains, begins or ends with a text; case-sensitive."""

    @abstractmethod
    def size(self, low: int | None, high: int | None) -> T:
        """A list with at least `low` and at most `high` elements."""

    def on_days(self, days: frozenset[int], zone: tzinfo | None) -> T:
        """A date on one of these days of any year: month * 100 + day, in the zone for an instant."""
        raise TypeError("only dates have days")

    def on_weekdays(self, weekdays: frozenset[int], zone: tzinfo | None) -> T:
        """A date on one of these days of the week: 0 is Sunday."""
        raise TypeError("only dates have days")

    def inside(self, areas: Sequence[Area]) -> T:
        """A point of the map in one of the areas."""
        raise TypeError("only JSON values have coordinates")

    @abstractmethod
    def negate(self, answer: T) -> T: ...

    @abstractmethod
    def either(self, answers: Sequence[T]) -> T: ...


class _PlainSubject(Subject[bool]):
    def negate(self, answer: bool) -> bool:
        return not answer

    def either(self, answers: Sequence[bool]) -> bool:
        return any(answers)


class Value(_PlainSubject):
    """One value of a record in memory, already of the field's type; the twin of `Column`."""

    def __init__(self, value: Any, *, blank_is_missing: bool = False) -> None:
        self.value = value
        self.blank_is_missing = blank_is_missing

    def missing(self) -> bool:
        return self.value is None or (self.blank_is_missing and self.value == "")

    def any_of(self, values: Sequence[Scalar | date]) -> bool:
        return self.value is not None and self.value in values

    def within(self, interval: AnyInterval) -> bool:
        return self.value is not None and interval.contains(self.value)

    def text(self, part: TextPart, wanted: str) -> bool:
        return self.value is not None and _holds(self.value, part, wanted)

    def size(self, low: int | None, high: int | None) -> bool:
        raise TypeError("only JSON values have a size")

    def on_days(self, days: frozenset[int], zone: tzinfo | None) -> bool:
        found = self._day(zone)
        return found is not None and found.month * 100 + found.day in days

    def on_weekdays(self, weekdays: frozenset[int], zone: tzinfo | None) -> bool:
        found = self._day(zone)
        return found is not None and found.isoweekday() % 7 in weekdays

    def _day(self, zone: tzinfo | None) -> date | None:
        if isinstance(self.value, datetime):
            return self.value.astimezone(zone).date()
        return cast(date | None, self.value)


class ManyValues(_PlainSubject):
    """The values of many rows that belong to one; the twin of `RelatedColumn`."""

    def __init__(self, values: Sequence[Any]) -> None:
        self.values = [Value(value) for value in values if value is not None]

    def missing(self) -> bool:
        return not self.values

    def any_of(self, values: Sequence[Scalar | date]) -> bool:
        return any(value.any_of(values) for value in self.values)

    def within(self, interval: AnyInterval) -> bool:
        return any(value.within(interval) for value in self.values)

    def text(self, part: TextPart, wanted: str) -> bool:
        return any(value.text(part, wanted) for value in self.values)

    def on_days(self, days: frozenset[int], zone: tzinfo | None) -> bool:
        return any(value.on_days(days, zone) for value in self.values)

    def on_weekdays(self, weekdays: frozenset[int], zone: tzinfo | None) -> bool:
        return any(value.on_weekdays(weekdays, zone) for value in self.values)

    def size(self, low: int | None, high: int | None) -> bool:
        raise TypeError("only JSON values have a size")


class JsonValue(_PlainSubject):
    """A decoded JSON value; the twin of `JsonColumn`."""

    def __init__(self, value: Any) -> None:
        self.value = value
        elements = value if isinstance(value, list | tuple) else [value]
        self.elements = [item for item in elements if _is_scalar(item)]

    def missing(self) -> bool:
        return self.value is None

    def any_of(self, values: Sequence[Scalar | date]) -> bool:
        texts, numbers = json_operands(values)
        return any(_json_text(item) in texts or _json_number(item) in numbers for item in self.elements)

    def within(self, interval: AnyInterval) -> bool:
        return any(_json_within(item, interval) for item in self.elements)

    def text(self, part: TextPart, wanted: str) -> bool:
        if part == "contains" and isinstance(self.value, list | tuple):
            return any(_json_text(item) == wanted for item in self.elements)
        return any(_holds(_json_text(item), part, wanted) for item in self.elements)

    def size(self, low: int | None, high: int | None) -> bool:
        if not isinstance(self.value, list | tuple):
            return False
        return (low or 0) <= len(self.value) <= (NO_LIMIT if high is None else high)

    # A text that is no day of any calendar may have a day of the week, here as in PostgreSQL.
    def on_days(self, days: frozenset[int], zone: tzinfo | None) -> bool:
        return any(found[1] * 100 + found[2] in days for found in self._dates())

    def on_weekdays(self, weekdays: frozenset[int], zone: tzinfo | None) -> bool:
        return any(_weekday(*found) in weekdays for found in self._dates())

    def _dates(self) -> Iterator[tuple[int, int, int]]:
        for item in self.elements:
            written = _written_instant(item)
            if written is not None:
                yield int(written[:4]), int(written[5:7]), int(written[8:10])

    def inside(self, areas: Sequence[Area]) -> bool:
        points = [point for item in self.elements if (point := geo.point(item)) is not None]
        return any(area.contains(point) for point in points for area in areas)


def _holds(text: str, part: TextPart, wanted: str) -> bool:
    if part == "contains":
        return wanted in text
    return text.startswith(wanted) if part == "startswith" else text.endswith(wanted)


def _is_scalar(item: object) -> bool:
    """A JSON text, number or boolean; what no JSON can hold is none."""
    return isinstance(item, str) or (isinstance(item, int | float | Decimal) and isfinite(item))


def json_operands(values: Sequence[Scalar | date]) -> tuple[list[str], list[Decimal]]:
    """The texts to compare with, and those of them that also stand for a number (10 is found as 10.0)."""
    texts = [str(value) for value in values]
    return texts, [Decimal(text) for text in texts if re.fullmatch(NUMERIC_TEXT, text)]


def _json_text(item: str | int | float | Decimal) -> str:
    if isinstance(item, str):
        return item
    if isinstance(item, bool):
        return "true" if item else "false"
    return number_text(item)


def _json_number(item: str | int | float | Decimal) -> Decimal | None:
    return None if isinstance(item, str | bool) else Decimal(number_text(item))


def _json_within(item: str | int | float | Decimal, interval: AnyInterval) -> bool:
    bound = interval.low if interval.low is not None else interval.high
    if isinstance(bound, Decimal):
        number = _json_number(item)
        if isinstance(item, str) and re.fullmatch(NUMERIC_TEXT, item):
            number = Decimal(item)
        return number is not None and cast(Interval[Decimal], interval).contains(number)
    written = _written_instant(item)
    if written is None:
        return False
    low, high = (
        None if edge is None else instant_text(cast(datetime, edge)) for edge in (interval.low, interval.high)
    )
    texts = Interval[str](
        low=low, high=high, low_included=interval.low_included, high_included=interval.high_included
    )
    return texts.contains(written)


def _written_instant(item: object) -> str | None:
    """An ISO text in the one spelling that sorts by time, made from the text alone as in PostgreSQL."""
    if not isinstance(item, str):
        return None
    if re.fullmatch(DATE_TEXT, item):
        return f"{item}T00:00:00.000000"
    found = re.fullmatch(INSTANT_TEXT, item)
    return None if found is None else f"{item[:19]}.{(found[1] or '.')[1:]:0<6}"


# Sakamoto's method, which needs no calendar: also a day that there is not gets an answer.
WEEKDAY_OFFSETS = (0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4)


def _weekday(year: int, month: int, day: int) -> int | None:
    if not 1 <= month <= 12 or year < 1:
        return None
    year -= month < 3
    return (year + year // 4 - year // 100 + year // 400 + WEEKDAY_OFFSETS[month - 1] + day) % 7


def instant_text(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")
