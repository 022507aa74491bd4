"""What a caller who is limited to places sees: managers that ask `core.places`.

Nobody limited: they give everything, as ever. Conditions are subqueries, so that rows stay bare for locks.
Where a service has to see all of something (an order's redemptions, a category's codes), it takes
`_base_manager`, which knows no limit, or works within `places.limited_to(None)`.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet

from core import places
from core.places import Limit


class _Limited[Row: models.Model](models.Manager[Row]):
    """Of what is in reach of the caller."""

    def get_queryset(self) -> QuerySet[Row]:
        rows = super().get_queryset()
        limit = places.limit()
        return rows if limit is None else rows.filter(self.within(limit))

    def within(self, limit: Limit) -> Q:
        raise NotImplementedError


class CampaignsInReach[Row: models.Model](_Limited[Row]):
    def within(self, limit: Limit) -> Q:
        return Q(places__overlap=sorted(limit.reach))


class OfCampaigns[Row: models.Model](_Limited[Row]):
    """Of what has a `campaign`; what has none is in nobody's reach."""

    def within(self, limit: Limit) -> Q:
        return Q(campaign__in=campaigns(limit))


class OfVouchers[Row: models.Model](_Limited[Row]):
    """Of what has a `voucher`."""

    def within(self, limit: Limit) -> Q:
        return Q(voucher__in=_base("Voucher").filter(campaign__in=campaigns(limit)).values("pk"))


class RedemptionsInReach[Row: models.Model](_Limited[Row]):
    """Those of campaigns in reach; of several used together only if all of them are."""

    def within(self, limit: Limit) -> Q:
        own = Q(campaign__in=campaigns(limit))
        parts = _base("Redemption").filter(parent=OuterRef("pk"))
        return own | Q(Exists(parts), ~Exists(parts.exclude(own)), campaign=None)


class RollbacksInReach[Row: models.Model](_Limited[Row]):
    def within(self, limit: Limit) -> Q:
        rows = _base("Redemption").filter(RedemptionsInReach[Any]().within(limit))
        return Q(redemption__in=rows.values("pk"))


class BudgetsInReach[Row: models.Model](_Limited[Row]):
    """Those on which campaigns in reach draw, and no others: a budget tells of all of them."""

    def within(self, limit: Limit) -> Q:
        draws = _base("BudgetCampaign").filter(budget=OuterRef("pk"))
        hidden = ~Q(campaign__in=campaigns(limit))
        return Q(Exists(draws), ~Exists(draws.filter(hidden)))


class DistributionsInReach[Row: models.Model](_Limited[Row]):
    """Those that neither give codes of a campaign out of reach nor listen to one."""

    def within(self, limit: Limit) -> Q:
        seen = campaigns(limit)
        gives = Q(gives=None) | Q(gives__in=seen)
        return gives & (Q(about=None) | Q(about__in=seen))


class MessagesInReach[Row: models.Model](_Limited[Row]):
    """Those of distributions in reach: a message tells the code that it brought."""

    def within(self, limit: Limit) -> Q:
        rows = _base("Distribution").filter(DistributionsInReach[Any]().within(limit))
        return Q(distribution__in=rows.values("pk"))


class StopsInReach[Row: models.Model](_Limited[Row]):
    """Those that name no campaign out of reach. Stops are few: they are looked through one by one."""

    def within(self, limit: Limit) -> Q:
        rows = _base("EmergencyStop").values_list("pk", "covers")
        named = {pk: {one["id"] for one in covers.get("campaigns", ())} for pk, covers in rows}
        asked = set().union(*named.values())
        own = _base("Campaign").filter(places__overlap=sorted(limit.reach), public_id__in=asked)
        seen = set(own.values_list("public_id", flat=True))
        return Q(pk__in=[pk for pk, ids in named.items() if ids <= seen])


def campaigns(limit: Limit) -> QuerySet[Any]:
    """Primary keys of the campaigns in reach, as a subquery."""
    return _base("Campaign").filter(places__overlap=sorted(limit.reach)).values("pk")


def _base(name: str) -> models.Manager[Any]:
    found: models.Manager[Any] = apps.get_model("promotions", name)._base_manager
    return found
