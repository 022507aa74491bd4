"""Serializer fields that say no to what a stock field would quietly bend (INVARIANTS part 5).

A bool is not an integer, `"12x"` is not 12, a list is not text, `1.5` is not 1. Input serializers are liberal
about unknown keys (ignored) and about null where the contract is, never about types.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, TypeVar

from django.utils.dateparse import parse_date
from rest_framework import serializers

from core.errors import InvalidPayload
from core.instants import format_instant as format_instant
from core.instants import format_optional as format_optional
from core.instants import parse_instant as parse_instant

MAX_AMOUNT: Final = 10**15
MAX_TEXT: Final = 10_000

Input = TypeVar("Input", bound=serializers.Serializer)  # type: ignore[type-arg]


def parse[Input: serializers.Serializer](
    serializer_class: type[Input], data: Any, **kwargs: Any
) -> dict[str, Any]:
    """Validate a request body; returns the validated dict. Keys the caller left out are absent, unless
    defaulted.

    :raises InvalidPayload: wrong shape; `details` names the property.
    """
    if not isinstance(data, Mapping):
        raise InvalidPayload("Payload must be a JSON object.")
    serializer = serializer_class(**kwargs) if kwargs else _made(serializer_class)
    return dict(serializer.run_validation(data))


@functools.cache
def _made[Input: serializers.Serializer](serializer_class: type[Input]) -> Input:
    """Making one copies all of its fields, at more cost than validating a body, which keeps no state."""
    made = serializer_class()
    made.fields  # noqa: B018 - fields are made when they are first asked for
    return made


class WireSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """Base of all input serializers: complaints begin with what the property must be."""

    default_error_messages = {"invalid": "must be an object"}

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, Mapping):
            self.fail("invalid")
        return super().to_internal_value(data)


class StrictField(serializers.Field):  # type: ignore[type-arg]
    default_error_messages = {
        "required": "is required",
        "null": "must not be null",
    }


class IntegerField(StrictField):
    """A whole number; numeric text only with `accept_text` (contract: semantics-core 1.1)."""

    default_error_messages = {
        "type": "must be an integer",
        "range": "must be between {lowest} and {highest}",
    }

    def __init__(
        self,
        *,
        lowest: int = -MAX_AMOUNT,
        highest: int = MAX_AMOUNT,
        accept_text: bool = False,
        **kwargs: Any,
    ) -> None:
        self.lowest, self.highest, self.accept_text = lowest, highest, accept_text
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> int:
        if (
            self.accept_text
            and isinstance(data, str)
            and data.isascii()
            and data.lstrip("-").isdigit()
            and len(data) < 17
        ):
            data = int(data)
        if isinstance(data, Decimal) and data == data.to_integral_value():
            data = int(data)
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("type")
        if not self.lowest <= data <= self.highest:
            self.fail("range", lowest=self.lowest, highest=self.highest)
        return int(data)

    def to_representation(self, value: Any) -> int:
        return int(value)


class AmountField(IntegerField):
    """Money in minor units, never negative unless `lowest` says so."""

    def __init__(self, *, lowest: int = 0, **kwargs: Any) -> None:
        super().__init__(lowest=lowest, **kwargs)


class PercentField(StrictField):
    """A percentage from 0 to 100 as an exact decimal."""

    default_error_messages = {"type": "must be a number", "range": "must be between 0 and 100"}

    def to_internal_value(self, data: Any) -> Decimal:
        if isinstance(data, bool) or not isinstance(data, int | Decimal):
            self.fail("type")
        value = Decimal(data)
        if not 0 <= value <= 100:
            self.fail("range")
        return value

    def to_representation(self, value: Decimal) -> int | float:
        return int(value) if value == value.to_integral_value() else float(value)


class TextField(StrictField):
    """Text as it came: no trimming, no coercion of numbers."""

    default_error_messages = {
        "type": "must be a string",
        "blank": "must not be empty",
        "long": "must have at most {max_length} characters",
    }

    def __init__(self, *, max_length: int = MAX_TEXT, allow_blank: bool = True, **kwargs: Any) -> None:
        self.max_length, self.allow_blank = max_length, allow_blank
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("type")
        if not self.allow_blank and not data.strip():
            self.fail("blank")
        if len(data) > self.max_length:
            self.fail("long", max_length=self.max_length)
        return data

    def to_representation(self, value: Any) -> str:
        return str(value)


class ChoiceField(TextField):
    """One of the wire values of a `TextChoices`."""

    default_error_messages = {"choice": "must be one of {choices}"}

    def __init__(self, choices: Any, **kwargs: Any) -> None:
        self.values = [getattr(choice, "value", choice) for choice in choices]
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> str:
        value = super().to_internal_value(data)
        if value not in self.values:
            self.fail("choice", choices=", ".join(self.values))
        return value


class BooleanField(StrictField):
    default_error_messages = {"type": "must be a boolean"}

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("type")
        return bool(data)

    def to_representation(self, value: Any) -> bool:
        return bool(value)


class InstantField(StrictField):
    """ISO 8601 date-time or date; without an offset it is UTC. Printed as `2024-01-02T09:43:23.941Z`."""

    default_error_messages = {"type": "must be an ISO 8601 date-time"}

    def to_internal_value(self, data: Any) -> datetime:
        try:
            instant = parse_instant(data)
        except ValueError:
            self.fail("type")
        return instant

    def to_representation(self, value: datetime) -> str:
        return format_instant(value)


class DateField(StrictField):
    """A calendar date, `YYYY-MM-DD`."""

    default_error_messages = {"type": "must be a date (YYYY-MM-DD)"}

    def to_internal_value(self, data: Any) -> date:
        try:
            value = parse_date(data[:10]) if isinstance(data, str) else None
        except ValueError:
            value = None
        if value is None:
            self.fail("type")
        return value

    def to_representation(self, value: date) -> str:
        return value.isoformat()


class MetadataField(StrictField):
    """A free JSON object (contract: semantics-core 1.1). Schemas are checked by the services."""

    default_error_messages = {"type": "must be an object"}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, Mapping):
            self.fail("type")
        return {str(key): plain(value) for key, value in data.items()}

    def to_representation(self, value: Any) -> Any:
        return value


class ListField(serializers.ListField):
    """A list with a maximum length; complaints as in the other fields."""

    default_error_messages = {
        "required": "is required",
        "null": "must not be null",
        "not_a_list": "must be an array",
        "empty": "must not be empty",
        "min_length": "must have at least {min_length} items",
        "max_length": "must have at most {max_length} items",
    }


class MapField(serializers.DictField):
    """An object of which every value is of one kind."""

    default_error_messages = {
        "required": "is required",
        "null": "must not be null",
        "not_a_dict": "must be an object",
    }


def plain(value: Any) -> Any:
    """A parsed JSON value as the JSON columns store it: exact decimals become numbers again."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, Mapping):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return value
