"""From the data set's words to ours: names, metadata, order lines. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from demo_store.journey.rows import Basket, Campaign, Household, Line, Product

DATA_SET: Final = "Complete Journey"
CURRENCY: Final = "USD"


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderLine:
    """One order line; `amount` = `price` × `quantity` in cents, exactly.

    `units` is what the till counted where that is not `quantity` (see `order_line`), else None.
    """

    product_id: int
    quantity: int
    price: int
    units: int | None = None

    @property
    def amount(self) -> int:
        return self.price * self.quantity


def order_line(line: Line) -> OrderLine | None:
    """A receipt line as an order line, or None when it sells nothing.

    The order line's amount is the line's sales value. Where that is no whole number of cents per unit (fuel
    is counted in thousandths of a gallon, "3 for $5.00") or nothing was counted, the line becomes one piece
    at the full value and remembers the count in `units`. Lines without quantity and value only book a
    coupon or a loyalty price: their discounts stand on the order.
    """
    value, quantity = line.sales_value, line.quantity
    if quantity == 0 and value == 0:
        return None
    if quantity == 0 or value % quantity:
        return OrderLine(product_id=line.product_id, quantity=1, price=value, units=quantity)
    return OrderLine(product_id=line.product_id, quantity=quantity, price=value // quantity)


def is_sane(basket: Basket) -> bool:
    """Whether the receipt can be an order: no negative count or value."""
    return all(line.quantity >= 0 and line.sales_value >= 0 for line in basket.lines)


def order_metadata(basket: Basket) -> dict[str, str | int]:
    """Where it was bought, and what the chain itself took off, in cents: no part of the order's discounts."""
    return {
        "data_set": DATA_SET,
        "store": str(basket.store_id),
        "loyalty_discount": sum(line.retail_disc for line in basket.lines),
        "coupon_discount": sum(line.coupon_disc for line in basket.lines),
        "coupon_match_discount": sum(line.coupon_match_disc for line in basket.lines),
    }


def customer_name(household: Household) -> str:
    return f"Household {household.id}"


def customer_metadata(household: Household) -> dict[str, str]:
    return {"data_set": DATA_SET, **household.demographics}


def product_name(product: Product) -> str:
    """What is on the shelf label as far as the data set knows it: `Ice - crushed/cubed, 22 LB`."""
    attributes = product.attributes
    kind = (
        attributes.get("product_type") or attributes.get("product_category") or attributes.get("department")
    )
    parts = [kind.capitalize() if kind else f"Product {product.id}", attributes.get("package_size")]
    return ", ".join(part for part in parts if part)


def product_metadata(product: Product) -> dict[str, str]:
    """department, brand, category, type, package_size, manufacturer: as far as known."""
    return {
        "data_set": DATA_SET,
        **{_PRODUCT_WORDS.get(name, name): value for name, value in product.attributes.items()},
    }


_PRODUCT_WORDS: Final[Mapping[str, str]] = {
    "product_category": "category",
    "product_type": "type",
    "manufacturer_id": "manufacturer",
}


def campaign_name(campaign: Campaign) -> str:
    return f"Journey campaign {campaign.id:02d} ({campaign.type})"


def segment_name(campaign: Campaign) -> str:
    return f"Journey campaign {campaign.id:02d}: targeted households"


def collection_name(code: str) -> str:
    return f"Journey coupon {code}: products"
