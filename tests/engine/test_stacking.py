from __future__ import annotations

import pytest

from engine import stacking
from engine.effects import AmountOffOrder
from engine.reasons import ReasonKey
from engine.snapshot import Candidate
from engine.stacking_rules import (
    CalculationMode,
    Category,
    GroupedSortingRule,
    NoEffectRule,
    SortingRule,
    StackingRules,
    StackingType,
    category_limits,
)

PLAIN = Category(id="cat_plain", hierarchy=2)
FIRST = Category(id="cat_first", hierarchy=0)
EXCLUSIVE = Category(id="cat_exclusive", hierarchy=3, stacking_type=StackingType.EXCLUSIVE)
OTHER_EXCLUSIVE = Category(id="cat_other", hierarchy=4, stacking_type=StackingType.EXCLUSIVE)
JOINT = Category(id="cat_joint", hierarchy=1, stacking_type=StackingType.JOINT)

BY_REQUEST = SortingRule.REQUESTED_ORDER
BY_HIERARCHY = SortingRule.CATEGORY_HIERARCHY


def candidate(key: str, category: Category | None = None) -> Candidate:
    return Candidate(key=key, category=category, discount=AmountOffOrder(amount_off=1))


PLAIN_1, PLAIN_2 = candidate("plain 1", PLAIN), candidate("plain 2", PLAIN)
FIRST_1, LOOSE_1 = candidate("first 1", FIRST), candidate("loose 1")
EXCLUSIVE_1, JOINT_1 = candidate("exclusive 1", EXCLUSIVE), candidate("joint 1", JOINT)


@pytest.mark.parametrize(
    ("requested", "rule", "expected"),
    [
        ([LOOSE_1, PLAIN_1, FIRST_1, PLAIN_2], BY_REQUEST, [LOOSE_1, PLAIN_1, FIRST_1, PLAIN_2]),
        ([LOOSE_1, PLAIN_2, FIRST_1, PLAIN_1], BY_HIERARCHY, [FIRST_1, PLAIN_2, PLAIN_1, LOOSE_1]),
        # Only beside EXCLUSIVE ones do JOINT ones go last.
        ([JOINT_1, PLAIN_1], BY_REQUEST, [JOINT_1, PLAIN_1]),
        ([PLAIN_1, JOINT_1], BY_HIERARCHY, [JOINT_1, PLAIN_1]),
        ([PLAIN_1, JOINT_1, EXCLUSIVE_1], BY_REQUEST, [PLAIN_1, EXCLUSIVE_1, JOINT_1]),
        ([JOINT_1, EXCLUSIVE_1, PLAIN_1], BY_HIERARCHY, [PLAIN_1, EXCLUSIVE_1, JOINT_1]),
    ],
)
def test_application_order(requested: list[Candidate], rule: SortingRule, expected: list[Candidate]) -> None:
    rules = StackingRules(redeemables_sorting_rule=rule)

    assert stacking.in_application_order(requested, rules) == expected


def test_joint_ones_keep_their_place_when_the_grouped_rule_says_so() -> None:
    rules = StackingRules(grouped_redeemables_sorting_rule=GroupedSortingRule.SORTING_RULE)

    assert stacking.in_application_order([JOINT_1, EXCLUSIVE_1], rules) == [JOINT_1, EXCLUSIVE_1]


def tally(rules: StackingRules, *applied: Candidate) -> stacking.Tally:
    counts = stacking.Tally(rules)
    for one in applied:
        counts.add(one)
    return counts


