"""Redemptions and rollbacks with everything that printing them needs, in a constant number of queries."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.db.models import Prefetch, QuerySet

from core.errors import NotFound
from promotions.models import Redemption, Rollback, Voucher
from promotions.selectors.validation_rules import with_assignment

_RULED: Final = ("voucher", "promotion_tier")
_TARGETS: Final = (
    "voucher",
    "voucher__campaign",
    "voucher__campaign__category",
    "voucher__category",
    "voucher__holder",
    "promotion_tier",
    "promotion_tier__campaign",
    "promotion_tier__campaign__category",
    "promotion_tier__category",
    "campaign",
    "customer",
    "order",
    "parent",
)


def with_targets(rows: QuerySet[Redemption]) -> QuerySet[Redemption]:
    """Redemptions ready to be printed: two queries, however many there are."""
    rollbacks = Prefetch(
        "rollback", queryset=Rollback.objects.only("public_id", "rolled_back_at", "redemption_id")
    )
    return with_assignment(rows.select_related(*_TARGETS), *_RULED).prefetch_related(rollbacks)


def rollbacks_with_targets(pks: Iterable[int]) -> list[Rollback]:
    related = ["redemption", *(f"redemption__{name}" for name in _TARGETS)]
    rows = Rollback.objects.filter(pk__in=list(pks)).select_related(*related)
    return list(with_assignment(rows, *(f"redemption__{name}" for name in _RULED)).order_by("pk"))


def children_of(parent: Redemption) -> list[Redemption]:
    """The redemptions of one request, in application order."""
    return list(with_targets(Redemption.objects.filter(parent=parent)).order_by("pk"))


def get(redemption_id: str) -> Redemption:
    """:raises NotFound: unknown id."""
    row = with_targets(Redemption.objects.filter(public_id=redemption_id)).first()
    if row is None:
        raise NotFound.of("redemption", redemption_id)
    return row


def of_voucher(voucher: Voucher, *, most: int = 1000) -> list[Redemption]:
    """The attempts to use one code, newest first."""
    return list(
        with_targets(Redemption.objects.filter(voucher=voucher)).order_by("-redeemed_at", "-pk")[:most]
    )
