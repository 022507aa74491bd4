"""Rows of the editor <-> the filter on the wire, and the filter in a sentence."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from commerce.admin.filter_editor.catalogue import (
    MONTHS,
    WEEKDAYS,
    Field,
    Input,
    Kind,
    located,
    operators_of,
)
from commerce.models import Location
from commerce.services import filters
from core import words
from core.api.filters import FilterFields
from core.errors import DomainError

type Row = dict[str, Any]
type Fields = tuple[Field, ...]

JUNCTIONS: Final = ("and", "or")
_CENTS: Final = 100
_MOST_ROWS: Final = 100


class Unreadable(ValueError):
    """Only something else than the page sends that."""


def read(text: str) -> tuple[str, list[Row]]:
    """What the page posts: how the rows are joined, and the rows. :raises Unreadable: it is neither."""
    try:
        found = json.loads(text or "{}")
    except ValueError:
        raise Unreadable from None
    if not isinstance(found, dict):
        raise Unreadable
    rows = found.get("rows", [])
    junction = found.get("junction", "and")
    if junction not in JUNCTIONS or not isinstance(rows, list) or len(rows) > _MOST_ROWS:
        raise Unreadable
    if not all(
        isinstance(row, dict) and all(isinstance(value, str) for value in row.values()) for row in rows
    ):
        raise Unreadable
    return junction, rows


def rows_of(wire: Mapping[str, Any], fields: Fields) -> list[Row]:
    """A filter as rows: one for each operator. What the editor does not know keeps its wire name."""
    return [
        _row(name, operator, value, fields)
        for name, spec in wire.items()
        if name != "junction"
        for operator, value in spec["conditions"].items()
    ]


def wire_of(
    junction: str, rows: list[Row], fields: Fields, *tables: FilterFields, now: datetime
) -> tuple[dict[str, Any], dict[int, str]]:
    """The filter, and what is wrong with which row."""
    wire: dict[str, Any] = {"junction": junction}
    mistakes: dict[int, str] = {}
    for at, row in enumerate(rows):
        try:
            name, operator, value = _condition(row, fields)
            conditions = wire.get(name, {"conditions": {}})["conditions"]
            if operator in conditions:
                raise ValueError("This is asked twice: write all values into one row.")
            if conditions and junction == "or":
                raise ValueError("Where one is enough, each field is asked once.")
            filters.checked({name: {"conditions": {operator: value}}}, *tables, now=now)
        except DomainError as error:
            mistakes[at] = error.details.rpartition(f".{row.get('operator')}: ")[2]
        except ValueError as error:
            mistakes[at] = str(error)
        else:
            wire[name] = {"conditions": {**conditions, operator: value}}
    return wire, mistakes


def sentence(wire: Mapping[str, Any], fields: Fields) -> str:
    """Country is PL and Paid orders is more than 3."""
    said = [phrase for phrase in phrases(wire, fields) if phrase]
    joint = " or " if str(wire.get("junction", "and")).lower() == "or" else " and "
    return joint.join(said) or "Everything"


def phrases(wire: Mapping[str, Any], fields: Fields) -> list[str]:
    places: dict[str, str] = (
        dict(Location.objects.values_list("public_id", "name")) if "loc_" in str(wire) else {}
    )
    return [_phrase(row, fields, places) for row in rows_of(wire, fields)]


def _phrase(row: Row, fields: Fields, places: Mapping[str, str]) -> str:
    field = next((one for one in fields if one.name == row["field"]), None)
    if field is None:
        return f"{row['field']} {row['operator']} {row['value']}"
    said, input = operators_of(field.kind).get(row["operator"], (row["operator"], Input.TEXT))
    subject = f"{field.label} “{row['key']}”" if row["key"] else field.label
    value = row["value"]
    match input:
        case Input.NONE:
            return f"{subject} {said}"
        case Input.DAYS:
            value = f"{value} {'day' if value == '1' else 'days'}"
        case Input.LOCATIONS:
            value = ", ".join(places.get(one, one) for one in _several(value))
        case Input.MONTH:
            value = _named(value, MONTHS, 1)
        case Input.WEEKDAY:
            value = _named(value, WEEKDAYS, 0)
        case Input.NUMBER if field.kind is Kind.MONEY:
            value = f"{value} {words.currency()}"
        case Input.TEXTS if len(several := _several(value)) > 1:
            value = f"{', '.join(several[:-1])} or {several[-1]}"
    return f"{subject} {said} {value}"


def _row(name: str, operator: str, value: Any, fields: Fields) -> Row:
    found = located(name, fields)
    field, key = found or (None, "")
    values = [_typed(one, field) for one in (value if isinstance(value, list) else [value])]
    known = operators_of(field.kind).get(operator) if field is not None else None
    is_empty = known is not None and known[1] is Input.NONE
    return {
        "field": field.name if field else name,
        "key": key,
        "operator": operator,
        "value": "" if is_empty else ", ".join(values),
    }


def _typed(value: Any, field: Field | None) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if field is not None and field.kind is Kind.MONEY:
        try:
            return words.plain_money(int(Decimal(str(value)))).replace(",", "")
        except InvalidOperation:
            return str(value)
    return str(value)


def _condition(row: Row, fields: Fields) -> tuple[str, str, Any]:
    """:raises ValueError: what is missing, for people."""
    field = next((one for one in fields if one.name == row.get("field")), None)
    if field is None:
        raise ValueError("Choose what is asked.")
    key = row.get("key", "").strip()
    if field.key_label and not key:
        raise ValueError(f"Write the {field.key_label.lower()}.")
    operator = row.get("operator", "")
    if operator not in operators_of(field.kind):
        raise ValueError("Choose how it is compared.")
    input = operators_of(field.kind)[operator][1]
    value = _value(row.get("value", "").strip(), input, field)
    return field.name.replace("*", key), operator, value


def _value(typed: str, input: Input, field: Field) -> Any:
    if input is Input.NONE:
        return True
    if not typed:
        raise ValueError("Write a value." if input is not Input.LOCATIONS else "Choose a location.")
    is_money = field.kind is Kind.MONEY
    match input:
        case Input.NUMBER:
            return _minor(typed) if is_money else _number(typed)
        case Input.DAYS:
            days = _number(typed)
            if days != int(days):
                raise ValueError("Write a whole number of days.")
            return int(days)
        case Input.TEXTS:
            texts = _several(typed)
            numbers = [_minor(one) for one in texts] if is_money else texts
            return numbers if len(numbers) > 1 else numbers[0]
        case Input.LOCATIONS:
            return _several(typed)
        case Input.MONTH:
            return [_number(typed)]
        case Input.WEEKDAY:
            return [_number(typed)]
    return typed


def _several(typed: str) -> list[str]:
    """Values with commas between."""
    found = [one for part in typed.split(",") if (one := part.strip())]
    if not found:
        raise ValueError("Write a value.")
    return found


def _number(typed: str) -> int | float:
    try:
        number = Decimal(typed.replace(" ", ""))
    except InvalidOperation:
        raise ValueError("Write a number.") from None
    if not number.is_finite():
        raise ValueError("Write a number.")
    return int(number) if number == number.to_integral_value() else float(number)


def _minor(typed: str) -> int:
    try:
        number = Decimal(typed.replace(" ", "").replace(",", ".")) * _CENTS
    except InvalidOperation:
        raise ValueError("Write an amount such as 49.90.") from None
    if not number.is_finite() or number != number.to_integral_value():
        raise ValueError("Write an amount such as 49.90.")
    return int(number)


def _named(value: str, names: tuple[str, ...], first: int) -> str:
    number = int(value) - first if value.isdigit() else -1
    return names[number] if 0 <= number < len(names) else value
