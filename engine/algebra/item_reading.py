"""Rules about which articles are in the order, as ways to meet them. Contract: 11.4."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from engine.algebra import figures
from engine.algebra.literals import (
    Bar,
    Each,
    Extreme,
    Literal,
    Measure,
    Need,
    Never,
    Scope,
    Sum,
    Way,
)
from engine.algebra.shapes import Obstacle
from engine.algebra.ways import ALWAYS, Ways, every, flipped, sum_ways, term_of
from engine.rules.families.items import SIZES, Quantifier
from engine.rules.tree import Operator, Rule

if TYPE_CHECKING:
    from engine.algebra.reading import Reader

QUANTIFIED: Final = {f"order.items.{word}": word for word in Quantifier}
ARTICLES: Final = frozenset({"product.id", "sku.id"})


@dataclass(frozen=True, slots=True)
class ItemReader:
    """Reads them for `reader`, which reads what stands below."""

    reader: Reader

    def of(self, rule: Rule, scope: Scope, *, positive: bool) -> Ways:
        """The ways to meet `rule` (or not) with the lines in `scope`."""
        if rule.name in ARTICLES:
            return self._article(rule, scope, positive=positive)
        return self._items(rule, QUANTIFIED[rule.name], scope, positive=positive)

    def _items(self, rule: Rule, quantifier: Quantifier, scope: Scope, *, positive: bool) -> Ways:
        if quantifier in (Quantifier.CHEAPEST, Quantifier.MOST_EXPENSIVE):
            return self._extreme(rule, quantifier, scope, positive)
        ground = self.reader.ground(rule)
        terms = tuple(term_of(one) for one in rule.conditions if one.operator not in SIZES)
        meant: Scope = (*scope, *terms)
        sized = [one for one in rule.conditions if one.operator in SIZES]
        size = figures.of(tuple(sized)) if sized else None
        has_size: list[Ways] = [] if size is None else [sum_ways(meant, Measure.LINES, size, ground, True)]
        wrong_size: Ways = [] if size is None else sum_ways(meant, Measure.LINES, size, ground, False)
        each = quantifier is Quantifier.EVERY
        if quantifier is Quantifier.NONE:
            if not positive:
                below = self.reader.below(rule, meant, positive=True, each=False)
                return every([*has_size, [(Need(meant, ground),)], below], lambda: self.reader.too_wide(rule))
            below = self.reader.below(rule, meant, positive=False, each=False) if rule.rules else []
            return [*wrong_size, (Bar(meant, ground),), *below]
        others = [Bar((*scope, flipped(term)), ground) for term in terms] if each else []
        if positive:
            found: Way = (Need(meant, ground), *others)
            below = self.reader.below(rule, meant, positive=True, each=each)
            return every([*has_size, [found], below], lambda: self.reader.too_wide(rule))
        below = self.reader.below(rule, meant, positive=False, each=each) if rule.rules else []
        return [
            *wrong_size,
            (Bar(scope if each else meant, ground),),
            *((Need(one.scope, ground),) for one in others),
            *below,
        ]

    def _extreme(self, rule: Rule, quantifier: Quantifier, scope: Scope, positive: bool) -> Ways:
        ground = self.reader.ground(rule)
        terms = [(term_of(one), one.operator) for one in rule.conditions if one.operator not in SIZES]
        among: Scope = (*scope, *(term for term, operator in terms if operator is Operator.FROM))
        meant: Scope = (*scope, *(term for term, _ in terms))
        is_cheapest = quantifier is Quantifier.CHEAPEST
        if not positive:
            return [(Bar(among, ground),), (self.reader.hidden(rule, Obstacle.LOGIC),)]
        size = figures.of(tuple(one for one in rule.conditions if one.operator in SIZES)) & figures.SOME
        if not size:
            return [(Never(ground),)]
        need = Need(meant, ground, price=figures.KNOWN)
        return [
            self._peak(rule, Extreme(is_cheapest, among, need, need, ((Measure.LINES, size),)), below)
            for below in self.reader.below(rule, meant, positive=True, each=True)
        ]

    def _peak(self, rule: Rule, peak: Extreme, below: Way) -> Way:
        """`peak` with what is asked of its lines; what is too much for that is hidden."""
        meant = peak.sure.scope
        rest: list[Literal] = []
        together = dict.fromkeys(Measure, figures.SOME) | {Measure.AMOUNT: figures.KNOWN}
        for measure, size in peak.totals:
            together[measure] = together[measure] & size
        for literal in below:
            if not isinstance(literal, Need | Bar | Each | Sum | Extreme):
                rest.append(literal)
                continue
            if isinstance(literal, Sum) and literal.is_order:
                rest.append(literal)
                continue
            if isinstance(literal, Sum) and _is_within(peak.need.scope, literal.scope, meant):
                peak = replace(peak, totals=(*peak.totals, (literal.measure, literal.figures)))
                if literal.scope == meant:
                    together[literal.measure] = together[literal.measure] & literal.figures
                continue
            need = _on_one_line(peak.need, literal, meant)
            if need is None:
                rest.append(self.reader.hidden(rule, Obstacle.LOGIC))
            else:
                peak = replace(peak, need=need, sure=_surely(peak.sure, literal))
        return (peak, *rest) if all(together.values()) else (Never(peak.need.ground),)

    def _article(self, rule: Rule, scope: Scope, *, positive: bool) -> Ways:
        ground = self.reader.ground(rule)
        if any(one.operator in SIZES for one in rule.conditions):
            return [(Never(ground),)] if positive else ALWAYS
        terms = [term_of(one) for one in rule.conditions]
        unwanted = [term for term in terms if not term[1]]
        has_wanted = len(unwanted) < len(terms)
        meant: Scope = (*scope, *terms)
        if positive:
            found = tuple(Bar((*scope, flipped(term)), ground) for term in unwanted)
            needs = (Need(meant, ground),) if has_wanted else ()
            below = self.reader.below(rule, meant, positive=True, each=False)
            return every([[(*found, *needs)], below], lambda: self.reader.too_wide(rule))
        below = self.reader.below(rule, meant, positive=False, each=False) if rule.rules else []
        missing: Ways = [(Bar(meant, ground),)] if has_wanted else []
        return [*((Need((*scope, flipped(term)), ground),) for term in unwanted), *missing, *below]


def _surely(sure: Need, literal: Need | Bar | Each | Sum | Extreme) -> Need:
    """`sure` with what holds for each of the lines: they cost the same, but one may be unlike the others."""
    if isinstance(literal, Each) and literal.scope == sure.scope:
        return _narrowed(sure, literal)
    if isinstance(literal, Need) and literal.scope == sure.scope:
        return replace(sure, price=sure.price & literal.price)
    return sure


def _is_within(line: Scope, scope: Scope, meant: Scope) -> bool:
    """Is a line, which `line` describes, one of `scope`, a part of `meant`?"""
    return scope[: len(meant)] == meant and all(term in line for term in scope[len(meant) :])


def _on_one_line(need: Need, literal: object, scope: Scope) -> Need | None:
    """`need` with what `literal` says of the lines in `scope` if there is one; None = too much for that."""
    if isinstance(literal, Need) and literal.scope[: len(scope)] == scope:
        more = literal.scope[len(scope) :]
        return _narrowed(replace(need, scope=(*need.scope, *more)), literal)
    if isinstance(literal, Each) and _is_within(need.scope, literal.scope, scope):
        return _narrowed(need, literal)
    if (
        isinstance(literal, Bar)
        and literal.scope[: len(scope)] == scope
        and len(literal.scope) == len(scope) + 1
    ):
        return replace(need, scope=(*need.scope, flipped(literal.scope[-1])))
    return None


def _narrowed(need: Need, other: Need | Each) -> Need:
    return replace(
        need,
        price=need.price & other.price,
        quantity=need.quantity & other.quantity,
        asks=(*need.asks, *other.asks),
    )
