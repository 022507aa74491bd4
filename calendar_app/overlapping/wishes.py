"""A purchase for two plain promotions, put together without searching: the evaluator says whether it is one.

Plain are those that ask for segments, keys, values of metadata, a least amount, articles: nearly all. For
others, and where the guess is wrong, the rule algebra searches.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from calendar_app.overlapping.scopes import Audience
from engine import Candidate
from engine.effects import DiscountEffect, DiscountType
from engine.rules.families.customer import SEGMENT
from engine.rules.tree import All, Condition, Leaf, Logic, Operator, Rule, RuleSet

API_KEY: Final = "redemption.api_key"
CUSTOMER_METADATA: Final = "customer.metadata"
_AMOUNTS: Final = frozenset({"order.amount", "order.initial_amount"})
_IN: Final = (Operator.IS, Operator.IN)
_GIVING: Final = frozenset({DiscountEffect.ADD_NEW_ITEMS, DiscountEffect.ADD_MISSING_ITEMS})
_PLAIN_DISCOUNTS: Final = frozenset({DiscountType.AMOUNT, DiscountType.PERCENT, DiscountType.FIXED})


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """`keys` and the values of `metadata`: one of these will do; `keys` None: any. `least` in minor units."""

    audience: Audience
    keys: frozenset[str] | None = None
    metadata: Mapping[str, frozenset[object]]
    least: int = 0


def wish_of(candidate: Candidate, audience: Audience) -> Wish | None:
    """None: it asks for something else."""
    discount = candidate.discount
    if discount is None or not (discount.type in _PLAIN_DISCOUNTS or discount.effect in _GIVING):
        return None
    keys: frozenset[str] | None = None
    metadata: dict[str, frozenset[object]] = {}
    least = 0
    for rule_set in candidate.rules:
        if rule_set.bundle is not None or rule_set.applicable_to.excluded:
            return None
        for rule in _rules(rule_set):
            if rule is None or rule.rules:
                return None
            if rule.name == SEGMENT:
                continue
            for condition in rule.conditions:
                if rule.name in _AMOUNTS:
                    found = _least(condition)
                    if found is None:
                        return None
                    least = max(least, found)
                    continue
                if condition.operator not in _IN:
                    return None
                wanted = frozenset(condition.operands)
                if rule.name == API_KEY:
                    named = frozenset(str(one) for one in wanted)
                    keys = named if keys is None else keys & named
                elif rule.name == CUSTOMER_METADATA and rule.property is not None:
                    metadata[rule.property] = metadata.get(rule.property, wanted) & wanted
                else:
                    return None
    return Wish(audience=audience, keys=keys, metadata=metadata, least=least)


def _rules(rule_set: RuleSet) -> Iterator[Rule | None]:
    """Those that must hold; None: some of them need not."""
    by_key = {rule.key: rule for rule in rule_set.rules}
    yield from _named(rule_set.logic, by_key)


def _named(logic: Logic, by_key: Mapping[str, Rule]) -> Iterator[Rule | None]:
    if isinstance(logic, Leaf):
        yield by_key[logic.key]
    elif isinstance(logic, All):
        for part in logic.of:
            yield from _named(part, by_key)
    else:
        yield None


def _least(condition: Condition) -> int | None:
    operand = condition.operands[0]
    if not isinstance(operand, int | Decimal):
        return None
    if condition.operator is Operator.MORE_THAN:
        return int(operand) + 1
    return int(-(-operand // 1)) if condition.operator is Operator.MORE_THAN_OR_EQUAL else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Guess:
    """What both wish for at once. Equal guesses are one purchase."""

    segments: frozenset[str]
    key: str | None
    metadata: tuple[tuple[str, object], ...]
    least: int


def guess_of(left: Wish, right: Wish, segments: frozenset[str]) -> Guess | None:
    """None: they contradict each other, as far as can be seen. `segments` are all in which somebody may be:
    who is in more of them gets more, so that one purchase serves many.
    """
    outside = left.audience.outside | right.audience.outside
    inside = segments - outside
    if any(wanted <= outside for one in (left, right) for wanted in one.audience.inside):
        return None
    keys = right.keys if left.keys is None else left.keys if right.keys is None else left.keys & right.keys
    if keys is not None and not keys:
        return None
    metadata: dict[str, object] = {}
    for name in {*left.metadata, *right.metadata}:
        wanted = left.metadata.get(name), right.metadata.get(name)
        both = [one for one in wanted if one is not None]
        common = frozenset.intersection(*both)
        if not common:
            return None
        metadata[name] = min(common, key=str)
    return Guess(
        segments=inside,
        key=None if keys is None else min(keys),
        metadata=tuple(sorted(metadata.items())),
        least=max(left.least, right.least),
    )
