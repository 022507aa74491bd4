"""Alert rules as sentences. No database but what hangs on the rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from core import words
from insights.models import AlertRule
from promotions.words import refusal

Kind = AlertRule.Kind
ON, OFF, MUTED, BROKEN = "On", "Off", "Muted", "Cannot be judged"
STATE_COLOURS: Final = {ON: "success", OFF: "", MUTED: "warning", BROKEN: "danger"}


def state(rule: AlertRule, now: datetime) -> str:
    if not rule.is_active:
        return OFF
    if rule.last_error:
        return BROKEN
    return MUTED if rule.is_muted(now) else ON


def sentence(rule: AlertRule) -> str:
    """What it tells of: When 50 % of redemptions of Spring sale are refused, at least 20 in 30 minutes."""
    return _SENTENCES[Kind(rule.kind)](rule)


def watched(rule: AlertRule) -> str:
    """campaigns in the category Summer"""
    each = "each campaign" if rule.is_each else "campaigns"
    match AlertRule.Scope(rule.scope):
        case AlertRule.Scope.CAMPAIGN:
            return rule.campaign.name if rule.campaign else "a campaign that is gone"
        case AlertRule.Scope.CATEGORY:
            return f"{each} in the category {rule.category.name if rule.category else 'that was deleted'}"
        case AlertRule.Scope.AREA:
            return f"{each} in the area {rule.area.name if rule.area else 'that was deleted'}"
    return "each campaign" if rule.is_each else "the whole project"


def told(rule: AlertRule) -> str:
    """Administrator, Finance; by e-mail to ops@shop.example, too. In the admin, by e-mail, to webhooks."""
    ways = [
        name
        for name, is_on in (
            ("in the admin", rule.in_app),
            ("by e-mail", rule.by_mail),
            ("to webhooks", rule.by_webhook),
        )
        if is_on
    ]
    people = [person.get_full_name() or person.get_username() for person in rule.people.all()]
    receivers = ", ".join([*rule.groups, *people, *rule.addresses]) or "Nobody"
    return f"{receivers}: {', '.join(ways) or 'in no way'}"


def _budget(rule: AlertRule) -> str:
    return f"When a budget of {watched(rule)} reaches one of its thresholds from {rule.share} % on."


def _rate(rule: AlertRule) -> str:
    compared = {"FEWER": "fewer", "MORE": "more", "BOTH": "fewer or more"}[rule.direction]
    return (
        f"When redemptions of {watched(rule)} in the last {words.count(rule.hours or 0, 'hour')} are "
        f"{compared} by "
        f"{rule.share} % than in the same hours of the four weeks before, from {rule.number} redemptions on."
    )


def _refusals(rule: AlertRule) -> str:
    only = f" ({'; '.join(refusal(key) for key in rule.reasons)})" if rule.reasons else ""
    return (
        f"When {rule.share} % of redemptions of {watched(rule)} are refused{only}, at least {rule.number} in "
        f"{rule.minutes} minutes."
    )


def _ending(rule: AlertRule) -> str:
    return (
        f"When a campaign{_within(rule)} ends within {words.count(rule.days or 0, 'day')} and "
        f"{rule.share} % or more of its budget is left."
    )


def _no_redemption(rule: AlertRule) -> str:
    return (
        f"When nobody has redeemed a campaign{_within(rule)} {words.count(rule.hours or 0, 'hour')} after "
        "its launch."
    )


def _within(rule: AlertRule) -> str:
    match AlertRule.Scope(rule.scope):
        case AlertRule.Scope.PROJECT:
            return ""
        case AlertRule.Scope.CAMPAIGN:
            return f" ({watched(rule)})"
    return watched(rule).removeprefix("campaigns")


def _silent(rule: AlertRule) -> str:
    chosen = [AlertRule.Process(name).label for name in rule.processes]
    names = " or ".join(chosen) or "a process of this installation"
    return f"When {names} is not heard for {words.count(rule.minutes or 0, 'minute')}."


def _key_errors(rule: AlertRule) -> str:
    return (
        f"When {rule.share} % of the calls with an API key fail, at least {rule.number} in "
        f"{rule.minutes} minutes."
    )


def _failed_codes(rule: AlertRule) -> str:
    return (
        f"When {rule.share} % of the validations and redemptions with an API key are refused, at least "
        f"{rule.number} in {rule.minutes} minutes."
    )


_SENTENCES: Final[Mapping[AlertRule.Kind, Callable[[AlertRule], str]]] = {
    Kind.BUDGET: _budget,
    Kind.RATE: _rate,
    Kind.REFUSALS: _refusals,
    Kind.ENDING: _ending,
    Kind.NO_REDEMPTION: _no_redemption,
    Kind.SILENT: _silent,
    Kind.KEY_ERRORS: _key_errors,
    Kind.FAILED_CODES: _failed_codes,
}
