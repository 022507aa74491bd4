"""Both on one purchase: the steps of the production evaluator say what comes of it.

`Trial` keeps the state after the first of two, so that a purchase that serves many pairs costs one step for
each. A test holds it against `engine.evaluate`, pair by pair.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from calendar_app.overlapping.found import Purchase
from engine import Candidate, Reason, ReasonKey, SortingRule, StackingType, Status, Step
from engine.effects import DiscountEffect, DiscountType, is_payment
from engine.pipeline import Run, is_valid
from engine.snapshot import Snapshot
from engine.stacking import in_application_order
from engine.stacking_rules import StackingRules

type Touched = frozenset[int | str]
"""Lines of the basket by their number, articles that were added by their id."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A candidate with the number by which its state is kept. `turn`: who is asked for first, so that most is
    taken off: exclusive ones, percentages before sums, the order before its lines. `is_apart`: it gives
    something of its own, or pays, and lowers no price.
    """

    number: int
    candidate: Candidate
    kind: StackingType | None
    turn: tuple[bool, bool, bool]
    is_percent: bool
    is_apart: bool

    @classmethod
    def of(cls, number: int, candidate: Candidate) -> Asked:
        kind = None if candidate.category is None else candidate.category.stacking_type
        discount = candidate.discount
        is_percent = discount is not None and discount.type is DiscountType.PERCENT
        on_order = discount is not None and discount.effect is DiscountEffect.APPLY_TO_ORDER
        turn = (kind is not StackingType.EXCLUSIVE, not is_percent, not on_order)
        is_apart = discount is not None and (is_payment(discount) or discount.type is DiscountType.UNIT)
        return cls(number, candidate, kind, turn, is_percent, is_apart)


LEFT, RIGHT = "left", "right"
_EXCLUSIVE: Final = frozenset({ReasonKey.EXCLUSIVE_LIMIT, ReasonKey.EXCLUSIVE_PER_CATEGORY_LIMIT})
_BY_STACKING: Final = frozenset(
    {
        ReasonKey.EXCLUSION_RULES,
        ReasonKey.EXCLUSIVE_LIMIT,
        ReasonKey.EXCLUSIVE_PER_CATEGORY_LIMIT,
        ReasonKey.APPLICABLE_LIMIT,
        ReasonKey.APPLICABLE_PER_CATEGORY_LIMIT,
        ReasonKey.NO_EFFECT,
        ReasonKey.PRECEDING_VALIDATION,
    }
)
_ON_PURPOSE: Final = frozenset({ReasonKey.APPLICABLE_LIMIT, ReasonKey.APPLICABLE_PER_CATEGORY_LIMIT})


@dataclass(frozen=True, kw_only=True, slots=True)
class Together:
    """`winner`: who goes on where the other is refused; "" if both apply, or whoever is asked for first.

    `reason` is why the other one is refused. `is_settled`: the stacking rules say on purpose that only one
    applies. `is_double`: one article is lowered by both. `is_meant`: both are always stackable. `purchase` is
    what both make of it, None without prices.
    """

    both: bool
    winner: str = ""
    reason: Reason | None = None
    is_settled: bool = False
    is_double: bool = False
    is_meant: bool = False
    purchase: Purchase | None = None

    @property
    def is_refused_by_terms(self) -> bool:
        """By its own conditions after the other one, not by stacking rules."""
        return self.reason is not None and self.reason.key not in _BY_STACKING


@dataclass(frozen=True, slots=True)
class _Alone:
    """The state after one candidate, if it applies, and what it lowers."""

    run: Run
    step: Step
    touched: Touched


@dataclass(frozen=True, slots=True)
class _Passed:
    """Both after each other, in the order in which they are applied."""

    steps: tuple[Step, Step]
    run: Run
    both: bool


class Trial:
    """One purchase. `snapshot` has no candidates; `steps` counts what the evaluator was asked."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot: Final = snapshot
        self._is_ranked = snapshot.stacking_rules.redeemables_sorting_rule is SortingRule.CATEGORY_HIERARCHY
        self.steps = 0
        self._opening: Final = Run.open(snapshot)
        self._alone: Final[dict[int, _Alone | None]] = {}

    def forget(self, number: int) -> None:
        self._alone.pop(number, None)

    def together(self, left: Asked, right: Asked) -> Together | None:
        """None: one of them does not apply here, or they lower nothing in common.

        In the order in which they take most off; the other order is only tried where they do not both apply.
        """
        first, second = (right, left) if self._is_before(right, left) else (left, right)
        passed = self._pass(first, second)
        if passed is None:
            return None
        if passed.both:
            is_common = _meet(*(touched(step, self.snapshot) for step in passed.steps))
            if not is_common and not (left.is_apart or right.is_apart):
                return None
            return self._both(passed, left, right, is_common=is_common)
        one, other = self._after(left), self._after(right)
        if one is None or other is None:
            return None
        if not (_meet(one.touched, other.touched) or left.is_apart or right.is_apart):
            return None
        tried = [passed]
        if not _is_refused_in_any_order(passed):
            turned = self._pass(second, first)
            if turned is not None and turned.both:
                return self._both(turned, left, right, is_common=True)
            tried += [] if turned is None else [turned]
        return _one_of_two(tried, left.candidate, right.candidate, self.snapshot.stacking_rules)

    def _is_before(self, one: Asked, other: Asked) -> bool:
        """Of equal ones first what was tried already."""
        if one.turn != other.turn:
            return one.turn < other.turn
        return one.number in self._alone and other.number not in self._alone

    def _both(self, passed: _Passed, left: Asked, right: Asked, *, is_common: bool) -> Together:
        discounts = (left.candidate.discount, right.candidate.discount)
        pays = any(each is not None and is_payment(each) for each in discounts)
        return Together(
            both=True,
            is_double=is_common and not pays,
            is_meant=left.kind is right.kind is StackingType.JOINT,
            purchase=_purchase(passed.run, self.snapshot),
        )

    def _pass(self, first: Asked, second: Asked) -> _Passed | None:
        """As `engine.pipeline.pass_through`; None: the one whose turn is first does not apply.

        An exclusive one that applies alone keeps common ones out from the beginning.
        """
        one, other = first, second
        exclusive = [each for each in (one, other) if each.kind is StackingType.EXCLUSIVE]
        if exclusive or self._is_ranked:
            one, other = self._sequence(first, second)
        is_blocked = any(self._after(each) is not None for each in exclusive)
        if is_blocked and one.kind is None:
            run = self._opening.copy()
            run.is_common_blocked = True
            steps = (run.take(one.candidate), run.take(other.candidate))
            self.steps += 1
        else:
            before = self._after(one)
            if before is None:
                return None
            run = before.run.copy()
            run.is_common_blocked = is_blocked
            steps = (before.step, run.take(other.candidate))
            self.steps += not (is_blocked and other.kind is None)
        both = all(step.status is Status.APPLICABLE for step in steps)
        return _Passed(steps, run, both and is_valid(steps, self.snapshot.stacking_rules))

    def _sequence(self, first: Asked, second: Asked) -> tuple[Asked, Asked]:
        asked = (first.candidate, second.candidate)
        sequence = in_application_order(asked, self.snapshot.stacking_rules)
        return (first, second) if sequence[0] is first.candidate else (second, first)

    def _after(self, one: Asked) -> _Alone | None:
        if one.number not in self._alone:
            run = self._opening.copy()
            self.steps += 1
            step = run.take(one.candidate)
            is_applied = step.status is Status.APPLICABLE
            found = _Alone(run, step, touched(step, self.snapshot)) if is_applied else None
            self._alone[one.number] = found
        return self._alone[one.number]


