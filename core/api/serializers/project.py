"""The project on the wire (contract: data file 19)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings as deployment

from core.api.fields import BooleanField, TextField, WireSerializer
from core.models import ProjectSettings
from core.models.project_settings import validate_currency, validate_time_zone


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
