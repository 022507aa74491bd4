"""API keys whose calls are answered with errors (something of the channel or of ours is broken), or whose
codes are refused (somebody guesses, or a campaign is over).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, QuerySet, Sum

from core.models import ApiKey, ChannelMinute
from insights import alert_math
from insights.models import Alert, AlertRule
from insights.selectors.alert_findings.found import MOST, Finding, Found

type Figures = Callable[[Mapping[str, Any]], Mapping[str, Any]]


def with_errors(rule: AlertRule, known: Mapping[str, Alert], now: datetime) -> Found:
    """A proper no is no error. Two queries."""
    wrong = F("server_errors") + F("client_errors")
    rows = _minutes(rule, now).annotate(
        all_calls=Sum("calls"), part=Sum(wrong), own_errors=Sum("server_errors")
    )
    return _found(
        rule,
        known,
        rows,
        lambda row: {"calls": row["all_calls"], "errors": row["part"], "server_errors": row["own_errors"]},
    )


def with_failed_codes(rule: AlertRule, known: Mapping[str, Alert], now: datetime) -> Found:
    """Validations and redemptions that were answered with a proper no, or not looked at any more after many
    unknown codes. Two queries.
    """
    tried = _minutes(rule, now).exclude(work=ChannelMinute.Work.OTHER)
    rows = tried.annotate(all_calls=Sum("calls"), part=Sum("refused"))
    return _found(rule, known, rows, lambda row: {"calls": row["all_calls"], "refused": row["part"]})


def _minutes(rule: AlertRule, now: datetime) -> QuerySet[ChannelMinute, Any]:
    """The answers of the last whole minutes, by key.

    Calls without a valid key belong to nobody who could be told, and are left out.
    """
    rows = ChannelMinute.objects.filter(minute__gte=now - timedelta(minutes=rule.minutes or 0))
    return rows.exclude(app_id="").order_by("app_id").values("app_id")


def _found(
    rule: AlertRule, known: Mapping[str, Alert], rows: QuerySet[ChannelMinute, Any], figures: Figures
) -> Found:
    """Keys of whose calls (`all_calls`) too many (`part`) went wrong."""
    found = [
        row
        for row in rows
        if alert_math.is_many(
            row["part"],
            row["all_calls"],
            share=rule.share or 0,
            least=rule.number or 0,
            was=f"key:{row['app_id']}" in known,
        )
    ]
    ids = [row["app_id"] for row in found[:MOST]]
    names = dict(ApiKey.objects.filter(app_id__in=ids).values_list("app_id", "name"))
    findings = [
        Finding(
            subject=f"key:{row['app_id']}",
            figures={
                "key": names.get(row["app_id"], row["app_id"]),
                **figures(row),
                "minutes": rule.minutes,
            },
        )
        for row in found[:MOST]
    ]
    return Found(findings=findings, is_complete=len(found) <= MOST)
