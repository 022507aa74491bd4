"""Refunds by hand: shared discounts, the three policies, free units, upgrades."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine import Uses, Validity
from engine.returning.policy import ReturnPolicy
from tests.engine.return_cases import Case, granted
from tests.engine.return_examples import AGAIN, CHARGE, KEEP, MUG, NOW, TEE, TEN_OFF, candidate, case, rule


def test_an_order_without_discounts_pays_back_the_price() -> None:
    quote = Case(order=case(candidate({"type": "AMOUNT", "amount_off": 0})).order, decisions=()).quote(
        ({0: 2}, 0)
    )

    assert (quote.refund, quote.money, quote.paid, quote.is_complete) == (2000, 2000, 5000, False)
    assert quote.texts == ("2 of 3 units, 20.00 of 30.00 paid",)


def test_a_discount_on_the_order_is_shared_by_value_and_refunded_unit_by_unit() -> None:
    """10.00 off 50.00: the T-shirts bear 6.00 and cost 24.00 for three, the mug bears 4.00."""
    quotes = case(candidate(TEN_OFF)).send_back([({0: 1}, 0), ({1: 1}, 0), ({0: 2}, 0)])

    assert [quote.refund for quote in quotes] == [800, 1600, 1600]
    assert [quote.redeemables[0].taken_back.discount for quote in quotes] == [200, 400, 400]
    assert [quote.redeemables[0].taken_back.order_value for quote in quotes] == [1000, 2000, 2000]
    assert quotes[0].texts == (
        "1 of 3 units, 8.00 of 24.00 paid",
        "What is kept keeps its part of SUMMER: 8.00",
    )
    assert quotes[2].texts[1] == "SUMMER is taken back with the whole order"


def test_cents_that_do_not_divide_wait_for_the_last_unit() -> None:
    """3 * 10.00 with 10.00 off: 20.00 were paid for three."""
    quotes = case(candidate(TEN_OFF), lines=(TEE,)).send_back([({0: 1}, 0)] * 3)

    assert [quote.refund for quote in quotes] == [666, 667, 667]
    assert [quote.redeemables[0].taken_back.discount for quote in quotes] == [333, 333, 334]


def test_an_item_discount_stays_with_its_line() -> None:
    target = {"included": [{"object": "product", "id": "prod_mug"}]}
    half = candidate({"type": "PERCENT", "percent_off": 50, "effect": "APPLY_TO_ITEMS"}, applicable_to=target)

    quotes = case(half).send_back([({0: 3}, 0), ({1: 1}, 0)])

    assert [quote.refund for quote in quotes] == [3000, 1000]


def test_kept_discounts_do_not_ask_for_their_conditions_again() -> None:
    above = rule("order.amount", "$more_than", 4000)

    quote = case(candidate(TEN_OFF, above), policy=KEEP).quote(({1: 1}, 0))

    assert (quote.refund, quote.redeemables[0].applies) == (1600, None)


@pytest.mark.parametrize("policy", [CHARGE, AGAIN])
def test_a_lost_condition_takes_the_discount_of_the_kept_units_off_the_refund(policy: ReturnPolicy) -> None:
    """The kept mug (20.00) had 4.00 off: 24.00 were paid for the T-shirts, 20.00 come back."""
    above = rule("order.amount", "$more_than", 4000)

    quote = case(candidate(TEN_OFF, above), policy=policy).quote(({0: 3}, 0))

    summer = quote.redeemables[0]
    assert (quote.refund, quote.uncovered) == (2000, 0)
    assert (summer.applies, summer.charged_back, summer.kept_discount) == (False, 400, 0)
    assert summer.taken_back.discount == 1000
    assert summer.text == (
        "SUMMER no longer applies to what is kept (order amount must be more than 40.00; it is 20.00):"
        " 4.00 charged back"
    )


def test_charge_back_keeps_the_share_while_the_conditions_hold() -> None:
    above = rule("order.amount", "$more_than", 1500)

    quotes = case(candidate(TEN_OFF, above), policy=CHARGE).send_back([({0: 1}, 0), ({1: 1}, 0), ({0: 1}, 0)])

    # 8.00 and 16.00 of the share, then 10.00 are kept: no longer above 15.00, its 2.00 are charged back.
    assert [quote.refund for quote in quotes] == [800, 1600, 600]
    assert [quote.redeemables[0].applies for quote in quotes] == [True, True, False]


def test_evaluated_again_a_fixed_amount_stays_whole_on_the_rest() -> None:
    """40.00 were paid; the mug alone would have cost 10.00."""
    quote = case(candidate(TEN_OFF), policy=AGAIN).quote(({0: 3}, 0))

    summer = quote.redeemables[0]
    assert quote.refund == 3000
    assert (summer.kept_discount, summer.charged_back, summer.taken_back.discount) == (1000, -600, 0)
    assert summer.text == "SUMMER was calculated again for what is kept: 10.00 instead of 4.00"


def test_evaluated_again_a_formula_reads_the_kept_units() -> None:
    """30 % above 3 units, else 5 %: 35.00 paid for 50.00; the rest of 2 * 10.00 costs 19.00."""
    formula = "IF(ORDER_UNITS_QUANTITY > 3;30;5)"
    percent = candidate({"type": "PERCENT", "percent_off": 5, "percent_off_formula": formula})

    quote = case(percent, policy=AGAIN).quote(({0: 1, 1: 1}, 0))

    assert quote.refund == 3500 - 1900
    assert quote.redeemables[0].text == (
        "SUMMER was calculated again for what is kept (1.00 instead of 6.00): 5.00 charged back"
    )


def test_a_better_discount_on_the_rest_never_exceeds_what_was_granted() -> None:
    formula = "IF(ORDER_UNITS_QUANTITY > 3;1;90)"
    percent = candidate({"type": "PERCENT", "percent_off": 1, "percent_off_formula": formula})

    quote = case(percent, policy=AGAIN).quote(({0: 1}, 0))

    assert quote.redeemables[0].kept_discount == 50
    assert quote.refund == 4950 - (4000 - 50)


def test_the_instant_the_counters_and_the_customer_are_those_of_the_purchase() -> None:
    used_once = candidate(
        TEN_OFF, validity=Validity(ends_at=NOW + timedelta(seconds=1)), uses=Uses(quantity=1, used=0)
    )

    quote = case(used_once, policy=AGAIN).quote(({0: 1}, 0))

    assert quote.redeemables[0].applies is True


def test_what_was_charged_back_comes_back_with_its_units() -> None:
    above = rule("order.amount", "$more_than", 4000)

    quotes = case(candidate(TEN_OFF, above), policy=CHARGE).send_back([({0: 1}, 0), ({1: 1}, 0), ({0: 2}, 0)])

    assert [quote.refund for quote in quotes] == [0, 2000, 2000]
    assert [quote.redeemables[0].taken_back.discount for quote in quotes] == [1000, 0, 0]
    assert (
        quotes[1]
        .redeemables[0]
        .text.endswith("4.00 of the 8.00 charged back before comes back with these units")
    )


def test_nobody_pays_for_a_return() -> None:
    """30.00 off 50.00; without the T-shirt the mug and two of them would cost 40.00, but 20.00 were paid."""
    above = rule("order.amount", "$more_than", 4000)
    big = candidate({"type": "AMOUNT", "amount_off": 3000}, above)

    quotes = case(big, policy=CHARGE).send_back([({0: 1}, 0), ({0: 2, 1: 1}, 0)])

    assert [(quote.refund, quote.uncovered) for quote in quotes] == [(0, 2000), (2000, 0)]


def test_every_redeemable_keeps_its_own_policy() -> None:
    """50.00: KEEPS takes 10.00, LOSES takes 5.00 above 40.00. The mug alone is kept: 20.00 minus 4.00."""
    loses = candidate(
        {"type": "AMOUNT", "amount_off": 500}, rule("order.amount", "$more_than", 4000), key="LOSES"
    )
    both = case(loses, candidate(TEN_OFF, key="KEEPS"), policy={"KEEPS": KEEP, "LOSES": CHARGE})

    quote = both.quote(({0: 3}, 0))

    assert quote.refund == 3500 - 1600
    assert [one.taken_back.discount for one in quote.redeemables] == [500, 600]
    assert [one.kept_discount for one in quote.redeemables] == [0, 400]


def test_one_that_fails_on_the_rest_takes_nobody_with_it() -> None:
    loses = candidate(
        {"type": "AMOUNT", "amount_off": 500}, rule("order.amount", "$more_than", 4000), key="LOSES"
    )
    both = case(loses, candidate(TEN_OFF, key="STAYS"), policy=AGAIN)

    quote = both.quote(({0: 3}, 0))

    assert [one.applies for one in quote.redeemables] == [False, True]
    assert quote.refund == 3500 - 1000


def test_a_free_unit_on_the_line_costs_as_much_as_its_neighbours_with_keep() -> None:
    free = candidate({"type": "UNIT", "effect": "ADD_NEW_ITEMS", "unit_off": 1, "unit_type": "prod_mug"})

    quotes = case(free, lines=(MUG,)).send_back([({0: 1}, 0), ({0: 1}, 0)])

    assert [quote.refund for quote in quotes] == [1000, 1000]


@pytest.mark.parametrize("policy", [CHARGE, AGAIN])
def test_a_free_unit_goes_back_before_the_bought_one(policy: ReturnPolicy) -> None:
    """Buy three, get one free: three kept units cost 30.00 and a second one back brings 10.00."""
    wanted = {"object": "product", "id": "prod_tee"}
    three = {
        "name": "order.items.any",
        "conditions": {"$is": [wanted]},
        "rules": {"1": rule("order.items.aggregated_quantity", "$more_than_or_equal", 3)},
    }
    free = candidate(
        {"type": "UNIT", "effect": "ADD_NEW_ITEMS", "unit_off": 1, "unit_type": "prod_tee"}, three
    )
    bought = case(free, lines=(TEE,), policy=policy)
    assert granted(bought.decisions[0].outcome).lines[0].quantity == 4

    quotes = bought.send_back([({0: 1}, 0)] * 4)

    refunds = [quote.refund for quote in quotes]
    assert sum(refunds) == 3000
    assert refunds == ([0, 1000, 1000, 1000] if policy is AGAIN else [750, 250, 1000, 1000])


@pytest.mark.parametrize(
    ("policy", "refund"), [(KEEP, 3000), (CHARGE, 1000), (AGAIN, 1000)], ids=["keep", "charge", "again"]
)
def test_a_gift_beside_it_is_charged_when_what_it_came_with_goes_back(
    policy: ReturnPolicy, refund: int
) -> None:
    wanted = rule("order.items.any", "$is", {"object": "product", "id": "prod_tee"})
    free = candidate(
        {"type": "UNIT", "effect": "ADD_NEW_ITEMS", "unit_off": 1, "unit_type": "prod_mug"}, wanted
    )

    bought = case(free, lines=(TEE,), policy=policy)

    assert bought.quote(({0: 3}, 0)).refund == refund
    assert bought.quote(({1: 1}, 0)).refund == 0


@pytest.mark.parametrize("policy", [CHARGE, AGAIN])
def test_a_gift_to_any_order_does_not_outlive_the_last_bought_unit(policy: ReturnPolicy) -> None:
    free = candidate({"type": "UNIT", "effect": "ADD_NEW_ITEMS", "unit_off": 1, "unit_type": "prod_mug"})

    quotes = case(free, lines=(TEE,), policy=policy).send_back([({0: 2}, 0), ({0: 1}, 0), ({1: 1}, 0)])

    assert [quote.refund for quote in quotes] == [2000, 0, 1000]
    assert quotes[1].uncovered == 1000


def test_two_gifts_of_which_one_goes_back_are_one_gift() -> None:
    """Each code gave a mug away; the mug that is left is the first one's."""
    mug = {"type": "UNIT", "effect": "ADD_NEW_ITEMS", "unit_off": 1, "unit_type": "prod_mug"}
    both = case(candidate(mug, key="ONE"), candidate(mug, key="TWO"), lines=(TEE,), policy=AGAIN)

    quote = both.quote(({1: 1}, 0))

    assert quote.refund == 0
    assert [one.kept_discount for one in quote.redeemables] == [2000, 0]


