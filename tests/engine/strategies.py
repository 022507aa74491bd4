"""Random but well-formed snapshots, for property tests."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from engine import reasons
from engine.basket import Basket, Line
from engine.durations import Duration
from engine.effects import AmountOffOrder, PercentOffOrder
from engine.snapshot import Candidate, Customer, RedeemableObject, Snapshot, Uses
from engine.stacking_rules import (
    ApplicationMode,
    CalculationMode,
    Category,
    CategoryLimit,
    GroupedSortingRule,
    NoEffectRule,
    SortingRule,
    StackingRules,
    StackingType,
)
from engine.validity import DailyHours, Timeframe, Validity

AMOUNTS = st.integers(0, 10**6)
SMALL_LIMITS = st.integers(1, 4)
NAMES = st.text(max_size=8)
INSTANTS = st.integers(0, 365 * 24 * 60).map(
    lambda m: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=m)
)
DAYS = st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days)))
DURATIONS = st.builds(Duration, days=st.integers(0, 10), seconds=st.integers(1, 86_400))
CATEGORIES = st.sampled_from(
    [
        Category(id="cat_common", name="Common", hierarchy=3),
        Category(id="cat_other", name="Other", hierarchy=1),
        Category(id="cat_exclusive", name="Exclusive", hierarchy=2, stacking_type=StackingType.EXCLUSIVE),
        Category(id="cat_alone", name="Alone", hierarchy=0, stacking_type=StackingType.EXCLUSIVE),
        Category(id="cat_joint", name="Joint", hierarchy=0, stacking_type=StackingType.JOINT),
    ]
)
CATEGORY_IDS = st.sampled_from(["cat_common", "cat_other", "cat_exclusive", "cat_joint"])
CATEGORY_LISTS = st.lists(CATEGORY_IDS, max_size=2, unique=True).map(tuple)

lines = st.builds(
    Line,
    quantity=st.integers(0, 10**4),
    price=st.none() | AMOUNTS,
    amount=st.none() | AMOUNTS,
    discount_amount=st.just(0) | AMOUNTS,
    product_id=st.none() | NAMES,
)
baskets = st.builds(
    Basket,
    amount=st.none() | AMOUNTS,
    lines=st.lists(lines, max_size=4).map(tuple),
    discount_amount=st.just(0) | AMOUNTS,
)
discounts = st.builds(AmountOffOrder, amount_off=AMOUNTS, amount_limit=st.none() | AMOUNTS) | st.builds(
    PercentOffOrder,
    percent_off=st.decimals(0, 100, places=2).map(lambda percent: Decimal(str(percent))),
    amount_limit=st.none() | AMOUNTS,
    aggregated_amount_limit=st.none() | AMOUNTS,
)
hours = st.builds(
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
    daily_hours=st.none() | st.lists(hours, max_size=2).map(tuple),
    activity_duration=st.none() | DURATIONS,
)
# Mostly without limits, so that most candidates reach the calculation.
open_validities = st.just(Validity()) | st.just(Validity()) | validities
refusals = st.builds(reasons.not_found, resource_type=st.just("voucher"), resource_id=NAMES)


def candidate(key: str) -> st.SearchStrategy[Candidate]:
    return st.builds(
        Candidate,
        key=st.just(key),
        object=st.sampled_from(RedeemableObject),
        label=NAMES,
        reason=st.sampled_from([True] + [False] * 9).flatmap(
            lambda refused: refusals if refused else st.none()
        ),
        is_active=st.sampled_from([True] * 9 + [False]),
        is_campaign_active=st.sampled_from([True] * 9 + [False]),
        validity=open_validities,
        campaign_validity=st.none() | open_validities,
        published_at=st.none() | INSTANTS,
        uses=st.just(Uses()) | st.builds(Uses, quantity=st.none() | SMALL_LIMITS, used=st.integers(0, 3)),
        discount=discounts,
        category=st.none() | CATEGORIES,
    )


candidate_lists = st.integers(0, 6).flatmap(
    lambda size: st.tuples(*(candidate(f"code-{number}") for number in range(size)))
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
    redeemables_no_effect_rule=st.sampled_from(NoEffectRule),
    no_effect_skip_categories=CATEGORY_LISTS,
    no_effect_redeem_anyway_categories=CATEGORY_LISTS,
    discount_calculation_mode=st.sampled_from(CalculationMode),
    initial_amount_mode_categories=CATEGORY_LISTS,
    discounted_amount_mode_categories=CATEGORY_LISTS,
)
snapshots = st.builds(
    Snapshot,
    now=INSTANTS,
    time_zone=st.sampled_from(["UTC", "Europe/Warsaw", "America/New_York", "Australia/Lord_Howe"]),
    basket=st.none() | baskets,
    customer=st.none() | st.builds(Customer, id=st.none() | NAMES, source_id=st.none() | NAMES),
    candidates=candidate_lists,
    stacking_rules=stacking_rules,
)
