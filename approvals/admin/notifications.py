"""What a person was told, and what he wants to be told. Everybody has only his own."""

from __future__ import annotations

from typing import Final

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from approvals.models import Notification
from approvals.selectors import notifications as known
from approvals.selectors.notifications import Wishes
from approvals.services import notifications
from core import words
from core.admin.base import sentence, staff_actor, staff_role
from core.errors import DomainError

_PER_PAGE: Final = 30
_COLOURS: Final = {
    Notification.Kind.ASKED: "info",
    Notification.Kind.MENTIONED: "primary",
    Notification.Kind.REMINDED: "warning",
    Notification.Kind.ESCALATED: "danger",
    Notification.Kind.FAILED: "danger",
    Notification.Kind.APPLIED: "success",
    Notification.Kind.ALERT: "danger",
    Notification.Kind.ALERT_OVER: "success",
}
_SHORT: Final = {
    Notification.Kind.ASKED: "Decision wanted",
    Notification.Kind.DECIDED: "Decided",
    Notification.Kind.COMMENTED: "Comment",
    Notification.Kind.MENTIONED: "Mention",
    Notification.Kind.REMINDED: "Due",
    Notification.Kind.ESCALATED: "Overdue",
    Notification.Kind.APPLIED: "In effect",
    Notification.Kind.FAILED: "Failed",
    Notification.Kind.ALERT: "Alert",
    Notification.Kind.ALERT_OVER: "Over",
}


def urls() -> list[URLPattern]:
    """For the admin site: everybody with a role has them."""
    guarded = admin.site.admin_view
    return [
        path("notifications/", guarded(page), name="notifications"),
        path("notifications/read/", guarded(require_POST(read_all)), name="notifications_read"),
        path("notifications/settings/", guarded(choose), name="notification_settings"),
        path(
            "notifications/<int:object_id>/open/", guarded(require_POST(open_one)), name="notification_open"
        ),
    ]


def unread(request: HttpRequest) -> int:
    """Counted once for each page."""
    if not hasattr(request, "_unread"):
        request._unread = known.unread(request.user)  # type: ignore[attr-defined]
    return request._unread  # type: ignore[attr-defined, no-any-return]


def page(request: HttpRequest) -> HttpResponse:
    _ask_for_role(request)
    only_unread = "unread" in request.GET
    rows = known.shown_to(request.user)
    shown = Paginator(rows.filter(read_at=None) if only_unread else rows, _PER_PAGE).get_page(
        request.GET.get("p")
    )
    context = {
        **admin.site.each_context(request),
        "title": "Notifications",
        "page": shown,
        "only_unread": only_unread,
        "unread": unread(request),
        "rows": [
            {
                "row": row,
                "label": words.label(
                    _SHORT[Notification.Kind(row.kind)], _COLOURS.get(Notification.Kind(row.kind), "")
                ),
                "at": words.when(row.created_at),
            }
            for row in shown
        ],
    }
    return TemplateResponse(request, "approvals/admin/notifications.html", context)


def open_one(request: HttpRequest, object_id: int) -> HttpResponse:
    """Read it, and go to its request, or to the page that it names."""
    row = Notification.objects.filter(pk=object_id, user_id=_user_id(request)).first()
    if row is None:
        raise Http404
    notifications.read(user_id=_user_id(request), now=timezone.now(), notification_id=row.pk)
    if row.request_id is None:
        return HttpResponseRedirect(row.path)
    return HttpResponseRedirect(reverse("admin:approvals_approvalrequest_change", args=[row.request_id]))


def read_all(request: HttpRequest) -> HttpResponse:
    _ask_for_role(request)
    notifications.read(user_id=_user_id(request), now=timezone.now())
    return HttpResponseRedirect(reverse("admin:notifications"))


def choose(request: HttpRequest) -> HttpResponse:
    """Which kinds by e-mail, and which here."""
    _ask_for_role(request)
    if request.method == "POST":
        try:
            notifications.choose(
                user_id=_user_id(request),
                by_mail=request.POST.getlist("by_mail"),
                in_app=request.POST.getlist("in_app"),
                actor=staff_actor(request),
                now=timezone.now(),
            )
        except DomainError as error:
            messages.error(request, sentence(error))
        else:
            messages.success(request, "Kept.")
        return HttpResponseRedirect(reverse("admin:notification_settings"))
    wishes = known.wishes_of([_user_id(request)]).get(_user_id(request), Wishes())
    context = {
        **admin.site.each_context(request),
        "title": "What you are told",
        "kinds": [
            (value, label, value in wishes.in_app, value in wishes.by_mail)
            for value, label in Notification.Kind.choices
        ],
        "address": getattr(request.user, "email", ""),
    }
    return TemplateResponse(request, "approvals/admin/notification_settings.html", context)


def _ask_for_role(request: HttpRequest) -> None:
    if staff_role(request.user) is None:
        raise PermissionDenied


def _user_id(request: HttpRequest) -> int:
    return int(request.user.pk or 0)
