"""What was paid for every line, by whom, and which redeemable took how much off it.

The money of a line spreads evenly over all of its units, free ones too: two units of which one was free cost
half each, so nobody gains by saying that the free one stays. What was given for the order as a whole is
shared once over the lines, in proportion to what they still cost (largest remainder). Likewise what the order
cost beyond its lines (a fee in `amount`), and what it cost less.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine import effects
from engine.basket import LineState, OrderState
from engine.money import allocate
from engine.outcome import Status, Step
from engine.returning.policy import Decision, ReturnPolicy
from engine.snapshot import Candidate

type Name = tuple[str, str, str]
"""Request, object and key: names one use of a redeemable on an order."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PaidLine:
    """`value` is before discounts, `paid` after them: money and what cards paid.

    `position` is the line's place in the order; None where the order has no lines: then each minor unit of
    its amount is a unit.
    """

    position: int | None
    quantity: int
    value: int
    paid: int

    def value_of(self, units: int) -> int:
        """What the first `units` that come back were worth before discounts."""
        return self.value * units // self.quantity

    def paid_for(self, units: int) -> int:
        """What was paid for the first `units` that come back; fractions wait for the last one."""
        return self.paid * units // self.quantity


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """One redeemable that was applied. `parts` are what it took off each line of the purchase."""

    decision: Decision
    step: Step
    candidate: Candidate
    parts: tuple[int, ...]

    @property
    def name(self) -> Name:
        return (self.decision.id, self.step.object, self.step.key)

    @property
    def label(self) -> str:
        return self.candidate.label or self.candidate.key

    @property
    def is_payment(self) -> bool:
        """A gift card or loyalty card pays; it is no discount."""
        return self.candidate.discount is not None and effects.is_payment(self.candidate.discount)

    @property
    def policy(self) -> ReturnPolicy:
        said = self.decision.policies.get((self.step.object, self.step.key), ReturnPolicy.KEEP)
        return ReturnPolicy.KEEP if self.is_payment else said

    @property
    def discount(self) -> int:
        """What it took off in all, as it was recorded."""
        return 0 if self.step.order is None else self.step.order.total_applied_discount_amount

    @property
    def order_value(self) -> int:
        """The order's amount at its turn."""
        return self.step.order_value or 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Purchase:
    lines: tuple[PaidLine, ...]
    shares: tuple[Share, ...]

    @property
    def paid(self) -> int:
        """With what cards paid."""
        return sum(line.paid for line in self.lines)

    def returned_value(self, gone: Sequence[int]) -> tuple[int, int]:
        """How much of the order is back, as a fraction: by value, by units where nothing has a price."""
        whole = sum(line.value for line in self.lines)
        if whole:
            return sum(line.value_of(units) for line, units in zip(self.lines, gone, strict=True)), whole
        return sum(gone), sum(line.quantity for line in self.lines)


@dataclass(kw_only=True, slots=True)
class _Claim:
    """What one step took: off lines by their position, and off the order as a whole."""

    decision: Decision
    step: Step
    lines: dict[int, int]
    order: int


def purchase(order: OrderState, decisions: Sequence[Decision]) -> Purchase:
    """`order` as it stands now, with the `decisions` that still live on it, oldest first.

    Discount that no decision accounts for (told by the shop, or left by a rollback) belongs to the lines.
    """
    sold, values = _sold(order)
    places = {position: place for place, (position, _) in enumerate(sold)}
    claims, items, unclaimed = _claims(order, decisions)
    left = list(values)
    for position, discount in enumerate(items):
        if position in places:
            left[places[position]] -= discount
        else:
            unclaimed += discount
    parts = []
    for claim in claims:
        own = [0] * len(left)
        for position, discount in claim.lines.items():
            if position in places:
                own[places[position]] = discount
                left[places[position]] -= discount
            else:  # nothing of the line is left to return
                claim.order += discount
        parts.append(own)
    shortfall = sum(values) - (order.amount or 0)
    _share(unclaimed + shortfall, left)
    for claim, own in zip(claims, parts, strict=True):
        for place, part in enumerate(_share(claim.order, left)):
            own[place] += part
    shares = tuple(_shared(claim, own) for claim, own in zip(claims, parts, strict=True))
    cards = [share.parts for share in shares if share.is_payment]
    lines = tuple(
        PaidLine(
            position=position,
            quantity=quantity,
            value=values[place],
            paid=left[place] + sum(card[place] for card in cards),
        )
        for place, (position, quantity) in enumerate(sold)
    )
    return Purchase(lines=lines, shares=shares)


def _sold(order: OrderState) -> tuple[list[tuple[int | None, int]], list[int]]:
    """(position, quantity) of what can come back, and its value with what the order cost beyond its lines."""
    amount = order.amount or 0
    lines: list[tuple[int, LineState]] = [
        (position, line) for position, line in enumerate(order.lines) if line.quantity
    ]
    if not lines:
        return ([(None, amount)], [amount]) if amount else ([], [])
    values = [line.amount or 0 for _, line in lines]
    beyond = max(0, amount - sum(values))
    weights = values if any(values) else [line.quantity for _, line in lines]
    extra = allocate(beyond, weights)
    sold: list[tuple[int | None, int]] = [(position, line.quantity) for position, line in lines]
    return sold, [value + more for value, more in zip(values, extra, strict=True)]


def _claims(order: OrderState, decisions: Sequence[Decision]) -> tuple[list[_Claim], list[int], int]:
    """What every step can claim of the order's discounts, and what is left: by line, of the order.

    The newest claim first: an order that has shrunk since cuts the oldest discounts.
    """
    items = [line.discount_amount for line in order.lines]
    whole = order.discount_amount
    claims = []
    for decision in reversed(decisions):
        for step in reversed(decision.outcome.with_status(Status.APPLICABLE)):
            claim = _Claim(decision=decision, step=step, lines={}, order=0)
            if step.order is not None:
                for position, line in enumerate(step.order.lines[: len(items)]):
                    claim.lines[position] = min(line.applied_discount_amount, items[position])
                    items[position] -= claim.lines[position]
                claim.order = min(step.order.applied_discount_amount, whole)
                whole -= claim.order
            claims.append(claim)
    return claims[::-1], items, whole


def _share(total: int, left: list[int]) -> list[int]:
    """Take `total` off what the lines still cost; the part of each."""
    parts = allocate(max(0, total), left)
    for place, part in enumerate(parts):
        left[place] -= part
    return parts


def _shared(claim: _Claim, parts: Sequence[int]) -> Share:
    step = claim.step
    candidate = next(
        one for one in claim.decision.snapshot.candidates if (one.object, one.key) == (step.object, step.key)
    )
    return Share(decision=claim.decision, step=step, candidate=candidate, parts=tuple(parts))
