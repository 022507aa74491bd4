"""What each rule name is about, in words. A rule name without an entry is called by its title.

`{bound}` takes the limits of a figure ("at least 3"), `{property}` the name of a metadata property.
Contract: 11.2.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

FIGURES: Final[Mapping[str, str]] = {
    "order.amount": "order is worth {bound} after earlier discounts",
    "order.initial_amount": "order is worth {bound} before discounts",
    "order.total_amount": "order is worth {bound} after this discount",
    "order.items.count": "order has {bound} units",
    "order.items.price_any": "an item of the order costs {bound}",
    "order.items.price_each": "every item of the order costs {bound}",
    "product.price": "a product costs {bound}",
    "product.quantity": "order has {bound} units of a product",
    "sku.price": "a SKU costs {bound}",
    "sku.quantity": "order has {bound} units of a SKU",
    "product.metadata.aggregated_quantity": "order has {bound} units of these products",
    "product.metadata.aggregated_amount": "these products are worth {bound}",
    "campaign.redemptions.count": "{bound} redemptions of the campaign",
    "campaign.redemptions.count.daily": "{bound} redemptions of the campaign a day",
    "campaign.redemptions.count.weekly": "{bound} redemptions of the campaign a week",
    "campaign.redemptions.count.monthly": "{bound} redemptions of the campaign a month",
    "campaign.redemptions.customers_count": "{bound} campaign redemptions per customer",
    "campaign.redemptions.customers_count.daily": "{bound} campaign redemptions per customer a day",
    "campaign.redemptions.customers_count.weekly": "{bound} campaign redemptions per customer a week",
    "campaign.redemptions.customers_count.monthly": "{bound} campaign redemptions per customer a month",
    "redemption.count.daily": "{bound} redemptions a day",
    "redemption.count.weekly": "{bound} redemptions a week",
    "redemption.count.monthly": "{bound} redemptions a month",
    "redemption.count.per_customer": "{bound} redemptions per customer",
    "redemption.count.per_customer.daily": "{bound} redemptions per customer a day",
    "redemption.count.per_customer.weekly": "{bound} redemptions per customer a week",
    "redemption.count.per_customer.monthly": "{bound} redemptions per customer a month",
    "redemption.count.per_api_key": "{bound} redemptions per API key",
    "redemption.count.per_user": "{bound} redemptions per user",
    "campaign.orders.amount": "orders of the campaign worth {bound} together",
    "campaign.orders.amount_discounted": "discounts of the campaign of {bound} together",
    "redemption.gift.amount": "credits of the campaign of {bound} together",
    "redemption.reward.pay_with_points.points_used": "customer pays with {bound} points",
}
ONE_UNIT: Final = ("units", "redemptions", "points")
"""Words of `FIGURES` that lose their s after a one."""

OF_THE_ONES: Final[Mapping[str, str]] = {
    "order.items.aggregated_quantity": "they are {bound} units together",
    "order.items.aggregated_amount": "they are worth {bound} together",
    "order.items.quantity": "{each} has {bound} units",
    "order.items.price": "{each} costs {bound}",
}
"""Subrules about the lines that the rule above found. `{each}` = one of them, or each of them."""

ON_THEIR_OWN: Final[Mapping[str, str]] = {
    "order.items.aggregated_quantity": "order has {bound} units",
    "order.items.aggregated_amount": "items of the order are worth {bound}",
    "order.items.quantity": "an item of the order has {bound} units",
    "order.items.price": "an item of the order costs {bound}",
}

PROPERTIES: Final[Mapping[str, str]] = {
    "customer.metadata": "customer's {property}",
    "order.metadata": "order's {property}",
    "order.items.metadata_any": "for an item of the order, {property}",
    "order.items.metadata_each": "for every item of the order, {property}",
    "order.items.metadata": "for {each}, {property}",
    "product.metadata": "for a product of the order, {property}",
    "product.metadata.match_all": "for every product of the order, {property}",
    "redemption.metadata": "redemption's {property}",
    "custom_event.metadata": "event's {property}",
}
"""None begins with the property: a capital would change its name."""

PLAIN: Final[Mapping[str, str]] = {
    "redemption.api_key": "API key",
    "redemption.user.login": "user",
}
