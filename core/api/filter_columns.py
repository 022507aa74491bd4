"""Filter conditions on database columns: the twins of the values in `filter_subjects`.

Nothing from the wire becomes a lookup name: paths come from the field table, metadata keys and operands are
query parameters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import BooleanField, Expression, F, Model, Q
from django.db.models.expressions import Combinable
from django.db.models.functions import ExtractDay, ExtractIsoWeekDay, ExtractMonth
from django.db.models.lookups import (
    GreaterThan,
    GreaterThanOrEqual,
    In,
    IsNull,
    LessThan,
    LessThanOrEqual,
)

from core.api.filter_geo import POINT_TEXT, Area
from core.api.filter_subjects import (
    DATE_TEXT,
    INSTANT_TEXT,
    NO_LIMIT,
    NUMERIC_TEXT,
    WEEKDAY_OFFSETS,
    AnyInterval,
    Scalar,
    Subject,
    TextPart,
    instant_text,
    json_operands,
)
from core.api.filter_values import Clock

type StateTest = Callable[[datetime], Q]


class _SqlSubject(Subject[Q]):
    def negate(self, answer: Q) -> Q:
        return ~answer

    def either(self, answers: Sequence[Q]) -> Q:
        result = answers[0]
        for answer in answers[1:]:
            result |= answer
        return result

    def size(self, low: int | None, high: int | None) -> Q:
        raise TypeError("only JSON columns have a size")


class Column(_SqlSubject):
    """A column of the row, or of a row it points to."""

    def __init__(self, path: str, *, blank_is_missing: bool = False) -> None:
        self.path = path
        self.blank_is_missing = blank_is_missing

    def missing(self) -> Q:
        empty = Q(**{f"{self.path}__isnull": True})
        return empty | Q(**{self.path: ""}) if self.blank_is_missing else empty

    def any_of(self, values: Sequence[Scalar | date]) -> Q:
        return Q(**{f"{self.path}__in": list(values)})

    def within(self, interval: AnyInterval) -> Q:
        # Django drops a bound that lies beyond the column's integers, and null rows would come along.
        bounds: dict[str, Any] = {f"{self.path}__isnull": False}
        if interval.low is not None:
            bounds[f"{self.path}__{'gte' if interval.low_included else 'gt'}"] = interval.low
        if interval.high is not None:
            bounds[f"{self.path}__{'lte' if interval.high_included else 'lt'}"] = interval.high
        return Q(**bounds)

    def text(self, part: TextPart, wanted: str) -> Q:
        return Q(**{f"{self.path}__{part}": wanted})

    def on_days(self, days: frozenset[int], zone: tzinfo | None) -> Q:
        return Q(In(day_of_year(self.path, zone), sorted(days)))

    def on_weekdays(self, weekdays: frozenset[int], zone: tzinfo | None) -> Q:
        # ISO counts Sunday as 7.
        weekday = ExtractIsoWeekDay(self.path, tzinfo=zone)
        return Q(In(weekday, sorted(day or 7 for day in weekdays)))


def day_of_year(path: str, zone: tzinfo | None = None) -> Combinable:
    """Month * 100 + day: what a date has in common with its anniversaries. Can be an index."""
    return ExtractMonth(path, tzinfo=zone) * 100 + ExtractDay(path, tzinfo=zone)


class Computed(_SqlSubject):
    """An expression about the row instead of a column."""

    def __init__(self, expression: Any) -> None:
        self.expression = expression

    def missing(self) -> Q:
        return Q(IsNull(self.expression, True))

    def any_of(self, values: Sequence[Scalar | date]) -> Q:
        return Q(In(self.expression, list(values))) & ~self.missing()

    def within(self, interval: AnyInterval) -> Q:
        answer = ~self.missing()
        if interval.low is not None:
            above = GreaterThanOrEqual if interval.low_included else GreaterThan
            answer &= Q(above(self.expression, interval.low))
        if interval.high is not None:
            below = LessThanOrEqual if interval.high_included else LessThan
            answer &= Q(below(self.expression, interval.high))
        return answer

    def text(self, part: TextPart, wanted: str) -> Q:
        raise TypeError("only columns have texts")

    def on_days(self, days: frozenset[int], zone: tzinfo | None) -> Q:
        month, day = ExtractMonth(self.expression, tzinfo=zone), ExtractDay(self.expression, tzinfo=zone)
        return Q(In(month * 100 + day, sorted(days)))

    def on_weekdays(self, weekdays: frozenset[int], zone: tzinfo | None) -> Q:
        return Q(In(ExtractIsoWeekDay(self.expression, tzinfo=zone), sorted(day or 7 for day in weekdays)))


class RelatedColumn(_SqlSubject):
    """A column of many rows that belong to one: true when one of them fits; no join, so no doubled rows."""

    def __init__(self, model: type[Model], path: str) -> None:
        self.model = model
        self.column = Column(path)

    def _rows(self, condition: Q) -> Q:
        return Q(pk__in=self.model._default_manager.filter(condition).order_by().values("pk"))

    def missing(self) -> Q:
        return ~self._rows(~self.column.missing())

    def any_of(self, values: Sequence[Scalar | date]) -> Q:
        return self._rows(self.column.any_of(values))

    def within(self, interval: AnyInterval) -> Q:
        return self._rows(self.column.within(interval))

    def text(self, part: TextPart, wanted: str) -> Q:
        return self._rows(self.column.text(part, wanted))

    def on_days(self, days: frozenset[int], zone: tzinfo | None) -> Q:
        return self._rows(self.column.on_days(days, zone))

    def on_weekdays(self, weekdays: frozenset[int], zone: tzinfo | None) -> Q:
        return self._rows(self.column.on_weekdays(weekdays, zone))


class StateColumn(_SqlSubject):
    """A named state of the row, such as `$expired`: a `Q` that depends on the instant."""

    def __init__(self, states: Mapping[str, StateTest], clock: Clock) -> None:
        self.states = states
        self.clock = clock

    def any_of(self, values: Sequence[Scalar | date]) -> Q:
        return self.either([self.states[str(value)](self.clock.now) for value in values])

    def missing(self) -> Q:
        raise TypeError("a state is never missing")

    def within(self, interval: AnyInterval) -> Q:
        raise TypeError("a state has no bounds")

    def text(self, part: TextPart, wanted: str) -> Q:
        raise TypeError("a state is not a text")


_HOLES = re.compile(r"\{value\}|(?<!%)%s")


class _JsonCondition(Expression):
    """A boolean about one JSON value; `template` holds `{value}`, and a `%s` for each of `params`."""

    def __init__(self, source: Combinable, key: str | None, template: str, params: tuple[Any, ...]) -> None:
        super().__init__(output_field=BooleanField())
        self.source: Any = source
        self.key = key
        self.template = template
        self.params = params

    def get_source_expressions(self) -> list[Any]:
        return [self.source]

    def set_source_expressions(self, exprs: Sequence[Any]) -> None:
        (self.source,) = exprs

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, params = compiler.compile(self.source)
        value = column if self.key is None else f"({column} -> %s::text)"
        of_value = (*params, *(() if self.key is None else (self.key,)))
        own = iter(self.params)
        given: list[Any] = []
        for part in _HOLES.findall(self.template):
            given += of_value if part == "{value}" else [next(own)]
        return self.template.replace("{value}", value), tuple(given)


class JsonColumn(_SqlSubject):
    """A JSON column, or one key of it, taken literally. A list answers yes when one of its elements does."""

    # Lists are rare, and taking them apart costs ten times as much as looking at one value.
    _ANY: ClassVar[str] = """CASE
        WHEN jsonb_typeof({value}) = 'array' THEN EXISTS(
            SELECT 1 FROM (SELECT {value} AS v) AS cell
            CROSS JOIN LATERAL jsonb_array_elements(cell.v) AS item(j)
            CROSS JOIN LATERAL (SELECT item.j #>> '{}' AS t, jsonb_typeof(item.j) AS k) AS e
            WHERE e.k IN ('string', 'number', 'boolean') AND ({question}))
        WHEN jsonb_typeof({value}) IN ('string', 'number', 'boolean') THEN COALESCE({of_one}, FALSE)
        ELSE FALSE END"""
    _SIZE: ClassVar[str] = """EXISTS(
        SELECT 1 FROM (SELECT {value} AS v) AS cell
        WHERE CASE WHEN jsonb_typeof(cell.v) = 'array' THEN jsonb_array_length(cell.v) END
            BETWEEN %s AND %s)"""
    _NUMBER: ClassVar[str] = f"""(CASE WHEN e.k = 'number' THEN e.t::numeric
        WHEN e.k = 'string' AND e.t ~ '^{NUMERIC_TEXT}$' THEN e.t::numeric END)"""
    _INSTANT: ClassVar[str] = f"""((CASE WHEN e.k <> 'string' THEN NULL
        WHEN e.t ~ '^{DATE_TEXT}$' THEN e.t || 'T00:00:00.000000'
        WHEN e.t ~ '^{INSTANT_TEXT}$' THEN
            left(e.t, 19) || '.' || rpad(coalesce(substring(e.t from '\\.([0-9]+)'), ''), 6, '0')
        END) COLLATE "C")"""

    _DATE: ClassVar[str] = f"""e.k = 'string' AND e.t ~ '^({DATE_TEXT}|{INSTANT_TEXT})$'"""
    _DAY: ClassVar[str] = f"""CASE WHEN {_DATE} THEN (substr(e.t, 6, 2) || substr(e.t, 9, 2))::int END"""
    _WEEKDAY: ClassVar[str] = """CASE WHEN {date} AND left(e.t, 4) <> '0000' THEN (
        SELECT (d.y + d.y / 4 - d.y / 100 + d.y / 400 + (ARRAY[{offsets}])[d.m] + d.d) %% 7
        FROM (SELECT left(e.t, 4)::int - (substr(e.t, 6, 2) < '03')::int AS y,
            substr(e.t, 6, 2)::int AS m, substr(e.t, 9, 2)::int AS d) AS d
        ) END""".replace("{date}", _DATE).replace("{offsets}", ", ".join(map(str, WEEKDAY_OFFSETS)))
    _INSIDE: ClassVar[str] = """CASE WHEN e.k = 'string' AND e.t ~ '^{point}$' THEN EXISTS(
        SELECT 1 FROM (SELECT split_part(substr(e.t, 5), ',', 1)::float8 AS lat,
            split_part(e.t, ',', 2)::float8 AS lon) AS p
        WHERE abs(p.lat) <= 90 AND abs(p.lon) <= 180 AND ({areas})
        ) END""".replace("{point}", POINT_TEXT)

    def __init__(self, path: str, key: str | None = None) -> None:
        self.path = path
        self.key = key

    def _condition(self, template: str, *params: Any) -> Q:
        return Q(_JsonCondition(F(self.path), self.key, template, params))

    def _any(self, question: str, *params: Any) -> Q:
        of_one = question.replace("e.t", "({value} #>> '{}')").replace("e.k", "jsonb_typeof({value})")
        of_one = of_one.replace("cell.v", "{value}")
        template = self._ANY.replace("{question}", question).replace("{of_one}", f"({of_one})")
        return self._condition(template, *params, *params)

    def missing(self) -> Q:
        return self._condition("COALESCE(jsonb_typeof({value}) = 'null', TRUE)")

    def any_of(self, values: Sequence[Scalar | date]) -> Q:
        texts, numbers = json_operands(values)
        number = "CASE WHEN e.k = 'number' THEN e.t::numeric END"
        return self._any(f"e.t = ANY(%s::text[]) OR {number} = ANY(%s::numeric[])", texts, numbers)

    def within(self, interval: AnyInterval) -> Q:
        parts: list[str] = []
        params: list[Any] = []
        for bound, operator in (
            (interval.low, ">=" if interval.low_included else ">"),
            (interval.high, "<=" if interval.high_included else "<"),
        ):
            if isinstance(bound, Decimal):
                parts.append(f"{self._NUMBER} {operator} %s::numeric")
                params.append(bound)
            elif isinstance(bound, datetime):
                parts.append(f"{self._INSTANT} {operator} %s::text")
                params.append(instant_text(bound))
        return self._any(" AND ".join(parts), *params)

    def text(self, part: TextPart, wanted: str) -> Q:
        if part == "contains":
            is_list = "jsonb_typeof(cell.v) = 'array'"
            return self._any(
                f"CASE WHEN {is_list} THEN e.t = %s::text ELSE strpos(e.t, %s::text) > 0 END", wanted, wanted
            )
        if part == "startswith":
            return self._any("starts_with(e.t, %s::text)", wanted)
        return self._any("right(e.t, char_length(%s::text)) = %s::text", wanted, wanted)

    def size(self, low: int | None, high: int | None) -> Q:
        return self._condition(self._SIZE, low or 0, NO_LIMIT if high is None else high)

    def on_days(self, days: frozenset[int], zone: tzinfo | None) -> Q:
        return self._any(f"{self._DAY} = ANY(%s::int[])", sorted(days))

    def on_weekdays(self, weekdays: frozenset[int], zone: tzinfo | None) -> Q:
        return self._any(f"{self._WEEKDAY} = ANY(%s::int[])", sorted(weekdays))

    def inside(self, areas: Sequence[Area]) -> Q:
        found = [area.sql("p.lat", "p.lon") for area in areas]
        question = " OR ".join(f"({sql})" for sql, _ in found) or "FALSE"
        params = [param for _, own in found for param in own]
        return self._any(self._INSIDE.replace("{areas}", question), *params)
