"""What must be loaded before candidates can be judged: asked of their rules and discounts."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, cast

from engine import Candidate, effects, formula, rules
from engine.effects import Effect
from engine.rules import Needs


def needs_of(candidates: Iterable[Candidate]) -> Needs:
    """The union over all rules and formulas of these candidates."""
    found = [rules.needs(rule) for candidate in candidates for rule in candidate.rules]
    facts = frozenset[str]().union(
        *(_facts(cast(Any, candidate.discount)) for candidate in candidates if candidate.discount is not None)
    )
    return rules.joined([Needs(facts=facts), *found])


def articles_of(candidates: Iterable[Candidate]) -> frozenset[str]:
    """Products and SKUs that their discounts may add to the order, as the discounts name them."""
    return frozenset[str]().union(
        *(articles_given(candidate.discount) for candidate in candidates if candidate.discount is not None)
    )


def articles_given(effect: Effect) -> frozenset[str]:
    """Products and SKUs that one discount may add, as it names them."""
    return _articles(cast(Any, effect))


def _parts(effect: Effect) -> list[dict[str, Any]]:
    wire = effects.to_wire(effect)
    return [wire, *wire.get("units", ())]


# Effects are frozen dataclasses; their protocol cannot say that they are hashable.
@lru_cache(maxsize=4096)
def _facts(effect: Any) -> frozenset[str]:
    texts = [
        text
        for part in _parts(effect)
        for name, text in part.items()
        if name.endswith("_formula") and isinstance(text, str)
    ]
    return frozenset[str]().union(*(formula.needs(formula.parse(text)) for text in texts))


@lru_cache(maxsize=4096)
def _articles(effect: Any) -> frozenset[str]:
    return frozenset(part["unit_type"] for part in _parts(effect) if part.get("unit_type"))
