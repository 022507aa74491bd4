"""Finding campaigns, and loading them with what printing needs."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db.models import Case, CharField, F, Func, JSONField, Prefetch, Q, QuerySet, Value, When

from core.errors import NotFound
from core.ids import has_prefix
from core.models.areas import with_places
from promotions.models import DRAFTS, Campaign, CampaignAssignment, Lifecycle, Voucher
from promotions.selectors.validation_rules import with_assignment

DRAFT: Final = "DRAFT"
"""The wire's one word for everything that was not launched yet."""


def printable(campaigns: QuerySet[Campaign]) -> QuerySet[Campaign]:
    return with_assignment(campaigns.select_related("category"))


def with_assignments(campaigns: QuerySet[Campaign]) -> QuerySet[Campaign]:
    """With the areas and stores in which they apply (one query for all)."""
    rows = with_places(CampaignAssignment.objects.order_by("pk"))
    return campaigns.prefetch_related(Prefetch("assignments", queryset=rows))


def present() -> QuerySet[Campaign]:
    """Everything that is not in the bin."""
    return Campaign.objects.filter(deleted_at=None, released_at=None)


def listed(campaigns: QuerySet[Campaign]) -> QuerySet[Campaign]:
    """With names for what can be filtered by but has no column."""
    kinds = Campaign.CampaignType
    codes_types = (
        When(
            campaign_type__in=[kinds.DISCOUNT_COUPONS, kinds.REFERRAL_PROGRAM],
            then=Value(Voucher.Type.DISCOUNT_VOUCHER),
        ),
        When(campaign_type=kinds.GIFT_VOUCHERS, then=Value(Voucher.Type.GIFT_VOUCHER)),
        When(campaign_type=kinds.LOYALTY_PROGRAM, then=Value(Voucher.Type.LOYALTY_CARD)),
    )
    return campaigns.alias(
        creation_status=Case(
            When(lifecycle__in=DRAFTS, then=Value(DRAFT)),
            default=F("generation_status"),
            output_field=CharField(),
        ),
        voucher_type=Case(*codes_types, default=None, output_field=CharField()),
        weekdays=Func(F("days_of_week"), function="to_jsonb", output_field=JSONField()),
        is_referral_code=Q(campaign_type=kinds.REFERRAL_PROGRAM),
    )


def due(now: datetime) -> QuerySet[Campaign]:
    """Those that the clock has to move, or a change of dates that went round the services."""
    is_over = Q(ends_at__lte=now)
    return Campaign.objects.filter(
        Q(lifecycle=Lifecycle.SCHEDULED) & (is_over | Q(starts_at=None) | Q(starts_at__lte=now))
        | Q(lifecycle=Lifecycle.LIVE) & (is_over | Q(starts_at__gt=now))
        | Q(lifecycle=Lifecycle.ENDED) & (Q(ends_at=None) | Q(ends_at__gt=now))
    )


def get(reference: str, *, from_bin: bool = False) -> Campaign:
    """The campaign of a path or body, ready to be printed: id or name. Ids go first.

    :raises NotFound: neither, or in the bin (unless `from_bin` allows that).
    """
    rows = printable(Campaign.objects.filter(released_at=None) if from_bin else present())
    found = rows.filter(public_id=reference).first() if has_prefix(reference, "camp") else None
    found = found or rows.filter(name=reference).first()
    if found is None:
        raise NotFound.of("campaign", reference)
    return found
