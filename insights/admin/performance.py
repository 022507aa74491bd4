"""The page of a campaign's performance: figures, courses and shares that follow what happens by themselves.

Its address holds the whole question, so that it can be sent as a link. Every ten seconds, while somebody
looks, the figures are fetched again (`live`); nothing is ever read from the redemptions themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext

from core import project, words
from core.models import ProjectSettings
from insights.admin import performance_charts, performance_figures, performance_question
from insights.admin.performance_figures import Before
from insights.admin.performance_question import Question
from insights.selectors import metrics
from integrations.csv_text import CsvBuffer, text
from promotions.admin import budget_panels
from promotions.models import Budget, Campaign
from promotions.selectors import budgets
from promotions.words import RUNNING, SCHEDULED, STATE_COLOURS, campaign_state

MOST_REFUSALS: Final = 8
MOST_BUDGETS: Final = 4


def urls() -> list[URLPattern]:
    view = admin.site.admin_view
    return [
        path("insights/performance/<int:object_id>/", view(page), name="insights_performance"),
        path("insights/performance/<int:object_id>/csv/", view(download), name="insights_performance_csv"),
    ]


def page(request: HttpRequest, object_id: int) -> HttpResponse:
    """The whole page, or with `live` in the address the part of it that follows what happens."""
    campaign, now, settings = _campaign(request, object_id), timezone.now(), project.current()
    form = performance_question.form_of(request.GET)
    question = performance_question.read(form, campaign, settings, now)
    context = {**_figures(request, question, settings, now), "live_url": _live_url(request)}
    if "live" in request.GET:
        return TemplateResponse(request, "insights/admin/performance_live.html", {**context, "is_live": True})
    return TemplateResponse(
        request,
        "insights/admin/performance.html",
        {
            **admin.site.each_context(request),
            **context,
            "title": gettext("%(campaign)s: performance") % {"campaign": campaign.name},
            "campaign_url": reverse("admin:promotions_campaign_change", args=[campaign.pk]),
            "form": form,
            "csv_url": reverse(
                "admin:insights_performance_csv", args=[campaign.pk], query=request.GET or None
            ),
        },
    )


def download(request: HttpRequest, object_id: int) -> HttpResponse:
    """The figures of each day, or hour, through each channel in each store, as CSV."""
    campaign, settings = _campaign(request, object_id), project.current()
    question = performance_question.read(
        performance_question.form_of(request.GET), campaign, settings, timezone.now()
    )
    buffer = CsvBuffer()
    for cells in _lines(question, settings):
        buffer.write(text(cell) for cell in cells)
    name = slugify(f"{campaign.name} {question.since:%Y-%m-%d}") or "performance"
    return HttpResponse(
        buffer.take(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


def _campaign(request: HttpRequest, pk: int) -> Campaign:
    if not _may_see(request, Campaign):
        raise PermissionDenied
    campaign = Campaign.objects.filter(pk=pk, deleted_at=None).first()
    if campaign is None:
        raise Http404
    return campaign


def _may_see(request: HttpRequest, model: Any) -> bool:
    found = admin.site._registry.get(model)
    return found is not None and found.has_view_permission(request)


def _figures(
    request: HttpRequest, question: Question, settings: ProjectSettings, now: datetime
) -> dict[str, Any]:
    campaign = question.campaign
    span: dict[str, Any] = {"campaign": campaign, "since": question.since, "until": question.until}
    by_time = metrics.by_hour if question.is_hourly else metrics.by_day
    before, points_before = None, []
    if (other := question.against) is not None:
        span_before: dict[str, Any] = {"campaign": other.campaign, "since": other.since, "until": other.until}
        before = Before(totals=metrics.totals(**span_before), label=other.label)
        points_before = by_time(**span_before)
    state = campaign_state(campaign, now)
    return {
        "campaign": campaign,
        "state": words.label(state, STATE_COLOURS[state]),
        "period_label": question.label,
        "tiles": performance_figures.tiles(campaign, metrics.totals(**span), before),
        "charts": performance_charts.charts(
            by_time(**span),
            points_before,
            "" if before is None else before.label,
            is_hourly=question.is_hourly,
        ),
        "channels": performance_figures.channels(metrics.by_channel(**span)),
        "stores": performance_figures.stores(metrics.by_store(**span)),
        "refusals": performance_figures.refusals(metrics.refusals(**span, most=MOST_REFUSALS)),
        "budgets": _budgets(campaign, settings, now) if _may_see(request, Budget) else [],
        "empty": "" if metrics.first_hour(campaign=campaign) else _what_is_missing(state),
        "why_url": reverse("admin:promotions_why"),
        "freshness": _freshness(now),
    }


def _budgets(campaign: Campaign, settings: ProjectSettings, now: datetime) -> list[tuple[str, str]]:
    rows = list(budgets.present().filter(campaigns=campaign).order_by("name", "pk")[:MOST_BUDGETS])
    fullest = budgets.fullest(rows, settings, now) if rows else {}
    return [
        (budget_panels.budget_link(budget), budget_panels.bar(budget, fullest[budget.pk].standing))
        for budget in rows
    ]


def _what_is_missing(state: str) -> str:
    """What has to happen before there is anything to see."""
    if state == RUNNING:
        return gettext(
            "Nobody has tried to use it yet. Give its codes to customers, or check with “Why?” that a basket "
            "gets the discount: what is redeemed appears here within seconds."
        )
    if state == SCHEDULED:
        return gettext(
            "It has not begun. From its first day on, what is redeemed appears here within seconds."
        )
    return gettext("Nobody has tried to use it. Once it runs, what is redeemed appears here within seconds.")


def _freshness(now: datetime) -> str:
    found = metrics.progress()
    if found.is_counting_history:
        return gettext("Past redemptions are still being counted: the figures grow for a few minutes.")
    lag = found.lag(now)
    if lag is None or lag.total_seconds() > _LATE_AFTER_SECONDS:
        at = words.when(found.counted_at)
        return gettext("Counted up to %(instant)s; the worker that counts is late.") % {"instant": at}
    return gettext("Counted within the last minute.")


_LATE_AFTER_SECONDS: Final = 90


def _live_url(request: HttpRequest) -> str:
    query = request.GET.copy()
    query["live"] = "1"
    return f"{request.path}?{query.urlencode()}"


_COLUMNS: Final = (
    "redemptions",
    "rollbacks",
    "refusals",
    "discount_amount",
    "gift_amount",
    "orders",
    "revenue_amount",
    "costed_orders",
    "costed_revenue_amount",
    "cost_amount",
    "new_customers",
    "returning_customers",
    "points_spent",
    "points_earned",
)


def _lines(question: Question, settings: ProjectSettings) -> Iterator[list[Any]]:
    """Amounts are in minor units, as in every file of the house."""
    yield ["hour" if question.is_hourly else "day", "channel", "store", *_COLUMNS]
    rows = metrics.by_time_and_place(
        campaign=question.campaign,
        since=question.since,
        until=question.until,
        is_hourly=question.is_hourly,
    )
    for at, channel, store, sums in rows:
        yield [
            at if question.is_hourly else at.astimezone(settings.zone).date(),
            channel,
            store,
            *(getattr(sums, name) for name in _COLUMNS),
        ]
