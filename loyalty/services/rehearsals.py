"""What a change of a card would do: it is made and undone again, so that people read it before they confirm.

The very services run that would run, so nothing is calculated twice and nothing can differ.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction

from approvals.gate import ApprovalRequired
from core.errors import DomainError
from loyalty.models import LoyaltyCard, LoyaltyTier


@dataclass(frozen=True, kw_only=True)
class State:
    """What people look at on a card."""

    balance: int
    pending: int
    tier: LoyaltyTier | None


@dataclass(frozen=True, kw_only=True)
class Rehearsal:
    """`after` None: it was refused, or somebody has to say yes first, and nothing was tried."""

    before: State
    after: State | None = None
    refusal: DomainError | None = None
    asks: str = ""


def rehearse(card_id: int, do: Callable[[], object]) -> Rehearsal:
    """Call a service and undo all of it."""
    before = _state(card_id)
    try:
        with transaction.atomic():
            do()
            after = _state(card_id)
            transaction.set_rollback(True)
    except ApprovalRequired as asked:
        needed = asked.proposal.needed
        names = [stage.name for stage in needed.stages] if needed is not None else []
        return Rehearsal(before=before, asks=", then ".join(names))
    except DomainError as refusal:
        return Rehearsal(before=before, refusal=refusal)
    return Rehearsal(before=before, after=after)


def _state(card_id: int) -> State:
    card = LoyaltyCard._base_manager.select_related("tier").get(pk=card_id)
    return State(balance=card.balance, pending=card.pending_points, tier=card.tier)
