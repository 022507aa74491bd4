"""What a candidate is worth, from as few figures as possible.

Candidates with the same discount, targets and category share one deal, which is calculated once per request.
The common effects have a formula here; it holds for plain orders. Everything else goes through the pipeline.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

from engine.applicability import Applicability, Entry
from engine.effects import AmountOffItems, AmountOffUnits, Effect, PercentOffItems
from engine.index.alone import worth_alone
from engine.index.bounds import PERCENT_SCALE, Bound, By
from engine.index.contents import Contents
from engine.index.facts import Facts
from engine.index.words import Names
from engine.items import ItemObject, ItemRef
from engine.rules.tree import RuleSet
from engine.snapshot import Candidate
from engine.stacking_rules import Category

_TWICE: Final = 2 * PERCENT_SCALE
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
        contents = facts.contents
        if not contents.is_plain:
            return worth_alone(facts, Candidate(key="", discount=self.effect, category=self.category))
        off = self.figure
        if self.bound.by is By.PERCENT:
            # Both calculation modes have the same base as long as nothing was taken off.
            off = (2 * contents.payable * off + PERCENT_SCALE) // _TWICE
        if self.limit is not None and self.limit < off:
            off = self.limit
        if contents.payable < off:
            off = contents.payable
        return off if off >= facts.floors[self.category] else None


@dataclass(frozen=True, eq=False, slots=True)
class OffLines:
    """PERCENT or AMOUNT off the lines of one article or collection; of every line without `names`."""

    bound: Bound
    figure: int
    names: Names
    effect: PercentOffItems | AmountOffItems | AmountOffUnits
    category: Category | None

    def worth(self, facts: Facts) -> int | None:
        contents = facts.contents
        if not contents.is_plain or not contents.lines:
            return worth_alone(facts, self._sample())
        places = range(len(contents.lines)) if not self.names else contents.lines_with(self.names)
        if self.bound.by is By.PERCENT and self.effect.amount_limit is None:
            figure, values = 2 * self.figure, contents.values
            off = 0
            for place in places:
                off += (values[place] * figure + PERCENT_SCALE) // _TWICE
        else:
            off = sum([self._of_line(contents, place) for place in places])
        limit = self.effect.aggregated_amount_limit
        if limit is not None and limit < off:
            off = limit
        if contents.payable < off:
            off = contents.payable
        return off if off >= facts.floors[self.category] else None

    def _of_line(self, contents: Contents, place: int) -> int:
        value, figure = contents.values[place], self.figure
        if self.bound.by is By.PERCENT:
            figure = (2 * value * figure + PERCENT_SCALE) // _TWICE
        elif self.bound.by is By.PER_UNIT:
            figure *= contents.quantities[place]
        limit = self.effect.amount_limit
        if limit is not None and limit < figure:
            figure = limit
        return figure if figure < value else value

    def _sample(self) -> Candidate:
        rules = _EVERY_LINE
        if self.names:
            item = ItemRef(
                object=ItemObject(self.names[0][0]), id=self.names[0][1], source_id=self.names[-1][1]
            )
            rules = (RuleSet(applicable_to=Applicability(included=(Entry(item=item),))),)
        return Candidate(key="", discount=self.effect, category=self.category, rules=rules)
