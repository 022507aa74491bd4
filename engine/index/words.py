"""Values that rules ask for by equality, as words: equal values of a rule and of a request share a word.

The rule of `rules.values.equal`: a number equals the text that spells it, two texts only letter by letter,
and true is not 1. So a number has a word for its value and a text one for its letters; a text that spells a
number has another, by which texts are told from numbers.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from engine.basket import Line
from engine.items import ItemObject, ItemRef
from engine.rules.values import number

_TEXT, _NUMBER, _SPELLED, _FLAG = "t", "n", "s", "b"
_PREFIX: Final = {ItemObject.PRODUCT: "p", ItemObject.SKU: "k", ItemObject.COLLECTION: "c"}


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


def given(value: object) -> tuple[str, ...]:
    """The words of a value of the request; of a list those of all its elements."""
    if isinstance(value, list | tuple):
        return tuple(word for element in value for word in _given(element))
    return _given(value)


def of_item(item: ItemRef) -> tuple[str, ...]:
    """The words of a product, SKU or collection that a rule names."""
    prefix = _PREFIX[item.object]
    if item.object is ItemObject.COLLECTION:
        return (prefix + item.id,)
    return tuple(prefix + name for name in (item.id, item.source_id) if name)


def of_line(line: Line) -> Iterable[str]:
    """The words of the article of an order line."""
    if line.product_id:
        yield "p" + line.product_id
    if line.product_source_id:
        yield "p" + line.product_source_id
    if line.sku_id:
        yield "k" + line.sku_id
    if line.sku_source_id:
        yield "k" + line.sku_source_id
    for collection in line.collections:
        yield "c" + collection


def _given(value: object) -> tuple[str, ...]:
    if isinstance(value, bool):
        return (f"{_FLAG}{value}",)
    if isinstance(value, str):
        spelled = number(value)
        text = _TEXT + value
        return (text,) if spelled is None else (text, _NUMBER + _figure(spelled))
    found = number(value)
    if found is None:
        return ()
    figure = _figure(found)
    return (_NUMBER + figure, _SPELLED + figure)


def _figure(value: int | Decimal) -> str:
    """One spelling for equal numbers, whatever their digits."""
    numerator, denominator = value.as_integer_ratio()
    return str(numerator) if denominator == 1 else f"{numerator}|{denominator}"
