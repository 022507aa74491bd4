"""What every discount effect offers, and the two ways in which a discount can be unusable."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Protocol, Self

from engine.basket import Change, OrderState
from engine.codec import Json
from engine.stacking_rules import CalculationMode

LARGEST_AMOUNT = 10**15
_PERCENT_PLACES = 6


class DiscountType(StrEnum):
    """Wire values of `discount.type` that have an effect here. Contract 5.1."""

    AMOUNT = "AMOUNT"
    PERCENT = "PERCENT"


class DiscountEffect(StrEnum):
    """Wire values of `discount.effect` that are implemented. Contract 5.1."""

    APPLY_TO_ORDER = "APPLY_TO_ORDER"


class DiscountError(ValueError):
    """A discount that the engine cannot calculate; never answered by a silent zero."""


class UnsupportedDiscount(DiscountError):
    """No effect is registered for this type, effect or option. `supported` lists what there is."""

    def __init__(self, what: str, supported: tuple[tuple[str, str], ...]) -> None:
        self.supported = supported
        names = ", ".join(f"{discount_type}/{effect}" for discount_type, effect in supported)
        super().__init__(f"{what} is not supported; supported: {names}")


class InvalidDiscount(DiscountError):
    """A known discount with a missing or wrong value in `field`."""

    def __init__(self, field: str, expected: str) -> None:
        self.field = field
        super().__init__(f"{field}: {expected}")


class Effect(Protocol):
    """One discount, parsed: a frozen dataclass in a file of its own, listed in `effects._EFFECTS`."""

    @property
    def type(self) -> DiscountType: ...

    @property
    def effect(self) -> DiscountEffect: ...

    @classmethod
    def parse(cls, wire: Mapping[str, object]) -> Self:
        """From the wire's `discount` object. :raises InvalidDiscount: a value is missing or wrong."""
        ...

    def to_json(self) -> dict[str, Json]:
        """In the wire's names, so that `parse` reads it back."""
        ...

    def change(self, order: OrderState, mode: CalculationMode) -> Change:
        """What to take off the running order; the caller cuts it to what is still payable."""
        ...


def read_amount(wire: Mapping[str, object], field: str) -> int:
    """A required amount in minor units. :raises InvalidDiscount:"""
    value = wire.get(field)
    if (
        isinstance(value, Decimal)
        and value.is_finite()
        and abs(value) <= LARGEST_AMOUNT
        and value == int(value)
    ):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST_AMOUNT:
        raise InvalidDiscount(field, "a whole number of minor units from 0 to 10^15 is expected")
    return value


def read_limit(wire: Mapping[str, object], field: str) -> int | None:
    """An optional amount in minor units. :raises InvalidDiscount:"""
    return None if wire.get(field) is None else read_amount(wire, field)


def read_percent(wire: Mapping[str, object], field: str) -> Decimal:
    """A required percentage, 0 to 100, from int, Decimal or decimal string. :raises InvalidDiscount:"""
    value = wire.get(field)
    expected = f"a percentage from 0 to 100 with at most {_PERCENT_PLACES} decimals is expected"
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise InvalidDiscount(field, expected)
    try:
        percent = Decimal(value)
        fits = 0 <= percent <= 100 and percent == round(percent, _PERCENT_PLACES)
    except InvalidOperation:
        fits = False
    if not fits:
        raise InvalidDiscount(field, expected)
    return percent


def lowest(amount: int, *limits: int | None) -> int:
    """The amount, cut by every limit that is set. Contract 5.5: the lowest resulting discount wins."""
    return min([amount, *(limit for limit in limits if limit is not None)])
