"""Who is told what when something happens to a request."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.contrib.auth.models import User

from approvals.models import ApprovalRequest, Comment, Decision, Notification
from approvals.selectors import people
from approvals.services import notifications
from core import project, words
from core.actors import ActorKind
from core.models import OutboxEvent
from core.staff import staff_allows

_Kind = Notification.Kind
_WANT_A_DECISION: Final = (_Kind.ASKED, _Kind.REMINDED, _Kind.ESCALATED)


@dataclass(frozen=True, kw_only=True)
class Happened:
    """One event of a request: `who` did it, `actor_id` is his key if he is a person."""

    event: OutboxEvent
    request: ApprovalRequest
    who: str
    actor_id: str
    now: datetime

    def tell(
        self, kind: Notification.Kind, text: str, users: Iterable[Any], *, always_mail: bool = False
    ) -> None:
        """Nobody is told what he did himself."""
        others = [user for user in users if str(user.pk) != self.actor_id]
        notifications.write(
            request=self.request, kind=kind, text=text, users=others, now=self.now, always_mail=always_mail
        )

    @property
    def requester(self) -> list[User]:
        if self.request.requester_kind != ActorKind.USER:
            return []
        return _people([self.request.requester_id])


def tell(*, event: OutboxEvent, now: datetime) -> None:
    """Write the notifications of one event. It may come late: who decides, the request says as it is now."""
    request = ApprovalRequest.objects.filter(public_id=event.entity_id).first()
    if request is None:
        return
    who, actor_id = _actor(event)
    happened = Happened(event=event, request=request, who=who, actor_id=actor_id, now=now)
    with words.speaking_for(project.current()):
        _TOLD[event.name](happened)
    _settle(request, now)


def _ask(happened: Happened, text: str, more: Iterable[User] = ()) -> None:
    """Those who may decide now and did not yet are asked, once for each stage of each revision."""
    request = happened.request
    stage = people.stage_of(request)
    if request.state != ApprovalRequest.State.PENDING or stage is None:
        return
    again = f" (revision {request.revision})" if request.revision > 1 else ""
    said = notifications.shortened(f"{text}{again}. Stage: {stage.name}")
    known = Notification.objects.filter(request=request, kind=_Kind.ASKED, text=said)
    skipped = {*known.values_list("user_id", flat=True), *_spoken(request)}
    asked = [*people.deciders(request, happened.now), *more]
    happened.tell(_Kind.ASKED, said, [one for one in asked if one.pk not in skipped])


def _supporters(request: ApprovalRequest) -> list[User]:
    """Once one person called it an emergency: whoever may do so, too."""
    of_now = Decision.objects.filter(request=request, revision=request.revision)
    if not of_now.filter(verdict=Decision.Verdict.EMERGENCY).exists():
        return []
    staff = User.objects.filter(is_active=True, is_staff=True).prefetch_related("groups").order_by("pk")
    taken = (request.requester_id, request.last_editor_id)
    return [one for one in staff if str(one.pk) not in taken and staff_allows(one, "approvals.decide")]


def _settle(request: ApprovalRequest, now: datetime) -> None:
    """Who need not decide any more need not be told so."""
    open_rows = Notification.objects.filter(request=request, kind__in=_WANT_A_DECISION, read_at=None)
    if not open_rows.exists():
        return
    asked: set[int] = set()
    if request.state == ApprovalRequest.State.PENDING:
        asked = {user.pk for user in [*people.deciders(request, now), *_supporters(request)]}
    open_rows.exclude(user_id__in=asked - _spoken(request)).update(read_at=now)


def _created(happened: Happened) -> None:
    _ask(happened, f"{happened.request.requester_label} asks for a decision: {happened.request.title}")


def _updated(happened: Happened) -> None:
    _ask(happened, f"{happened.who} proposed anew: {happened.request.title}")


def _stage_approved(happened: Happened) -> None:
    request = happened.request
    stage = people.stage_of(request)
    waits = f" It waits for: {stage.name}." if stage else ""
    happened.tell(_Kind.DECIDED, f"{happened.who} approved {request.title}.{waits}", happened.requester)
    _ask(happened, f"{request.requester_label} asks for a decision: {request.title}")


def _emergency(happened: Happened) -> None:
    text = f"{happened.who} calls it an emergency, one more person is needed: {happened.request.title}"
    _ask(happened, text, _supporters(happened.request))


def _approved(happened: Happened) -> None:
    """What is carried out at once is told then."""
    request = happened.request
    if request.effective_at is not None:
        text = (
            f"{happened.who} approved {request.title}. It takes effect on {words.when(request.effective_at)}."
        )
        happened.tell(_Kind.DECIDED, text, happened.requester)


def _changes_requested(happened: Happened) -> None:
    text = f"{happened.who} asks for changes of {happened.request.title}{_because(happened)}"
    happened.tell(_Kind.DECIDED, text, happened.requester, always_mail=True)


def _rejected(happened: Happened) -> None:
    text = f"{happened.who} rejected {happened.request.title}{_because(happened)}"
    happened.tell(_Kind.DECIDED, text, happened.requester)


def _withdrawn(happened: Happened) -> None:
    happened.tell(_Kind.DECIDED, f"{happened.who} cancelled {happened.request.title}.", happened.requester)


def _scheduled(happened: Happened) -> None:
    at = happened.request.effective_at
    when = f"on {words.when(at)}" if at else "as soon as it is approved"
    text = f"{happened.who} set when {happened.request.title} takes effect: {when}."
    happened.tell(_Kind.DECIDED, text, happened.requester)


def _outdated(happened: Happened) -> None:
    text = f"{happened.request.title} is out of date: what it is about was changed. Bring it up to date."
    happened.tell(_Kind.FAILED, text, happened.requester)


def _failed(happened: Happened) -> None:
    request = happened.request
    text = f"{request.title} could not be carried out: {request.error}"
    happened.tell(_Kind.FAILED, text, happened.requester)
    _ask(happened, f"It could not be carried out and waits again: {request.title}")


def _applied(happened: Happened) -> None:
    request = happened.request
    happened.tell(_Kind.APPLIED, f"{request.title} was approved and has taken effect.", happened.requester)
    if request.is_emergency:
        said = _spoken(request)
        passed_over = [user for user in _of_all_stages(request) if user.pk not in said]
        names = " and ".join(_labels(request))
        happened.tell(
            _Kind.APPLIED, f"In an emergency, without you: {names} approved {request.title}.", passed_over
        )


def _commented(happened: Happened) -> None:
    request, payload = happened.request, happened.event.payload
    comment = Comment.objects.filter(public_id=payload.get("comment_id", "")).first()
    if comment is None:
        return
    named = _people(comment.mentions)
    text = f"{happened.who} mentioned you in {request.title}: {comment.text}"
    happened.tell(_Kind.MENTIONED, text, named)
    part = {request.requester_id} if request.requester_kind == ActorKind.USER else set()
    for rows in (request.decisions, request.comments):
        part.update(rows.filter(actor_kind=ActorKind.USER).values_list("actor_id", flat=True))
    others = [user for user in _people(part) if user not in named]
    happened.tell(_Kind.COMMENTED, f"{happened.who} wrote about {request.title}: {comment.text}", others)


def _reminded(happened: Happened) -> None:
    due = happened.request.due_at
    until = f" It is due on {words.when(due)}." if due else ""
    text = f"A decision is wanted: {happened.request.title}.{until}"
    happened.tell(_Kind.REMINDED, text, _people(happened.event.payload.get("users", [])))


def _escalated(happened: Happened) -> None:
    text = f"A decision is overdue: {happened.request.title}."
    happened.tell(_Kind.ESCALATED, text, _people(happened.event.payload.get("users", [])))


_TOLD: Final[Mapping[str, Callable[[Happened], None]]] = {
    "approval_request.created": _created,
    "approval_request.updated": _updated,
    "approval_request.stage_approved": _stage_approved,
    "approval_request.emergency_supported": _emergency,
    "approval_request.approved": _approved,
    "approval_request.changes_requested": _changes_requested,
    "approval_request.rejected": _rejected,
    "approval_request.withdrawn": _withdrawn,
    "approval_request.scheduled": _scheduled,
    "approval_request.outdated": _outdated,
    "approval_request.failed": _failed,
    "approval_request.applied": _applied,
    "approval_request.commented": _commented,
    "approval_request.reminded": _reminded,
    "approval_request.escalated": _escalated,
}
EVENTS: Final = tuple(_TOLD)


def _actor(event: OutboxEvent) -> tuple[str, str]:
    """What people call whoever did it, and his key if he is a person."""
    if event.actor_kind == ActorKind.USER:
        user = next(iter(_people([event.actor_id], all_of_them=True)), None)
        return (user.get_full_name() or user.get_username() if user else "Somebody"), event.actor_id
    return ("An API key" if event.actor_kind == ActorKind.API_KEY else "The system"), ""


def _people(keys: Iterable[Any], *, all_of_them: bool = False) -> list[User]:
    """Those who may still enter the admin, by their keys."""
    pks = [int(key) for key in keys if str(key).isdecimal()]
    found = User.objects.filter(pk__in=pks).order_by("pk")
    return list(found if all_of_them else found.filter(is_active=True, is_staff=True))


def _spoken(request: ApprovalRequest) -> set[int]:
    of_now = request.decisions.filter(revision=request.revision, actor_kind=ActorKind.USER)
    return {int(key) for key in of_now.values_list("actor_id", flat=True)}


def _because(happened: Happened) -> str:
    """The words of the last decision."""
    last = happened.request.decisions.filter(actor_id=happened.event.actor_id).order_by("-pk").first()
    return f": {last.comment}" if last and last.comment else "."


def _labels(request: ApprovalRequest) -> list[str]:
    of_now = request.decisions.filter(revision=request.revision, verdict=Decision.Verdict.EMERGENCY)
    return list(of_now.order_by("pk").values_list("actor_label", flat=True))


def _of_all_stages(request: ApprovalRequest) -> list[User]:
    groups = [stage["group"] for stage in request.stages if stage["group"]]
    staff = User.objects.filter(is_active=True, is_staff=True, groups__name__in=groups)
    return [user for user in staff.distinct().order_by("pk") if str(user.pk) != request.requester_id]
