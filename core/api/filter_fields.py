"""The kinds of fields a list can be filtered by, and what each operator means for them.

Contract: semantics-core 3.3 and semantics-data-and-events 2. Operators are written once, as questions to a
`Subject`; the same condition then filters rows in PostgreSQL and records in memory.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from math import isfinite
from typing import Any, ClassVar

from django.db.models import Model, Q

from core.api import filter_days
from core.api import filter_operators as ask
from core.api import filter_values as read
from core.api.filter_columns import Column, JsonColumn, RelatedColumn, StateColumn, StateTest
from core.api.filter_days import ANNIVERSARY
from core.api.filter_operators import (
    ABSOLUTE,
    CALENDAR,
    EQUALITY,
    NEGATIVE,
    NUMBER,
    PARTS,
    PRESENCE,
    RELATIVE,
    SIZE,
    TEXT,
    Condition,
)
from core.api.filter_subjects import JsonValue, ManyValues, Subject, Value
from core.api.filter_values import Clock, Interval
from core.errors import InvalidQueryParams


@dataclass(frozen=True)
class Field(ABC):
    """A column behind a wire name: a lookup path, and `many`, the listed model, if it leads to many rows."""

    path: str
    many: type[Model] | None = None

    operators: ClassVar[tuple[str, ...]]

    @abstractmethod
    def condition(self, operator: str, raw: Any, clock: Clock, where: str) -> Condition:
        """Read the operands of an allowed operator.

        :raises InvalidQueryParams: they are not of the field's type.
        """

    def column(self, key: str | None, clock: Clock) -> Subject[Q]:
        return Column(self.path) if self.many is None else RelatedColumn(self.many, self.path)

    def moving_column(self, key: str | None, clock: Clock) -> Subject[Q]:
        """Where rows that time moves are looked for: all of them, others too if an index then finds them."""
        return self.column(key, clock)

    def value(self, raw: Any) -> Subject[bool]:
        """The subject for a value of a record in memory, texts of a payload included."""
        if self.many is not None:
            return ManyValues([self.cast(item) for item in raw or ()])
        return Value(self.cast(raw))

    def cast(self, raw: Any) -> Any:
        """A record's value in the field's type; None when it is not one."""
        return raw


@dataclass(frozen=True)
class Text(Field):
    """A text column. Blank counts as no value: the house stores absent texts as blank."""

    operators = (*EQUALITY, *PRESENCE, *TEXT)

    def condition(self, operator: str, raw: Any, clock: Clock, where: str) -> Condition:
        if operator in PRESENCE:
            return ask.presence(operator)
        texts = tuple(read.text(value, where) for value in read.several(raw, where))
        return ask.equality(operator, texts) if operator in EQUALITY else ask.text(operator, texts)

    def column(self, key: str | None, clock: Clock) -> Subject[Q]:
        return Column(self.path, blank_is_missing=True) if self.many is None else super().column(key, clock)

    def value(self, raw: Any) -> Subject[bool]:
        if self.many is not None:
            return super().value(raw)
        return Value(self.cast(raw), blank_is_missing=True)

    def cast(self, raw: Any) -> str | None:
        if isinstance(raw, bool):
            return "true" if raw else "false"
        if isinstance(raw, int | float | Decimal):
            return read.number_text(raw)
        return raw if isinstance(raw, str) else None


@dataclass(frozen=True)
class Number(Field):
    """A whole-number column, or a decimal one with `decimals=True`."""

    decimals: bool = False

    operators = (*EQUALITY, *PRESENCE, *NUMBER)

    def condition(self, operator: str, raw: Any, clock: Clock, where: str) -> Condition:
        if operator in PRESENCE:
            return ask.presence(operator)
        if operator in EQUALITY:
            numbers = [read.number(value, where) for value in read.several(raw, where)]
            # Django would cut 1.5 down to 1 for a whole-number column.
            return ask.equality(
                operator, tuple(n for n in numbers if self.decimals or n == n.to_integral_value())
            )
        return ask.within(
            ask.number_interval(
                operator, read.number(read.single(raw, where), where), whole=not self.decimals
            )
        )

    def cast(self, raw: Any) -> Decimal | None:
        if isinstance(raw, bool) or not isinstance(raw, int | float | Decimal) or not isfinite(raw):
            return None
        return Decimal(read.number_text(raw))


@dataclass(frozen=True)
class Bool(Field):
    operators = (*EQUALITY, *PRESENCE)

    def condition(self, operator: str, raw: Any, clock: Clock, where: str) -> Condition:
        if operator in PRESENCE:
            return ask.presence(operator)
        return ask.equality(operator, tuple(read.boolean(value, where) for value in read.several(raw, where)))

    def cast(self, raw: Any) -> bool | None:
        return raw if isinstance(raw, bool) else None


@dataclass(frozen=True)
class DateTime(Field):
    """An instant. `$is` means any time of that day; `$more_than` and `$less_than` are days back from now."""

    operators = (
        *("$is", "$is_not", *PRESENCE, *ABSOLUTE, *RELATIVE, *CALENDAR, "$more_than", "$less_than"),
        *PARTS,
        *ANNIVERSARY,
    )

    def condition(self, operator: str, raw: Any, clock: Clock, where: str) -> Condition:
        if operator in PRESENCE:
            return ask.presence(operator)
        if operator in PARTS or operator in ANNIVERSARY:
            return _of_instants(operator, raw, clock, clock.zone, where)
        if operator in CALENDAR:
            return ask.within(ask.calendar_interval(operator, clock))
        if operator in EQUALITY:
            days = [read.day(value, where, zone=clock.zone) for value in read.several(raw, where)]
            return ask.within(
                *(ask.whole_day(day, clock, where) for day in days), negated=operator in NEGATIVE
            )
        value = read.single(raw, where)
        if operator in ABSOLUTE:
            moment = read.instant(value, where, zone=clock.zone)
            return ask.within(Interval(low=moment) if operator == "$after" else Interval(high=moment))
        return ask.within(ask.relative_interval(operator, read.count(value, where), clock, where))

    def cast(self, raw: Any) -> datetime | None:
        return raw if isinstance(raw, datetime) else read.parse_instant(raw)


@dataclass(frozen=True)
class Date(Field):
    """A calendar day; "today" is the day of the clock's zone."""

    operators = ("$is", "$is_not", *PRESENCE, *ABSOLUTE, *RELATIVE, *CALENDAR, *PARTS, *ANNIVERSARY)

    def condition(self, operator: str, raw: Any, clock: Clock, where: str) -> Condition:
        if operator in PRESENCE:
            return ask.presence(operator)
        if operator in ANNIVERSARY:
            return filter_days.anniversary(operator, raw, clock, None, where)
        if operator in ("$is_year", "$is_years_ago"):
            return filter_days.years_within(filter_days.year(operator, raw, clock, where))
        if operator in PARTS:
            return filter_days.part(operator, raw, clock, None, where)
        if operator in CALENDAR:
            first, end = ask.calendar_days(operator, clock.today)
            return ask.within(Interval(low=first, high=end, low_included=True))
        if operator in EQUALITY:
            days = tuple(read.day(value, where, zone=clock.zone) for value in read.several(raw, where))
            return ask.equality(operator, days)
        value = read.single(raw, where)
        if operator in ABSOLUTE:
            day = read.day(value, where, zone=clock.zone)
            return ask.within(Interval(low=day) if operator == "$after" else Interval(high=day))
        return ask.within(ask.relative_days(operator, read.count(value, where), clock))

    def cast(self, raw: Any) -> date | None:
        if isinstance(raw, datetime):
            return raw.date()
        if isinstance(raw, date):
            return raw
        found = read.parse_instant(raw, zone=UTC)
        return None if found is None else date.fromisoformat(raw[:10])