@pytest.mark.parametrize("policy", [CHARGE, AGAIN])
def test_an_upgrade_is_kept_with_its_unit_and_charged_when_its_condition_is_lost(
    policy: ReturnPolicy,
) -> None:
    """One of 3 T-shirts became a mug: T-shirts 20.00, mug 20.00 with 10.00 off."""
    replaced = {"included": [{"object": "product", "id": "prod_tee", "aggregated_quantity_limit": 1}]}
    upgrade = candidate(
        {"type": "UNIT", "effect": "REPLACE_ITEMS", "unit_off": 1, "unit_type": "prod_mug"},
        rule("order.amount", "$more_than_or_equal", 2000),
        applicable_to=replaced,
    )
    bought = case(upgrade, lines=(TEE,), policy=policy)
    assert bought.bought.paid == 3000

    assert bought.quote(({0: 1}, 0)).refund == 1000  # a T-shirt and the mug: worth 20.00 before
    assert bought.quote(({0: 2}, 0)).refund == 1000  # only the mug: its 10.00 off are lost
    assert bought.quote(({1: 1}, 0)).refund == 1000


def test_of_two_upgrades_one_goes_back() -> None:
    """Two of 3 T-shirts became mugs, each with 10.00 off; a T-shirt and a mug stay."""
    replaced = {"included": [{"object": "product", "id": "prod_tee", "aggregated_quantity_limit": 2}]}
    upgrade = candidate(
        {"type": "UNIT", "effect": "REPLACE_ITEMS", "unit_off": 1, "unit_type": "prod_mug"},
        applicable_to=replaced,
    )

    quote = case(upgrade, lines=(TEE,), policy=AGAIN).quote(({1: 1}, 0))

    assert (quote.refund, quote.redeemables[0].kept_discount) == (1000, 1000)
