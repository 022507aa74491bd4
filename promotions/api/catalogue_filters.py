"""What the lists of definitions can be asked for (contract: semantics-core 3.2, 3.3)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import django_filters  # type: ignore[import-untyped]
from django import forms
from django.db.models import Q, QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

from core import project
from core.api import filter_values as read
from core.api.filters import Array, Bool, DateTime, Json, Number, State, Text, WireFilterSet
from promotions.models import Campaign, PromotionStack, PromotionTier, Voucher
from promotions.selectors import tiers

type Rows = QuerySet[Any]


class _TextFormField(forms.Field):
    def to_python(self, value: Any) -> str | None:
        return None if value is None else read.text(read.single(value, str(self.label)), str(self.label))


class _BooleanFormField(forms.Field):
    def to_python(self, value: Any) -> bool | None:
        return None if value is None else read.boolean(value, str(self.label))


@extend_schema_field(OpenApiTypes.STR)
class TextFilter(django_filters.Filter):
    """One text of the query; anything else is complained about."""

    field_class = _TextFormField


@extend_schema_field(OpenApiTypes.BOOL)
class BooleanFilter(django_filters.Filter):
    field_class = _BooleanFormField


def _expired(now: datetime, path: str) -> Q:
    return Q(**{f"{path}__lte": now})


def _within(now: datetime, start: str, end: str) -> Q:
    """Spelled without a negation: the shown dates are expressions, whose nulls Django does not look after."""
    started = Q(**{f"{start}__isnull": True}) | Q(**{f"{start}__lte": now})
    return started & (Q(**{f"{end}__isnull": True}) | Q(**{f"{end}__gt": now}))


class VoucherFilters(WireFilterSet):
    """Needs the names that `selectors.vouchers.listed` adds."""

    FILTER_FIELDS = {
        "code": Text("code"),
        "campaign_ids": Text("campaign__public_id"),
        "campaigns": Text("campaign__name"),
        "categories": Text("shown_category"),
        "category_ids": Text("shown_category_id"),
        "active": State(
            {
                "$active": lambda now: Q(is_active=True) & _within(now, "shown_starts_at", "shown_ends_at"),
                "$expired": lambda now: _expired(now, "shown_ends_at"),
                "$enabled": lambda now: Q(is_active=True),
                "$disabled": lambda now: Q(is_active=False),
            }
        ),
        "type": Text("type"),
        "is_referral_code": Bool("is_referral_code"),
        "holder_id": Text("holder__public_id"),
        "published_for_customer_id": Text("holder__public_id"),
        "start_date": DateTime("shown_starts_at"),
        "expiration_date": DateTime("shown_ends_at"),
        "validity_timeframe": Text("shown_timeframe"),
        "validity_day_of_week": Array("shown_weekdays"),
        "validity_hours": Array("shown_hours"),
        "created_at": DateTime("created_at"),
        "updated_at": DateTime("updated_at"),
        "redemption.quantity": Number("redemption_quantity"),
        "redemption.redeemed_quantity": Number("redeemed_quantity"),
        "publish.count": Number("publish_count"),
        "metadata": Json("metadata"),
    }
    ORDER_FIELDS = {"created_at": "created_at", "updated_at": "updated_at", "code": "code"}

    code = TextFilter(label="code", method="with_code")
    campaign = TextFilter("campaign__name", label="campaign")
    campaign_id = TextFilter("campaign__public_id", label="campaign_id")
    category = TextFilter(label="category", method="in_category")
    customer = TextFilter(label="customer", method="held_by")

    class Meta:
        model = Voucher
        fields: tuple[str, ...] = ()

    def with_code(self, rows: Rows, name: str, value: str) -> Rows:
        return rows.filter(code_key=project.code_key(value, project.current()))

    def in_category(self, rows: Rows, name: str, value: str) -> Rows:
        return rows.filter(Q(shown_category=value) | Q(shown_category_id=value))

    def held_by(self, rows: Rows, name: str, value: str) -> Rows:
        return rows.filter(Q(holder__public_id=value) | Q(holder__source_id=value))


class CampaignFilters(WireFilterSet):
    """Needs the names that `selectors.campaigns.listed` adds."""

    FILTER_FIELDS = {
        "campaigns": Text("name"),
        "campaigns_id": Text("public_id"),
        "campaign_status": Text("creation_status"),
        "status": State(
            {
                "$active": lambda now: (
                    Q(is_active=True, generation_status="DONE") & _within(now, "starts_at", "ends_at")
                ),
                "$failed": lambda now: Q(generation_status="FAILED"),
                "$in_progress": lambda now: Q(generation_status="IN_PROGRESS"),
                "$expired": lambda now: _expired(now, "ends_at"),
                "before_start": lambda now: Q(starts_at__gt=now),
                "$before_start": lambda now: Q(starts_at__gt=now),
            }
        ),
        "active": State(
            {
                "$active": lambda now: Q(is_active=True) & _within(now, "starts_at", "ends_at"),
                "$expired": lambda now: _expired(now, "ends_at"),
                "$enabled": lambda now: Q(is_active=True),
                "$disabled": lambda now: Q(is_active=False),
            }
        ),
        "is_referral_code": Bool("is_referral_code"),
        "voucher_type": Text("voucher_type"),
        "categories": Text("category__name"),
        "category_ids": Text("category__public_id"),
        "type": Text("type"),
        "campaign_type": Text("campaign_type"),
        "created_date": DateTime("created_at"),
        "created_at": DateTime("created_at"),
        "updated_at": DateTime("updated_at"),
        "start_date": DateTime("starts_at"),
        "expiration_date": DateTime("ends_at"),
        "validity_timeframe": Text("timeframe_interval"),
        "validity_day_of_week": Array("weekdays"),
        "validity_hours": Array("validity_hours"),
        "metadata": Json("metadata"),
    }

    campaign_type = TextFilter("campaign_type", label="campaign_type")
    campaign_status = TextFilter("creation_status", label="campaign_status")
    is_referral_code = BooleanFilter("is_referral_code", label="is_referral_code")

    class Meta:
        model = Campaign
        fields: tuple[str, ...] = ()


class TierFilters(WireFilterSet):
    is_available = BooleanFilter(label="is_available", method="at_this_instant")

    class Meta:
        model = PromotionTier
        fields: tuple[str, ...] = ()

    def at_this_instant(self, rows: Rows, name: str, value: bool) -> Rows:
        available = tiers.available(self.now, project.current().zone).values("pk")
        return rows.filter(pk__in=available) if value else rows.exclude(pk__in=available)


class StackFilters(WireFilterSet):
    ORDER_FIELDS = {"created_at": "created_at", "updated_at": "updated_at", "name": "name"}

    class Meta:
        model = PromotionStack
        fields: tuple[str, ...] = ()
