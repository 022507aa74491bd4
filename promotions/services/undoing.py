"""Take back what redemptions counted, in the periods in which they were counted. Contract: semantics-core 9.

A return takes back a part of a redemption, a rollback all that is left of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.db import connection
from django.db.models import Sum

from core.models import ProjectSettings
from promotions.models import (
    Budget,
    BudgetDraw,
    Counter,
    DiscountedUnits,
    OrderReturn,
    Redemption,
    ReturnedShare,
    Rollback,
)
from promotions.selectors import tallies
from promotions.selectors.tallies import CREDITS, DISCOUNTS, ORDERS, Place, Subjects, Tally
from promotions.services import counter_moves, counting
from promotions.services.counter_moves import Move


@dataclass(frozen=True, kw_only=True)
class Share:
    """A part of what a redemption counts. `uses` is 1 when the redemption as a whole is taken back.

    `units` goes by (entry, article) of limits on discounted units.
    """

    uses: int = 0
    order_amount: int = 0
    discount_amount: int = 0
    credits: int = 0
    units: Mapping[tuple[str, str], int] = field(default_factory=dict)


def uncount(rollbacks: Sequence[Rollback], settings: ProjectSettings) -> None:
    """Take everything that is left of these redemptions off the counters of rules and budgets.

    The draws of budgets were taken back before (`take_back_draws`).
    """
    left = shares_left([rollback.redemption for rollback in rollbacks])
    moves: dict[Tally, Move] = {}
    for redemption, share in left:
        _add(moves, redemption, share, settings)
    drawn = BudgetDraw.objects.filter(rollback__in=rollbacks).values_list(*_TALLY, "amount")
    for *tally, amount in drawn:
        name = Tally(*tally)
        moves[name] = Move(amount=moves.get(name, Move()).amount + amount)
    counter_moves.move(moves)


_TALLY = (
    "counter__scope",
    "counter__scope_id",
    "counter__subject",
    "counter__name",
    "counter__period",
)


def take_back_draws(rollbacks: Sequence[Rollback]) -> None:
    """Note that these redemptions no longer draw on any budget."""
    by_redemption = {rollback.redemption_id: rollback for rollback in rollbacks}
    left = (
        BudgetDraw.objects.filter(redemption__in=by_redemption)
        .order_by("counter", "redemption")
        .values_list("counter", "redemption")
        .annotate(left=Sum("amount"))
    )
    BudgetDraw.objects.bulk_create(
        [
            BudgetDraw(
                counter_id=counter,
                redemption_id=redemption,
                rollback=by_redemption[redemption],
                amount=-amount,
            )
            for counter, redemption, amount in left
            if amount
        ]
    )


def hold_terms(redemptions: Sequence[Redemption]) -> None:
    """Nobody makes counters of these vouchers, tiers and campaigns anew until the transaction ends.

    A counter that is added up from rows while ours are not committed would count what is taken back
    (`counting.make_shared`). Does not keep anybody from using them.
    """
    for statement, column in _HOLD_TERMS:
        keys = {pk for one in redemptions if (pk := getattr(one, column)) is not None}
        if keys:
            with connection.cursor() as cursor:
                cursor.execute(statement, [sorted(keys)])
    counting.hold_campaigns({one.campaign_id for one in redemptions if one.campaign_id is not None})


# In the order of `counting.make_shared`, campaigns last. Only this lock waits for its, and for nothing else.
_HOLD_TERMS: Final = (
    ("SELECT 1 FROM promotions_voucher WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE", "voucher_id"),
    (
        "SELECT 1 FROM promotions_promotiontier WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE",
        "promotion_tier_id",
    ),
)


def uncount_shares(
    order_return: OrderReturn, shares: Sequence[tuple[Redemption, Share]], settings: ProjectSettings
) -> None:
    """Take what a return took back off the counters of rules and budgets.

    The return and its `ReturnedShare` rows are stored.
    """
    moves: dict[Tally, Move] = {}
    for redemption, share in shares:
        _add(moves, redemption, share, settings)
    draws = _returned_draws(order_return, shares)
    for draw in draws:
        tally = _tally_of(draw.counter)
        moves[tally] = Move(amount=moves.get(tally, Move()).amount + draw.amount)
    BudgetDraw.objects.bulk_create(draws)
    counter_moves.move(moves)


def _returned_draws(
    order_return: OrderReturn, shares: Sequence[tuple[Redemption, Share]]
) -> list[BudgetDraw]:
    """What goes back to each budget that was drawn on, never more than was drawn and is left."""
    by_redemption = {redemption.pk: share for redemption, share in shares}
    rows = BudgetDraw.objects.filter(redemption__in=by_redemption).select_related("counter")
    left: dict[tuple[int, int], int] = {}
    counters: dict[int, Counter] = {}
    for row in rows.order_by("counter_id", "pk"):
        counters[row.counter_id] = row.counter
        name = (row.counter_id, row.redemption_id)
        left[name] = left.get(name, 0) + row.amount
    measures = dict(
        Budget.objects.filter(pk__in={one.scope_id for one in counters.values()}).values_list("pk", "measure")
    )
    draws = []
    for (counter_id, redemption_id), amount in left.items():
        counter = counters[counter_id]
        back = min(amount, _measured(measures[counter.scope_id], by_redemption[redemption_id]))
        if back > 0:
            draws.append(
                BudgetDraw(
                    counter=counter, redemption_id=redemption_id, order_return=order_return, amount=-back
                )
            )
    return draws


def _measured(measure: str, share: Share) -> int:
    match measure:
        case Budget.Measure.DISCOUNT:
            return share.discount_amount
        case Budget.Measure.ORDER_VALUE:
            return share.order_amount
        case Budget.Measure.GIFT_CREDITS:
            return share.credits
        case Budget.Measure.UNITS:
            return sum(share.units.values())
    return share.uses


def _tally_of(counter: Counter) -> Tally:
    return Tally(counter.scope, counter.scope_id, counter.subject, counter.name, counter.period)


def shares_left(redemptions: Sequence[Redemption]) -> list[tuple[Redemption, Share]]:
    """What each redemption still counts: all that it did, less what returns took back. Two queries."""
    keys = [redemption.pk for redemption in redemptions]
    returned: dict[int, list[ReturnedShare]] = {}
    for row in ReturnedShare.objects.filter(redemption__in=keys):
        returned.setdefault(row.redemption_id, []).append(row)
    units: dict[int, dict[tuple[str, str], int]] = {}
    for kept in DiscountedUnits.objects.filter(redemption__in=keys):
        units.setdefault(kept.redemption_id, {})[kept.entry, kept.article] = kept.quantity
    return [(one, _left(one, returned.get(one.pk, []), units.get(one.pk, {}))) for one in redemptions]


def credits_left(redemption: Redemption) -> int | None:
    """Credits that a rollback gives back, as its negative amount; None for what is no card."""
    if redemption.credits is None:
        return None
    rows = ReturnedShare.objects.filter(redemption=redemption)
    back: int = rows.aggregate(total=Sum("credits", default=0))["total"]
    return back - redemption.credits


def _left(
    redemption: Redemption, returned: Iterable[ReturnedShare], units: dict[tuple[str, str], int]
) -> Share:
    rows = list(returned)
    for row in rows:
        for part in row.units:
            name = (part["entry"], part["article"])
            units[name] = units.get(name, 0) - part["quantity"]
    return Share(
        uses=1,
        order_amount=(redemption.order_amount or 0) - sum(row.order_amount for row in rows),
        discount_amount=redemption.discount_amount - sum(row.discount_amount for row in rows),
        credits=(redemption.credits or 0) - sum(row.credits for row in rows),
        units=units,
    )


def _add(moves: dict[Tally, Move], redemption: Redemption, share: Share, settings: ProjectSettings) -> None:
    place = _place_of(redemption)
    subjects = Subjects.of(
        customer_id=redemption.customer_id,
        channel_type=redemption.channel_type,
        channel_id=redemption.channel_id,
    )
    periods = tallies.periods(settings, redemption.redeemed_at)
    amounts = {ORDERS: share.order_amount, DISCOUNTS: share.discount_amount, CREDITS: share.credits}
    for tally in tallies.all_tallies(place, subjects, periods):
        _take(moves, tally, amounts.get(tally.name, share.uses))
    for (entry, article), quantity in share.units.items():
        for tally in tallies.unit_tallies(entry, article, place, subjects):
            _take(moves, tally, quantity)


def _take(moves: dict[Tally, Move], tally: Tally, amount: int) -> None:
    if amount:
        moves[tally] = Move(amount=moves.get(tally, Move()).amount - amount)


def _place_of(redemption: Redemption) -> Place:
    if redemption.voucher_id is not None:
        own, own_id = Counter.Scope.VOUCHER, redemption.voucher_id
    else:
        assert redemption.promotion_tier_id is not None  # noqa: S101 - it is of a voucher or a tier
        own, own_id = Counter.Scope.TIER, redemption.promotion_tier_id
    return Place(own=own, own_id=own_id, campaign_id=redemption.campaign_id)
