"""The ledger of points, ready to be printed. Contract: loyalty 3, 4."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import BigIntegerField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from loyalty.models import PointsTransaction

_Type = PointsTransaction.Type
_WITH: Final = (
    "voucher",
    "campaign",
    "related",
    "redemption__order",
    "redemption__reward_redemption__reward",
    "rollback",
    "earning__order",
    "earning__rule",
)
_SPENDING: Final = (_Type.REDEMPTION, _Type.REFUND)


@dataclass(frozen=True, kw_only=True)
class Printable:
    """A line with `total`, what its card would have had by then if nothing were ever spent, and the id of
    the line that belongs to it: of the other card, or the payment that is given back.
    """

    line: PointsTransaction
    total: int
    related_id: str | None


def with_totals(rows: QuerySet[PointsTransaction]) -> QuerySet[PointsTransaction]:
    before = PointsTransaction._base_manager.filter(card=OuterRef("card"), pk__lte=OuterRef("pk")).exclude(
        type__in=_SPENDING
    )
    summed = before.order_by().values("card").annotate(all=Sum("amount")).values("all")
    return rows.select_related(*_WITH).annotate(
        total=Coalesce(Subquery(summed, output_field=BigIntegerField()), 0)
    )


def printable(rows: Sequence[PointsTransaction]) -> list[Printable]:
    """Lines of `with_totals`; two more queries at most."""
    others = {**_other_cards(rows), **_payments(rows)}
    return [
        Printable(
            line=row,
            total=row.total,  # type: ignore[attr-defined]
            related_id=row.related.public_id if row.related is not None else others.get(row.pk),
        )
        for row in rows
    ]


def one(line_id: int) -> Printable:
    """A line that was written."""
    return printable([with_totals(PointsTransaction._base_manager.all()).get(pk=line_id)])[0]


def _other_cards(rows: Sequence[PointsTransaction]) -> dict[int, str]:
    """The line that each line of points that left belongs to."""
    left = {row.pk: row for row in rows if row.type == _Type.TRANSFER_OUT and row.cause}
    if not left:
        return {}
    to = {(row.details.get("destination_voucher") or {}).get("id") for row in left.values()}
    found = PointsTransaction._base_manager.filter(
        voucher__public_id__in=[one for one in to if one],
        type=_Type.TRANSFER_IN,
        cause__in=[row.cause for row in left.values()],
    )
    by_cause = dict(found.values_list("cause", "public_id"))
    return {pk: by_cause[row.cause] for pk, row in left.items() if row.cause in by_cause}


def _payments(rows: Sequence[PointsTransaction]) -> dict[int, str]:
    """The payment that each line that gives back belongs to."""
    back = [row for row in rows if row.type == _Type.REFUND and row.redemption_id]
    if not back:
        return {}
    paid = Q()
    for row in back:
        paid |= Q(card=row.card_id, redemption=row.redemption_id)
    found = PointsTransaction._base_manager.filter(paid, type=_Type.REDEMPTION)
    by_payment = {
        (card, redemption): public_id
        for card, redemption, public_id in found.values_list("card", "redemption", "public_id")
    }
    ids = ((row.pk, by_payment.get((row.card_id, row.redemption_id or 0))) for row in back)
    return {pk: public_id for pk, public_id in ids if public_id}
