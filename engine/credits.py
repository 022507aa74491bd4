"""What a gift card or loyalty card can pay with. Contract: gift credits 5.12, points: loyalty 8.2."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.reasons import Reason, ReasonKey

if TYPE_CHECKING:
    from engine.situation import Situation
    from engine.snapshot import Credits


def available(held: Credits | None) -> int:
    """The balance without what other sessions have locked."""
    return 0 if held is None else max(0, held.balance - held.held)


def asked(held: Credits | None) -> int | None:
    """What the request asks for; None = as much as is useful."""
    return None if held is None else held.requested


def wanted(held: Credits | None) -> int:
    """What may be taken at most."""
    requested = asked(held)
    return available(held) if requested is None else requested


def gift_exceeded(situation: Situation) -> Reason | None:
    """More credits were asked for than the card has."""
    return _exceeded(situation, ReasonKey.GIFT_AMOUNT_EXCEEDED, "gift amount exceeded", "credits")


def points_exceeded(situation: Situation) -> Reason | None:
    """More points were asked for than the card has."""
    return _exceeded(situation, ReasonKey.POINTS_EXCEEDED, "loyalty card points exceeded", "points")


def gift_unsaid(situation: Situation) -> Reason | None:
    """Without an amount to pay, the request has to say how many credits to take."""
    before = situation.before
    if asked(situation.candidate.credits) is not None or (before is not None and before.amount is not None):
        return None
    if before is not None:
        return Reason(
            key=ReasonKey.MISSING_AMOUNT,
            message="missing amount",
            details="The order has no amount that the card could pay",
            remedy="Send the order with its amount, or gift.credits",
        )
    return Reason(
        key=ReasonKey.INVALID_GIFT,
        message="invalid gift",
        details="Without an order the card has to be told how many credits to take",
        remedy="Send gift.credits, or the order",
    )


def _exceeded(situation: Situation, key: ReasonKey, message: str, unit: str) -> Reason | None:
    held = situation.candidate.credits
    requested, there = asked(held), available(held)
    if requested is None or requested <= there:
        return None
    return Reason(
        key=key,
        message=message,
        details=f"{requested} {unit} were asked for, {there} {unit} are available",
        remedy=f"Ask for at most {there} {unit}",
    )
