"""Alerts in plain words, from their figures. No database here; money as the page or the mail writes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from core import words
from core.instants import parse_instant
from insights.models import Alert, AlertRule
from promotions import budget_words
from promotions.models import Budget, BudgetAlert
from promotions.words import refusal

_Kind = AlertRule.Kind
SEVERITY_COLOURS: Final = {"Critical": "danger", "Warning": "warning", "For information": "info"}
STATE_COLOURS: Final = {"Open": "danger", "Somebody looks at it": "info", "Put off": "", "Over": "success"}
_WHOLE: Final = "The whole project"
_PROCESSES: Final = {
    "beat": "The scheduler",
    "worker": "The worker",
    "dispatcher": "The event dispatcher",
    "webhooks": "The sender of webhooks",
}
_START: Final = {
    "beat": "Periodic jobs do not run: nothing starts, ends or is tidied up on time. Start the scheduler "
    "(celery beat); if it runs, look whether a worker takes its messages.",
    "worker": "Background jobs, e-mails and reactions to events wait. Start a worker, or see what it does.",
    "dispatcher": "What happened reaches no background job. Start manage.py dispatch_events, and look at the "
    "deliveries.",
    "webhooks": "Messages to webhooks wait. Start manage.py send_webhooks.",
}

Say = Callable[[Mapping[str, Any]], str]


def title(alert: Alert) -> str:
    """Spring sale: far fewer redemptions than usual"""
    return _TITLES[_Kind(alert.rule.kind)](alert.figures)


def sentence(alert: Alert) -> str:
    """What was found last, with its figures."""
    return _SENTENCES[_Kind(alert.rule.kind)](alert.figures)


def advice(alert: Alert) -> str:
    """What to do about it."""
    return _ADVICE[_Kind(alert.rule.kind)](alert.figures)


def about(alert: Alert) -> str:
    """What is wrong with: a process, a key, a category, an area, or everything."""
    of = alert.figures
    if "process" in of:
        return AlertRule.Process(of["process"]).label
    return str(of.get("key") or of.get("budget") or of.get("name") or _WHOLE)


def severity(alert: Alert) -> str:
    return AlertRule.Severity(alert.severity).label


def state(alert: Alert) -> str:
    return Alert.State(alert.state).label


def story(alert: Alert) -> str:
    """Who does what about it, or that it is over."""
    match Alert.State(alert.state):
        case Alert.State.RESOLVED if alert.ending == Alert.Ending.GONE:
            return f"It is over since {words.when(alert.resolved_at)}."
        case Alert.State.RESOLVED:
            return f"It was ended on {words.when(alert.resolved_at)}: its rule was changed."
        case Alert.State.ACKNOWLEDGED:
            note = f" Note: {alert.note}" if alert.note else ""
            return f"{alert.acknowledged_by} looks at it since {words.when(alert.acknowledged_at)}.{note}"
        case Alert.State.SNOOZED:
            return f"{alert.snoozed_by} put it off until {words.when(alert.snoozed_until)}."
    return "Nobody looks at it yet."


def headline(alert: Alert, what: str) -> str:
    """The first line of what people are told: Critical: The worker is silent"""
    begin = {"resolved": "Over", "reminded": f"Still {severity(alert).lower()}"}
    if what == "reminded" and alert.severity == AlertRule.Severity.INFO:
        begin["reminded"] = "Still so"
    return f"{begin.get(what, severity(alert))}: {title(alert)}"


def many(rule: AlertRule, number: int, what: str) -> str:
    """The one line for many alerts of a rule at once."""
    verb = {"resolved": "are over", "reminded": "go on", "worsened": "got worse"}.get(what, "are new")
    return f"{words.count(number, 'alert')} of “{rule.name}” {verb}"


def letter(alerts: Sequence[Alert], most: int = 20) -> str:
    """What an e-mail says below its first line."""
    if len(alerts) == 1:
        alert = alerts[0]
        since = f"Since {words.when(alert.raised_at)}."
        told_by = f"Told by the rule “{alert.rule.name}”."
        parts = (sentence(alert), since, "" if alert.is_over else advice(alert), told_by)
        return "\n\n".join(filter(None, parts))
    lines = [f"- {title(alert)}" for alert in alerts[:most]]
    more = [f"and {len(alerts) - most} more"] if len(alerts) > most else []
    return "\n".join([*lines, *more])


# One of each for every kind ---------------------------------------------------------------------------


def _budget_title(of: Mapping[str, Any]) -> str:
    if of["threshold"] >= budget_words.WHOLE:
        return f"The budget {of['budget']} is used up"
    return f"The budget {of['budget']} is used to {of['threshold']} %"


def _budget_sentence(of: Mapping[str, Any]) -> str:
    reached = BudgetAlert(
        used=of["used"],
        limit=of["limit"],
        threshold=of["threshold"],
        subject=of["whose"],
        period=of["period"],
    )
    at = words.when(parse_instant(of["reached_at"]))
    return f"{budget_words.alert(_budget(of), reached)} when it was reached, on {at}."


def _budget_advice(of: Mapping[str, Any]) -> str:
    if of["threshold"] >= budget_words.WHOLE:
        return "Its campaigns give nothing more of it. Raise the limit, or let them end."
    return "Look at its forecast. Raise the limit, or let its campaigns end before customers are refused."


def _budget(of: Mapping[str, Any]) -> Budget:
    return Budget(name=of["budget"], measure=of["measure"], period=of["renewed"], limit=of["limit"])


def _rate_title(of: Mapping[str, Any]) -> str:
    compared = "fewer" if of["direction"] == "FEWER" else "more"
    return f"{of['name'] or _WHOLE}: far {compared} redemptions than usual"


def _rate_sentence(of: Mapping[str, Any]) -> str:
    since, until = parse_instant(of["since"]), parse_instant(of["until"])
    weeks = ", ".join(words.number(week) for week in of["weeks"])
    return (
        f"{words.count(of['current'], 'redemption')} from {words.when(since)} to {words.when(until)}. "
        f"Usual are {_halved(of['usual_twice'])}: in the same hours of the weeks before it was {weeks}."
    )


def _halved(doubled: int) -> str:
    return words.number(doubled // 2) if doubled % 2 == 0 else f"{words.number(doubled // 2)}.5"


def _rate_advice(of: Mapping[str, Any]) -> str:
    if of["direction"] == "FEWER":
        return (
            "Look whether the shop still calls (health of channels), whether codes are refused, and whether "
            "something of the campaign was changed or stopped."
        )
    return (
        "Look who redeems, and with which codes: a code may have been passed on. An emergency stop takes "
        "away at once what should not be given; the budget limits it."
    )


def _refusals_title(of: Mapping[str, Any]) -> str:
    share = 100 * of["refused"] // of["attempts"]
    return f"{of['name'] or _WHOLE}: {share} % of redemptions are refused"


def _refusals_sentence(of: Mapping[str, Any]) -> str:
    reasons = "; ".join(f"{refusal(one['reason'])} ({words.number(one['number'])})" for one in of["reasons"])
    return (
        f"{words.number(of['refused'])} of {words.count(of['attempts'], 'attempt')} in the last "
        f"{of['minutes']} minutes. {reasons}."
    )


def _refusals_advice(of: Mapping[str, Any]) -> str:
    return "“Why?” explains one refused code step by step. The most frequent reason says where to begin."


def _ending_title(of: Mapping[str, Any]) -> str:
    share = 100 * of["left"] // of["limit"]
    return f"{of['campaign']} ends soon with {share} % of its budget left"


def _ending_sentence(of: Mapping[str, Any]) -> str:
    budget = _budget(of)
    left, limit = budget_words.amount(budget, of["left"]), budget_words.amount(budget, of["limit"])
    return (
        f"It ends on {words.when(parse_instant(of['ends_at']))}; {left} of {limit} ({of['budget']}) are left."
    )


def _ending_advice(of: Mapping[str, Any]) -> str:
    return "Let it run longer, tell more customers of it, or plan the rest of the budget for something else."


def _launch_title(of: Mapping[str, Any]) -> str:
    return f"{of['name']}: nothing redeemed since its launch"


def _launch_sentence(of: Mapping[str, Any]) -> str:
    return f"It began on {words.when(parse_instant(of['launched_at']))}, and nobody has redeemed it."


def _launch_advice(of: Mapping[str, Any]) -> str:
    return (
        "Look whether its conditions can be met, whether codes reached customers, and whether the shop asks "
        "for it. “Why?” shows what a basket would get."
    )


def _silent_title(of: Mapping[str, Any]) -> str:
    return f"{_PROCESSES[of['process']]} is silent"


def _silent_sentence(of: Mapping[str, Any]) -> str:
    if of["heard_at"] is None:
        return "It has never said that it lives."
    said = f"It was heard last on {words.when(parse_instant(of['heard_at']))}."
    waiting = timedelta(seconds=of["waiting_seconds"])
    if waiting < timedelta(minutes=1):
        return said
    return f"{said} Events have been waiting for {words.count(waiting // timedelta(minutes=1), 'minute')}."


def _silent_advice(of: Mapping[str, Any]) -> str:
    return _START[of["process"]]


def _key_title(of: Mapping[str, Any]) -> str:
    return f"The API key {of['key']}: {100 * of['errors'] // of['calls']} % of its calls fail"


def _key_sentence(of: Mapping[str, Any]) -> str:
    own = (
        f", {words.number(of['server_errors'])} of them through our own fault" if of["server_errors"] else ""
    )
    return (
        f"{words.number(of['errors'])} of {words.count(of['calls'], 'call')} in the last "
        f"{of['minutes']} minutes were answered with an error{own}."
    )


def _key_advice(of: Mapping[str, Any]) -> str:
    if of["server_errors"]:
        return "Look at the logs of the web processes: each failed call stands there with its request id."
    return "Whoever runs this channel sends something that is not understood. Its answers say what is wrong."


def _codes_title(of: Mapping[str, Any]) -> str:
    return f"The API key {of['key']}: {100 * of['refused'] // of['calls']} % of tried codes are refused"


def _codes_sentence(of: Mapping[str, Any]) -> str:
    return (
        f"{words.number(of['refused'])} of {words.count(of['calls'], 'attempt')} to validate or redeem codes "
        f"in the last {of['minutes']} minutes were refused."
    )


def _codes_advice(of: Mapping[str, Any]) -> str:
    return (
        "Somebody may be guessing codes. Who tries many unknown ones has to wait already; look from which "
        "addresses they come (“too_many_unknown_codes” in the logs), and block the key if need be. If one "
        "code is refused again and again, a campaign is over or a code was printed wrongly: ask “Why?”."
    )


_TITLES: Final[Mapping[AlertRule.Kind, Say]] = {
    _Kind.BUDGET: _budget_title,
    _Kind.RATE: _rate_title,
    _Kind.REFUSALS: _refusals_title,
    _Kind.ENDING: _ending_title,
    _Kind.NO_REDEMPTION: _launch_title,
    _Kind.SILENT: _silent_title,
    _Kind.KEY_ERRORS: _key_title,
    _Kind.FAILED_CODES: _codes_title,
}
_SENTENCES: Final[Mapping[AlertRule.Kind, Say]] = {
    _Kind.BUDGET: _budget_sentence,
    _Kind.RATE: _rate_sentence,
    _Kind.REFUSALS: _refusals_sentence,
    _Kind.ENDING: _ending_sentence,
    _Kind.NO_REDEMPTION: _launch_sentence,
    _Kind.SILENT: _silent_sentence,
    _Kind.KEY_ERRORS: _key_sentence,
    _Kind.FAILED_CODES: _codes_sentence,
}
_ADVICE: Final[Mapping[AlertRule.Kind, Say]] = {
    _Kind.BUDGET: _budget_advice,
    _Kind.RATE: _rate_advice,
    _Kind.REFUSALS: _refusals_advice,
    _Kind.ENDING: _ending_advice,
    _Kind.NO_REDEMPTION: _launch_advice,
    _Kind.SILENT: _silent_advice,
    _Kind.KEY_ERRORS: _key_advice,
    _Kind.FAILED_CODES: _codes_advice,
}
