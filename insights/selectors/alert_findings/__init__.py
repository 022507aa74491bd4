"""What rules find at an instant. One file for each kind; each asks a constant number of queries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from insights.models import Alert, AlertRule
from insights.selectors.alert_findings import budgets, keys, launches, processes, rates, refusals
from insights.selectors.alert_findings.found import Found

Find = Callable[[AlertRule, Mapping[str, Alert], datetime], Found]

_FIND: Final[Mapping[AlertRule.Kind, Find]] = {
    AlertRule.Kind.BUDGET: budgets.running_low,
    AlertRule.Kind.RATE: rates.off_usual,
    AlertRule.Kind.REFUSALS: refusals.many,
    AlertRule.Kind.ENDING: budgets.left_at_the_end,
    AlertRule.Kind.NO_REDEMPTION: launches.without_redemption,
    AlertRule.Kind.SILENT: processes.silent,
    AlertRule.Kind.KEY_ERRORS: keys.with_errors,
    AlertRule.Kind.FAILED_CODES: keys.with_failed_codes,
}


def find(rule: AlertRule, known: Mapping[str, Alert], now: datetime) -> Found:
    """`known` are the open alerts of the rule, by subject: what has begun ends later than it began."""
    return _FIND[AlertRule.Kind(rule.kind)](rule, known, now)
