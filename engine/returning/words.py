"""A return in words, for the shop, the customer and the order's page."""

from __future__ import annotations

from engine.returning.policy import ReturnPolicy
from engine.returning.purchase import PaidLine, Share
from engine.returning.rest import Again
from engine.rules.words import money


def line_text(line: PaidLine, units: int, share: int) -> str:
    """ "2 of 5 units, 4.00 of 10.00 paid" """
    if line.position is None:
        back = f"{money(units)} of {money(line.quantity)}"
    else:
        back = f"{units:,} of {line.quantity:,} {'unit' if line.quantity == 1 else 'units'}"
    return f"{back}, {money(share)} of {money(line.paid)} paid"


def discount_text(
    share: Share, again: Again | None, *, kept: int, stays: int, charged_before: int, is_complete: bool
) -> str:
    """What became of a discount on the kept units: `kept` is their part of it, `stays` what they have now."""
    if is_complete:
        return f"{share.label} is taken back with the whole order"
    if again is None or share.policy is ReturnPolicy.KEEP or stays == kept:
        return f"What is kept keeps its part of {share.label}: {money(stays)}"
    lost = kept - stays
    if lost < 0:
        return f"{share.label} was calculated again for what is kept: {money(stays)} instead of {money(kept)}"
    if again.applies:
        how = f"was calculated again for what is kept ({money(stays)} instead of {money(kept)})"
    else:
        how = f"no longer applies to what is kept{_because(share, again)}"
    return f"{share.label} {how}: {_charged(lost, charged_before)}"


def card_text(share: Share, credits: int, refund: int) -> str:
    """What goes back to a card; empty when nothing does."""
    if not credits:
        return ""
    if credits == refund:
        return f"{money(refund)} back to {share.label}"
    return f"{credits:,} back to {share.label}, worth {money(refund)}"


def _charged(lost: int, before: int) -> str:
    """`lost` in all, `before` at earlier returns."""
    if not before:
        return f"{money(lost)} charged back"
    if lost == before:
        return f"nothing more charged back, {money(lost)} in all"
    if lost > before:
        return f"{money(lost - before)} more charged back, {money(lost)} in all"
    return f"{money(before - lost)} of the {money(before)} charged back before comes back with these units"


def _because(share: Share, again: Again) -> str:
    if again.step is None:
        return " (nothing that was bought is kept)"
    reason = again.step.reason
    if reason is None:
        return ""
    why = reason.details or reason.message
    return f" ({why.removeprefix(f'{share.label}: ')})"
