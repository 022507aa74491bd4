from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from commerce.models import ProductCollection
from commerce.selectors.line_collections import collections_of
from commerce.selectors.order_shapes import ItemSpec, OrderSpec
from commerce.selectors.orders import resolve
from tests.factories.commerce import (
    ProductCollectionFactory,
    ProductFactory,
    SkuFactory,
)

pytestmark = pytest.mark.django_db


def lines(*items: ItemSpec):
    return resolve(OrderSpec(items=items)).lines


def test_a_product_brings_its_skus_and_a_sku_only_itself(now: datetime) -> None:
    sku = SkuFactory()
    other = SkuFactory(product=sku.product)
    of_product = ProductCollectionFactory(products=[sku.product])
    of_sku = ProductCollectionFactory(products=[sku])
    wanted = [of_product.public_id, of_sku.public_id]

    found = collections_of(
        lines(
            ItemSpec(sku_id=sku.public_id),
            ItemSpec(sku_id=other.public_id),
            ItemSpec(product_id=sku.product.public_id),
            ItemSpec(source_id="nobody knows"),
        ),
        wanted,
        now=now,
    )

    assert found == [
        tuple(sorted(wanted)),
        (of_product.public_id,),
        (of_product.public_id,),
        (),
    ]


def test_a_filter_is_tested_on_what_was_sent_over_what_is_stored(now: datetime) -> None:
    product = ProductFactory(price=1000, metadata={"brand": "Harbour"})
    dear = ProductCollectionFactory(
        type=ProductCollection.Type.AUTO_UPDATE,
        filter={"junction": "and", "price": {"conditions": {"$more_than": ["1500"]}}},
    )
    own = ProductCollectionFactory(
        type=ProductCollection.Type.AUTO_UPDATE,
        filter={"junction": "and", "metadata.brand": {"conditions": {"$is": ["Harbour"]}}},
    )

    found = collections_of(
        lines(
            ItemSpec(product_id=product.public_id),
            ItemSpec(product_id=product.public_id, product={"price": 2000}),
            ItemSpec(source_id="new", product={"price": 9900, "metadata": {"brand": "Harbour"}}),
        ),
        [dear.public_id, own.public_id],
        now=now,
    )

    assert found == [
        (own.public_id,),
        tuple(sorted([dear.public_id, own.public_id])),
        tuple(sorted([dear.public_id, own.public_id])),
    ]


def test_only_what_is_asked_for_is_read(now: datetime, count_queries: Callable[..., int]) -> None:
    product = ProductFactory()
    collection = ProductCollectionFactory(products=[product])
    few = lines(ItemSpec(product_id=product.public_id))
    many = lines(*[ItemSpec(product_id=ProductFactory().public_id) for _ in range(20)])
    more = [ProductCollectionFactory(products=[product]).public_id for _ in range(10)]

    assert collections_of(few, [], now=now) == [()]
    assert count_queries(lambda: collections_of(few, [], now=now)) == 0
    assert count_queries(lambda: collections_of(few, [collection.public_id], now=now)) == 2
    assert count_queries(lambda: collections_of(many, more, now=now)) == 2
