"""Candidates of one campaign in one request see what those before them used up. Contract: 5.5, 11.5."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import (
    ApplicationMode,
    Basket,
    Candidate,
    Credits,
    Line,
    Outcome,
    RedeemableObject,
    Snapshot,
    StackingRules,
    Status,
    Strategy,
    effects,
    evaluate,
    rules,
)
from engine.best import evaluate_best
from engine.explain import explain
from tests.engine import strategies
from tests.engine.best_sets import best_score, score
from tests.nightly import times

NOW = datetime(2026, 11, 30, tzinfo=UTC)
UNIT_LIMIT = "product_campaign_quantity_limit"


def below(name: str, most: int, operator: str = "$less_than_or_equal") -> rules.RuleSet:
    return rules.parse({"rules": {"1": {"name": name, "conditions": {operator: [most]}}}})


def code(key: str, off: int = 100, campaign: str | None = "camp_1", **facts: Any) -> Candidate:
    facts.setdefault("discount", effects.parse({"type": "AMOUNT", "amount_off": off}))
    return Candidate(key=key, campaign_id=campaign, **facts)


def decide(*candidates: Candidate, strategy: Strategy = Strategy.REQUESTED, **facts: Any) -> Outcome:
    facts.setdefault("basket", Basket(amount=10_000))
    return evaluate(
        Snapshot(
            now=NOW,
            candidates=candidates,
            strategy=strategy,
            stacking_rules=StackingRules(
                applicable_redeemables_limit=30, redeemables_application_mode=ApplicationMode.PARTIAL
            ),
            **facts,
        )
    )


def applied(outcome: Outcome) -> list[str]:
    return [step.key for step in outcome.with_status(Status.APPLICABLE)]


@pytest.mark.parametrize(
    "name",
    [
        "campaign.redemptions.count",
        "campaign.redemptions.count.daily",
        "campaign.redemptions.customers_count.monthly",
    ],
)
def test_two_codes_of_one_campaign_do_not_pass_its_limit_together(name: str) -> None:
    facts: dict[str, Any] = {"rules": (below(name, 10),), "counts": {name: 8}}

    outcome = decide(code("A", **facts), code("B", **facts), code("C", **facts))

    assert applied(outcome) == ["A", "B"]
    assert str(outcome.steps[2].reason and outcome.steps[2].reason.key) == "redemption_rules_violated"


@pytest.mark.parametrize("campaign", [None, "camp_2"])
def test_codes_without_a_campaign_or_of_another_share_nothing(campaign: str | None) -> None:
    name = "campaign.redemptions.count"
    facts: dict[str, Any] = {"rules": (below(name, 10),), "counts": {name: 9}}

    assert applied(decide(code("A", **facts), code("B", campaign=campaign, **facts))) == ["A", "B"]


def test_own_counters_belong_to_one_candidate() -> None:
    name = "redemption.count.per_customer"
    facts: dict[str, Any] = {"rules": (below(name, 1),), "counts": {name: 0}}

    assert applied(decide(code("A", **facts), code("B", **facts))) == ["A", "B"]


def test_a_code_without_the_rule_uses_up_what_another_one_reads() -> None:
    name = "campaign.redemptions.count"

    outcome = decide(code("A"), code("B", rules=(below(name, 1),), counts={name: 0}))

    assert applied(outcome) == ["A"]


def test_what_was_refused_uses_nothing() -> None:
    name = "campaign.redemptions.count"
    facts: dict[str, Any] = {"rules": (below(name, 1),), "counts": {name: 0}}

    assert applied(decide(code("A", is_active=False, **facts), code("B", **facts))) == ["B"]


def test_discounts_of_the_campaign_add_up_to_the_minor_unit() -> None:
    name = "campaign.orders.amount_discounted"
    facts: dict[str, Any] = {"rules": (below(name, 1000),), "counts": {name: 700}}

    assert applied(decide(code("A", 200, **facts), code("B", 101, **facts))) == ["A"]
    assert applied(decide(code("A", 200, **facts), code("B", 100, **facts))) == ["A", "B"]


def test_order_amounts_count_before_discounts_for_each() -> None:
    name = "campaign.orders.amount"
    facts: dict[str, Any] = {"rules": (below(name, 20_000),), "counts": {name: 0}}

    assert applied(decide(*(code(key, **facts) for key in "ABC"))) == ["A", "B"]


@pytest.mark.parametrize("basket", [Basket(amount=10_000), None])
def test_credits_of_two_cards_of_one_campaign_add_up(basket: Basket | None) -> None:
    name = "redemption.gift.amount"
    facts: dict[str, Any] = {
        "rules": (below(name, 5000),),
        "counts": {name: 1000},
        "discount": effects.parse({"type": "GIFT"}),
    }

    def both(second: int) -> list[str]:
        cards = [
            code("A", credits=Credits(balance=9000, requested=3000), **facts),
            code("B", credits=Credits(balance=9000, requested=second), **facts),
        ]
        return applied(decide(*cards, basket=basket))

    assert both(1000) == ["A", "B"]
    assert both(1001) == ["A"]


def test_a_card_on_an_order_without_an_amount_counts_what_it_pays() -> None:
    name = "redemption.gift.amount"
    card = code(
        "A",
        discount=effects.parse({"type": "GIFT"}),
        credits=Credits(balance=9000, requested=3000),
        rules=(below(name, 5000),),
        counts={name: 2001},
    )

    assert applied(decide(card, basket=Basket())) == []


def limited(most: int, **limit: Any) -> rules.RuleSet:
    entry = {"object": "product", "id": "prod_a", UNIT_LIMIT: most, **limit}
    return rules.parse({"applicable_to": {"included": [entry]}})


def test_units_of_two_codes_of_one_campaign_share_its_limit() -> None:
    off = effects.parse({"type": "AMOUNT", "effect": "APPLY_TO_ITEMS_BY_QUANTITY", "amount_off": 10})
    facts: dict[str, Any] = {
        "discount": off,
        "rules": (limited(5),),
        "unit_counts": {f"{UNIT_LIMIT}:prod_a": 1},
    }
    basket = Basket(lines=(Line(product_id="prod_a", price=1000, quantity=3),))

    outcome = decide(code("A", **facts), code("B", **facts), basket=basket)

    assert [sum(one.units for one in step.units) for step in outcome.steps] == [3, 1]
    again = decide(code("A", **facts), code("B", campaign="camp_2", **facts), basket=basket)
    assert [sum(one.units for one in step.units) for step in again.steps] == [3, 3]


def test_limits_of_a_tier_belong_to_the_tier() -> None:
    off = effects.parse({"type": "AMOUNT", "effect": "APPLY_TO_ITEMS_BY_QUANTITY", "amount_off": 10})
    entry = {"object": "product", "id": "prod_a", "product_promotion_tier_quantity_limit": 3}
    facts: dict[str, Any] = {
        "discount": off,
        "rules": (rules.parse({"applicable_to": {"included": [entry]}}),),
        "object": RedeemableObject.PROMOTION_TIER,
    }
    basket = Basket(lines=(Line(product_id="prod_a", price=1000, quantity=3),))

    outcome = decide(code("A", **facts), code("B", **facts), basket=basket)

    assert [sum(one.units for one in step.units) for step in outcome.steps] == [3, 3]


def test_the_best_set_holds_the_limit_and_is_the_best() -> None:
    name = "campaign.redemptions.count"
    facts: dict[str, Any] = {"rules": (below(name, 10),), "counts": {name: 8}}
    codes = [code(key, off, **facts) for key, off in zip("ABCD", (100, 400, 200, 300), strict=True)]

    outcome = decide(*codes, strategy=Strategy.BEST_FOR_CUSTOMER)

    assert applied(outcome) == ["B", "D"]
    assert outcome.gap == 0


def test_a_code_that_saves_nothing_may_count_for_one_that_asks_for_a_least_figure() -> None:
    name = "campaign.redemptions.count"
    late = code("late", 500, rules=(below(name, 1, "$more_than"),), counts={name: 0})

    outcome = decide(code("zero", 0), late, strategy=Strategy.BEST_FOR_CUSTOMER)

    assert applied(outcome) == ["zero", "late"]
    assert outcome.gap == 0


def test_the_bound_knows_that_a_counter_may_open_a_way() -> None:
    """Neither asking in order nor by worth finds the pair."""
    name = "campaign.redemptions.count"
    late = code("late", 500, rules=(below(name, 1, "$more_than"),), counts={name: 0})
    snapshot = Snapshot(
        now=NOW,
        basket=Basket(amount=10_000),
        candidates=(code("other", 100, "camp_2"), code("first", 50), late),
        stacking_rules=StackingRules(applicable_redeemables_limit=2),
        strategy=Strategy.BEST_FOR_CUSTOMER,
    )

    assert applied(evaluate(snapshot)) == ["first", "late"]


def test_the_bound_knows_that_used_up_units_make_room_for_dearer_ones() -> None:
    """Half off two units: those at 1.00 come first, until another code has used them up."""
    name = "product_in_collection_campaign_quantity_limit"
    entry = {"object": "products_collection", "id": "pc_x", name: 2, "aggregated_quantity_limit": 2}
    rule_set = rules.parse({"applicable_to": {"included": [entry]}})
    half = effects.parse({"type": "PERCENT", "effect": "APPLY_TO_ITEMS", "percent_off": 50})
    lines = (
        Line(product_id="prod_a", price=100, quantity=2, collections=("pc_x",)),
        Line(product_id="prod_b", price=1000, quantity=2, collections=("pc_x",)),
    )
    cheap = rules.parse(
        {"applicable_to": {"included": [entry], "excluded": [{"object": "product", "id": "prod_b"}]}}
    )
    one_off = effects.parse({"type": "AMOUNT", "effect": "APPLY_TO_ITEMS_BY_QUANTITY", "amount_off": 1})
    snapshot = Snapshot(
        now=NOW,
        basket=Basket(lines=lines),
        candidates=(
            code("other", 150, "camp_2"),
            code("cheap", discount=one_off, rules=(cheap,)),
            code("half", discount=half, rules=(rule_set,)),
        ),
        stacking_rules=StackingRules(applicable_redeemables_limit=2),
        strategy=Strategy.BEST_FOR_CUSTOMER,
    )

    outcome = evaluate(snapshot)

    assert applied(outcome) == ["cheap", "half"]
    assert score(outcome) == best_score(snapshot) == (1002, 0)


def test_explains_what_was_used_in_the_request() -> None:
    name = "campaign.redemptions.count"
    facts: dict[str, Any] = {"rules": (below(name, 1),), "counts": {name: 0}}
    snapshot = Snapshot(
        now=NOW,
        basket=Basket(amount=10_000),
        candidates=(code("A", **facts), code("B", **facts)),
        stacking_rules=StackingRules(redeemables_application_mode=ApplicationMode.PARTIAL),
    )

    found = explain(snapshot, evaluate(snapshot))

    conditions = [next(one for one in each.conditions if one.id == "rule::1") for each in found]
    assert [(one.holds, one.actual) for one in conditions] == [(True, {"value": 1}), (False, {"value": 2})]


CAMPAIGNS = st.sampled_from(["camp_1", "camp_1", "camp_2", None])
NAMES = ("campaign.redemptions.count", "campaign.orders.amount_discounted", "campaign.orders.amount")
UNIT_ENTRY = st.fixed_dictionaries(
    {
        "object": st.just("products_collection"),
        "id": st.just("pc_x"),
        UNIT_LIMIT: st.integers(0, 8),
        "product_in_collection_campaign_quantity_limit": st.none() | st.integers(0, 4),
        "aggregated_quantity_limit": st.none() | st.integers(1, 4),
    }
)
COUNTED = st.builds(
    lambda name, operator, operand: rules.parse(
        {"rules": {"1": {"name": name, "conditions": {operator: [operand]}}}}
    ),
    st.sampled_from(NAMES),
    st.sampled_from(["$less_than_or_equal", "$less_than_or_equal", "$less_than", "$more_than"]),
    st.integers(0, 4) | st.integers(0, 20_000),
)
COUNTED_UNITS = UNIT_ENTRY.map(lambda entry: rules.parse({"applicable_to": {"included": [entry]}}))
RULES = st.tuples(COUNTED) | st.tuples(COUNTED_UNITS) | st.tuples(COUNTED, COUNTED_UNITS)
PRIORS = {"camp_1": {NAMES[0]: 1, NAMES[1]: 500, NAMES[2]: 3000}, "camp_2": dict.fromkeys(NAMES, 0)}
UNIT_PRIORS = {"camp_1": {f"{UNIT_LIMIT}:pc_x": 2}, "camp_2": {}}


def _in_campaigns(snapshot: Snapshot, campaigns: list[str | None]) -> Snapshot:
    """Each candidate in its campaign, with the counters of that campaign."""
    return replace(
        snapshot,
        candidates=tuple(
            replace(
                one,
                campaign_id=campaign,
                counts=PRIORS.get(campaign or "", dict.fromkeys(NAMES, 0)),
                unit_counts=UNIT_PRIORS.get(campaign or "", {}),
            )
            for one, campaign in zip(snapshot.candidates, campaigns, strict=False)
        ),
    )


def counting(strategy: Strategy, most: int = 5) -> st.SearchStrategy[Snapshot]:
    """Candidates of two campaigns, with rules about their counters."""
    return st.builds(
        _in_campaigns,
        strategies.of(
            strategies.candidate_lists(most, rules=RULES),
            basket=strategies.baskets,
            strategy=st.just(strategy),
        ),
        st.lists(CAMPAIGNS, min_size=most, max_size=most),
    )


@settings(max_examples=80)
@given(counting(Strategy.BEST_FOR_CUSTOMER))
def test_no_legal_set_saves_more(snapshot: Snapshot) -> None:
    outcome = evaluate(snapshot)

    assert outcome.gap == 0
    assert score(outcome) == best_score(snapshot)


@settings(max_examples=50)
@given(counting(Strategy.BEST_FOR_CUSTOMER), st.integers(0, 6))
def test_the_gap_of_a_stopped_search_is_honest(snapshot: Snapshot, limit: int) -> None:
    stopped = evaluate_best(snapshot, limit=limit)

    assert stopped.gap is not None
    assert best_score(snapshot)[0] - score(stopped)[0] <= stopped.gap


def works_per_unit(candidate: Candidate) -> bool:
    """Limits on units do not concern sums off whole lines."""
    whole = (effects.AmountOffItems, effects.AmountProportionally, effects.GiftItems)
    return not isinstance(candidate.discount, whole)


@settings(max_examples=times(day=50, night=100))
@given(st.sampled_from(Strategy).flatmap(counting))
def test_no_counter_of_a_campaign_ever_passes_a_limit_that_all_its_codes_have(snapshot: Snapshot) -> None:
    """The tightest limit that applied ones ask for, against what all of them used together."""
    by_name = {(one.object, one.key): one for one in snapshot.candidates}
    used: dict[tuple[str, str], int] = {}
    for step in evaluate(snapshot).with_status(Status.APPLICABLE):
        candidate = by_name[step.object, step.key]
        campaign = candidate.campaign_id or f"alone:{step.object}:{step.key}"
        order = step.order
        before = (
            None
            if order is None
            else (order.amount or 0) - sum(line.applied_quantity_amount for line in order.lines)
        )
        own = {
            NAMES[0]: 1,
            NAMES[1]: 0 if order is None else order.total_applied_discount_amount,
            NAMES[2]: before or 0,
        }
        for name, amount in own.items():
            used[campaign, name] = used.get((campaign, name), 0) + amount
        for one in step.units:
            name = f"{UNIT_LIMIT}:{one.entry.item.id}"
            used[campaign, name] = used.get((campaign, name), 0) + one.units
            for limit in one.entry.unit_limits:
                if limit.limit == UNIT_LIMIT and limit.quantity is not None and works_per_unit(candidate):
                    prior = candidate.unit_counts.get(name, 0)
                    assert prior + used[campaign, name] <= limit.quantity
        for rule in (rule for rule_set in candidate.rules for rule in rule_set.rules):
            figure = candidate.counts[rule.name] + used[campaign, rule.name]
            for condition in rule.conditions:
                operand = condition.operands[0]
                assert isinstance(operand, int)
                if condition.operator == "$less_than_or_equal":
                    assert figure <= operand
                elif condition.operator == "$less_than":
                    assert figure < operand
