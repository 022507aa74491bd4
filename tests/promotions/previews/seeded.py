"""Proposals by chance, and the stored campaign that says the same."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

from engine import effects
from engine.rules import parse
from promotions.models import Campaign, PromotionTier, Voucher
from promotions.plans import BudgetWish, CodePlan, PromotionPlan, TierPlan
from promotions.previews.proposal import Codes, Pool, Proposal
from promotions.services import discounts
from promotions.services.definitions import InvalidCampaignParams
from tests.conftest import NOW
from tests.factories import areas
from tests.factories.budgets import BudgetFactory, draw
from tests.factories.promotions import (
    CampaignFactory,
    PromotionTierFactory,
    RuleAssignmentFactory,
    ValidationRuleFactory,
    VoucherFactory,
)
from tests.promotions.previews.conftest import Shop, asks, collection, rule


def proposal(chance: Random, shop: Shop) -> Proposal:
    """Any discount with any conditions, times, places and budgets; it may be one that nobody can get."""
    document = rule(*_conditions(chance, shop), **_targets(chance, shop))
    wire = _discount(chance, shop, has_targets="applicable_to" in document)
    starts = NOW + timedelta(hours=chance.choice([-30, -1, 0, 30]))
    days = tuple(sorted(chance.sample(range(7), chance.randint(1, 6)))) if chance.random() < 0.4 else None
    hours = {"daily": [{"days_of_week": [1, 2, 3], "start_time": "09:00", "expiration_time": "18:00"}]}
    return Proposal(
        name="Chance",
        campaign="Chance",
        discount=wire,
        rules=(document,) if document["rules"] or len(document) > 1 else (),
        starts_at=starts if chance.random() < 0.6 else None,
        ends_at=starts + timedelta(days=chance.randint(1, 20)) if chance.random() < 0.6 else None,
        days_of_week=days,
        validity_hours=hours if days is None and chance.random() < 0.3 else None,
        places=(f"stores:{shop.poland.public_id}",) if chance.random() < 0.3 else (),
        codes=chance.choice([None, Codes(uses=1), Codes(type="STANDALONE", code="ONE", uses=None)]),
        budgets=_budgets(chance),
    )


def stored(one: Proposal, shop: Shop) -> PromotionTier | Voucher:
    """The same as rows, which is what the API decides about."""
    times: dict[str, Any] = {
        "starts_at": one.starts_at,
        "ends_at": one.ends_at,
        "days_of_week": list(one.days_of_week) if one.days_of_week else None,
        "validity_hours": one.validity_hours,
    }
    wire = discounts.stored(effects.to_wire(one.effect), InvalidCampaignParams)
    if one.codes is None:
        campaign = CampaignFactory(promotion=True, name=one.campaign, **times)
        row: PromotionTier | Voucher = PromotionTierFactory(campaign=campaign, name=one.name, discount=wire)
    else:
        campaign = CampaignFactory(name=one.campaign, discount=wire, type=one.codes.type, **times)
        row = VoucherFactory(
            code="ONE", code_key="ONE", campaign=campaign, redemption_quantity=one.codes.uses
        )
    for document in one.rules:
        parse(document)
        columns = {part: document.get(part) or {} for part in ("rules", "applicable_to", "bundle_rules")}
        RuleAssignmentFactory(rule=ValidationRuleFactory(**columns), campaign=campaign)
    for pool in one.budgets:
        names = ("limit", "measure", "period", "per", "policy")
        draw(BudgetFactory(name=pool.name, **{name: getattr(pool, name) for name in names}), campaign)
    if one.places:
        areas.applies_in(campaign, all_stores_of=shop.poland)
    return row


def plan(one: Proposal) -> PromotionPlan:
    """The same as the wizard compiles it."""
    wish = None
    if one.budgets:
        (pool,) = one.budgets
        names = ("limit", "measure", "period", "per", "policy")
        wish = BudgetWish(**{name: getattr(pool, name) for name in names})
    kinds = Campaign.CampaignType
    times = ("starts_at", "ends_at", "days_of_week", "validity_hours", "places")
    return PromotionPlan(
        kind=kinds.PROMOTION if one.codes is None else kinds.DISCOUNT_COUPONS,
        name=one.campaign,
        discount=None if one.codes is None else one.discount,
        tiers=(TierPlan(name=one.name, discount=one.discount or {}),) if one.codes is None else (),
        conditions=one.rules[0] if one.rules else {},
        codes=None
        if one.codes is None
        else CodePlan(type=one.codes.type, code=one.codes.code, count=1, uses=one.codes.uses),
        budget=wish,
        **{name: getattr(one, name) for name in times},
    )


def is_stored(campaign: str) -> bool:
    return Campaign.objects.filter(name=campaign).exists()


def _discount(chance: Random, shop: Shop, *, has_targets: bool) -> dict[str, Any]:
    mug = shop.mug.public_id
    found: list[dict[str, Any]] = [
        {"type": "PERCENT", "percent_off": chance.choice([5, 20, 60, 100]), "effect": "APPLY_TO_ORDER"},
        {"type": "AMOUNT", "amount_off": chance.choice([300, 2_000]), "effect": "APPLY_TO_ORDER"},
        {"type": "FIXED", "fixed_amount": 1_000, "effect": "APPLY_TO_ORDER"},
        {"type": "UNIT", "unit_off": 1, "unit_type": mug, "effect": "ADD_NEW_ITEMS"},
        {"type": "UNIT", "unit_off": 1, "unit_type": mug, "effect": "ADD_MISSING_ITEMS"},
    ]
    if has_targets:
        found += 2 * [
            {"type": "PERCENT", "percent_off": chance.choice([10, 50, 100]), "effect": "APPLY_TO_ITEMS"},
            {"type": "AMOUNT", "amount_off": 250, "effect": "APPLY_TO_ITEMS_BY_QUANTITY"},
            {"type": "FIXED", "fixed_amount": 500, "effect": "APPLY_TO_ITEMS"},
            {"type": "UNIT", "unit_off": 1, "effect": "ADD_SAME_ITEMS"},
        ]
    return chance.choice(found)


def _conditions(chance: Random, shop: Shop) -> list[dict[str, Any]]:
    coffee = {"object": "products_collection", "id": shop.coffee.public_id}
    enough = asks("order.items.aggregated_quantity", "$more_than_or_equal", chance.randint(1, 5))
    rules = [
        asks("customer.segment", "$is", shop.vip.public_id),
        asks("customer.segment", "$is_not", shop.vip.public_id),
        asks("customer.segment", "$is", shop.big.public_id),
        asks("customer.metadata", "$is", "gold", property="tier"),
        asks("order.amount", "$more_than_or_equal", chance.choice([500, 3_000, 12_000])),
        asks("order.amount", "$less_than", 5_000),
        asks("order.items.count", "$more_than", chance.randint(0, 4)),
        asks("order.items.any", "$is", coffee, rules={"1": enough}),
        asks("order.items.none", "$is", {"object": "product", "id": shop.mug.public_id}),
        asks("order.items.every", "$is", coffee),
        asks("order.metadata", "$is", "web", property="source"),
        asks("redemption.metadata", "$more_than", 2, property="visits"),
        asks("redemption.date", "$dow", *chance.sample(range(7), 3)),
        asks("campaign.redemptions.customers_count", "$less_than_or_equal", 1),
        asks("campaign.redemptions.count.daily", "$less_than", 100),
        asks("campaign.orders.amount_discounted", "$less_than", 100_000),
    ]
    return chance.sample(rules, chance.randint(0, 3))


def _targets(chance: Random, shop: Shop) -> dict[str, Any]:
    if chance.random() < 0.4:
        return {}
    entry = collection(shop.coffee)
    how = chance.choice([{}, {"target": "UNIT", "skip_initially": 1, "repeat": 2}, {"quantity_limit": 1}])
    excluded = [{"object": "product", "id": shop.espresso.public_id}] if chance.random() < 0.3 else []
    return {"applicable_to": {"included": [{**entry, **how}], "excluded": excluded}}


def _budgets(chance: Random) -> tuple[Pool, ...]:
    if chance.random() < 0.5:
        return ()
    policy = chance.choice(["REFUSE", "GIVE_WHAT_IS_LEFT"])
    measure, limit = chance.choice([("DISCOUNT", 700), ("DISCOUNT", 500_000), ("REDEMPTIONS", 5)])
    if measure != "DISCOUNT":
        policy = "REFUSE"  # there is no part of a redemption
    per = chance.choice(["TOTAL", "CUSTOMER"])
    period = chance.choice(["EVER", "DAY"])
    return (Pool(name="Pot", limit=limit, measure=measure, policy=policy, per=per, period=period),)
