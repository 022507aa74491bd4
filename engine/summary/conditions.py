"""One rule in words: what it is about and what it asks. Contract: 11.2, 11.3."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from engine.rules.families import REGISTRY, Family, Kind
from engine.rules.tree import Operator, Rule
from engine.rules.windows import WINDOWS
from engine.summary import item_rules, phrases
from engine.summary.names import Names
from engine.summary.operands import operand
from engine.summary.predicates import bounds, in_reading_order, is_bound, predicates
from engine.summary.subjects import FIGURES, OF_THE_ONES, ON_THEIR_OWN, ONE_UNIT, PLAIN, PROPERTIES
from engine.summary.windows import window

_NEGATIVE: Final = (Operator.IS_NOT, Operator.NOT_IN)
_MEMBERS: Final = (Operator.IS, Operator.IN, *_NEGATIVE)


def own_words(rule: Rule, names: Names, above: Rule | None = None) -> str:
    """The rule's own conditions, without its subrules; `above` is the rule whose lines it asks about.

    Starts in lower case: customer is in segment VIP
    """
    special = _SPECIAL.get(rule.name)
    if special is not None:
        found = special(rule, names)
        if found is not None:
            return found
    template = _figures(rule, above)
    if template is not None and is_bound(rule.conditions):
        return _with_bound(template, rule, names, above)
    return f"{_subject(rule, above)} {predicates(rule.conditions, _kind(rule), names)}".rstrip()


def _with_bound(template: str, rule: Rule, names: Names, above: Rule | None) -> str:
    text = template.format(bound=bounds(rule.conditions, _kind(rule), names), each=_each(above))
    operands = [value for condition in rule.conditions for value in condition.operands]
    if operands == [1]:
        for word in ONE_UNIT:
            text = text.replace(f" 1 {word}", f" 1 {word[:-1]}")
    return text + (f" (those with {rule.property})" if rule.property else "")


def _figures(rule: Rule, above: Rule | None) -> str | None:
    related = ON_THEIR_OWN if above is None else OF_THE_ONES
    return FIGURES.get(rule.name) or related.get(rule.name)


def _subject(rule: Rule, above: Rule | None) -> str:
    if rule.name in PROPERTIES:
        return PROPERTIES[rule.name].format(property=rule.property or "metadata", each=_each(above))
    family = REGISTRY.get(rule.name)
    subject = PLAIN.get(rule.name) or (rule.name if family is None else family.title)
    return subject + (f" ({rule.property})" if rule.property else "")


def _each(above: Rule | None) -> str:
    if above is None:
        return "an item of the order"
    family: Family | None = REGISTRY.get(above.name)
    return "each of them" if family is not None and family.is_each else "one of them"


def _kind(rule: Rule) -> Kind:
    family = REGISTRY.get(rule.name)
    return Kind.FREE if family is None else family.kind


def _membership(verb: str, noun: str) -> Callable[[Rule, Names], str | None]:
    """customer is in segment VIP; customer is not in segment A or B"""

    def words(rule: Rule, names: Names) -> str | None:
        if not rule.conditions or any(condition.operator not in _MEMBERS for condition in rule.conditions):
            return None
        parts = []
        for condition in in_reading_order(rule.conditions):
            found = phrases.listed(
                [operand(value, Kind.ID, names) for value in condition.operands], phrases.OR
            )
            denial = "not " if condition.operator in _NEGATIVE else ""
            parts.append(f"is {denial}{verb} {noun} {found or 'that exists'}")
        return f"customer {phrases.listed(parts, phrases.AND)}"

    return words


def _flag(yes: str, no: str) -> Callable[[Rule, Names], str | None]:
    """One condition with true or false; anything else is not said in this way."""

    def words(rule: Rule, names: Names) -> str | None:
        if not rule.conditions:
            return yes
        operands = rule.conditions[0].operands
        if len(rule.conditions) != 1 or operands not in ((True,), (False,)):
            return None
        if isinstance(operands[0], bool) and rule.conditions[0].operator in _MEMBERS:
            is_denied = rule.conditions[0].operator in _NEGATIVE
            return yes if operands[0] is not is_denied else no
        return None

    return words


def _time(rule: Rule, names: Names) -> str | None:
    """Monday to Friday, 09:00 to 17:00"""
    if not rule.conditions or any(condition.operator not in WINDOWS for condition in rule.conditions):
        return None
    conditions = in_reading_order(rule.conditions)
    return ", ".join(window(condition.operator, condition.operands) for condition in conditions)


_DISCOUNTABLE: Final = _flag("discount is for these items", "discount is not for these items")
_SPECIAL: Final[Mapping[str, Callable[[Rule, Names], str | None]]] = {
    **dict.fromkeys((*item_rules.SUBJECTS, *item_rules.EXTREMES), item_rules.item_rule),
    "customer.segment": _membership("in", "segment"),
    "customer.loyalty_tier": _membership("in", "loyalty tier"),
    "publication.redeemable_by_linked_customer": _flag(
        "customer is the one who holds the code", "customer is not the one who holds the code"
    ),
    "product.discount_applicable": _DISCOUNTABLE,
    "product.metadata.discount_applicable": _DISCOUNTABLE,
    "sku.discount_applicable": _DISCOUNTABLE,
    "redemption.date": _time,
}


def has_own_words(name: str) -> bool:
    """Is there more than the family's title for this rule name?"""
    tables = (_SPECIAL, FIGURES, ON_THEIR_OWN, PROPERTIES, PLAIN)
    return any(name in table for table in tables)
