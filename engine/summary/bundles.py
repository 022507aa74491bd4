"""A product bundle in words: 2 Laptop and 1 Bag, up to 3 times. Contract: 5.13."""

from __future__ import annotations

from engine.bundles import Bundle
from engine.items import ItemObject
from engine.summary import phrases
from engine.summary.names import Names


def contents(bundle: Bundle, names: Names) -> str:
    """2 Laptop and 1 item from Bags"""
    parts = []
    for component in bundle.components:
        name = names.item(component.item)
        if component.item.object is ItemObject.COLLECTION:
            parts.append(f"{phrases.count(component.quantity, 'item')} from {name}")
        else:
            parts.append(f"{phrases.figure(component.quantity)} {name}")
    return phrases.listed(parts, phrases.AND) or "nothing"


def times(bundle: Bundle) -> str:
    """once; up to 3 times"""
    return "once" if bundle.limit == 1 else f"up to {bundle.limit:,} times"