@pytest.mark.parametrize(
    ("rules", "applied", "asked", "key"),
    [
        (StackingRules(applicable_redeemables_limit=2), [LOOSE_1], PLAIN_1, None),
        (
            StackingRules(applicable_redeemables_limit=2),
            [LOOSE_1, JOINT_1],
            PLAIN_1,
            "applicable_redeemables_limit_exceeded",
        ),
        (StackingRules(), [PLAIN_1], PLAIN_2, None),  # no per-category limit unless one is set
        (
            StackingRules(applicable_redeemables_per_category_limit=1),
            [PLAIN_1],
            PLAIN_2,
            "applicable_redeemables_per_category_limit_exceeded",
        ),
        (StackingRules(applicable_redeemables_per_category_limit=1), [PLAIN_1, LOOSE_1], FIRST_1, None),
        (StackingRules(applicable_redeemables_per_category_limit=1), [LOOSE_1], candidate("loose 2"), None),
        # The category's own limit beats the general one, in both directions.
        (
            StackingRules(
                applicable_redeemables_per_category_limit=1,
                applicable_redeemables_category_limits=category_limits({"cat_plain": 2}),
            ),
            [PLAIN_1],
            PLAIN_2,
            None,
        ),
        (
            StackingRules(
                applicable_redeemables_category_limits=category_limits({"cat_plain": 1, "cat_a": 9})
            ),
            [PLAIN_1],
            PLAIN_2,
            "applicable_redeemables_per_category_limit_exceeded",
        ),
        (
            StackingRules(),
            [EXCLUSIVE_1],
            candidate("other", OTHER_EXCLUSIVE),
            "applicable_exclusive_redeemables_limit_exceeded",
        ),
        (StackingRules(applicable_exclusive_redeemables_limit=1), [JOINT_1, PLAIN_1], EXCLUSIVE_1, None),
        (
            StackingRules(applicable_exclusive_redeemables_limit=5),
            [EXCLUSIVE_1],
            candidate("exclusive 2", EXCLUSIVE),
            "applicable_exclusive_redeemables_per_category_limit_exceeded",
        ),
        (
            StackingRules(applicable_exclusive_redeemables_limit=5),
            [EXCLUSIVE_1],
            candidate("other", OTHER_EXCLUSIVE),
            None,
        ),
        (
            StackingRules(
                applicable_exclusive_redeemables_limit=5,
                applicable_exclusive_redeemables_per_category_limit=None,
            ),
            [EXCLUSIVE_1],
            candidate("exclusive 2", EXCLUSIVE),
            None,
        ),
    ],
)
def test_limits_of_what_may_apply(
    rules: StackingRules, applied: list[Candidate], asked: Candidate, key: str | None
) -> None:
    reason = tally(rules, *applied).limit_reached(asked)

    assert (None if reason is None else reason.key) == key


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("applicable_redeemables_limit_exceeded", "Applicable redeemables limit exceeded"),
        ("exclusion_rules_not_met", "Redeemable cannot be applied due to exclusion rules"),
        (
            "preceding_validation_failed",
            "Redeemable cannot be applied due to preceding validation failure",
        ),
    ],
)
def test_skips_speak_the_words_of_the_contract(key: str, message: str) -> None:
    assert stacking.skipped(ReasonKey(key)).message == message


@pytest.mark.parametrize(
    ("category", "no_effect", "mode"),
    [
        (None, NoEffectRule.REDEEM_ANYWAY, CalculationMode.DISCOUNTED_AMOUNT),
        (JOINT, NoEffectRule.REDEEM_ANYWAY, CalculationMode.DISCOUNTED_AMOUNT),
        (PLAIN, NoEffectRule.SKIP, CalculationMode.INITIAL_AMOUNT),
    ],
)
def test_category_settings_beat_the_default(
    category: Category | None, no_effect: NoEffectRule, mode: CalculationMode
) -> None:
    rules = StackingRules(
        no_effect_skip_categories=("cat_plain",), initial_amount_mode_categories=("cat_plain",)
    )

    assert rules.no_effect_rule(category) is no_effect
    assert rules.calculation_mode(category) is mode


def test_category_settings_beat_a_changed_default() -> None:
    rules = StackingRules(
        redeemables_no_effect_rule=NoEffectRule.SKIP,
        no_effect_redeem_anyway_categories=("cat_plain",),
        discount_calculation_mode=CalculationMode.INITIAL_AMOUNT,
        discounted_amount_mode_categories=("cat_plain",),
    )

    assert rules.no_effect_rule(PLAIN) is NoEffectRule.REDEEM_ANYWAY
    assert rules.no_effect_rule(JOINT) is NoEffectRule.SKIP
    assert rules.calculation_mode(PLAIN) is CalculationMode.DISCOUNTED_AMOUNT
    assert rules.calculation_mode(None) is CalculationMode.INITIAL_AMOUNT
