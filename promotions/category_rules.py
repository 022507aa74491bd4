"""What the stacking rules say about single categories, as the contract lists it (semantics-core 6.1, 17).

Every word of it stands on the category itself, so a category that goes takes its rules along.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from promotions.models import Category

FIELDS: Final = (
    "exclusive_categories",
    "joint_categories",
    "applicable_redeemables_category_limits",
    "no_effect_skip_categories",
    "no_effect_redeem_anyway_categories",
    "initial_amount_mode_categories",
    "discounted_amount_mode_categories",
)
# The columns of a category that these rules fill.
COLUMNS: Final = ("stacking_type", "applicable_limit", "no_effect_rule", "calculation_mode")


@dataclass(frozen=True, kw_only=True)
class CategoryRules:
    """Wire ids (`cat_…`), oldest category first; the names are those of the wire."""

    exclusive_categories: tuple[str, ...] = ()
    joint_categories: tuple[str, ...] = ()
    applicable_redeemables_category_limits: Mapping[str, int] = field(default_factory=dict)
    no_effect_skip_categories: tuple[str, ...] = ()
    no_effect_redeem_anyway_categories: tuple[str, ...] = ()
    initial_amount_mode_categories: tuple[str, ...] = ()
    discounted_amount_mode_categories: tuple[str, ...] = ()

    @classmethod
    def of(cls, rows: Iterable[Category]) -> CategoryRules:
        """The rules of these categories, in their order."""
        rows = list(rows)
        types, effects, modes = Category.StackingType, Category.NoEffectRule, Category.CalculationMode
        return cls(
            exclusive_categories=_ids(rows, "stacking_type", types.EXCLUSIVE),
            joint_categories=_ids(rows, "stacking_type", types.JOINT),
            applicable_redeemables_category_limits={
                row.public_id: row.applicable_limit for row in rows if row.applicable_limit is not None
            },
            no_effect_skip_categories=_ids(rows, "no_effect_rule", effects.SKIP),
            no_effect_redeem_anyway_categories=_ids(rows, "no_effect_rule", effects.REDEEM_ANYWAY),
            initial_amount_mode_categories=_ids(rows, "calculation_mode", modes.INITIAL_AMOUNT),
            discounted_amount_mode_categories=_ids(rows, "calculation_mode", modes.DISCOUNTED_AMOUNT),
        )

    def columns(self, category_id: str) -> dict[str, Any]:
        """The rules of one category as its columns."""

        def one(**lists: tuple[str, ...]) -> str:
            return next((name for name, ids in lists.items() if category_id in ids), "")

        return {
            "stacking_type": one(EXCLUSIVE=self.exclusive_categories, JOINT=self.joint_categories),
            "applicable_limit": self.applicable_redeemables_category_limits.get(category_id),
            "no_effect_rule": one(
                SKIP=self.no_effect_skip_categories, REDEEM_ANYWAY=self.no_effect_redeem_anyway_categories
            ),
            "calculation_mode": one(
                INITIAL_AMOUNT=self.initial_amount_mode_categories,
                DISCOUNTED_AMOUNT=self.discounted_amount_mode_categories,
            ),
        }

    def named(self) -> list[str]:
        """The ids of all categories that any rule is about."""
        return [public_id for name in FIELDS for public_id in getattr(self, name)]

    def to_wire(self) -> dict[str, Any]:
        return {
            name: dict(value) if isinstance(value, Mapping) else list(value)
            for name in FIELDS
            for value in [getattr(self, name)]
        }


def _ids(rows: list[Category], column: str, value: str) -> tuple[str, ...]:
    return tuple(row.public_id for row in rows if getattr(row, column) == value)
