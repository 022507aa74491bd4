"""Validation rules in plain words, from their wire form: `{"rules", "applicable_to", "bundle_rules"}`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from core import words
from core.exact import exact
from engine import rules, summary
from engine.rules import RuleSet, RuleSyntaxError
from engine.summary import Names
from promotions import formula_words
from promotions.selectors.readable import names_in

PARTS: Final = ("rules", "applicable_to", "bundle_rules")

type Document = dict[str, Any]


def document_in(content: Mapping[str, Any]) -> Document:
    """The rule in a content or a row of columns, with exact numbers."""
    found: Document = exact({part: content[part] for part in PARTS if content.get(part)})
    return found


def parsed(document: Mapping[str, Any]) -> RuleSet | None:
    """None: the engine cannot read it."""
    try:
        return rules.parse(document)
    except RuleSyntaxError:
        return None


def names_of(documents: Iterable[Document], *, articles: Iterable[str] = ()) -> dict[str, str]:
    """Ids that the documents mention, and these `articles` -> what people call them. One query for each kind
    of thing.
    """
    found = [rule_set for one in documents if (rule_set := parsed(one)) is not None]
    return names_in(*found, articles=articles)


def lines(rule_set: RuleSet, known: Mapping[str, str]) -> Sequence[summary.Sentence]:
    return [
        replace(line, text=formula_words.spoken(line.text)) for line in summary.rules(rule_set, names(known))
    ]


def paragraph(document: Document, known: Mapping[str, str] | None = None) -> str:
    """The whole rule as one text; empty where it cannot be read. `known`: names looked up before."""
    rule_set = parsed(document)
    if rule_set is None:
        return ""
    text = summary.rules_text(rule_set, names(names_of([document]) if known is None else known))
    return formula_words.spoken(text)


def names(known: Mapping[str, str]) -> Names:
    """What things are called, and money as pages write it."""
    return Names(known=known, write_money=words.money)