@dataclass(frozen=True)
class Json(Field):
    """A JSON object column, filtered by its keys (`metadata.lang`).

    Values compare as texts; the number operators take numbers and numeric texts, the date operators ISO dates
    and UTC date-times; parts of dates and anniversaries are taken from the text as it is written. A list fits
    when one of its elements does.
    """

    operators: ClassVar[tuple[str, ...]] = (
        *(*EQUALITY, *PRESENCE, *TEXT, *NUMBER, *SIZE, *ABSOLUTE, *RELATIVE, *CALENDAR),
        *PARTS,
        *ANNIVERSARY,
    )

    def condition(self, operator: str, raw: Any, clock: Clock, where: str) -> Condition:
        if operator in PARTS or operator in ANNIVERSARY:
            return _of_instants(operator, raw, clock, None, where)
        if operator in CALENDAR:
            return ask.within(ask.calendar_interval(operator, clock))
        if operator in NUMBER:
            number = read.number(read.single(raw, where), where)
            return ask.within(ask.number_interval(operator, number, whole=False))
        if operator in ABSOLUTE:
            moment = read.instant(read.single(raw, where), where, zone=clock.zone)
            return ask.within(Interval(low=moment) if operator == "$after" else Interval(high=moment))
        if operator in RELATIVE:
            days = read.count(read.single(raw, where), where)
            return ask.within(ask.relative_interval(operator, days, clock, where))
        return _json_condition(operator, raw, where)

    def column(self, key: str | None, clock: Clock) -> Subject[Q]:
        return JsonColumn(self.path, key)

    def value(self, raw: Any) -> Subject[bool]:
        return JsonValue(raw)


