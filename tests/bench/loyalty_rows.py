"""Members of a programme by the million: copies of one card, made by the database itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

from django.db import connection, models

from commerce.models import Customer
from loyalty.models import LotMovement, LoyaltyCard, LoyaltyTier, PointsLot, PointsTransaction
from promotions.models import Campaign, Voucher

MADE_AT: Final = datetime(2026, 1, 25, 12, tzinfo=UTC)
EARNED_ON: Final = MADE_AT.date()
POINTS: Final = 100


def programme(name: str = "Club", **loyalty: Any) -> Campaign:
    settings = {"points": 0, "expiration_rules": None, "auto_join": False, "tiers_expiration": None}
    return Campaign.objects.create(
        name=name,
        campaign_type=Campaign.CampaignType.LOYALTY_PROGRAM,
        discount=None,
        loyalty={**settings, **loyalty},
        created_at=MADE_AT,
    )


def members(
    of: Campaign,
    count: int,
    *,
    due: int,
    ends: date,
    later: date,
    tier: LoyaltyTier | None = None,
    tier_ends: date | None = None,
) -> None:
    """So many cards of 100 points each, every one with a holder and a lot; those of the first `due` cards end
    on `ends` and so do their tiers (`tier_ends`), the others on `later` and never.
    """
    holder = Customer.objects.create(source_id=f"{of.name}-0", name="Member", created_at=MADE_AT)
    voucher = Voucher.objects.create(
        code=f"{of.name}-0",
        code_key=f"{of.name}-0",
        campaign=of,
        type=Voucher.Type.LOYALTY_CARD,
        holder=holder,
        created_at=MADE_AT,
    )
    card = LoyaltyCard.objects.create(
        voucher=voucher, campaign=of, opened_at=MADE_AT, points=POINTS, balance=POINTS, tier=tier,
        tier_since=None if tier is None else EARNED_ON,
    )  # fmt: skip
    line = PointsTransaction.objects.create(
        card=card,
        voucher=voucher,
        campaign=of,
        type=PointsTransaction.Type.ACCRUAL,
        account=PointsTransaction.Account.PROGRAMME,
        amount=POINTS,
        balance=POINTS,
        created_at=MADE_AT,
        day=EARNED_ON,
    )
    lot = PointsLot.objects.create(
        card=card, campaign=of, expires_on=later, earned=POINTS, remaining=POINTS, created_at=MADE_AT
    )
    movement = LotMovement.objects.create(lot=lot, transaction=line, amount=POINTS)
    more = count - 1
    if more:
        first = {row: _reserved(row, more) for row in (Customer, Voucher, PointsTransaction, PointsLot)}
        held = {"holder_id": f"{first[Customer]} + n"}
        of_card = {"card_id": f"{first[Voucher]} + n"}
        named = f"'{of.name}-' || n"
        _copied(holder, more, {"id": f"{first[Customer]} + n", "source_id": named})
        _copied(voucher, more, {"id": f"{first[Voucher]} + n", "code": named, "code_key": named, **held})
        _copied(card, more, {"voucher_id": f"{first[Voucher]} + n"})
        _copied(
            line,
            more,
            {"id": f"{first[PointsTransaction]} + n", "voucher_id": f"{first[Voucher]} + n", **of_card},
        )
        _copied(lot, more, {"id": f"{first[PointsLot]} + n", **of_card})
        _copied(
            movement,
            more,
            {
                "id": None,
                "lot_id": f"{first[PointsLot]} + n",
                "transaction_id": f"{first[PointsTransaction]} + n",
            },
        )
    pks = LoyaltyCard.objects.filter(campaign=of).order_by("pk").values("pk")[:due]
    PointsLot.objects.filter(card__in=pks).update(expires_on=ends)
    if tier is not None and tier_ends is not None:
        LoyaltyCard.objects.filter(pk__in=pks).update(tier_until=tier_ends)
    with connection.cursor() as cursor:
        for row in (Customer, Voucher, LoyaltyCard, PointsTransaction, PointsLot, LotMovement):
            cursor.execute(f"ANALYZE {row._meta.db_table}")


def _reserved(row: type[models.Model], count: int) -> int:
    """So many numbers behind this one are ours."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [row._meta.db_table])
        (sequence,) = cursor.fetchone()
        cursor.execute("SELECT nextval(%s::regclass)", [sequence])
        (last,) = cursor.fetchone()
        cursor.execute("SELECT setval(%s::regclass, %s)", [sequence, last + count])
    return int(last)


def _copied(original: models.Model, count: int, other: Mapping[str, str | None]) -> None:
    """Copies of a row; `other` says as SQL over `n` (1 to `count`) what differs, None: the default."""
    table = original._meta.db_table
    columns = [field.column for field in original._meta.concrete_fields]
    taken = [column for column in columns if other.get(column, "") is not None]
    said = {"public_id": "original.public_id || '_' || n", **other}
    values = [said.get(column) or f"original.{column}" for column in taken]
    key = original._meta.pk.column if original._meta.pk else "id"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(taken)}) SELECT {', '.join(values)} "  # noqa: S608
            f"FROM {table} AS original, generate_series(1, %s) AS n WHERE original.{key} = %s",
            [count, original.pk],
        )
