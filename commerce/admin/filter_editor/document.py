"""The document that the page edits <-> the filter on the wire, and the filter in a sentence.

The page draws conditions in the shape of a rule (`core.admin.condition_builder`): one for each field, with
all of its operators. `listed` are those operators whose value the wire has as a list; what nobody touches is
the same afterwards.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
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
from core.admin.condition_builder.outline import LOGIC, outline
from core.api.filters import FilterFields
from core.errors import DomainError

type Row = dict[str, Any]
type Fields = tuple[Field, ...]
type Document = dict[str, Any]

_JUNCTION: Final = "junction"
_LISTED: Final = (Input.LOCATIONS, Input.MONTH, Input.WEEKDAY)
_OWN: Final = ("name", "property", "listed", "rules", "error")


class Unreadable(ValueError):
    """Only something else than the page sends that."""


def read(text: str) -> Document:
    """What the page posts. :raises Unreadable: it is none."""
    try:
        found = json.loads(text or "{}")
    except ValueError:
        raise Unreadable from None
    rules = found.get("rules", {}) if isinstance(found, dict) else None
    if not isinstance(rules, dict):
        raise Unreadable
    rows = [row for key, row in rules.items() if key != LOGIC]
    if not all(isinstance(row, dict) and isinstance(row.get("conditions"), dict) for row in rows):
        raise Unreadable
    if not all(isinstance(values, list) for row in rows for values in row["conditions"].values()):
        raise Unreadable
    drawn = outline(rules)
    if drawn["kept"] is not None or any("of" in part for part in drawn["of"]):
        raise Unreadable
    return {"rules": rules} if rows else {}


def document_of(wire: Mapping[str, Any] | None, fields: Fields) -> Document:
    """A filter as the page draws it, in the order of the catalogue: a database shuffles the wire's own."""
    asked = {name: spec for name, spec in (wire or {}).items() if name != _JUNCTION}
    if not asked:
        return {}
    order = {field.name: at for at, field in enumerate(fields)}
    rows = sorted(
        (_condition_of(name, spec, fields) for name, spec in asked.items()),
        key=lambda row: order.get(row["name"], len(order)),
    )
    rules: dict[str, Any] = {str(at): row for at, row in enumerate(rows, 1)}
    joint = " or " if _is_or(wire) else " and "
    return {"rules": {**rules, LOGIC: joint.join(rules)}}


def wire_of(
    document: Document, fields: Fields, *tables: FilterFields, now: datetime
) -> tuple[dict[str, Any], dict[str, str]]:
    """The filter, and what is wrong with which row: "rules.2" -> words."""
    rules = document.get("rules") or {}
    drawn = outline(rules)
    is_or = drawn["join"] == "or" and len(drawn["of"]) > 1
    wire: dict[str, Any] = {_JUNCTION: "or" if is_or else "and"}
    mistakes: dict[str, str] = {}
    for key in (part["key"] for part in drawn["of"]):
        row, place = rules[key], f"rules.{key}"
        try:
            name = _name(row, fields)
            if name in wire and is_or:
                raise ValueError("Where one is enough, each field is asked once.")
            found = {**wire.get(name, {"conditions": {}}), **_rest(row)}
            for operator, operands in row["conditions"].items():
                if operator in found["conditions"]:
                    raise ValueError("This is asked twice: write all values into one row.")
                value = _value(row, operator, operands, fields)
                _check(name, operator, value, *tables, now=now)
                found["conditions"] = {**found["conditions"], operator: value}
            if not found["conditions"]:
                raise ValueError("Choose how it is compared.")
            wire[name] = found
        except ValueError as error:
            mistakes[place] = str(error)
    if len(wire) > 1 and not mistakes:
        try:
            filters.checked(wire, *tables, now=now)
        except DomainError as error:
            mistakes["rules.1"] = error.details
    return wire, mistakes


def _condition_of(name: str, spec: Mapping[str, Any], fields: Fields) -> Row:
    field, key = located(name, fields) or (None, "")
    conditions = spec["conditions"]
    row = {
        "name": field.name if field else name,
        "conditions": {
            operator: value if isinstance(value, list) else [value] for operator, value in conditions.items()
        },
        "listed": [operator for operator, value in conditions.items() if isinstance(value, list)],
        **{more: value for more, value in spec.items() if more != "conditions"},
    }
    return {**row, "property": key} if key else row


def _rest(row: Row) -> Row:
    return {name: value for name, value in row.items() if name not in (*_OWN, "conditions")}


