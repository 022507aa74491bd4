"""A short cut through input serializers for bulk rows: the usual row is recognised without them.

A serializer takes longer for a row than the database. `parse_row` gives the same answer as `parse`: what it
does not recognise, wrong rows above all, goes to the serializer.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from rest_framework import serializers

from core.api.fields import AmountField, MetadataField, TextField, parse

type Check = Callable[[Any], bool]


def parse_row(serializer: type[serializers.Serializer], row: Any) -> dict[str, Any]:
    """A validated row, as `parse` gives it.

    :raises InvalidPayload: wrong shape.
    """
    checks, required = _plan(serializer)
    if type(row) is dict and required <= row.keys():
        known = {name: row[name] for name in checks if name in row}
        if all(checks[name](value) for name, value in known.items()):
            return known
    return parse(serializer, row)


@cache
def _plan(serializer: type[serializers.Serializer]) -> tuple[dict[str, Check], frozenset[str]]:
    fields = serializer().fields
    required = frozenset(name for name, field in fields.items() if field.required)
    return {name: _check(field) for name, field in fields.items()}, required


def _check(field: Any) -> Check:
    """Whether a value passes the field unchanged; fields of other kinds never say so."""
    if type(field) is TextField:
        longest, blank = field.max_length, field.allow_blank
        return lambda value: type(value) is str and len(value) <= longest and (blank or bool(value.strip()))
    if type(field) is AmountField:
        lowest, highest = field.lowest, field.highest
        return lambda value: type(value) is int and lowest <= value <= highest
    if type(field) is MetadataField:
        return lambda value: type(value) is dict
    if isinstance(field, serializers.Serializer):
        inner = {name: _check(below) for name, below in field.fields.items()}
        return lambda value: (
            type(value) is dict and all(name in inner and inner[name](below) for name, below in value.items())
        )
    return lambda value: False
