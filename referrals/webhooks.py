"""What webhooks are told about recommendations (contract: data file 13, `customer.*` activity).

Whatever moved is read again when it is looked at: services only say which row it was.
"""

from __future__ import annotations

from typing import Any, Final

from commerce.api.serializers.customers import simple_customer_output
from commerce.models import Customer
from core.event_bodies import offer, vary
from core.models import OutboxEvent
from promotions.api.serializers.campaigns import campaign_base_output
from promotions.api.serializers.redemptions import redemption_output
from promotions.api.serializers.rewards import reward_output
from promotions.api.serializers.vouchers import voucher_output
from promotions.models import Campaign, Holder, Redemption, Voucher
from promotions.selectors import campaigns, redemptions, vouchers
from referrals.api.serializers.holders import holder_output
from referrals.api.serializers.referrals import referral_output, tier_output
from referrals.models import Referral, ReferralReward, ReferrerTier

_GROUP: Final = "Referrals"


def register() -> None:
    offer(_GROUP, _referred, **{"customer.referred": "a recommended customer counts"})
    offer(
        _GROUP,
        _holder,
        **{
            "customer.holder.assignment.created": "a customer is attached to a referral code",
            "customer.holder.assignment.deleted": "a customer is detached from a referral code",
        },
    )
    offer(
        _GROUP,
        _tier,
        **{
            "campaign.referral_tier.created": "a programme gets a reward for referrers",
            "campaign.referral_tier.updated": "a reward for referrers changes",
            "campaign.referral_tier.deleted": "a reward for referrers is deleted",
        },
    )
    vary("customer.rewarded", "referral_reward_id", _rewarded)


def _referred(event: OutboxEvent, customer: Customer) -> dict[str, Any]:
    related = ("referrer", "referee", "campaign", "voucher", "redemption", "order")
    row = Referral._base_manager.select_related(*related).get(public_id=event.payload["referral_id"])
    return {
        "customer": simple_customer_output(row.referee),
        "referrer": simple_customer_output(row.referrer),
        "campaign": _campaign(row.campaign_id),
        "voucher": _voucher(row.voucher_id),
        "redemption": _redemption(row.redemption_id),
        "order": None if row.order is None else {"id": row.order.public_id, "source_id": row.order.source_id},
        "referral": referral_output(row),
    }


def _holder(event: OutboxEvent, customer: Customer) -> dict[str, Any]:
    rows = Holder.objects.select_related("customer", "voucher__campaign")
    row = rows.get(public_id=event.payload["holder_id"])
    return {
        "customer": simple_customer_output(row.customer),
        "holder": holder_output(row),
        "campaign": None if row.voucher.campaign is None else _campaign(row.voucher.campaign.pk),
        "voucher": _voucher(row.voucher_id),
    }


def _tier(event: OutboxEvent, tier: ReferrerTier) -> dict[str, Any]:
    row = ReferrerTier._base_manager.select_related("reward", "segment").get(pk=tier.pk)
    return {"campaign": _campaign(row.campaign_id), "referral_tier": tier_output(row)}


def _rewarded(event: OutboxEvent, customer: Customer) -> dict[str, Any]:
    """With the keys of rewards for points."""
    row = ReferralReward._base_manager.select_related(
        "customer", "tier__reward", "tier__segment", "reward", "referral"
    ).get(public_id=event.payload["referral_reward_id"])
    shown = simple_customer_output(row.customer)
    balance = None
    if row.granted:
        balance = {"points": row.granted} if _is_card(row.voucher_id) else {"amount": row.granted}
    return {
        "customer": shown,
        "holder": shown,
        "campaign": _campaign(row.campaign_id),
        "voucher": None if row.voucher_id is None else _voucher(row.voucher_id),
        "redemption": _redemption(row.referral.redemption_id),
        "reward": None if row.reward is None else {**reward_output(row.reward), "status": row.state},
        "referral_tier": None if row.tier is None else tier_output(row.tier),
        "balance": balance,
        "custom_event": None,
        "customer_event": {"id": event.public_id, "type": event.name},
    }


def _is_card(voucher_id: int | None) -> bool:
    return Voucher._base_manager.filter(pk=voucher_id or 0, type=Voucher.Type.LOYALTY_CARD).exists()


def _campaign(campaign_id: int) -> dict[str, Any]:
    return campaign_base_output(campaigns.printable(Campaign._base_manager.all()).get(pk=campaign_id))


def _voucher(voucher_id: int) -> dict[str, Any]:
    return voucher_output(vouchers.printable(Voucher._base_manager.all()).get(pk=voucher_id))


def _redemption(redemption_id: int | None) -> dict[str, Any] | None:
    if redemption_id is None:
        return None
    (row,) = redemptions.with_targets(Redemption._base_manager.filter(pk=redemption_id))
    return redemption_output(row)
