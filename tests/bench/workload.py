"""Promotions and orders from a seed: 5,000 products, 200 collections, promotions with 1 to 4 conditions.

Every promotion is about an article, a collection or a segment, then about up to three more things. All live
and have validity dates; three of ten have a budget, two of ten are codes with a number of uses, one of ten
joins two of its conditions by "or". Engines are given the same promotions and orders.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from engine.applicability import Applicability, Entry
from engine.basket import Basket, Line
from engine.effects import AmountOffItems, AmountOffOrder, Effect, PercentOffItems, PercentOffOrder
from engine.items import ItemObject, ItemRef
from engine.rules.tree import All, Any_, Condition, Leaf, Operator, Rule, RuleSet
from engine.snapshot import Candidate, Customer, RedeemableObject, Snapshot, Uses
from engine.validity import Validity

NOW: Final = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
PRODUCTS: Final = 5000
COLLECTIONS: Final = 200
SEGMENTS: Final = 200
TIERS: Final = ("bronze", "silver", "gold", "platinum")
CHANNELS: Final = ("web", "app", "store", "phone")
BUDGET: Final = "campaign.orders.amount_discounted"


@dataclass(frozen=True, slots=True)
class Product:
    id: str
    price: int
    collections: tuple[str, ...]


def products(seed: int = 1) -> list[Product]:
    chance = random.Random(f"products {seed}")
    return [
        Product(
            id=f"prod_{number:05}",
            price=chance.choice([99, 199, 349, 499, 799, 1299, 1999, 4999]),
            collections=tuple(
                sorted(f"pc_{at:03}" for at in chance.sample(range(COLLECTIONS), chance.choice([1, 1, 1, 2])))
            ),
        )
        for number in range(PRODUCTS)
    ]


def candidates(count: int, seed: int = 1) -> Iterator[Candidate]:
    """The first `count` promotions; more of them begin with the same ones."""
    chance = random.Random(f"promotions {seed}")
    for number in range(count):
        yield _candidate(number, chance)


def orders(count: int, lines: int, seed: int = 1) -> list[Snapshot]:
    """Orders of as many different lines, each from a customer, one every seven seconds."""
    chance = random.Random(f"orders {seed} {lines}")
    known = products(seed)
    return [_order(chance, known, lines, NOW + timedelta(seconds=7 * number)) for number in range(count)]


def _order(chance: random.Random, known: list[Product], lines: int, now: datetime) -> Snapshot:
    return Snapshot(
        now=now,
        basket=Basket(
            lines=tuple(
                Line(
                    product_id=product.id,
                    price=product.price,
                    quantity=chance.choice([1, 1, 1, 2, 3]),
                    collections=product.collections,
                )
                for product in chance.sample(known, lines)
            ),
            metadata={"channel": chance.choice(CHANNELS)},
        ),
        customer=Customer(
            id="cust_1",
            segments=tuple(f"seg_{at:03}" for at in chance.sample(range(SEGMENTS), 3)),
            metadata={"tier": chance.choice(TIERS)},
        ),
    )


def _candidate(number: int, chance: random.Random) -> Candidate:
    article = _article(chance)
    kinds = [*chance.choices(_TARGETED, (6, 2, 2)), *chance.sample(_GENERAL, chance.randint(0, 3))]
    conditions = [kind(chance, article) for kind in kinds]
    rules = [replace(rule, key=str(at)) for at, rule in enumerate(conditions, start=1)]
    logic = All(of=tuple(Leaf(key=rule.key) for rule in rules))
    if len(rules) > 2 and chance.random() < 0.3:
        logic = All(of=(Leaf(key="1"), Any_(of=(Leaf(key="2"), Leaf(key="3"))), *logic.of[3:]))
    counts = {}
    if chance.random() < 0.3:
        limit = chance.randrange(100_000, 10_000_000)
        counts[BUDGET] = chance.randrange(limit)
        budget = _compared(BUDGET, Operator.LESS_THAN_OR_EQUAL, limit, key="budget")
        rules.append(budget)
        logic = All(of=(*logic.of, Leaf(key="budget")))
    effect = _effect(chance)
    on_items = isinstance(effect, PercentOffItems | AmountOffItems)
    targets = Applicability(included=(Entry(item=article),)) if on_items else Applicability()
    is_code = chance.random() < 0.2
    return Candidate(
        key=f"CODE-{number}" if is_code else f"promo_{number}",
        object=RedeemableObject.VOUCHER if is_code else RedeemableObject.PROMOTION_TIER,
        validity=Validity(
            starts_at=NOW - timedelta(seconds=chance.randrange(1, 90 * 86_400)),
            ends_at=NOW + timedelta(seconds=chance.randrange(2 * 86_400, 90 * 86_400)),
        ),
        uses=Uses(quantity=1000, used=chance.randrange(1000)) if is_code else Uses(),
        discount=effect,
        rules=(RuleSet(rules=tuple(rules), logic=logic, applicable_to=targets),),
        counts=counts,
    )


def _effect(chance: random.Random) -> Effect:
    percent = Decimal(chance.choice([3, 5, 7, 10, 12, 15, 20, 25, 30, 40, 50]))
    amount = chance.choice([50, 100, 200, 300, 500, 750, 1000, 1500, 2000])
    return chance.choice(
        [
            PercentOffOrder(percent_off=percent),
            PercentOffOrder(percent_off=percent, amount_limit=amount * 5),
            AmountOffOrder(amount_off=amount),
            PercentOffItems(percent_off=percent),
            PercentOffItems(percent_off=percent),
            AmountOffItems(amount_off=amount),
        ]
    )


def _article(chance: random.Random) -> ItemRef:
    if chance.random() < 0.7:
        return ItemRef(object=ItemObject.PRODUCT, id=f"prod_{chance.randrange(PRODUCTS):05}")
    return ItemRef(object=ItemObject.COLLECTION, id=f"pc_{chance.randrange(COLLECTIONS):03}")


def _compared(name: str, operator: Operator, limit: int, key: str = "") -> Rule:
    return Rule(key=key, name=name, conditions=(Condition(operator=operator, operands=(limit,)),))


def _has_article(chance: random.Random, article: ItemRef) -> Rule:
    return _items("order.items.any", article)


def _has_enough(chance: random.Random, article: ItemRef) -> Rule:
    if article.object is ItemObject.PRODUCT:
        article = ItemRef(object=ItemObject.COLLECTION, id=f"pc_{chance.randrange(COLLECTIONS):03}")
    if chance.random() < 0.5:
        limit, name = chance.choice([2, 3, 4, 5]), "order.items.aggregated_quantity"
    else:
        limit, name = chance.choice([500, 1000, 2000, 4000]), "order.items.aggregated_amount"
    below = _compared(name, Operator.MORE_THAN_OR_EQUAL, limit, key="1")
    rule = _items("order.items.any", article)
    return Rule(
        key="", name=rule.name, conditions=rule.conditions, rules=(below,), logic=All(of=(Leaf(key="1"),))
    )


def _has_none(chance: random.Random, article: ItemRef) -> Rule:
    other = ItemRef(object=ItemObject.COLLECTION, id=f"pc_{chance.randrange(COLLECTIONS):03}")
    return _items("order.items.none", other)


def _items(name: str, article: ItemRef) -> Rule:
    return Rule(key="", name=name, conditions=(Condition(operator=Operator.IS, operands=(article,)),))


def _costs(chance: random.Random, article: ItemRef) -> Rule:
    limit = chance.choice([1000, 2000, 3000, 5000, 7500, 10_000, 15_000, 20_000, 30_000])
    return _compared("order.amount", Operator.MORE_THAN_OR_EQUAL, limit)


def _counts(chance: random.Random, article: ItemRef) -> Rule:
    return _compared("order.items.count", Operator.MORE_THAN_OR_EQUAL, chance.choice([2, 3, 5, 8, 12, 20]))


def _is_in(chance: random.Random, article: ItemRef) -> Rule:
    segments = tuple(f"seg_{at:03}" for at in chance.sample(range(SEGMENTS), chance.choice([1, 1, 2])))
    return Rule(
        key="", name="customer.segment", conditions=(Condition(operator=Operator.IN, operands=segments),)
    )


def _has_tier(chance: random.Random, article: ItemRef) -> Rule:
    return _metadata("customer.metadata", "tier", chance.choice(TIERS))


def _came_by(chance: random.Random, article: ItemRef) -> Rule:
    return _metadata("order.metadata", "channel", chance.choice(CHANNELS))


def _metadata(name: str, key: str, value: str) -> Rule:
    return Rule(
        key="", name=name, property=key, conditions=(Condition(operator=Operator.IS, operands=(value,)),)
    )


_TARGETED: Final = (_has_article, _has_enough, _is_in)
_GENERAL: Final = (_has_none, _costs, _counts, _is_in, _has_tier, _came_by)
