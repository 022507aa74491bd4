"""What webhooks are told about promotions (contract: data file 13).

Everything is read again when it is looked at: its counters were moved by statements of their own.
"""

from __future__ import annotations

from typing import Any, Final

from commerce.api.serializers.customers import simple_customer_output
from commerce.models import Customer
from core.event_bodies import offer
from core.instants import format_instant
from core.models import OutboxEvent
from promotions.api.serializers.budgets import budget_output
from promotions.api.serializers.campaigns import campaign_base_output, campaign_output
from promotions.api.serializers.gifts import balance_output, transaction_output
from promotions.api.serializers.redemptions import redemption_output, rollback_output
from promotions.api.serializers.rules import assignment_output
from promotions.api.serializers.stacks import stack_output
from promotions.api.serializers.stops import stop_output
from promotions.api.serializers.tiers import tier_output
from promotions.api.serializers.validation_rules import rule_output
from promotions.api.serializers.vouchers import voucher_output
from promotions.models import (
    Budget,
    Campaign,
    CardTransaction,
    EmergencyStop,
    OrderReturn,
    PromotionStack,
    PromotionTier,
    Redemption,
    Rollback,
    ValidationRule,
    ValidationRuleAssignment,
    Voucher,
)
from promotions.selectors import (
    campaigns,
    redemptions,
    stacks,
    tiers,
    transactions,
    validation_rules,
    vouchers,
)

_REDEMPTIONS: Final = "Redemptions"
_VOUCHERS: Final = "Vouchers"
_GIFT_CARDS: Final = "Gift cards"
_CAMPAIGNS: Final = "Campaigns"
_PROMOTIONS: Final = "Promotions"
_CONDITIONS: Final = "Conditions"
_MONEY: Final = "Budgets and emergencies"


def register() -> None:
    offer(
        _REDEMPTIONS,
        _redemption,
        **{
            "redemption.succeeded": "something is redeemed",
            "redemption.failed": "a redemption is refused",
        },
    )
    offer(_REDEMPTIONS, _rollback, **{"redemption.rollback.succeeded": "a redemption is taken back"})
    offer(_REDEMPTIONS, _order_return, **{"order.return.created": "goods of an order come back"})
    offer(
        _VOUCHERS,
        _voucher,
        **{
            "voucher.created": "a single code is made",
            "voucher.updated": "a code changes",
            "voucher.enabled": "a code is enabled",
            "voucher.disabled": "a code is disabled",
            "voucher.deleted": "a code is deleted",
        },
    )
    offer(
        _GIFT_CARDS,
        _gift_transaction,
        **{
            "voucher.gift.balance_added": "credits are added to a gift card",
            "voucher.gift.transaction.created": "the balance of a gift card moves",
        },
    )
    offer(
        _CAMPAIGNS,
        _campaign,
        **{
            "campaign.created": "a campaign is new",
            "campaign.updated": "a campaign changes",
            "campaign.enabled": "a campaign is enabled",
            "campaign.disabled": "a campaign is disabled",
            "campaign.deleted": "a campaign is deleted",
            "campaign.launched": "a draft is launched",
            "campaign.started": "a campaign begins",
            "campaign.ended": "a campaign ends",
        },
    )
    offer(
        _CAMPAIGNS,
        _codes,
        **{
            "campaign.vouchers.added": "codes are added to a campaign",
            "campaign.vouchers.generation.started": "many codes begin to be made",
            "campaign.vouchers.generation.completed": "many codes are made",
            "campaign.vouchers.generation.failed": "many codes could not be made",
        },
    )
    offer(
        _PROMOTIONS,
        _tier,
        **{
            "campaign.promotion_tier.created": "a promotion tier is new",
            "campaign.promotion_tier.updated": "a promotion tier changes",
            "campaign.promotion_tier.enabled": "a promotion tier is enabled",
            "campaign.promotion_tier.disabled": "a promotion tier is disabled",
            "campaign.promotion_tier.deleted": "a promotion tier is deleted",
        },
    )
    offer(
        _PROMOTIONS,
        _stack,
        **{
            "campaign.promotion_stack.created": "a promotion stack is new",
            "campaign.promotion_stack.updated": "a promotion stack changes",
            "campaign.promotion_stack.deleted": "a promotion stack is deleted",
        },
    )
    offer(
        _CONDITIONS,
        _rule,
        **{
            "business_validation_rule.created": "conditions are new",
            "business_validation_rule.updated": "conditions change",
            "business_validation_rule.deleted": "conditions are deleted",
        },
    )
    offer(
        _CONDITIONS,
        _assignment,
        **{
            "business_validation_rule.assignment.created": "conditions begin to hold for something",
            "business_validation_rule.assignment.deleted": "conditions no longer hold for something",
        },
    )
    offer(
        _MONEY,
        _budget,
        **{
            "budget.threshold_reached": "a budget reaches one of its thresholds",
            "budget.exhausted": "a budget is used up",
        },
    )
    offer(
        _MONEY,
        _stop,
        **{
            "emergency_stop.started": "somebody stops promotions in an emergency",
            "emergency_stop.restored": "an emergency stop is over",
        },
    )


def _redemption(event: OutboxEvent, redemption: Redemption) -> dict[str, Any]:
    (row,) = redemptions.with_targets(Redemption.objects.filter(pk=redemption.pk))
    shown = redemption_output(row)
    return {**_used(row, shown), "redemption": shown}


