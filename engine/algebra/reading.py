"""A rule set as ways to meet it: alternatives of literals, negations pushed down to single conditions.

Whoever meets the rules meets all literals of at least one way; the other direction holds, too, wherever no
literal is `Hidden`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Final

from engine.algebra import figures
from engine.algebra.counters import counter_way
from engine.algebra.figures import Figures
from engine.algebra.judging import holds_for, is_held
from engine.algebra.literals import (
    After,
    Ask,
    Bar,
    Each,
    Extreme,
    Hidden,
    LineAsk,
    Literal,
    Measure,
    Moment,
    Need,
    Never,
    Points,
    Scope,
    Sum,
    Term,
    Value,
    Way,
    ref,
)
from engine.algebra.shapes import Aspect, Ground, Obstacle, Opaque
from engine.items import ItemRef
from engine.rules.families import REGISTRY
from engine.rules.families.items import NOT_THESE, SIZES, Quantifier
from engine.rules.tree import All, Condition, Leaf, Logic, Operator, Rule, RuleSet
from engine.snapshot import Candidate

WIDEST: Final = 48
"""More ways than this are not worth going through."""

_ITEMS: Final = {f"order.items.{word}": word for word in Quantifier}
_ARTICLES: Final = frozenset({"product.id", "sku.id"})
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

type Ways = list[Way]
_ALWAYS: Final[Ways] = [()]


def aspect_of(name: str) -> Aspect:
    """What a rule is about."""
    if name in _AUDIENCE or name == _HOLDER:
        return Aspect.AUDIENCE
    if name == _NOW:
        return Aspect.TIME
    if name in _ITEMS or name in _ARTICLES or name.startswith(("product.", "sku.")):
        return Aspect.PRODUCTS
    if name.startswith("order."):
        return Aspect.ORDER
    return Aspect.CALL


def every(parts: Iterable[Ways], hidden: Callable[[], Hidden]) -> Ways:
    """The ways to meet all parts at once; one that nobody can look into when there would be too many."""
    found: Ways = _ALWAYS
    for part in parts:
        if len(found) * len(part) > WIDEST:
            return [(*way, hidden()) for way in found] if len(found) <= WIDEST else [(hidden(),)]
        found = [(*left, *right) for left, right in product(found, part)]
    return found


@dataclass(frozen=True)
class Reader:
    """Reads the rules of the promotion `key`; `candidate` says how far its counters are."""

    key: str
    candidate: Candidate
    rule_set: str = ""

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
                return every(parts, lambda: self._hidden(rules[0], Obstacle.LOGIC))
            return [way for found in parts for way in found]

        return ways(logic)

    def _rule(self, rule: Rule, scope: Scope, *, positive: bool, each: bool, is_below: bool) -> Ways:
        name = rule.name
        if name in _ITEMS:
            return self._items(rule, _ITEMS[name], scope, positive=positive)
        if name in _ARTICLES:
            return self._article(rule, scope, positive=positive)
        if rule.rules:
            return [(self._hidden(rule, Obstacle.LOGIC),)]  # what it finds depends on more than articles
        ground = self._ground(rule)
        conditions = rule.conditions
        if name in _PRICES or name in _QUANTITIES or name in _LINE_METADATA or name in _PRODUCT_METADATA:
            is_each = name in _ALL_EACH or (name in _AS_ABOVE and each)
            return self._line(rule, scope, is_each=is_each, positive=positive)
        if name in _UNITS:
            return _sum(scope, Measure.UNITS, figures.of(conditions), ground, positive)
        if name == "order.items.aggregated_amount":
            return _sum(scope, Measure.AMOUNT, figures.of(conditions), ground, positive)
        if name in _OF_PRODUCTS:
            if rule.property is not None and not is_below:
                return self._having(rule, positive)
            return _sum(scope, _OF_PRODUCTS[name], figures.of(conditions), ground, positive)
        if name in _FLAGS:
            return self._flag(rule, scope, positive)
        if name in _AMOUNTS:
            return _sum((), Measure.AMOUNT, figures.of(conditions), ground, positive)
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
        ground, measure = self._ground(rule), _OF_PRODUCTS[rule.name]
        own = [Condition(operator=one, operands=()) for one in (Operator.HAS_VALUE, Operator.IS_UNKNOWN)]
        have, lack = (
            Each((), ground, asks=(LineAsk(rule.property or "", True, Ask(one, True, ground)),)) for one in own
        )
        wanted = figures.of(rule.conditions)
        wanted = wanted if positive else wanted.inverted()
        ways: Ways = [(have, *way) for way in _sum((), measure, wanted, ground, True)]
        if (None if measure is Measure.AMOUNT else 0) in wanted:
            ways.append((lack,))
        ways = [way for way in ways if not any(isinstance(one, Never) for one in way)]
        return [*ways, (self._hidden(rule, Obstacle.RULE),)] if wanted else [(Never(ground),)]

    def _beside(self, rule: Rule, ground: Ground, positive: bool) -> Ways:
        """Rules about the candidate, not about the purchase."""
        if rule.name == _EVENT:
            holds = all(one.operator in _ABSENT for one in rule.conditions)
            return _ALWAYS if holds is positive else [(Never(ground),)]
        if rule.name == _HOLDER:
            holds = all(holds_for(one, is_held(self.candidate)) for one in rule.conditions)
            return _ALWAYS if holds is positive else [(self._hidden(rule, Obstacle.HOLDER),)]
        if REGISTRY[rule.name].is_counter:
            hidden = self._hidden(rule, Obstacle.COUNTER)
            return counter_way(rule, self.candidate, ground, hidden, positive)
        return [(self._hidden(rule, Obstacle.RULE),)]

    def _items(self, rule: Rule, quantifier: Quantifier, scope: Scope, *, positive: bool) -> Ways:
        if quantifier in (Quantifier.CHEAPEST, Quantifier.MOST_EXPENSIVE):
            return self._extreme(rule, quantifier, scope, positive)
        ground = self._ground(rule)
        terms = tuple(_term(one) for one in rule.conditions if one.operator not in SIZES)
        meant: Scope = (*scope, *terms)
        sized = [one for one in rule.conditions if one.operator in SIZES]
        size = figures.of(tuple(sized)) if sized else None
        has_size: list[Ways] = (
            [] if size is None else _each_of(_sum(meant, Measure.LINES, size, ground, True))
        )
        wrong_size: Ways = [] if size is None else _sum(meant, Measure.LINES, size, ground, False)
        each = quantifier is Quantifier.EVERY
        if quantifier is Quantifier.NONE:
            if not positive:
                below = self._below(rule, meant, positive=True, each=False)
                return every([*has_size, [(Need(meant, ground),)], below], lambda: self._too_wide(rule))
            below = self._below(rule, meant, positive=False, each=False) if rule.rules else []
            return [*wrong_size, (Bar(meant, ground),), *below]
        others = [Bar((*scope, _flipped(term)), ground) for term in terms] if each else []
        if positive:
            found: Way = (Need(meant, ground), *others)
            below = self._below(rule, meant, positive=True, each=each)
            return every([*has_size, [found], below], lambda: self._too_wide(rule))
        below = self._below(rule, meant, positive=False, each=each) if rule.rules else []
        return [
            *wrong_size,
            (Bar(scope if each else meant, ground),),
            *((Need(one.scope, ground),) for one in others),
            *below,
        ]

    def _extreme(self, rule: Rule, quantifier: Quantifier, scope: Scope, positive: bool) -> Ways:
        ground = self._ground(rule)
        terms = [(_term(one), one.operator) for one in rule.conditions if one.operator not in SIZES]
        among: Scope = (*scope, *(term for term, operator in terms if operator is Operator.FROM))
        meant: Scope = (*scope, *(term for term, _ in terms))
        is_cheapest = quantifier is Quantifier.CHEAPEST
        if not positive:
            return [(Bar(among, ground),), (self._hidden(rule, Obstacle.LOGIC),)]
        size = figures.of(tuple(one for one in rule.conditions if one.operator in SIZES)) & figures.SOME
        if not size:
            return [(Never(ground),)]
        need = Need(meant, ground, price=figures.KNOWN)
        return [
            self._peak(rule, Extreme(is_cheapest, among, need, need, ((Measure.LINES, size),)), below)
            for below in self._below(rule, meant, positive=True, each=True)
        ]

    def _peak(self, rule: Rule, peak: Extreme, below: Way) -> Way:
        """`peak` with what is asked of its lines; what is too much for that is hidden."""
        meant = peak.sure.scope
        rest: list[Literal] = []
        for literal in below:
            if not isinstance(literal, Need | Bar | Each | Sum | Extreme) or _is_of_order(literal, meant):
                rest.append(literal)
                continue
            if isinstance(literal, Sum) and literal.scope == meant:
                if not literal.figures & (figures.ANY if literal.measure is Measure.AMOUNT else figures.SOME):
                    return (Never(literal.ground),)
                peak = replace(peak, totals=(*peak.totals, (literal.measure, literal.figures)))
                continue
            need, sure = _on_one_line(peak.need, literal, meant), peak.sure
            if need is None:
                rest.append(self._hidden(rule, Obstacle.LOGIC))
                continue
            if isinstance(literal, Need | Each) and literal.scope == sure.scope:
                sure = _narrowed(sure, literal)
            peak = replace(peak, need=need, sure=sure)
        return (peak, *rest)

    def _article(self, rule: Rule, scope: Scope, *, positive: bool) -> Ways:
        ground = self._ground(rule)
        if any(one.operator in SIZES for one in rule.conditions):
            return [(Never(ground),)] if positive else _ALWAYS
        terms = [_term(one) for one in rule.conditions]
        unwanted = [term for term in terms if not term[1]]
        has_wanted = len(unwanted) < len(terms)
        meant: Scope = (*scope, *terms)
        if positive:
            found = tuple(Bar((*scope, _flipped(term)), ground) for term in unwanted)
            needs = (Need(meant, ground),) if has_wanted else ()
            below = self._below(rule, meant, positive=True, each=False)
            return every([[(*found, *needs)], below], lambda: self._too_wide(rule))
        below = self._below(rule, meant, positive=False, each=False) if rule.rules else []
        missing: Ways = [(Bar(meant, ground),)] if has_wanted else []
        return [*((Need((*scope, _flipped(term)), ground),) for term in unwanted), *missing, *below]

    def _below(self, rule: Rule, scope: Scope, *, positive: bool, each: bool) -> Ways:
        if not rule.rules:
            return _ALWAYS
        return self._logic(rule.logic, rule.rules, scope, positive=positive, each=each, is_below=True)

    def _line(self, rule: Rule, scope: Scope, *, is_each: bool, positive: bool) -> Ways:
        ground = self._ground(rule)
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
        return ways if len(asks) == 1 else [*ways, (self._hidden(rule, Obstacle.LOGIC),)]

    def _flag(self, rule: Rule, scope: Scope, positive: bool) -> Ways:
        """True with lines, unknown without."""
        ground = self._ground(rule)
        with_lines = all(holds_for(one, True) for one in rule.conditions) is positive
        without = all(one.operator in _ABSENT for one in rule.conditions) is positive
        if with_lines and without:
            return _ALWAYS
        if with_lines:
            return [(Need(scope, ground),)]
        return [(Bar(scope, ground),)] if without else [(Never(ground),)]

    def _asks(self, rule: Rule, positive: bool, literal: Callable[[Ask], Value | Moment]) -> Ways:
        found = [literal(self._ask(rule, one, positive)) for one in rule.conditions]
        return [tuple(found)] if positive else [(one,) for one in found]

    def _ask(self, rule: Rule, condition: Condition, positive: bool) -> Ask:
        ground = replace(self._ground(rule), condition=condition)
        if not positive and condition.operator in _OPPOSITES:
            opposite = Condition(operator=_OPPOSITES[condition.operator], operands=condition.operands)
            return Ask(opposite, True, ground)
        return Ask(condition, positive, ground)

    def _ground(self, rule: Rule) -> Ground:
        condition = rule.conditions[0] if len(rule.conditions) == 1 else None
        return Ground(
            key=self.key,
            aspect=aspect_of(rule.name),
            rule_set=self.rule_set,
            rule=rule,
            condition=condition,
        )

    def _hidden(self, rule: Rule, kind: Obstacle) -> Hidden:
        what = f"{rule.name}[{rule.property}]" if rule.property else rule.name
        return Hidden(Opaque(key=self.key, aspect=aspect_of(rule.name), kind=kind, what=what))

    def _too_wide(self, rule: Rule) -> Hidden:
        return self._hidden(rule, Obstacle.LOGIC)


_ABSENT: Final = frozenset({Operator.IS_NOT, Operator.NOT_IN, Operator.NOT_INTERSECT, Operator.IS_UNKNOWN})


def _term(condition: Condition) -> Term:
    refs = frozenset(ref(item) for item in condition.operands if isinstance(item, ItemRef))
    return (refs, condition.operator not in NOT_THESE)


def _flipped(term: Term) -> Term:
    return (term[0], not term[1])


def _each_of(ways: Ways) -> list[Ways]:
    return [ways]


def _sum(scope: Scope, measure: Measure, wanted: Figures, ground: Ground, positive: bool) -> Ways:
    if measure is not Measure.AMOUNT:
        wanted = replace(wanted, missing=False)
    own = wanted if positive else wanted.inverted()
    if measure is not Measure.AMOUNT:
        own = replace(own, missing=False)
    if not own:
        return [(Never(ground),)]
    return [(Sum(scope, measure, own, own, ground),)]


def _is_of_order(literal: Literal, meant: Scope) -> bool:
    """About the whole order, and not about the lines in `meant`."""
    return isinstance(literal, Sum) and not literal.scope and bool(meant)


def _on_one_line(need: Need, literal: object, scope: Scope) -> Need | None:
    """`need` with what `literal` says of the lines in `scope` if there is one; None = too much for that."""
    if isinstance(literal, Need) and literal.scope[: len(scope)] == scope:
        more = literal.scope[len(scope) :]
        return _narrowed(replace(need, scope=(*need.scope, *more)), literal)
    if isinstance(literal, Each) and literal.scope == scope:
        return _narrowed(need, literal)
    if isinstance(literal, Bar) and literal.scope[: len(scope)] == scope and len(literal.scope) == len(scope) + 1:
        return replace(need, scope=(*need.scope, _flipped(literal.scope[-1])))
    return None


def _narrowed(need: Need, other: Need | Each) -> Need:
    return replace(
        need,
        price=need.price & other.price,
        quantity=need.quantity & other.quantity,
        asks=(*need.asks, *other.asks),
    )