def _name(row: Row, fields: Fields) -> str:
    """The wire's name of what is asked; one that the catalogue has not stays. :raises ValueError:"""
    name = str(row.get("name") or "")
    field = _field(name, fields)
    if not name:
        raise ValueError("Choose what is asked.")
    if field is None or not field.key_label:
        return name
    key = str(row.get("property") or "").strip()
    if not key:
        raise ValueError(f"Write the {field.key_label.lower()}.")
    return field.name.replace("*", key)


def _field(name: str, fields: Fields) -> Field | None:
    return next((one for one in fields if one.name == name), None)


def _value(row: Row, operator: str, operands: list[Any], fields: Fields) -> Any:
    """The operands as the wire has them. :raises ValueError: what is missing, for people."""
    field = _field(str(row.get("name") or ""), fields)
    is_list = operator in row.get("listed", ()) or len(operands) > 1
    known = operators_of(field.kind).get(operator) if field is not None else None
    if field is None or known is None:
        if field is not None and operator not in row.get("listed", ()) and not operands:
            raise ValueError("Choose how it is compared.")
        return operands if is_list or not operands else operands[0]
    input = known[1]
    if input is Input.NONE:
        return operands if is_list else (operands[0] if operands else True)
    if not operands:
        raise ValueError("Choose a location." if input is Input.LOCATIONS else "Write a value.")
    for operand in operands:
        _complain(operand, input, field)
    return operands if is_list or input in _LISTED else operands[0]


def _complain(operand: Any, input: Input, field: Field) -> None:
    """:raises ValueError: a person wrote something else than is asked for."""
    if isinstance(operand, str) and not operand.strip():
        raise ValueError("Write a value.")
    if not isinstance(operand, str):
        if input is Input.DAYS and isinstance(operand, float) and not operand.is_integer():
            raise ValueError("Write a whole number of days.")
        return
    if field.kind is Kind.MONEY and not operand.isdecimal():
        raise ValueError("Write an amount such as 49.90.")
    if input in (Input.NUMBER, Input.DAYS):
        _number(operand)


def _check(name: str, operator: str, value: Any, *tables: FilterFields, now: datetime) -> None:
    """:raises ValueError: the grammar's own complaint, without the place that the row says already."""
    try:
        filters.checked({name: {"conditions": {operator: value}}}, *tables, now=now)
    except DomainError as error:
        raise ValueError(error.details.rpartition(f".{operator}: ")[2]) from None


def sentence(wire: Mapping[str, Any], fields: Fields) -> str:
    """Country is PL and Paid orders is more than 3."""
    said = [phrase for _, phrase in phrases(wire, fields)]
    return (" or " if _is_or(wire) else " and ").join(said) or "Everything"


def lines(wire: Mapping[str, Any], fields: Fields) -> list[dict[str, Any]]:
    """The same as `{"text", "depth", "joint"}`, one for each condition."""
    joint = "or" if _is_or(wire) else "and"
    return [
        {"text": phrase, "depth": 0, "joint": joint if at else ""}
        for at, (_, phrase) in enumerate(phrases(wire, fields))
    ]


def _is_or(wire: Mapping[str, Any] | None) -> bool:
    return str((wire or {}).get(_JUNCTION, "and")).lower() == "or"


def phrases(wire: Mapping[str, Any], fields: Fields) -> list[tuple[tuple[str, str], str]]:
    """Each condition in words: (field, operator) of the wire, and what it says."""
    places: dict[str, str] = (
        dict(Location.objects.values_list("public_id", "name")) if "loc_" in str(wire) else {}
    )
    return [
        ((name, operator), _phrase(_row(name, operator, value, fields), fields, places))
        for name, operator, value in conditions_of(wire, fields)
    ]


def conditions_of(wire: Mapping[str, Any], fields: Fields) -> Iterator[tuple[str, str, Any]]:
    """(field, operator, value) of the wire, in the order in which they are drawn."""
    order = {field.name: at for at, field in enumerate(fields)}

    def rank(name: str) -> int:
        found = located(name, fields)
        return order[found[0].name] if found else len(order)

    for name in sorted((name for name in wire if name != _JUNCTION), key=rank):
        for operator, value in wire[name]["conditions"].items():
            yield name, operator, value


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


def _several(typed: str) -> list[str]:
    """Values with commas between."""
    return [one for part in typed.split(",") if (one := part.strip())]


def _number(typed: str) -> Decimal:
    try:
        number = Decimal(typed)
    except InvalidOperation:
        raise ValueError("Write a number.") from None
    if not number.is_finite():
        raise ValueError("Write a number.")
    return number


def _named(value: str, names: tuple[str, ...], first: int) -> str:
    number = int(value) - first if value.isdigit() else -1
    return names[number] if 0 <= number < len(names) else value
