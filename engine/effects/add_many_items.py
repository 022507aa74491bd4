"""UNIT / ADD_MANY_ITEMS: several articles free, one after the other. Contract 5.9."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from engine.codec import Data
from engine.effects.add_missing_items import AddMissingItems
from engine.effects.add_new_items import AddNewItems
from engine.effects.base import DiscountEffect, DiscountType, InvalidDiscount
from engine.effects.inputs import needs_order
from engine.effects.turn import Turn

if TYPE_CHECKING:
    from engine.reasons import Reason
    from engine.situation import Situation

_PARTS: Final[Mapping[object, type[AddNewItems] | type[AddMissingItems]]] = {
    DiscountEffect.ADD_NEW_ITEMS: AddNewItems,
    DiscountEffect.ADD_MISSING_ITEMS: AddMissingItems,
    None: AddMissingItems,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class AddManyItems(Data):
    """Each entry of `units` has its own article, number and effect (ADD_NEW_ITEMS or ADD_MISSING_ITEMS)."""

    type: DiscountType = DiscountType.UNIT
    effect: DiscountEffect = DiscountEffect.ADD_MANY_ITEMS
    units: tuple[AddNewItems | AddMissingItems, ...]

    @classmethod
    def parse(cls, wire: Mapping[str, object]) -> Self:
        """:raises InvalidDiscount: no list, an empty one, or an entry that is wrong."""
        entries = wire.get("units")
        if not isinstance(entries, list | tuple) or not entries:
            raise InvalidDiscount("units", "a list with at least one entry is expected")
        return cls(units=tuple(_part(entry, f"units[{place}]") for place, entry in enumerate(entries)))

    def refusal(self, situation: Situation) -> Reason | None:
        return needs_order(situation)

    def apply(self, turn: Turn) -> None:
        for part in self.units:
            part.apply(turn)


def _part(entry: object, place: str) -> AddNewItems | AddMissingItems:
    if not isinstance(entry, Mapping):
        raise InvalidDiscount(place, "an object is expected")
    found = _PARTS.get(entry.get("effect") if isinstance(entry.get("effect"), str) else None)
    if found is None:
        raise InvalidDiscount(f"{place}.effect", "ADD_NEW_ITEMS or ADD_MISSING_ITEMS is expected")
    try:
        return found.parse(entry)
    except InvalidDiscount as error:
        raise InvalidDiscount(f"{place}.{error.field}", error.expected) from error
