"""May this candidate be used at all? Contract: eligibility of one redeemable 7.2, keys and messages 2.2.

`CHECKS` stand in the contract's order and the first refusal wins. A new check is one function and one line.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final

from engine import limits, timeframes
from engine.reasons import Reason, ReasonKey
from engine.rules.words import instant
from engine.snapshot import Candidate, RedeemableObject, Snapshot
from engine.validity import Validity, effective, local


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """What the checks look at. `validity` is the candidate's own merged with its campaign's, as it is in
    `zone`; `place` says whose time that is, where it is not the project's.
    """

    candidate: Candidate
    validity: Validity
    now: datetime
    zone: tzinfo
    place: str = ""

    @property
    def name(self) -> str:
        """For texts: what people call the candidate."""
        return self.candidate.label or self.candidate.key

    @property
    def is_tier(self) -> bool:
        """Promotion tiers have refusal keys of their own."""
        return self.candidate.object is RedeemableObject.PROMOTION_TIER


type Check = Callable[[Case], Reason | None]


def refusal(candidate: Candidate, snapshot: Snapshot, *, zone: tzinfo) -> Reason | None:
    """The first reason why `candidate` may not be used, None when it may. `zone` is that of the snapshot."""
    case = case_of(candidate, snapshot, zone=zone)
    return next((reason for check in CHECKS if (reason := check(case)) is not None), None)


def case_of(candidate: Candidate, snapshot: Snapshot, *, zone: tzinfo) -> Case:
    """What the checks look at: the candidate with the time limits that count where the request is."""
    own, parent = candidate.validity, candidate.campaign_validity
    if snapshot.dates_zone:
        written_in = snapshot.written_in
        own = local(own, written_in=written_in, zone=zone)
        parent = None if parent is None else local(parent, written_in=written_in, zone=zone)
    validity = effective(own=own, parent=parent, published_at=candidate.published_at, zone=zone)
    return Case(candidate=candidate, validity=validity, now=snapshot.now, zone=zone, place=snapshot.place)


def refused_on_arrival(case: Case) -> Reason | None:
    """The reason that the caller found before, such as an unknown code."""
    return case.candidate.reason


def switched_off(case: Case) -> Reason | None:
    """The candidate itself is disabled; that beats all dates."""
    if case.candidate.is_active:
        return None
    if case.is_tier:
        return _promotion_inactive(f"{case.name} is disabled", "Enable the promotion tier")
    return Reason(
        key=ReasonKey.VOUCHER_DISABLED,
        message="voucher is disabled",
        details=f"{case.name} is disabled",
        remedy="Enable the voucher",
    )


def campaign_switched_off(case: Case) -> Reason | None:
    """The campaign is disabled or not ready."""
    if case.candidate.is_campaign_active:
        return None
    details = f"The campaign of {case.name} is not active"
    if case.is_tier:
        return _promotion_inactive(details, "Enable the campaign")
    return Reason(
        key=ReasonKey.CAMPAIGN_NOT_ACTIVE,
        message="campaign not active",
        details=details,
        remedy="Enable the campaign",
    )


def not_started(case: Case) -> Reason | None:
    """Before the start date; the start itself is inside."""
    starts_at = case.validity.starts_at
    if starts_at is None or case.now >= starts_at:
        return None
    details = f"{case.name} starts on {_when(case, starts_at)}"
    remedy = _opening_text(case)
    if case.is_tier:
        return _promotion_inactive(details, remedy)
    return Reason(
        key=ReasonKey.VOUCHER_NOT_ACTIVE, message="voucher not active yet", details=details, remedy=remedy
    )


def ended(case: Case) -> Reason | None:
    """At or after the expiration date, or the time after publication."""
    ends_at = case.validity.ends_at
    if ends_at is None or case.now < ends_at:
        return None
    details = f"{case.name} ended on {_when(case, ends_at)}"
    remedy = "Move the expiration date"
    if case.is_tier:
        return _promotion_inactive(details, remedy)
    return Reason(key=ReasonKey.VOUCHER_EXPIRED, message="voucher expired", details=details, remedy=remedy)


def closed_now(case: Case) -> Reason | None:
    """Outside the recurring windows, weekdays or hours."""
    if timeframes.is_open(case.validity, case.now, case.zone):
        return None
    details = f"{_when(case, case.now)} is outside the days and hours of {case.name}"
    remedy = _opening_text(case)
    if case.validity.timeframe is not None and case.validity.starts_at is None:
        details = f"{case.name} has a validity timeframe, but no start date to count from"
        remedy = "Set a start date"
    if case.is_tier:
        key, message = ReasonKey.PROMOTION_NOT_ACTIVE_NOW, "promotion not active now"
    else:
        key, message = ReasonKey.VOUCHER_NOT_ACTIVE_NOW, "voucher not active now"
    return Reason(key=key, message=message, details=details, remedy=remedy)


def used_up(case: Case) -> Reason | None:
    """Redemption quantity reached, locks of other sessions included."""
    if limits.remaining(case.candidate.uses) != 0:
        return None
    uses = case.candidate.uses
    is_only_held = uses.quantity is not None and uses.used < uses.quantity
    return Reason(
        key=ReasonKey.QUANTITY_EXCEEDED,
        message="quantity exceeded",
        details=case.name,
        remedy="Wait until a session releases its lock" if is_only_held else "Raise the redemption quantity",
    )


CHECKS: Final[tuple[Check, ...]] = (
    refused_on_arrival,
    switched_off,
    campaign_switched_off,
    not_started,
    ended,
    closed_now,
    used_up,
)


def late_refusal(candidate: Candidate) -> Reason | None:
    """What is asked after inputs and credits (contract 7.2, row 10): nobody refers himself."""
    if not candidate.is_referrer:
        return None
    return Reason(
        key=ReasonKey.REFERRER_NOT_PERMITTED,
        message="voucher cannot be redeemed by referrer",
        details=f"{candidate.label or candidate.key} was given out by this customer",
        remedy="Somebody else has to redeem it",
    )


def _promotion_inactive(details: str, remedy: str | None) -> Reason:
    return Reason(
        key=ReasonKey.PROMOTION_INACTIVE, message="Inactive Promotion", details=details, remedy=remedy
    )


def _opening_text(case: Case) -> str | None:
    opening = timeframes.next_opening(case.validity, case.now, case.zone)
    return None if opening is None else f"Works from {_when(case, opening)}"


def _when(case: Case, moment: datetime) -> str:
    """As people say it: Friday 27 November 09:00, with the year when it is not this one, and whose time."""
    text = instant(moment.astimezone(case.zone).isoformat(), case.now.astimezone(case.zone).isoformat())
    return f"{text} (time in {case.place})" if case.place else text
