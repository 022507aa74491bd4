"""Forty-five days of business: orders, redemptions, refusals and returns, through the services of the API."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Final

from commerce.models import Customer
from commerce.selectors.orders import ItemSpec, OrderSpec
from commerce.services import orders
from core.actors import Actor
from demo_store.seed.catalogue import PRODUCTS
from promotions.models import PromotionTier, Voucher
from promotions.redeemables import NotRedeemable, Requested
from promotions.services import redemptions, rollbacks
from promotions.services.rollbacks import RollbackSpec
from promotions.services.validations import DecisionSpec

DAYS: Final = 45
_CHANNELS: Final = ("web", "web", "web", "mobile", "mobile", "store-gdansk", "store-krakow")
_WRONG_CODES: Final = ("SUMMER12", "CREW30", "BLACK25", "WELCOME", "AUTUMN51", "FRIEND")


def load(*, people: list[Customer], today: datetime, now: datetime, random: Random, actor: Actor) -> None:
    codes = _codes_to_spend(random)
    tiers = list(PromotionTier.objects.filter(campaign__name="Offers in the shop").order_by("hierarchy"))
    for day in range(-DAYS, 1):
        for number in range(random.randrange(5, 13)):
            minutes = random.randrange(8 * 60, 21 * 60)
            at = today + timedelta(days=day, minutes=minutes)
            if at < now:
                order = _basket(random, f"demo-{day + DAYS:02}-{number:02}")
                _shop(
                    order, people, codes, tiers, at, random, replace(actor, channel=random.choice(_CHANNELS))
                )


def _shop(
    order: OrderSpec,
    people: list[Customer],
    codes: Iterator[str],
    tiers: list[PromotionTier],
    at: datetime,
    random: Random,
    actor: Actor,
) -> None:
    """One visit: a third pay the full price, the others try a code or an offer of the shop."""
    customer = {"source_id": random.choice(people).source_id}
    dice = random.random()
    if dice < 0.3:
        orders.upsert(spec=replace(order, status="PAID", customer=customer), actor=actor, now=at)
        return
    requested: list[Requested] = []
    if dice < 0.55:
        requested.append(Requested(object="promotion_tier", id=_offer(tiers, at, random).public_id))
    if dice > 0.45:
        wrong = random.random() < 0.12
        requested.append(
            Requested(object="voucher", id=random.choice(_WRONG_CODES) if wrong else next(codes))
        )
    spec = DecisionSpec(redeemables=tuple(requested), order=order, customer=customer)
    try:
        used = redemptions.redeem(spec=spec, actor=actor, now=at)
    except NotRedeemable:
        # The customer pays without it; the refusal is on record.
        orders.upsert(spec=replace(order, status="PAID", customer=customer), actor=actor, now=at)
        return
    if random.random() < 0.05:
        head = used.parent or used.redemptions[0]
        rollbacks.roll_back(
            redemption_id=head.public_id,
            spec=RollbackSpec(reason="Goods returned"),
            actor=actor,
            now=at + timedelta(hours=1),
            stacked=True,
        )


def _offer(tiers: list[PromotionTier], at: datetime, random: Random) -> PromotionTier:
    """What the shop's page shows at that moment; now and then somebody comes too late for an offer."""
    every_order, weekend, happy_hour = tiers
    if random.random() < 0.08:
        return random.choice(tiers)
    if at.weekday() >= 5:
        return weekend
    return happy_hour if at.hour in (16, 17) else every_order


def _basket(random: Random, source_id: str) -> OrderSpec:
    chosen = random.sample(PRODUCTS, k=random.choice((1, 1, 2, 2, 3, 4, 5)))
    items = tuple(
        ItemSpec(source_id=product, related_object="product", quantity=random.choice((1, 1, 1, 2, 3)))
        for product, *_ in chosen
    )
    return OrderSpec(source_id=source_id, items=items)


def _codes_to_spend(random: Random) -> Iterator[str]:
    """Mostly generic codes, and now and then the next unique one."""
    unique = list(
        Voucher.objects.filter(
            redemption_quantity=1,
            campaign__name__in=["Autumn beans", "Thank you for reading", "Come back soon"],
        )
        .order_by("code")
        .values_list("code", flat=True)
    )
    random.shuffle(unique)
    while True:
        if unique and random.random() < 0.45:
            yield unique.pop()
        else:
            yield random.choice(("WELCOME10", "WELCOME10", "AUTUMN15", "FRIEND5"))
