"""A proposal as one sentence."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from promotions.previews.promise import promise
from promotions.previews.proposal import Codes, Pool, Proposal
from tests.promotions.previews.conftest import Shop, asks, collection, only, percent, rule, two_get_one

pytestmark = pytest.mark.django_db


def said(one: Proposal) -> str:
    return promise([one]).replace("\N{NO-BREAK SPACE}", " ")


def test_the_promotion_of_the_purpose_is_one_promise(shop: Shop) -> None:
    once = asks("campaign.redemptions.customers_count", "$less_than_or_equal", 1)
    base = two_get_one(shop)
    rules = {**base.rules[0], "rules": {**base.rules[0]["rules"], "3": once}}
    one = two_get_one(
        shop,
        rules=(rules,),
        days_of_week=(6, 0),
        places=(f"area:{shop.poland.public_id}",),
        starts_at=datetime(2026, 12, 1, tzinfo=UTC),
        ends_at=datetime(2027, 2, 1, tzinfo=UTC),
        budgets=(Pool(name="Pot", limit=500_000),),
    )

    assert said(one) == (
        "Customers in VIP get 1 free for every 2 they buy from Coffee, on Saturdays and Sundays, in Poland, "
        "from 1 Dec 2026 to 31 Jan 2027; at most 5,000.00 EUR in all, once per customer."
    )


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, "Everybody gets 10 % off the order."),
        ({"codes": Codes()}, "Everybody gets 10 % off the order, with a code."),
        (
            {"codes": Codes(type="STANDALONE", code="TEN", uses=500)},
            "Everybody gets 10 % off the order, with the code TEN; the code works 500 times.",
        ),
        ({"codes": Codes(uses=1)}, "Everybody gets 10 % off the order, with a code; each code works once."),
        ({"days_of_week": (1, 2, 3, 4, 5)}, "Everybody gets 10 % off the order, from Monday to Friday."),
        ({"days_of_week": (3,)}, "Everybody gets 10 % off the order, on Wednesdays."),
        (
            {"ends_at": datetime(2026, 5, 1, tzinfo=UTC)},
            "Everybody gets 10 % off the order, until 30 Apr 2026.",
        ),
        (
            {"starts_at": datetime(2026, 5, 1, tzinfo=UTC)},
            "Everybody gets 10 % off the order, from 1 May 2026 on.",
        ),
        (
            {"budgets": (Pool(name="P", limit=10, measure="REDEMPTIONS", period="DAY", per="STORE"),)},
            "Everybody gets 10 % off the order; at most 10 uses a day per store.",
        ),
        (
            {"timeframe_interval": "P7D", "timeframe_duration": "PT4H"},
            "Everybody gets 10 % off the order, for 4 hours every 7 days.",
        ),
    ],
)
def test_each_part_has_its_place(settings_row: Any, more: dict[str, Any], expected: str) -> None:
    assert said(Proposal(name="Ten", discount=percent(10), **more)) == expected


def test_conditions_follow_the_offer_and_limits_come_last(shop: Shop) -> None:
    document = rule(
        asks("customer.segment", "$is_not", shop.vip.public_id),
        asks("order.amount", "$more_than_or_equal", 5_000),
        asks("campaign.redemptions.customers_count.daily", "$less_than_or_equal", 2),
        asks("campaign.redemptions.count", "$less_than", 101),
    )

    found = said(Proposal(name="Ten", discount=percent(10), rules=(document,)))

    assert found == (
        "Customers who are not in VIP get 10 % off the order if they spend 50.00 EUR or more; "
        "twice a day per customer, at most 100 uses in all."
    )


def test_alternatives_stay_together(shop: Shop) -> None:
    document = rule(
        asks("customer.segment", "$is", shop.vip.public_id),
        asks("order.amount", "$more_than", 5_000),
        asks("order.items.count", "$more_than", 3),
        logic="1 and (2 or 3)",
    )

    found = said(Proposal(name="Ten", discount=percent(10), rules=(document,)))

    assert found.startswith("Customers in VIP get 10 % off the order if ")
    assert " or " in found


def test_several_tiers_are_one_promise(shop: Shop) -> None:
    low = rule(asks("order.amount", "$more_than_or_equal", 5_000))
    high = rule(asks("order.amount", "$more_than_or_equal", 9_000))
    tiers = [
        Proposal(name="A", discount=percent(5), rules=(low,)),
        Proposal(name="B", discount=percent(9), rules=(high,)),
    ]

    found = promise(tiers).replace("\N{NO-BREAK SPACE}", " ")

    assert found == (
        "Everybody gets 5 % off the order if they spend 50.00 EUR or more; "
        "or 9 % off the order if they spend 90.00 EUR or more."
    )


def test_tiers_for_different_people_say_so(shop: Shop) -> None:
    vip = rule(
        asks("customer.segment", "$is", shop.vip.public_id),
        asks("order.items.any", "$is", {"object": "products_collection", "id": shop.coffee.public_id}),
        **only(collection(shop.coffee)),
    )
    tiers = [
        Proposal(name="A", discount=percent(5, on_items=True), rules=(vip,)),
        Proposal(name="B", discount=percent(9), days_of_week=(6, 0)),
    ]

    assert promise(tiers) == (
        "Customers in VIP get 5 % off every item from Coffee; "
        "everybody gets 9 % off the order, on Saturdays and Sundays."
    )


def test_items_are_named_and_cards_are_cards(shop: Shop) -> None:
    items = Proposal(
        name="Items", discount=percent(20, on_items=True), rules=(rule(**only(collection(shop.coffee))),)
    )
    card = Proposal(name="Card", gift={"amount": 5_000, "effect": "APPLY_TO_ORDER"}, codes=Codes())

    assert said(items) == "Everybody gets 20 % off every item from Coffee."
    assert said(card) == "Everybody gets a gift card of 50.00 EUR."


def test_what_cannot_be_read_yet_is_no_sentence(settings_row: Any) -> None:
    assert promise([Proposal(name="Nothing")]) == ""
    assert promise([]) == ""
