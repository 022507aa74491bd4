"""The workload as rows of a database: the same promotions, articles and orders, made in bulk.

Eight of ten promotions are tiers, two of ten are codes that everybody may use, as in `workload`. Beside them
one campaign of codes with a rule of its own, for validating and redeeming.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from commerce.models import (
    Customer,
    Product,
    ProductCollection,
    ProductCollectionItem,
    Segment,
    SegmentMembership,
)
from core.api.fields import plain
from engine import effects
from engine.codec import encode
from engine.rules.logic import print_logic
from engine.rules.tree import Logic, Rule, RuleSet
from engine.snapshot import Candidate, RedeemableObject, Snapshot
from promotions.models import Campaign, PromotionTier, ValidationRule, ValidationRuleAssignment, Voucher
from tests.bench import workload

TIERS_EACH: Final = 100
CUSTOMERS: Final = 200
CODES: Final = 500
_AT_ONCE: Final = 2000
_CODE_RULE: Final = {"1": {"name": "order.amount", "conditions": {"$more_than_or_equal": [100]}}}
_CODE_DISCOUNT: Final = {"type": "PERCENT", "percent_off": 10, "effect": "APPLY_TO_ORDER"}


def fill(promotions: int, *, now: datetime) -> None:
    """Everything that a shop with so many live promotions has in its database."""
    articles(now)
    _customers(now)
    _promotions(list(workload.candidates(promotions)), now)
    _codes(now)


def bodies(count: int, lines: int = 10) -> Iterator[dict[str, Any]]:
    """Order and customer of requests, as a shop sends them."""
    chance = random.Random("customers")
    for order in workload.orders(count, lines):
        yield {
            "customer": {"source_id": f"customer-{chance.randrange(CUSTOMERS)}"},
            "order": order_wire(order),
        }


def code(number: int) -> str:
    return f"TEN-{number % CODES}"


def order_wire(order: Snapshot) -> dict[str, Any]:
    assert order.basket is not None
    items = [
        {
            "source_id": f"sku-{line.product_id}",
            "related_object": "product",
            "quantity": line.quantity,
            "price": line.price,
        }
        for line in order.basket.lines
    ]
    return {"items": items, "metadata": dict(order.basket.metadata)}


def articles(now: datetime) -> None:
    known = workload.products()
    products = Product.objects.bulk_create(
        (
            Product(public_id=one.id, source_id=f"sku-{one.id}", name=one.id, price=one.price, created_at=now)
            for one in known
        ),
        batch_size=_AT_ONCE,
    )
    collections = {
        row.public_id: row
        for row in ProductCollection.objects.bulk_create(
            ProductCollection(public_id=f"pc_{at:03}", name=f"Collection {at}", created_at=now)
            for at in range(workload.COLLECTIONS)
        )
    }
    ProductCollectionItem.objects.bulk_create(
        (
            ProductCollectionItem(collection=collections[name], product=row, position=row.pk)
            for row, one in zip(products, known, strict=True)
            for name in one.collections
        ),
        batch_size=_AT_ONCE,
    )


def _customers(now: datetime) -> None:
    chance = random.Random("memberships")
    segments = Segment.objects.bulk_create(
        Segment(public_id=f"seg_{at:03}", name=f"Segment {at}", created_at=now)
        for at in range(workload.SEGMENTS)
    )
    customers = Customer.objects.bulk_create(
        Customer(source_id=f"customer-{at}", metadata={"tier": chance.choice(workload.TIERS)}, created_at=now)
        for at in range(CUSTOMERS)
    )
    SegmentMembership.objects.bulk_create(
        SegmentMembership(segment=segment, customer=customer, entered_at=now)
        for customer in customers
        for segment in chance.sample(segments, 3)
    )


def _promotions(found: list[Candidate], now: datetime) -> None:
    tiers = [one for one in found if one.object is RedeemableObject.PROMOTION_TIER]
    codes = [one for one in found if one.object is RedeemableObject.VOUCHER]
    campaigns = Campaign.objects.bulk_create(
        Campaign(name=f"Promotion {at}", campaign_type=Campaign.CampaignType.PROMOTION, created_at=now)
        for at in range(-(-len(tiers) // TIERS_EACH))
    )
    tier_rows = PromotionTier.objects.bulk_create(
        (
            PromotionTier(
                campaign=campaigns[at // TIERS_EACH],
                name=one.key,
                hierarchy=at % TIERS_EACH + 1,
                **_definition(one, now),
            )
            for at, one in enumerate(tiers)
        ),
        batch_size=_AT_ONCE,
    )
    code_rows = Voucher.objects.bulk_create(
        (
            Voucher(
                code=one.key,
                code_key=one.key,
                redemption_quantity=one.uses.quantity,
                redeemed_quantity=one.uses.used,
                **_definition(one, now),
            )
            for one in codes
        ),
        batch_size=_AT_ONCE,
    )
    _rules(zip(tiers, tier_rows, strict=True), "promotion_tier", now)
    _rules(zip(codes, code_rows, strict=True), "voucher", now)


def _definition(one: Candidate, now: datetime) -> dict[str, Any]:
    """Dates of the workload are about its own today."""
    later = now - workload.NOW
    validity = one.validity
    assert validity.starts_at is not None
    assert validity.ends_at is not None
    assert one.discount is not None
    return {
        "discount": plain(effects.to_wire(one.discount)),
        "starts_at": validity.starts_at + later,
        "ends_at": validity.ends_at + later,
        "created_at": now,
    }


def _rules(pairs: Iterable[tuple[Candidate, Any]], column: str, now: datetime) -> None:
    owners = list(pairs)
    rules = ValidationRule.objects.bulk_create(
        (
            ValidationRule(name=candidate.key, created_at=now, **wire(candidate.rules[0]))
            for candidate, _ in owners
        ),
        batch_size=_AT_ONCE,
    )
    ValidationRuleAssignment.objects.bulk_create(
        (
            ValidationRuleAssignment(rule=rule, created_at=now, **{column: row})
            for rule, (_, row) in zip(rules, owners, strict=True)
        ),
        batch_size=_AT_ONCE,
    )


def wire(rules: RuleSet) -> dict[str, Any]:
    """A rule set as columns of a stored rule."""
    entries = [
        {"object": str(entry.item.object), "id": entry.item.id} for entry in rules.applicable_to.included
    ]
    return {
        "rules": _rules_wire(rules.rules, rules.logic),
        "applicable_to": {"included": entries, "excluded": [], "included_all": False} if entries else {},
    }


def _rules_wire(rules: tuple[Rule, ...], logic: Logic) -> dict[str, Any]:
    return {**{rule.key: _rule_wire(rule) for rule in rules}, "logic": print_logic(logic)}


def _rule_wire(rule: Rule) -> dict[str, Any]:
    wire: dict[str, Any] = {
        "name": rule.name,
        "conditions": {
            str(one.operator): [_operand(value) for value in one.operands] for one in rule.conditions
        },
    }
    if rule.property is not None:
        wire["property"] = rule.property
    if rule.rules:
        wire["rules"] = _rules_wire(rule.rules, rule.logic)
    return wire


def _operand(value: Any) -> Any:
    return value if isinstance(value, str | int | Mapping) else encode(value)


def _codes(now: datetime) -> None:
    campaign = Campaign.objects.create(
        name="Ten percent",
        campaign_type=Campaign.CampaignType.DISCOUNT_COUPONS,
        discount=_CODE_DISCOUNT,
        created_at=now,
    )
    rule = ValidationRule.objects.create(name="From 1.00", rules=_CODE_RULE, created_at=now)
    ValidationRuleAssignment.objects.create(rule=rule, campaign=campaign, created_at=now)
    Voucher.objects.bulk_create(
        Voucher(code=code(at), code_key=code(at), campaign=campaign, created_at=now) for at in range(CODES)
    )
