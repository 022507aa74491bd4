"""Tells commerce what points customers hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from django.db.models import Expression, F, IntegerField, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from commerce import holdings
from commerce.holdings import Holdings, Programme
from loyalty.models import LoyaltyCard

_EARNED = F("points") - F("expired_points")


def register() -> None:
    holdings.register(read, points)


def read(customers: Collection[int]) -> Mapping[int, Holdings]:
    """In one query; of cards that are not in the bin."""
    rows = LoyaltyCard._base_manager.filter(
        voucher__holder__in=customers, voucher__deleted_at=None, campaign__deleted_at=None
    ).values_list("voucher__holder", "campaign__name", "tier__name", _EARNED, "redeemed_points", "balance")
    found: dict[int, Holdings] = {}
    programmes: defaultdict[int, dict[str, Programme]] = defaultdict(dict)
    for holder, name, tier, earned, redeemed, balance in rows.order_by("pk"):
        before = found.get(holder, holdings.NOTHING)
        same = programmes[holder].get(name)
        programmes[holder][name] = Programme(
            points=earned + (same.points if same else 0), tier=tier or (same.tier if same else "")
        )
        found[holder] = Holdings(
            points=before.points + earned,
            redeemed_points=before.redeemed_points + redeemed,
            balance=before.balance + balance,
            programmes=programmes[holder],
        )
    return found


def points() -> Expression:
    cards = LoyaltyCard._base_manager.filter(voucher__holder=OuterRef("pk"), voucher__deleted_at=None)
    total = cards.order_by().values("voucher__holder").annotate(total=Sum(_EARNED)).values("total")
    return Coalesce(Subquery(total, output_field=IntegerField()), 0)
