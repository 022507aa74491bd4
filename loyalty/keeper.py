"""Keeps the points of loyalty cards for those who only know vouchers (`promotions.points`)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from core.actors import Actor
from loyalty import programmes, settings_words
from loyalty.models import LoyaltyCard, PointsLot, PointsTransaction
from loyalty.programmes import Programme
from loyalty.services import after_points, ledger, tier_structure
from loyalty.services.ledger import Why
from promotions import points as asked
from promotions.models import Campaign, OrderReturn, Redemption, Rollback, Voucher
from promotions.points import CardNumbers


class LoyaltyKeeper:
    """The `promotions.points.Keeper` of this house."""

    def checked(self, loyalty: Mapping[str, Any]) -> dict[str, Any]:
        return programmes.check(loyalty)

    def in_words(self, loyalty: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
        return settings_words.lines(loyalty)

    def look_again(self, campaign: Campaign, *, actor: Actor, now: datetime) -> None:
        tier_structure.look_again(campaign=campaign, refresh=True, actor=actor, now=now)

    def numbers(self, vouchers: Collection[Voucher]) -> Mapping[int, CardNumbers]:
        pks = [voucher.pk for voucher in vouchers]
        cards = LoyaltyCard._base_manager.in_bulk(pks)
        lots = PointsLot._base_manager.filter(card__in=pks, expires_on__isnull=False, remaining__gt=0)
        next_lots = {
            card_id: (ends, remaining)
            for card_id, ends, remaining in lots.order_by("card", "expires_on")
            .distinct("card")
            .values_list("card", "expires_on", "remaining")
        }
        found: dict[int, CardNumbers] = {}
        for voucher in vouchers:
            card = cards.get(voucher.pk)
            found[voucher.pk] = _new(voucher) if card is None else _numbers(card, next_lots.get(voucher.pk))
        return found

    def open(
        self, vouchers: Sequence[Voucher], *, points: int | None = None, actor: Actor, now: datetime
    ) -> None:
        for voucher in sorted(vouchers, key=lambda one: one.pk):
            card = ledger.opened(voucher, points=points, actor=actor, now=now)
            after_points.settle(card, cause="opened", now=now, was=0)

    def add(
        self, *, voucher_id: int, points: int, cause: str, reason: str = "", actor: Actor, now: datetime
    ) -> int:
        voucher = Voucher._base_manager.get(pk=voucher_id)
        card = ledger.opened(voucher, actor=actor, now=now)
        was = card.balance
        why = Why(actor=actor, now=now, cause=cause, reason=reason)
        ledger.credit(
            card,
            points,
            type=PointsTransaction.Type.ADDITION,
            expires_on=ledger.ends_on(card, why.local_day()),
            why=why,
        )
        after_points.settle(card, cause="addition", now=now, was=was)
        return card.balance

    def take_back(
        self, *, voucher_id: int, points: int, cause: str, reason: str = "", actor: Actor, now: datetime
    ) -> int:
        card = ledger.locked(voucher_id)
        was = card.balance
        ledger.debit(
            card,
            points,
            type=PointsTransaction.Type.REMOVAL,
            account=PointsTransaction.Account.PROGRAMME,
            why=Why(actor=actor, now=now, cause=cause, reason=reason),
        )
        after_points.settle(card, cause="removal", now=now, was=was, is_credit=False)
        return card.balance

    def hold(self, *, voucher_id: int, points: int) -> bool:
        found = LoyaltyCard._base_manager.filter(pk=voucher_id).exists()
        return ledger.hold(ledger.locked(voucher_id), points) if found else points == 0

    def spend(
        self, *, voucher_id: int, points: int, held: int = 0, redemption: Redemption, now: datetime
    ) -> int:
        actor = Actor.system(redemption.channel_id or "redemption", channel=redemption.channel_type)
        voucher = Voucher._base_manager.get(pk=voucher_id)
        card = ledger.opened(voucher, actor=actor, now=now)
        was = card.balance
        ledger.debit(
            card,
            points,
            type=PointsTransaction.Type.REDEMPTION,
            account=PointsTransaction.Account.SPENT,
            held=held,
            why=Why(
                actor=actor,
                now=now,
                cause=f"redemption:{redemption.public_id}",
                redemption=redemption,
                details=_details(redemption),
            ),
        )
        after_points.settle(card, cause="redemption", now=now, was=was, is_credit=False)
        return card.balance

    def refund(
        self,
        *,
        voucher_id: int,
        points: int,
        redemption: Redemption,
        rollback: Rollback | None = None,
        order_return: OrderReturn | None = None,
        now: datetime,
    ) -> int:
        cause = rollback or order_return
        card = ledger.locked(voucher_id)
        was = card.balance
        details = _details(redemption)
        if rollback is not None:
            details["rollback"] = {"id": rollback.public_id}
        ledger.refund(
            card,
            points,
            redemption=redemption,
            why=Why(
                actor=Actor.system("refund"),
                now=now,
                cause=f"{redemption.public_id}:{cause.public_id}" if cause else "",
                reason=cause.reason if cause else "",
                redemption=redemption,
                rollback=rollback,
                order_return=order_return,
                details=details,
            ),
        )
        after_points.settle(card, cause="refund", now=now, was=was, is_credit=False)
        return card.balance

    def spent_with(self, *, voucher_id: int, redemption: Redemption) -> int:
        return ledger.spent_with(voucher_id, redemption)


def register() -> None:
    asked.register(LoyaltyKeeper())


def _new(voucher: Voucher) -> CardNumbers:
    """What the card will have once it is given out."""
    points = Programme.of(voucher.campaign).points if voucher.campaign is not None else 0
    return CardNumbers(points=points, balance=points)


def _numbers(card: LoyaltyCard, lot: tuple[object, int] | None) -> CardNumbers:
    ends, remaining = lot or (None, None)
    return CardNumbers(
        points=card.points,
        expired_points=card.expired_points,
        subtracted_points=card.subtracted_points,
        redeemed_points=card.redeemed_points,
        pending_points=card.pending_points,
        balance=card.balance,
        held=card.held,
        next_expires_on=ends,  # type: ignore[arg-type]
        next_expiring=remaining,
    )


def _details(redemption: Redemption) -> dict[str, object]:
    details: dict[str, object] = {"redemption": {"id": redemption.public_id}}
    if redemption.order is not None:
        details["order"] = {"id": redemption.order.public_id, "source_id": redemption.order.source_id}
    return details
