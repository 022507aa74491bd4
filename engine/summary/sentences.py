"""A rule set as lines with indentation, and as one paragraph: both from the tree that is judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from engine.codec import Data
from engine.rules.logic import keys_of
from engine.rules.tree import All, Leaf, Logic, Rule, RuleSet
from engine.summary import phrases
from engine.summary.bundles import contents, times
from engine.summary.conditions import own_words
from engine.summary.item_rules import together
from engine.summary.names import Names
from engine.summary.targets import Targets

ALWAYS = "no condition"
NEVER = "never"


class Joint(StrEnum):
    """How a line is joined to the one before it on its level."""

    AND = "and"
    OR = "or"


@dataclass(frozen=True, kw_only=True, slots=True)
class Sentence(Data):
    """One line. `depth` 0 is outermost; `joint` None = first of its level, or beside the conditions.

    `key` is the key of the rule that the line is about. A line that ends with a colon heads deeper ones.
    """

    text: str
    depth: int = 0
    joint: Joint | None = None
    key: str | None = None


def sentences(rule_set: RuleSet, names: Names) -> tuple[Sentence, ...]:
    """Conditions first, then the bundle, what item discounts are for, what is not asked, the refusal."""
    rules = {rule.key: rule for rule in rule_set.rules}
    found = list(_level(rule_set.logic, rules, names, 0, None))
    if rule_set.bundle is not None:
        joint = Joint.AND if found else None
        found.append(Sentence(text=_bundle(rule_set, names), joint=joint))
    found.extend(Sentence(text=text) for text in _beside(rule_set, names))
    return tuple(found)


def paragraph(rule_set: RuleSet, names: Names) -> str:
    """Customer is in segment VIP, and order is worth at least 50.00 EUR before discounts."""
    rules = {rule.key: rule for rule in rule_set.rules}
    parts = [phrases.capital(_inline(rule_set.logic, rules, names, None))]
    if rule_set.bundle is not None:
        parts.append(_bundle(rule_set, names))
    return " ".join(f"{part}." for part in (*parts, *_beside(rule_set, names)))


def whole_words(rule: Rule, names: Names, above: Rule | None = None) -> str:
    """A rule with its subrules and its refusal, in lower case."""
    merged = together(rule, names)
    text = merged or own_words(rule, names, above)
    if rule.rules and merged is None:
        inner = {sub.key: sub for sub in rule.rules}
        asked = _inline(rule.logic, inner, names, rule)
        text = f"{text}, where {asked if len(rule.rules) == 1 else f'({asked})'}"
        text += "".join(f" (not asked: {whole_words(sub, names, rule)})" for sub in _unnamed(rule))
    return text + (f" (if not: {phrases.quoted(rule.error)})" if rule.error else "")


def _level(
    logic: Logic, rules: Mapping[str, Rule], names: Names, depth: int, above: Rule | None
) -> Iterator[Sentence]:
    """The parts of `logic` as lines of one level."""
    if isinstance(logic, Leaf):
        yield from _rule(rules[logic.key], names, depth, None, above)
        return
    if not logic.of and not isinstance(logic, All):
        yield Sentence(text=phrases.capital(NEVER), depth=depth)
    word = Joint.AND if isinstance(logic, All) else Joint.OR
    for place, part in enumerate(logic.of):
        joint = word if place else None
        if isinstance(part, Leaf):
            yield from _rule(rules[part.key], names, depth, joint, above)
            continue
        heading = "All of these:" if isinstance(part, All) else "At least one of these:"
        yield Sentence(text=heading, depth=depth, joint=joint)
        yield from _level(part, rules, names, depth + 1, above)


def _rule(
    rule: Rule, names: Names, depth: int, joint: Joint | None, above: Rule | None
) -> Iterator[Sentence]:
    merged = together(rule, names)
    text = phrases.capital(merged or own_words(rule, names, above))
    has_parts = bool(rule.rules) and merged is None
    yield Sentence(text=f"{text}, where:" if has_parts else text, depth=depth, joint=joint, key=rule.key)
    if has_parts:
        inner = {sub.key: sub for sub in rule.rules}
        yield from _level(rule.logic, inner, names, depth + 1, rule)
        for sub in _unnamed(rule):
            yield Sentence(text=f"Not asked: {whole_words(sub, names, rule)}", depth=depth + 1, key=sub.key)
    if rule.error:
        yield Sentence(text=f"If not: {phrases.quoted(rule.error)}", depth=depth + 1, key=rule.key)


def _inline(logic: Logic, rules: Mapping[str, Rule], names: Names, above: Rule | None) -> str:
    if isinstance(logic, Leaf):
        return whole_words(rules[logic.key], names, above)
    if not logic.of:
        return ALWAYS if isinstance(logic, All) else NEVER
    word = Joint.AND if isinstance(logic, All) else Joint.OR
    parts = [
        _inline(part, rules, names, above)
        if isinstance(part, Leaf)
        else f"({_inline(part, rules, names, above)})"
        for part in logic.of
    ]
    return f", {word} ".join(parts)


def _bundle(rule_set: RuleSet, names: Names) -> str:
    if rule_set.bundle is None:
        return ""
    return f"Order has {contents(rule_set.bundle, names)}, counted {times(rule_set.bundle)}"


def _beside(rule_set: RuleSet, names: Names) -> Iterator[str]:
    """What is no condition."""
    if not rule_set.applicable_to.is_empty:
        targets = Targets(applicability=rule_set.applicable_to, names=names, has_prices=True)
        yield f"Discounts on items are for {targets}"
    for rule in _unnamed(rule_set):
        yield f"Not asked: {whole_words(rule, names)}"
    if rule_set.error:
        yield f"If not: {phrases.quoted(rule_set.error)}"


def _unnamed(owner: Rule | RuleSet) -> Sequence[Rule]:
    """Rules that the logic does not name, which therefore decide nothing."""
    named = set(keys_of(owner.logic))
    return [rule for rule in owner.rules if rule.key not in named]
