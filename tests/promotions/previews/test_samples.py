"""Sample baskets: one that gets it, and for each condition one that fails it alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from promotions.previews.proposal import Codes, Pool, Proposal
from promotions.previews.samples import GETS_IT, GETS_MORE, LATELY, Sample, Samples, samples
from promotions.previews.search import EFFECT
from tests.conftest import NOW
from tests.promotions.previews.conftest import (
    Shop,
    asks,
    bench_of,
    collection,
    only,
    percent,
    rule,
    two_get_one,
)

pytestmark = pytest.mark.django_db


def told(proposal: Proposal, shop: Shop) -> Samples:
    return samples(*bench_of(proposal, shop))


def by_name(found: Samples) -> dict[str, Sample]:
    return {one.name: one for one in found.shown}


def test_the_smallest_basket_of_buy_two_get_one_is_three_of_the_cheapest(shop: Shop) -> None:
    shown = by_name(told(two_get_one(shop), shop))

    good = shown[GETS_IT]
    assert [(line.name, line.units, line.free) for line in good.lines] == [("Filter coffee", 3, 1)] or [
        (line.name, line.units) for line in good.lines
    ] == [("Filter coffee", 3)]
    assert (good.before, good.after, good.saved) == (2_700, 1_800, 900)
    assert good.who == "Anna, in VIP"
    assert (shown[GETS_MORE].before, shown[GETS_MORE].saved) == (5_400, 1_800)


def test_every_condition_has_a_basket_that_fails_it_alone(shop: Shop) -> None:
    weekend = two_get_one(
        shop,
        days_of_week=(6, 0),
        starts_at=datetime(2026, 3, 12, tzinfo=UTC),
        ends_at=datetime(2026, 4, 1, tzinfo=UTC),
        places=(f"area:{shop.poland.public_id}", f"stores:{shop.poland.public_id}"),
    )

    found = told(weekend, shop)
    shown = by_name(found)

    assert found.unshown == ()
    assert {"place", "start", "end", "recurring", "rule:val_preview1:1", "rule:val_preview1:2"} <= set(shown)
    assert all(not shown[name].gives for name in shown if name not in (GETS_IT, GETS_MORE, LATELY))
    segment = shown["rule:val_preview1:1"]
    assert segment.title == "Only this is missing: customer is in segment VIP"
    assert segment.remedy == "For customers of segment VIP"
    few = shown["rule:val_preview1:2"]
    assert [(line.name, line.units) for line in few.lines] == [("Filter coffee", 2)]
    assert few.remedy == "Add one more from Coffee"
    assert shown["place"].title == "Somewhere else"
    assert shown["place"].where in ("Berlin 1", "no store named")
    assert shown[GETS_IT].where == "Warsaw 1"
    assert shown[GETS_IT].at is not None
    assert shown[GETS_IT].at.astimezone(UTC) == datetime(2026, 3, 14, 11, tzinfo=UTC)


def test_a_threshold_is_shown_from_both_sides(shop: Shop) -> None:
    document = rule(asks("order.amount", "$more_than_or_equal", 4_000))

    shown = by_name(told(Proposal(name="Ten", discount=percent(10), rules=(document,)), shop))

    assert shown[GETS_IT].before >= 4_000
    below = shown["rule:val_preview1:1"]
    assert 0 < below.before < 4_000
    assert below.remedy.startswith("Add ")


def test_too_little_for_the_discount_is_said_though_no_condition_fails(shop: Shop) -> None:
    document = rule(**only(collection(shop.coffee, target="UNIT", skip_initially=1, repeat=2)))

    shown = by_name(
        told(Proposal(name="Second", discount=percent(50, on_items=True), rules=(document,)), shop)
    )

    assert [(line.units) for line in shown[GETS_IT].lines] == [2]
    assert shown[EFFECT].title == "Too little for the discount"
    assert not shown[EFFECT].gives


def test_alternatives_are_tried_one_after_the_other(shop: Shop) -> None:
    document = rule(
        asks("redemption.count.per_user", "$less_than", 0),
        asks("customer.metadata", "$is", "gold", property="tier"),
        asks("order.amount", "$more_than", 2_000),
        logic="(1 or 2) and 3",
    )

    found = told(Proposal(name="Either", discount=percent(10), rules=(document,)), shop)

    assert found.good is not None
    assert by_name(found)[GETS_IT].gives


def test_filtered_segments_and_values_of_metadata_are_met(shop: Shop) -> None:
    document = rule(
        asks("customer.segment", "$is", shop.big.public_id),
        asks("order.metadata", "$is", "web", property="source"),
        asks("redemption.metadata", "$more_than", 3, property="visits"),
    )

    shown = by_name(told(Proposal(name="Big", discount=percent(10), rules=(document,)), shop))

    assert shown[GETS_IT].request["order"]["metadata"] == {"source": "web"}
    assert shown[GETS_IT].who.startswith("Anna")
    assert {"rule:val_preview1:1", "rule:val_preview1:2", "rule:val_preview1:3"} <= set(shown)


def test_a_bundle_is_put_together(shop: Shop) -> None:
    part = {"name": "order.items.any", "conditions": {"$is": [{"type": "product_or_sku"}]}}
    bundle = {
        "1": {**part, "conditions": {"$is": [{"id": shop.espresso.public_id, "object": "product"}]}},
        "2": {**part, "conditions": {"$is": [{"id": shop.mug.public_id, "object": "product"}]}},
        "limit": 1,
    }

    shown = by_name(
        told(
            Proposal(
                name="Set",
                discount=percent(20),
                rules=({"bundle_rules": bundle, "rules": {}},),
            ),
            shop,
        )
    )

    assert {line.name for line in shown[GETS_IT].lines} == {"Espresso", "Mug"}
    assert "rule:val_preview1:bundle" in shown


def test_a_free_item_that_the_shop_adds_is_shown_as_added(shop: Shop) -> None:
    wire = {"type": "UNIT", "unit_off": 1, "unit_type": shop.espresso.public_id, "effect": "ADD_NEW_ITEMS"}

    shown = by_name(told(Proposal(name="Free", discount=wire), shop))

    assert [(line.name, line.is_added) for line in shown[GETS_IT].lines][-1] == ("Espresso", True)
    assert shown[GETS_IT].free_units == 1


def test_a_card_pays(shop: Shop) -> None:
    card = Proposal(name="Card", gift={"amount": 5_000, "effect": "APPLY_TO_ORDER"}, codes=Codes())

    shown = by_name(told(card, shop))

    assert shown[GETS_IT].gives
    assert shown[GETS_IT].after == 0


def test_codes_and_budgets_of_each_customer_count(shop: Shop) -> None:
    pool = Pool(name="Each", limit=100_000, per="CUSTOMER")
    with_code = Proposal(name="Code", discount=percent(10), codes=Codes(uses=1), budgets=(pool,))

    shown = by_name(told(with_code, shop))

    assert shown[GETS_IT].gives
    assert shown[GETS_IT].who
    missing = [one for one in shown.values() if one.name.startswith("budget:")]
    assert missing
    assert missing[0].who == "a guest whom nobody knows"


def test_what_nobody_can_get_is_said_and_not_made_up(shop: Shop) -> None:
    document = rule(asks("order.amount", "$more_than", 5_000), asks("order.amount", "$less_than", 1_000))

    found = told(Proposal(name="Never", discount=percent(10), rules=(document,)), shop)

    assert found.good is None
    assert [one.name for one in found.shown] == [LATELY]
    assert not found.shown[0].gives
    assert found.shown[0].why


def test_an_empty_shop_has_no_samples(settings_row: Any) -> None:
    from promotions.previews.bench import Bench
    from promotions.previews.pantry import stocked

    bench = Bench(Proposal(name="Ten", discount=percent(10)), settings=settings_row, now=NOW)

    found = samples(bench, stocked(bench))

    assert (found.good, found.shown) == (None, ())


def test_the_recent_basket_is_tried_by_the_same_person(shop: Shop) -> None:
    shown = by_name(told(Proposal(name="Ten", discount=percent(10)), shop))

    assert shown[LATELY].gives
    assert shown[LATELY].before == sum(line.before for line in shown[LATELY].lines)


def test_nothing_starts_before_its_start(shop: Shop) -> None:
    start = NOW + timedelta(days=3)

    shown = by_name(told(Proposal(name="Later", discount=percent(10), starts_at=start), shop))

    assert shown[GETS_IT].at == start
    assert shown["start"].at == start - timedelta(minutes=1)
    assert "start" in shown
    assert not shown["start"].gives
