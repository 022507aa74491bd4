"""The list of requests: whose turn it is, as tabs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db.models import F, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.timesince import timesince
from unfold.contrib.filters.admin import DropdownFilter, FieldTextFilter
from unfold.views import ChangeList

from approvals import registry
from approvals.models import ApprovalRequest
from approvals.selectors import inbox
from approvals.selectors.inbox import Inbox
from core import words

TAB: Final = "tab"
QUEUE: Final = "queue"
_TABS: Final[Mapping[str, str]] = {
    QUEUE: "My queue",
    "waiting": "Waiting for others",
    "decided": "Decided",
    "all": "All",
}
# What an empty tab says.
_EMPTY: Final[Mapping[str, tuple[str, str]]] = {
    QUEUE: (
        "Nothing waits for you",
        "Requests that you may decide appear here, and you are told about them.",
    ),
    "waiting": ("You wait for nobody", "Your own open requests appear here, and those that you approved."),
    "decided": ("Nothing was decided yet", "What was carried out, rejected or withdrawn appears here."),
    "all": (
        "No approval requests yet",
        "Whatever somebody may not do alone becomes a request: nothing changes before it is approved.",
    ),
}
_COLOURS: Final[Mapping[str, str]] = {
    ApprovalRequest.State.PENDING: "info",
    ApprovalRequest.State.CHANGES_REQUESTED: "warning",
    ApprovalRequest.State.STALE: "warning",
    ApprovalRequest.State.APPROVED: "primary",
    ApprovalRequest.State.APPLIED: "success",
    ApprovalRequest.State.REJECTED: "danger",
}


class InboxList(ChangeList):  # type: ignore[misc]
    """One tab of the list."""

    def get_filters_params(self, params: Any = None) -> Any:
        found = super().get_filters_params(params)
        found.pop(TAB, None)
        return found

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        self.empty_title, self.empty_hint = _EMPTY[tab_of(request)]
        self.root_queryset = inbox.rows().filter(condition(request))
        return super().get_queryset(request, exclude_parameters)  # type: ignore[no-any-return]


def inbox_of(request: HttpRequest) -> Inbox:
    """Worked out once for each page."""
    if not hasattr(request, "_inbox"):
        request._inbox = inbox.of(request.user, timezone.now())  # type: ignore[attr-defined]
    return request._inbox  # type: ignore[attr-defined, no-any-return]


def number_waiting(request: HttpRequest) -> int:
    """How many requests this person may decide now; counted once for each page."""
    if not hasattr(request, "_number_waiting"):
        mine = inbox.rows().filter(inbox_of(request).mine)
        request._number_waiting = mine.count()  # type: ignore[attr-defined]
    return request._number_waiting  # type: ignore[attr-defined, no-any-return]


def tab_of(request: HttpRequest) -> str:
    found = request.GET.get(TAB, "")
    return found if found in _TABS else QUEUE


def condition(request: HttpRequest) -> Q:
    match tab_of(request):
        case "waiting":
            return inbox_of(request).waiting
        case "decided":
            return inbox_of(request).decided
        case "all":
            return Q()
    return inbox_of(request).mine


def ordering(request: HttpRequest) -> tuple[Any, ...]:
    """What is due first comes first where somebody waits; else the newest."""
    match tab_of(request):
        case "decided":
            return ("-updated_at", "-pk")
        case "all":
            return ("-created_at", "-pk")
    return (F("due_at").asc(nulls_last=True), "created_at", "pk")


def tabs(request: HttpRequest) -> list[dict[str, Any]]:
    numbers = {
        QUEUE: number_waiting(request),
        "waiting": inbox.rows().filter(inbox_of(request).waiting).count(),
    }
    here = tab_of(request)
    return [
        {"title": title, "url": f"?{TAB}={key}", "number": numbers.get(key), "is_here": key == here}
        for key, title in _TABS.items()
    ]


def list_url() -> str:
    return reverse("admin:approvals_approvalrequest_changelist")


def state_label(request: ApprovalRequest) -> str:
    text = "Carried out, emergency" if request.is_emergency and request.applied_at else ""
    return words.label(
        text or _SHORT.get(request.state, request.get_state_display()), _COLOURS.get(request.state, "")
    )


_SHORT: Final[Mapping[str, str]] = {
    ApprovalRequest.State.PENDING: "Waiting",
    ApprovalRequest.State.APPROVED: "Approved, scheduled",
}


UNDECIDED: Final = (ApprovalRequest.State.PENDING, ApprovalRequest.State.STALE)


def stage_words(request: Any) -> str:
    """Finance, 1 of 2; with more stages behind it: Category, 0 of 1 (stage 1 of 2)."""
    if request.state not in UNDECIDED:
        return words.NOTHING
    if request.stage >= len(request.stages):
        return words.NOTHING
    stage = request.stages[request.stage]
    said = f"{stage['name']}, {request.said_yes} of {stage['needed']}"
    if len(request.stages) == 1:
        return said
    return f"{said} (stage {request.stage + 1} of {len(request.stages)})"


def title(request: Any) -> str:
    """A link, and how many others about the same thing are open."""
    url = reverse("admin:approvals_approvalrequest_change", args=[request.pk])
    link = format_html('<a class="fanfare-link approval-title" href="{}">{}</a>', url, request.title)
    if not request.related:
        return link
    others = words.count(request.related, "other request", "other requests")
    about = f"{list_url()}?{TAB}=all&target_type={request.target_type}&target_id={request.target_id}"
    return format_html(
        '{}<a class="approval-related" href="{}">{} about the same {}</a>',
        link,
        about,
        others,
        request.target_type.replace("_", " "),
    )


def since(instant: datetime | None, now: datetime) -> str:
    """3 days; under an hour in minutes."""
    return timesince(instant, now, depth=1) if instant else words.NOTHING


def due(request: ApprovalRequest, now: datetime) -> str:
    """Until somebody has decided."""
    if request.due_at is None or request.state not in UNDECIDED:
        return words.NOTHING
    if request.due_at <= now:
        return words.label(f"Overdue by {since(request.due_at, now)}", "danger")
    return f"due in {timesince(now, request.due_at, depth=1)}"


class OperationFilter(DropdownFilter):  # type: ignore[misc]
    title = "operation"
    parameter_name = "operation"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(one.name, one.label) for one in sorted(registry.operations(), key=lambda one: one.label)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(operation=self.value()) if self.value() else queryset


class RequesterFilter(FieldTextFilter):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = "who asked"
