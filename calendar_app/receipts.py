"""The basket that shows a collision, as a receipt: what each promotion gives alone, and both together. Pure.

It is plain JSON, so that a conflict keeps it and pages and feeds show it without deciding anything again.
Amounts are minor units.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from engine import Candidate, Outcome, Status, Step, algebra, evaluate
from engine.algebra import Witness, World

type Receipt = dict[str, Any]

LEFT: Final = "left"
RIGHT: Final = "right"


def receipt_of(
    left: Candidate, right: Candidate | None, witness: Witness | None, *, world: World
) -> Receipt | None:
    """None without a witness.

    {"at", "customer", "segments", "channel", "amount", "lines": [{"id", "name", "quantity", "amount",
    "discount"}], "steps": [{"side", "alone", "together", "refused"}], "discount", "percent"}: `steps` are in
    the order in which they were applied; `refused` is the key of the reason why one gives nothing beside the
    other; `percent` is what both together take off, as text with one decimal at most.
    """
    if witness is None:
        return None
    sides = {LEFT: algebra.as_live(left)}
    if right is not None:
        sides[RIGHT] = algebra.as_live(right)
    together = evaluate(algebra.snapshot_of(witness, tuple(sides.values()), world=world))
    amount = witness.basket.value if witness.basket is not None else None
    discount = together.order.total_applied_discount_amount if together.order is not None else 0
    customer = witness.customer
    return {
        "at": witness.at.isoformat(),
        "customer": (customer.source_id or customer.id) if customer is not None else None,
        "segments": list(customer.segments) if customer is not None else [],
        "channel": witness.call.api_key,
        "amount": amount,
        "lines": _lines(witness, together),
        "steps": _steps(sides, witness, together, world),
        "discount": discount,
        "percent": _percent(discount, amount),
    }


def _steps(
    sides: Mapping[str, Candidate], witness: Witness, together: Outcome, world: World
) -> list[dict[str, Any]]:
    """What each gives alone, and beside the other."""
    names = {candidate.key: side for side, candidate in sides.items()}
    found = []
    for step in together.steps:
        side = names[step.key]
        alone = algebra.takes(sides[side], witness, world=world)
        found.append(
            {
                "side": side,
                "alone": _given(alone),
                "together": _given(step),
                "refused": step.reason.key.value if step.reason is not None else "",
            }
        )
    return found


def _given(step: Step | None) -> int:
    if step is None or step.status is not Status.APPLICABLE or step.order is None:
        return 0
    return step.order.total_applied_discount_amount


def _lines(witness: Witness, together: Outcome) -> list[dict[str, Any]]:
    """The lines of the basket, then those that a discount added."""
    bought = witness.basket.lines if witness.basket is not None else ()
    states = together.order.lines if together.order is not None else ()
    found = []
    for place, line in enumerate((*bought, *together.added)):
        state = states[place] if place < len(states) else None
        amount = line.value if state is None else state.amount
        found.append(
            {
                "id": line.sku_id or line.product_id or "",
                "name": line.name,
                "quantity": line.quantity if state is None else state.quantity,
                "amount": amount,
                "discount": 0 if state is None else state.discount_amount,
            }
        )
    return found


def _percent(discount: int, amount: int | None) -> str:
    """44, 12.5; empty where the basket costs nothing. Exact, no floats."""
    if not amount:
        return ""
    tenths = (discount * 1000 + amount // 2) // amount
    whole, rest = divmod(tenths, 10)
    return f"{whole}.{rest}" if rest else str(whole)
