"""Random orders with one or two redemption requests on them, and random ways to send them back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hypothesis import assume
from hypothesis import strategies as st

from engine import Basket, Line, Outcome, Snapshot, Status, evaluate
from engine.basket import LineState, OrderState
from engine.returning.policy import Decision, ReturnPolicy
from engine.returning.purchase import Purchase, purchase
from engine.returning.quotes import Returned, ReturnQuote
from engine.returns import quote
from tests.engine import strategies

type Step = tuple[dict[int, int], int]
"""Units by position, or a part of the amount of an order without lines."""

policies = st.sampled_from(ReturnPolicy)
keep = st.just(ReturnPolicy.KEEP)


@dataclass(frozen=True, kw_only=True)
class Case:
    order: OrderState
    decisions: tuple[Decision, ...]

    @property
    def bought(self) -> Purchase:
        return purchase(self.order, self.decisions)

    def quote(self, step: Step, before: Sequence[ReturnQuote] = ()) -> ReturnQuote:
        units, amount = step
        return quote(
            order=self.order,
            decisions=self.decisions,
            before=Returned.by(before),
            returning=units,
            returning_amount=amount,
        )

    def send_back(self, steps: Sequence[Step]) -> list[ReturnQuote]:
        quotes: list[ReturnQuote] = []
        for step in steps:
            quotes.append(self.quote(step, quotes))
        return quotes


# Most requests that one thinks of are refused: so many are tried before an example is given up.
_TRIES = 6


@st.composite
def cases(
    draw: st.DrawFn,
    *,
    snapshots: st.SearchStrategy[Snapshot] = strategies.any_strategy,
    policy: st.SearchStrategy[ReturnPolicy] = policies,
    most_requests: int = 2,
) -> Case:
    """An order whose requests were granted."""
    decisions: list[Decision] = []
    order: OrderState | None = None
    for number in range(draw(st.integers(1, most_requests))):
        for _ in range(1 if number else _TRIES):
            snapshot = draw(snapshots)
            if number and order is not None:
                snapshot = replace(snapshot, basket=continued(decisions[-1], order))
            outcome = evaluate(snapshot)
            is_granted = bool(outcome.valid and outcome.order and outcome.with_status(Status.APPLICABLE))
            if is_granted:
                break
        if not is_granted or outcome.order is None:
            assume(number)
            break
        order = outcome.order
        said = {(step.object, step.key): draw(policy) for step in outcome.steps}
        decisions.append(Decision(id=f"r_{number}", snapshot=snapshot, outcome=outcome, policies=said))
    assert order is not None
    assume(purchase(order, decisions).lines)
    return Case(order=order, decisions=tuple(decisions))


def continued(decision: Decision, order: OrderState) -> Basket:
    """The basket of a request that goes on with a stored order."""
    basket = decision.snapshot.basket
    assert basket is not None
    facts = (*basket.lines, *decision.outcome.added)
    return Basket(
        amount=order.amount,
        initial_amount=order.initial_amount,
        discount_amount=order.discount_amount,
        lines=tuple(_continued(fact, line) for fact, line in zip(facts, order.lines, strict=True)),
    )


def _continued(fact: Line, line: LineState) -> Line:
    return replace(
        fact,
        quantity=line.quantity,
        initial_quantity=line.initial_quantity,
        amount=line.amount,
        initial_amount=line.initial_amount,
        discount_amount=line.discount_amount,
        discount_quantity=line.discount_quantity,
    )


@st.composite
def sequences(draw: st.DrawFn, case: Case) -> list[Step]:
    """Everything goes back, line by line and bit by bit, in any order."""
    steps: list[Step] = []
    for line in case.bought.lines:
        left = line.quantity
        while left:
            units = draw(st.integers(1, left) | st.just(left))
            steps.append(({}, units) if line.position is None else ({line.position: units}, 0))
            left -= units
            if len(steps) > 12 and left:
                steps.append(({}, left) if line.position is None else ({line.position: left}, 0))
                left = 0
    return draw(st.permutations(steps))


def granted(outcome: Outcome) -> OrderState:
    assert outcome.order is not None
    return outcome.order
