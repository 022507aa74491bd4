"""What a click on a bar opens: what it is, when, for whom, what it may cost, what gets into its way.

The inside of the panel; asked for without the script it is a page of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from approvals.selectors import requests as known_requests
from calendar_app import standing
from calendar_app.admin.calendar import clashes, marks
from calendar_app.admin.calendar.bars import request_url
from calendar_app.standing import OVER
from core import project, words
from core.selectors import areas
from engine.validity import effective
from promotions import engine_input
from promotions.admin import budget_panels, stop_banners
from promotions.models import Budget, Campaign, PromotionTier
from promotions.previews import plans
from promotions.previews.promise import promise
from promotions.words import STATE_COLOURS, campaign_state, tier_state

_MOST_TIERS: Final = 20
_MOST_ZONES: Final = 3


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What the panel is about: a campaign, or one of its tiers."""

    key: str
    name: str
    kind: str
    state: str
    sentence: str
    row: Any
    campaign: Campaign
    move: str
    page_url: str


def urls() -> list[URLPattern]:
    view = admin.site.admin_view
    return [
        path("calendar/campaign/<int:object_id>/", view(campaign), name="calendar_campaign"),
        path("calendar/tier/<int:object_id>/", view(tier), name="calendar_tier"),
    ]


@require_safe
def campaign(request: HttpRequest, object_id: int) -> HttpResponse:
    refuse_strangers(request)
    row = Campaign.objects.filter(pk=object_id, deleted_at=None).select_related("category").first()
    if row is None:
        raise Http404
    now = timezone.now()
    subject = Subject(
        key=f"campaign:{row.pk}",
        name=row.name,
        kind=row.get_campaign_type_display(),
        state=campaign_state(row, now),
        sentence=promise(plans.of_campaign(row)),
        row=row,
        campaign=row,
        move=f"campaign={row.pk}",
        page_url=reverse("admin:promotions_campaign_change", args=[row.pk]),
    )
    return _panel(request, subject, now)


@require_safe
def tier(request: HttpRequest, object_id: int) -> HttpResponse:
    refuse_strangers(request)
    rows = PromotionTier.objects.filter(pk=object_id, deleted_at=None, campaign__deleted_at=None)
    row = rows.select_related("campaign__category", "category").first()
    if row is None:
        raise Http404
    now = timezone.now()
    subject = Subject(
        key=f"tier:{row.pk}",
        name=row.name,
        kind=gettext("Promotion tier of %(campaign)s") % {"campaign": row.campaign.name},
        state=tier_state(row, now),
        sentence=promise((plans.of_tier(row),)),
        row=row,
        campaign=row.campaign,
        move=f"tier={row.pk}",
        page_url=reverse("admin:promotions_promotiontier_change", args=[row.pk]),
    )
    return _panel(request, subject, now)


def refuse_strangers(request: HttpRequest) -> None:
    """The calendar is open to whoever sees campaigns.

    :raises PermissionDenied:
    """
    if not _sees(request, Campaign):
        raise PermissionDenied


def may_change(request: HttpRequest) -> bool:
    return admin.site._registry[Campaign].has_change_permission(request)


def may_create(request: HttpRequest) -> bool:
    return admin.site._registry[Campaign].has_add_permission(request)


def _sees(request: HttpRequest, model: Any) -> bool:
    found = admin.site._registry.get(model)
    return found is not None and found.has_view_permission(request)


def _panel(request: HttpRequest, subject: Subject, now: datetime) -> HttpResponse:
    """Only the inside for the script, which says so in its request."""
    settings = project.current()
    row, parent = subject.row, subject.campaign
    validity = engine_input.validity(row)
    if row is not parent:
        validity = effective(
            own=validity, parent=engine_input.validity(parent), published_at=None, zone=settings.zone
        )
    found = [clash for clash in clashes.of_campaign(parent.pk) if row is parent or subject.key in clash.keys]
    is_part = request.headers.get("X-Requested-With") == "fetch"
    is_movable = may_change(request) and standing.of(subject.state) not in OVER
    context = {
        "subject": subject,
        "state": words.label(subject.state, STATE_COLOURS[subject.state]),
        "dates": marks.period(validity.starts_at, validity.ends_at),
        "rhythm": marks.rhythm(validity),
        "window": marks.next_window(validity, settings.zone, now),
        "elsewhere": _elsewhere(parent, validity.starts_at, validity.ends_at),
        "category": row.category.name if row.category else "",
        "clashes": [clash for clash in found if not clash.is_small],
        "small_clashes": [clash for clash in found if clash.is_small],
        "waiting": _waiting(parent),
        "budgets": _budgets(request, parent, now),
        "tiers": _tiers(parent, now) if row is parent else [],
        "move": subject.move if is_movable else "",
        "performance_url": reverse("admin:insights_performance", args=[parent.pk]),
        "calendar_url": reverse("admin:calendar", query=_where(subject, validity.starts_at, settings.zone)),
    }
    if is_part:
        return TemplateResponse(request, "calendar_app/details.html", context)
    whole = {**admin.site.each_context(request), **context, "title": subject.name}
    return TemplateResponse(request, "calendar_app/details_page.html", whole)


def _where(subject: Subject, starts_at: datetime | None, zone: Any) -> dict[str, str]:
    """The calendar with it in sight."""
    found = {"focus": f"campaign:{subject.campaign.pk}"}
    if starts_at is not None:
        found["on"] = starts_at.astimezone(zone).date().isoformat()
    return found


def _elsewhere(row: Campaign, starts_at: datetime | None, ends_at: datetime | None) -> list[str]:
    """Where it applies, by whose clocks, and what stops it."""
    said = [stop_banners.on_campaign(row)]
    if row.places:
        said.append(
            gettext("It applies %(places)s, by the clocks there.") % {"places": areas.spoken(row.places)}
        )
    for zone in areas.zones_of(row.places)[:_MOST_ZONES]:
        for text, at in (
            (gettext("It starts %(when)s."), starts_at),
            (gettext("It ends %(when)s."), ends_at),
        ):
            both = words.when(at, zone)
            if both != words.when(at):
                said.append(text % {"when": both})
    return [one for one in said if one]


def _waiting(row: Campaign) -> list[tuple[str, str, str]]:
    return [
        (one.title, request_url(one.pk), words.when(one.effective_at) if one.effective_at else "")
        for one in known_requests.open_about("campaign", row.public_id)
    ]


def _budgets(request: HttpRequest, row: Campaign, now: datetime) -> list[tuple[str, ...]]:
    """Name, state and use of each, as on its page; nothing for who may not see budgets."""
    if not _sees(request, Budget):
        return []
    return [tuple(cells) for cells in budget_panels.of_campaign(row, now).rows]


def _tiers(row: Campaign, now: datetime) -> list[tuple[str, str, str]]:
    found = PromotionTier.objects.filter(campaign=row, deleted_at=None).order_by("hierarchy", "pk")
    rows: list[tuple[str, str, str]] = []
    for one in found[:_MOST_TIERS]:
        one.campaign = row
        state = tier_state(one, now)
        label = words.label(state, STATE_COLOURS[state])
        rows.append((one.name, reverse("admin:calendar_tier", args=[one.pk]), label))
    return rows
