"""Differences of rules in words: each condition by what the engine says of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from core.exact import exact
from engine import summary
from engine.rules.logic import keys_of
from engine.rules.tree import All, Leaf, Operator, Rule, RuleSet
from promotions import rule_words
from promotions.approval_words.lines import MISSING, Content, Line, Telling, lower, quoted

_SEGMENT: Final = "customer.segment"
_ANY_OF: Final = frozenset({Operator.IS, Operator.IN})
_SHARED_WORDS: Final = 2


def paragraph(content: Content, telling: Telling) -> str:
    """The whole rule, as it is said elsewhere."""
    return rule_words.paragraph(rule_words.document_in(content), telling.known)


def tree(before: Any, after: Any, telling: Telling) -> list[Line]:
    """`rules`: which conditions come, go, or ask something else; how they are joined."""
    was, will = _rules(before), _rules(after)
    if was is None or will is None:
        return []
    said_before, said_after = _said(was, telling), _said(will, telling)
    if telling.is_new:
        return [Line(label="Conditions", text=_whole(will, telling))] if said_after else []
    gone, come = _different(said_before, said_after)
    lines = []
    for key in [key for key in gone if key in come]:
        one, other = _rule(was, key), _rule(will, key)
        if one.name == other.name:
            lines += _changed(one, other, gone.pop(key), come.pop(key), telling)
    lines += [Line(text=f"Adds to the conditions: {lower(text)}") for text in come.values()]
    lines += [Line(text=f"Takes out of the conditions: {lower(text)}") for text in gone.values()]
    if was.logic != will.logic and not (_is_plain(was) and _is_plain(will)):
        lines.append(Line(label="Together the conditions say", text=_whole(will, telling)))
    return lines


def beside(label: str, part: str) -> Any:
    """A part of a rule that is no condition: what discounts are for, the bundle."""

    def tell(before: Any, after: Any, telling: Telling) -> list[Line]:
        was, will = (_beside(part, one, telling) for one in (before, after))
        return [] if was == will else [Line(label=label, text=telling.becomes(was, will))]

    return tell


def message(before: Any, after: Any, telling: Telling) -> list[Line]:
    was, will = (
        "" if one is MISSING else quoted(one["message"]) if (one or {}).get("message") else ""
        for one in (before, after)
    )
    return [] if was == will else [Line(label="Customers read", text=telling.becomes(was, will))]


def _beside(part: str, value: Any, telling: Telling) -> str:
    if value is MISSING or not value:
        return ""
    rule_set = rule_words.parsed(exact({part: value}))
    if rule_set is None:
        return ""
    return "; ".join(line.text for line in rule_words.lines(rule_set, telling.known))


def _rules(wire: Any) -> RuleSet | None:
    return rule_words.parsed(exact({} if wire is MISSING or not wire else {"rules": wire}))


def _said(rule_set: RuleSet, telling: Telling) -> dict[str, str]:
    names = rule_words.names(telling.known)
    return {rule.key: summary.condition(rule, names) for rule in rule_set.rules}


def _whole(rule_set: RuleSet, telling: Telling) -> str:
    return summary.rules_text(rule_set, rule_words.names(telling.known)).removesuffix(".")


def _different(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """What is said on one side only, by key: a condition that only got another key is the same."""
    shared = Counter(before.values()) & Counter(after.values())
    return _without(before, shared), _without(after, shared)


def _without(said: Mapping[str, str], shared: Counter[str]) -> dict[str, str]:
    left = Counter(shared)
    found = {}
    for key, text in said.items():
        if left[text]:
            left[text] -= 1
        else:
            found[key] = text
    return found


def _rule(rule_set: RuleSet, key: str) -> Rule:
    return next(rule for rule in rule_set.rules if rule.key == key)


def _changed(one: Rule, other: Rule, was: str, will: str, telling: Telling) -> list[Line]:
    names = rule_words.names(telling.known)
    if (before := _segments(one)) and (after := _segments(other)):
        come = [names.of(segment) for segment in after if segment not in before]
        gone = [names.of(segment) for segment in before if segment not in after]
        return [
            *(Line(text=f"Adds segment {name} to the conditions") for name in come),
            *(Line(text=f"Takes segment {name} out of the conditions") for name in gone),
        ]
    return [Line(label="Conditions", text=f"{lower(was)} becomes {_without_subject(was, will)}")]


def _segments(rule: Rule) -> tuple[str, ...]:
    """Those of "customer is in segment A or B", if the rule says nothing else."""
    if rule.name != _SEGMENT or rule.rules or rule.error or len(rule.conditions) != 1:
        return ()
    condition = rule.conditions[0]
    return tuple(map(str, condition.operands)) if condition.operator in _ANY_OF else ()


def _without_subject(was: str, will: str) -> str:
    """order is worth at least 20.00 EUR becomes … at least 30.00 EUR: what both begin with is said once, but
    for the words right before the difference.
    """
    before, after = was.split(" "), will.split(" ")
    same = next(
        (place for place, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]), 0
    )
    return lower(" ".join(after[max(same - _SHARED_WORDS, 0) :]))


def _is_plain(rule_set: RuleSet) -> bool:
    """All conditions have to be met, and each is asked."""
    logic = rule_set.logic
    is_and = isinstance(logic, Leaf) or (
        isinstance(logic, All) and all(isinstance(one, Leaf) for one in logic.of)
    )
    return is_and and set(keys_of(logic)) == {rule.key for rule in rule_set.rules}
