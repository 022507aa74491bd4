"""Golden cases: each file holds a snapshot and what must come out, worked out by hand from the contract.

`EXAMPLES` says for each worked example of the contract which case or which test of a single effect proves it.
"""

from __future__ import annotations

import json
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import pytest

from engine import Outcome, Snapshot, evaluate

CASES = sorted((Path(__file__).parent / "cases").glob("*.json"))

EXAMPLES: Final[dict[str, tuple[str, ...]]] = {
    "4.4 bookkeeping of two discounts": (
        "effects.test_worked_examples:test_bookkeeping_of_two_discounts",
        "order_discount_after_item_discounts",
        "continued_order_gives_what_is_left",
    ),
    "5.2 half a unit goes up": ("half_a_unit_goes_up",),
    "5.4 ten units, skip 1, repeat 3": ("test_picking:test_ten_units_skip_one_repeat_three",),
    "5.4 every second line, every second unit": (
        "effects.test_amount_items:test_every_second_line_from_the_most_expensive",
        "effects.test_amount_items_by_quantity:test_every_second_unit_from_the_most_expensive",
    ),
    "5.5 percentage of two of three units": (
        "effects.test_percent_items:test_rounds_once_for_the_limited_units_of_a_line",
    ),
    "5.5 limits on the sample cart": (
        "effects.test_amount_items_by_quantity:test_takes_the_sum_off_every_unit",
    ),
    "5.5 ten units of a campaign": ("a_campaign_limit_leaves_one_unit",),
    "5.7 sums on the sample cart": (
        "amount_on_the_sample_cart",
        "effects.test_amount_items:test_takes_the_sum_off_every_line",
        "effects.test_amount_items_by_quantity:test_takes_the_sum_off_every_unit",
        "effects.test_amount_items_proportionally:test_splits_the_sum_by_what_the_lines_cost",
        "effects.test_amount_items_proportionally_by_quantity:test_splits_the_sum_by_units",
    ),
    "5.7 largest remainders, excess, a line worth less": (
        "effects.test_amount_items_proportionally:test_largest_remainders_get_the_missing_units",
        "effects.test_amount_items_proportionally_by_quantity:test_what_does_not_fit_one_line_goes_to_the_others",
        "effects.test_amount_items:test_a_line_worth_less_loses_what_it_is_worth",
    ),
    "5.8 percentages and new prices on the sample cart": (
        "percent_limit_on_the_sample_cart",
        "effects.test_percent_items:test_takes_a_share_of_every_line",
        "effects.test_fixed_order:test_brings_the_order_to_the_new_price",
        "effects.test_fixed_items:test_brings_every_unit_to_the_new_price",
    ),
    "5.9 free units": (
        "effects.test_add_new_items:test_added_units_join_the_line_of_the_article",
        "effects.test_add_missing_items:test_units_in_the_order_come_first",
        "effects.test_add_many_items:test_every_entry_has_its_own_effect",
        "effects.test_add_missing_items:test_takes_only_what_an_earlier_discount_left",
        "effects.test_add_missing_items:test_units_that_are_free_already_do_not_count",
        "effects.test_add_missing_items:test_free_shipping_is_a_line_without_amounts",
        "an_order_discount_does_not_lower_a_free_unit",
    ),
    "5.9 upgrades": ("effects.test_replace_items:test_the_customer_never_pays_more",),
    "5.10 formulas": (
        "formula.test_worked_examples:test_percent_by_units_and_amount",
        "formula.test_worked_examples:test_money_is_counted_in_major_units",
        "formula.test_worked_examples:test_price_of_one_line",
    ),
    "5.11 calculation mode": (
        "percentages_of_the_discounted_amount",
        "percentages_of_the_initial_amount",
        "initial_amount_for_one_category",
    ),
    "5.12 gift credits": (
        "gift_percentage_and_sum",
        "credits_pay_eligible_lines",
        "credits_pay_what_the_order_costs",
        "more_credits_than_the_card_has",
        "credits_without_an_order",
    ),
    "5.13 bundles": (
        "bundles_multiply_unit_limits",
        "bundles_without_unit_limits",
        "bundles_multiply_a_sum_off_one_line",
        "bundles_multiply_a_sum_off_each_line",
        "bundles_multiply_a_sum_that_is_split",
        "an_incomplete_bundle_is_refused",
    ),
    "6.2 who stands beside whom": (
        "exclusive_beats_common",
        "common_is_blocked_without_a_category_too",
        "an_exclusive_one_does_not_join_common_ones",
    ),
    "6.3 order of application": ("hierarchy_decides_the_order",),
    "6.4 refused exclusive ones block nobody": ("common_applies_when_the_exclusive_one_is_refused",),
    "6.5 limits count valid ones": ("limits_count_valid_ones_only", "skipped_for_no_effect_leaves_room"),
    "6.5 precedence of the steps": (
        "rules_come_before_a_full_limit",
        "a_full_limit_comes_before_rules_on_the_result",
        "a_result_too_low_is_refused",
    ),
    "6.5 STACK and ONCE": ("item_discounts_add_up", "each_product_is_discounted_once"),
    "6.5 no effect": ("no_effect_is_redeemed_by_default", "no_effect_is_skipped_on_demand"),
    "6.7 example 1": ("gift_percentage_and_sum", "three_discounts_on_one_order"),
    "6.7 example 2": ("five_incentives", "five_incentives_order_part"),
    "6.7 example 3": (
        "running_amount_refuses_the_second_in_partial",
        "running_amount_refuses_all",
        "running_amount_allows_the_other_order",
        "initial_amount_in_one_order",
        "initial_amount_in_the_other_order",
        "partial_keeps_what_applies",
        "all_fails_with_one",
        "two_percentages_one_after_the_other",
    ),
    "6.7 example 4": ("exclusive_beats_common",),
    "6.7 example 5": ("category_limit_two_of_three",),
    "6.1 one exclusive by default": ("one_exclusive_by_default",),
    "4.1 nothing to calculate": ("order_without_amount", "without_an_order"),
    "7.3 answers": ("partial_with_nothing_applicable", "two_unknown_codes"),
    "11.4 product rules": (
        "eight_units_of_a_collection",
        "price_of_one_line_of_a_collection",
        "free_units_qualify_nobody",
    ),
    "11.5 counters and budgets": (
        "a_budget_is_not_overdrawn",
        "a_budget_is_used_up_exactly",
        "once_per_customer",
    ),
    "11.6 the error key": ("the_first_failing_rule_gives_the_key",),
    "16 stacks of tiers": (
        "stack_of_tiers_amount_first",
        "stack_of_tiers_percent_first",
        "tiers_are_promotion_tiers",
    ),
    "beyond the contract: the best set": ("the_best_two_of_four", "the_best_leaves_an_exclusive_one_out"),
}