@dataclass(frozen=True)
class Array(Field):
    """A JSON column that holds a list, filtered as a whole under its own name."""

    operators = (*EQUALITY, *PRESENCE, *TEXT, *SIZE)

    def condition(self, operator: str, raw: Any, clock: Clock, where: str) -> Condition:
        return _json_condition(operator, raw, where)

    def column(self, key: str | None, clock: Clock) -> Subject[Q]:
        return JsonColumn(self.path)

    def value(self, raw: Any) -> Subject[bool]:
        return JsonValue(raw)


@dataclass(frozen=True)
class State:
    """Named states of a row (`{"$expired": lambda now: Q(...)}`), asked by `$is` or as an operator."""

    states: Mapping[str, StateTest]

    @property
    def operators(self) -> tuple[str, ...]:
        return (*EQUALITY, *self.states)

    def condition(self, operator: str, raw: Any, clock: Clock, where: str) -> Condition:
        if operator in self.states:
            return ask.equality("$is", (operator,))
        names = tuple(f"${read.text(value, where).removeprefix('$')}" for value in read.several(raw, where))
        if not set(names) <= set(self.states):
            raise InvalidQueryParams(f"{where}: one of {', '.join(self.states)} is expected.")
        return ask.equality(operator, names)

    def column(self, key: str | None, clock: Clock) -> Subject[Q]:
        return StateColumn(self.states, clock)

    moving_column = column

    def value(self, raw: Any) -> Subject[bool]:
        raise TypeError("states are known to the database only")


type AnyField = Field | State


def _json_condition(operator: str, raw: Any, where: str) -> Condition:
    if operator in PRESENCE:
        return ask.presence(operator)
    if operator in SIZE:
        return ask.size(operator, read.count(read.single(raw, where), where))
    texts = tuple(read.text(value, where) for value in read.several(raw, where))
    return ask.equality(operator, texts) if operator in EQUALITY else ask.text(operator, texts)


def _of_instants(operator: str, raw: Any, clock: Clock, zone: tzinfo | None, where: str) -> Condition:
    """Parts of dates and anniversaries of what are instants; `zone` is where their days begin."""
    if operator in ANNIVERSARY:
        return filter_days.anniversary(operator, raw, clock, zone, where)
    if operator not in ("$is_year", "$is_years_ago"):
        return filter_days.part(operator, raw, clock, zone, where)
    spans = filter_days.year(operator, raw, clock, where)
    return ask.within(
        *(
            Interval(low=clock.midnight(first), high=clock.midnight(end), low_included=True)
            for first, end in spans
        )
    )
