"""Products, SKUs and collections in words. A collection is what something is from, an article what it is."""

from __future__ import annotations

from collections.abc import Iterable

from engine.items import ItemObject, ItemRef
from engine.summary import phrases
from engine.summary.names import Names


def article(item: ItemRef, names: Names) -> str:
    """Espresso; an item from Coffee"""
    name = names.item(item)
    return f"an item from {name}" if item.object is ItemObject.COLLECTION else name


def articles(items: Iterable[ItemRef], names: Names, joint: str = phrases.OR) -> str:
    """Espresso or an item from Coffee"""
    return phrases.listed([article(item, names) for item in items], joint)


def of_or_from(item: ItemRef, names: Names) -> str:
    """of Espresso; from Coffee"""
    word = "from" if item.object is ItemObject.COLLECTION else "of"
    return f"{word} {names.item(item)}"
