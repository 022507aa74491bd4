"""Referrals that people decide about, on the wire. Beyond the contract; unknown properties are refused."""

from __future__ import annotations

from typing import Any

from commerce.api.serializers.customers import simple_customer_output
from commerce.models import Customer
from core.api.fields import TextField
from core.instants import format_instant, format_optional
from promotions.api.serializers.budgets import ExactInput
from referrals import alike
from referrals.models import Referral, ReferralReward
from referrals.selectors import reviews
from referrals.selectors.stakes import Promised, Stake
from referrals.services.deciding import LONGEST_REASON


class AcceptInput(ExactInput):
    reason = TextField(required=False, max_length=LONGEST_REASON, default="")


class RefuseInput(ExactInput):
    reason = TextField(allow_blank=False, max_length=LONGEST_REASON)


def review_output(row: Referral, stake: Stake) -> dict[str, Any]:
    """`findings` are what spoke against it, `shared` what both customers have in common."""
    return {
        "id": row.public_id,
        "state": row.state,
        "cause": row.cause,
        "campaign": {"id": row.campaign.public_id, "name": row.campaign.name, "object": "campaign"},
        "voucher": {"id": row.voucher.public_id, "code": row.voucher.code, "object": "voucher"},
        "referrer": _customer_output(row.referrer),
        "referee": _customer_output(row.referee),
        "shared": [one.key for one in alike.shared(row.referrer, row.referee)],
        "findings": row.findings,
        "order_id": None if row.order is None else row.order.public_id,
        "redemption_id": None if row.redemption is None else row.redemption.public_id,
        "stake": stake_output(stake),
        "decided_by": row.decided_by or None,
        "decided_at": format_optional(row.decided_at),
        "reason": row.reason or None,
        "created_at": format_instant(row.created_at),
        "updated_at": format_optional(row.updated_at),
        "object": reviews.OBJECT,
    }


def stake_output(stake: Stake) -> dict[str, Any]:
    """Amounts in minor units. `rewards` are those that exist, `promised` those that accepting it brings."""
    return {
        "order_amount": stake.order_amount,
        "discount_amount": stake.discount,
        "rewards": [_given_output(one) for one in stake.given],
        "promised": [_promised_output(one) for one in stake.promised],
    }


def _customer_output(customer: Customer) -> dict[str, Any]:
    wire = simple_customer_output(customer)
    said = wire.pop("object")
    return {**wire, "blocked_at": format_optional(customer.blocked_at), "object": said}


def _given_output(one: ReferralReward) -> dict[str, Any]:
    return {
        "id": one.public_id,
        "customer_id": one.customer.public_id,
        "referrer_tier_id": None if one.tier is None else one.tier.public_id,
        "reward_id": None if one.reward is None else one.reward.public_id,
        "state": one.state,
        "due_at": format_instant(one.due_at),
        "paid_at": format_optional(one.paid_at),
        "voucher_id": None if one.voucher is None else one.voucher.public_id,
        "granted": one.granted,
        "problem": one.problem or None,
        "object": "referral_reward",
    }


def _promised_output(one: Promised) -> dict[str, Any]:
    if one.tier is not None:
        return {
            "to": "REFERRER",
            "referrer_tier_id": one.tier.public_id,
            "reward_id": one.tier.reward.public_id,
            "amount": one.tier.reward.balance,
        }
    referee = one.referee
    return {
        "to": "REFEREE",
        "referrer_tier_id": None,
        "reward_id": None,
        "amount": None if referee is None else referee.amount,
    }
