from __future__ import annotations

from dataclasses import replace

from engine.applicability import Applicability
from engine.basket import Basket
from engine.bundles import Bundle, Component
from engine.effect_run import bundle_of, missing_input, run, targets_of, worth
from engine.reasons import ReasonKey
from engine.rules.tree import RuleSet
from engine.situation import Situation
from tests.engine.effects.shop import DISCOUNTED, EVERYTHING, entry, only, product, situation, taken

OFF = {"type": "AMOUNT", "effect": "APPLY_TO_ITEMS", "amount_off": 100}
MUGS = only(entry(product("mug")))
POSTERS = only(entry(product("poster")))
ONE_MUG = Bundle(components=(Component(item=product("mug")),), limit=2)
ONE_SHIRT = Bundle(components=(Component(item=product("shirt")),), limit=3)


def ruled(*rules: RuleSet) -> Situation:
    plain = situation(OFF)
    return replace(plain, candidate=replace(plain.candidate, rules=rules))


def test_the_first_rule_that_targets_anything_says_which_lines() -> None:
    one = ruled(RuleSet(), RuleSet(applicable_to=POSTERS), RuleSet(applicable_to=MUGS))

    assert targets_of(one) == POSTERS
    assert taken(run(one, mode=DISCOUNTED)) == [0, 100, 0, 0]
    assert targets_of(ruled(RuleSet())) is None
    assert targets_of(ruled()) is None


def test_exclusions_alone_are_targets() -> None:
    excluded = Applicability(excluded=(entry(product("mug")),))

    assert taken(run(ruled(RuleSet(applicable_to=excluded)), mode=DISCOUNTED)) == [0, 100, 100, 100]


def test_the_first_rule_with_a_bundle_counts_it() -> None:
    one = ruled(
        RuleSet(applicable_to=EVERYTHING), RuleSet(bundle=ONE_SHIRT), RuleSet(bundle=ONE_MUG, id="later")
    )

    effected = run(one, mode=DISCOUNTED)

    assert bundle_of(one) == ONE_SHIRT
    assert effected.bundle is not None
    assert (effected.bundle.quantity, effected.bundle.limit) == (3, 3)
    assert taken(effected) == [300, 300, 300, 300]
    assert run(ruled(), mode=DISCOUNTED).bundle is None


def test_what_is_missing_is_known_before_anything_is_calculated() -> None:
    one = situation(OFF, basket=Basket(amount=500))

    missing = missing_input(one)

    assert missing is not None
    assert missing.key is ReasonKey.MISSING_ORDER_ITEMS
    assert missing.remedy == "Send the items of the order"
    effected = run(one, mode=DISCOUNTED)
    assert (effected.refusal, effected.order, effected.applied) == (missing, None, False)
    assert worth(one, mode=DISCOUNTED) is None
    assert missing_input(situation(OFF)) is None


def test_worth_is_what_the_step_takes_off() -> None:
    one = ruled(RuleSet(applicable_to=EVERYTHING))

    assert worth(one, mode=DISCOUNTED) == 400
    assert worth(one, mode=DISCOUNTED, barred_lines=frozenset({0, 3})) == 200
    assert taken(run(one, mode=DISCOUNTED, barred_lines=frozenset({0, 3}))) == [0, 100, 100, 0]


def test_the_same_situation_gives_the_same_result() -> None:
    one = ruled(RuleSet(applicable_to=POSTERS))

    assert run(one, mode=DISCOUNTED).order == run(one, mode=DISCOUNTED).order
