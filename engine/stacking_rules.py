"""How redeemables combine: categories and the project's stacking rules. Contract: stacking 6.1, 6.2, 5.11."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from engine.codec import Data


class StackingType(StrEnum):
    """Category listed as "never stackable" or "always stackable"; in neither list it is Common (None)."""

    EXCLUSIVE = "EXCLUSIVE"
    JOINT = "JOINT"


class ApplicationMode(StrEnum):
    ALL = "ALL"
    PARTIAL = "PARTIAL"


class SortingRule(StrEnum):
    REQUESTED_ORDER = "REQUESTED_ORDER"
    CATEGORY_HIERARCHY = "CATEGORY_HIERARCHY"


class GroupedSortingRule(StrEnum):
    JOINT_ALWAYS_LAST = "JOINT_ALWAYS_LAST"
    SORTING_RULE = "SORTING_RULE"


class Strategy(StrEnum):
    """What is done with the redeemables of a request: all as asked for, or the set that saves most."""

    REQUESTED = "REQUESTED"
    BEST_FOR_CUSTOMER = "BEST_FOR_CUSTOMER"


class ProductsMode(StrEnum):
    """May item discounts add up on one product? Contract 6.5."""

    STACK = "STACK"
    ONCE = "ONCE"


class NoEffectRule(StrEnum):
    REDEEM_ANYWAY = "REDEEM_ANYWAY"
    SKIP = "SKIP"


class CalculationMode(StrEnum):
    DISCOUNTED_AMOUNT = "DISCOUNTED_AMOUNT"
    INITIAL_AMOUNT = "INITIAL_AMOUNT"


@dataclass(frozen=True, kw_only=True, slots=True)
class Category(Data):
    """`hierarchy` 0 is applied first under CATEGORY_HIERARCHY; `stacking_type` None = Common."""

    id: str
    name: str = ""
    hierarchy: int = 0
    stacking_type: StackingType | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CategoryLimit(Data):
    """How many redeemables of this category may apply, instead of the general per-category limit."""

    category_id: str
    limit: int


@dataclass(frozen=True, kw_only=True, slots=True)
class StackingRules(Data):
    """The project's row. Names and defaults of contract 6.1; a per-category limit of None = no limit.

    Exclusive and joint categories arrive as `Category.stacking_type`. The size of a request is for the API to
    check.
    """

    applicable_redeemables_limit: int = 5
    applicable_redeemables_per_category_limit: int | None = None
    applicable_redeemables_category_limits: tuple[CategoryLimit, ...] = ()
    applicable_exclusive_redeemables_limit: int = 1
    applicable_exclusive_redeemables_per_category_limit: int | None = 1
    redeemables_application_mode: ApplicationMode = ApplicationMode.ALL
    redeemables_sorting_rule: SortingRule = SortingRule.REQUESTED_ORDER
    grouped_redeemables_sorting_rule: GroupedSortingRule = GroupedSortingRule.JOINT_ALWAYS_LAST
    redeemables_products_application_mode: ProductsMode = ProductsMode.STACK
    redeemables_no_effect_rule: NoEffectRule = NoEffectRule.REDEEM_ANYWAY
    no_effect_skip_categories: tuple[str, ...] = ()
    no_effect_redeem_anyway_categories: tuple[str, ...] = ()
    discount_calculation_mode: CalculationMode = CalculationMode.DISCOUNTED_AMOUNT
    initial_amount_mode_categories: tuple[str, ...] = ()
    discounted_amount_mode_categories: tuple[str, ...] = ()

    def category_limit(self, category: Category) -> int | None:
        """How many redeemables of `category` may apply; None = no limit."""
        for entry in self.applicable_redeemables_category_limits:
            if entry.category_id == category.id:
                return entry.limit
        return self.applicable_redeemables_per_category_limit

    def no_effect_rule(self, category: Category | None) -> NoEffectRule:
        """The rule of the category where one is set, else the project's."""
        if category is not None and category.id in self.no_effect_skip_categories:
            return NoEffectRule.SKIP
        if category is not None and category.id in self.no_effect_redeem_anyway_categories:
            return NoEffectRule.REDEEM_ANYWAY
        return self.redeemables_no_effect_rule

    def calculation_mode(self, category: Category | None) -> CalculationMode:
        """The mode of the category where one is set, else the project's."""
        if category is not None and category.id in self.initial_amount_mode_categories:
            return CalculationMode.INITIAL_AMOUNT
        if category is not None and category.id in self.discounted_amount_mode_categories:
            return CalculationMode.DISCOUNTED_AMOUNT
        return self.discount_calculation_mode


def category_limits(limits: Mapping[str, int]) -> tuple[CategoryLimit, ...]:
    """The wire's `{category id: limit}` as the engine's frozen form."""
    return tuple(CategoryLimit(category_id=key, limit=limit) for key, limit in sorted(limits.items()))
