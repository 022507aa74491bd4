"""What the redeemables of a request would have got if only the kept units had been bought.

Judged with the stored snapshot: the terms, the customer, the counters and the instant of that time. Only
those that applied then are asked again, each on its own: one that fails takes nobody with it.

Which units are kept? Those that discounts added go back first, so that a free unit never outlives the bought
one beside it on its line. A discount may give units away again, but only those that are still there. Where
nothing that was bought is kept, nothing applies any more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from engine.basket import Basket, Line, OrderState
from engine.outcome import Status, Step
from engine.pipeline import Run
from engine.returning.policy import Decision
from engine.snapshot import Candidate, RedeemableObject

type Article = tuple[str | None, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Again:
    """One redeemable on the rest. `discount` counts only units that are there.

    `step` None: nothing that was bought is left.
    """

    step: Step | None = None
    discount: int = 0

    @property
    def applies(self) -> bool:
        return self.step is not None and self.step.status is Status.APPLICABLE


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """`units` that are kept of every line of the `order`, by position; `returned` of `whole` for an order
    without lines, in minor units.
    """

    order: OrderState
    units: Mapping[int, int]
    returned: tuple[int, int]


def decide_again(
    decisions: Sequence[Decision], index: int, kept: Kept
) -> dict[tuple[RedeemableObject, str], Again]:
    """Those that applied in `decisions[index]`, on what is kept."""
    decision = decisions[index]
    applied = decision.outcome.with_status(Status.APPLICABLE)
    basket = decision.snapshot.basket
    bought = {} if basket is None else _bought(decisions[index:], basket, kept)
    rest = None if basket is None else _rest(basket, bought, kept)
    if rest is None:
        return {(step.object, step.key): Again() for step in applied}
    run = Run.open(replace(decision.snapshot, basket=rest))
    candidates = {(one.object, one.key): one for one in decision.snapshot.candidates}
    there = _still_there(decision, basket, bought, kept)
    found = {}
    for step in applied:
        run.has_failed = False
        again = run.take(_paying_less(candidates[step.object, step.key], step, kept))
        discount = _discount(again, run.lines, there)
        found[step.object, step.key] = Again(step=again, discount=discount)
    return found


def _bought(decisions: Sequence[Decision], basket: Basket, kept: Kept) -> dict[int, int]:
    """Units of each line of the basket that are kept: what was added goes back before what was bought."""
    found = {}
    for position, line in enumerate(basket.lines):
        units = kept.units.get(position, 0) + _replaced(decisions, basket, position, kept)
        found[position] = min(line.quantity, units)
    return found


def _replaced(decisions: Sequence[Decision], basket: Basket, position: int, kept: Kept) -> int:
    """Units that made room for better ones which are kept."""
    units = 0
    for decision in decisions:
        lines = () if decision.outcome.order is None else decision.outcome.order.lines
        for detail in lines[position].application_details if position < len(lines) else ():
            target = detail.target_index
            if detail.source_index != position or target >= len(kept.order.lines):
                continue
            before = basket.lines[target].quantity if target < len(basket.lines) else 0
            added = kept.order.lines[target].quantity - before
            stayed = max(0, kept.units.get(target, 0) - before)
            if added > 0:
                units += -detail.source_applied_quantity * stayed // added
    return units


def _rest(basket: Basket, bought: Mapping[int, int], kept: Kept) -> Basket | None:
    """The basket of the kept units; None when nothing that was bought is kept."""
    shrunk = [_shrunk(line, bought[position]) for position, line in enumerate(basket.lines)]
    lines = tuple(line for line in shrunk if line.quantity)
    if basket.lines and not any(_initial(line) for line in lines):
        return None
    values = [line.value or 0 for line in basket.lines]
    whole = sum(values)
    gone = whole - sum(line.value or 0 for line in shrunk)
    if not whole:
        gone, whole = kept.returned
    if gone >= whole > 0:
        return None

    def left(total: int) -> int:
        return total - total * gone // whole if whole else total

    return replace(
        basket,
        amount=None if basket.amount is None else left(basket.amount),
        initial_amount=None if basket.initial_amount is None else left(basket.initial_amount),
        discount_amount=left(basket.discount_amount),
        lines=lines,
    )


def _initial(line: Line) -> int:
    return line.quantity if line.initial_quantity is None else line.initial_quantity


def _shrunk(line: Line, units: int) -> Line:
    """The line with `units` of its units; earlier discounts stay in proportion."""
    gone = line.quantity - units
    if not gone:
        return line

    def left(total: int) -> int:
        return total - total * gone // line.quantity

    return replace(
        line,
        quantity=units,
        initial_quantity=None if line.initial_quantity is None else min(line.initial_quantity, units),
        amount=None if line.amount is None else left(line.amount),
        initial_amount=None if line.initial_amount is None else left(line.initial_amount),
        discount_amount=left(line.discount_amount),
        discount_quantity=left(line.discount_quantity),
    )


def _still_there(
    decision: Decision, basket: Basket | None, bought: Mapping[int, int], kept: Kept
) -> Counter[Article]:
    """Kept units beyond the bought ones, by article: what discounts may add again."""
    lines = () if basket is None else basket.lines
    there: Counter[Article] = Counter()
    for position, facts in enumerate((*lines, *decision.outcome.added)):
        there[_article(facts)] += max(0, kept.units.get(position, 0) - bought.get(position, 0))
    return there


def _discount(step: Step, facts: Sequence[Line], there: Counter[Article]) -> int:
    """What the step takes off, without the value of added units that are not there any more."""
    if step.order is None:
        return 0
    discount = step.order.total_applied_discount_amount
    for line, fact in zip(step.order.lines, facts, strict=True):
        if line.applied_quantity > 0:
            article = _article(fact)
            again = min(line.applied_quantity, there[article])
            there[article] -= again
            missing = line.applied_quantity - again
            discount -= line.applied_quantity_amount * missing // line.applied_quantity
    return max(0, discount)


def _paying_less(candidate: Candidate, step: Step, kept: Kept) -> Candidate:
    """A card pays its part of the rest, in proportion."""
    if candidate.credits is None or step.credits_taken is None:
        return candidate
    returned, whole = kept.returned
    back = step.credits_taken * returned // whole if whole else 0
    return replace(candidate, credits=replace(candidate.credits, requested=step.credits_taken - back))


def _article(line: Line) -> Article:
    return (line.sku_id, line.sku_source_id, line.product_id, line.product_source_id, line.source_id)


def units_of(step: Step | None) -> Counter[tuple[str, str]]:
    """Discounted units that count against a limit, by entry and article."""
    units: Counter[tuple[str, str]] = Counter()
    for part in () if step is None else step.units:
        if part.entry.unit_limits:
            units[part.entry.item.id, part.article] += part.units
    return units
