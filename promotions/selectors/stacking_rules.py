"""The stacking rules of single categories."""

from __future__ import annotations

from promotions.category_rules import CategoryRules
from promotions.models import Category


def category_rules() -> CategoryRules:
    """What is special about which category, oldest first (one query)."""
    return CategoryRules.of(Category.objects.order_by("pk"))
