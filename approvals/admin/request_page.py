"""What the page of one request says: who asks for what, what would change, who said what, what is next."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from approvals import comparing, registry
from approvals.admin import inbox, thread
from approvals.comparing import MISSING
from approvals.models import ApprovalRequest, Decision
from approvals.selectors import options, people
from approvals.selectors import requests as known
from core import words
from core.admin.base import staff_actor

logger = logging.getLogger(__name__)

_State = ApprovalRequest.State
Verdict = Decision.Verdict
_MOST_NAMES: Final = 8


@dataclass(frozen=True, kw_only=True)
class Change:
    """A difference: in sentences where somebody registered words, and value by value."""

    sentences: list[str]
    values: list[tuple[str, str, str]]

    def __bool__(self) -> bool:
        return bool(self.sentences or self.values)


def context(request: HttpRequest, obj: ApprovalRequest, now: datetime) -> dict[str, Any]:
    may = options.of(obj, staff_actor(request), now)
    said = list(obj.decisions.order_by("pk"))
    of_now = [one for one in said if one.revision == obj.revision]
    asked = [] if obj.state != _State.PENDING else people.deciders(obj, now)
    left = [user for user in asked if str(user.pk) not in {one.actor_id for one in of_now}]
    is_queued = obj.is_open and known.queued_before(obj).exists()
    live = obj.base if is_queued or not obj.is_open else comparing.live_content(obj)
    return {
        "now": now,
        "may": may,
        "lead": _lead(obj),
        "asked": _asked(obj, now),
        "effect": _effect(obj),
        "state_label": inbox.state_label(obj),
        "due": inbox.due(obj, now) if obj.due_at and obj.state in inbox.UNDECIDED else "",
        "wished": next((one for one in reversed(of_now) if one.verdict == Verdict.REQUEST_CHANGES), None),
        "change": change(obj.target_type, obj.base, obj.proposal),
        "three_way": _three_way(obj, live),
        "meanwhile": registry.differences(obj.target_type, obj.base, live),
        "has_moved": live != obj.base and obj.state in {_State.PENDING, _State.CHANGES_REQUESTED},
        "is_gone": live is None and obj.base is not None,
        "is_queued": is_queued,
        "since": _since(request, obj, said),
        "panels": _panels(request, obj),
        "stages": _stages(obj, of_now, left),
        "nobody": obj.state == _State.PENDING and not left,
        "emergency": [one for one in of_now if one.verdict == Verdict.EMERGENCY],
        "thread": thread.entries(obj, said),
        "mentionable": thread.mentionable(obj, left),
        "related": _related(obj),
        "inbox_url": inbox.list_url(),
        "base_url": reverse("admin:approvals_approvalrequest_change", args=[obj.pk])[: -len("change/")],
    }


def change(target_type: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> Change:
    return Change(sentences=registry.differences(target_type, before, after), values=_values(before, after))


def _lead(obj: ApprovalRequest) -> str:
    """The title, which leads to what it is about, if that is there to be seen."""
    operation, _, label = obj.title.partition(": ")
    url = registry.page_of(obj.target_type, obj.target_id)
    return format_html("{}: {}", operation, words.link(label, url) if url and label else label)


def _asked(obj: ApprovalRequest, now: datetime) -> str:
    door = "over the API" if obj.requester.get("channel") == "API" else ""
    ago = f"{inbox.since(obj.created_at, now)} ago" if obj.is_open else ""
    more = ", ".join(part for part in (door, ago) if part)
    said = f"{obj.requester_label} asked for this on {words.when(obj.created_at)}"
    return f"{said} ({more})." if more else f"{said}."


def _effect(obj: ApprovalRequest) -> str:
    """When it takes effect, or that it did, or that it will not."""
    match obj.state:
        case _State.APPLIED:
            return f"It took effect on {words.when(obj.applied_at)}."
        case _State.REJECTED | _State.WITHDRAWN:
            return "Nothing was changed."
        case _State.APPROVED:
            return f"It is approved and takes effect on {words.when(obj.effective_at)}."
    if obj.effective_at is None:
        return "It takes effect as soon as the last stage has approved it."
    return f"Once approved, it takes effect on {words.when(obj.effective_at)}."


def _values(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> list[tuple[str, str, str]]:
    """Place, was, will be: all that differs."""
    if before is None or after is None:
        content = after if before is None else before
        shown = [(key, words.shown(value)) for key, value in (content or {}).items() if value not in _EMPTY]
        return [
            (
                _label((key,)),
                words.NOTHING if before is None else text,
                text if before is None else words.NOTHING,
            )
            for key, text in shown
        ]
    found = comparing.compare(before, before, after)
    return [(_label(one.path), _shown(one.base), _shown(one.proposal)) for one in found]


_EMPTY: Final[tuple[Any, ...]] = (None, "", [], {})


def _three_way(obj: ApprovalRequest, live: Mapping[str, Any] | None) -> list[tuple[str, ...]]:
    """Place, was, is now, proposed, who moved it: for what is not any more what was seen."""
    if not obj.is_open or live == obj.base or live is None or obj.base is None or obj.proposal is None:
        return []
    found = comparing.compare(obj.base, live, obj.proposal)
    return [
        (
            _label(one.path),
            _shown(one.base),
            _shown(one.live),
            _shown(one.proposal),
            comparing.SIDES[one.side],
            one.side.lower(),
        )
        for one in found
    ]


def _label(path: Iterable[str]) -> str:
    text = " › ".join(part.replace("_", " ") for part in path)
    return text[:1].upper() + text[1:]


def _shown(value: Any) -> str:
    return words.NOTHING if value is MISSING else words.shown(value)


def _since(request: HttpRequest, obj: ApprovalRequest, said: Iterable[Decision]) -> dict[str, Any] | None:
    """What was changed from the revision that this person decided about, or the one before, to this one."""
    if obj.revision == 1:
        return None
    me = str(request.user.pk)
    mine = [one.revision for one in said if one.actor_id == me and one.revision < obj.revision]
    wanted = request.GET.get("since", "")
    number = max(mine, default=obj.revision - 1)
    if wanted.isdecimal() and 1 <= int(wanted[:6]) < obj.revision:
        number = int(wanted)
    then, present = obj.revisions.filter(number__in=[number, obj.revision]).order_by("number")
    moved = change(obj.target_type, then.base, present.base)
    asked = change(obj.target_type, then.proposal, present.proposal)
    return {
        "number": number,
        "is_mine": number in mine,
        # What others changed in the meantime is in the proposal, too, but nobody asks for it.
        "change": Change(
            sentences=[one for one in asked.sentences if one not in moved.sentences],
            values=[one for one in asked.values if one not in moved.values],
        ),
        "moved": moved,
        "others": [one for one in range(1, obj.revision) if one != number],
    }


def _panels(request: HttpRequest, obj: ApprovalRequest) -> list[tuple[str, str]]:
    """A panel that fails says so: whoever decides must know that evidence is missing."""
    found = []
    for panel in registry.panels():
        try:
            text = panel.render(obj, request)
        except Exception:
            logger.exception("panel %s of request %s failed", panel.name, obj.public_id)
            text = format_html('<p class="approval-note">{}</p>', "This could not be worked out.")
        if text:
            found.append((panel.title, text))
    return found


def _stages(obj: ApprovalRequest, of_now: list[Decision], left: list[Any]) -> list[dict[str, Any]]:
    ended = obj.state in {_State.APPROVED, _State.APPLIED} or obj.stage >= len(obj.stages)
    names = [user.get_full_name() or user.get_username() for user in left]
    more = len(names) - _MOST_NAMES
    waits = ", ".join(names[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")
    found = []
    for number, stage in enumerate(obj.stages):
        spoken = [one for one in of_now if one.stage == number and one.verdict != Verdict.EMERGENCY]
        is_now = number == obj.stage and obj.state == _State.PENDING
        found.append(
            {
                "name": stage["name"],
                "needed": stage["needed"],
                "yes": sum(one.verdict == Verdict.APPROVE for one in spoken),
                "said": spoken,
                "is_done": ended or number < obj.stage,
                "is_now": is_now,
                "waits": waits if is_now else "",
            }
        )
    return found


def _related(obj: ApprovalRequest) -> list[tuple[str, str, str]]:
    """Other open requests about the same thing."""
    if not obj.target_id:
        return []
    others = known.open_about(obj.target_type, obj.target_id).exclude(pk=obj.pk)[:10]
    return [
        (
            words.link(one.title, reverse("admin:approvals_approvalrequest_change", args=[one.pk])),
            inbox.state_label(one),
            f"takes effect {words.when(one.effective_at)}" if one.effective_at else "",
        )
        for one in others
    ]
