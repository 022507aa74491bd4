from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import bundles
from engine.basket import Basket, Line
from engine.bundles import Bundle, BundleCount, Component, FoundItem
from engine.items import ItemObject, ItemRef, matches
from tests.engine.effects.shop import ADV, CART, after, discount, line, only, product, situation

LAPTOP = ItemRef(object=ItemObject.PRODUCT, id="prod_laptop")
BAG = ItemRef(object=ItemObject.PRODUCT, id="prod_bag")
RED = ItemRef(object=ItemObject.SKU, id="sku_red")
ORDER = {"type": "AMOUNT", "amount_off": 1}


def of(*parts: tuple[ItemRef, int], limit: int = 1) -> Bundle:
    return Bundle(components=tuple(Component(item=item, quantity=many) for item, many in parts), limit=limit)


def count(bundle: Bundle, *lines: Line) -> BundleCount:
    return bundles.count(bundle, situation(ORDER, basket=Basket(lines=lines)))


@pytest.mark.parametrize(
    ("laptops", "bags", "needed", "limit", "expected"),
    [
        (2, 2, (1, 1), 5, 2),
        (2, 2, (1, 1), 1, 1),
        (5, 3, (1, 1), 100, 3),
        (5, 3, (2, 1), 100, 2),
        (1, 3, (2, 1), 100, 0),
        (0, 3, (1, 1), 100, 0),
        (10**9, 10**9, (1, 1), 100, 100),
    ],
)
def test_as_many_as_the_scarcest_component_allows(
    laptops: int, bags: int, needed: tuple[int, int], limit: int, expected: int
) -> None:
    found = count(
        of((LAPTOP, needed[0]), (BAG, needed[1]), limit=limit),
        line("laptop", 9, laptops),
        line("bag", 9, bags),
    )

    assert (found.quantity, found.limit) == (expected, limit)


def test_says_what_there_is_and_what_one_more_needs() -> None:
    found = count(
        of((LAPTOP, 1), (BAG, 2), limit=3), line("bag", 9, 3), line("laptop", 9, 1), line("laptop", 8, 4)
    )

    assert found == BundleCount(
        quantity=1,
        limit=3,
        identified=(FoundItem(item=LAPTOP, line=1, quantity=1), FoundItem(item=BAG, line=0, quantity=2)),
        missing=(Component(item=BAG, quantity=1),),
    )


def test_an_incomplete_bundle_shows_its_parts() -> None:
    found = count(of((LAPTOP, 2), (BAG, 1), limit=3), line("laptop", 9, 1))

    assert found.quantity == 0
    assert found.identified == (FoundItem(item=LAPTOP, line=0, quantity=1),)
    assert found.missing == (Component(item=LAPTOP, quantity=1), Component(item=BAG, quantity=1))


def test_nothing_is_missing_at_the_limit() -> None:
    assert count(of((BAG, 1), limit=2), line("bag", 9, 2)).missing == ()


def test_a_unit_serves_one_component_only() -> None:
    red = line("mug", 9, 2, "pc_adv", sku_id="sku_red")
    other = line("mug", 9, 1, "pc_adv")

    # One red mug each as SKU, product and part of the collection.
    assert count(of((ADV, 1), (product("mug"), 1), (RED, 1), limit=9), red, other).quantity == 1
    assert count(of((ADV, 2), (product("mug"), 1), (RED, 1), limit=9), red, other).quantity == 0
    # The product takes the other mug first, so that the red ones are left for the SKU.
    assert count(of((product("mug"), 1), (RED, 2), limit=9), red, other).quantity == 1


def test_without_an_order_there_is_none() -> None:
    assert bundles.count(of((BAG, 1)), situation(ORDER, basket=None)).quantity == 0


def test_an_incomplete_bundle_gives_nothing() -> None:
    effected = discount(ORDER, bundle=of((LAPTOP, 1)), targets=only())

    assert effected.bundle is not None
    assert effected.bundle.quantity == 0
    assert not effected.applied
    assert after(effected).total_amount == CART.value


NESTED = [
    (RED, ("sku_red",)),
    (product("mug"), ("sku_red", "mug")),
    (ADV, ("sku_red", "mug", "poster")),
]


@given(
    red=st.integers(0, 9),
    mug=st.integers(0, 9),
    poster=st.integers(0, 9),
    needed=st.tuples(st.integers(1, 3), st.integers(1, 3), st.integers(1, 3)),
    limit=st.integers(1, 10),
)
def test_components_inside_each_other_are_filled_as_well_as_possible(
    red: int, mug: int, poster: int, needed: tuple[int, int, int], limit: int
) -> None:
    lines = (
        line("mug", 9, red, "pc_adv", sku_id="sku_red"),
        line("mug", 9, mug, "pc_adv"),
        line("poster", 9, poster, "pc_adv"),
    )
    bundle = of(*((item, many) for (item, _), many in zip(NESTED, needed, strict=True)), limit=limit)

    found = count(bundle, *lines)

    # For components inside each other the inner ones and their units have to suffice.
    r, m, p = needed
    best = min(red // r, (red + mug) // (r + m), (red + mug + poster) // (r + m + p), limit)
    assert found.quantity == best
    used = [0, 0, 0]
    for one in found.identified:
        assert matches(one.item, lines[one.line])
        used[one.line] += one.quantity
    assert all(many <= there for many, there in zip(used, (red, mug, poster), strict=True))
    assert bool(found.missing) == (best < limit)
