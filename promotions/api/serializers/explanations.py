"""Explanations on the wire: ours, with `options.explain`. Keys are stable, texts are for people."""

from __future__ import annotations

from typing import Any

from core.api.fields import plain
from engine.explain import ExplainedCondition, Explanation


def explanation_output(explanation: Explanation) -> dict[str, Any]:
    """One redeemable: what became of it, every condition, what displaced it, what would make it apply."""
    wire: dict[str, Any] = {
        "id": explanation.key,
        "object": explanation.object.value,
        "status": explanation.status.value,
        "message": explanation.sentence,
        "conditions": [_condition(one) for one in explanation.conditions],
    }
    if explanation.reason is not None:
        wire["key"] = explanation.reason.key.value
    if explanation.displaced_by:
        wire["displaced_by"] = list(explanation.displaced_by)
    if explanation.remedy:
        wire["remedy"] = explanation.remedy
    return wire


def _condition(condition: ExplainedCondition) -> dict[str, Any]:
    wire: dict[str, Any] = {
        "id": condition.id,
        "message": condition.text,
        "holds": condition.holds,
        "found": condition.found,
        "required": plain(condition.required),
        "actual": plain(condition.actual),
    }
    if condition.remedy:
        wire["remedy"] = condition.remedy
    if condition.children:
        wire["conditions"] = [_condition(child) for child in condition.children]
    return wire
