"""What one pass does beside the golden cases: late refusals, bundles, cards, added lines, several rules."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from engine import (
    ApplicationMode,
    Basket,
    Candidate,
    Credits,
    Customer,
    Line,
    Outcome,
    RedeemableObject,
    Snapshot,
    StackingRules,
    Status,
    effects,
    evaluate,
    rules,
)
from engine.snapshot import Article
from engine.stacking_rules import NoEffectRule

NOW = datetime(2026, 11, 25, tzinfo=UTC)
PARTIAL = StackingRules(redeemables_application_mode=ApplicationMode.PARTIAL)
MUG = Article(id="prod_mug", product_id="prod_mug", name="Mug", price=1000)
TEN: dict[str, Any] = {"type": "PERCENT", "percent_off": 10}


def rule(name: str, operator: str, value: Any, **more: Any) -> rules.RuleSet:
    return rules.parse(
        {"id": "val", "rules": {"1": {"name": name, "conditions": {operator: [value]}}}, **more}
    )


def candidate(key: str, wire: dict[str, Any] = TEN, *own: rules.RuleSet, **facts: Any) -> Candidate:
    return Candidate(key=key, discount=effects.parse(wire), rules=own, **facts)


def decide(*candidates: Candidate, basket: Basket | None = None, **facts: Any) -> Outcome:
    facts.setdefault("stacking_rules", PARTIAL)
    return evaluate(Snapshot(now=NOW, basket=basket or Basket(amount=10_000), candidates=candidates, **facts))


def keys(outcome: Outcome) -> list[str | None]:
    return [None if step.reason is None else step.reason.key.value for step in outcome.steps]


@pytest.mark.parametrize("is_omitted", [False, True])
def test_every_rule_has_to_hold_and_the_first_that_does_not_is_told(is_omitted: bool) -> None:
    own = rule("customer.segment", "$is", "vip", error={"message": "For friends only"})
    campaign = rule("order.amount", "$more_than", 20_000)
    snapshot = Snapshot(
        now=NOW,
        basket=Basket(amount=10_000),
        customer=Customer(id="cust"),
        candidates=(candidate("A", TEN, own, campaign),),
    )

    outcome = evaluate(snapshot, omit=frozenset({"customer.segment"} if is_omitted else ()))

    assert keys(outcome) == ["order_rules_violated" if is_omitted else "customer_rules_violated"]
    assert outcome.steps[0].reason is not None
    assert outcome.steps[0].reason.custom_message == (None if is_omitted else "For friends only")


def test_a_refusal_on_the_result_leaves_the_order_as_it_was() -> None:
    low = rule("order.total_amount", "$more_than", 9500)
    outcome = decide(candidate("A", TEN, low), candidate("B", {"type": "AMOUNT", "amount_off": 100}, low))

    assert keys(outcome) == ["order_rules_violated", None]
    assert outcome.order is not None
    assert outcome.order.total_amount == 9900


def test_a_refusal_on_the_result_fails_the_request_in_all() -> None:
    low = rule("order.total_amount", "$more_than", 9500)
    outcome = decide(candidate("A", TEN, low), candidate("B"), stacking_rules=StackingRules())

    assert not outcome.valid
    assert keys(outcome) == ["order_rules_violated", "preceding_validation_failed"]


def test_a_refusal_on_the_result_comes_before_no_effect() -> None:
    skip = StackingRules(
        redeemables_application_mode=ApplicationMode.PARTIAL, redeemables_no_effect_rule=NoEffectRule.SKIP
    )
    zero = {"type": "AMOUNT", "amount_off": 0}

    outcome = decide(
        candidate("A", zero, rule("order.total_amount", "$less_than", 10)),
        candidate("B", zero),
        stacking_rules=skip,
    )

    assert keys(outcome) == ["order_rules_violated", "no_effect"]


def test_inputs_are_asked_before_referrers_and_these_before_rules() -> None:
    gift = {"type": "UNIT", "unit_off": 1, "unit_type": "prod_mug"}
    never = rule("order.amount", "$more_than", 10**9)
    snapshot = Snapshot(
        now=NOW,
        candidates=(
            candidate("A", gift, never, is_referrer=True),
            candidate("B", TEN, never, is_referrer=True),
            candidate("C", TEN, never),
        ),
        stacking_rules=PARTIAL,
    )

    assert keys(evaluate(snapshot)) == [
        "missing_order",
        "referrer_not_permitted_to_redeem",
        "order_rules_violated",
    ]


def test_an_incomplete_bundle_is_refused_with_its_count_and_may_be_left_out() -> None:
    part = {"name": "order.items.any", "conditions": {"$is": [{"object": "product", "id": "prod_mug"}]}}
    both = rules.parse({"bundle_rules": {"limit": 2, "1": part}})
    snapshot = Snapshot(
        now=NOW, basket=Basket(amount=10_000), candidates=(candidate("A", TEN, both),), stacking_rules=PARTIAL
    )

    refused, omitted = evaluate(snapshot), evaluate(snapshot, omit=frozenset({rules.BUNDLE}))

    assert keys(refused) == ["order_rules_violated"]
    assert refused.steps[0].bundle is not None
    assert refused.steps[0].bundle.missing[0].item.id == "prod_mug"
    assert omitted.steps[0].status is Status.APPLICABLE
    assert omitted.order is not None
    assert omitted.order.total_applied_discount_amount == 0  # nothing to multiply


def test_a_bundle_counts_with_what_it_gives() -> None:
    part = {"name": "order.items.any", "conditions": {"$is": [{"object": "product", "id": "prod_mug"}]}}
    both = rules.parse({"bundle_rules": {"limit": 5, "1": part}})
    off = {"type": "AMOUNT", "amount_off": 300}

    outcome = decide(
        candidate("A", off, both), basket=Basket(lines=(Line(product_id="prod_mug", price=1000, quantity=3),))
    )

    assert outcome.steps[0].bundle is not None
    assert outcome.steps[0].bundle.quantity == 3
    assert outcome.order is not None
    assert outcome.order.total_amount == 2100


def test_a_card_pays_what_earlier_discounts_left_and_no_more() -> None:
    outcome = decide(
        candidate("ten", TEN),
        candidate("gift", {"type": "GIFT"}, credits=Credits(balance=20_000, held=500, requested=4000)),
        candidate("rest", {"type": "GIFT"}, credits=Credits(balance=20_000)),
        candidate(
            "points", {"type": "POINTS", "exchange_ratio": 1, "points_ratio": 1}, credits=Credits(balance=50)
        ),
    )

    assert [step.credits_taken for step in outcome.steps] == [None, 4000, 5000, 0]
    assert outcome.order is not None
    assert outcome.order.total_amount == 0


def test_a_card_with_too_little_is_refused_and_takes_nothing() -> None:
    outcome = decide(
        candidate("gift", {"type": "GIFT"}, credits=Credits(balance=100, requested=101)),
        candidate(
            "points",
            {"type": "POINTS", "exchange_ratio": 1, "points_ratio": 1},
            credits=Credits(balance=5, held=1, requested=5),
        ),
    )

    assert keys(outcome) == ["gift_amount_exceeded", "loyalty_card_points_exceeded"]
    assert [step.credits_taken for step in outcome.steps] == [None, None]


def test_credits_without_an_order_are_an_effect() -> None:
    snapshot = Snapshot(
        now=NOW,
        candidates=(candidate("gift", {"type": "GIFT"}, credits=Credits(balance=100, requested=40)),),
        stacking_rules=StackingRules(redeemables_no_effect_rule=NoEffectRule.SKIP),
    )

    outcome = evaluate(snapshot)

    assert (outcome.valid, outcome.order, outcome.steps[0].credits_taken) == (True, None, 40)


def test_lines_that_a_step_adds_are_there_for_the_next_one() -> None:
    mugs = rules.parse({"applicable_to": {"included": [{"object": "product", "id": "prod_mug"}]}})
    outcome = decide(
        candidate(
            "gift", {"type": "UNIT", "unit_off": 2, "unit_type": "prod_mug", "effect": "ADD_NEW_ITEMS"}
        ),
        candidate("more", {"type": "UNIT", "unit_off": 1, "effect": "ADD_SAME_ITEMS"}, mugs),
        basket=Basket(lines=(Line(product_id="prod_bag", price=5000),)),
        articles=(MUG,),
    )

    assert [line.product_id for line in outcome.added] == ["prod_mug"]
    assert outcome.order is not None
    added = outcome.order.lines[1]
    assert (added.initial_quantity, added.quantity, added.discount_quantity) == (0, 3, 3)
    assert (added.applied_quantity, added.applied_quantity_amount, added.subtotal_amount) == (3, 3000, 0)
    assert (outcome.order.amount, outcome.order.total_amount) == (8000, 5000)


def test_steps_tell_the_units_and_lines_that_count() -> None:
    entry = {"object": "product", "id": "prod_mug", "product_campaign_quantity_limit": 5}
    mugs = rules.parse(
        {"applicable_to": {"included": [entry], "excluded": [{"object": "sku", "id": "sku_x"}]}}
    )
    fixed = {"type": "FIXED", "effect": "APPLY_TO_ITEMS", "fixed_amount": 900}
    lines = (Line(product_id="prod_bag", price=50), Line(product_id="prod_mug", price=1000, quantity=4))

    outcome = decide(
        candidate("A", fixed, mugs, unit_counts={"product_campaign_quantity_limit:prod_mug": 2}),
        basket=Basket(lines=lines),
    )

    (step,) = outcome.steps
    assert [(one.article, one.units) for one in step.units] == [("prod_mug", 3)]
    assert [one.order_item_indices for one in step.applicable_to] == [(1,)]
    assert [one.entry.item.id for one in step.inapplicable_to] == ["sku_x"]
    assert step.order is not None
    assert step.order.total_applied_discount_amount == 300


@pytest.mark.parametrize("object", RedeemableObject)
def test_refusals_by_rules_name_the_redeemable(object: RedeemableObject) -> None:
    once = rule("redemption.count.daily", "$less_than_or_equal", 1)

    outcome = decide(
        candidate("v_1", TEN, once, label="SUMMER", counts={"redemption.count.daily": 1}, object=object)
    )

    assert keys(outcome) == ["redemption_rules_violated"]
    assert outcome.steps[0].reason is not None
    assert "SUMMER" in (outcome.steps[0].reason.details or "")
