"""Stacking rules on the wire (contract: semantics-core 6.1, 17; data file 19)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from core.api.fields import (
    ChoiceField,
    IntegerField,
    ListField,
    MapField,
    TextField,
    WireSerializer,
)
from core.instants import format_optional
from core.models import ProjectSettings
from promotions.category_rules import FIELDS, CategoryRules
from promotions.models import Category
from promotions.services.stacking_rules import RulesSpec

_NO_LIMIT: Final = 30
_NO_EXCLUSIVE_LIMIT: Final = 5
_MOST_CATEGORIES: Final = 1000


def _category_ids() -> ListField:
    return ListField(child=TextField(max_length=64), required=False, max_length=_MOST_CATEGORIES)


class StackingRulesInput(WireSerializer):
    exclusive_categories = _category_ids()
    joint_categories = _category_ids()
    redeemables_limit = IntegerField(required=False, lowest=1, highest=30)
    applicable_redeemables_limit = IntegerField(required=False, lowest=1, highest=30)
    applicable_redeemables_per_category_limit = IntegerField(
        required=False, allow_null=True, lowest=1, highest=30
    )
    applicable_redeemables_category_limits = MapField(
        child=IntegerField(lowest=1, highest=Category.MOST_APPLICABLE), required=False
    )
    applicable_exclusive_redeemables_limit = IntegerField(required=False, lowest=1, highest=5)
    applicable_exclusive_redeemables_per_category_limit = IntegerField(
        required=False, allow_null=True, lowest=1, highest=5
    )
    redeemables_application_mode = ChoiceField(ProjectSettings.ApplicationMode, required=False)
    redeemables_sorting_rule = ChoiceField(ProjectSettings.SortingRule, required=False)
    grouped_redeemables_sorting_rule = ChoiceField(ProjectSettings.GroupedSortingRule, required=False)
    redeemables_products_application_mode = ChoiceField(ProjectSettings.ProductsMode, required=False)
    redeemables_no_effect_rule = ChoiceField(ProjectSettings.NoEffectRule, required=False)
    no_effect_skip_categories = _category_ids()
    no_effect_redeem_anyway_categories = _category_ids()
    redeemables_rollback_order_mode = ChoiceField(ProjectSettings.RollbackOrderMode, required=False)
    discount_calculation_mode = ChoiceField(ProjectSettings.CalculationMode, required=False)
    initial_amount_mode_categories = _category_ids()
    discounted_amount_mode_categories = _category_ids()


def rules_spec(given: Mapping[str, Any]) -> RulesSpec:
    return RulesSpec(
        settings={name: value for name, value in given.items() if name not in FIELDS},
        categories={
            name: tuple(value) if isinstance(value, list) else value
            for name, value in given.items()
            if name in FIELDS
        },
    )


def stacking_rules_output(settings: ProjectSettings, categories: CategoryRules) -> dict[str, Any]:
    """`stacking_rules` of validations and qualifications: every key, and numbers where there is no limit."""
    per_category = settings.applicable_redeemables_per_category_limit
    exclusive_per_category = settings.applicable_exclusive_redeemables_per_category_limit
    return {
        "redeemables_limit": settings.redeemables_limit,
        "applicable_redeemables_limit": settings.applicable_redeemables_limit,
        "applicable_redeemables_per_category_limit": per_category or _NO_LIMIT,
        "applicable_exclusive_redeemables_limit": settings.applicable_exclusive_redeemables_limit,
        "applicable_exclusive_redeemables_per_category_limit": exclusive_per_category or _NO_EXCLUSIVE_LIMIT,
        "redeemables_application_mode": settings.redeemables_application_mode,
        "redeemables_sorting_rule": settings.redeemables_sorting_rule,
        "grouped_redeemables_sorting_rule": settings.grouped_redeemables_sorting_rule,
        "redeemables_products_application_mode": settings.redeemables_products_application_mode,
        "redeemables_no_effect_rule": settings.redeemables_no_effect_rule,
        "redeemables_rollback_order_mode": settings.redeemables_rollback_order_mode,
        "discount_calculation_mode": settings.discount_calculation_mode,
        **categories.to_wire(),
    }


def stacking_rules_object(settings: ProjectSettings, categories: CategoryRules) -> dict[str, Any]:
    """The object of the management API: absent limits are null, and the defaults have no id."""
    rules = stacking_rules_output(settings, categories)
    for name in (
        "applicable_redeemables_per_category_limit",
        "applicable_exclusive_redeemables_per_category_limit",
    ):
        rules[name] = getattr(settings, name)
    if not settings.stacking_rules_id:
        return rules
    return {
        "id": settings.stacking_rules_id,
        **rules,
        "created_at": format_optional(settings.stacking_rules_created_at),
        "updated_at": format_optional(settings.stacking_rules_updated_at),
    }
