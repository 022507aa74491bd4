"""Discounts and rules in plain words, made from the very trees that are evaluated.

Nothing is left out: every operand of a condition and every limit of an entry is in the text.
"""

from __future__ import annotations

from engine.applicability import Applicability
from engine.bundles import Bundle
from engine.effects import Effect
from engine.rules.tree import Rule, RuleSet
from engine.summary import phrases
from engine.summary.budgets import budget
from engine.summary.bundles import contents, times
from engine.summary.discounts import effect_words
from engine.summary.names import Names
from engine.summary.sentences import Joint, Sentence, paragraph, sentences, whole_words

__all__ = ["Joint", "Names", "Sentence", "budget", "condition", "discount", "rules", "rules_text"]


def discount(
    effect: Effect, applicability: Applicability | None = None, *, names: Names, bundle: Bundle | None = None
) -> str:
    """10 % off the order, at most 20.00 EUR; 5.00 EUR off every item from Coffee

    `applicability` is that of the rule which says what item discounts are for; None = not known here.
    """
    text = effect_words(effect, applicability, names)
    if bundle is None:
        return text
    often = "" if bundle.limit == 1 else f", {times(bundle)}"
    return f"Buy {contents(bundle, names)}: {text}{often}"


def rules(rule_set: RuleSet, names: Names) -> tuple[Sentence, ...]:
    """The rule set line by line, deeper lines under the ones that they belong to."""
    return sentences(rule_set, names)


def rules_text(rule_set: RuleSet, names: Names) -> str:
    """The rule set as one paragraph."""
    return paragraph(rule_set, names)


def condition(rule: Rule, names: Names, above: Rule | None = None) -> str:
    """One rule with all of its subrules: At least 2 units from Coffee

    `above` is the rule that it is a subrule of.
    """
    return phrases.capital(whole_words(rule, names, above))
