"""A small shop: two collections, two segments, an area with a store, some orders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from commerce.models import Customer, Product, ProductCollection, Segment
from core.models import Area, ProjectSettings, Store
from promotions.previews.bench import Bench
from promotions.previews.pantry import Pantry, stocked
from promotions.previews.proposal import Proposal
from tests.conftest import NOW
from tests.factories.commerce import (
    CustomerFactory,
    OrderFactory,
    OrderItemFactory,
    ProductCollectionFactory,
    ProductFactory,
    SegmentFactory,
    SegmentMembershipFactory,
)


@dataclass(frozen=True, kw_only=True)
class Shop:
    espresso: Product
    filter: Product
    mug: Product
    coffee: ProductCollection
    vip: Segment
    big: Segment
    anna: Customer
    bert: Customer
    poland: Area
    warsaw: Store
    berlin: Store
    settings: ProjectSettings


@pytest.fixture
def shop(settings_row: ProjectSettings) -> Shop:
    espresso = ProductFactory(name="Espresso", price=1_500, metadata={"roast": "dark"})
    filter_coffee = ProductFactory(name="Filter coffee", price=900)
    mug = ProductFactory(name="Mug", price=700)
    vip = SegmentFactory(name="VIP")
    big = SegmentFactory(
        name="Big spenders",
        type=Segment.Type.PASSIVE,
        filter={
            "junction": "and",
            "summary.orders.total_amount": {"conditions": {"$more_than": [10_000]}},
        },
    )
    anna = CustomerFactory(name="Anna", orders_total_amount=20_000, orders_count=2, metadata={"tier": "gold"})
    bert = CustomerFactory(name="Bert")
    SegmentMembershipFactory(segment=vip, customer=anna)
    poland = Area.objects.create(
        name="Poland", time_zone="Europe/Warsaw", currency="PLN", country="PL", created_at=NOW
    )
    germany = Area.objects.create(
        name="Germany", time_zone="Europe/Berlin", currency="EUR", country="DE", created_at=NOW
    )
    for ago, (product, units) in enumerate(((mug, 2), (espresso, 1), (filter_coffee, 3)), start=1):
        order = OrderFactory(
            customer=anna, amount=product.price * units + 700, created_at=NOW - timedelta(days=ago)
        )
        OrderItemFactory(order=order, product=product, price=product.price, quantity=units)
        OrderItemFactory(order=order, product=mug, price=700, quantity=1)
    return Shop(
        espresso=espresso,
        filter=filter_coffee,
        mug=mug,
        coffee=ProductCollectionFactory(name="Coffee", products=[espresso, filter_coffee]),
        vip=vip,
        big=big,
        anna=anna,
        bert=bert,
        poland=poland,
        warsaw=Store.objects.create(area=poland, name="Warsaw 1", code="waw-1", created_at=NOW),
        berlin=Store.objects.create(area=germany, name="Berlin 1", code="ber-1", created_at=NOW),
        settings=settings_row,
    )


def percent(off: int, *, on_items: bool = False) -> dict[str, Any]:
    effect = "APPLY_TO_ITEMS" if on_items else "APPLY_TO_ORDER"
    return {"type": "PERCENT", "percent_off": off, "effect": effect}


def rule(*rules: Mapping[str, Any], logic: str = "", **parts: Any) -> dict[str, Any]:
    """A document: `rule(asks("order.amount", "$more_than", 500))`."""
    numbered: dict[str, Any] = {str(number): dict(one) for number, one in enumerate(rules, 1)}
    if logic:
        numbered["logic"] = logic
    return {"rules": numbered, **parts}


def asks(name: str, operator: str, *operands: Any, **more: Any) -> dict[str, Any]:
    return {"name": name, "conditions": {operator: list(operands)}, **more}


def collection(one: ProductCollection, **limits: Any) -> dict[str, Any]:
    return {"object": "products_collection", "id": one.public_id, **limits}


def only(*entries: Mapping[str, Any]) -> dict[str, Any]:
    return {"applicable_to": {"included": [dict(entry) for entry in entries]}}


def two_get_one(shop: Shop, **more: Any) -> Proposal:
    """Buy 2 get 1 in Coffee for VIPs."""
    coffee = collection(
        shop.coffee, effect="APPLY_FROM_MOST_EXPENSIVE", target="UNIT", skip_initially=2, repeat=3
    )
    of_coffee = {"object": "products_collection", "id": shop.coffee.public_id}
    enough = asks("order.items.aggregated_quantity", "$more_than_or_equal", 3)
    document = rule(
        asks("customer.segment", "$is", shop.vip.public_id),
        asks("order.items.any", "$is", of_coffee, rules={"1": enough}),
        **only(coffee),
    )
    given: dict[str, Any] = {"name": "Coffee for VIPs", "campaign": "Coffee for VIPs"}
    given |= {"discount": percent(100, on_items=True), "rules": (document,)}
    return Proposal(**{**given, **more})


def bench_of(proposal: Proposal, shop: Shop, now: datetime = NOW) -> tuple[Bench, Pantry]:
    bench = Bench(proposal, settings=shop.settings, now=now)
    return bench, stocked(bench)
