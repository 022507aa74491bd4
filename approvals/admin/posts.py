"""What the buttons of a request's page do: each reads its form and makes one call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from django import forms
from django.http import QueryDict

from approvals.models import ApprovalRequest, Decision
from approvals.selectors import mentions, options
from approvals.services import decisions, requests
from core import words
from core.actors import Actor
from core.errors import InvalidPayload, MissingPermission

_AT: Final = "at"
# What has to be said with everything but a plain yes.
_SAY: Final[Mapping[str, str]] = {
    Decision.Verdict.REJECT: "Say why.",
    Decision.Verdict.REQUEST_CHANGES: "Say what should be otherwise.",
    Decision.Verdict.EMERGENCY: "Say why this cannot wait.",
}
Post = Callable[[ApprovalRequest, QueryDict, Actor, datetime], str]


def _text() -> forms.CharField:
    return forms.CharField(required=False, max_length=requests.LONGEST_TEXT)


class DecisionForm(forms.Form):
    verdict = forms.ChoiceField(choices=Decision.Verdict.choices)
    revision = forms.IntegerField(min_value=1, max_value=2_000_000_000)
    comment = _text()

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        wanted = _SAY.get(given.get("verdict", ""))
        if wanted and given.get("comment") == "":
            self.add_error("comment", wanted)
        return given


class CommentForm(forms.Form):
    text = _text()


class ScheduleForm(forms.Form):
    when = forms.ChoiceField(choices=[("now", "At once"), (_AT, "At")])
    at = forms.DateTimeField(
        required=False, error_messages={"invalid": "Give a date and a time, such as 2026-12-01 09:00."}
    )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("when") == _AT and "at" in given and given["at"] is None:
            self.add_error("at", "Say when.")
        return given


class ReasonForm(forms.Form):
    reason = _text()


def decide(obj: ApprovalRequest, data: QueryDict, actor: Actor, now: datetime) -> str:
    given = read(DecisionForm, data)
    verdict = Decision.Verdict(given["verdict"])
    after = decisions.decide(
        request_id=obj.pk,
        verdict=verdict,
        revision=given["revision"],
        comment=given["comment"],
        actor=actor,
        now=now,
    )
    match after.state:
        case ApprovalRequest.State.APPLIED:
            return "Approved: the change has taken effect."
        case ApprovalRequest.State.APPROVED:
            return f"Approved: it takes effect on {words.when(after.effective_at)}."
        case ApprovalRequest.State.REJECTED:
            return "Rejected. Nothing was changed."
        case ApprovalRequest.State.CHANGES_REQUESTED:
            return f"{obj.requester_label} was asked for changes."
        case ApprovalRequest.State.STALE:
            return "You approved it, but what it is about was changed: it has to be brought up to date."
    if after.error:
        return f"You approved it, but it could not be carried out: {after.error}"
    if verdict == Decision.Verdict.EMERGENCY:
        return "Noted. One more person has to call it an emergency."
    return "Approved. It waits for others now."


def comment(obj: ApprovalRequest, data: QueryDict, actor: Actor, now: datetime) -> str:
    given = read(CommentForm, data)
    if not options.of(obj, actor, now).comment:
        raise MissingPermission("The right approvals.comment is needed.")
    named = [user.pk for user in mentions.people(given["text"])]
    requests.comment(request_id=obj.pk, text=given["text"], mentions=named, actor=actor, now=now)
    return "Said."


def withdraw(obj: ApprovalRequest, data: QueryDict, actor: Actor, now: datetime) -> str:
    requests.withdraw(request_id=obj.pk, actor=actor, now=now)
    return "Withdrawn. Nothing was changed."


def resubmit(obj: ApprovalRequest, data: QueryDict, actor: Actor, now: datetime) -> str:
    reason = read(ReasonForm, data)["reason"]
    after = requests.resubmit(request_id=obj.pk, reason=reason, actor=actor, now=now)
    return f"Proposed anew, as revision {after.revision}. It has to be approved from the first stage on."


def schedule(obj: ApprovalRequest, data: QueryDict, actor: Actor, now: datetime) -> str:
    given = read(ScheduleForm, data)
    at = given["at"] if given["when"] == _AT else None
    if at is not None and at <= now:
        raise InvalidPayload(f"At: {words.when(at)} is past. Name a time to come.")
    requests.schedule(request_id=obj.pk, effective_at=at, actor=actor, now=now)
    return f"It takes effect on {words.when(at)}, once approved." if at else "It takes effect once approved."


POSTS: Final[Mapping[str, Post]] = {
    "decide": decide,
    "comment": comment,
    "withdraw": withdraw,
    "resubmit": resubmit,
    "schedule": schedule,
}


def read(form_class: type[forms.Form], data: QueryDict) -> dict[str, Any]:
    """:raises InvalidPayload: the first thing that is wrong."""
    form = form_class(data)
    if form.is_valid():
        return form.cleaned_data
    name, errors = next(iter(form.errors.items()))
    raise InvalidPayload(f"{name.replace('_', ' ').capitalize()}: {errors[0]}")
