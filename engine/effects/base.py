"""What every discount effect offers, and the two ways in which a discount can be unusable."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, Self

from engine.codec import Json

if TYPE_CHECKING:
    from engine.effects.turn import Turn
    from engine.reasons import Reason
    from engine.situation import Situation

LARGEST_AMOUNT = 10**15
LARGEST_UNITS = 10**9
_PERCENT_PLACES = 6


class DiscountType(StrEnum):
    """Wire values of `discount.type`. Contract 5.1. GIFT and POINTS are ours: how cards pay."""

    AMOUNT = "AMOUNT"
    PERCENT = "PERCENT"
    FIXED = "FIXED"
    UNIT = "UNIT"
    GIFT = "GIFT"
    POINTS = "POINTS"


class DiscountEffect(StrEnum):
    """Wire values of `discount.effect`. Contract 5.1. FOR_REWARD is ours: points that no order sees."""

    APPLY_TO_ORDER = "APPLY_TO_ORDER"
    APPLY_TO_ITEMS = "APPLY_TO_ITEMS"
    APPLY_TO_ITEMS_BY_QUANTITY = "APPLY_TO_ITEMS_BY_QUANTITY"
    APPLY_TO_ITEMS_PROPORTIONALLY = "APPLY_TO_ITEMS_PROPORTIONALLY"
    APPLY_TO_ITEMS_PROPORTIONALLY_BY_QUANTITY = "APPLY_TO_ITEMS_PROPORTIONALLY_BY_QUANTITY"
    ADD_NEW_ITEMS = "ADD_NEW_ITEMS"
    ADD_MISSING_ITEMS = "ADD_MISSING_ITEMS"
    ADD_SAME_ITEMS = "ADD_SAME_ITEMS"
    ADD_MANY_ITEMS = "ADD_MANY_ITEMS"
    REPLACE_ITEMS = "REPLACE_ITEMS"
    FOR_REWARD = "FOR_REWARD"


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
        self.expected = expected
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

    def refusal(self, situation: Situation) -> Reason | None:
        """Why it cannot be calculated: an input or enough credits are missing. Contract 7.2, 8 and 9."""
        ...

    def apply(self, turn: Turn) -> None:
        """Take, add and replace on `turn.draft`, which keeps the universal caps."""
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
    for limit in limits:
        if limit is not None and limit < amount:
            amount = limit
    return amount
