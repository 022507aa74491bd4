"""Columns of ours as the engine's frozen input."""

from __future__ import annotations

from datetime import time
from typing import Any

from core.models import ProjectSettings
from engine import (
    ApplicationMode,
    CalculationMode,
    DailyHours,
    Duration,
    NoEffectRule,
    SortingRule,
    StackingRules,
    StackingType,
    Timeframe,
    Validity,
)
from engine import Category as EngineCategory
from engine.stacking_rules import GroupedSortingRule, ProductsMode, category_limits
from promotions.category_rules import CategoryRules
from promotions.models import Category
from promotions.models.validity import TimeLimited


def validity(row: TimeLimited, *, activity_duration: str = "") -> Validity:
    """The time limits of one row. Columns were checked when they were written, so they parse."""
    timeframe = None
    if row.timeframe_interval and row.timeframe_duration:
        timeframe = Timeframe(
            interval=Duration.parse(row.timeframe_interval), duration=Duration.parse(row.timeframe_duration)
        )
    return Validity(
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        timeframe=timeframe,
        days_of_week=tuple(row.days_of_week) if row.days_of_week else None,
        daily_hours=_daily_hours(row.validity_hours),
        activity_duration=Duration.parse(activity_duration) if activity_duration else None,
    )


def _daily_hours(wire: dict[str, Any] | None) -> tuple[DailyHours, ...] | None:
    entries = (wire or {}).get("daily") or []
    if not entries:
        return None
    return tuple(
        DailyHours(
            days_of_week=tuple(entry["days_of_week"]),
            start_time=time.fromisoformat(entry["start_time"]),
            expiration_time=time.fromisoformat(entry["expiration_time"])
            if entry.get("expiration_time")
            else None,
        )
        for entry in entries
    )


def category(row: Category | None) -> EngineCategory | None:
    if row is None:
        return None
    return EngineCategory(
        id=row.public_id,
        name=row.name,
        hierarchy=row.hierarchy,
        stacking_type=StackingType(row.stacking_type) if row.stacking_type else None,
    )


def stacking_rules(settings: ProjectSettings, categories: CategoryRules) -> StackingRules:
    limits = categories.applicable_redeemables_category_limits
    return StackingRules(
        applicable_redeemables_limit=settings.applicable_redeemables_limit,
        applicable_redeemables_per_category_limit=settings.applicable_redeemables_per_category_limit,
        applicable_redeemables_category_limits=category_limits(limits),
        applicable_exclusive_redeemables_limit=settings.applicable_exclusive_redeemables_limit,
        applicable_exclusive_redeemables_per_category_limit=(
            settings.applicable_exclusive_redeemables_per_category_limit
        ),
        redeemables_application_mode=ApplicationMode(settings.redeemables_application_mode),
        redeemables_sorting_rule=SortingRule(settings.redeemables_sorting_rule),
        grouped_redeemables_sorting_rule=GroupedSortingRule(settings.grouped_redeemables_sorting_rule),
        redeemables_products_application_mode=ProductsMode(settings.redeemables_products_application_mode),
        redeemables_no_effect_rule=NoEffectRule(settings.redeemables_no_effect_rule),
        no_effect_skip_categories=categories.no_effect_skip_categories,
        no_effect_redeem_anyway_categories=categories.no_effect_redeem_anyway_categories,
        discount_calculation_mode=CalculationMode(settings.discount_calculation_mode),
        initial_amount_mode_categories=categories.initial_amount_mode_categories,
        discounted_amount_mode_categories=categories.discounted_amount_mode_categories,
    )
