"""Members of programmes with points and days, written as rows, so that nights can be tried on them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F

from commerce.models import Customer
from core.actors import Actor
from core.models import OutboxEvent
from loyalty.models import (
    LotMovement,
    LoyaltyCard,
    LoyaltyTier,
    PendingPoints,
    PointsLot,
    PointsTransaction,
    TierChange,
)
from loyalty.services import ledger
from promotions.models import Campaign, Voucher
from promotions.services import publications
from promotions.services.publication_specs import PublicationSpec
from tests.factories.commerce import CustomerFactory
from tests.factories.promotions import CREATED_AT, VoucherFactory
from tests.loyalty import books
from tests.loyalty.books import Type


def programme(name: str = "Club", **loyalty: Any) -> Campaign:
    made = books.programme(name)
    made.loyalty = {**(made.loyalty or {}), **loyalty}
    made.save(update_fields=["loyalty"])
    return made


def in_period(
    period: str = "MONTH", *, starts: str = "IMMEDIATE", ends: str = "END_OF_PERIOD", **more: Any
) -> dict[str, Any]:
    """`tiers_expiration` of a programme that counts what is collected."""
    return {
        "qualification_type": "POINTS_IN_PERIOD",
        "qualification_period": period,
        "start_date": {"type": starts},
        "expiration_date": {"type": ends, **more},
    }


def lasting(extend: str) -> dict[str, Any]:
    """`tiers_expiration` of a programme where the balance counts and tiers have an end."""
    return {
        "qualification_type": "BALANCE",
        "start_date": {"type": "IMMEDIATE"},
        "expiration_date": {"type": "CUSTOM", "extend": extend},
    }


def tier(of: Campaign, name: str, points_from: int, points_to: int | None = None) -> LoyaltyTier:
    return LoyaltyTier.objects.create(
        campaign=of, name=name, points_from=points_from, points_to=points_to, created_at=CREATED_AT
    )


def member(of: Campaign, code: str, customer: Customer | None = None) -> LoyaltyCard:
    card = books.card(of, code)
    Voucher.objects.filter(pk=card.pk).update(holder=customer or CustomerFactory())
    return card


def joined(of: Campaign, code: str, customer: Customer | None = None) -> LoyaltyCard:
    """A member as the house makes one: by a publication. For tests that prove all rows afterwards."""
    voucher = VoucherFactory(
        code=code, code_key=code, campaign=of, type=Voucher.Type.LOYALTY_CARD, discount=None
    )
    Campaign.objects.filter(pk=of.pk).update(vouchers_count=F("vouchers_count") + 1)
    spec = PublicationSpec(customer={"id": (customer or CustomerFactory()).public_id}, voucher=code)
    actor, now = Actor.system("tests"), CREATED_AT
    publications.publish(spec=spec, actor=actor, now=now)
    voucher.refresh_from_db()
    with transaction.atomic():
        return ledger.opened(voucher, actor=actor, now=now)


def gave(card: LoyaltyCard, points: int, *, on: date, until: date | None = None) -> PointsLot:
    """Earned on a day, usable until another, in a lot of its own day."""
    line = books.line(card, Type.ACCRUAL, points, on)
    lot, _ = PointsLot.objects.get_or_create(
        card=card,
        expires_on=until,
        defaults={
            "campaign_id": card.campaign_id,
            "earned": 0,
            "remaining": 0,
            "created_at": CREATED_AT,
        },
    )
    PointsLot.objects.filter(pk=lot.pk).update(earned=lot.earned + points, remaining=lot.remaining + points)
    LotMovement.objects.create(lot=lot, transaction=line, amount=points)
    lot.refresh_from_db()
    return lot


def pends(card: LoyaltyCard, points: int, *, until: date) -> PendingPoints:
    """Usable from that day on."""
    card.refresh_from_db()
    LoyaltyCard.objects.filter(pk=card.pk).update(pending_points=card.pending_points + points)
    card.refresh_from_db()
    return PendingPoints.objects.create(
        card=card, campaign_id=card.campaign_id, points=points, activates_on=until, created_at=CREATED_AT
    )


def holds(
    card: LoyaltyCard, held: LoyaltyTier | None, *, since: date | None = None, until: date | None = None
) -> None:
    LoyaltyCard.objects.filter(pk=card.pk).update(tier=held, tier_since=since, tier_until=until)
    card.refresh_from_db()


def midnight(day: date, zone: str = "UTC", *, minutes: int = 1) -> datetime:
    """Some minutes into a day of a zone."""
    return datetime.combine(day, time(0, minutes), ZoneInfo(zone)).astimezone(UTC)


def standing(card: LoyaltyCard) -> tuple[str | None, date | None, date | None]:
    card.refresh_from_db()
    return (card.tier.name if card.tier else None, card.tier_since, card.tier_until)


def moves(card: LoyaltyCard) -> list[tuple[str, str | None, str | None, date, date | None]]:
    """What happened to its tier, in order."""
    rows = TierChange.objects.filter(card=card).order_by("pk")
    found = rows.values_list("kind", "from_tier__name", "to_tier__name", "day", "until")
    return [tuple(row) for row in found]


def lines(card: LoyaltyCard) -> list[tuple[str, int, int, date]]:
    rows = PointsTransaction.objects.filter(card=card).order_by("pk")
    return [tuple(row) for row in rows.values_list("type", "amount", "balance", "day")]


def said(*prefixes: str) -> list[tuple[str, str]]:
    """Events in order, with what they are about; only those whose names begin so."""
    rows = OutboxEvent.objects.order_by("pk").values_list("name", "entity_id")
    return [(name, entity) for name, entity in rows if name.startswith(prefixes or ("",))]


def adds_up(cards: Sequence[LoyaltyCard]) -> None:
    """Balance = sum of the lines = what the lots hold; every lot is the sum of its movements."""
    for card in cards:
        card.refresh_from_db()
        assert card.balance == sum(
            PointsTransaction.objects.filter(card=card).values_list("amount", flat=True)
        )
        assert card.balance == sum(PointsLot.objects.filter(card=card).values_list("remaining", flat=True))
        for lot in PointsLot.objects.filter(card=card):
            moved = sum(lot.movements.values_list("amount", flat=True))
            assert lot.remaining == moved
