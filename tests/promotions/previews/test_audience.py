"""For how many customers and products it is."""

from __future__ import annotations

import pytest

from promotions.previews import audience as module
from promotions.previews.audience import Number, audience
from promotions.previews.proposal import Proposal
from tests.conftest import NOW
from tests.factories.commerce import CustomerFactory, ProductCollectionFactory, SegmentMembershipFactory
from tests.promotions.previews.conftest import Shop, asks, collection, only, percent, rule

pytestmark = pytest.mark.django_db


def test_everybody_and_everything(shop: Shop) -> None:
    found = audience(Proposal(name="Ten", discount=percent(10)), now=NOW)

    assert found.is_for_everybody
    assert found.is_for_all_products
    assert (found.customers.value, found.products.value, found.stores) == (2, 3, None)


def test_segments_are_counted_as_the_conditions_join_them(shop: Shop) -> None:
    SegmentMembershipFactory(segment=shop.vip, customer=CustomerFactory(name="Carla"))
    vip = asks("customer.segment", "$is", shop.vip.public_id)
    big = asks("customer.segment", "$is", shop.big.public_id)
    not_big = asks("customer.segment", "$is_not", shop.big.public_id)

    def size(*rules: dict[str, object], logic: str = "") -> int | None:
        document = rule(*rules, logic=logic)
        return audience(Proposal(name="T", discount=percent(1), rules=(document,)), now=NOW).customers.value

    assert size(vip) == 2
    assert size(big) == 1
    assert size(vip, big) == 1
    assert size(vip, big, logic="1 or 2") == 2
    assert size(vip, not_big) == 1
    assert size(not_big) == 2
    assert size(vip, asks("order.amount", "$more_than", 1)) == 2


def test_other_conditions_on_customers_make_it_an_upper_limit(shop: Shop) -> None:
    document = rule(
        asks("customer.segment", "$is", shop.vip.public_id),
        asks("customer.metadata", "$is", "gold", property="tier"),
    )

    found = audience(Proposal(name="T", discount=percent(1), rules=(document,)), now=NOW)

    assert (found.customers.value, found.is_upper) == (1, True)
    assert found.segments == (("VIP", Number(value=1)),)


def test_products_of_collections_and_single_ones_count_once(shop: Shop) -> None:
    entries = (collection(shop.coffee), {"object": "product", "id": shop.espresso.public_id})
    document = rule(**only(*entries, {"object": "product", "id": shop.mug.source_id}))

    found = audience(Proposal(name="T", discount=percent(1), rules=(document,)), now=NOW)

    assert found.products.value == 3
    assert found.collections == (("Coffee", Number(value=2)),)


def test_what_is_empty_is_nothing(shop: Shop) -> None:
    empty = ProductCollectionFactory(name="Tea")

    found = audience(
        Proposal(name="T", discount=percent(1), rules=(rule(**only(collection(empty))),)), now=NOW
    )

    assert found.products.value == 0
    assert found.collections == (("Tea", Number(value=0)),)


def test_many_are_not_counted(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "COUNTED_TO", 1)
    SegmentMembershipFactory(segment=shop.vip, customer=shop.bert)
    document = rule(asks("customer.segment", "$is", shop.vip.public_id))

    found = audience(Proposal(name="T", discount=percent(1), rules=(document,)), now=NOW)

    assert found.customers == Number(value=1, is_more=True)


def test_stores_of_its_areas(shop: Shop) -> None:
    words = (f"stores:{shop.poland.public_id}",)

    assert audience(Proposal(name="T", discount=percent(1), places=words), now=NOW).stores == 1
