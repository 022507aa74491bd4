"""Loyalty cards as redeemables: the points that they have, and the reward that these are to pay for.

Contract: loyalty 8.2, 8.3. Requests without loyalty cards cost nothing here, those with any three queries.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from engine import Credits, Reason, effects, reasons
from engine.effects import DiscountEffect, DiscountType
from engine.reasons import ReasonKey
from promotions import points, reward_offers
from promotions.models import Reward, RewardAssignment, Voucher
from promotions.redeemables import Found
from promotions.reward_offers import Offer
from promotions.selectors import rewards
from promotions.selectors.validation_rules import tree_of


def is_card(row: Any) -> bool:
    return isinstance(row, Voucher) and row.type == Voucher.Type.LOYALTY_CARD


UNPAID = Reason(
    key=ReasonKey.MISSING_REWARD,
    message="missing reward",
    details="A loyalty card pays for a reward, and the request names none",
    remedy="Send reward.id",
)


def with_rewards(found: Sequence[Found], *, now: datetime) -> list[Found]:
    """Loyalty cards with what they pay for, or with the reason why they cannot."""
    cards = [entry for entry in found if is_card(entry.row)]
    asked = [entry for entry in cards if entry.requested.reward]
    if not asked:
        return list(found)
    offers = _offers(asked, now)
    vouchers = [entry.row for entry in asked if isinstance(entry.row, Voucher)]
    numbers = points.keeper().numbers(vouchers)

    def paying(entry: Found) -> Found:
        if not is_card(entry.row) or not entry.requested.reward or not isinstance(entry.row, Voucher):
            return entry
        held = Credits(balance=numbers[entry.row.pk].balance, requested=entry.requested.credits)
        return _paying(entry, entry.row, offers.get(_key(entry)), held)

    return [paying(entry) for entry in found]


def _key(entry: Found) -> tuple[int | None, str]:
    return (entry.campaign.pk if entry.campaign is not None else None, entry.requested.reward)


def _offers(asked: Sequence[Found], now: datetime) -> Mapping[tuple[int | None, str], Mapping[int, Offer]]:
    """By programme and what was named: the offer of each card (primary key)."""
    shop = reward_offers.shop()
    if shop is None:
        return {}
    names = {entry.requested.reward for entry in asked}
    programmes = [entry.campaign.pk for entry in asked if entry.campaign is not None]
    by_name: dict[tuple[int, str], RewardAssignment] = {}
    for row in rewards.offered(programmes, names):
        by_name[row.campaign_id, row.reward.public_id] = row
        by_name[row.campaign_id, row.public_id] = row
    pairs = [
        (entry, entry.row, by_name[key])
        for entry in asked
        if isinstance(entry.row, Voucher)
        and entry.campaign is not None
        and (key := (entry.campaign.pk, entry.requested.reward)) in by_name
    ]
    known = shop.offers([(voucher, assignment) for _, voucher, assignment in pairs], now=now)
    found: dict[tuple[int | None, str], dict[int, Offer]] = {}
    for entry, voucher, assignment in pairs:
        found.setdefault(_key(entry), {})[voucher.pk] = known[voucher.pk, assignment.pk]
    return found


def _paying(entry: Found, voucher: Voucher, offers: Mapping[int, Offer] | None, held: Credits) -> Found:
    offer = (offers or {}).get(voucher.pk)
    if offer is None:
        return _refused(
            entry, reasons.not_found(resource_type=rewards.OBJECT, resource_id=entry.requested.reward)
        )
    if voucher.holder_id is None:
        return _refused(entry, _NOT_GIVEN_OUT)
    if offer.refusal:
        return _refused(entry, _unavailable(offer.refusal))
    reward = offer.assignment.reward
    pays_order = reward.type == Reward.Type.COIN
    if not pays_order and not entry.requested.is_taken:
        text = "This reward is not for paying orders; take it by itself"
        return _refused(entry, _unavailable(text))
    wire: dict[str, Any] = {"type": DiscountType.POINTS.value, "effect": DiscountEffect.FOR_REWARD.value}
    if pays_order:
        wire = {
            "type": DiscountType.POINTS.value,
            "effect": DiscountEffect.APPLY_TO_ORDER.value,
            "exchange_ratio": reward.exchange_ratio,
            "points_ratio": (reward.points_ratio or 1) * offer.times,
        }
    else:
        held = replace(held, requested=offer.points)
    rule = offer.assignment.rule
    candidate = replace(
        entry.candidate,
        reason=None,
        discount=effects.parse(wire),
        credits=held,
        rules=(*((tree_of(rule),) if rule is not None else ()), *entry.candidate.rules),
    )
    return replace(entry, candidate=candidate, offer=offer)


def _refused(entry: Found, reason: Reason) -> Found:
    return replace(entry, candidate=replace(entry.candidate, reason=reason))


_NOT_GIVEN_OUT = Reason(
    key=ReasonKey.CARD_NOT_ACTIVE,
    message="loyalty card not active",
    details="The card belongs to nobody yet",
    remedy="Publish it to a customer first",
)


def _unavailable(why: str) -> Reason:
    return Reason(
        key=ReasonKey.REWARD_NOT_AVAILABLE,
        message="reward not available",
        details=why,
        remedy="Choose one of the rewards that the member is offered",
    )
