"""A small shop that has sold something: articles, customers, and orders of the last 30 days."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from tests.factories.commerce import (
    CustomerFactory,
    OrderFactory,
    OrderItemFactory,
    ProductCollectionFactory,
    ProductFactory,
    SegmentFactory,
    SegmentMembershipFactory,
    SkuFactory,
)

ORDERS = 15


def open_shop(random: Random, now: datetime) -> None:
    products = [
        ProductFactory(price=price, metadata={"category": ("coffee", "tea")[price % 2], "brand": "Harbour"})
        for price in (320, 495, 790, 1190, 1290, 1395, 2290, 2495, 3990, 5901)
    ]
    for product in products[:2]:
        SkuFactory(product=product)
    for some in (products[:4], products[3:8], products[8:]):
        ProductCollectionFactory(products=some)
    buyers = [
        CustomerFactory(metadata={"tier": tier, "children": number})
        for number, tier in enumerate(("gold", "silver", "silver", "bronze"))
    ]
    for some in (buyers[:1], buyers[1:]):
        segment = SegmentFactory()
        for buyer in some:
            SegmentMembershipFactory(segment=segment, customer=buyer)
    for number in range(ORDERS):
        lines = [(product, random.randrange(1, 5)) for product in random.sample(products, 4)]
        order = OrderFactory(
            customer=random.choice(buyers),
            amount=sum(product.price * quantity for product, quantity in lines),
            metadata={"channel": random.choice(("web", "app")), "coupons": number % 3},
            created_at=now - timedelta(days=2 * number, hours=random.randrange(24)),
        )
        for position, (product, quantity) in enumerate(lines):
            OrderItemFactory(
                order=order,
                position=position,
                product=product,
                quantity=quantity,
                price=product.price,
                metadata={"gift": position == 0},
            )
