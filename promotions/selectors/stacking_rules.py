"""The stacking rules of single categories."""

from __future__ import annotations

from core.prepared import Prepared
from promotions.category_rules import CategoryRules
from promotions.models import Category

_oldest_first = Prepared(Category, "TRUE ORDER BY id")


def category_rules() -> CategoryRules:
    """What is special about which category, oldest first (one query)."""
    return CategoryRules.of(_oldest_first())
