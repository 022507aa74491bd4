"""What the definitions (campaigns, vouchers, tiers) have in common when they are written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.db import models

from core.errors import DomainError
from core.instants import format_instant
from promotions.models import Category
from promotions.selectors import categories

CATEGORY: Final = "category"
DISCOUNT: Final = "discount"
GIFT: Final = "gift"
LOYALTY: Final = "loyalty"
REFERRAL: Final = "referral"


class InvalidVoucher(DomainError):
    key = "invalid_voucher"
    message = "Invalid voucher"


class InvalidCampaign(DomainError):
    key = "invalid_campaign"
    message = "Invalid campaign"


class InvalidCampaignParams(DomainError):
    key = "invalid_campaign_params"
    message = "Invalid campaign params"


def with_category(values: Mapping[str, Any]) -> dict[str, Any]:
    """Columns with the category that `values` names by id or name (None takes it away).

    :raises NotFound: there is no such category.
    """
    if CATEGORY not in values:
        return dict(values)
    return {**values, CATEGORY: categories.named(values[CATEGORY])}


def assign(row: models.Model, columns: Mapping[str, Any]) -> dict[str, Any]:
    """Put the columns on the row; returns what they were."""
    before = {name: getattr(row, name) for name in columns}
    for name, value in columns.items():
        setattr(row, name, value)
    return before


def facts(columns: Mapping[str, Any]) -> dict[str, Any]:
    """Columns as the audit log keeps them."""
    return {name: _fact(value) for name, value in columns.items()}


def _fact(value: Any) -> Any:
    if isinstance(value, datetime):
        return format_instant(value)
    if isinstance(value, Category):
        return value.public_id
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dict):
        return {key: _fact(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_fact(inner) for inner in value]
    return value
