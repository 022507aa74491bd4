"""Products, SKUs and collections as rules, targets and bundles name them, and which lines they mean.

Contract: 5.3. A product means all of its SKUs; a collection what is in it. Both our id and the shop's
`source_id` name an article.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from engine.basket import Line
from engine.codec import Data


class ItemObject(StrEnum):
    """Wire values of `object` of an item."""

    PRODUCT = "product"
    SKU = "sku"
    COLLECTION = "products_collection"


@dataclass(frozen=True, kw_only=True, slots=True)
class ItemRef(Data):
    """One product, SKU or collection. `name` is for texts only."""

    object: ItemObject
    id: str
    source_id: str | None = None
    name: str = ""


def matches(item: ItemRef, line: Line) -> bool:
    """Does `item` mean the article of `line`?"""
    if item.object is ItemObject.COLLECTION:
        return item.id in line.collections
    if item.object is ItemObject.SKU:
        own, source = line.sku_id, line.sku_source_id
    else:
        own, source = line.product_id, line.product_source_id
    wanted = {item.id, item.source_id} - {None, ""}
    return own in wanted or source in wanted


SHIPPING_ID: Final = "prod_5h1pp1ng"
SHIPPING_SOURCE_ID: Final = "5h1pp1ng"
"""The product that stands for shipping in every project; free shipping is a free unit of it. Contract 5.1."""

SPECIFICITY = {ItemObject.SKU: 0, ItemObject.PRODUCT: 1, ItemObject.COLLECTION: 2}
"""SKU beats product beats collection (contract 5.3)."""
