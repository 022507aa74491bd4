"""Random but well-formed snapshots with all there is in them, for property tests.

Everything speaks of the same few articles, so that rules sometimes hold and discounts find their lines.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from hypothesis import strategies as st

from engine import reasons
from engine.basket import Basket, Line
from engine.budgets import Budget, BudgetMeasure, BudgetPolicy
from engine.durations import Duration
from engine.rules.families import REGISTRY
from engine.rules.tree import RuleSet
from engine.snapshot import Article, Call, Candidate, Credits, Customer, RedeemableObject, Snapshot, Uses
from engine.stacking_rules import (
    ApplicationMode,
    CalculationMode,
    Category,
    CategoryLimit,
    GroupedSortingRule,
    NoEffectRule,
    ProductsMode,
    SortingRule,
    StackingRules,
    StackingType,
    Strategy,
)
from engine.validity import DailyHours, Timeframe, Validity
from tests.engine import effect_strategies, rule_strategies

AMOUNTS = st.integers(0, 10**6)
SMALL_LIMITS = st.integers(1, 4)
NAMES = st.text(max_size=8)
INSTANTS = st.integers(0, 365 * 24 * 60).map(
    lambda m: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=m)
)
DAYS = st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days)))
DURATIONS = st.builds(Duration, days=st.integers(0, 10), seconds=st.integers(1, 86_400))
CATEGORIES: Final = (
    Category(id="cat_common", name="Common", hierarchy=3),
    Category(id="cat_other", name="Other", hierarchy=1),
    Category(id="cat_exclusive", name="Exclusive", hierarchy=2, stacking_type=StackingType.EXCLUSIVE),
    Category(id="cat_alone", name="Alone", hierarchy=0, stacking_type=StackingType.EXCLUSIVE),
    Category(id="cat_joint", name="Joint", hierarchy=0, stacking_type=StackingType.JOINT),
)
categories = st.sampled_from((None, None, *CATEGORIES[:2], *CATEGORIES))
CATEGORY_IDS = st.sampled_from([one.id for one in CATEGORIES])
CATEGORY_LISTS = st.lists(CATEGORY_IDS, max_size=2, unique=True).map(tuple)
METADATA = st.sampled_from(
    [{}, {}, {"p": "a"}, {"p": 7}, {"p": Decimal("2.5")}, {"p": ["a", "b"]}, {"p": "2026-11-20"}, {"p": True}]
)
ARTICLES: Final = (
    Article(id="prod_a", product_id="prod_a", name="A", price=700, collections=("pc_x",)),
    Article(id="prod_b", product_id="prod_b", name="B", price=1900),
    Article(id="sku_a1", product_id="prod_a", sku_id="sku_a1", name="A one", price=800),
    Article(id="prod_new", product_id="prod_new", name="New", price=450, collections=("pc_y",)),
    Article(id="prod_free", product_id="prod_free", name="Shipping"),
)

_articles = st.sampled_from(
    [
        {"product_id": "prod_a", "collections": ("pc_x",)},
        {"product_id": "prod_a", "sku_id": "sku_a1", "collections": ("pc_x",)},
        {"product_id": "prod_b", "collections": ("pc_x", "pc_y")},
        {"product_id": "prod_b", "sku_id": "sku_b1"},
        {"product_id": "prod_c"},
        {"product_source_id": "gone", "source_id": "gone"},
        {},
    ]
)


def _line(article: dict[str, Any], figures: dict[str, Any]) -> Line:
    return Line(**article, **figures)


lines = st.builds(
    _line,
    _articles,
    st.fixed_dictionaries(
        {
            "quantity": st.integers(0, 9) | st.integers(1, 9) | st.just(10**4),
            "price": st.none() | st.integers(0, 3000) | st.integers(0, 3000),
            "amount": st.none() | st.none() | st.none() | st.integers(0, 9000),
            "discount_amount": st.just(0) | st.just(0) | st.integers(0, 3000),
            "discount_quantity": st.sampled_from([0, 0, 0, 1, 3]),
            "metadata": METADATA,
            "product_metadata": METADATA,
        }
    ),
)
baskets = st.builds(
    Basket,
    amount=st.none() | st.none() | st.integers(0, 30_000) | AMOUNTS,
    lines=st.lists(lines, max_size=4).map(tuple),
    discount_amount=st.just(0) | st.just(0) | st.integers(0, 5000),
    metadata=METADATA,
)
customers = st.builds(
    Customer,
    id=st.none() | st.just("cust_1"),
    source_id=st.none() | NAMES,
    metadata=METADATA,
    segments=st.sampled_from([(), ("a",), ("a", "b")]),
    loyalty_tiers=st.sampled_from([(), ("b",)]),
    birth_date=st.none() | st.dates(),
)
calls = st.builds(
    Call,
    api_key=st.none() | st.just("a"),
    user_login=st.none() | st.just("b"),
    channel=st.none() | st.just("API"),
    metadata=METADATA,
    points_used=st.none() | st.integers(0, 9),
)
_hours = st.builds(
    DailyHours,
    days_of_week=DAYS,
    start_time=st.times(max_value=time(11)),
    expiration_time=st.none() | st.times(min_value=time(12)),
)
validities = st.builds(
    Validity,
    starts_at=st.none() | INSTANTS,
    ends_at=st.none() | INSTANTS,
    timeframe=st.none() | st.builds(Timeframe, interval=DURATIONS, duration=DURATIONS),
    days_of_week=st.none() | DAYS,
    daily_hours=st.none() | st.lists(_hours, max_size=2).map(tuple),
    activity_duration=st.none() | DURATIONS,
)
# Mostly without limits, so that most candidates reach the calculation.
open_validities = st.sampled_from([True] * 7 + [False]).flatmap(
    lambda is_open: st.just(Validity()) if is_open else validities
)
mostly_true = st.sampled_from([True] * 19 + [False])
refusals = st.builds(reasons.not_found, resource_type=st.just("voucher"), resource_id=NAMES)
counts = st.fixed_dictionaries(
    {}, optional={name: st.integers(0, 9) for name, family in REGISTRY.items() if family.is_counter}
)
unit_counts = st.dictionaries(
    st.sampled_from(
        [
            "product_campaign_quantity_limit:prod_a",
            "product_campaign_quantity_limit:pc_x",
            "product_in_collection_customer_campaign_quantity_limit:pc_x:prod_a",
        ]
    ),
    st.integers(0, 5),
    max_size=2,
)
credits = st.none() | st.builds(
    Credits,
    balance=st.integers(0, 9000),
    held=st.sampled_from([0, 0, 100]),
    requested=st.none() | st.integers(0, 5000),
)


def _budget(
    id: str, measure: BudgetMeasure, limit: int, used: int, *, gives: bool = False, **more: Any
) -> Budget:
    policy = BudgetPolicy.GIVE_WHAT_IS_LEFT if gives else BudgetPolicy.REFUSE
    return Budget(id=id, name=id.title(), measure=measure, limit=limit, used=used, policy=policy, **more)


BUDGETS: Final = (
    _budget("bud_sum", BudgetMeasure.DISCOUNT, 3000, 500),
    _budget("bud_rest", BudgetMeasure.DISCOUNT, 2000, 300, gives=True),
    _budget("bud_small", BudgetMeasure.DISCOUNT, 100, 98, gives=True),
    _budget("bud_over", BudgetMeasure.DISCOUNT, 10, 12, gives=True),
    _budget("bud_held", BudgetMeasure.DISCOUNT, 1000, 1000, granted=700),
    _budget("bud_cards", BudgetMeasure.GIFT_CREDITS, 900, 400, gives=True),
    _budget("bud_pieces", BudgetMeasure.UNITS, 5, 2, gives=True),
    _budget("bud_few", BudgetMeasure.UNITS, 5, 1),
    _budget("bud_twice", BudgetMeasure.REDEMPTIONS, 9, 7),
    _budget("bud_orders", BudgetMeasure.ORDER_VALUE, 40_000, 3000, gives=True),
    _budget("bud_nobody", BudgetMeasure.REDEMPTIONS, 9, 0, subject_missing=True),
)
"""A few pools, so that candidates of one request share some."""
budget_lists = st.lists(
    st.sampled_from(BUDGETS[:-1] * 3 + BUDGETS[-1:]), min_size=1, max_size=3, unique_by=lambda one: one.id
).map(tuple)
no_budgets: st.SearchStrategy[tuple[Budget, ...]] = st.just(())
_no_rules: st.SearchStrategy[tuple[RuleSet, ...]] = st.just(())
rule_lists = st.one_of(
    _no_rules,
    st.tuples(rule_strategies.targeting),
    st.tuples(rule_strategies.targeting),
    st.tuples(rule_strategies.rule_sets),
    st.tuples(rule_strategies.rule_sets, rule_strategies.targeting),
)


def candidate(
    key: str,
    discounts: st.SearchStrategy[Any] = effect_strategies.discounts,
    rules: st.SearchStrategy[tuple[RuleSet, ...]] = rule_lists,
    category: st.SearchStrategy[Category | None] = categories,
    budgets: st.SearchStrategy[tuple[Budget, ...]] = no_budgets | no_budgets | no_budgets | budget_lists,
) -> st.SearchStrategy[Candidate]:
    """Any candidate with this key."""
    return st.builds(
        Candidate,
        key=st.just(key),
        object=st.sampled_from(RedeemableObject),
        label=NAMES,
        reason=mostly_true.flatmap(lambda is_known: st.none() if is_known else refusals),
        is_active=mostly_true,
        is_campaign_active=mostly_true,
        validity=open_validities,
        campaign_validity=st.none() | open_validities,
        published_at=st.none() | INSTANTS,
        uses=st.just(Uses())
        | st.builds(
            Uses, quantity=st.none() | SMALL_LIMITS, used=st.integers(0, 2), held=st.sampled_from([0, 1])
        ),
        discount=discounts,
        category=category,
        rules=rules,
        metadata=METADATA,
        publication_metadata=METADATA,
        counts=counts,
        unit_counts=unit_counts,
        budgets=budgets,
        credits=credits,
        is_held_by_customer=st.none() | st.booleans(),
        is_referrer=mostly_true.map(lambda found: not found),
    )


def candidate_lists(most: int = 5, **choices: Any) -> st.SearchStrategy[tuple[Candidate, ...]]:
    """Up to `most` candidates "code-0", "code-1", ..."""
    return st.integers(0, most).flatmap(
        lambda size: st.tuples(*(candidate(f"code-{number}", **choices) for number in range(size)))
    )


stacking_rules = st.builds(
    StackingRules,
    applicable_redeemables_limit=SMALL_LIMITS,
    applicable_redeemables_per_category_limit=st.none() | SMALL_LIMITS,
    applicable_redeemables_category_limits=st.lists(
        st.builds(CategoryLimit, category_id=CATEGORY_IDS, limit=SMALL_LIMITS), max_size=2
    ).map(tuple),
    applicable_exclusive_redeemables_limit=SMALL_LIMITS,
    applicable_exclusive_redeemables_per_category_limit=st.none() | SMALL_LIMITS,
    redeemables_application_mode=st.sampled_from(ApplicationMode),
    redeemables_sorting_rule=st.sampled_from(SortingRule),
    grouped_redeemables_sorting_rule=st.sampled_from(GroupedSortingRule),
    redeemables_products_application_mode=st.sampled_from(ProductsMode),
    redeemables_no_effect_rule=st.sampled_from(NoEffectRule),
    no_effect_skip_categories=CATEGORY_LISTS,
    no_effect_redeem_anyway_categories=CATEGORY_LISTS,
    discount_calculation_mode=st.sampled_from(CalculationMode),
    initial_amount_mode_categories=CATEGORY_LISTS,
    discounted_amount_mode_categories=CATEGORY_LISTS,
)


def of(candidates: st.SearchStrategy[tuple[Candidate, ...]], **choices: Any) -> st.SearchStrategy[Snapshot]:
    """Snapshots with these candidates; `choices` replace other parts."""
    parts: dict[str, Any] = {
        "now": INSTANTS,
        "time_zone": st.sampled_from(["UTC", "Europe/Warsaw", "America/New_York", "Australia/Lord_Howe"]),
        "basket": st.sampled_from([True] * 9 + [False]).flatmap(
            lambda is_sent: baskets if is_sent else st.none()
        ),
        "customer": st.none() | customers,
        "stacking_rules": stacking_rules,
        "call": calls,
        "articles": st.just(ARTICLES) | st.just(ARTICLES[2:]),
        **choices,
    }
    return st.builds(Snapshot, candidates=candidates, **parts)


snapshots = of(candidate_lists())
any_strategy = of(candidate_lists(), strategy=st.sampled_from(Strategy))
