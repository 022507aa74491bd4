"""The admin pages of promotions. Django finds them by importing this package."""

from __future__ import annotations

from promotions.admin import (
    bin,
    budgets,
    campaigns,
    categories,
    customers,
    distribution_messages,
    distributions,
    holds,
    message_templates,
    orders,
    publication_runs,
    publications,
    redemptions,
    stacks,
    stops,
    templates,
    tiers,
    validation_rules,
    vouchers,
)

__all__ = [
    "bin",
    "budgets",
    "campaigns",
    "categories",
    "customers",
    "distribution_messages",
    "distributions",
    "holds",
    "message_templates",
    "orders",
    "publication_runs",
    "publications",
    "redemptions",
    "stacks",
    "stops",
    "templates",
    "tiers",
    "validation_rules",
    "vouchers",
]
