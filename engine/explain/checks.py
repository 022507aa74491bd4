"""The checks of a candidate itself as conditions: is it on, is it its time, are uses left, what is sent.

Contract 7.2, rows 1 to 10. Only what is limited is listed; each check says by itself whether it holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final

from engine import eligibility
from engine.eligibility import Case
from engine.explain.explanation import ExplainedCondition
from engine.pipeline import Judged, Run
from engine.reasons import Reason, ReasonKey
from engine.rules.words import instant
from engine.snapshot import Candidate
from engine.summary import Names

_INPUTS: Final = frozenset(
    {
        ReasonKey.MISSING_ORDER,
        ReasonKey.MISSING_AMOUNT,
        ReasonKey.MISSING_ORDER_ITEMS,
        ReasonKey.MISSING_ORDER_ITEMS_AMOUNT,
        ReasonKey.MISSING_REWARD,
        ReasonKey.INVALID_GIFT,
        ReasonKey.GIFT_AMOUNT_EXCEEDED,
        ReasonKey.POINTS_EXCEEDED,
    }
)

type Words = tuple[str, str, dict[str, object], dict[str, object]]
"""Text, found, required, actual."""
_OF_RECOMMENDING: Final[dict[ReasonKey, Words]] = {
    ReasonKey.NOT_PUBLISHED: ("Somebody recommends with the code", "nobody holds it yet", {}, {}),
    ReasonKey.MISSING_CUSTOMER: ("The customer who was recommended is known", "none was sent", {}, {}),
}
_BLOCKED: Final[Words] = ("The customer may use promotions", "somebody blocked this customer", {}, {})


def checks(run: Run, candidate: Candidate, judged: Judged, names: Names) -> Iterator[ExplainedCondition]:
    """Every check that limits `candidate`, in the contract's order."""
    if judged.reason is not None and judged.reason.key is ReasonKey.EMERGENCY_STOP:
        yield _condition("stopped", judged.reason, ("Operations let it run", _found(judged.reason), {}, {}))
    elif candidate.reason is not None and candidate.reason.key is ReasonKey.OUTSIDE_AREAS:
        yield _condition("place", candidate.reason, _placed(candidate.reason))
    elif candidate.reason is not None and candidate.reason.key is ReasonKey.CUSTOMER_BLOCKED:
        yield _condition("customer", candidate.reason, _BLOCKED)
    elif candidate.reason is not None and candidate.reason.key in _OF_RECOMMENDING:
        yield _condition("recommended", candidate.reason, _OF_RECOMMENDING[candidate.reason.key])
    elif candidate.reason is not None:
        yield _condition("known", candidate.reason, ("The code is known", "it is not", {}, {}))
        return
    case = eligibility.case_of(candidate, run.snapshot, zone=run.zone)
    for name, check, words in _CHECKS:
        said = words(case)
        if said is not None:
            yield _condition(name, check(case), said)
    effected = judged.effected
    reason = None if effected is not None else judged.reason
    if reason is not None and reason.key in _INPUTS:
        yield _condition(
            "input", reason, ("The request holds what the discount needs", reason.message, {}, {})
        )
    if candidate.is_referrer:
        own = eligibility.late_refusal(candidate)
        yield _condition("referrer", own, ("Somebody else gave it out", "the customer did", {}, {}))


def _condition(name: str, reason: Reason | None, said: Words) -> ExplainedCondition:
    text, found, required, actual = said
    return ExplainedCondition(
        id=name,
        text=text,
        holds=reason is None,
        found=found,
        required=required,
        actual=actual,
        remedy=None if reason is None else reason.remedy,
    )


def _found(reason: Reason) -> str:
    return reason.message[:1].lower() + reason.message[1:]


def _placed(reason: Reason) -> Words:
    """Where it applies, and where the request is: both stand in the details."""
    required, _, actual = (reason.details or "").partition("; ")
    return required[:1].upper() + required[1:], actual, {}, {}


def _enabled(case: Case) -> Words:
    is_on = case.candidate.is_active
    return (
        "It is enabled",
        "it is enabled" if is_on else "it is disabled",
        {"active": True},
        {"active": is_on},
    )


def _campaign(case: Case) -> Words | None:
    if case.candidate.campaign_validity is None and case.candidate.is_campaign_active:
        return None
    is_on = case.candidate.is_campaign_active
    found = "it is enabled" if is_on else "it is disabled"
    return "Its campaign is enabled", found, {"active": True}, {"active": is_on}


def _started(case: Case) -> Words | None:
    starts_at = case.validity.starts_at
    if starts_at is None:
        return None
    return f"From {_at(case, starts_at)}", _now(case), {"from": starts_at.isoformat()}, _actual(case)


def _not_ended(case: Case) -> Words | None:
    ends_at = case.validity.ends_at
    if ends_at is None:
        return None
    return f"Until {_at(case, ends_at)}", _now(case), {"until": ends_at.isoformat()}, _actual(case)


def _open(case: Case) -> Words | None:
    validity = case.validity
    if validity.timeframe is None and validity.days_of_week is None and validity.daily_hours is None:
        return None
    return "On its days and at its hours", _now(case), {"recurring": True}, _actual(case)


def _uses(case: Case) -> Words | None:
    uses = case.candidate.uses
    if uses.quantity is None:
        return None
    held = f", {uses.held} held" if uses.held else ""
    return (
        f"At most {uses.quantity} uses",
        f"{uses.used} used{held}",
        {"quantity": uses.quantity},
        {"used": uses.used, "held": uses.held},
    )


def _at(case: Case, moment: datetime) -> str:
    return instant(moment.astimezone(case.zone).isoformat(), case.now.astimezone(case.zone).isoformat())


def _now(case: Case) -> str:
    whose = f" in {case.place}" if case.place else ""
    return f"it is {_at(case, case.now)}{whose}"


def _actual(case: Case) -> dict[str, object]:
    return {"now": case.now.astimezone(case.zone).isoformat()}


_CHECKS: Final[tuple[tuple[str, eligibility.Check, Callable[[Case], Words | None]], ...]] = (
    ("enabled", eligibility.switched_off, _enabled),
    ("campaign", eligibility.campaign_switched_off, _campaign),
    ("start", eligibility.not_started, _started),
    ("end", eligibility.ended, _not_ended),
    ("recurring", eligibility.closed_now, _open),
    ("uses", eligibility.used_up, _uses),
)
