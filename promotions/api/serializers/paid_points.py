"""Points that pay, on the wire. Contract: loyalty 8.2, 8.3."""

from __future__ import annotations

from typing import Any

from core.api.fields import plain
from engine import Step
from promotions import reward_offers
from promotions.models import Redemption, Reward, Voucher
from promotions.redeemables import Found


def applied_points(found: Found, step: Step) -> dict[str, Any]:
    """`loyalty_card` of a decision: what the card has, and what of it is taken. Of other codes nothing."""
    held, offer = found.candidate.credits, found.offer
    if held is None or offer is None:
        return {}
    reward = offer.assignment.reward
    wire: dict[str, Any] = {"points": step.credits_taken or 0, "balance": held.balance}
    if held.held:
        wire["locked_points"] = held.held
    if reward.type == Reward.Type.COIN and reward.exchange_ratio is not None:
        wire["exchange_ratio"] = plain(reward.exchange_ratio.normalize())
        wire["points_ratio"] = reward.points_ratio
    return {"loyalty_card": wire}


def taken_points(row: Redemption, credits: int | None) -> dict[str, Any] | None:
    """`amount`, `loyalty_card` and `reward` of a redemption by a loyalty card; None: it is no such card."""
    voucher = row.voucher
    if voucher is None or voucher.type != Voucher.Type.LOYALTY_CARD:
        return None
    wire: dict[str, Any] = {}
    if credits is not None:
        wire = {"amount": credits, "loyalty_card": {"points": credits}}
    shop = reward_offers.shop()
    shown = shop.shown(row) if shop is not None and row.result == Redemption.Result.SUCCESS else None
    return wire if shown is None else wire | {"reward": shown}
