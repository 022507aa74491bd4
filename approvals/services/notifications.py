"""Notifications: written, read, wanted or not. Who is told what is in `telling`, e-mail in `mailing`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.db import transaction

from approvals.models import ApprovalRequest, Notification, NotificationSettings
from approvals.selectors.notifications import KINDS, Wishes, wishes_of
from core import audit
from core.actors import Actor
from core.errors import InvalidPayload

LONGEST: Final = 400
_EVERYTHING: Final = Wishes()


@dataclass(frozen=True, kw_only=True)
class News:
    """Something that is no request's, for `users` and for `addresses` that are nobody's.

    `details` stand below the line in an e-mail. `path` is the page of the admin where one goes on. What
    somebody may get `in_app` and `by_mail` he gets if he wants it.
    """

    kind: Notification.Kind
    text: str
    details: str = ""
    path: str
    users: Sequence[Any] = ()
    addresses: Sequence[str] = ()
    in_app: bool = True
    by_mail: bool = True


def write(
    *,
    request: ApprovalRequest,
    kind: Notification.Kind,
    text: str,
    users: Iterable[Any],
    now: datetime,
    always_mail: bool = False,
) -> list[Notification]:
    """Tell each of these people once, in the ways that he wants; returns what was written.

    What he does not want by e-mail, or has no address for, counts as mailed; what he does not want in the
    admin, as read. `always_mail`: whatever he wants.
    """
    told = {user.pk: user for user in users}
    wishes = wishes_of(told)
    rows = []
    for user in told.values():
        wanted = wishes.get(user.pk, _EVERYTHING)
        is_mailed = always_mail or kind in wanted.by_mail
        by_mail = is_mailed and bool(user.email) and settings.FANFARE_SENDS_MAIL
        if not (by_mail or kind in wanted.in_app):
            continue
        rows.append(
            Notification(
                user=user,
                request=request,
                kind=kind,
                text=shortened(text),
                created_at=now,
                read_at=None if kind in wanted.in_app else now,
                mailed_at=None if by_mail else now,
            )
        )
    return Notification.objects.bulk_create(rows)


def write_all(*, news: Sequence[News], now: datetime) -> list[Notification]:
    """Tell all of it, each person once, in two queries; returns what was written."""
    wishes = wishes_of({user.pk for one in news for user in one.users})
    rows = []
    for one in news:
        for user in {user.pk: user for user in one.users}.values():
            wanted = wishes.get(user.pk, _EVERYTHING)
            is_shown = one.in_app and one.kind in wanted.in_app
            is_mailed = one.by_mail and one.kind in wanted.by_mail and bool(user.email)
            rows += [_row(one, now, user=user, is_shown=is_shown, is_mailed=is_mailed)]
        rows += [_row(one, now, address=address, is_mailed=True) for address in sorted(set(one.addresses))]
    return Notification.objects.bulk_create(row for row in rows if row is not None)


def _row(
    news: News,
    now: datetime,
    *,
    user: Any = None,
    address: str = "",
    is_shown: bool = False,
    is_mailed: bool = False,
) -> Notification | None:
    by_mail = is_mailed and settings.FANFARE_SENDS_MAIL
    if not (is_shown or by_mail):
        return None
    return Notification(
        user=user,
        address=address,
        kind=news.kind,
        text=shortened(news.text),
        details=news.details,
        path=news.path,
        created_at=now,
        read_at=None if is_shown else now,
        mailed_at=None if by_mail else now,
    )


def shortened(text: str) -> str:
    """One line of at most 400 characters."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def read(*, user_id: int, now: datetime, notification_id: int | None = None) -> int:
    """Mark one of somebody's own notifications as read, or all of them; returns how many were not."""
    rows = Notification.objects.filter(user_id=user_id, read_at=None)
    return (rows if notification_id is None else rows.filter(pk=notification_id)).update(read_at=now)


@transaction.atomic
def choose(
    *, user_id: int, by_mail: Iterable[str], in_app: Iterable[str], actor: Actor, now: datetime
) -> NotificationSettings:
    """Keep which kinds somebody wants by e-mail and in the admin.

    :raises InvalidPayload: a kind that there is not.
    """
    chosen = {"by_mail": sorted(set(by_mail)), "in_app": sorted(set(in_app))}
    if unknown := {*chosen["by_mail"], *chosen["in_app"]} - KINDS:
        raise InvalidPayload(f"There is no kind of notification {sorted(unknown)[0]!r}")
    kept, _ = NotificationSettings.objects.update_or_create(user_id=user_id, defaults=chosen)
    audit.log(actor, "notification_settings.updated", kept, now=now, after=chosen)
    return kept
