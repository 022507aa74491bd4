"""The project's settings and the stacking rules of single categories."""

from __future__ import annotations

from core.models import ProjectSettings
from core.prepared import Prepared, PreparedPair
from core.project import SETTINGS_PK
from promotions.category_rules import CategoryRules
from promotions.models import Category

_oldest_first = Prepared(Category, "TRUE ORDER BY id")
_with_settings = PreparedPair(ProjectSettings, Category, on="TRUE", condition="t.id = %s ORDER BY u.id")


def category_rules() -> CategoryRules:
    """What is special about which category, oldest first (one query)."""
    return CategoryRules.of(_oldest_first())


def of_project() -> tuple[ProjectSettings, CategoryRules]:
    """The project's settings with `category_rules()`, in one query."""
    rows = _with_settings(SETTINGS_PK)
    if not rows:
        raise ProjectSettings.DoesNotExist("The row of the project's settings is missing.")
    return rows[0][0], CategoryRules.of(category for _, category in rows if category is not None)
