"""The page of collisions, most expensive first; the page of one of them; and what people decide about them.

The address of the list holds the whole question, so that it can be sent as a link.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from calendar_app import conflict_words
from calendar_app.admin import conflict_cards, conflict_dialogs, conflict_fixes, conflict_question
from calendar_app.models import Conflict, ConflictDecision, RefreshProgress
from calendar_app.selectors import conflict_lists, conflicts
from calendar_app.selectors.conflict_lists import Wanted
from core import project, words
from core.admin.base import staff_allows
from core.admin.paging import LimitedPaginator
from core.staff import as_actor
from promotions.admin.seeing_buttons import CALENDAR
from promotions.models import Campaign

READ: Final = "calendar.read"
ACCEPT: Final = "calendar.accept"
LIST: Final = "admin:calendar_conflicts"
PER_PAGE: Final = 20
_MOST_OF_CAMPAIGN: Final = 10
_MOST_WINDOWS: Final = 31


def urls() -> list[URLPattern]:
    view = admin.site.admin_view
    at = "calendar/conflicts/"
    return [
        path(at, view(page), name="calendar_conflicts"),
        path("calendar/campaign/<int:object_id>/conflicts/", view(of_campaign), name="calendar_conflicts_of"),
        path(f"{at}accept/", view(conflict_dialogs.accept_many), name="calendar_conflicts_accept"),
        path(f"{at}<int:object_id>/", view(detail), name="calendar_conflict"),
        path(
            f"{at}<int:object_id>/accept/",
            view(conflict_dialogs.accept),
            name="calendar_conflict_accept",
        ),
        path(
            f"{at}<int:object_id>/reopen/",
            view(conflict_dialogs.reopen),
            name="calendar_conflict_reopen",
        ),
        path(f"{at}<int:object_id>/fix/", view(fix), name="calendar_conflict_fix"),
    ]


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """The list, or with `conflict` in the address (a wire id, as notifications link) that one."""
    conflict_dialogs.need(request, READ)
    if public_id := request.GET.get("conflict", ""):
        return _named(public_id)
    form = conflict_question.form_of(request.GET)
    wanted = conflict_question.read(form, request, project.current())
    paginator = LimitedPaginator(conflict_lists.listed(wanted), PER_PAGE)
    shown = paginator.get_page(request.GET.get("page"))
    is_asked = conflict_question.is_asked(form)
    context = {
        **admin.site.each_context(request),
        "title": gettext("Collisions"),
        "form": form,
        "cards": conflict_cards.cards(list(shown)),
        "page": shown,
        "pages": _pages(request.GET, shown),
        "number": words.count(paginator.count, "collision"),
        "is_asked": is_asked,
        "small": _small(request, wanted),
        "left_out": _left_out(),
        "empty": "" if paginator.count else _empty(form, is_asked),
        **_rights(request),
        "list_url": reverse(LIST),
        "calendar_url": reverse(CALENDAR),
        "here": request.get_full_path(),
        "kinds": [(text, conflict_words.meaning(kind)) for kind, text in conflict_words.KINDS.items()],
    }
    return TemplateResponse(request, "calendar_app/admin/conflicts.html", context)


@require_GET
def detail(request: HttpRequest, object_id: int) -> HttpResponse:
    """One collision, with its history."""
    conflict_dialogs.need(request, READ)
    conflict = _found(object_id)
    (card,) = conflict_cards.cards([conflict], windows=_MOST_WINDOWS)
    context = {
        **admin.site.each_context(request),
        "title": gettext("Collision: %(kind)s") % {"kind": card.kind},
        "card": card,
        "history": _history(conflict),
        **_rights(request),
        "list_url": reverse(LIST),
        "here": request.get_full_path(),
    }
    return TemplateResponse(request, "calendar_app/admin/conflict.html", context)


@require_GET
def of_campaign(request: HttpRequest, object_id: int) -> HttpResponse:
    """The inside of the panel on a campaign's page."""
    conflict_dialogs.need(request, READ)
    campaign = Campaign.objects.filter(pk=object_id, deleted_at=None).first()
    if campaign is None:
        raise Http404
    states = (Conflict.State.OPEN.value, Conflict.State.ACCEPTED.value)
    rows = list(
        conflict_lists.listed(
            Wanted(states=states, campaign_id=campaign.pk, severities=conflict_lists.CONSIDERABLE)
        )[: _MOST_OF_CAMPAIGN + 1]
    )
    everything = {"state": conflict_question.Which.ALL.value, "weight": conflict_question.Weight.ALL.value}
    query = {"campaign": f"campaign:{campaign.public_id}", **everything}
    context = {
        "campaign": campaign,
        "cards": conflict_cards.cards(rows[:_MOST_OF_CAMPAIGN]),
        "has_more": len(rows) > _MOST_OF_CAMPAIGN,
        "all_url": reverse(LIST, query=query),
        "calendar_url": reverse("admin:promotions_campaign_calendar", args=[campaign.pk]),
        **_rights(request),
        "here": f"{reverse('admin:promotions_campaign_change', args=[campaign.pk])}#collisions",
    }
    return TemplateResponse(request, "calendar_app/admin/conflicts_of.html", context)


