"""What webhooks are told about points, tiers and rewards (contract: data file 13).

Whatever moved is read again when it is looked at: services only say which row it was.
"""

from __future__ import annotations

from typing import Any, Final

from commerce.api.serializers.customers import simple_customer_output
from commerce.models import Customer
from core.event_bodies import offer
from core.models import OutboxEvent
from loyalty.api.serializers.earning_rules import earning_rule_output
from loyalty.api.serializers.pending_points import pending_balance_output, pending_points_output
from loyalty.api.serializers.tiers import tier_output
from loyalty.api.serializers.transactions import transaction_output
from loyalty.models import (
    EarningRule,
    LoyaltyTier,
    PendingPoints,
    PointsTransaction,
    RewardRedemption,
    TierChange,
)
from promotions.api.serializers.campaigns import campaign_base_output
from promotions.api.serializers.redemptions import redemption_output
from promotions.api.serializers.rewards import assignment_output, reward_output
from promotions.api.serializers.vouchers import voucher_output
from promotions.models import Campaign, Redemption, RewardAssignment, Voucher
from promotions.selectors import campaigns, redemptions, vouchers

_POINTS: Final = "Points"
_TIERS: Final = "Tiers of members"
_REWARDS: Final = "Rewards"
_PROGRAMMES: Final = "Loyalty programmes"
# What the line of a ledger names stands beside it as well, each as a key of its own; else it is null.
_NAMED: Final = (
    "balance",
    "order",
    "event",
    "earning_rule",
    "segment",
    "loyalty_tier",
    "holder_loyalty_tier",
    "redemption",
    "rollback",
    "reward",
    "custom_event",
    "source_voucher",
    "destination_voucher",
)


def register() -> None:
    offer(
        _POINTS,
        _of_transaction,
        **{
            "voucher.loyalty_card.transaction.created": "points of a card move",
            "voucher.loyalty_card.points_added": "a card gets points",
            "customer.voucher.loyalty_card.points_added": "a customer's card gets points",
            "customer.voucher.loyalty_card.points_transferred": "points move from one card to another",
        },
    )
    offer(_POINTS, _earned, **{"customer.rewarded.loyalty_points": "a rule gives a customer points"})
    offer(
        _POINTS,
        _expired,
        **{
            "voucher.loyalty_card.points_expired": "points of a card expire",
            "customer.voucher.loyalty_card.points_expired": "points of a customer expire",
        },
    )
    offer(
        _POINTS, _ending, **{"voucher.loyalty_card.points_expiring_soon": "points of a card will soon expire"}
    )
    for prefix, whose in (("", "a card"), ("customer.", "a customer's card")):
        offer(
            _POINTS,
            _pending,
            **{
                f"{prefix}voucher.loyalty_card.pending_points.{verb}": words.format(whose=whose)
                for verb, words in _PENDING.items()
            },
        )
    offer(
        _TIERS,
        _tier_change,
        **{f"customer.loyalty.tier.{kind.value}": _MOVES[kind] for kind in TierChange.Kind},
    )
    offer(_TIERS, _updated, **{"customer.loyalty.updated": "the points of a customer change"})
    offer(
        _REWARDS,
        _reward,
        **{
            "customer.rewarded": "a customer takes a reward",
            "customer.reward_redemptions.created": "a reward is taken",
            "customer.reward_redemptions.pending": "a reward waits to be handed over",
            "customer.reward_redemptions.completed": "a reward is given",
            "customer.reward_redemptions.rolledback": "a reward is taken back",
        },
    )
    offer(
        _PROGRAMMES,
        _rule,
        **{
            "campaign.earning_rule.assigned": "a programme gets an earning rule",
            "campaign.earning_rule.updated": "an earning rule changes",
            "campaign.earning_rule.enabled": "an earning rule is enabled",
            "campaign.earning_rule.disabled": "an earning rule is disabled",
            "campaign.earning_rule.deleted": "an earning rule is deleted",
        },
    )
    offer(
        _PROGRAMMES,
        _tier,
        **{
            "campaign.loyalty_tier.created": "a programme gets a tier",
            "campaign.loyalty_tier.updated": "a tier of a programme changes",
            "campaign.loyalty_tier.deleted": "a tier of a programme is deleted",
        },
    )
    offer(
        _PROGRAMMES,
        _assignment,
        **{
            "campaign.reward.assignment.created": "a programme gets a reward",
            "campaign.reward.assignment.updated": "the price of a reward changes",
            "campaign.reward.assignment.deleted": "a reward leaves a programme",
        },
    )


_PENDING: Final = {
    "added": "{whose} gets points that are not usable yet",
    "updated": "pending points of {whose} are corrected",
    "activated": "pending points of {whose} become usable",
    "canceled": "pending points of {whose} are cancelled",
}
_MOVES: Final = {
    TierChange.Kind.JOINED: "a member reaches a tier",
    TierChange.Kind.LEFT: "a member loses his tier",
    TierChange.Kind.UPGRADED: "a member rises to a higher tier",
    TierChange.Kind.DOWNGRADED: "a member falls to a lower tier",
    TierChange.Kind.PROLONGED: "a member keeps his tier for longer",
    TierChange.Kind.EXPIRATION_CHANGED: "a member's tier ends on another day",
}


def _of_transaction(event: OutboxEvent, entity: Any) -> dict[str, Any]:
    """Entity: the voucher, or its holder."""
    row = _line(event)
    shown = transaction_output(row)
    named = {name: shown["details"].get(name) for name in _NAMED}
    return {**_whose(row.voucher_id), **named, "transaction": shown}


