"""How much of an article must be there: the commonest product rules, put into words.

"At least 3 of Coffee" is a word of its own. A request has it when its order holds enough; which words there
are for an article is noted here, sorted by the threshold. The writer replaces tuples: readers need no lock.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from engine.items import ItemObject

if TYPE_CHECKING:
    from engine.index.facts import Facts
    from engine.index.predicates import EnoughOf

type Steps = tuple[tuple[int, ...], tuple[str, ...], tuple[EnoughOf, ...]]
"""Thresholds from the lowest up, their words, and the rules themselves."""

_NO_STEPS: Steps = ((), (), ())


class Amounts:
    """Words by kind and name of the article; for each first those of units, then those of amounts."""

    def __init__(self) -> None:
        self._steps: dict[str, dict[str, tuple[Steps, Steps]]] = {kind: {} for kind in ItemObject}

    def word(self, predicate: EnoughOf, least: int) -> str:
        """The word for "at least `least`" of the one name of `predicate`."""
        ((kind, name),) = predicate.names
        word = f"{kind} {name} {predicate.is_amount} {least}"
        both = list(self._steps[kind].get(name, (_NO_STEPS, _NO_STEPS)))
        limits, words, rules = both[predicate.is_amount]
        if word not in words:
            at = bisect_left(limits, least)
            both[predicate.is_amount] = (
                (*limits[:at], least, *limits[at:]),
                (*words[:at], word, *words[at:]),
                (*rules[:at], predicate, *rules[at:]),
            )
            self._steps[kind][name] = (both[0], both[1])
        return word

    def given(self, facts: Facts) -> frozenset[str]:
        """The words that the order of a request has."""
        contents = facts.contents
        is_simple = facts.sums_decide
        found: list[str] = []
        for kind, steps_of in self._steps.items():
            if not steps_of:
                continue
            for name in contents.articles(kind) if is_simple else list(steps_of):
                both = steps_of.get(name)  # type: ignore[arg-type]  # a line may have no name
                if both is None:
                    continue
                if is_simple:
                    totals = contents.sum_at(contents.lines_with(((kind, name),)))  # type: ignore[arg-type]
                    for (limits, words, _), total in zip(both, totals, strict=True):
                        if total is not None:
                            found += words[: bisect_right(limits, total)]
                else:
                    for _, words, rules in both:
                        found += [word for word, rule in zip(words, rules, strict=True) if rule.holds(facts)]
        return frozenset(found)
