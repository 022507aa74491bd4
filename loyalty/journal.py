"""The points journal: every line of the ledger as a posting, for the books (an exported object of ours).

Double entry: what the cards hold (`CARDS`) is the liability. A line that brings points debits the account
that they come from and credits the cards; one that takes points does the opposite. So each line, each day and
the whole file come to zero over all accounts, and `CARDS` comes to what all cards hold.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from django.db.models import DecimalField, ExpressionWrapper, F, OuterRef, Subquery

from core.api.filters import Date, DateTime, Text
from integrations import export_registry
from integrations.export_registry import Cell, ExportedObject, column, major_units
from loyalty.models import PointsTransaction
from loyalty.worth import Worth, of_coin
from promotions.models import Reward, RewardAssignment

NAME: Final = "points_journal"
RESOURCE: Final = "finance"
CARDS: Final = "CARDS"

# As `loyalty.selectors.worth` chooses: the dearest reward to pay with, else what finance entered.
_COIN: Final = (
    RewardAssignment.objects.filter(
        campaign=OuterRef("campaign"),
        deleted_at=None,
        reward__type=Reward.Type.COIN,
        reward__deleted_at=None,
    )
    .annotate(
        per_point=ExpressionWrapper(
            F("reward__exchange_ratio") / F("reward__points_ratio"),
            output_field=DecimalField(max_digits=60, decimal_places=30),
        )
    )
    .order_by("-per_point", "pk")
)


def register() -> None:
    export_registry.register(POINTS_JOURNAL)


def _debit(account: str, amount: int) -> str:
    return account if amount >= 0 else CARDS


def _credit(account: str, amount: int) -> str:
    return CARDS if amount >= 0 else account


def _worth(
    amount: int,
    exchange_ratio: Decimal | None,
    points_ratio: int | None,
    entered: int | None,
    per_points: int | None,
) -> str | None:
    if exchange_ratio is not None and points_ratio is not None:
        worth = of_coin(exchange_ratio=exchange_ratio, points_ratio=points_ratio, reward="")
    elif entered is not None and per_points is not None:
        worth = Worth(points=per_points, amount=Decimal(entered))
    else:
        return None
    return major_units(worth.of(abs(amount)))


def _entry(show: Any) -> Cell:
    return Cell(columns=("account", "amount"), show=show)


POINTS_JOURNAL: Final = ExportedObject(
    name=NAME,
    resource=RESOURCE,
    rows=lambda now: PointsTransaction.objects.all(),
    fields={
        "date": column("day"),
        "account_debit": _entry(_debit),
        "account_credit": _entry(_credit),
        "points": Cell(columns=("amount",), show=abs),
        "worth": Cell(
            columns=(
                "amount",
                Subquery(_COIN.values("reward__exchange_ratio")[:1]),
                Subquery(_COIN.values("reward__points_ratio")[:1]),
                "campaign__points_worth__amount",
                "campaign__points_worth__points",
            ),
            show=_worth,
        ),
        "programme": column("campaign__name"),
        "programme_id": column("campaign__public_id"),
        "reference": column("public_id"),
        "type": column("type"),
        "cause": column("cause"),
        "card": column("voucher__code"),
        "reason": column("reason"),
        "source_id": column("source_id"),
        "created_at": column("created_at"),
    },
    default_fields=(
        "date",
        "account_debit",
        "account_credit",
        "points",
        "worth",
        "programme",
        "reference",
        "type",
        "reason",
    ),
    orders={"date": "day", "created_at": "created_at"},
    filters={
        "date": Date("day"),
        "created_at": DateTime("created_at"),
        "programme_id": Text("campaign__public_id"),
        "account": Text("account"),
    },
    scopes=("programme_id",),
)
