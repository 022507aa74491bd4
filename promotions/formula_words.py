"""Formulas in words: what people choose from, and how a sentence says it."""

from __future__ import annotations

import re
from typing import Final

FORMULAS: Final = {
    "ORDER_AMOUNT": "Amount of the order",
    "ORDER_UNITS_QUANTITY": "Units in the order",
    "ORDER_ITEMS_QUANTITY": "Lines of the order",
    "ORDER_ITEM_UNITS_QUANTITY": "Units of the item",
    "ORDER_ITEM_PRICE": "Price of the item",
    "ORDER_ITEM_AMOUNT": "Amount of the item",
    "CHEAPEST_ORDER_ITEM_PRICE": "Price of the cheapest item",
    "MOST_EXPENSIVE_ORDER_ITEM_PRICE": "Price of the most expensive item",
    "CUSTOMER_METADATA": "Metadata of the customer",
    "ORDER_METADATA": "Metadata of the order",
    "ORDER_ITEM_METADATA": "Metadata of the item",
    "ORDER_ITEM_PRODUCT_METADATA": "Metadata of the product",
    "REDEMPTION_METADATA": "Metadata of the redemption",
    "REDEEMABLE_METADATA": "Metadata of the code or tier",
    "VOUCHER_REDEEMED_QUANTITY": "Uses of the code so far",
}
"""Operands of formulas that people can choose; a formula with others is shown and kept."""

_STEPS: Final = {"*": "times", "/": "divided by", "+": "plus", "-": "minus"}
_FIGURE: Final = re.compile(
    rf"\b({'|'.join(sorted(FORMULAS, key=len, reverse=True))})\b"
    r"(?:\(\"([^\"\\]*)\"\))?(?: ?([*/+-]) ?(\d+(?:\.\d+)?))?"
)


def spoken(text: str) -> str:
    """ORDER_UNITS_QUANTITY / 2 -> units in the order divided by 2"""
    return _FIGURE.sub(_said, text)


def _said(found: re.Match[str]) -> str:
    name, key, step, by = found.groups()
    label = FORMULAS[name]
    what = label[:1].lower() + label[1:] + (f" “{key}”" if key else "")
    return f"{what} {_STEPS[step]} {by}" if step else what
