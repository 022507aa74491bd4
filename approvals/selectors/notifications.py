"""What people were told, and which kinds each of them wants to be told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import F, QuerySet

from approvals.models import Notification, NotificationSettings

KINDS: Final = frozenset(Notification.Kind.values)
# Older news is not mailed any more, whatever kept it.
MAILED_WITHIN: Final = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """Kinds of notification that one person wants by e-mail, and in the admin."""

    by_mail: frozenset[str] = KINDS
    in_app: frozenset[str] = KINDS


def wishes_of(user_ids: Iterable[int]) -> dict[int, Wishes]:
    """Of those who said so; everybody else wants everything."""
    return {
        row.user_id: Wishes(by_mail=frozenset(row.by_mail), in_app=frozenset(row.in_app))
        for row in NotificationSettings.objects.filter(user_id__in=list(user_ids))
    }


def shown_to(user: Any) -> QuerySet[Notification]:
    """Newest first. What somebody wants by e-mail only was read when it was written."""
    rows = Notification.objects.filter(user_id=user.pk).exclude(read_at=F("created_at"))
    return rows.select_related("request").order_by("-pk")


def unread(user: Any) -> int:
    return Notification.objects.filter(user_id=user.pk, read_at=None).count()


def unmailed(now: datetime) -> QuerySet[Notification]:
    """Newest first: an address that refuses does not keep the others waiting."""
    rows = Notification.objects.filter(mailed_at=None, created_at__gt=now - MAILED_WITHIN)
    return rows.order_by("-pk")
