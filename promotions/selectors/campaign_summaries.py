"""What a campaign did in a period, added up from the rows. Contract: semantics-core 15.5.

Redemptions are read from an index that holds all that is summed (`redemption_of_campaign`), so that a million
of them take a fraction of a second. What was rolled back or returned in the period counts against it, in
whatever period it was redeemed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Count, Q, Sum

from core import project
from promotions.models import Campaign, CardTransaction, Publication, ValidationTally, Voucher

_Transaction = CardTransaction.Type


@dataclass(frozen=True, kw_only=True)
class Period:
    """Half-open; None: without bound."""

    since: datetime | None = None
    until: datetime | None = None

    @classmethod
    def of_days(cls, first: date | None, last: date | None, zone: ZoneInfo) -> Period:
        """Whole days of the project, both included."""
        return cls(
            since=None if first is None else datetime.combine(first, time.min, zone),
            until=None if last is None else datetime.combine(last + timedelta(days=1), time.min, zone),
        )

    def of(self, column: str) -> Q:
        found = Q()
        if self.since is not None:
            found &= Q(**{f"{column}__gte": self.since})
        if self.until is not None:
            found &= Q(**{f"{column}__lt": self.until})
        return found


@dataclass(frozen=True, kw_only=True)
class Summary:
    """Amounts in minor units. `orders_amount` and `discounted_amount` are less what was taken back; `cards`
    are sums of what only campaigns of this kind have, by their names on the wire; None: discounts are all.
    """

    succeeded: int
    failed: int
    rollbacks: int
    orders_amount: int
    orders_rolledback_amount: int
    discounted_amount: int
    rolledback_discounted_amount: int
    vouchers_created: int
    vouchers_deleted: int
    published: int
    not_published: int
    validated: int
    not_validated: int
    cards: Mapping[str, int] | None

    @property
    def redemptions(self) -> int:
        return self.succeeded + self.failed


# An order that several discounts of the campaign were used on in one request is one order.
_USED: Final = """
SELECT COALESCE(SUM(succeeded), 0), COALESCE(SUM(failed), 0), COALESCE(SUM(discount), 0),
       COALESCE(SUM(alone) + SUM(together), 0)
