"""What an order would earn, rule by rule, without giving anything. Contract: loyalty 12."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from commerce.models import Customer, Order
from commerce.selectors import customers, orders
from commerce.selectors.orders import OrderSpec
from core.errors import DomainError
from loyalty.earning import ORDER_PAID
from loyalty.models import EarningRule, TierMapping
from loyalty.programmes import Programme
from loyalty.selectors import cards, earning_looks, tiers
from loyalty.selectors.earning_looks import Happened
from promotions.models import Campaign


class CampaignNotActive(DomainError):
    key = "campaign_not_active"
    message = "Campaign is not active"


class CardNotActive(DomainError):
    key = "loyalty_card_not_active"
    message = "Loyalty card is not active"


class NoAutoJoin(DomainError):
    key = "campaign_not_allow_auto_join"
    message = "Campaign does not allow auto join"


@dataclass(frozen=True, kw_only=True)
class RuleEstimate:
    """Without points it says `why`."""

    rule: EarningRule
    points: int
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Estimate:
    points: int
    rules: tuple[RuleEstimate, ...]


def running(now: datetime) -> list[Campaign]:
    """Programmes that give points now."""
    rows = Campaign.objects.filter(campaign_type=Campaign.CampaignType.LOYALTY_PROGRAM, deleted_at=None)
    return [row for row in rows.order_by("name", "pk") if earning_looks.is_running(row, now)]


def of(
    campaign: Campaign,
    *,
    order: Order | OrderSpec,
    customer: str | None = None,
    payload: Mapping[str, Any] | None = None,
    now: datetime,
) -> Estimate:
    """By the tier that the customer holds now; caps and what tiers would change later are left out.

    `customer` is an id or the shop's; of somebody new only `payload` speaks.

    :raises CampaignNotActive: the programme gives nothing now.
    :raises CardNotActive: his card may not be used.
    :raises NoAutoJoin: he is no member, and does not become one by buying.
    :raises NotFound: the order or customer is unknown.
    """
    if not earning_looks.is_running(campaign, now):
        raise CampaignNotActive(f"{campaign.name} gives no points now.")
    stored = order if isinstance(order, Order) else orders.named(order)
    who = _customer(stored, customer)
    mappings = _mappings(campaign, who, now) if who is not None or payload else {}
    spec = OrderSpec(id=order.public_id) if isinstance(order, Order) else order
    happened = Happened(
        event=ORDER_PAID,
        cause=("order", ""),
        at=now,
        customer=who,
        payload=payload,
        order=orders.resolve(spec),
        stored=stored,
    )
    rules = earning_looks.in_force(ORDER_PAID, campaign_id=campaign.pk)
    found = tuple(
        RuleEstimate(rule=look.rule, points=look.basis.result() if look.basis else 0, why=look.why)
        for look in earning_looks.looks(rules, happened, mappings=mappings)
    )
    return Estimate(points=sum(one.points for one in found), rules=found)


def _customer(order: Order | None, reference: str | None) -> Customer | None:
    if reference:
        return customers.by_reference(reference)
    return order.customer if order is not None else None


def _mappings(campaign: Campaign, customer: Customer | None, now: datetime) -> dict[int, TierMapping]:
    found = [] if customer is None else cards.of_customer(campaign, customer)
    usable = next((one for one in found if cards.is_usable(one, now)), None)
    if found and usable is None:
        raise CardNotActive("The customer's card is disabled, or out of its dates.")
    if usable is None:
        if not Programme.of(campaign).auto_join:
            raise NoAutoJoin(
                "The customer is no member, and nobody joins this programme by buying. "
                "Publish a card to him, or let the programme take in whoever earns."
            )
        return {}
    return tiers.rule_mappings(tiers.card_with_tier(usable.pk, now=now))
