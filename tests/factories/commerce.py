"""Rows of `commerce` for tests. Dates are fixed; every row gets its own `source_id`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import factory
from django.db.models import QuerySet
from factory.django import DjangoModelFactory

from commerce.models import (
    Customer,
    CustomEvent,
    Order,
    OrderItem,
    Product,
    ProductCollection,
    ProductCollectionItem,
    Segment,
    SegmentMembership,
    Sku,
)

CREATED_AT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


def own_collections() -> QuerySet[ProductCollection]:
    """Without the one that is always there."""
    return ProductCollection.objects.exclude(public_id="pc_all")


class CustomerFactory(DjangoModelFactory[Customer]):
    class Meta:
        model = Customer

    source_id = factory.Sequence(lambda n: f"customer-{n}")
    name = factory.Sequence(lambda n: f"Customer {n}")
    email = factory.Sequence(lambda n: f"customer{n}@shop.example")
    created_at = CREATED_AT


class SegmentFactory(DjangoModelFactory[Segment]):
    class Meta:
        model = Segment

    name = factory.Sequence(lambda n: f"Segment {n}")
    created_at = CREATED_AT


class SegmentMembershipFactory(DjangoModelFactory[SegmentMembership]):
    class Meta:
        model = SegmentMembership

    segment = factory.SubFactory(SegmentFactory)
    customer = factory.SubFactory(CustomerFactory)
    entered_at = CREATED_AT


class ProductFactory(DjangoModelFactory[Product]):
    class Meta:
        model = Product

    source_id = factory.Sequence(lambda n: f"product-{n}")
    name = factory.Sequence(lambda n: f"Product {n}")
    price = 1000
    created_at = CREATED_AT


class SkuFactory(DjangoModelFactory[Sku]):
    class Meta:
        model = Sku

    product = factory.SubFactory(ProductFactory)
    source_id = factory.Sequence(lambda n: f"sku-{n}")
    sku = factory.Sequence(lambda n: f"SKU {n}")
    price = 1200
    created_at = CREATED_AT


class ProductCollectionFactory(DjangoModelFactory[ProductCollection]):
    class Meta:
        model = ProductCollection
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Collection {n}")
    created_at = CREATED_AT

    @factory.post_generation
    def products(self, create: bool, extracted: list[Product | Sku] | None, **kwargs: Any) -> None:
        """`ProductCollectionFactory(products=[product, sku])` fills a fixed list."""
        for position, article in enumerate(extracted or []):
            named = {"sku": article} if isinstance(article, Sku) else {"product": article}
            ProductCollectionItem.objects.create(collection=self, position=position, **named)


class OrderFactory(DjangoModelFactory[Order]):
    """`OrderFactory(amount=5000)`: totals follow, without any discount."""

    class Meta:
        model = Order

    source_id = factory.Sequence(lambda n: f"order-{n}")
    customer = factory.SubFactory(CustomerFactory)
    amount = 1000
    total_amount = factory.LazyAttribute(lambda order: order.amount)
    created_at = CREATED_AT


class OrderItemFactory(DjangoModelFactory[OrderItem]):
    class Meta:
        model = OrderItem

    order = factory.SubFactory(OrderFactory)
    position = factory.Sequence(lambda n: n)
    product = factory.SubFactory(ProductFactory)
    source_id = factory.LazyAttribute(lambda item: item.product.source_id if item.product else "")
    related_object = OrderItem.RelatedObject.PRODUCT
    quantity = 1
    initial_quantity = factory.SelfAttribute("quantity")
    price = 1000
    amount = factory.LazyAttribute(lambda item: item.price * item.quantity)
    initial_amount = factory.SelfAttribute("amount")


class CustomEventFactory(DjangoModelFactory[CustomEvent]):
    class Meta:
        model = CustomEvent

    name = "cart_left"
    customer = factory.SubFactory(CustomerFactory)
    channel = "API"
    created_at = CREATED_AT
