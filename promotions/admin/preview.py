"""The preview beside the wizard, and on the pages of campaigns and tiers. Nothing is written.

A fragment: `?wizard=…&step=…` with the open step's form posted along, `?campaign=12`, or `?tier=34`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from core import project
from core.admin.pages import Panel
from core.errors import NotFound
from promotions import extras
from promotions.admin import preview_words
from promotions.models import Campaign, PromotionTier
from promotions.previews import plans
from promotions.previews.proposal import Proposal
from promotions.previews.report import EFFECT, Preview, preview

_TEMPLATE = "promotions/admin/preview/preview.html"


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    proposals, missing = _asked(request)
    found = preview(proposals, settings=project.current(), now=timezone.now())
    told = context(found, missing=missing, has_steps="wizard" in request.GET)
    told["extras"] = extra_parts(found, request)
    return render(request, _TEMPLATE, told)


def url(**question: Any) -> str:
    """`url(campaign=12)`, `url(tier=34)`: for the box on their pages."""
    ((name, key),) = question.items()
    return f"{reverse('admin:promotions_preview')}?{name}={key}"


def panel(**question: Any) -> Panel:
    """The tab on the page of a campaign or tier; it is made when somebody opens it."""
    return Panel(key="preview", title="Preview", content_url=url(**question))


def urls() -> list[URLPattern]:
    return [path("promotions/preview/", admin.site.admin_view(page), name="promotions_preview")]


def extra_parts(found: Preview, request: HttpRequest) -> list[str]:
    """What floors above say about it, as safe HTML."""
    parts = (
        one.render(found.extras[one.key], request) for one in extras.previews() if one.key in found.extras
    )
    return [part for part in parts if part]


def context(found: Preview, *, missing: Sequence[str] = (), has_steps: bool = False) -> dict[str, Any]:
    said_better = {key for one in extras.previews() if one.key in found.extras for key in one.replaces}
    rows = [row for row in preview_words.guard_rows(found.guards) if row.key not in said_better]
    return {
        "preview": found,
        "missing": missing,
        "has_steps": has_steps,
        "guards": [row for row in rows if not row.is_note],
        "notes": [row for row in rows if row.is_note],
        "tiers": preview_words.tier_rows(found),
        "effect": preview_words.effect_lines(found.price_effect, found.lasts),
        "effect_source": "" if EFFECT in found.left_out else preview_words.effect_source(found.price_effect),
        "audience": preview_words.audience_lines(found.audience),
    }


def _asked(request: HttpRequest) -> tuple[tuple[Proposal, ...], Sequence[str]]:
    """What is previewed, and what a draft still lacks.

    :raises Http404, PermissionDenied: it is not there, or not for this person.
    """
    if not admin.site._registry[Campaign].has_view_permission(request):
        raise PermissionDenied
    if ref := request.GET.get("wizard", ""):
        return _of_wizard(request, ref)
    if key := request.GET.get("tier", ""):
        tier = _row(request, PromotionTier, key)
        return (plans.of_tier(tier),), ()
    if key := request.GET.get("campaign", ""):
        return plans.of_campaign(_row(request, Campaign, key)), ()
    return (), ()


def _of_wizard(request: HttpRequest, ref: str) -> tuple[tuple[Proposal, ...], Sequence[str]]:
    from promotions.admin.wizard import answers, works

    work = works.work_of(request, ref)
    given = works.answers_with(work, request.GET.get("step", ""), request.POST)
    try:
        return plans.of_plan(replace(work, answers=given).plan(), campaign=work.campaign), ()
    except answers.Incomplete as incomplete:
        return (), list(incomplete.missing.values())
    except NotFound as gone:
        return (), [gone.details or gone.message]


def _row(request: HttpRequest, model: type[Any], key: str) -> Any:
    page = admin.site._registry[model]
    if not page.has_view_permission(request):
        raise PermissionDenied
    row = page.get_object(request, key) if key.isdigit() else None
    if row is None:
        raise Http404
    return row
