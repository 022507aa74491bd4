"""The ledger of gift cards, ready to be printed."""

from __future__ import annotations

from typing import Final

from django.db.models import BigIntegerField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from promotions.models import CardTransaction

_WITH: Final = ("voucher", "voucher__campaign", "redemption", "redemption__order", "rollback")
_NOT_PAYMENTS: Final = (
    CardTransaction.Type.ISSUED,
    CardTransaction.Type.ADDITION,
    CardTransaction.Type.REMOVAL,
)


def printable(rows: QuerySet[CardTransaction]) -> QuerySet[CardTransaction]:
    """With `total`, what the card had got by then, and `payment_id`, the payment that a refund gives back.

    One query. A card's rows are written one after the other, so their keys are their order.
    """
    before = CardTransaction.objects.filter(
        voucher=OuterRef("voucher"), pk__lte=OuterRef("pk"), type__in=_NOT_PAYMENTS
    )
    summed = before.order_by().values("voucher").annotate(total=Sum("amount")).values("total")
    payments = CardTransaction.objects.filter(
        type=CardTransaction.Type.REDEMPTION,
        redemption=OuterRef("redemption"),
        voucher=OuterRef("voucher"),
    ).exclude(pk=OuterRef("pk"))
    return rows.select_related(*_WITH).annotate(
        total=Coalesce(Subquery(summed, output_field=BigIntegerField()), 0),
        payment_id=Subquery(payments.values("public_id")[:1]),
    )


def present() -> QuerySet[CardTransaction]:
    """Those of cards that are not in the bin, alone or with their campaign."""
    return CardTransaction.objects.filter(
        Q(voucher__campaign=None) | Q(voucher__campaign__deleted_at=None),
        voucher__deleted_at=None,
        voucher__released_at=None,
    )
