"""Points as finance counts them: what came, what went and what is owed, by programme and month.

All of it comes from the ledger by one index (`points_by_day`), so that the closing of a month is the opening
of the next one and, at the end, what the cards hold. Months are those of the lines' `day`: the project's
calendar.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Greatest, TruncMonth
from django.utils.translation import gettext_lazy as _

from loyalty.models import LoyaltyCard, PointsLot, PointsTransaction
from promotions.models import Campaign

_DAY: Final = timedelta(days=1)
_Type = PointsTransaction.Type
_Account = PointsTransaction.Account


class Movement(models.TextChoices):
    """Every line of the ledger is one of these, and only one."""

    ISSUED = "issued", _("With new cards")
    EARNED = "earned", _("Earned")
    ACTIVATED = "activated", _("Activated")
    ADDED = "added", _("Added")
    REFUNDED = "refunded", _("Given back")
    SPENT = "spent", _("Spent")
    REMOVED = "removed", _("Removed")
    TRANSFERRED = "transferred", _("Transferred")
    REVERSED = "reversed", _("Taken back")
    EXPIRED = "expired", _("Expired")
    WRITTEN_OFF = "written_off", _("Written off")


_BY_ACCOUNT: Final = {
    _Account.EXPIRED: Movement.EXPIRED,
    _Account.REVERSED: Movement.REVERSED,
    _Account.WRITTEN_OFF: Movement.WRITTEN_OFF,
}
_BY_TYPE: Final = {
    _Type.ISSUED: Movement.ISSUED,
    _Type.ACCRUAL: Movement.EARNED,
    _Type.ACTIVATION: Movement.ACTIVATED,
    _Type.REDEMPTION: Movement.SPENT,
    _Type.REFUND: Movement.REFUNDED,
    _Type.ADDITION: Movement.ADDED,
    _Type.REMOVAL: Movement.REMOVED,
    _Type.EXPIRATION: Movement.EXPIRED,
    _Type.TRANSFER_OUT: Movement.TRANSFERRED,
    _Type.TRANSFER_IN: Movement.TRANSFERRED,
}


def movement(kind: str, account: str) -> Movement:
    """What a line of that type and account is: some accounts say more than the type."""
    return _BY_ACCOUNT.get(_Account(account)) or _BY_TYPE[_Type(kind)]


@dataclass(frozen=True, kw_only=True)
class Month:
    """`moved` has every kind of movement, with the sign that it has on the cards: spent is below zero."""

    first: date
    opening: int
    moved: Mapping[Movement, int] = field(default_factory=dict)

    @property
    def closing(self) -> int:
        return self.opening + sum(self.moved.values())

    def __getitem__(self, kind: Movement) -> int:
        return self.moved.get(kind, 0)


@dataclass(frozen=True, kw_only=True)
class Outstanding:
    """What cards hold now. `balance` is what all of them add up to: members are owed `balance + owed`, and
    owe `owed` themselves. `pending` points are not usable yet and in no other number.
    """

    cards: int = 0
    balance: int = 0
    owed: int = 0
    pending: int = 0

    def __add__(self, other: Outstanding) -> Outstanding:
        return Outstanding(
            cards=self.cards + other.cards,
            balance=self.balance + other.balance,
            owed=self.owed + other.owed,
            pending=self.pending + other.pending,
        )


@dataclass(frozen=True, kw_only=True)
class Breakage:
    """Of points whose last day is over: so many came, so many expired unused."""

    earned: int = 0
    expired: int = 0

    @property
    def permille(self) -> int | None:
        """To the nearest one; None: nothing has ended yet."""
        return (2000 * self.expired + self.earned) // (2 * self.earned) if self.earned else None

    def __add__(self, other: Breakage) -> Breakage:
        return Breakage(earned=self.earned + other.earned, expired=self.expired + other.expired)


def programmes() -> QuerySet[Campaign]:
    """Those in reach of the caller, by name; also deleted ones whose ledger has lines."""
    lines = PointsTransaction._base_manager.filter(campaign=OuterRef("pk"))
    kept = Q(deleted_at=None) | Exists(lines)
    return Campaign.objects.filter(kept, campaign_type=Campaign.CampaignType.LOYALTY_PROGRAM).order_by(
        "name", "pk"
    )


def months(first: date, last: date) -> list[date]:
    """The first days of the months from that of `first` to that of `last`."""
    found, month = [], first.replace(day=1)
    while month <= last:
        found.append(month)
        month = (month + 31 * _DAY).replace(day=1)
    return found


def course(programmes: Collection[int], first: date, last: date) -> dict[int, list[Month]]:
    """Of each programme (primary keys) the months from that of `first` to that of `last`, in one query."""
    shown = months(first, last)
    before, end = shown[0] - _DAY, (shown[-1] + 31 * _DAY).replace(day=1)
    rows = (
        PointsTransaction.objects.filter(campaign__in=programmes, day__lt=end)
        # Whatever came before counts as the month before.
        .annotate(month=TruncMonth(Greatest("day", before)))
        .values_list("campaign", "month", "type", "account")
        .annotate(points=Sum("amount"))
        .order_by()
    )
    opening = dict.fromkeys(programmes, 0)
    moved: dict[tuple[int, date], dict[Movement, int]] = {}
    for campaign, month, kind, account, points in rows:
        if month < shown[0]:
            opening[campaign] += points
            continue
        sums = moved.setdefault((campaign, month), {})
        what = movement(kind, account)
        sums[what] = sums.get(what, 0) + points
    return {pk: _carried(opening[pk], shown, pk, moved) for pk in programmes}


def _carried(
    opening: int, shown: Sequence[date], pk: int, moved: Mapping[tuple[int, date], Mapping[Movement, int]]
) -> list[Month]:
    found: list[Month] = []
    for month in shown:
        found.append(Month(first=month, opening=opening, moved=moved.get((pk, month), {})))
        opening = found[-1].closing
    return found


def together(courses: Iterable[Sequence[Month]]) -> list[Month]:
    """The months of several programmes, which begin and end alike, as if they were one."""
    return [
        Month(
            first=months[0].first,
            opening=sum(month.opening for month in months),
            moved={kind: sum(month[kind] for month in months) for kind in Movement},
        )
        for months in zip(*courses, strict=True)
    ]


def total(course: Sequence[Month]) -> Month:
    """All months as one."""
    return Month(
        first=course[0].first,
        opening=course[0].opening,
        moved={kind: sum(month[kind] for month in course) for kind in Movement},
    )


def outstanding(programmes: Collection[int]) -> dict[int, Outstanding]:
    """What the cards of each programme hold now."""
    rows = (
        LoyaltyCard.objects.filter(campaign__in=programmes)
        .values_list("campaign")
        .annotate(
            cards=Count("pk"),
            held_points=Sum("balance"),
            owed=Sum(-F("balance"), filter=Q(balance__lt=0), default=0),
            waiting=Sum("pending_points"),
        )
        .order_by()
    )
    known = {
        pk: Outstanding(cards=cards, balance=balance, owed=owed, pending=pending)
        for pk, cards, balance, owed, pending in rows
    }
    return {pk: known.get(pk, Outstanding()) for pk in programmes}


def breakage(programmes: Collection[int], today: date) -> dict[int, Breakage]:
    """Of points whose last day was before `today`; what the nightly job has still to do is left out."""
    rows = (
        PointsLot.objects.filter(campaign__in=programmes, expires_on__lt=today, remaining=0)
        .values_list("campaign")
        .annotate(came=Sum("earned"), ended=Sum("expired"))
        .order_by()
    )
    known = {pk: Breakage(earned=came, expired=ended) for pk, came, ended in rows}
    return {pk: known.get(pk, Breakage()) for pk in programmes}
