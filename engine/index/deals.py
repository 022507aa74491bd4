"""What a candidate is worth, from as few figures as possible.

Candidates with the same discount, targets and category share one deal, which is calculated once per request.
The common effects have a formula here; it holds for plain orders. Everything else goes through the pipeline.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

from engine.applicability import Applicability, Entry
from engine.effects import Effect
from engine.index.alone import worth_alone
from engine.index.bounds import PERCENT_SCALE, Bound, By
from engine.index.facts import Facts
from engine.items import ItemRef
from engine.money import half_up
from engine.rules.tree import RuleSet
from engine.snapshot import Candidate
from engine.stacking_rules import Category

_EVERY_LINE: Final = (RuleSet(applicable_to=Applicability(included_all=True)),)


class Deal(Protocol):
    """Shared: compared by identity. `figure` grows with what the deal can be worth, within its `bound`."""

    @property
    def bound(self) -> Bound: ...

    @property
    def figure(self) -> int: ...

    def worth(self, facts: Facts) -> int | None:
        """None = it does not apply to this order at all."""
        ...


@dataclass(frozen=True, eq=False, slots=True)
class Calculated:
    """Any other deal, through the pipeline; `sample` stands for all that share it, without conditions."""

    bound: Bound
    sample: Candidate
    figure: int = 0

    def worth(self, facts: Facts) -> int | None:
        return worth_alone(facts, self.sample)


@dataclass(frozen=True, eq=False, slots=True)
class OffOrder:
    """PERCENT or AMOUNT off the whole order. `limit` is the lowest of its limits."""

    bound: Bound
    figure: int
    limit: int | None
    effect: Effect
    category: Category | None

    def worth(self, facts: Facts) -> int | None:
        if not facts.is_plain:
            return worth_alone(facts, Candidate(key="", discount=self.effect, category=self.category))
        off = self.figure
        if self.bound.by is By.PERCENT:
            # Both modes have the same base as long as nothing was taken off.
            off = half_up(facts.payable * off, PERCENT_SCALE)
        return _admitted(facts, self.category, off, self.limit)


@dataclass(frozen=True, eq=False, slots=True)
class OffLines:
    """PERCENT or AMOUNT off the lines of one article or collection; of every line when `item` is None.

    `words` are those of the item. `line_limit` is per line, `limit` for all of them.
    """

    bound: Bound
    figure: int
    words: tuple[str, ...]
    line_limit: int | None
    limit: int | None
    effect: Effect
    item: ItemRef | None
    category: Category | None

    def worth(self, facts: Facts) -> int | None:
        if not facts.is_plain or not facts.lines:
            return worth_alone(facts, self._sample())
        places = range(len(facts.lines)) if self.item is None else facts.lines_with(self.words)
        off = 0
        for place in places:
            value, quantity = facts.line_values[place], facts.lines[place].quantity
            if value and quantity:
                off += self._of_line(value, quantity)
        return _admitted(facts, self.category, off, self.limit)

    def _of_line(self, value: int, quantity: int) -> int:
        if self.bound.by is By.PERCENT:
            off = half_up(value * self.figure, PERCENT_SCALE)
        else:
            off = self.figure * quantity if self.bound.by is By.PER_UNIT else self.figure
        if self.line_limit is not None and self.line_limit < off:
            off = self.line_limit
        return off if off < value else value

    def _sample(self) -> Candidate:
        rules = _EVERY_LINE
        if self.item is not None:
            rules = (RuleSet(applicable_to=Applicability(included=(Entry(item=self.item),))),)
        return Candidate(key="", discount=self.effect, category=self.category, rules=rules)


def _admitted(facts: Facts, category: Category | None, off: int, limit: int | None) -> int | None:
    """`off` within its limit and what is payable, None where the stacking rules do not let it apply."""
    if limit is not None and limit < off:
        off = limit
    if facts.payable < off:
        off = facts.payable
    if not facts.admits(category):
        return None
    return None if off <= 0 and facts.must_have_effect(category) else off
