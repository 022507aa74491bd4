from __future__ import annotations

import re
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from core.models.base import PublicIdField, TimestampedModel


def validate_time_zone(value: str) -> None:
    if value not in available_timezones():
        raise ValidationError(
            "“%(value)s” is not a time zone. Use a name such as Europe/Warsaw.", params={"value": value}
        )


def validate_currency(value: str) -> None:
    if not re.fullmatch(r"[A-Z]{3}", value):
        raise ValidationError("A currency is three capital letters such as EUR.")


def _limit(verbose_name: str, *, default: int, highest: int = 30, help_text: str = "") -> Any:
    return models.PositiveSmallIntegerField(
        verbose_name,
        default=default,
        validators=[MinValueValidator(1), MaxValueValidator(highest)],
        help_text=help_text,
    )


class ProjectSettings(TimestampedModel):
    """The project: one deployment, one row. People change it in the admin, never in `settings.py`.

    Stacking defaults and ranges: contract, semantics-core 6.1. What is special about single categories is
    said on the categories themselves.
    """

    class ApplicationMode(models.TextChoices):
        ALL = "ALL", "All or nothing: one that fails refuses the whole request"
        PARTIAL = "PARTIAL", "Partial: apply those that can be applied"

    class SortingRule(models.TextChoices):
        REQUESTED_ORDER = "REQUESTED_ORDER", "In the order of the request"
        CATEGORY_HIERARCHY = "CATEGORY_HIERARCHY", "By category hierarchy"

    class GroupedSortingRule(models.TextChoices):
        JOINT_ALWAYS_LAST = "JOINT_ALWAYS_LAST", "Joint ones after the exclusive ones"
        SORTING_RULE = "SORTING_RULE", "As the order of application says"

    class ProductsMode(models.TextChoices):
        STACK = "STACK", "Discounts on one product add up"
        ONCE = "ONCE", "One discount per product"

    class NoEffectRule(models.TextChoices):
        REDEEM_ANYWAY = "REDEEM_ANYWAY", "Redeem even without any effect"
        SKIP = "SKIP", "Skip what has no effect"

    class RollbackOrderMode(models.TextChoices):
        WITH_ORDER = "WITH_ORDER", "Take the discount off the order and cancel it"
        WITHOUT_ORDER = "WITHOUT_ORDER", "Leave the order as it is"

    class CalculationMode(models.TextChoices):
        DISCOUNTED_AMOUNT = "DISCOUNTED_AMOUNT", "On what is left to pay"
        INITIAL_AMOUNT = "INITIAL_AMOUNT", "On the amount before any discount"

    class SecondFactorFor(models.TextChoices):
        DECIDERS = "DECIDERS", "Administrators, and who decides about requests"
        STAFF = "STAFF", "Everybody who signs in here"

    class Weekday(models.IntegerChoices):
        SUNDAY = 0, "Sunday"
        MONDAY = 1, "Monday"
        SATURDAY = 6, "Saturday"

    public_id = PublicIdField(prefix="proj")
    name = models.CharField(max_length=100, default="Fanfare")
    description = models.CharField(max_length=500, blank=True, default="")
    currency = models.CharField(max_length=3, default="EUR", validators=[validate_currency])
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_time_zone])
    first_weekday = models.PositiveSmallIntegerField(
        "week starts on", choices=Weekday, default=Weekday.MONDAY
    )
    dial_code = models.CharField(
        max_length=5,
        blank=True,
        default="",
        help_text="Put before phone numbers that come without one, for example +48.",
    )
    case_insensitive_codes = models.BooleanField(
        default=False, help_text="“summer” and “SUMMER” are the same code. Fixed once the first code exists."
    )
    client_redeem_enabled = models.BooleanField("client keys may redeem", default=False)
    client_publish_enabled = models.BooleanField("client keys may publish", default=False)
    client_events_enabled = models.BooleanField("client keys may report events", default=False)
    accept_unknown_events = models.BooleanField(
        default=True, help_text="Keep custom events that have no schema. Off: they are refused."
    )
    cost_field = models.CharField(
        "cost of a unit",
        max_length=100,
        blank=True,
        default="",
        db_default="",
        help_text="The metadata field of SKUs and products that says what one unit costs you, in the "
        "currency's smallest unit, for example “cost”. Empty: margins are not shown.",
    )
    second_factor_required_from = models.DateField(
        "second step from",
        null=True,
        blank=True,
        help_text="From this day on nobody concerned gets in without a code of an authenticator app. Who has "
        "none yet sets it up at the next sign-in. Empty: everybody decides for himself.",
    )
    second_factor_required_for = models.CharField(
        "second step for",
        max_length=16,
        choices=SecondFactorFor,
        default=SecondFactorFor.DECIDERS,
        db_default=SecondFactorFor.DECIDERS,
    )

    redeemables_limit = _limit("redeemables per request", default=30)
    applicable_redeemables_limit = _limit("applied at once", default=5)
    applicable_redeemables_per_category_limit = models.PositiveSmallIntegerField(
        "applied at once per category",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(30)],
        help_text="Empty: no limit.",
    )
    applicable_exclusive_redeemables_limit = _limit("exclusive ones at once", default=1, highest=5)
    applicable_exclusive_redeemables_per_category_limit = models.PositiveSmallIntegerField(
        "exclusive ones at once per category",
        null=True,
        blank=True,
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(5)],
    )
    redeemables_application_mode = models.CharField(
        "when one fails", max_length=16, choices=ApplicationMode, default=ApplicationMode.ALL
    )
    redeemables_sorting_rule = models.CharField(
        "order of application", max_length=24, choices=SortingRule, default=SortingRule.REQUESTED_ORDER
    )
    grouped_redeemables_sorting_rule = models.CharField(
        "exclusive and joint together",
        max_length=24,
        choices=GroupedSortingRule,
        default=GroupedSortingRule.JOINT_ALWAYS_LAST,
        db_default=GroupedSortingRule.JOINT_ALWAYS_LAST,
        help_text="The order when an exclusive discount and a joint one are used in one request.",
    )
    redeemables_products_application_mode = models.CharField(
        "discounts on one product", max_length=8, choices=ProductsMode, default=ProductsMode.STACK
    )
    redeemables_no_effect_rule = models.CharField(
        "without effect", max_length=16, choices=NoEffectRule, default=NoEffectRule.REDEEM_ANYWAY
    )
    redeemables_rollback_order_mode = models.CharField(
        "rollback", max_length=16, choices=RollbackOrderMode, default=RollbackOrderMode.WITH_ORDER
    )
    discount_calculation_mode = models.CharField(
        "discounts are calculated",
        max_length=24,
        choices=CalculationMode,
        default=CalculationMode.DISCOUNTED_AMOUNT,
    )

    # The stacking rules as an object of the management API: it has an id from its creation to its deletion.
    stacking_rules_id = models.CharField(max_length=64, blank=True, default="", editable=False)
    stacking_rules_created_at = models.DateTimeField(null=True, editable=False)
    stacking_rules_updated_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = "project settings"
        verbose_name_plural = "project settings"
        constraints = (models.CheckConstraint(condition=models.Q(pk=1), name="one_project_settings_row"),)

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)
