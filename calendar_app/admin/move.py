"""The dialog that asks before a bar of the calendar is moved: other dates, and what they would do.

One address, for a button, a dropped bar and a fix alike: `?campaign=5&edge=both&by=3d`, or
`?tier=7&starts_at=…&ends_at=…`; with `seen`, the dates that the page showed, which may be old. A page of its
own, or with the header `X-Calendar` the inside of a dialog. Nothing is changed before it is confirmed (POST).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods

from calendar_app import shifting
from calendar_app.admin import move_words
from calendar_app.admin.move_form import MoveForm
from calendar_app.services import move_previews, moving
from calendar_app.services.move_previews import Outcome
from calendar_app.services.moving import Target, Wish
from calendar_app.shifting import Edge, Shift
from core import project, undo, words
from core.admin.base import htmx_redirect, sentence, staff_actor
from core.errors import DomainError, InvalidPayload, NotFound
from core.instants import format_instant
from promotions.models import Campaign

FRAGMENT: Final = "X-Calendar"


def urls() -> list[URLPattern]:
    return [path("calendar/move/", admin.site.admin_view(page), name="calendar_move")]


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    if not admin.site._registry[Campaign].has_view_permission(request):
        raise PermissionDenied
    asked = {name: str(value) for name, value in (*request.GET.items(), *request.POST.items())}
    if request.method == "POST" and not staff_actor(request).gets_to("campaigns.modify"):
        raise PermissionDenied
    if not (asked.get("campaign") or asked.get("tier")):
        return HttpResponseRedirect(calendar_url())
    target = _target(asked)
    try:
        form, wish = _wish(asked, target)
    except InvalidPayload as refusal:
        return _refused(request, target, refusal)
    if request.method == "POST" and wish is not None:
        return _moved(request, target, wish, asked)
    return _shown(request, target, form, wish)


def url_of(target: Target, starts_at: datetime | None, ends_at: datetime | None, *, seen: str = "") -> str:
    """The address that offers these dates."""
    name, _, pk = target.key.partition(":")
    query = {
        name: pk,
        "starts_at": format_instant(starts_at) if starts_at else "",
        "ends_at": format_instant(ends_at) if ends_at else "",
        **({"seen": seen} if seen else {}),
    }
    return reverse("admin:calendar_move", query=query)


def _target(asked: Mapping[str, str]) -> Target:
    """:raises Http404: it is not there, or not for this person."""
    found = {name: asked.get(name, "") for name in ("campaign", "tier")}
    keys = {f"{name}_id": int(key) for name, key in found.items() if key.isdecimal() and len(key) < 19}
    if len(keys) != 1:
        raise Http404
    try:
        return moving.target_of(**keys)
    except NotFound:
        raise Http404 from None


def _wish(asked: Mapping[str, str], target: Target) -> tuple[MoveForm, Wish | None]:
    """The form with the dates that are asked for, and what it says; None: what was typed is no date.

    :raises InvalidPayload: there is nothing to move that way.
    """
    if "starts_at" in asked or "ends_at" in asked:
        form = MoveForm(asked, target=target)
        return form, form.wish() if form.is_valid() else None
    dates = (target.starts_at, target.ends_at)
    if "by" in asked:
        try:
            edge, by = Edge(asked.get("edge", Edge.BOTH)), Shift.parse(asked["by"])
            dates = shifting.moved(dates, edge, by, project.current().zone)
        except (ValueError, OverflowError) as error:
            raise InvalidPayload(str(error)) from None
    form = MoveForm.of(dates, target=target, seen=asked.get("seen", ""))
    return form, form.wish() if form.is_valid() else None


def _shown(
    request: HttpRequest,
    target: Target,
    form: MoveForm,
    wish: Wish | None,
    refusal: DomainError | None = None,
) -> HttpResponse:
    now = timezone.now()
    found = None
    if wish is not None and (wish.starts_at, wish.ends_at) != (target.starts_at, target.ends_at):
        found = move_previews.preview(wish=wish, actor=staff_actor(request), now=now)
        refusal = refusal or found.refusal
    context = {
        "form": form,
        "target": target,
        "title": f"Move {target.name}",
        "was": words.period(target.starts_at, target.ends_at),
        "is_tier": target.tier is not None,
        "refusal": sentence(refusal) if refusal else "",
        "parts": move_words.parts(found, now) if found else [],
        "can_move": found is not None and found.outcome is not Outcome.REFUSED,
        "asks": found is not None and found.outcome is Outcome.ASKED,
        "who": move_words.who(found) if found else "",
        "back_url": calendar_url(),
    }
    return _answer(request, context)


def _refused(request: HttpRequest, target: Target, refusal: DomainError) -> HttpResponse:
    """There is nothing to be asked: only why not."""
    form = MoveForm.of((target.starts_at, target.ends_at), target=target)
    return _shown(request, target, form, None, refusal)


def _answer(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """A page that says no is a page like any other."""
    if _is_fragment(request):
        return render(request, "calendar_app/admin/move_dialog.html", context)
    whole = {**admin.site.each_context(request), **context}
    return TemplateResponse(request, "calendar_app/admin/move.html", whole)


def _moved(request: HttpRequest, target: Target, wish: Wish, asked: Mapping[str, str]) -> HttpResponse:
    before = (target.starts_at, target.ends_at)
    try:
        moving.move(wish=wish, actor=staff_actor(request), now=timezone.now())
    except DomainError as refusal:
        refusal.settle()
        if refusal.location:
            asks: str = format_html(
                '{}: nothing is moved yet. {} <a class="fanfare-link" href="{}">Open the request</a>',
                target.name,
                _waits_for(refusal),
                refusal.location,
            )
            return _done(request, asks, messages.WARNING)
        if "_form_submitted" in asked:
            return _done(request, f"{target.name}: {sentence(refusal)}", messages.ERROR)
        form = MoveForm.of((wish.starts_at, wish.ends_at), target=target, seen=wish.seen)
        return _shown(request, target, form, wish, refusal)
    moved = moving.target_of(campaign_id=wish.campaign_id, tier_id=wish.tier_id)
    back = url_of(moved, *before, seen=moved.seen)
    said = f"{target.name} now runs {words.period(wish.starts_at, wish.ends_at)}."
    return _done(request, said, messages.SUCCESS, back="" if "undone" in asked else f"{back}&undone=1")


def _waits_for(refusal: DomainError) -> str:
    request = getattr(refusal, "request", None)
    stages = request.stages if request is not None else []
    return f"It waits for {', then '.join(stage['name'] for stage in stages)}." if stages else ""


def _done(request: HttpRequest, said: str, level: int, *, back: str = "") -> HttpResponse:
    """Told by the calendar itself, or on top of the page that comes next."""
    if _is_fragment(request):
        context = {"said": said, "undo_url": back, "is_good": level != messages.ERROR}
        return render(request, "calendar_app/admin/move_done.html", context)
    messages.add_message(request, level, said, extra_tags=undo.by(back) if back else "")
    if "HX-Request" in request.headers:
        return htmx_redirect(request.headers.get("HX-Current-URL") or calendar_url())
    return HttpResponseRedirect(calendar_url())


def _is_fragment(request: HttpRequest) -> bool:
    return FRAGMENT in request.headers


def calendar_url() -> str:
    return reverse("admin:calendar")
