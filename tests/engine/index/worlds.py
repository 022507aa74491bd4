"""Random candidates and requests over few words, so that much of it matches."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from engine import reasons
from engine.applicability import Applicability, Entry, Pick, Target
from engine.basket import Basket, Line
from engine.bundles import Bundle, Component
from engine.durations import Duration
from engine.effects import (
    AddNewItems,
    AmountOffItems,
    AmountOffOrder,
    AmountOffUnits,
    AmountProportionally,
    FixedOrder,
    PercentOffItems,
    PercentOffOrder,
)
from engine.items import ItemObject, ItemRef
from engine.rules.tree import All, Any_, Condition, Leaf, Logic, Operator, Rule, RuleSet
from engine.snapshot import Article, Call, Candidate, Customer, Snapshot, Uses
from engine.stacking_rules import (
    CalculationMode,
    Category,
    CategoryLimit,
    NoEffectRule,
    StackingRules,
    StackingType,
)
from engine.validity import DailyHours, Timeframe, Validity

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
O = Operator  # noqa: E741
IDS = ["a", "b", "c"]
ITEMS = st.sampled_from(
    [
        *(ItemRef(object=ItemObject.PRODUCT, id=f"prod_{name}") for name in IDS),
        ItemRef(object=ItemObject.PRODUCT, id="prod_a", source_id="shop_b"),
        ItemRef(object=ItemObject.PRODUCT, id="", source_id="shop_c"),
        *(ItemRef(object=ItemObject.SKU, id=f"sku_{name}") for name in IDS),
        *(ItemRef(object=ItemObject.COLLECTION, id=f"pc_{name}") for name in IDS),
    ]
)
VALUES: list[Any] = ["x", "y", "1", "1.0", 1, 2, Decimal("1.0"), Decimal("2.5"), True, False, "true", "-7"]
AMOUNTS = st.sampled_from([0, 1, 99, 500, 999, 1000, 1001, 2500, 10_000])
INSTANTS = st.integers(-3, 3).map(lambda hours: NOW + timedelta(hours=hours))

_compared = st.sampled_from([O.MORE_THAN, O.MORE_THAN_OR_EQUAL, O.LESS_THAN, O.LESS_THAN_OR_EQUAL])
_figures = st.sampled_from([0, 1, 2, 3, 1000, 2500, Decimal("999.5"), "1000", "1000.5", 10**30, "x"])
_membership = st.sampled_from([O.IS, O.IS, O.IN, O.IS_NOT, O.NOT_IN])


def _condition(
    operators: st.SearchStrategy[Operator], operands: st.SearchStrategy[Any], most: int = 2
) -> Any:
    return st.builds(
        Condition, operator=operators, operands=st.lists(operands, min_size=1, max_size=most).map(tuple)
    )


def _conditions(one: Any) -> Any:
    return st.lists(one, min_size=1, max_size=2).map(tuple)


def _rule(name: st.SearchStrategy[str], conditions: Any, **more: Any) -> Any:
    return st.builds(Rule, key=st.just(""), name=name, conditions=conditions, **more)


_numbers = _conditions(_condition(_compared, _figures, 1))
_subrules = st.lists(
    _rule(
        st.sampled_from(
            [
                "order.items.aggregated_quantity",
                "order.items.aggregated_amount",
                "order.items.quantity",
                "order.items.price",
            ]
        ),
        _numbers,
    ),
    max_size=1,
).map(lambda rules: tuple(_keyed(rules)))


def _keyed(rules: list[Rule]) -> list[Rule]:
    return [
        Rule(
            key=str(number),
            name=rule.name,
            property=rule.property,
            conditions=rule.conditions,
            rules=rule.rules,
            logic=All(of=tuple(Leaf(key=below.key) for below in rule.rules)),
        )
        for number, rule in enumerate(rules, start=1)
    ]


def _with_logic(rules: list[Rule]) -> list[Rule]:
    return _keyed(rules)


rules = st.one_of(
    _rule(
        st.sampled_from(["order.amount", "order.initial_amount", "order.items.count", "order.total_amount"]),
        _numbers,
    ),
    _rule(
        st.sampled_from(["order.items.any", "order.items.any", "order.items.none", "order.items.every"]),
        _conditions(_condition(_membership, ITEMS)),
        rules=_subrules,
    ),
    _rule(
        st.sampled_from(["customer.segment", "customer.loyalty_tier"]),
        _conditions(_condition(_membership | st.just(O.NOT_INTERSECT), st.sampled_from(IDS))),
    ),
    _rule(
        st.sampled_from(["customer.metadata", "order.metadata", "redemption.metadata"]),
        _conditions(_condition(_membership, st.sampled_from(VALUES)) | _condition(_compared, _figures, 1)),
        property=st.sampled_from(["k", "l"]),
    ),
    _rule(
        st.sampled_from(["redemption.api_key", "redemption.user.login"]),
        _conditions(_condition(_membership, st.sampled_from(IDS))),
    ),
    _rule(
        st.sampled_from(
            [
                "redemption.count.daily",
                "redemption.count.per_customer",
                "campaign.redemptions.count",
                "campaign.orders.amount",
                "campaign.orders.amount_discounted",
            ]
        ),
        _numbers,
    ),
    _rule(
        st.just("publication.redeemable_by_linked_customer"),
        st.just((Condition(operator=O.IS, operands=(True,)),)),
    ),
    _rule(
        st.just("order.items.price_any"),
        _numbers,
    ),
)


@st.composite
def rule_sets(draw: Any) -> RuleSet:
    found = _keyed(draw(st.lists(rules, max_size=4)))
    return RuleSet(
        rules=tuple(found),
        logic=draw(_logic([rule.key for rule in found])),
        applicable_to=draw(applicabilities),
        bundle=draw(st.sampled_from([None] * 9 + [BUNDLE])),
    )


def _logic(keys: list[str]) -> st.SearchStrategy[Logic]:
    if not keys:
        return st.just(All(of=()))
    leaf = st.sampled_from(keys).map(lambda key: Leaf(key=key))
    parts = st.lists(leaf, min_size=1, max_size=3).map(tuple)
    flat = st.builds(All, of=parts) | st.builds(Any_, of=parts)
    nested = st.lists(flat | leaf, min_size=1, max_size=3).map(tuple)
    whole = st.just(All(of=tuple(Leaf(key=key) for key in keys)))
    return whole | whole | flat | st.builds(All, of=nested) | st.builds(Any_, of=nested)


BUNDLE = Bundle(components=(Component(item=ItemRef(object=ItemObject.PRODUCT, id="prod_a"), quantity=2),))
_entries = st.builds(Entry, item=ITEMS) | st.builds(
    Entry,
    item=ITEMS,
    pick=st.sampled_from(Pick),
    target=st.sampled_from(Target),
    amount_limit=st.none() | AMOUNTS,
    quantity_limit=st.none() | st.integers(0, 2),
)
applicabilities = st.one_of(
    st.just(Applicability()),
    st.builds(Applicability, included=_entries.map(lambda entry: (entry,))),
    st.builds(
        Applicability,
        included=st.lists(_entries, max_size=2).map(tuple),
        excluded=st.lists(_entries, max_size=1).map(tuple),
        included_all=st.booleans(),
    ),
)
_percents = st.sampled_from(["0", "3", "10", "33.333333", "0.0000001", "100"]).map(Decimal)
_limits: dict[str, Any] = {
    "amount_limit": st.none() | AMOUNTS,
    "aggregated_amount_limit": st.none() | AMOUNTS,
}
_formulas = st.sampled_from([None] * 5 + ["ORDER_AMOUNT * 0.1"])
discounts = st.one_of(
    st.builds(PercentOffOrder, percent_off=_percents, **_limits),
    st.builds(AmountOffOrder, amount_off=AMOUNTS, amount_off_formula=_formulas, **_limits),
    st.builds(PercentOffItems, percent_off=_percents, **_limits),
    st.builds(AmountOffItems, amount_off=AMOUNTS, **_limits),
    st.builds(AmountOffUnits, amount_off=AMOUNTS, **_limits),
    st.builds(AmountProportionally, amount_off=AMOUNTS),
    st.builds(FixedOrder, fixed_amount=AMOUNTS),
    st.just(AddNewItems.parse({"unit_off": 2, "unit_type": "prod_a"})),
)
CATEGORIES = [
    Category(id="cat_a"),
    Category(id="cat_b", stacking_type=StackingType.EXCLUSIVE),
    Category(id="cat_c", stacking_type=StackingType.JOINT),
]
validities = st.just(Validity()) | st.builds(
    Validity,
    starts_at=st.none() | INSTANTS,
    ends_at=st.none() | INSTANTS,
    timeframe=st.sampled_from(
        [None, None, Timeframe(interval=Duration(days=1), duration=Duration(seconds=3600))]
    ),
    days_of_week=st.sampled_from([None, None, (1, 2), (3,)]),
    daily_hours=st.sampled_from([None, None, (DailyHours(days_of_week=(2, 3), start_time=time(12)),)]),
    activity_duration=st.sampled_from([None, None, Duration(seconds=7200)]),
)
_rarely = st.sampled_from([False] * 15 + [True])
COUNTS = st.fixed_dictionaries(
    {},
    optional={
        "redemption.count.daily": st.integers(0, 3),
        "redemption.count.per_customer": st.integers(0, 3),
        "campaign.redemptions.count": st.integers(0, 3),
        "campaign.orders.amount": AMOUNTS,
        "campaign.orders.amount_discounted": AMOUNTS,
    },
)
candidates = st.builds(
    Candidate,
    key=st.just("one"),
    reason=_rarely.map(
        lambda yes: reasons.not_found(resource_type="voucher", resource_id="one") if yes else None
    ),
    is_active=_rarely.map(lambda yes: not yes),
    is_campaign_active=_rarely.map(lambda yes: not yes),
    is_referrer=_rarely,
    is_held_by_customer=st.sampled_from([None, True, False]),
    validity=validities,
    campaign_validity=st.none() | validities,
    published_at=st.none() | INSTANTS,
    uses=st.just(Uses()) | st.builds(Uses, quantity=st.none() | st.integers(1, 2), used=st.integers(0, 1)),
    discount=discounts,
    category=st.none() | st.sampled_from(CATEGORIES),
    rules=st.lists(rule_sets(), max_size=2).map(tuple),
    counts=COUNTS,
)

_ids = st.none() | st.sampled_from(IDS)


@st.composite
def lines(draw: Any) -> Line:
    def named(prefix: str) -> str | None:
        name = draw(_ids)
        return None if name is None else prefix + name

    is_continued = draw(_rarely)
    return Line(
        quantity=draw(st.integers(0, 4)),
        price=draw(st.none() | AMOUNTS),
        amount=draw(st.none() | st.none() | AMOUNTS),
        product_id=named("prod_"),
        product_source_id=named("shop_"),
        sku_id=named("sku_"),
        collections=tuple(
            f"pc_{name}" for name in draw(st.lists(st.sampled_from(IDS), max_size=2, unique=True))
        ),
        discount_amount=draw(AMOUNTS) if is_continued else 0,
        initial_quantity=draw(st.none() | st.integers(0, 2)) if is_continued else None,
    )


METADATA = st.dictionaries(
    st.sampled_from(["k", "l"]),
    st.sampled_from([*VALUES, None, ["x", 1], [], {"x": 1}, [Decimal("2.5"), True]]),
)
STACKING = st.builds(
    StackingRules,
    redeemables_no_effect_rule=st.sampled_from(NoEffectRule),
    no_effect_skip_categories=st.sampled_from([(), ("cat_a",)]),
    discount_calculation_mode=st.sampled_from(CalculationMode),
    applicable_redeemables_category_limits=st.sampled_from(
        [(), (), (CategoryLimit(category_id="cat_a", limit=0),)]
    ),
)
queries = st.builds(
    Snapshot,
    now=INSTANTS,
    time_zone=st.sampled_from(["UTC", "Europe/Warsaw"]),
    basket=st.none()
    | st.builds(
        Basket,
        amount=st.none() | st.none() | AMOUNTS,
        lines=st.lists(lines(), max_size=4).map(tuple),
        discount_amount=_rarely.map(lambda yes: 500 if yes else 0),
        metadata=METADATA,
    ),
    customer=st.none()
    | st.builds(
        Customer,
        id=st.just("cust_1"),
        metadata=METADATA,
        segments=st.lists(st.sampled_from(IDS), max_size=2, unique=True).map(tuple),
        loyalty_tiers=st.lists(st.sampled_from(IDS), max_size=1).map(tuple),
    ),
    stacking_rules=STACKING,
    call=st.builds(Call, api_key=_ids, user_login=_ids, metadata=METADATA),
    articles=st.just((Article(id="prod_a", product_id="prod_a", price=700),)),
)
OMITS = st.sets(
    st.sampled_from(
        [
            "order.amount",
            "order.items.any",
            "order.items.aggregated_quantity",
            "customer.segment",
            "campaign.orders.amount_discounted",
            "campaign.orders.amount",
            "redemption.count.per_customer",
            "order.total_amount",
        ]
    ),
    max_size=3,
).map(frozenset)