def _earned(event: OutboxEvent, customer: Customer) -> dict[str, Any]:
    """What is only pending has no line in the ledger yet: its balance is that of what waits."""
    rule = EarningRule.objects.get(public_id=event.payload["earning_rule_id"])
    wire: dict[str, Any]
    if "transaction_id" in event.payload:
        row = _line(event)
        shown = transaction_output(row)
        details, card_id, wire = shown["details"], row.voucher_id, {"transaction": shown}
        wire["balance"] = details.get("balance")
    else:
        entry = _entry(event)
        details, card_id = dict(entry.details), entry.card_id
        wire = {
            "pending_points": pending_points_output(entry),
            "balance": pending_balance_output(entry, entry.points),
        }
    named = {name: details.get(name) for name in ("loyalty_tier", "holder_loyalty_tier", "order", "event")}
    return {**_whose(card_id), **named, **wire, "earning_rule": earning_rule_output(rule)}


def _expired(event: OutboxEvent, entity: Any) -> dict[str, Any]:
    """Contract: points, buckets, transaction."""
    row = _line(event)
    left = row.lot_movements.select_related("lot").order_by("pk")
    buckets = [
        {"id": one.lot.public_id, "points": -one.amount, "expires_at": _day(one.lot.expires_on)}
        for one in left
    ]
    shown = transaction_output(row)
    return {**_whose(row.voucher_id), "points": -row.amount, "buckets": buckets, "transaction": shown}


def _ending(event: OutboxEvent, voucher: Voucher) -> dict[str, Any]:
    said = {"points": event.payload["points"], "expires_at": event.payload["expires_on"]}
    return {**_whose(voucher.pk), **said}


def _pending(event: OutboxEvent, entity: Any) -> dict[str, Any]:
    row = _entry(event)
    order = row.order
    return {
        **_whose(row.card_id),
        "voucher_pending_points_balance": pending_balance_output(row, row.points),
        "order": None if order is None else {"id": order.public_id, "source_id": order.source_id},
        "pending_points": pending_points_output(row),
    }


def _tier_change(event: OutboxEvent, customer: Customer) -> dict[str, Any]:
    row = TierChange.objects.select_related("from_tier", "to_tier").get(
        public_id=event.payload["tier_change_id"]
    )
    return {
        **_whose(row.card_id),
        "loyalty_tier_from": tier_output(row.from_tier) if row.from_tier else None,
        "loyalty_tier_to": tier_output(row.to_tier) if row.to_tier else None,
        "start_date": _day(row.day),
        "expiration_date": _day(row.until),
    }


def _updated(event: OutboxEvent, customer: Customer) -> dict[str, Any]:
    voucher = Voucher.objects.get(public_id=event.payload["voucher_id"])
    return _whose(voucher.pk)


def _reward(event: OutboxEvent, customer: Customer) -> dict[str, Any]:
    taken = RewardRedemption.objects.select_related("reward", "assignment").get(
        redemption__public_id=event.payload["redemption_id"]
    )
    (row,) = redemptions.with_targets(Redemption.objects.filter(pk=taken.redemption_id))
    line = taken.card.transactions.filter(redemption=taken.redemption_id).order_by("-pk").first()
    return {
        **_whose(taken.card_id),
        "redemption": redemption_output(row),
        "reward": {
            **reward_output(taken.reward),
            "assignment_id": taken.assignment.public_id,
            "points": taken.points,
            "status": taken.state,
        },
        "balance": transaction_output(line)["details"].get("balance") if line else None,
        "referral_tier": None,
        "custom_event": None,
        "customer_event": {"id": event.public_id, "type": event.name},
    }


def _rule(event: OutboxEvent, rule: EarningRule) -> dict[str, Any]:
    row = EarningRule.objects.get(pk=rule.pk)
    return {"campaign": _campaign(row.campaign_id), "earning_rule": earning_rule_output(row)}


def _tier(event: OutboxEvent, tier: LoyaltyTier) -> dict[str, Any]:
    row = LoyaltyTier.objects.get(pk=tier.pk)
    return {"campaign": _campaign(row.campaign_id), "loyalty_tier": tier_output(row)}


def _assignment(event: OutboxEvent, assignment: RewardAssignment) -> dict[str, Any]:
    row = RewardAssignment.objects.select_related("reward", "campaign").get(pk=assignment.pk)
    return {
        "campaign": _campaign(row.campaign_id),
        "reward": reward_output(row.reward),
        "assignment": assignment_output(row),
    }


def _entry(event: OutboxEvent) -> PendingPoints:
    related = ("card__voucher__holder", "campaign", "order", "earning__rule")
    rows = PendingPoints.objects.select_related(*related)
    return rows.get(public_id=event.payload["pending_points_id"])


def _line(event: OutboxEvent) -> PointsTransaction:
    return PointsTransaction.objects.get(public_id=event.payload["transaction_id"])


def _whose(voucher_id: int) -> dict[str, Any]:
    """The card, its programme and its holder, who is told as the customer, too."""
    row = vouchers.printable(Voucher.objects.all()).get(pk=voucher_id)
    holder = simple_customer_output(row.holder) if row.holder else None
    return {
        "voucher": voucher_output(row),
        "campaign": campaign_base_output(row.campaign) if row.campaign else None,
        "customer": holder,
        "holder": holder,
    }


def _campaign(campaign_id: int) -> dict[str, Any]:
    return campaign_base_output(campaigns.printable(Campaign.objects.all()).get(pk=campaign_id))


def _day(day: Any) -> str | None:
    return None if day is None else day.isoformat()
