"""Counters of redemptions and amounts: for somebody new they begin at what the promotion has used so far."""

from __future__ import annotations

from typing import Final

from engine.algebra import figures
from engine.algebra.figures import Figures
from engine.algebra.literals import After, Hidden, Measure, Never, Sum, Way
from engine.algebra.shapes import Ground
from engine.effects import DiscountType
from engine.rules.tree import Rule
from engine.rules.values import number
from engine.snapshot import Candidate

_ORDERS: Final = "campaign.orders.amount"
_GIFT: Final = "redemption.gift.amount"
_AMOUNTS: Final = frozenset({"campaign.orders.amount_discounted", _GIFT})


def prior(candidate: Candidate, name: str) -> int:
    """What was used before; 0 where nobody says."""
    return int(number(candidate.counts.get(name)) or 0)


def counter_way(
    rule: Rule, candidate: Candidate, ground: Ground, hidden: Hidden, positive: bool
) -> list[Way]:
    """The ways to meet a rule about a counter, or (not `positive`) to miss it.

    What only another state of the counter would meet is `hidden`; what none ever meets is `Never`.
    """
    wanted = figures.of(rule.conditions)
    if not positive:
        wanted = wanted.inverted()
    used = prior(candidate, rule.name)
    if rule.name == _GIFT and not (candidate.discount and candidate.discount.type is DiscountType.GIFT):
        return [()] if used in wanted else [(hidden,)]  # what is no gift card adds nothing
    if rule.name == _ORDERS or rule.name in _AMOUNTS:
        return [_amount(rule, wanted, used, ground, hidden)]
    if used + 1 in wanted:
        return [()]
    return [(Never(ground),)] if wanted.from_(1) is None else [(hidden,)]


def _amount(rule: Rule, wanted: Figures, used: int, ground: Ground, hidden: Hidden) -> Way:
    """The counter with this order's amount, or with this discount, is one of `wanted`."""
    if not wanted.spans:
        return (Never(ground),)
    left = wanted.minus(used)
    if not left.spans:
        return (hidden,)
    if rule.name != _ORDERS:
        after = After(True, left, ground)
        return (after, hidden) if left.low > 1 else (after,)  # a fuller counter may meet it, too
    # Whatever was used before, this order alone is never above the limit.
    return (Sum((), Measure.AMOUNT, left, figures.at_most(wanted.high), ground),)
