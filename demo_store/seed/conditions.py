"""Codes and promotions of the demo shop that ask for something: who buys, what is in the basket, when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from commerce.models import Customer, Product, ProductCollection, Segment
from commerce.selectors.orders import OrderSpec
from core.actors import Actor
from demo_store.seed.offers import PREPARED_BEFORE, amount, percent
from engine.items import SHIPPING_ID
from promotions.models import Campaign
from promotions.redeemables import Requested
from promotions.services import campaigns, redemptions, validation_rules, vouchers
from promotions.services.campaigns import CampaignSpec
from promotions.services.tiers import TierSpec
from promotions.services.validations import DecisionSpec
from promotions.services.vouchers import VoucherSpec

type Wire = dict[str, Any]

ON_ITEMS: Final = {"effect": "APPLY_TO_ITEMS"}
HAPPY_HOURS: Final = {
    "daily": [{"days_of_week": [1, 2, 3, 4, 5], "start_time": "15:00", "expiration_time": "17:00"}]
}


@dataclass(frozen=True, kw_only=True)
class _Rule:
    """The wire's parts of a rule: `conditions` are all asked for; `on` are the articles that get cheaper."""

    name: str
    conditions: tuple[Wire, ...] = ()
    on: tuple[Wire, ...] = ()
    bundle: tuple[Wire, ...] = ()
    message: str = ""

    def values(self) -> Wire:
        values: Wire = {"name": self.name}
        if self.conditions:
            values["rules"] = _numbered(self.conditions)
        if self.on:
            values["applicable_to"] = {"included": list(self.on)}
        if self.bundle:
            values["bundle_rules"] = {**_numbered(self.bundle), "limit": 3}
        if self.message:
            values["error"] = {"message": self.message}
        return values


@dataclass(frozen=True, kw_only=True)
class _Offer:
    """`name` is a code, or what a promotion is called."""

    name: str
    discount: Mapping[str, Any]
    rule: _Rule | None = None
    more: Wire = field(default_factory=dict)


def load(*, today: datetime, actor: Actor) -> None:
    """`today` is midnight of the project's day."""
    now = today - timedelta(days=30)
    for offer in _codes():
        vouchers.create(
            spec=VoucherSpec(
                code=offer.name,
                values={"discount": offer.discount, "redemption_quantity": None, **offer.more},
                rules=_made(offer, actor, now),
            ),
            actor=actor,
            now=now,
        )
    tiers = tuple(
        TierSpec(
            values={"name": offer.name, "discount": offer.discount, **offer.more},
            rules=_made(offer, actor, now),
        )
        for offer in _promotions()
    )
    campaigns.create(
        spec=CampaignSpec(
            kind=Campaign.CampaignType.PROMOTION,
            tiers=tiers,
            values={"name": "Basket offers", "starts_at": now, "category": "Always on"},
        ),
        actor=actor,
        now=now - PREPARED_BEFORE,
    )


def load_uses(*, people: list[Customer], today: datetime, actor: Actor) -> None:
    """Who used the code that everybody has once: the first customer."""
    spec = DecisionSpec(
        redeemables=(Requested(object="voucher", id="FIRST10"),),
        order=OrderSpec(source_id="demo-first", amount=4500),
        customer={"source_id": people[0].source_id},
    )
    redemptions.redeem(spec=spec, actor=actor, now=today - timedelta(days=3, hours=9))


