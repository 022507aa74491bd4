"""Saved views: offered above the board, kept, deleted, and chosen to begin with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from calendar_app.admin.calendar import details, question
from calendar_app.admin.calendar.question import Question
from calendar_app.models import SavedView
from calendar_app.selectors import saved_views as known
from calendar_app.services import saved_views
from core.actors import Role
from core.admin.base import sentence, staff_actor
from core.errors import DomainError


@dataclass(frozen=True, kw_only=True)
class Offered:
    """`is_shown`: the page shows just this."""

    pk: int
    name: str
    url: str
    by: str
    is_shared: bool
    is_shown: bool
    begins: bool
    delete_url: str
    begin_url: str


def urls() -> list[URLPattern]:
    view = admin.site.admin_view
    return [
        path("calendar/views/", view(save), name="calendar_views"),
        path("calendar/views/<int:object_id>/delete/", view(delete), name="calendar_view_delete"),
        path("calendar/views/<int:object_id>/begin/", view(begin), name="calendar_view_begin"),
    ]


def context(request: HttpRequest, asked: Question) -> dict[str, Any]:
    starting = known.starting_with(_me(request))
    actor = staff_actor(request)
    shown = asked.savable
    offered = [
        _offered(row, asked, shown, starting, is_admin=actor.role == Role.ADMIN, me=_me(request))
        for row in known.offered_to(_me(request))
    ]
    return {
        "views": offered,
        "shown": next((one for one in offered if one.is_shown), None),
        "query": shown,
        "save_url": reverse("admin:calendar_views"),
        "begins": starting is not None,
    }


def _offered(
    row: SavedView, asked: Question, shown: str, starting: SavedView | None, *, is_admin: bool, me: int
) -> Offered:
    on = f"&on={asked.on.isoformat()}" if asked.on else ""
    is_own = row.owner_id == me
    return Offered(
        pk=row.pk,
        name=row.name,
        url=f"?{row.query}{on}",
        by="" if is_own else row.owner.get_full_name() or row.owner.get_username(),
        is_shared=row.is_shared,
        is_shown=row.query == shown,
        begins=starting is not None and starting.pk == row.pk,
        delete_url=reverse("admin:calendar_view_delete", args=[row.pk]) if is_own or is_admin else "",
        begin_url=reverse("admin:calendar_view_begin", args=[row.pk]),
    )


def _me(request: HttpRequest) -> int:
    return int(request.user.pk or 0)


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Only what a calendar asks is kept: the query is read and written anew."""
    asked = question.read(QueryDict(request.POST.get("query", "")[:4000]))
    name, is_shared = request.POST.get("name", ""), "is_shared" in request.POST

    def do() -> str:
        view = saved_views.save(
            name=name,
            query=asked.savable,
            is_shared=is_shared,
            actor=staff_actor(request),
            now=timezone.now(),
        )
        if "begins" in request.POST:
            saved_views.begin_with(view_id=view.pk, actor=staff_actor(request))
        return gettext("The view “%(name)s” is saved.") % {"name": view.name}

    return _done(request, do, asked.query)


@require_POST
def delete(request: HttpRequest, object_id: int) -> HttpResponse:
    def do() -> str:
        saved_views.delete(view_id=object_id, actor=staff_actor(request), now=timezone.now())
        return gettext("The view is deleted.")

    return _done(request, do, "")


@require_POST
def begin(request: HttpRequest, object_id: int) -> HttpResponse:
    """Begin with it; once more takes that back."""
    starting = known.starting_with(_me(request))
    chosen = None if starting is not None and starting.pk == object_id else object_id

    def do() -> str:
        saved_views.begin_with(view_id=chosen, actor=staff_actor(request))
        if chosen is None:
            return gettext("The calendar begins as for everybody again.")
        return gettext("The calendar begins with this view from now on.")

    return _done(request, do, "")


def _done(request: HttpRequest, do: Callable[[], str], query: str) -> HttpResponse:
    """Back to the calendar, with what came of it.

    :raises PermissionDenied: he does not see the calendar.
    """
    details.refuse_strangers(request)
    try:
        messages.success(request, do())
    except DomainError as error:
        messages.error(request, sentence(error))
    return HttpResponseRedirect(f"{reverse('admin:calendar')}{f'?{query}' if query else ''}")