def touched(step: Step, snapshot: Snapshot) -> Touched:
    """What a step lowers: the lines of an item discount, all of them by one on the order."""
    order = step.order
    if order is None or snapshot.basket is None:
        return frozenset()
    known = len(snapshot.basket.lines)
    if order.applied_discount_amount:
        return frozenset(range(known)) or frozenset({0})
    found: set[int | str] = set()
    for number, line in enumerate(order.lines):
        if line.applied_discount_amount or line.applied_discount_quantity:
            found.add(number if number < known else line.sku_id or line.product_id or number)
    return frozenset(found)


def _meet(one: Touched, other: Touched) -> bool:
    return not one.isdisjoint(other)


def _is_refused_in_any_order(passed: _Passed) -> bool:
    """An exclusive one that applies keeps a common one out, whoever is asked for first."""
    reasons = {step.reason.key for step in passed.steps if step.reason is not None}
    return ReasonKey.EXCLUSION_RULES in reasons


def _one_of_two(
    passed: list[_Passed], left: Candidate, right: Candidate, stacking: StackingRules
) -> Together:
    winners = {_winner(one, left) for one in passed}
    reason = next((step.reason for step in passed[0].steps if step.status is not Status.APPLICABLE), None)
    winner = winners.pop() if len(winners) == 1 else ""
    return Together(
        both=False,
        winner=winner,
        reason=reason,
        is_settled=_is_settled(reason, winner, left, right, stacking),
    )


def _winner(passed: _Passed, left: Candidate) -> str:
    """ "" if neither applies."""
    applied = [step.key for step in passed.steps if step.status is Status.APPLICABLE]
    if len(applied) != 1:
        return ""
    return LEFT if applied[0] == left.key else RIGHT


def _is_settled(
    reason: Reason | None, winner: str, left: Candidate, right: Candidate, stacking: StackingRules
) -> bool:
    """A limit of how many apply, a rule that nothing is lowered twice, or an order of categories."""
    if reason is None:
        return False
    if reason.key in _ON_PURPOSE or reason.key is ReasonKey.NO_EFFECT:
        return True
    by_rank = stacking.redeemables_sorting_rule is SortingRule.CATEGORY_HIERARCHY
    if reason.key not in _EXCLUSIVE or not by_rank or not winner:
        return False
    ranks = {one.category.hierarchy for one in (left, right) if one.category is not None}
    return len(ranks) > 1


def _purchase(run: Run, snapshot: Snapshot) -> Purchase | None:
    order = run.order
    if order is None or not order.amount or order.total_amount is None or snapshot.basket is None:
        return None
    lines = snapshot.basket.lines
    article, units = "", sum(line.quantity for line in lines)
    if len(lines) == 1 and len(order.lines) == 1:
        line = lines[0]
        named = line.name or line.sku_source_id or line.product_source_id or line.source_id
        article = named or line.sku_id or line.product_id or ""
    return Purchase(article=article, units=units, before=order.amount, after=order.total_amount)
