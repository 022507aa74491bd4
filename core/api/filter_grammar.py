"""`filters[...]` of list endpoints and the `filter` of collections and segments: one grammar, two targets.

A noun declares a table of what may be filtered; nothing else is reachable from the wire:

    FILTER_FIELDS = {
        "code": Text("code"),
        "campaign_ids": Text("campaign__public_id"),
        "categories": Text("categories__name", many=Voucher),
        "redemption.redeemed_quantity": Number("redeemed_quantity"),
        "created_at": DateTime("created_at"),
        "metadata": Json("metadata"),                            # metadata.<key>, the key taken literally
        "events.*.count": EventCount(),                          # a key in the middle
        "active": State({"$expired": lambda now: Q(expires_at__lte=now)}),
    }

Contract: semantics-core 3.3, semantics-data-and-events 2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

from django.db.models import Q

from core.api.filter_fields import AnyField, Json
from core.api.filter_operators import Condition
from core.api.filter_values import Clock
from core.errors import DomainError, InvalidQueryParams

MAX_CONDITIONS = 100

type FilterFields = Mapping[str, AnyField]


@dataclass(frozen=True, kw_only=True)
class _Line:
    """One operator of one field; `known` is the field's name in the table."""

    name: str
    known: str
    field: AnyField
    key: str | None
    condition: Condition


@dataclass(frozen=True, kw_only=True)
class WireFilters:
    """Filters read once, then used as a `Q` or on any number of records."""

    fields: tuple[tuple[_Line, ...], ...]
    any_field_is_enough: bool
    clock: Clock

    @classmethod
    def parse(
        cls,
        filters: Any,
        fields: FilterFields,
        *,
        now: datetime,
        zone: tzinfo = UTC,
        refusal: type[DomainError] = InvalidQueryParams,
    ) -> WireFilters:
        """Read `{"junction": "and"|"or", <field>: {"conditions": {<$op>: value | [values]}}}`.

        `zone` is where calendar days begin; `refusal` is the error to raise (`InvalidPayload` for a body).

        :raises InvalidQueryParams: unknown field or operator, or an operand of another type; the details name
            what is allowed.
        """
        clock = Clock(now=now, zone=zone)
        try:
            return cls(**_read(filters, fields, clock), clock=clock)
        except InvalidQueryParams as error:
            raise refusal(error.details) from None

    def q(self) -> Q:
        """The filter for a queryset; no filters select everything."""
        result = Q()
        for lines in self.fields:
            of_field = Q()
            for line in lines:
                of_field &= line.condition(line.field.column(line.key, self.clock))
            result = result | of_field if self.any_field_is_enough else result & of_field
        return result

    def matches(self, record: Mapping[str, Any]) -> bool:
        """The same filter on a record in memory, keyed by wire names (nested objects for dotted names)."""
        answers = (
            all(line.condition(line.field.value(_looked_up(record, line))) for line in lines)
            for lines in self.fields
        )
        return any(answers) if self.any_field_is_enough and self.fields else all(answers)


def build(filters: Any, fields: FilterFields, *, now: datetime, zone: tzinfo = UTC) -> Q:
    """The `Q` of wire filters.

    :raises InvalidQueryParams: see `WireFilters.parse`.
    """
    return WireFilters.parse(filters, fields, now=now, zone=zone).q()


def matches(
    filters: Any, record: Mapping[str, Any], fields: FilterFields, *, now: datetime, zone: tzinfo = UTC
) -> bool:
    """Whether one record fits wire filters. For many records parse once and use `WireFilters.matches`.

    :raises InvalidQueryParams: see `WireFilters.parse`.
    """
    return WireFilters.parse(filters, fields, now=now, zone=zone).matches(record)


def _read(filters: Any, fields: FilterFields, clock: Clock) -> dict[str, Any]:
    if not isinstance(filters, Mapping):
        raise InvalidQueryParams("filters: an object of fields with conditions is expected.")
    read = [_read_field(name, spec, fields, clock) for name, spec in filters.items() if name != "junction"]
    if sum(len(lines) for lines in read) > MAX_CONDITIONS:
        raise InvalidQueryParams(f"filters: at most {MAX_CONDITIONS} conditions are allowed.")
    return {"fields": tuple(read), "any_field_is_enough": _is_or(filters.get("junction", "and"))}


def _is_or(junction: Any) -> bool:
    word = junction.lower() if isinstance(junction, str) else ""
    if word not in ("and", "or"):
        raise InvalidQueryParams("filters.junction: 'and' or 'or' is expected.")
    return word == "or"


def _read_field(name: str, spec: Any, fields: FilterFields, clock: Clock) -> tuple[_Line, ...]:
    known, field, key = _find(name, fields)
    conditions = spec.get("conditions") if isinstance(spec, Mapping) else None
    if not isinstance(conditions, Mapping) or not conditions:
        raise InvalidQueryParams(f"filters.{name}: 'conditions' with at least one operator is expected.")
    lines = []
    for operator, raw in conditions.items():
        where = f"filters.{name}.{operator}"
        if operator not in field.operators:
            allowed = ", ".join(field.operators)
            raise InvalidQueryParams(f"{where}: unknown operator for this field. Allowed: {allowed}.")
        lines.append(
            _Line(
                name=name,
                known=known,
                field=field,
                key=key,
                condition=field.condition(operator, raw, clock, where),
            )
        )
    return tuple(lines)


def _find(name: str, fields: FilterFields) -> tuple[str, AnyField, str | None]:
    """The field of a wire name, with its name in the table; for `metadata.lang` also the key.

    The key is an operand and never a lookup.
    """
    exact = fields.get(name)
    if exact is not None and not isinstance(exact, Json) and "*" not in name:
        return name, exact, None
    for known, field in fields.items():
        key = _key(name, known, field)
        if key and "\0" not in key:
            return known, field, key
    allowed = ", ".join(spelled(known, field) for known, field in fields.items())
    raise InvalidQueryParams(f"filters.{name!r}: unknown field. Allowed: {allowed}.")


def spelled(name: str, field: AnyField) -> str:
    """A field of a table as people write it."""
    return f"{name}.<key>" if isinstance(field, Json) else name.replace("*", "<name>")


def _key(name: str, known: str, field: AnyField) -> str:
    """What stands for the key in a wire name; "" if it is no name of this field."""
    before, star, after = known.partition("*")
    if not star:
        before, after = f"{known}.", ""
        if not isinstance(field, Json):
            return ""
    if not name.startswith(before) or not name.endswith(after):
        return ""
    return name[len(before) : len(name) - len(after)]


def _looked_up(record: Mapping[str, Any], line: _Line) -> Any:
    if line.key is None:
        return record[line.name] if line.name in record else _nested(record, line.name)
    before, _, after = line.known.partition("*")
    name = before.removesuffix(".")
    found = record[name] if name in record else _nested(record, name)
    value = found.get(line.key) if isinstance(found, Mapping) else None
    return _nested(value, after.removeprefix(".")) if after else value


def _nested(record: Any, name: str) -> Any:
    found: Any = record
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found
