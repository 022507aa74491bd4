"""Lines of one card's ledger for people: by what they are about and by days, with all that a line names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import models
from django.db.models import Q, QuerySet

from loyalty.models import PointsTransaction

_Type, _Account = PointsTransaction.Type, PointsTransaction.Account
_RETURNED = Q(account__in=[_Account.REVERSED, _Account.WRITTEN_OFF])


class About(models.TextChoices):
    """What people look for on a statement; every line is one of these."""

    EARNED = "earned", "Earned"
    SPENT = "spent", "Spent and given back"
    RETURNED = "returned", "Taken back with goods"
    EXPIRED = "expired", "Expired"
    BY_HAND = "by_hand", "Added and taken by hand"
    MOVED = "moved", "Moved between cards"


_ABOUT: dict[str, Q] = {
    About.EARNED: Q(type__in=[_Type.ISSUED, _Type.ACCRUAL, _Type.ACTIVATION]) & ~_RETURNED,
    About.SPENT: Q(type__in=[_Type.REDEMPTION, _Type.REFUND]) & ~_RETURNED,
    About.RETURNED: _RETURNED,
    About.EXPIRED: Q(type=_Type.EXPIRATION),
    About.BY_HAND: Q(type__in=[_Type.ADDITION, _Type.REMOVAL]) & ~_RETURNED,
    About.MOVED: Q(type__in=[_Type.TRANSFER_IN, _Type.TRANSFER_OUT]),
}


@dataclass(frozen=True, kw_only=True)
class Question:
    """`first` and `last` are days, both included."""

    about: str = ""
    first: date | None = None
    last: date | None = None


def lines(card_id: int, question: Question) -> QuerySet[PointsTransaction]:
    """The newest first."""
    found = PointsTransaction.objects.filter(card=card_id)
    if question.about in _ABOUT:
        found = found.filter(_ABOUT[question.about])
    if question.first is not None:
        found = found.filter(day__gte=question.first)
    if question.last is not None:
        found = found.filter(day__lte=question.last)
    related = (
        "earning__rule__segment",
        "earning__order",
        "redemption__order",
        "redemption__reward_redemption__reward",
        "redemption__reward_redemption__tier",
        "order_return__order",
        "related__voucher",
    )
    return found.select_related(*related).order_by("-pk")