def assert_contains(actual: Any, expected: Any, place: str) -> None:
    """Every figure that the case names is there; lists have the same length, other keys may be more."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        for key, value in expected.items():
            assert_contains(actual[key], value, f"{place}.{key}")
    elif isinstance(expected, list) and isinstance(actual, list):
        assert len(actual) == len(expected), place
        for index, value in enumerate(expected):
            assert_contains(actual[index], value, f"{place}[{index}]")
    else:
        assert actual == expected, place


def test_every_case_proves_an_example_of_the_contract() -> None:
    proofs = {proof for proofs in EXAMPLES.values() for proof in proofs if ":" not in proof}

    assert proofs == {file.stem for file in CASES}


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_has_its_proofs(example: str) -> None:
    for proof in EXAMPLES[example]:
        module, _, function = proof.partition(":")
        if function:
            assert callable(getattr(import_module(f"tests.engine.{module}"), function))
        else:
            assert (Path(__file__).parent / "cases" / f"{proof}.json").exists()


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_case(file: Path) -> None:
    case = json.loads(file.read_text(), parse_float=Decimal)

    outcome = evaluate(Snapshot.from_json(case["snapshot"]))

    assert case["expected"].keys() == {"valid", "steps", "order"}
    assert_contains(outcome.to_json(), case["expected"], file.stem)
    assert Outcome.from_json(outcome.to_json()) == outcome
