"""Shells around approval services for Celery, safe to run twice."""

from __future__ import annotations

from typing import Any

from celery import shared_task
from django.utils import timezone

from approvals.services import carrying_out, deadlines, mailing


@shared_task
def watch_deadlines(**_: Any) -> int:
    """Reminders first: who is reminded and overdue at once hears both in their order."""
    now = timezone.now()
    return deadlines.remind_due(now=now) + deadlines.escalate_overdue(now=now)


@shared_task
def mail_notifications(**_: Any) -> int:
    return mailing.send_waiting(now=timezone.now())


@shared_task
def carry_out_due(**_: Any) -> int:
    return carrying_out.carry_out_due(now=timezone.now())
