from __future__ import annotations

from dataclasses import fields

import pytest

from core.models import ProjectSettings
from engine import (
    ApplicationMode,
    CalculationMode,
    CategoryLimit,
    GroupedSortingRule,
    NoEffectRule,
    SortingRule,
    StackingRules,
)
from engine.stacking_rules import ProductsMode
from promotions import engine_input
from promotions.category_rules import CategoryRules

SET = ProjectSettings(
    applicable_redeemables_limit=7,
    applicable_redeemables_per_category_limit=3,
    applicable_exclusive_redeemables_limit=2,
    applicable_exclusive_redeemables_per_category_limit=None,
    redeemables_application_mode="PARTIAL",
    redeemables_sorting_rule="CATEGORY_HIERARCHY",
    grouped_redeemables_sorting_rule="SORTING_RULE",
    redeemables_products_application_mode="ONCE",
    redeemables_no_effect_rule="SKIP",
    discount_calculation_mode="INITIAL_AMOUNT",
)
OF_CATEGORIES = CategoryRules(
    exclusive_categories=("cat_1",),
    applicable_redeemables_category_limits={"cat_2": 4},
    no_effect_skip_categories=("cat_3",),
    no_effect_redeem_anyway_categories=("cat_4",),
    initial_amount_mode_categories=("cat_5",),
    discounted_amount_mode_categories=("cat_6",),
)


def test_every_stacking_rule_reaches_the_engine() -> None:
    rules = engine_input.stacking_rules(SET, OF_CATEGORIES)

    assert rules == StackingRules(
        applicable_redeemables_limit=7,
        applicable_redeemables_per_category_limit=3,
        applicable_redeemables_category_limits=(CategoryLimit(category_id="cat_2", limit=4),),
        applicable_exclusive_redeemables_limit=2,
        applicable_exclusive_redeemables_per_category_limit=None,
        redeemables_application_mode=ApplicationMode.PARTIAL,
        redeemables_sorting_rule=SortingRule.CATEGORY_HIERARCHY,
        grouped_redeemables_sorting_rule=GroupedSortingRule.SORTING_RULE,
        redeemables_products_application_mode=ProductsMode.ONCE,
        redeemables_no_effect_rule=NoEffectRule.SKIP,
        no_effect_skip_categories=("cat_3",),
        no_effect_redeem_anyway_categories=("cat_4",),
        discount_calculation_mode=CalculationMode.INITIAL_AMOUNT,
        initial_amount_mode_categories=("cat_5",),
        discounted_amount_mode_categories=("cat_6",),
    )


@pytest.mark.parametrize("name", [field.name for field in fields(StackingRules)])
def test_none_of_them_is_left_at_its_default_above(name: str) -> None:
    assert getattr(engine_input.stacking_rules(SET, OF_CATEGORIES), name) != getattr(StackingRules(), name)


def test_the_defaults_are_the_same_on_both_floors() -> None:
    assert engine_input.stacking_rules(ProjectSettings(), CategoryRules()) == StackingRules()
