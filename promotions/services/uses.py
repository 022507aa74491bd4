"""What one use of a redeemable counts: for rules, for limits of units, and for budgets.

Contract: semantics-core 5.5, 11.5.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from core.actors import Actor
from engine import Outcome, Status, Step
from engine.guards import Guard, guards
from promotions.models import BudgetDraw, DiscountedUnits, Redemption
from promotions.redeemables import Found
from promotions.selectors import tallies
from promotions.selectors.counter_reading import Wanted, place_of
from promotions.selectors.snapshots import Loaded
from promotions.selectors.tallies import CREDITS, DISCOUNTS, ORDERS, Counted, Tally
from promotions.services import budget_alerts
from promotions.services.budget_alerts import Crossing
from promotions.services.counter_moves import Move


@dataclass(frozen=True, kw_only=True)
class Use:
    """One redeemable that a request uses: what it did to the order, and the row that keeps it."""

    found: Found
    step: Step
    row: Redemption


def uses_of(loaded: Loaded, outcome: Outcome, rows: Sequence[Redemption]) -> list[Use]:
    """Those that apply, in the order of application; `rows` may begin with the parent of several."""
    steps = outcome.with_status(Status.APPLICABLE)
    own = rows[1:] if len(steps) > 1 else rows
    return [
        Use(found=loaded.by_key[step.object.value, step.key], step=step, row=row)
        for step, row in zip(steps, own, strict=True)
    ]


def note_units(uses: Iterable[Use]) -> None:
    """Keep the discounted units of entries that limit them, beside the redemption of each step."""
    noted = [
        DiscountedUnits(redemption=use.row, entry=entry, article=article, quantity=quantity)
        for use in uses
        for (entry, article), quantity in _limited_units(use.step).items()
    ]
    if noted:
        DiscountedUnits.objects.bulk_create(noted)


def _limited_units(step: Step) -> dict[tuple[str, str], int]:
    units: dict[tuple[str, str], int] = {}
    for part in step.units:
        if part.entry.unit_limits and part.units:
            name = (part.entry.item.id, part.article)
            units[name] = units.get(name, 0) + part.units
    return units


@dataclass(frozen=True, kw_only=True)
class Counting:
    """What a request does to counters, and what it draws from budgets."""

    moves: Mapping[Tally, Move]
    draws: Sequence[BudgetDraw]


def counting_of(loaded: Loaded, outcome: Outcome, uses: Sequence[Use]) -> Counting:
    """Everything that these uses count, with what the decision relied on. The draws are not stored yet."""
    wanted = loaded.wanted
    assert wanted is not None  # noqa: S101 - what is used was loaded with its counters
    amounts: dict[Tally, int] = {}
    for use in uses:
        place = place_of(use.found)
        if place is None:
            continue
        for tally in tallies.all_tallies(place, wanted.subjects, wanted.periods):
            amounts[tally] = amounts.get(tally, 0) + amount_of(tally.name, use.step)
        for (entry, article), quantity in _limited_units(use.step).items():
            for tally in tallies.unit_tallies(entry, article, place, wanted.subjects):
                amounts[tally] = amounts.get(tally, 0) + quantity
    moves = {
        tally: Move(amount=amount, base=_base(loaded.counted.get(tally))) for tally, amount in amounts.items()
    }
    rows = {(use.step.object.value, use.step.key): use.row for use in uses}
    draws = []
    for guard, tally in guarded(loaded, outcome):
        is_budget = guard.name.startswith(_BUDGET_PREFIX)
        moves[tally] = _with_guard(moves.get(tally), guard, adds=is_budget)
        if is_budget and guard.amount:
            row = rows[guard.object.value, guard.key]
            counter_id = loaded.counted[tally].id
            draws.append(BudgetDraw(counter_id=counter_id, redemption=row, amount=guard.amount))
    return Counting(moves=_with_limits(moves, wanted), draws=draws)


def _base(counted: Counted | None) -> int | None:
    """What a counter that was asked for and is not stored yet starts from."""
    return counted.value if counted is not None and not counted.id else None


def held_moves(loaded: Loaded, relied_on: Iterable[tuple[Guard, Tally]]) -> dict[Tally, Move]:
    """What a session holds of the counters that the decision relied on (`guarded`); nothing is used yet."""
    moves: dict[Tally, Move] = {}
    for guard, tally in relied_on:
        if loaded.counted[tally].id:  # nobody else counts somebody whom the house does not know yet
            moves[tally] = _with_guard(moves.get(tally), guard, adds=True)
    assert loaded.wanted is not None  # noqa: S101 - what is held was loaded with its counters
    limited = _with_limits(moves, loaded.wanted)
    return {tally: replace(move, held=move.amount, amount=0) for tally, move in limited.items()}


def guarded(loaded: Loaded, outcome: Outcome) -> Iterator[tuple[Guard, Tally]]:
    """The guards of the decision with the counters that they mean."""
    assert loaded.wanted is not None  # noqa: S101 - what is used was loaded with its counters
    for guard in guards(loaded.snapshot, outcome):
        tally = _tally_of(guard, loaded.wanted)
        if tally is not None:
            yield guard, tally


def tell_thresholds(
    loaded: Loaded, counting: Counting, after: Mapping[Tally, int], actor: Actor, now: datetime
) -> None:
    """Raise the alerts of budgets whose counters came to a threshold; `after` are the counters' values."""
    wanted = loaded.wanted
    crossings = []
    for budget in wanted.budgets if wanted is not None else ():
        tally = wanted.of_budgets[budget.id] if wanted is not None else None
        if tally is None or tally not in after:
            continue
        used = after[tally]
        reached = budget_alerts.crossed(
            limit=budget.limit,
            thresholds=budget.thresholds,
            before=used - counting.moves[tally].amount,
            after=used,
        )
        if reached:
            crossings.append(
                Crossing(
                    budget_id=budget.id,
                    subject=tally.subject,
                    period=tally.period,
                    thresholds=reached,
                    used=used,
                    limit=budget.limit,
                )
            )
    budget_alerts.raise_alerts(crossings, actor, now)


