"""Discounts before they are stored: only what the engine can calculate. Contract: semantics-core 5.1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from decimal import Decimal
from enum import StrEnum
from typing import Any

from core.errors import DomainError
from engine import effects


def stored(wire: Mapping[str, Any], refusal: type[DomainError]) -> dict[str, Any]:
    """What is kept of a discount: type, the values that were given, the effective effect.

    stored({"type": "PERCENT", "percent_off": 10}, …)
        -> {"type": "PERCENT", "percent_off": 10, "effect": "APPLY_TO_ORDER"}

    :raises refusal: the engine cannot calculate it; `details` says what is supported.
    """
    try:
        effect: Any = effects.parse(wire)
    except effects.DiscountError as error:
        raise refusal(f"discount: {error}") from error
    values = {field.name: getattr(effect, field.name) for field in fields(effect)}
    head, tail = values.pop("type"), values.pop("effect")
    given = {name: _plain(value) for name, value in values.items() if value is not None}
    return {"type": head.value, **given, "effect": tail.value}


def merged(
    current: Mapping[str, Any] | None, wire: Mapping[str, Any], refusal: type[DomainError]
) -> dict[str, Any] | None:
    """The discount after a change of its values, or None when nothing may change.

    The type of a discount is fixed; another one is passed over in silence (contract: semantics-core 13).
    """
    if current is None or wire.get("type", current["type"]) != current["type"]:
        return None
    return stored({**current, **wire}, refusal)


def _plain(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
