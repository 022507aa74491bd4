"""The discussion of a request and what happened to it, in one line of time."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.contrib.auth.models import User
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from approvals.models import ApprovalRequest, Decision
from core.actors import ActorKind

_AT: Final = re.compile(r"(@[\w@.+-]+)")
_TONES: Final = {
    Decision.Verdict.APPROVE: "good",
    Decision.Verdict.EMERGENCY: "good",
    Decision.Verdict.REJECT: "bad",
    Decision.Verdict.REQUEST_CHANGES: "warn",
}


@dataclass(frozen=True, kw_only=True)
class Entry:
    """`did` goes on after the name: "approved", "wrote"."""

    who: str
    did: str
    at: datetime
    text: str | SafeString = ""
    tone: str = ""


def entries(obj: ApprovalRequest, said: Iterable[Decision]) -> list[Entry]:
    """Oldest first."""
    comments = list(obj.comments.order_by("pk"))
    named = {key for one in comments for key in one.mentions}
    usernames = {
        name.lower() for name in User.objects.filter(pk__in=named).values_list("username", flat=True)
    }
    found = [
        Entry(
            who=one.actor_label,
            did="asked for this" if one.number == 1 else f"proposed it anew, as revision {one.number}",
            at=one.created_at,
        )
        for one in obj.revisions.order_by("number").only("number", "actor_label", "created_at")
    ]
    found += [_decided(one, obj.revision) for one in said]
    found += [
        Entry(who=one.actor_label, did="wrote", at=one.created_at, text=_with_mentions(one.text, usernames))
        for one in comments
    ]
    if obj.applied_at is not None:
        found.append(Entry(who="", did="It took effect", at=obj.applied_at, tone="good"))
    return sorted(found, key=lambda one: one.at)


def mentionable(obj: ApprovalRequest, left: Iterable[Any]) -> list[str]:
    """Whom one may want to name: those who decide now, those who took part."""
    part = set() if obj.requester_kind != ActorKind.USER else {obj.requester_id}
    for rows in (obj.decisions, obj.comments):
        part.update(rows.filter(actor_kind=ActorKind.USER).values_list("actor_id", flat=True))
    took_part = User.objects.filter(pk__in=[int(key) for key in part if key.isdecimal()], is_active=True)
    names = [*(user.get_username() for user in left), *took_part.values_list("username", flat=True)]
    return sorted(set(names))


def _decided(one: Decision, revision: int) -> Entry:
    did = {
        Decision.Verdict.APPROVE: "approved",
        Decision.Verdict.EMERGENCY: "approved in an emergency",
        Decision.Verdict.REJECT: "rejected",
        Decision.Verdict.REQUEST_CHANGES: "asked for changes",
    }[Decision.Verdict(one.verdict)]
    place = f", in place of {one.on_behalf_of}" if one.on_behalf_of else ""
    return Entry(
        who=one.actor_label,
        did=f"{did}{place}{f' (revision {one.revision})' if revision > 1 else ''}",
        at=one.created_at,
        text=one.comment,
        tone=_TONES[Decision.Verdict(one.verdict)],
    )


def _with_mentions(text: str, usernames: set[str]) -> SafeString:
    """The text, with the names of people who were told set off."""
    parts = []
    for part in _AT.split(text):
        name = part[1:].rstrip(".-+@").lower() if part.startswith("@") else ""
        if name and name in usernames:
            end = 1 + len(name)
            parts += [
                (format_html('<strong class="approval-mention">{}</strong>', part[:end]),),
                (part[end:],),
            ]
        else:
            parts.append((part,))
    return format_html_join("", "{}", parts)
