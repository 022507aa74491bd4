"""Validation rules: read, judged, explained. Contract: section 11.

`parse(wire)` -> `RuleSet`; `holds` is the quick answer, `judge` the one with reasons, `refusal` its error on
the wire; `needs` says which facts must be loaded. A new rule name: `families/`.
"""

from __future__ import annotations

from engine.rules.errors import RuleSyntaxError
from engine.rules.families import Group, names
from engine.rules.judge import BUNDLE, first_failing, holds, judge
from engine.rules.needs import Needs, is_about_result, items_of, joined, needs
from engine.rules.parse import parse
from engine.rules.refusal import refusal
from engine.rules.tree import RuleSet
from engine.rules.verdict import LeafVerdict, Requirement, Verdict

__all__ = [
    "BUNDLE",
    "Group",
    "LeafVerdict",
    "Needs",
    "Requirement",
    "RuleSet",
    "RuleSyntaxError",
    "Verdict",
    "first_failing",
    "holds",
    "is_about_result",
    "items_of",
    "joined",
    "judge",
    "names",
    "needs",
    "parse",
    "refusal",
]
