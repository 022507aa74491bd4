"""Which redeemables may come into question for a customer, newest first. Contract: semantics-core 19.1.

What a column can say is asked of the database (enabled, dates, uses left); the rest decides the engine.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import F, Q, QuerySet

from commerce.models import Customer
from core.models import ProjectSettings
from promotions.models import Campaign, PromotionTier, Voucher
from promotions.redeemables import Found, Requested, kind_of

FIRST_BATCH: Final = 16
LARGEST_BATCH: Final = 512


@dataclass(frozen=True, kw_only=True)
class Universe:
    """`wallet_only`: codes published to the customer and nothing else. `where` narrows by wire filters."""

    customer: Customer | None
    wallet_only: bool = False
    vouchers: Q | None = None
    tiers: Q | None = None
    created_before: datetime | None = None


def candidates(universe: Universe, *, settings: ProjectSettings, now: datetime) -> Iterator[Found]:
    """Candidates one after the other, read in batches, so that a short page reads few rows."""
    vouchers, tiers = universe.vouchers, universe.tiers
    streams: list[Iterator[Voucher | PromotionTier]] = []
    if vouchers is not None:
        streams += [_in_batches(_vouchers(universe, now, which)) for which in _voucher_kinds(universe)]
    if tiers is not None and not universe.wallet_only:
        streams.append(_in_batches(_tiers(universe, now)))
    newest_first = heapq.merge(*streams, key=lambda row: (row.created_at, row.pk), reverse=True)
    for row in newest_first:
        if isinstance(row, Voucher):
            yield kind_of("voucher").describe(Requested(object="voucher", id=row.code), row)
        else:
            requested = Requested(object="promotion_tier", id=row.public_id)
            yield kind_of("promotion_tier").describe(requested, row)


def _in_batches[Row: (Voucher, PromotionTier)](rows: QuerySet[Row]) -> Iterator[Row]:
    """Page by key, in growing steps: a cursor would make the database prepare the whole list."""
    after, size = Q(), FIRST_BATCH
    while True:
        batch = list(rows.filter(after)[:size])
        yield from batch
        if len(batch) < size:
            return
        last, size = batch[-1], min(size * 2, LARGEST_BATCH)
        after = Q(created_at__lt=last.created_at) | Q(created_at=last.created_at, pk__lt=last.pk)


def _voucher_kinds(universe: Universe) -> list[Q]:
    """Generic codes (of no campaign, or its only one), and unique ones only when they are this customer's.

    One query each: together they would make the database look at every unique code that nobody has yet.
    """
    mine = [Q(holder=universe.customer)] if universe.customer else []
    if universe.wallet_only:
        return mine
    only_codes = Campaign.objects.filter(type=Campaign.Type.STANDALONE).values("pk")
    return [Q(holder=None, campaign=None), Q(holder=None, campaign__in=only_codes), *mine]


def _vouchers(universe: Universe, now: datetime, which: Q) -> QuerySet[Voucher]:
    campaign_lives = Q(campaign=None) | (Q(campaign__is_active=True, campaign__deleted_at=None))
    uses_left = Q(redemption_quantity=None) | Q(redeemed_quantity__lt=F("redemption_quantity"))
    rows = Voucher.objects.filter(
        which,
        campaign_lives,
        uses_left,
        _not_over(now),
        universe.vouchers or Q(),
        is_active=True,
        deleted_at=None,
    )
    related = ("campaign", "campaign__category", "category", "holder")
    return _newest_first(rows.select_related(*related), universe)


def _tiers(universe: Universe, now: datetime) -> QuerySet[PromotionTier]:
    rows = PromotionTier.objects.filter(
        _not_over(now),
        universe.tiers or Q(),
        is_active=True,
        deleted_at=None,
        campaign__is_active=True,
        campaign__deleted_at=None,
    )
    return _newest_first(rows.select_related("campaign", "campaign__category", "category"), universe)


def _not_over(now: datetime) -> Q:
    """Own dates only: whether the campaign's count depends on the row, which is for the engine to say."""
    return (Q(starts_at=None) | Q(starts_at__lte=now)) & (Q(ends_at=None) | Q(ends_at__gt=now))


def _newest_first[Rows: (QuerySet[Voucher], QuerySet[PromotionTier])](rows: Rows, universe: Universe) -> Rows:
    if universe.created_before is not None:
        rows = rows.filter(created_at__lt=universe.created_before)
    return rows.order_by("-created_at", "-pk")
