"""What people decide about a collision: it is meant to be so, or it is open again. Each asks for why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminTextareaWidget

from calendar_app.models import Conflict
from calendar_app.services import conflicts
from core import words
from core.admin.base import htmx_redirect, sentence, staff_actor, staff_allows
from core.errors import DomainError

ACCEPT: Final = "calendar.accept"
MOST_AT_ONCE: Final = 100
_DIALOG: Final = "unfold/helpers/dialog.html"


class ReasonForm(BaseDialogForm):
    reason = forms.CharField(
        label=_("Why"),
        max_length=1000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=_("Whoever reviews a change of these campaigns reads it, and so does the audit log."),
    )


def need(request: HttpRequest, permission: str) -> None:
    """:raises PermissionDenied: this person may not."""
    if not staff_allows(request.user, permission):
        raise PermissionDenied


@require_http_methods(["GET", "POST"])
def accept(request: HttpRequest, object_id: int) -> HttpResponse:
    need(request, ACCEPT)
    row = _found(object_id)

    def do(reason: str) -> str:
        conflicts.accept(
            conflict_id=row.pk,
            reason=reason,
            seen_terms=request.GET.get("seen", ""),
            actor=staff_actor(request),
            now=timezone.now(),
        )
        return gettext("Accepted. It is listed again if one of the two changes.")

    return _asked(
        request,
        do,
        title=gettext("Accept this collision?"),
        text=row.sentence,
        button=gettext("Accept"),
        url=_back(request, row),
    )


@require_http_methods(["GET", "POST"])
def reopen(request: HttpRequest, object_id: int) -> HttpResponse:
    need(request, ACCEPT)
    row = _found(object_id)

    def do(reason: str) -> str:
        conflicts.reopen(conflict_id=row.pk, reason=reason, actor=staff_actor(request), now=timezone.now())
        return gettext("It is open again.")

    return _asked(
        request,
        do,
        title=gettext("Open this collision again?"),
        text=row.sentence,
        button=gettext("Reopen"),
        url=_back(request, row),
    )


@require_http_methods(["GET", "POST"])
def accept_many(request: HttpRequest) -> HttpResponse:
    """`?chosen=1&chosen=2`: with one reason for all of them."""
    need(request, ACCEPT)
    keys = [int(key) for key in request.GET.getlist("chosen") if key.isascii() and key.isdecimal()]
    rows = list(Conflict.objects.filter(pk__in=keys[:MOST_AT_ONCE], state=Conflict.State.OPEN).order_by("pk"))

    def do(reason: str) -> str:
        actor, now = staff_actor(request), timezone.now()
        with transaction.atomic():
            for row in rows:
                conflicts.accept(conflict_id=row.pk, reason=reason, actor=actor, now=now)
        return gettext("%(number)s accepted.") % {"number": words.count(len(rows), "collision")}

    if not rows:
        return TemplateResponse(request, "calendar_app/admin/nothing_chosen.html", {})
    return _asked(
        request,
        do,
        title=gettext("Accept %(number)s?") % {"number": words.count(len(rows), "collision")},
        text=gettext("One reason holds for all of them. Each is listed again if one of its two changes."),
        button=gettext("Accept all"),
        url=_back(request, None),
    )


def _asked(
    request: HttpRequest, do: Callable[[str], str], *, title: str, text: str, button: str, url: str
) -> HttpResponse:
    """The dialog; once it is confirmed with a reason, what was said and the page behind it."""
    form = ReasonForm(data=request.POST or None, request=request)
    if request.method == "POST" and form.is_valid():
        try:
            messages.success(request, do(form.cleaned_data["reason"]))
        except DomainError as refusal:
            refusal.settle()
            form.add_error("reason", sentence(refusal))
        else:
            return htmx_redirect(url)
    context: dict[str, Any] = {
        "form": form,
        "dialog": {"title": title, "description": text},
        "form_submit_text": button,
    }
    return TemplateResponse(request, _DIALOG, context)


def _found(object_id: int) -> Conflict:
    row = Conflict.objects.filter(pk=object_id).first()
    if row is None:
        raise Http404
    return row


def _back(request: HttpRequest, row: Conflict | None) -> str:
    """Where the button was pressed, if that is a page of ours."""
    url = request.GET.get("back", "")
    if not url_has_allowed_host_and_scheme(url, allowed_hosts={request.get_host()}):
        page = "admin:calendar_conflicts" if row is None else "admin:calendar_conflict"
        return reverse(page, args=None if row is None else [row.pk])
    page, _hash, tab = url.partition("#")
    # To a tab of the page that is open a browser goes without loading it anew.
    return f"{page}?decided={row.pk}#{tab}" if tab and row is not None else url
