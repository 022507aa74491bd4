"""The index answers what asking every single redeemable would answer: random baskets in the demo shop."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest

from commerce.models import Customer, ProductCollection, Segment
from commerce.selectors import orders
from commerce.selectors.orders import ItemSpec, OrderSpec
from core import project
from core.actors import Actor
from demo_store.seed import catalogue, people
from demo_store.seed import offers as demo_offers
from engine import Status, evaluate
from promotions.models import Campaign, PromotionTier, ValidationRule, ValidationRuleAssignment, Voucher
from promotions.redeemables import Requested
from promotions.selectors import snapshots
from promotions.selectors.scenarios import SCOPES, Scenario
from promotions.selectors.snapshots import Asking
from promotions.services import qualifications
from promotions.services.qualifications import QualificationSpec, SortingRule
from tests.factories.promotions import CampaignFactory, PromotionTierFactory, VoucherFactory, amount, percent

pytestmark = pytest.mark.django_db

BASKETS = 20
SOURCE_IDS = tuple(row[0] for row in catalogue.PRODUCTS)


def condition(random: Random) -> dict[str, Any]:
    """One rule of any family that the demo shop gives a meaning."""
    collections = list(ProductCollection.objects.order_by("pk").values_list("public_id", flat=True))
    segments = list(Segment.objects.order_by("pk").values_list("public_id", flat=True))
    article = {"object": "product", "source_id": random.choice(SOURCE_IDS), "id": "unknown"}
    collection = {"object": "products_collection", "id": random.choice(collections)}
    quantifier = random.choice(("any", "every", "none", "cheapest", "most_expensive"))
    return random.choice(
        (
            {
                "name": f"order.items.{quantifier}",
                "conditions": {"$is": [random.choice((article, collection))]},
            },
            {"name": "order.initial_amount", "conditions": {"$more_than": [random.randrange(50_000)]}},
            {"name": "order.total_amount", "conditions": {"$less_than": [random.randrange(20_000)]}},
            {"name": "order.items.count", "conditions": {"$less_than_or_equal": [random.randrange(1, 9)]}},
            {
                "name": "customer.segment",
                "conditions": {random.choice(("$is", "$is_not")): [random.choice(segments)]},
            },
            {"name": "customer.metadata", "property": "tier", "conditions": {"$in": ["gold", "silver"]}},
            {"name": "redemption.count.per_customer", "conditions": {"$less_than": [1]}},
        )
    )


def discount(random: Random) -> dict[str, Any]:
    free = {"type": "UNIT", "unit_off": 1, "unit_type": random.choice(SOURCE_IDS)}
    return random.choice(
        (
            percent(random.randrange(1, 60)),
            amount(random.randrange(1, 5000)),
            {"type": "PERCENT", "percent_off": 25, "effect": "APPLY_TO_ITEMS"},
            {"type": "FIXED", "fixed_amount": random.randrange(9000), "effect": "APPLY_TO_ORDER"},
            {**free, "effect": random.choice(("ADD_MISSING_ITEMS", "ADD_NEW_ITEMS"))},
        )
    )


def populate(random: Random, now: datetime) -> None:
    """The demo shop, and a hundred redeemables with rules drawn at random."""
    actor = Actor.system("tests")
    catalogue.load(actor=actor, now=now)
    people.load(random=random, actor=actor, now=now)
    demo_offers.load(today=now, actor=actor)
    collections = list(ProductCollection.objects.order_by("pk").values_list("public_id", flat=True))
    for number in range(100):
        values: dict[str, Any] = {"discount": discount(random), "created_at": now - timedelta(hours=number)}
        if random.random() < 0.3:
            values["ends_at"] = now + timedelta(hours=random.randrange(-5, 5))
        owner: Any = PromotionTierFactory(**values) if number % 2 else VoucherFactory(**values)
        targets = {"included": [{"object": "products_collection", "id": random.choice(collections)}]}
        rule = ValidationRule.objects.create(
            name=f"rule {number}",
            created_at=now,
            rules={
                **{str(n): condition(random) for n in range(1, random.randrange(2, 4))},
                "logic": random.choice(("", "1")),
            },
            applicable_to=random.choice((targets, {})),
        )
        column = "promotion_tier" if isinstance(owner, PromotionTier) else "voucher"
        ValidationRuleAssignment.objects.create(rule=rule, created_at=now, **{column: owner})
    CampaignFactory(type=Campaign.Type.STANDALONE).vouchers.create(
        code="ONLY", code_key="ONLY", created_at=now
    )


def basket(random: Random) -> OrderSpec:
    chosen = random.sample(SOURCE_IDS, random.randrange(1, 8))
    return OrderSpec(
        items=tuple(ItemSpec(source_id=name, quantity=random.randrange(1, 5)) for name in chosen),
        metadata={"channel": random.choice(("web", "app"))},
    )


def naive(spec: QualificationSpec, customer: Customer | None, now: datetime) -> dict[str, int]:
    """Every code that is nobody's and every tier, one after the other, as validation would decide."""
    asking = Asking(
        order=orders.resolve(spec.order) if spec.order else None,
        customer=customer,
        payload=spec.customer,
        settings=project.current(),
        actor=Actor.system("tests"),
        now=now,
    )
    codes = Voucher.objects.filter(holder=None).exclude(campaign__type__in=["STATIC", "AUTO_UPDATE"])
    requested = [Requested(object="voucher", id=code) for code in codes.values_list("code", flat=True)]
    tiers = PromotionTier.objects.values_list("public_id", flat=True)
    requested += [Requested(object="promotion_tier", id=tier_id) for tier_id in tiers]
    asking.settings.redeemables_limit = len(requested)
    loaded = snapshots.load(requested=tuple(requested), asking=asking)
    found = {}
    for entry in loaded.found:
        alone = replace(loaded.snapshot, candidates=(entry.candidate,))
        step = evaluate(alone, omit=SCOPES[Scenario.ALL].omit).steps[0]
        if step.status is Status.APPLICABLE and step.order is not None:
            found[entry.requested.id] = step.order.total_applied_discount_amount
    return found


def test_finds_what_asking_every_redeemable_finds(now: datetime) -> None:
    random = Random(19)
    populate(random, now)
    buyers = list(Customer.objects.order_by("pk"))
    sizes = set()

    for _ in range(BASKETS):
        customer = random.choice(buyers)
        spec = QualificationSpec(
            order=basket(random),
            customer={"id": customer.public_id},
            limit=1000,
            sorting_rule=SortingRule.BEST_DEAL,
        )
        answer = qualifications.qualify(spec=spec, actor=Actor.system("tests"), now=now)
        hits = {hit.found.requested.id: hit.step.order for hit in answer.hits if hit.offer.holder_role == ""}
        worth = {name: order.total_applied_discount_amount for name, order in hits.items() if order}

        assert worth == naive(spec, customer, now)
        deals = [order.total_applied_discount_amount for order in hits.values() if order]
        assert deals == sorted(deals, reverse=True)
        assert answer.total == len(answer.hits)
        sizes.add(len(hits))

    assert min(sizes) > 5
    assert len(sizes) > 5
