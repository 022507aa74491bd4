"""Values of the wire's `discount` object that many effects share: those with a formula, and article names."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TypedDict

from engine.effects.base import LARGEST_UNITS, InvalidDiscount, read_amount, read_limit, read_percent
from engine.effects.dynamic import check


class Limits(TypedDict):
    """What caps the money of a discount: each line (or the order), and all lines together."""

    amount_limit: int | None
    aggregated_amount_limit: int | None


class AmountOff(Limits):
    """What every AMOUNT discount says."""

    amount_off: int
    amount_off_formula: str | None


class PercentOff(Limits):
    """What every PERCENT discount says."""

    percent_off: Decimal
    percent_off_formula: str | None


def read_amount_off(wire: Mapping[str, object]) -> AmountOff:
    """:raises InvalidDiscount: `amount_off`, its formula or a limit is missing or wrong."""
    amount_off, formula = read_dynamic_amount(wire, "amount_off")
    return {"amount_off": amount_off, "amount_off_formula": formula, **_read_limits(wire)}


def read_percent_off(wire: Mapping[str, object]) -> PercentOff:
    """:raises InvalidDiscount: `percent_off`, its formula or a limit is missing or wrong."""
    percent_off, formula = read_dynamic_percent(wire, "percent_off")
    return {"percent_off": percent_off, "percent_off_formula": formula, **_read_limits(wire)}


def _read_limits(wire: Mapping[str, object]) -> Limits:
    return {
        "amount_limit": read_limit(wire, "amount_limit"),
        "aggregated_amount_limit": read_limit(wire, "aggregated_amount_limit"),
    }


def read_formula(wire: Mapping[str, object], field: str) -> str | None:
    """An optional formula; the empty text is none. :raises InvalidDiscount: it is not written as one."""
    value = wire.get(field)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise InvalidDiscount(field, "a formula is a text")
    check(value, field)
    return value


def read_dynamic_amount(wire: Mapping[str, object], field: str) -> tuple[int, str | None]:
    """An amount and its formula; with a formula the amount is only the fallback and may be left out (0)."""
    formula = read_formula(wire, f"{field}_formula")
    if formula is not None and wire.get(field) is None:
        return 0, formula
    return read_amount(wire, field), formula


def read_dynamic_percent(wire: Mapping[str, object], field: str) -> tuple[Decimal, str | None]:
    """A percentage and its formula, likewise."""
    formula = read_formula(wire, f"{field}_formula")
    if formula is not None and wire.get(field) is None:
        return Decimal(0), formula
    return read_percent(wire, field), formula


def read_dynamic_units(wire: Mapping[str, object], field: str) -> tuple[int, str | None]:
    """A number of units from 1 and its formula; with a formula it may be left out (0)."""
    formula = read_formula(wire, f"{field}_formula")
    value = wire.get(field)
    if formula is not None and value in (None, 0):
        return 0, formula
    if isinstance(value, Decimal) and value.is_finite() and value == value.to_integral_value():
        value = int(value) if abs(value) <= LARGEST_UNITS else None
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= LARGEST_UNITS:
        raise InvalidDiscount(field, "a whole number of units from 1 to 10^9 is expected")
    return value, formula


def read_article(wire: Mapping[str, object], field: str) -> str:
    """The id of a product or SKU. :raises InvalidDiscount:"""
    value = wire.get(field)
    if not isinstance(value, str) or not value:
        raise InvalidDiscount(field, "the id of a product or SKU is expected")
    return value
