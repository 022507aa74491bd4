"""Nothing of a tree is left out: every operand and every limit is in the text and in the lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import count
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from engine import summary
from engine.applicability import Applicability, Entry, LimitOfUnits, UnitLimit
from engine.bundles import Bundle, Component
from engine.effects import PercentOffItems
from engine.items import ItemObject, ItemRef
from engine.rules.families import REGISTRY, Kind
from engine.rules.operands import ALLOWED
from engine.rules.tree import All, Any_, Condition, Leaf, Logic, Operator, Rule, RuleSet
from engine.summary import Names

NAMES = Names(currency="EUR")
PRESENCE = (Operator.HAS_VALUE, Operator.IS_UNKNOWN)
SIZES_AND_DAYS = tuple(
    operator
    for operator in Operator
    if operator.value.startswith("$count") or operator.value.endswith(("_ago", "_future"))
)
DAY_NAMES = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
MONEY_OPERATORS = ALLOWED[Kind.MONEY] - set(PRESENCE)

# Each operand is unlike any other, so that it can only be in the text for its own sake.
fresh = count(1000)
figures = st.builds(lambda: next(fresh))
words = figures.map(lambda number: f"word{number}")
items = st.builds(
    lambda kind, number: ItemRef(object=kind, id=f"id{number}", name=f"thing{number}"),
    st.sampled_from(ItemObject),
    figures,
)
free = words | figures | figures.map(lambda number: Decimal(number) / 8)


def operands(operator: Operator, kind: Kind) -> st.SearchStrategy[tuple[Any, ...]]:
    def some(values: st.SearchStrategy[Any], most: int = 3) -> st.SearchStrategy[tuple[Any, ...]]:
        return st.lists(values, min_size=1, max_size=most).map(tuple)

    if operator in PRESENCE:
        return st.just(())
    if operator in SIZES_AND_DAYS:
        return some(figures, 1)
    if operator is Operator.DAY_OF_WEEK:
        return st.lists(st.integers(0, 6), min_size=1, max_size=2, unique=True).map(tuple)
    if operator is Operator.TIMEFRAME:
        return st.tuples(words, figures.map(lambda n: f"P{n}D"), figures.map(lambda n: f"PT{n}S"))
    if operator is Operator.TIMEFRAME_ABSOLUTE:
        return some(st.tuples(words, words).map("/".join))
    if operator is Operator.TIMEFRAME_DAILY_HOURS:
        return some(st.tuples(words, words).map("-".join))
    if operator is Operator.FROM or kind is Kind.ITEM:
        return some(items)
    if kind is Kind.FLAG:
        return some(st.booleans(), 1)
    if kind in (Kind.ID, Kind.TIME):
        return some(words)
    return some(free if kind is Kind.FREE else figures)


def traces(condition: Condition, kind: Kind) -> Iterable[str]:
    """What of a condition must be in the text."""
    for value in condition.operands:
        if condition.operator is Operator.DAY_OF_WEEK:
            yield DAY_NAMES[value]
        elif condition.operator is Operator.TIMEFRAME and value.startswith("P"):
            yield f"{int(value.strip('PTDS')):,} day" if value.endswith("D") else spelled(value)
        elif isinstance(value, str) and ("/" in value or "-" in value):
            yield from value.replace("/", "-").split("-")
        elif isinstance(value, ItemRef):
            yield value.name
        elif isinstance(value, bool):
            continue
        elif kind is Kind.MONEY and condition.operator in MONEY_OPERATORS:
            yield f"{value // 100:,}.{value % 100:02d} EUR"
        elif isinstance(value, int) and (kind is not Kind.FREE or condition.operator in SIZES_AND_DAYS):
            yield f"{value:,}"
        else:
            yield str(value)


def spelled(seconds: str) -> str:
    """PT3725S -> 1 hour 2 minutes 5 seconds, by its minutes."""
    minutes = int(seconds.strip("PTS")) // 60 % 60
    return f"{minutes} minute" if minutes else "hour"


@st.composite
def conditions(draw: st.DrawFn, kind: Kind) -> tuple[Condition, ...]:
    operators = draw(st.lists(st.sampled_from(sorted(ALLOWED[kind])), min_size=1, max_size=2, unique=True))
    return tuple(
        Condition(operator=operator, operands=draw(operands(operator, kind))) for operator in operators
    )


@st.composite
def logics(draw: st.DrawFn, keys: Sequence[str]) -> Logic:
    """Every key once, or some left out, in brackets of all kinds."""
    parts: list[Logic] = [Leaf(key=key) for key in keys]
    while len(parts) > 1:
        taken = draw(st.integers(2, len(parts)))
        joined = draw(st.sampled_from([All, Any_]))(of=tuple(parts[:taken]))
        parts = [joined, *parts[taken:]]
    return parts[0] if parts and draw(st.integers(0, 9)) else All(of=())


@st.composite
def rules(draw: st.DrawFn, key: str, depth: int = 0) -> Rule:
    name = draw(st.sampled_from(sorted(REGISTRY)))
    family = REGISTRY[name]
    subrules = () if depth else tuple(draw(st.lists(st.just(None), max_size=2)))
    subs = tuple(draw(rules(f"{key}s{place}", depth + 1)) for place, _ in enumerate(subrules))
    return Rule(
        key=key,
        name=name,
        property=draw(words)
        if family.needs_property or draw(st.booleans()) and "aggregated" in name
        else None,
        conditions=draw(conditions(family.kind)),
        rules=subs,
        logic=draw(logics([sub.key for sub in subs])),
        error=draw(st.none() | words),
    )


limits = st.none() | figures
formulas = st.none() | figures.map(lambda number: f"{number} + 1")


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    kinds = draw(st.lists(st.sampled_from(UnitLimit), max_size=2, unique=True))
    return Entry(
        item=draw(items),
        price=draw(limits),
        price_formula=draw(formulas),
        amount_limit=draw(limits),
        aggregated_amount_limit=draw(limits),
        quantity_limit=draw(limits),
        quantity_limit_formula=draw(formulas),
        aggregated_quantity_limit=draw(limits),
        aggregated_quantity_limit_formula=draw(formulas),
        unit_limits=tuple(
            LimitOfUnits(limit=kind, quantity=draw(figures), formula=draw(formulas)) for kind in kinds
        ),
    )


applicabilities = st.builds(
    Applicability,
    included=st.lists(entries(), max_size=2).map(tuple),
    excluded=st.lists(items.map(lambda item: Entry(item=item)), max_size=2).map(tuple),
    included_all=st.booleans(),
)
bundles = st.builds(
    Bundle,
    components=st.lists(st.builds(Component, item=items, quantity=figures), min_size=1, max_size=2).map(
        tuple
    ),
    limit=figures,
)


@st.composite
def rule_sets(draw: st.DrawFn) -> RuleSet:
    own = tuple(draw(rules(f"r{place}")) for place in range(draw(st.integers(0, 3))))
    return RuleSet(
        rules=own,
        logic=draw(logics([rule.key for rule in own])),
        applicable_to=draw(applicabilities),
        bundle=draw(st.none() | bundles),
        error=draw(st.none() | words),
    )


def of_rule(rule: Rule) -> Iterable[str]:
    kind = REGISTRY[rule.name].kind
    yield from (trace for condition in rule.conditions for trace in traces(condition, kind))
    yield from (text for text in (rule.property, rule.error) if text is not None)
    for sub in rule.rules:
        yield from of_rule(sub)


def of_entry(entry: Entry, *, has_price: bool) -> Iterable[str]:
    yield entry.item.name
    for amount in (entry.amount_limit, entry.aggregated_amount_limit, entry.price if has_price else None):
        if amount is not None:
            yield f"{amount // 100:,}.{amount % 100:02d} EUR"
    quantities = (
        entry.quantity_limit,
        entry.aggregated_quantity_limit,
        *(one.quantity for one in entry.unit_limits),
    )
    yield from (f"{quantity:,}" for quantity in quantities if quantity is not None)
    texts = [entry.quantity_limit_formula, entry.aggregated_quantity_limit_formula]
    texts += [one.formula for one in entry.unit_limits] + ([entry.price_formula] if has_price else [])
    yield from (text for text in texts if text is not None)


def of_applicability(found: Applicability, *, has_price: bool) -> Iterable[str]:
    for entry in found.included:
        yield from of_entry(entry, has_price=has_price)
    yield from (entry.item.name for entry in found.excluded)


def of_set(rule_set: RuleSet) -> Iterable[str]:
    for rule in rule_set.rules:
        yield from of_rule(rule)
    yield from of_applicability(rule_set.applicable_to, has_price=True)
    if rule_set.bundle is not None:
        yield f"{rule_set.bundle.limit:,} times"
        for component in rule_set.bundle.components:
            yield f"{component.quantity:,}"
            yield component.item.name
    if rule_set.error is not None:
        yield rule_set.error


@given(rule_set=rule_sets())
def test_every_operand_and_limit_of_a_rule_set_is_said(rule_set: RuleSet) -> None:
    text = summary.rules_text(rule_set, NAMES)
    lines = summary.rules(rule_set, NAMES)

    together = "\n".join(line.text for line in lines)
    assert [trace for trace in of_set(rule_set) if trace not in text] == []
    assert [trace for trace in of_set(rule_set) if trace not in together] == []
    assert all(line.text and line.depth >= 0 for line in lines)


@given(applicability=applicabilities, limit=limits, whole=limits)
def test_every_limit_of_a_discount_is_said(
    applicability: Applicability, limit: int | None, whole: int | None
) -> None:
    off = PercentOffItems(percent_off=Decimal(10), amount_limit=limit, aggregated_amount_limit=whole)

    text = summary.discount(off, applicability, names=NAMES)

    own = [f"{amount // 100:,}.{amount % 100:02d} EUR" for amount in (limit, whole) if amount is not None]
    traces = [*of_applicability(applicability, has_price=False), *own]
    assert [trace for trace in traces if trace not in text] == []


@given(rule_set=rule_sets())
def test_the_joints_of_each_level_agree_with_the_logic(rule_set: RuleSet) -> None:
    lines = summary.rules(RuleSet(rules=rule_set.rules, logic=rule_set.logic), NAMES)

    top = [line for line in lines if line.depth == 0 and not line.text.startswith("Not asked: ")]
    if isinstance(rule_set.logic, Leaf):
        assert [line.key for line in top] == [rule_set.logic.key]
    else:
        word = "and" if isinstance(rule_set.logic, All) else "or"
        assert [line.joint for line in top] == [None, *([word] * (len(top) - 1))][: len(top)]
        assert len(top) == len(rule_set.logic.of)