@require_POST
def fix(request: HttpRequest, object_id: int) -> HttpResponse:
    """Begin the change that would end it, in the wizard; nothing of the campaign is changed yet.

    `place`: which of the fixes, from 0 on.
    """
    if not as_actor(request.user).gets_to("campaigns.modify"):
        raise PermissionDenied
    place = request.POST.get("place", "0")
    try:
        return HttpResponseRedirect(conflict_fixes.begun(request, _found(object_id), int(place)))
    except (LookupError, ValueError):
        raise Http404 from None


def _left_out() -> str:
    """That not everything was compared, where there is too much of it."""
    pairs = RefreshProgress.objects.values_list("left_out", flat=True).first()
    if not pairs:
        return ""
    return gettext(
        "%(pairs)s more pairs of campaigns may meet and were not compared: so many run at once that only "
        "those are looked at that give away most together."
    ) % {"pairs": f"{pairs:,}"}


def _rights(request: HttpRequest) -> dict[str, bool]:
    """Which buttons this person has."""
    return {
        "may_accept": staff_allows(request.user, ACCEPT),
        "may_fix": as_actor(request.user).gets_to("campaigns.modify"),
    }


def _found(object_id: int) -> Conflict:
    found = conflicts.listed().filter(pk=object_id).first()
    if found is None:
        raise Http404
    return found


def _named(public_id: str) -> HttpResponse:
    pk = Conflict.objects.filter(public_id=public_id).values_list("pk", flat=True).first()
    if pk is None:
        raise Http404
    return HttpResponseRedirect(reverse(conflict_cards.PAGE, args=[pk]))


def _small(request: HttpRequest, wanted: Wanted) -> tuple[str, str] | None:
    """How many small ones are left out of the list, and where they are; None: none are."""
    if wanted.severities != conflict_lists.CONSIDERABLE:
        return None
    number = conflict_lists.listed(replace(wanted, severities=conflict_lists.SMALL)).order_by().count()
    if not number:
        return None
    query = request.GET.copy()
    query["weight"] = conflict_question.Weight.ALL.value
    query.pop("page", None)
    return words.count(number, "small overlap"), f"?{query.urlencode()}"


def _pages(query: QueryDict, shown: Any) -> list[tuple[str, str]]:
    """The links to the pages before and after."""
    found = []
    for text, number in (
        (gettext("Before"), shown.previous_page_number() if shown.has_previous() else None),
        (gettext("Next"), shown.next_page_number() if shown.has_next() else None),
    ):
        if number is not None:
            asked = query.copy()
            asked["page"] = str(number)
            found.append((text, f"?{asked.urlencode()}"))
    return found


def _empty(form: conflict_question.QuestionForm, is_asked: bool) -> str:
    """What an empty list means."""
    if is_asked:
        return gettext("No collision is like that. Ask for less, or for another state.")
    match form.data.get("state"):
        case conflict_question.Which.ACCEPTED:
            return gettext("Nobody has accepted a collision yet.")
        case conflict_question.Which.GONE:
            return gettext("No collision has gone yet.")
    return gettext("No two promotions get in each other's way.")


def _history(conflict: Conflict) -> list[dict[str, str]]:
    """Newest first: found, accepted, reopened, gone."""
    steps = []
    if conflict.gone_at is not None:
        steps.append((conflict.gone_at, gettext("It is gone: they meet no more"), "", "success"))
    for one in conflicts.history_of(conflict):
        is_yes = one.verdict == ConflictDecision.Verdict.ACCEPTED
        said = gettext("Accepted by %(who)s") if is_yes else gettext("Reopened by %(who)s")
        steps.append((one.at, said % {"who": one.actor_label}, one.reason, "info" if is_yes else "warning"))
    steps.append((conflict.found_at, gettext("It was found"), "", ""))
    steps.sort(key=lambda step: step[0], reverse=True)
    return [
        {"at": words.when(at), "text": text, "reason": reason, "look": look}
        for at, text, reason, look in steps
    ]
