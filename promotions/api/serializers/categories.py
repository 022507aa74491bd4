"""Categories on the wire (contract: semantics-core 17)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from core.api.fields import ChoiceField, IntegerField, TextField, WireSerializer
from core.instants import format_instant
from promotions.models import Category

HIGHEST_HIERARCHY: Final = 2_147_483_647


class CategoryInput(WireSerializer):
    """Both are needed, on change too."""

    name = TextField(allow_blank=False, max_length=200)
    hierarchy = IntegerField(lowest=0, highest=HIGHEST_HIERARCHY)
    stacking_rules_type = ChoiceField(Category.StackingType, required=False, allow_null=True)


def category_columns(given: Mapping[str, Any]) -> dict[str, Any]:
    columns: dict[str, Any] = {"name": given["name"], "hierarchy": given["hierarchy"]}
    if "stacking_rules_type" in given:
        columns["stacking_type"] = given["stacking_rules_type"] or ""
    return columns


def category_output(category: Category) -> dict[str, Any]:
    """Null fields are left out."""
    wire: dict[str, Any] = {
        "id": category.public_id,
        "name": category.name,
        "hierarchy": category.hierarchy,
        "object": "category",
        "created_at": format_instant(category.created_at),
    }
    if category.updated_at is not None:
        wire["updated_at"] = format_instant(category.updated_at)
    if category.stacking_type:
        wire["stacking_rules_type"] = category.stacking_type
    return wire


def categories_output(category: Category | None) -> list[dict[str, Any]]:
    return [] if category is None else [category_output(category)]
