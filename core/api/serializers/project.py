"""The project on the wire (contract: data file 19; stacking rules: core 6.1)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings as deployment

from core.api.fields import (
    BooleanField,
    ChoiceField,
    IntegerField,
    TextField,
    WireSerializer,
)
from core.errors import InvalidPayload
from core.instants import format_optional
from core.models import ProjectSettings
from core.models.project_settings import validate_currency, validate_time_zone

_NO_LIMIT = 30
_NO_EXCLUSIVE_LIMIT = 5
_CATEGORY_KEYS = (
    "exclusive_categories",
    "joint_categories",
    "applicable_redeemables_category_limits",
    "no_effect_skip_categories",
    "no_effect_redeem_anyway_categories",
    "initial_amount_mode_categories",
    "discounted_amount_mode_categories",
)


class ProjectInput(WireSerializer):
    """What `PUT /management/v1/projects/{id}` may change. `case_sensitive_codes` is fixed at creation."""

    name = TextField(required=False, allow_blank=False, max_length=100)
    description = TextField(required=False, allow_null=True, max_length=500)
    timezone = TextField(required=False, source="time_zone", max_length=64, validators=[validate_time_zone])
    currency = TextField(required=False, max_length=3, validators=[validate_currency])
    dial_code = TextField(required=False, allow_null=True, max_length=5)
    client_redeem_enabled = BooleanField(required=False)
    client_publish_enabled = BooleanField(required=False)
    client_loyalty_events_enabled = BooleanField(required=False, source="client_events_enabled")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return {name: "" if value is None else value for name, value in attrs.items()}


class StackingRulesInput(WireSerializer):
    """The scalar rules. What concerns single categories is said on the categories themselves."""

    redeemables_limit = IntegerField(required=False, lowest=1, highest=30)
    applicable_redeemables_limit = IntegerField(required=False, lowest=1, highest=30)
    applicable_redeemables_per_category_limit = IntegerField(
        required=False, allow_null=True, lowest=1, highest=30
    )
    applicable_exclusive_redeemables_limit = IntegerField(required=False, lowest=1, highest=5)
    applicable_exclusive_redeemables_per_category_limit = IntegerField(
        required=False, allow_null=True, lowest=1, highest=5
    )
    redeemables_application_mode = ChoiceField(ProjectSettings.ApplicationMode, required=False)
    redeemables_sorting_rule = ChoiceField(ProjectSettings.SortingRule, required=False)
    redeemables_products_application_mode = ChoiceField(ProjectSettings.ProductsMode, required=False)
    redeemables_no_effect_rule = ChoiceField(ProjectSettings.NoEffectRule, required=False)
    redeemables_rollback_order_mode = ChoiceField(ProjectSettings.RollbackOrderMode, required=False)
    discount_calculation_mode = ChoiceField(ProjectSettings.CalculationMode, required=False)

    def to_internal_value(self, data: Any) -> Any:
        """A rule for single categories must not get lost quietly: only empty lists are taken here."""
        for key in _CATEGORY_KEYS:
            if data.get(key):
                raise InvalidPayload(
                    f"Property .{key} must be empty: stacking of a category is set on the category"
                )
        return super().to_internal_value(data)


def stacking_rules_output(
    settings: ProjectSettings,
    exclusive_categories: Iterable[str] = (),
    joint_categories: Iterable[str] = (),
) -> dict[str, Any]:
    """`stacking_rules` of validations and qualifications: every key, and numbers where there is no limit.

    The categories are wire ids (`cat_…`), which the caller knows.
    """
    return {
        "redeemables_limit": settings.redeemables_limit,
        "applicable_redeemables_limit": settings.applicable_redeemables_limit,
        "applicable_redeemables_per_category_limit": settings.applicable_redeemables_per_category_limit
        or _NO_LIMIT,
        "applicable_redeemables_category_limits": {},
        "applicable_exclusive_redeemables_limit": settings.applicable_exclusive_redeemables_limit,
        "applicable_exclusive_redeemables_per_category_limit": (
            settings.applicable_exclusive_redeemables_per_category_limit or _NO_EXCLUSIVE_LIMIT
        ),
        "exclusive_categories": list(exclusive_categories),
        "joint_categories": list(joint_categories),
        "redeemables_application_mode": settings.redeemables_application_mode,
        "redeemables_sorting_rule": settings.redeemables_sorting_rule,
        "grouped_redeemables_sorting_rule": "JOINT_ALWAYS_LAST",
        "redeemables_products_application_mode": settings.redeemables_products_application_mode,
        "redeemables_no_effect_rule": settings.redeemables_no_effect_rule,
        "no_effect_skip_categories": [],
        "no_effect_redeem_anyway_categories": [],
        "redeemables_rollback_order_mode": settings.redeemables_rollback_order_mode,
        "discount_calculation_mode": settings.discount_calculation_mode,
        "initial_amount_mode_categories": [],
        "discounted_amount_mode_categories": [],
    }


def stacking_rules_object(
    settings: ProjectSettings,
    exclusive_categories: Iterable[str] = (),
    joint_categories: Iterable[str] = (),
) -> dict[str, Any]:
    """The object of the management API: absent limits are null, and the defaults have no id."""
    rules = stacking_rules_output(settings, exclusive_categories, joint_categories)
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


def project_output(settings: ProjectSettings, trusted_domains: Iterable[str] = ()) -> dict[str, Any]:
    """The project of the management API.

    Keys that describe the hosted service (notifications, sandbox, cluster) have constant values here: the SDK
    models require them.
    """
    return {
        "id": settings.public_id,
        "name": settings.name,
        "description": settings.description,
        "timezone": settings.time_zone,
        "currency": settings.currency,
        "dial_code": settings.dial_code or None,
        "webhook_version": "v2024-01-01",
        "client_trusted_domains": list(trusted_domains),
        "client_redeem_enabled": settings.client_redeem_enabled,
        "client_publish_enabled": settings.client_publish_enabled,
        "client_list_vouchers_enabled": False,
        "client_create_customer_enabled": False,
        "client_loyalty_events_enabled": settings.client_events_enabled,
        "client_set_voucher_expiration_date_enabled": False,
        "webhooks_callout_notifications": {
            kind: {"email": False, "in_app": False, "emails": []} for kind in ("distributions", "webhooks")
        },
        "api_usage_notifications": {
            kind: {"enabled": False, "value": 90, "in_app": False, "emails": []}
            for kind in (
                "redemptions",
                "messages",
                "api_calls",
                "bulk_api_calls",
                "webhook_calls",
                "cycle_calls",
            )
        },
        "cluster_id": "self-hosted",
        "case_sensitive_codes": not settings.case_insensitive_codes,
        "api_version": "v2018-08-01",
        "is_sandbox": False,
        "webhook_token": "",
        "default_code_config": {"charset": "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"},
        "limits": {
            "api_calls": [{"value": deployment.FANFARE_SERVER_CALLS_PER_MINUTE, "duration": "PT1M"}],
            "bulk_api_calls": [],
        },
    }
