"""A referral is judged before it pays: what is known about both sides is gathered, and weighed.

Gathering costs a bounded number of queries, however many referrals a programme has.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from commerce.models import Customer
from promotions.models import Campaign
from referrals.models import Referral
from referrals.programmes import Programme

if TYPE_CHECKING:
    from referrals.services.converting import Converted


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """`findings` are what spoke against it: `{key, message, …}` each; `known` is what was known then."""

    state: Referral.State
    findings: list[dict[str, Any]] = field(default_factory=list)
    known: dict[str, Any] = field(default_factory=dict)


def of(
    *, found: Converted, referrer: Customer, campaign: Campaign, programme: Programme, now: datetime
) -> Verdict:
    if found.referee.pk == referrer.pk:
        message = "The customer used a code of his own."
        return Verdict(state=Referral.State.REFUSED, findings=[{"key": "same_customer", "message": message}])
    return Verdict(state=Referral.State.ACCEPTED)
