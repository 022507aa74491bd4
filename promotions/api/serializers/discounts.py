"""Discounts: the wire's `discount` <-> the JSON column. Contract: semantics-core 5.1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from enum import StrEnum
from typing import Any

from core.api.fields import MetadataField, plain
from core.errors import DomainError
from engine import effects


class DiscountField(MetadataField):
    """A `discount` object with its numbers exact; what it says is read by `stored_discount`."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, Mapping):
            self.fail("type")
        return dict(data)


def stored_discount(wire: Mapping[str, Any], refusal: type[DomainError]) -> dict[str, Any]:
    """What is kept of a discount: type, values that were given, effective effect.

    :raises refusal: the engine cannot calculate it; `details` says what is supported.
    """
    try:
        effect: Any = effects.parse(wire)
    except effects.DiscountError as error:
        raise refusal(f"discount: {error}") from error
    stored: dict[str, Any] = {"type": effect.type.value}
    for field in fields(effect):
        value = getattr(effect, field.name)
        if field.name not in ("type", "effect") and value is not None:
            stored[field.name] = value.value if isinstance(value, StrEnum) else plain(value)
    return {**stored, "effect": effect.effect.value}


def discount_output(discount: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The stored discount as JSON numbers. `is_dynamic` says that no formula is behind it."""
    return None if discount is None else {**plain(discount), "is_dynamic": False}