def _codes() -> tuple[_Offer, ...]:
    coffee = _collection("Coffee")
    vip = Segment.objects.get(name="VIP").public_id
    beans, tea = _product("beans-harbour"), _product("tea-mint")
    return (
        _Offer(
            name="VIP20",
            discount=percent(20, limit=4000),
            rule=_Rule(
                name="VIP customers only",
                conditions=(_asks("customer.segment", "$is", vip),),
                message="This code is for our VIP customers.",
            ),
        ),
        _Offer(
            name="COFFEE20",
            discount={**percent(20), **ON_ITEMS},
            rule=_Rule(
                name="Two packs of coffee",
                conditions=(
                    {
                        **_asks("order.items.any", "$is", coffee),
                        "rules": _numbered(
                            (_asks("order.items.aggregated_quantity", "$more_than_or_equal", 2),)
                        ),
                    },
                ),
                on=(coffee,),
            ),
        ),
        _Offer(
            name="HARBOUR50",
            discount=amount(1000),
            rule=_Rule(name="From 50.00", conditions=(_asks("order.amount", "$more_than_or_equal", 5000),)),
        ),
        _Offer(
            name="FIRST10",
            discount=percent(10),
            rule=_Rule(
                name="Once per customer",
                conditions=(_asks("redemption.count.per_customer", "$less_than_or_equal", 1),),
            ),
        ),
        _Offer(name="HAPPY15", discount=percent(15), more={"validity_hours": HAPPY_HOURS}),
        _Offer(name="HALF", discount=percent(50, limit=10_000), more={"category": "Exclusive deals"}),
        _Offer(name="FREESHIP", discount=_free(SHIPPING_ID), more={"category": "Service"}),
        _Offer(
            name="THIRDFREE",
            discount=_free(beans["id"], effect="ADD_NEW_ITEMS"),
            rule=_Rule(name="Two Harbour Blends, one more free", bundle=(_units_of(beans, 2),)),
        ),
        _Offer(
            name="MINTGIFT",
            discount=_free(tea["id"]),
            rule=_Rule(name="From 30.00", conditions=(_asks("order.amount", "$more_than_or_equal", 3000),)),
        ),
    )


def _promotions() -> tuple[_Offer, ...]:
    sweets, vip = _collection("Sweets"), Segment.objects.get(name="VIP").public_id
    return (
        _Offer(
            name="A tenth off Sweets for VIPs",
            discount={**percent(10), **ON_ITEMS},
            rule=_Rule(
                name="VIP customers with sweets",
                conditions=(
                    _asks("customer.segment", "$is", vip),
                    _asks("order.items.any", "$is", sweets),
                ),
                on=(sweets,),
            ),
            more={"banner": "10 % off Sweets for VIP customers"},
        ),
        _Offer(
            name="Tea time",
            discount={**amount(100), "effect": "APPLY_TO_ITEMS_BY_QUANTITY"},
            rule=_Rule(
                name="Any tea",
                conditions=(_asks("order.items.any", "$is", _collection("Tea")),),
                on=(_collection("Tea"),),
            ),
            more={"banner": "1.00 off every packet of tea"},
        ),
    )


def _made(offer: _Offer, actor: Actor, now: datetime) -> tuple[str, ...]:
    if offer.rule is None:
        return ()
    rule = validation_rules.create(values=offer.rule.values(), actor=actor, now=now)
    return (rule.public_id,)


def _asks(name: str, operator: str, operand: Any) -> Wire:
    return {"name": name, "conditions": {operator: [operand]}}


def _units_of(article: Wire, number: int) -> Wire:
    needed = _asks("order.items.aggregated_quantity", "$is", number)
    return {**_asks("order.items.any", "$is", article), "rules": _numbered((needed,))}


def _numbered(rules: tuple[Wire, ...]) -> Wire:
    """The wire's form of several rules that must all hold."""
    keys = [str(number) for number in range(1, len(rules) + 1)]
    return {**dict(zip(keys, rules, strict=True)), "logic": " and ".join(keys)}


def _free(article_id: str, *, effect: str = "ADD_MISSING_ITEMS") -> Wire:
    return {"type": "UNIT", "unit_off": 1, "unit_type": article_id, "effect": effect}


def _collection(name: str) -> Wire:
    return {
        "object": "products_collection",
        "id": ProductCollection.objects.get(name=name).public_id,
    }


def _product(source_id: str) -> Wire:
    return {
        "object": "product",
        "id": Product.objects.get(source_id=source_id).public_id,
        "source_id": source_id,
    }
