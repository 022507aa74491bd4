"""Shells around approval services for Celery, safe to run twice."""

from __future__ import annotations

from datetime import datetime

from approvals.services import carrying_out, deadlines, mailing
from core import periodic


@periodic.job
def watch_deadlines(now: datetime) -> int:
    """Reminders first: who is reminded and overdue at once hears both in their order. When it runs late,
    people hear later; who may decide is said by what was written, not by the clock.
    """
    return deadlines.remind_due(now=now) + deadlines.escalate_overdue(now=now)


@periodic.job
def mail_notifications(now: datetime) -> int:
    """They are mailed at once; this finds those whose message was lost or whose mail server was away."""
    return mailing.send_waiting(now=now)


@periodic.job
def carry_out_due(now: datetime) -> int:
    """What is found late is carried out late, in the order of the times it was meant for."""
    return carrying_out.carry_out_due(now=now)
