"""A rule set as ways to meet it: alternatives of literals, negations pushed down to single conditions.

Whoever meets the rules meets all literals of at least one way; the other direction holds, too, wherever no
literal is `Hidden`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from engine.algebra import figures
from engine.algebra.counters import counter_way
from engine.algebra.item_reading import ARTICLES, QUANTIFIED, ItemReader
from engine.algebra.judging import holds_for, is_held
from engine.algebra.literals import (
    After,
    Ask,
    Bar,
    Each,
    Hidden,
    LineAsk,
    Measure,
    Moment,
    Need,
    Never,
    Points,
    Scope,
    Value,
)
from engine.algebra.shapes import Aspect, Ground, Obstacle, Opaque
from engine.algebra.ways import ALWAYS, Ways, every, sum_ways
from engine.rules.families import REGISTRY
from engine.rules.tree import All, Condition, Leaf, Logic, Operator, Rule, RuleSet
from engine.snapshot import Candidate

_PRICES: Final = frozenset(
    {"order.items.price_any", "order.items.price_each", "order.items.price", "product.price", "sku.price"}
)
_QUANTITIES: Final = frozenset({"order.items.quantity", "product.quantity", "sku.quantity"})
_LINE_METADATA: Final = frozenset(
    {"order.items.metadata_any", "order.items.metadata_each", "order.items.metadata"}
)
_PRODUCT_METADATA: Final = frozenset({"product.metadata", "product.metadata.match_all"})
_ALL_EACH: Final = frozenset(
    {"order.items.price_each", "order.items.metadata_each", "product.metadata.match_all"}
)
_AS_ABOVE: Final = frozenset({"order.items.quantity", "order.items.price", "order.items.metadata"})
_UNITS: Final = frozenset({"order.items.count", "order.items.aggregated_quantity"})
_OF_PRODUCTS: Final = {
    "product.metadata.aggregated_quantity": Measure.UNITS,
    "product.metadata.aggregated_amount": Measure.AMOUNT,
}
_FLAGS: Final = frozenset(
    {"product.discount_applicable", "product.metadata.discount_applicable", "sku.discount_applicable"}
)
_AMOUNTS: Final = frozenset({"order.amount", "order.initial_amount"})
_AUDIENCE: Final = frozenset({"customer.segment", "customer.loyalty_tier", "customer.metadata"})
_VALUES: Final = _AUDIENCE | {
    "order.metadata",
    "redemption.metadata",
    "redemption.api_key",
    "redemption.user.login",
}
_POINTS: Final = "redemption.reward.pay_with_points.points_used"
_NOW: Final = "redemption.date"
_HOLDER: Final = "publication.redeemable_by_linked_customer"
_EVENT: Final = "custom_event.metadata"
_OPPOSITES: Final[Mapping[Operator, Operator]] = {
    Operator.IS: Operator.IS_NOT,
    Operator.IN: Operator.NOT_IN,
    Operator.IS_NOT: Operator.IS,
    Operator.NOT_IN: Operator.IN,
    Operator.NOT_INTERSECT: Operator.IN,
    Operator.HAS_VALUE: Operator.IS_UNKNOWN,
    Operator.IS_UNKNOWN: Operator.HAS_VALUE,
}


def aspect_of(name: str) -> Aspect:
    """What a rule is about."""
    if name in _AUDIENCE or name == _HOLDER:
        return Aspect.AUDIENCE
    if name == _NOW:
        return Aspect.TIME
    if name in QUANTIFIED or name in ARTICLES or name.startswith(("product.", "sku.")):
        return Aspect.PRODUCTS
    if name.startswith("order."):
        return Aspect.ORDER
    return Aspect.CALL


@dataclass(frozen=True)
class Reader:
    """Reads the rules of the promotion `key`; `candidate` says how far its counters are."""

    key: str
    candidate: Candidate
    rule_set: str = ""
    above: Rule | None = None
    """The rule of the rule set that is being read, with all that stands below it."""

    def of(self, rule_set: RuleSet) -> Ways:
        """The ways to meet the logic of `rule_set`, without its bundle."""
        own = replace(self, rule_set=rule_set.id)
        return own._logic(rule_set.logic, rule_set.rules, (), positive=True, each=False, is_below=False)

    def _logic(
        self,
        logic: Logic,
        rules: Sequence[Rule],
        scope: Scope,
        *,
        positive: bool,
        each: bool,
        is_below: bool,
    ) -> Ways:
        by_key = {rule.key: rule for rule in rules}

        def ways(part: Logic) -> Ways:
            if isinstance(part, Leaf):
                rule = by_key[part.key]
                return self._rule(rule, scope, positive=positive, each=each, is_below=is_below)
            parts = [ways(below) for below in part.of]
            if isinstance(part, All) is positive:
                return every(parts, lambda: self.hidden(rules[0], Obstacle.LOGIC))
            return [way for found in parts for way in found]

        return ways(logic)

    def _rule(self, rule: Rule, scope: Scope, *, positive: bool, each: bool, is_below: bool) -> Ways:
        if not is_below:
            self = replace(self, above=rule)
        name = rule.name
        if name in QUANTIFIED or name in ARTICLES:
            return ItemReader(self).of(rule, scope, positive=positive)
        if rule.rules:
            return [(self.hidden(rule, Obstacle.LOGIC),)]  # what it finds depends on more than articles
        ground = self.ground(rule)
        conditions = rule.conditions
        if name in _PRICES or name in _QUANTITIES or name in _LINE_METADATA or name in _PRODUCT_METADATA:
            is_each = name in _ALL_EACH or (name in _AS_ABOVE and each)
            return self._line(rule, scope, is_each=is_each, positive=positive)
        if name in _UNITS:
            return sum_ways(scope, Measure.UNITS, figures.of(conditions), ground, positive)
        if name == "order.items.aggregated_amount":
            return sum_ways(scope, Measure.AMOUNT, figures.of(conditions), ground, positive)
        if name in _OF_PRODUCTS:
            if rule.property is not None and not is_below:
                return self._having(rule, positive)
            return sum_ways(scope, _OF_PRODUCTS[name], figures.of(conditions), ground, positive)
        if name in _FLAGS:
            return self._flag(rule, scope, positive)
        if name in _AMOUNTS:
            return sum_ways((), Measure.AMOUNT, figures.of(conditions), ground, positive, is_order=True)
        if name == "order.total_amount":
            wanted = figures.of(conditions)
            return [(After(False, wanted if positive else wanted.inverted(), ground),)]
        if name in _VALUES:
            return self._asks(rule, positive, lambda ask: Value((name, rule.property), ask))
        if name == _NOW:
            return self._asks(rule, positive, Moment)
        if name == _POINTS:
            wanted = figures.of(conditions)
            return [(Points(wanted if positive else wanted.inverted(), ground),)]
        return self._beside(rule, ground, positive)

    def _having(self, rule: Rule, positive: bool) -> Ways:
        """About the lines whose product has the property: all have it, none has it, or who knows."""
        ground, measure = self.ground(rule), _OF_PRODUCTS[rule.name]
        own = [Condition(operator=one, operands=()) for one in (Operator.HAS_VALUE, Operator.IS_UNKNOWN)]
        have, lack = (
            Each((), ground, asks=(LineAsk(rule.property or "", True, Ask(one, True, ground)),))
            for one in own
        )
        wanted = figures.of(rule.conditions)
        wanted = wanted if positive else wanted.inverted()
        ways: Ways = [(have, *way) for way in sum_ways((), measure, wanted, ground, True)]
        if (None if measure is Measure.AMOUNT else 0) in wanted:
            ways.append((lack,))
        ways = [way for way in ways if not any(isinstance(one, Never) for one in way)]
        return [*ways, (self.hidden(rule, Obstacle.RULE),)] if wanted else [(Never(ground),)]

    def _beside(self, rule: Rule, ground: Ground, positive: bool) -> Ways:
        """Rules about the candidate, not about the purchase."""
        if rule.name == _EVENT:
            holds = all(one.operator in _ABSENT for one in rule.conditions)
            return ALWAYS if holds is positive else [(Never(ground),)]
        if rule.name == _HOLDER:
            holds = all(holds_for(one, is_held(self.candidate)) for one in rule.conditions)
            return ALWAYS if holds is positive else [(self.hidden(rule, Obstacle.HOLDER),)]
        if REGISTRY[rule.name].is_counter:
            hidden = self.hidden(rule, Obstacle.COUNTER)
            return counter_way(rule, self.candidate, ground, hidden, positive)
        return [(self.hidden(rule, Obstacle.RULE),)]

    def below(self, rule: Rule, scope: Scope, *, positive: bool, each: bool) -> Ways:
        if not rule.rules:
            return ALWAYS
        return self._logic(rule.logic, rule.rules, scope, positive=positive, each=each, is_below=True)

    def _line(self, rule: Rule, scope: Scope, *, is_each: bool, positive: bool) -> Ways:
        ground = self.ground(rule)
        if rule.name in _PRICES or rule.name in _QUANTITIES:
            is_price = rule.name in _PRICES
            wanted = figures.of(rule.conditions)
            own = wanted if positive else wanted.inverted()
            price, quantity = (own, figures.ANY) if is_price else (figures.ANY, own)
            need = Need(scope, ground, price=price, quantity=quantity)
            each = Each(scope, ground, price=price, quantity=quantity)
            if is_each:
                return [(each, Need(scope, ground))] if positive else [(Bar(scope, ground),), (need,)]
            return [(need,)] if positive else [(each,)]
        asks = [
            LineAsk(rule.property or "", rule.name in _PRODUCT_METADATA, self._ask(rule, one, positive))
            for one in rule.conditions
        ]
        if is_each and positive:
            return [(Each(scope, ground, asks=tuple(asks)), Need(scope, ground))]
        if is_each:
            return [(Bar(scope, ground),), *((Need(scope, ground, asks=(ask,)),) for ask in asks)]
        if positive:
            return [(Need(scope, ground, asks=tuple(asks)),)]
        ways: Ways = [(Each(scope, ground, asks=(ask,)),) for ask in asks]
        return ways if len(asks) == 1 else [*ways, (self.hidden(rule, Obstacle.LOGIC),)]

    def _flag(self, rule: Rule, scope: Scope, positive: bool) -> Ways:
        """True with lines, unknown without."""
        ground = self.ground(rule)
        with_lines = all(holds_for(one, True) for one in rule.conditions) is positive
        without = all(one.operator in _ABSENT for one in rule.conditions) is positive
        if with_lines and without:
            return ALWAYS
        if with_lines:
            return [(Need(scope, ground),)]
        return [(Bar(scope, ground),)] if without else [(Never(ground),)]

    def _asks(self, rule: Rule, positive: bool, literal: Callable[[Ask], Value | Moment]) -> Ways:
        found = [literal(self._ask(rule, one, positive)) for one in rule.conditions]
        return [tuple(found)] if positive else [(one,) for one in found]

    def _ask(self, rule: Rule, condition: Condition, positive: bool) -> Ask:
        ground = replace(self.ground(rule), condition=condition)
        if not positive and condition.operator in _OPPOSITES:
            opposite = Condition(operator=_OPPOSITES[condition.operator], operands=condition.operands)
            return Ask(opposite, True, ground)
        return Ask(condition, positive, ground)

    def ground(self, rule: Rule) -> Ground:
        """The whole rule, and its condition where there is only one."""
        whole = self.above or rule
        condition = rule.conditions[0] if len(rule.conditions) == 1 else None
        return Ground(
            key=self.key,
            aspect=aspect_of(whole.name),
            rule_set=self.rule_set,
            rule=whole,
            condition=condition,
        )

    def hidden(self, rule: Rule, kind: Obstacle) -> Hidden:
        what = f"{rule.name}[{rule.property}]" if rule.property else rule.name
        return Hidden(Opaque(key=self.key, aspect=aspect_of(rule.name), kind=kind, what=what))

    def too_wide(self, rule: Rule) -> Hidden:
        return self.hidden(rule, Obstacle.LOGIC)


_ABSENT: Final = frozenset({Operator.IS_NOT, Operator.NOT_IN, Operator.NOT_INTERSECT, Operator.IS_UNKNOWN})
