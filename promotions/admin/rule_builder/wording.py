"""What people choose from in a row: what it is about, how it is compared. Rule names of the engine only.

A name without an entry here is drawn, too (by the engine's own title), but not offered for new rows.
"""

from __future__ import annotations

from typing import Final

from engine.rules.tree import Operator

CUSTOMER, ORDER, ITEMS, LIMITS, TIME, MORE = (
    "Customer", "Order", "Items of the order", "Limits of use", "Time", "The redemption itself",
)  # fmt: skip
OLDER: Final = "Kept from the API"
STORE: Final = "Store of the redemption"

OFFERED: Final = {
    CUSTOMER: {
        "customer.segment": "Segment of the customer",
        "customer.loyalty_tier": "Loyalty tier of the customer",
        "customer.metadata": "Metadata of the customer",
    },
    ITEMS: {
        "order.items.any": "At least one item is",
        "order.items.every": "Every item is",
        "order.items.none": "No item is",
        "order.items.cheapest": "The cheapest item is",
        "order.items.most_expensive": "The most expensive item is",
        "order.items.price_any": "Price of at least one item",
        "order.items.price_each": "Price of every item",
        "order.items.metadata_any": "Metadata of at least one item",
        "order.items.metadata_each": "Metadata of every item",
    },
    ORDER: {
        "order.amount": "Amount of the order",
        "order.initial_amount": "Amount before all discounts",
        "order.total_amount": "Amount after this discount",
        "order.items.count": "Number of units",
        "order.metadata": "Metadata of the order",
    },
    LIMITS: {
        "redemption.count.per_customer": "Uses by the customer, ever",
        "redemption.count.per_customer.daily": "Uses by the customer, per day",
        "redemption.count.per_customer.weekly": "Uses by the customer, per week",
        "redemption.count.per_customer.monthly": "Uses by the customer, per month",
        "redemption.count.daily": "Uses per day",
        "redemption.count.weekly": "Uses per week",
        "redemption.count.monthly": "Uses per month",
        "redemption.count.per_user": "Uses per till user",
        "redemption.count.per_api_key": "Uses per API key",
        "campaign.redemptions.count": "Uses of the campaign, ever",
        "campaign.redemptions.count.daily": "Uses of the campaign, per day",
        "campaign.redemptions.count.weekly": "Uses of the campaign, per week",
        "campaign.redemptions.count.monthly": "Uses of the campaign, per month",
        "campaign.redemptions.customers_count": "Uses of the campaign by the customer, ever",
        "campaign.redemptions.customers_count.daily": "Uses of the campaign by the customer, per day",
        "campaign.redemptions.customers_count.weekly": "Uses of the campaign by the customer, per week",
        "campaign.redemptions.customers_count.monthly": "Uses of the campaign by the customer, per month",
        "campaign.orders.amount": "Order value of the campaign, in all",
        "campaign.orders.amount_discounted": "Discounts given by the campaign, in all",
        "redemption.gift.amount": "Credits spent in the campaign, in all",
    },
    TIME: {"redemption.date": "Time of the redemption"},
    MORE: {
        "redemption.metadata": "Metadata of the redemption",
        "redemption.user.login": "User at the till",
        "redemption.api_key": "API key of the shop",
        "redemption.reward.pay_with_points.points_used": "Points that the customer pays with",
        "publication.redeemable_by_linked_customer": "Used by the customer who got the code",
    },
}
"""Section -> rule name -> words."""

OF_THESE_ITEMS: Final = {
    "order.items.aggregated_quantity": "Units of these items together",
    "order.items.aggregated_amount": "Value of these items together",
    "order.items.quantity": "Units of one of these items",
    "order.items.price": "Price of one of these items",
    "order.items.metadata": "Metadata of one of these items",
}
"""Subrules of the rows about items."""

OPERATORS: Final = {
    Operator.IS: "is",
    Operator.IS_NOT: "is not",
    Operator.IN: "is one of",
    Operator.NOT_IN: "is none of",
    Operator.MORE_THAN_OR_EQUAL: "at least",
    Operator.LESS_THAN_OR_EQUAL: "at most",
    Operator.MORE_THAN: "more than",
    Operator.LESS_THAN: "less than",
    Operator.CONTAINS: "contains",
    Operator.STARTS_WITH: "starts with",
    Operator.ENDS_WITH: "ends with",
    Operator.HAS_VALUE: "is set",
    Operator.IS_UNKNOWN: "is not set",
    Operator.AFTER: "after",
    Operator.BEFORE: "before",
    Operator.MORE_THAN_AGO: "more than … days ago",
    Operator.LESS_THAN_AGO: "less than … days ago",
    Operator.IS_DAYS_AGO: "exactly … days ago",
    Operator.MORE_THAN_FUTURE: "more than … days ahead",
    Operator.LESS_THAN_FUTURE: "less than … days ahead",
    Operator.IS_DAYS_IN_FUTURE: "exactly … days ahead",
    Operator.DAY_OF_WEEK: "on these weekdays",
    Operator.TIMEFRAME_DAILY_HOURS: "between these hours",
    Operator.TIMEFRAME_ABSOLUTE: "between these dates",
    Operator.TIMEFRAME: "again and again",
    Operator.COUNT: "number of entries is",
    Operator.COUNT_MORE: "number of entries is more than",
    Operator.COUNT_LESS: "number of entries is less than",
    Operator.NOT_DIFFER: "has exactly the entries",
    Operator.NOT_INTERSECT: "has none of the entries",
    Operator.FROM: "is also in the collection",
}
"""In the order in which they are offered."""

ITEM_OPERATORS: Final = {
    Operator.IS: "one of these",
    Operator.IS_NOT: "none of these",
    Operator.IN: "one of these",
    Operator.NOT_IN: "none of these",
    Operator.FROM: "from the collection",
    Operator.COUNT: "found on exactly … lines",
    Operator.COUNT_MORE: "found on more than … lines",
    Operator.COUNT_LESS: "found on less than … lines",
}