def amount_of(name: str, step: Step) -> int:
    """What one use adds to the counter of a rule."""
    if name == ORDERS:
        return step.order_value or 0
    if name == DISCOUNTS:
        return step.order.total_applied_discount_amount if step.order else 0
    if name == CREDITS:
        return step.credits_taken or 0
    return 1


_BUDGET_PREFIX: Final = "budget:"


def _tally_of(guard: Guard, wanted: Wanted) -> Tally | None:
    if guard.name.startswith(_BUDGET_PREFIX):
        public_id = guard.name.removeprefix(_BUDGET_PREFIX)
        return next((wanted.of_budgets[one.id] for one in wanted.budgets if one.public_id == public_id), None)
    return wanted.of_rules.get((guard.object.value, guard.key), {}).get(guard.name)


def _with_guard(move: Move | None, guard: Guard, *, adds: bool) -> Move:
    """The move with one more bound. What a budget counts is known from its guards alone: it `adds`."""
    before = move or Move()
    return replace(
        before,
        amount=before.amount + guard.amount if adds else before.amount,
        lowest=_least(max, before.lowest, guard.lowest),
        highest=_least(min, before.highest, guard.highest),
    )


def _least(pick: Callable[[int, int], int], one: int | None, other: int | None) -> int | None:
    if one is None or other is None:
        return one if other is None else other
    return pick(one, other)


def _with_limits(moves: Mapping[Tally, Move], wanted: Wanted) -> dict[Tally, Move]:
    """The check constraint of each counter repeats what the decision relied on; a budget's is its limit."""
    limits = {tally: one.limit for one in wanted.budgets if (tally := wanted.of_budgets[one.id]) is not None}
    return {
        tally: replace(
            move,
            most=limits.get(tally, None if move.highest is None else move.highest + move.amount),
        )
        for tally, move in moves.items()
    }
