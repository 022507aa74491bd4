"""API keys whose calls are answered with errors: something of the channel or of ours is broken."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db.models import F, Sum

from core.models import ApiKey, ChannelMinute
from insights import alert_math
from insights.models import Alert, AlertRule
from insights.selectors.alert_findings.found import MOST, Finding, Found


def with_errors(rule: AlertRule, known: Mapping[str, Alert], now: datetime) -> Found:
    """Of each key the answers of the last whole minutes; a proper no is no error. Two queries.

    Calls without a valid key belong to nobody who could be told, and are left out.
    """
    wrong = F("server_errors") + F("client_errors")
    rows = (
        ChannelMinute.objects.filter(minute__gte=now - timedelta(minutes=rule.minutes or 0))
        .exclude(app_id="")
        .values("app_id")
        .annotate(all_calls=Sum("calls"), errors=Sum(wrong), own=Sum("server_errors"))
        .order_by("app_id")
    )
    found = [
        row
        for row in rows
        if alert_math.is_many(
            row["errors"],
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
                "calls": row["all_calls"],
                "errors": row["errors"],
                "server_errors": row["own"],
                "minutes": rule.minutes,
            },
        )
        for row in found[:MOST]
    ]
    return Found(findings=findings, is_complete=len(found) <= MOST)
