"""Who is told of conflicts that begin, are open again or go: those whose promotions they are, and webhooks.

In the transaction of the change. People hear of what is certain and not slight, one line for each pair of
campaigns, of many at once in one line; of what comes and goes once a day at most. Of what was there when the
calendar was compared for the first time they hear nothing: the list shows it. Of small overlaps nobody hears.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.contrib.auth.models import User
from django.urls import reverse

from approvals.models import Notification
from approvals.services import notifications
from approvals.services.notifications import News
from calendar_app.models import Conflict, ConflictDecision
from calendar_app.services.conflicts import FOUND, GONE, REOPENED, ids
from core import audit, events, words
from core.actors import Actor, ActorKind
from core.places import Limit
from core.staff import as_actor, look_up_places

MOST_SINGLE: Final = 3
"""More new conflicts than this are told to one person in one line."""
AGAIN_AFTER: Final = timedelta(days=1)
READS: Final = "calendar.read"


@dataclass(frozen=True, kw_only=True)
class Again:
    """A conflict that was accepted, and is more than that now."""

    row: Conflict
    why: str
    was: ConflictDecision


def calendar() -> Actor:
    return Actor.system("calendar", channel="TASK")


def tell_webhooks(
    *, found: Sequence[Conflict], gone: Sequence[Conflict], again: Sequence[Again], now: datetime
) -> None:
    """Of all that is not small; what becomes small is gone for them."""
    told = ((FOUND, found), (GONE, gone), (REOPENED, [one.row for one in again]))
    for name, rows in told:
        if rows:
            entities = [(row, ids(row)) for row in rows]
            events.emit_all(name, entities=entities, actor=calendar(), now=now)


def note_reopened(again: Iterable[Again], now: datetime) -> None:
    """In the audit log: an acceptance ends only for a reason that somebody can read."""
    for one in again:
        audit.log(
            calendar(),
            REOPENED,
            one.row,
            now=now,
            before={"state": Conflict.State.ACCEPTED, "reason": one.was.reason},
            after={"state": one.row.state, "reason": one.why, "conflict": one.row.sentence},
        )


def tell_people(*, found: Sequence[Conflict], again: Sequence[Again], is_first: bool, now: datetime) -> None:
    """Notes on the rows when people were told of them; the caller stores that."""
    fresh = [] if is_first else [row for row in _worst_of_pairs(found) if _is_worth_telling(row, now)]
    people = _people(fresh, again)
    news = [*_of_new(fresh, people), *(_reopened(one, people) for one in again)]
    notifications.write_all(news=[one for one in news if one.users], now=now)
    for row in (*fresh, *(one.row for one in again)):
        row.told_at = now


def _worst_of_pairs(rows: Iterable[Conflict]) -> list[Conflict]:
    """One of each pair of units: the heaviest."""
    found: dict[tuple[str, str], Conflict] = {}
    for row in sorted(rows, key=_weight):
        found.setdefault((row.left_unit, row.right_unit), row)
    return list(found.values())


def _weight(row: Conflict) -> tuple[int, int]:
    return Conflict.Severity.values.index(row.severity), -(row.cost or 0)


def _is_worth_telling(row: Conflict, now: datetime) -> bool:
    is_certain = row.certainty == Conflict.Certainty.OVERLAPS
    is_fresh = row.told_at is None or now - row.told_at >= AGAIN_AFTER
    return is_certain and is_fresh and not row.is_small


def _people(rows: Sequence[Conflict], again: Sequence[Again]) -> Mapping[str, User]:
    """Whoever made one of their promotions, or accepted what is open again, by id; three queries."""
    names = {name for row in (*rows, *(one.row for one in again)) for name in _makers(row)}
    names |= {one.was.actor_id for one in again if one.was.actor_kind == ActorKind.USER}
    ids_asked = [int(name) for name in names if name.isdecimal() and len(name) < 10]
    users = list(User.objects.filter(pk__in=ids_asked, is_active=True, is_staff=True).order_by("pk"))
    look_up_places(users)
    return {str(user.pk): user for user in users}


def _makers(row: Conflict) -> set[str]:
    sides = (row.facts.get("left", {}), row.facts.get("right", {}))
    return {str(side["owner_id"]) for side in sides if side.get("owner_id")}


def _of_new(rows: Sequence[Conflict], people: Mapping[str, User]) -> list[News]:
    news = []
    for name, user in people.items():
        own = [row for row in rows if name in _makers(row) and _may_hear(user, row)]
        if len(own) > MOST_SINGLE:
            news.append(_many(own, user))
        else:
            news += [_news(row, f"New collision: {row.sentence}", [user]) for row in own]
    return news


def _reopened(one: Again, people: Mapping[str, User]) -> News:
    row = one.row
    wanted = _makers(row) | ({one.was.actor_id} if one.was.actor_kind == ActorKind.USER else set())
    users = [people[name] for name in sorted(wanted & people.keys()) if _may_hear(people[name], row)]
    return _news(row, f"Accepted, and more than that now: {one.why} {row.sentence}", users)


def _may_hear(user: User, row: Conflict) -> bool:
    """Who works in single areas hears of what lies there on both sides."""
    actor = as_actor(user)
    if not actor.may(READS):
        return False
    if actor.places is None:
        return True
    limit = Limit(actor.places)
    sides = [one for one in (row.left_campaign, row.right_campaign) if one is not None]
    return bool(sides) and all(limit.sees(one.places) for one in sides)


def _news(row: Conflict, text: str, users: Sequence[User]) -> News:
    return News(
        kind=Notification.Kind.ALERT,
        text=text,
        details=row.sentence,
        path=page_of(row.public_id),
        users=users,
    )


def _many(rows: Sequence[Conflict], user: User) -> News:
    said = f"{words.count(len(rows), 'new collision')} of your promotions. The worst: {rows[0].sentence}"
    details = "\n".join(row.sentence for row in rows)
    return News(kind=Notification.Kind.ALERT, text=said, details=details, path=page_of(), users=[user])


def page_of(conflict_id: str = "") -> str:
    """Where people see it, among the others."""
    page = reverse("admin:calendar_conflicts")
    return f"{page}?conflict={conflict_id}" if conflict_id else page
