"""Which deal a candidate is: one of the common ones with a formula, or any other."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import Final

from engine import effects
from engine.applicability import Applicability, Entry
from engine.effects import (
    AmountOffItems,
    AmountOffOrder,
    AmountOffUnits,
    DiscountType,
    Effect,
    PercentOffItems,
    PercentOffOrder,
)
from engine.index import words
from engine.index.bounds import ANYTHING, OF_ORDER, PAYABLE, PERCENT_SCALE, SUM, Bound, By, Over
from engine.index.deals import Calculated, Deal, OffLines, OffOrder
from engine.index.vocabulary import Vocabulary
from engine.items import ItemObject
from engine.rules.tree import RuleSet
from engine.snapshot import Candidate
from engine.stacking_rules import Category

_BY: Final[dict[type, By]] = {
    PercentOffItems: By.PERCENT,
    AmountOffItems: By.PER_LINE,
    AmountOffUnits: By.PER_UNIT,
}
_OffItems = PercentOffItems | AmountOffItems | AmountOffUnits


def deal(candidate: Candidate, effect: Effect, vocabulary: Vocabulary) -> Deal:
    """The deal of `candidate`, whose discount is `effect`, shared with all that discount the same."""
    if _is_own(candidate, effect):
        return Calculated(_bound(effect), candidate)
    shared: Effect = vocabulary.shared(("effect", effect), lambda: effect)
    category = candidate.category
    if category is not None:
        category = vocabulary.shared(("category", category), lambda: candidate.category)
    if not any(rule.bundle is not None for rule in candidate.rules):
        if isinstance(shared, PercentOffOrder | AmountOffOrder):
            return vocabulary.shared(("order", shared, category), lambda: _off_order(shared, category))
        targets = _targets(candidate)
        if isinstance(shared, _OffItems) and targets is not None and _is_plain(targets):
            names = () if targets.included_all else words.of_item(targets.included[0].item)
            names = vocabulary.shared(names, lambda: names)
            if names and names[0][0] is not ItemObject.COLLECTION:
                # Hardly anybody else discounts the same article likewise: noting it would cost more.
                return _off_lines(shared, names, category, vocabulary)
            return vocabulary.shared(
                ("lines", shared, names, category), lambda: _off_lines(shared, names, category, vocabulary)
            )
    rules = tuple(
        RuleSet(applicable_to=rule.applicable_to, bundle=rule.bundle)
        for rule in candidate.rules
        if rule.bundle is not None or not rule.applicable_to.is_empty
    )
    sample = Candidate(key="", discount=shared, category=category, rules=rules)
    shape = tuple((rule.applicable_to, rule.bundle) for rule in rules)
    return vocabulary.shared(("any", shared, category, shape), lambda: Calculated(_bound(shared), sample))


def _is_own(candidate: Candidate, effect: Effect) -> bool:
    """Does the discount read the candidate itself: a formula, its counters, budgets, credits?"""
    if (
        candidate.budgets
        or candidate.credits is not None
        or effects.is_payment(effect)
        or _is_dynamic(effect)
    ):
        return True
    return any(
        entry.unit_limits
        or entry.price_formula is not None
        or entry.quantity_limit_formula is not None
        or entry.aggregated_quantity_limit_formula is not None
        for rule in candidate.rules
        for entry in rule.applicable_to.included
    )


def _is_dynamic(effect: Effect) -> bool:
    if isinstance(effect, PercentOffItems | PercentOffOrder):
        return effect.percent_off_formula is not None or not _is_short(effect)
    if isinstance(effect, AmountOffItems | AmountOffOrder | AmountOffUnits):
        return effect.amount_off_formula is not None
    return effects.is_dynamic(effect)


def _bound(effect: Effect) -> Bound:
    return ANYTHING if effect.type is DiscountType.UNIT else PAYABLE


def _targets(candidate: Candidate) -> Applicability | None:
    """Of the first rule that targets anything."""
    return next((rule.applicable_to for rule in candidate.rules if not rule.applicable_to.is_empty), None)


def _is_plain(targets: Applicability) -> bool:
    """Every line, or one entry without picks and limits."""
    if targets.excluded:
        return False
    if targets.included_all:
        return not targets.included
    if len(targets.included) != 1 or not words.of_item(targets.included[0].item):
        return False
    return targets.included[0] == Entry(item=targets.included[0].item)


def _off_order(effect: PercentOffOrder | AmountOffOrder, category: Category | None) -> Deal:
    limit = _lowest(effect.amount_limit, effect.aggregated_amount_limit)
    if isinstance(effect, PercentOffOrder):
        return OffOrder(OF_ORDER, _figure(effect.percent_off), limit, effect, category)
    return OffOrder(SUM, effect.amount_off, limit, effect, category)


def _off_lines(
    effect: PercentOffItems | AmountOffItems | AmountOffUnits,
    names: words.Names,
    category: Category | None,
    vocabulary: Vocabulary,
) -> Deal:
    over = Over.LINES if not names else Over.WORD if len(names) == 1 else Over.PAIR
    bound = Bound(_BY[type(effect)], over)
    return OffLines(
        bound=vocabulary.shared(bound, lambda: bound),
        figure=_figure(effect.percent_off) if isinstance(effect, PercentOffItems) else effect.amount_off,
        names=names,
        effect=effect,
        category=category,
    )


@cache
def _figure(percent: Decimal) -> int:
    """The figure of a percentage, shared; whole, because percentages have at most six decimals."""
    numerator, denominator = percent.as_integer_ratio()
    return PERCENT_SCALE // 100 * numerator // denominator


def _is_short(effect: PercentOffOrder | PercentOffItems) -> bool:
    numerator, denominator = effect.percent_off.as_integer_ratio()
    return PERCENT_SCALE // 100 * numerator % denominator == 0


def _lowest(*limits: int | None) -> int | None:
    return min((limit for limit in limits if limit is not None), default=None)
