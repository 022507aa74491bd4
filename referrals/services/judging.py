"""A referral is judged before it pays: what is known about both sides is gathered, and weighed.

Gathering costs a bounded number of queries, however many referrals a programme has.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from commerce.models import Customer
from promotions.models import Campaign
from referrals import judging
from referrals.findings import Outcome
from referrals.models import Referral
from referrals.programmes import Programme
from referrals.selectors import neighbourhoods

if TYPE_CHECKING:
    from referrals.services.converting import Converted

_STATES: Final = {
    Outcome.ACCEPT: Referral.State.ACCEPTED,
    Outcome.HOLD: Referral.State.HELD,
    Outcome.REFUSE: Referral.State.REFUSED,
}


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """`findings` are what spoke against it: `{key, severity, points, message, evidence}` each, the weightiest
    first; `known` is what it was judged by. `traits` are hashed fingerprints of both.
    """

    state: Referral.State
    findings: list[dict[str, Any]] = field(default_factory=list)
    known: dict[str, Any] = field(default_factory=dict)
    traits: list[str] = field(default_factory=list)


def of(
    *, found: Converted, referrer: Customer, referee: Customer, campaign: Campaign, programme: Programme
) -> Verdict:
    """Both customers are held, so that nobody is judged twice at once."""
    if blocked := [one for one in (referrer, referee) if one.blocked_at is not None]:
        return Verdict(state=Referral.State.REFUSED, findings=[_blocked(one) for one in blocked])
    limits = programme.limits
    attempt = neighbourhoods.attempt(
        referrer=referrer,
        referee=referee,
        code=found.voucher.code,
        campaign_id=campaign.public_id,
        at=found.at,
        order=found.order,
        limits=limits,
    )
    around = neighbourhoods.around(attempt, voucher_id=found.voucher.pk, referrer=referrer, limits=limits)
    judged = judging.judge(attempt, around, limits)
    return Verdict(
        state=_STATES[judged.outcome],
        findings=[{**one.to_json(), "severity": one.severity.lower()} for one in judged.findings],
        known={
            "score": judged.score,
            "hold_at": limits.hold_at,
            "refuse_at": limits.refuse_at,
            "earlier": list(judged.earlier),
            "in_hour": around.in_hour,
            "in_day": around.in_day,
        },
        traits=neighbourhoods.hashed((attempt.referrer, attempt.referee)),
    )


def _blocked(customer: Customer) -> dict[str, Any]:
    return {
        "key": "customer_blocked",
        "severity": "refuses",
        "message": "The customer is blocked.",
        "evidence": {"customers": [customer.public_id]},
    }
