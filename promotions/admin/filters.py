"""Filters of lists that are not plain columns: states by date and switch, reasons of refusals."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.contrib.filters.admin import DropdownFilter

from promotions.models import DRAFTS, Lifecycle, Redemption
from promotions.words import DISABLED, ENDED, REFUSALS, RUNNING, SCHEDULED, USED_UP


def state_condition(state: str, now: datetime) -> Q:
    """Rows with the columns of `TimeLimited` and `is_active` that are in this state by their own limits."""
    enabled = Q(is_active=True)
    is_over = Q(ends_at__lte=now)
    match state:
        case "DISABLED":
            return ~enabled
        case "ENDED":
            return enabled & is_over
        case "SCHEDULED":
            return enabled & Q(starts_at__gt=now) & ~is_over
    is_open = Q(starts_at=None) | Q(starts_at__lte=now)
    return enabled & is_open & (Q(ends_at=None) | Q(ends_at__gt=now))


class StateFilter(DropdownFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(state.upper(), state) for state in (RUNNING, SCHEDULED, ENDED, DISABLED)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        return queryset.filter(state_condition(value, timezone.now())) if value else queryset


class CampaignStateFilter(StateFilter):
    """By the clock, also when the job that moves campaigns is late."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        launched = ((state.upper(), state) for state in (RUNNING, SCHEDULED, ENDED))
        moved = ((str(state), str(state.label)) for state in (Lifecycle.PAUSED, *DRAFTS))
        return [*launched, *moved]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() in (Lifecycle.PAUSED, *DRAFTS):
            return queryset.filter(lifecycle=self.value())
        return super().queryset(request, queryset)


class VoucherStateFilter(StateFilter):
    """By the code's own limits and switch."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [*super().lookups(request, model_admin), ("USED_UP", USED_UP)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "USED_UP":
            return queryset.filter(redeemed_quantity__gte=F("redemption_quantity"))
        return super().queryset(request, queryset)


class RefusalFilter(DropdownFilter):
    title = "reason of the refusal"
    parameter_name = "failure_code"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(key), text) for key, text in REFUSALS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Redemption]) -> QuerySet[Redemption]:
        return queryset.filter(failure_code=self.value()) if self.value() else queryset