FROM (
    SELECT COUNT(*) FILTER (WHERE result = 'SUCCESS') AS succeeded,
           COUNT(*) FILTER (WHERE result = 'FAILURE') AS failed,
           COALESCE(SUM(discount_amount) FILTER (WHERE result = 'SUCCESS'), 0) AS discount,
           COALESCE(SUM(order_amount) FILTER (WHERE result = 'SUCCESS' AND parent_id IS NULL), 0) AS alone,
           COALESCE(MAX(order_amount) FILTER (WHERE result = 'SUCCESS' AND parent_id IS NOT NULL), 0)
               AS together
    FROM promotions_redemption
    WHERE campaign_id = %(campaign)s AND related_object_type <> 'redemption'
      AND redeemed_at >= COALESCE(%(since)s::timestamptz, '-infinity')
      AND redeemed_at < COALESCE(%(until)s::timestamptz, 'infinity')
    GROUP BY parent_id
) AS requests
"""
# A rollback takes back what earlier returns have left; those count when they came.
_TAKEN_BACK: Final = """
SELECT COALESCE(SUM(rolled_back), 0), COALESCE(SUM(discount), 0), COALESCE(SUM(orders), 0)
FROM (
    SELECT COUNT(*) AS rolled_back,
           SUM(r.discount_amount - COALESCE(returned.discount_amount, 0)) AS discount,
           CASE WHEN r.parent_id IS NULL THEN SUM(r.order_amount - COALESCE(returned.order_amount, 0))
                ELSE MAX(r.order_amount - COALESCE(returned.order_amount, 0)) END AS orders
    FROM promotions_redemption AS r
    JOIN promotions_rollback AS b ON b.redemption_id = r.id
    LEFT JOIN LATERAL (
        SELECT SUM(s.discount_amount) AS discount_amount, SUM(s.order_amount) AS order_amount
        FROM promotions_returnedshare AS s WHERE s.redemption_id = r.id
    ) AS returned ON TRUE
    WHERE r.campaign_id = %(campaign)s AND r.status = 'ROLLED_BACK'
      AND b.rolled_back_at >= COALESCE(%(since)s::timestamptz, '-infinity')
      AND b.rolled_back_at < COALESCE(%(until)s::timestamptz, 'infinity')
    GROUP BY r.parent_id
    UNION ALL
    SELECT 0, SUM(s.discount_amount),
           CASE WHEN r.parent_id IS NULL THEN SUM(s.order_amount) ELSE MAX(s.order_amount) END
    FROM promotions_returnedshare AS s
    JOIN promotions_redemption AS r ON r.id = s.redemption_id
    JOIN promotions_orderreturn AS o ON o.id = s.order_return_id
    WHERE r.campaign_id = %(campaign)s
      AND o.returned_at >= COALESCE(%(since)s::timestamptz, '-infinity')
      AND o.returned_at < COALESCE(%(until)s::timestamptz, 'infinity')
    GROUP BY r.parent_id, s.order_return_id
) AS taken
"""


def _days(period: Period) -> Q:
    """Validations are counted by days of the project: a day that begins in the period counts whole."""
    zone = project.current().zone
    found = Q()
    if period.since is not None:
        found &= Q(day__gte=period.since.astimezone(zone).date())
    if period.until is not None:
        found &= Q(day__lt=period.until.astimezone(zone).date())
    return found


def summary(campaign: Campaign, period: Period) -> Summary:
    """In eight queries at most, whatever the campaign did."""
    succeeded, failed, discount, orders = _row(_USED, campaign, period)
    rollbacks, discount_back, orders_back = _row(_TAKEN_BACK, campaign, period)
    codes = Voucher.objects.filter(campaign=campaign)
    told = Publication.objects.filter(period.of("created_at"), campaign=campaign)
    published = told.aggregate(
        given=Count("pk", filter=Q(result=Publication.Result.SUCCESS)),
        refused=Count("pk", filter=Q(result=Publication.Result.FAILURE)),
    )
    looked = ValidationTally.objects.filter(_days(period), campaign=campaign)
    validated = looked.aggregate(succeeded=Sum("succeeded"), failed=Sum("failed"))
    return Summary(
        validated=validated["succeeded"] or 0,
        not_validated=validated["failed"] or 0,
        succeeded=succeeded,
        failed=failed,
        rollbacks=rollbacks,
        orders_amount=orders - orders_back,
        orders_rolledback_amount=orders_back,
        discounted_amount=discount - discount_back,
        rolledback_discounted_amount=discount_back,
        vouchers_created=codes.filter(period.of("created_at")).count(),
        vouchers_deleted=codes.filter(period.of("deleted_at"), deleted_at__isnull=False).count(),
        published=published["given"],
        not_published=published["refused"],
        cards=_own(campaign, period),
    )


type Sums = Callable[[Campaign, Period], Mapping[str, int]]
_sums: dict[str, Sums] = {}


def register(kind: Campaign.CampaignType, sums: Sums) -> None:
    """What floors above know of campaigns of a kind. Called from `AppConfig.ready()`."""
    _sums[kind] = sums


def _own(campaign: Campaign, period: Period) -> Mapping[str, int] | None:
    if campaign.gift:
        return _cards(campaign, period)
    if campaign.campaign_type in _sums:
        return _sums[campaign.campaign_type](campaign, period)
    return None


def _row(statement: str, campaign: Campaign, period: Period) -> tuple[int, ...]:
    asked = {"campaign": campaign.pk, "since": period.since, "until": period.until}
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)
        return tuple(int(value) for value in cursor.fetchone())


def _cards(campaign: Campaign, period: Period) -> dict[str, int]:
    moved = CardTransaction.objects.filter(period.of("created_at"), voucher__campaign=campaign)
    sums: dict[Any, int] = dict(
        moved.order_by().values_list("type").annotate(Sum("amount")).values_list("type", "amount__sum")
    )
    cards = Voucher.objects.filter(period.of("deleted_at"), campaign=campaign, deleted_at__isnull=False)
    return {
        "created_vouchers_amount": sums.get(_Transaction.ISSUED, 0),
        "amount_added": sums.get(_Transaction.ADDITION, 0),
        "amount_deleted": cards.aggregate(left=Sum("gift_balance"))["left"] or 0,
        "amount_redeemed": -sums.get(_Transaction.REDEMPTION, 0),
        "amount_rolledback": sums.get(_Transaction.REFUND, 0),
        "amount_subtracted": -sums.get(_Transaction.REMOVAL, 0),
    }
