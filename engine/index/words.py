"""Values that rules ask for by equality, as words: equal values of a rule and of a request share a word.

The rule of `rules.values.equal`: a number equals the text that spells it, two texts only letter by letter,
and true is not 1. So a number has a word for its value and a text one for its letters; a text that spells a
number has another, by which texts are told from numbers.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from engine.items import ItemObject, ItemRef
from engine.rules.values import number

_TEXT, _NUMBER, _SPELLED, _FLAG = "t", "n", "s", "b"
_DIGITS: Final = frozenset("0123456789")

type Name = tuple[str, str]
"""A value of `ItemObject`, and an id."""

type Names = tuple[Name, ...]
"""What articles are called: our id or the shop's."""


def asked(value: object) -> tuple[str, ...] | None:
    """The words of an operand; None when it cannot be put into words."""
    if isinstance(value, bool):
        return (f"{_FLAG}{value}",)
    if isinstance(value, str):
        spelled = number(value)
        text = _TEXT + value
        return (text,) if spelled is None else (text, _SPELLED + _figure(spelled))
    found = number(value) if isinstance(value, int | Decimal) else None
    return None if found is None else (_NUMBER + _figure(found),)


def given(value: object) -> frozenset[str]:
    """The words of a value of the request; of a list those of all its elements."""
    if isinstance(value, str) and value[-1:] not in _DIGITS:
        return frozenset((_TEXT + value,))
    if isinstance(value, list | tuple):
        return frozenset([word for element in value for word in _given(element)])
    return frozenset(_given(value))


def of_item(item: ItemRef) -> Names:
    """The names of a product, SKU or collection that a rule means. Contract: `items.matches`."""
    if item.object is ItemObject.COLLECTION:
        return ((ItemObject.COLLECTION, item.id),)
    names = dict.fromkeys(name for name in (item.id, item.source_id) if name)
    return tuple([(item.object, name) for name in names])


def _given(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        text = _TEXT + value
        if value[-1:] not in _DIGITS:
            return (text,)
        spelled = number(value)
        return (text,) if spelled is None else (text, _NUMBER + _figure(spelled))
    if isinstance(value, bool):
        return (f"{_FLAG}{value}",)
    found = number(value)
    if found is None:
        return ()
    figure = _figure(found)
    return (_NUMBER + figure, _SPELLED + figure)


def _figure(value: int | Decimal) -> str:
    """One spelling for equal numbers, whatever their digits."""
    numerator, denominator = value.as_integer_ratio()
    return str(numerator) if denominator == 1 else f"{numerator}|{denominator}"