def _rollback(event: OutboxEvent, rollback: Rollback) -> dict[str, Any]:
    (back,) = redemptions.rollbacks_with_targets([rollback.pk])
    (row,) = redemptions.with_targets(Redemption.objects.filter(pk=back.redemption_id))
    shown = redemption_output(row)
    return {**_used(row, shown), "redemption": shown, "redemption_rollback": rollback_output(back)}


def _used(row: Redemption, shown: dict[str, Any]) -> dict[str, Any]:
    """What was redeemed and by whom, each as a key of its own; what does not apply is null."""
    return {
        "customer": shown["customer"],
        "order": shown["order"],
        "campaign": campaign_base_output(row.campaign) if row.campaign else None,
        "voucher": shown.get("voucher"),
        "holder": _person(row.voucher.holder if row.voucher else None),
        "promotion_tier": shown.get("promotion_tier"),
        "promotion_stack": None,
    }


def _order_return(event: OutboxEvent, row: OrderReturn) -> dict[str, Any]:
    """The amounts; its lines stand on the order, whose own event follows."""
    return {
        "customer": _person(row.order.customer),
        "order": {"id": row.order.public_id, "source_id": row.order.source_id, "object": "order"},
        "return": {
            "id": row.public_id,
            "refund_amount": row.refund_amount,
            "credits_amount": row.credits_amount,
            "is_complete": row.is_complete,
            "reason": row.reason or None,
            "created_at": format_instant(row.returned_at),
            "object": "order_return",
        },
    }


def _voucher(event: OutboxEvent, voucher: Voucher) -> dict[str, Any]:
    row = vouchers.printable(Voucher.objects.all()).get(pk=voucher.pk)
    return {
        "voucher": voucher_output(row),
        "campaign": campaign_base_output(row.campaign) if row.campaign else None,
    }


def _gift_transaction(event: OutboxEvent, voucher: Voucher) -> dict[str, Any]:
    moved = transactions.printable(CardTransaction.objects.all()).get(
        public_id=event.payload["transaction_id"]
    )
    wire = _voucher(event, voucher)
    row = vouchers.printable(Voucher.objects.all()).get(pk=voucher.pk)
    return {
        **wire,
        "holder": _person(row.holder),
        "balance": balance_output(moved),
        "transaction": transaction_output(moved),
    }


def _campaign(event: OutboxEvent, campaign: Campaign) -> dict[str, Any]:
    row = campaigns.printable(Campaign.objects.all()).get(pk=campaign.pk)
    is_promotion = row.campaign_type == Campaign.CampaignType.PROMOTION
    return {"campaign": campaign_output(row, tiers=tiers.of_campaign(row) if is_promotion else ())}


def _codes(event: OutboxEvent, campaign: Campaign) -> dict[str, Any]:
    """Contract: campaign, count, completed_at."""
    row = campaigns.printable(Campaign.objects.all()).get(pk=campaign.pk)
    names = ("count", "completed_at", "async_action_id")
    said = {name: event.payload[name] for name in names if name in event.payload}
    return {"campaign": campaign_base_output(row), **said}


def _tier(event: OutboxEvent, tier: PromotionTier) -> dict[str, Any]:
    row = tiers.printable(PromotionTier.objects.all()).get(pk=tier.pk)
    return {"campaign": campaign_base_output(row.campaign), "promotion_tier": tier_output(row)}


def _stack(event: OutboxEvent, stack: PromotionStack) -> dict[str, Any]:
    row = stacks.printable(PromotionStack.objects.filter(pk=stack.pk)).first()
    found = campaigns.printable(Campaign.objects.all()).get(pk=stack.campaign_id)
    gone = {"id": stack.public_id, "name": stack.name, "object": stacks.OBJECT}
    return {"campaign": campaign_base_output(found), "promotion_stack": stack_output(row) if row else gone}


def _rule(event: OutboxEvent, rule: ValidationRule) -> dict[str, Any]:
    """Contract: the rule, and when it happened to it (`created_at`, `updated_at` or `deleted_at`)."""
    row = validation_rules.counted(ValidationRule.objects.all()).get(pk=rule.pk)
    return {"rule": rule_output(row), f"{event.name.rpartition('.')[2]}_at": format_instant(event.created_at)}


def _assignment(event: OutboxEvent, assignment: ValidationRuleAssignment) -> dict[str, Any]:
    found = ValidationRuleAssignment.objects.select_related(
        "rule", "voucher", "campaign", "promotion_tier"
    ).get(pk=assignment.pk)
    rule = validation_rules.counted(ValidationRule.objects.all()).get(pk=found.rule_id)
    voucher, campaign, tier = found.voucher, found.campaign, found.promotion_tier
    return {
        "rule": rule_output(rule),
        "assignment": assignment_output(found),
        "voucher": _voucher(event, voucher)["voucher"] if voucher else None,
        "campaign": _campaign(event, campaign)["campaign"] if campaign else None,
        "distribution": None,
        "promotion_tier": _tier(event, tier)["promotion_tier"] if tier else None,
        "earning_rule": None,
    }


def _budget(event: OutboxEvent, budget: Budget) -> dict[str, Any]:
    row = Budget.objects.get(pk=budget.pk)
    names = ("used", "limit", "threshold", "period", "channel", "store")
    said = {name: event.payload[name] for name in names if name in event.payload}
    return {"budget": budget_output(row), **said}


def _stop(event: OutboxEvent, stop: EmergencyStop) -> dict[str, Any]:
    return {"emergency_stop": stop_output(stop)}


def _person(customer: Customer | None) -> dict[str, Any] | None:
    return simple_customer_output(customer) if customer else None
