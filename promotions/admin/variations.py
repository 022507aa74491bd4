"""The page of a campaign's variations: all in one grid, made of a table, changed and launched together."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any, Final

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.forms import Media
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from approvals.models import OPEN, ApprovalRequest
from approvals.services import requests
from core import project, words
from core.admin.base import sentence, staff_actor, staff_allows
from core.errors import DomainError
from promotions import variation_table
from promotions.admin import variation_rows
from promotions.admin.forms.variations import ChangeForm, MultiplyForm, TableForm, sent_table, with_row
from promotions.approval_variations import TYPE
from promotions.models import Campaign
from promotions.selectors import variations as known
from promotions.selectors.variations import Planned, Planner
from promotions.services import variations
from promotions.services.variations import ChangeSpec
from promotions.variation_table import Column, Table, TableNotRead

PAGE: Final = "admin:promotions_campaign_variations"


def page(request: HttpRequest, object_id: int) -> HttpResponse:
    """GET: the grid. POST: what its buttons ask for."""
    if not staff_allows(request.user, "campaigns.read"):
        raise PermissionDenied
    parent = Campaign.objects.filter(pk=object_id, deleted_at=None).first()
    if parent is None:
        raise Http404
    if request.method != "POST":
        return _grid(request, parent)
    asked = next((name for name in _ANSWERS if name in request.POST), "")
    permission, answer = _ANSWERS.get(asked, ("campaigns.read", _grid))
    if not staff_allows(request.user, permission):
        raise PermissionDenied
    try:
        return answer(request, parent)
    except DomainError as refusal:
        refusal.settle()
        if refusal.location:
            messages.warning(request, sentence(refusal))
            return HttpResponseRedirect(refusal.location)
        messages.error(request, sentence(refusal))
        return _grid(request, parent)


def url(parent: Campaign) -> str:
    return reverse(PAGE, args=[parent.pk])


# The grid -------------------------------------------------------------------------------------------------
def _grid(
    request: HttpRequest,
    parent: Campaign,
    *,
    change: ChangeForm | None = None,
    multiply: MultiplyForm | None = None,
    table: TableForm | None = None,
) -> HttpResponse:
    may_change = staff_allows(request.user, "campaigns.modify")
    may_make = staff_allows(request.user, "campaigns.create")
    multiply = multiply or MultiplyForm(parent=parent)
    waiting = ApprovalRequest.objects.filter(target_type=TYPE, target_id=parent.public_id, state__in=OPEN)
    lines = variation_rows.of(parent, timezone.now())
    headings = variation_rows.headings(lines)
    context = {
        **_context(request, parent),
        "lines": [(line, [line.cells.get(heading, "") for heading in headings]) for line in lines],
        "headings": headings,
        "drafts": sum(line.is_draft for line in lines),
        "of_another": known.of_campaign(parent),
        "waiting": [(one, requests.page(one)) for one in waiting.order_by("pk")],
        "change": (change or ChangeForm()) if may_change and lines else None,
        "multiply": multiply if may_make else None,
        "table": (table or TableForm()) if may_make else None,
        "help": [(column.value, text) for column, text in variation_table.HELP.items()],
    }
    return TemplateResponse(request, "promotions/admin/variations.html", context)


def _change(request: HttpRequest, parent: Campaign) -> HttpResponse:
    form = ChangeForm(request.POST)
    if not form.is_valid():
        return _grid(request, parent, change=form)
    given, zone = form.cleaned_data, timezone.get_current_timezone()
    starts_on, ends_on = given["starts_on"], given["ends_on"]
    spec = ChangeSpec(
        campaign_ids=_chosen(request),
        discount=given["discount"] or None,
        starts_at=starts_on and datetime.combine(starts_on, time.min, zone),
        ends_at=ends_on and datetime.combine(ends_on + timedelta(days=1), time.min, zone),
    )
    changed = variations.change(
        parent_id=parent.pk, spec=spec, actor=staff_actor(request), now=timezone.now()
    )
    messages.success(request, f"{words.count(len(changed), 'variation is', 'variations are')} changed.")
    return HttpResponseRedirect(url(parent))


def _launch(request: HttpRequest, parent: Campaign) -> HttpResponse:
    launched = variations.launch(
        parent_id=parent.pk,
        campaign_ids=_chosen(request),
        actor=staff_actor(request),
        now=timezone.now(),
    )
    messages.success(request, f"{words.count(len(launched), 'variation is', 'variations are')} launched.")
    return HttpResponseRedirect(url(parent))


def _unlink(request: HttpRequest, parent: Campaign) -> HttpResponse:
    row = known.of(parent).filter(campaign__public_id=request.POST["_unlink"]).first()
    if row is None:
        raise Http404
    variations.unlink(campaign_id=row.campaign_id, actor=staff_actor(request), now=timezone.now())
    messages.success(request, f"{row.campaign} goes on alone.")
    return HttpResponseRedirect(url(parent))


def _chosen(request: HttpRequest) -> tuple[str, ...]:
    return tuple(request.POST.getlist("chosen"))


# The table ------------------------------------------------------------------------------------------------
def _multiply(request: HttpRequest, parent: Campaign) -> HttpResponse:
    form = MultiplyForm(request.POST, parent=parent)
    try:
        if form.is_valid():
            return _checked(request, parent, variation_table.multiplied(form.choices(), form.fixed()))
    except TableNotRead as error:
        form.add_error(None, str(error))
    return _grid(request, parent, multiply=form)


def _read(request: HttpRequest, parent: Campaign) -> HttpResponse:
    form = TableForm(request.POST, request.FILES)
    try:
        if form.is_valid():
            return _checked(request, parent, variation_table.parse(form.text()))
    except TableNotRead as error:
        form.add_error(None, str(error))
    return _grid(request, parent, table=form)


def _check(request: HttpRequest, parent: Campaign) -> HttpResponse:
    return _checked(request, parent, _sent(request))


def _add_row(request: HttpRequest, parent: Campaign) -> HttpResponse:
    return _checked(request, parent, with_row(_sent(request)), is_tried=False)


def _make(request: HttpRequest, parent: Campaign) -> HttpResponse:
    table = _sent(request)
    planned = _planner(parent).plan(table)
    rows = [one.row for one in planned if one.row is not None]
    if len(rows) < len(planned) or not rows:
        return _checked(request, parent, table)
    try:
        made = variations.make(parent_id=parent.pk, rows=rows, actor=staff_actor(request), now=timezone.now())
    except DomainError as refusal:
        messages.error(request, sentence(refusal))
        return _checked(request, parent, table)
    messages.success(request, f"{words.count(len(made), 'draft is', 'drafts are')} made. Launch them here.")
    return HttpResponseRedirect(url(parent))


def _sent(request: HttpRequest) -> Table:
    """:raises Http404: nothing that the page sends."""
    try:
        return sent_table(request.POST)
    except TableNotRead as error:
        raise Http404 from error


def _checked(request: HttpRequest, parent: Campaign, table: Table, *, is_tried: bool = True) -> HttpResponse:
    """Every row with what it would make, or what is wrong cell by cell."""
    planned = _planner(parent).plan(table)
    results = _results(request, parent, planned) if is_tried else [None] * len(planned)
    lines = [
        variation_rows.editable(table, number, row, one, result)
        for number, (row, one, result) in enumerate(zip(table.rows, planned, results, strict=True))
    ]
    wrong = sum(line.is_wrong for line in lines)
    context = {
        **_context(request, parent),
        "headings": table.headings,
        "help": {column.value: text for column, text in variation_table.HELP.items()},
        "metadata": [one for one in table.headings if variation_table.column_of(one) is None],
        "lines": lines,
        "wrong": wrong,
        "is_tried": is_tried,
        "may_make": is_tried and bool(lines) and not wrong,
        "name_column": Column.NAME.value,
    }
    return TemplateResponse(request, "promotions/admin/variation_table.html", context)


def _results(request: HttpRequest, parent: Campaign, planned: list[Planned]) -> list[Any]:
    """What came of the rows that can be tried, in their places."""
    tried = iter(
        variations.tried(
            parent_id=parent.pk,
            rows=[one.row for one in planned if one.row is not None],
            show=variation_rows.result,
            actor=staff_actor(request),
            now=timezone.now(),
        )
    )
    return [None if one.row is None else next(tried) for one in planned]


def _planner(parent: Campaign) -> Planner:
    return Planner(parent, project.current().zone)


def _context(request: HttpRequest, parent: Campaign) -> dict[str, Any]:
    return {
        **admin.site.each_context(request),
        "title": f"Variations of {parent.name}",
        "parent": parent,
        "parent_url": reverse("admin:promotions_campaign_change", args=[parent.pk]),
        "page_url": url(parent),
        "media": Media(css={"all": ("promotions/templates.css",)}),
    }


_ANSWERS: Final = {
    "_change": ("campaigns.modify", _change),
    "_launch": ("campaigns.modify", _launch),
    "_unlink": ("campaigns.modify", _unlink),
    "_multiply": ("campaigns.create", _multiply),
    "_read": ("campaigns.create", _read),
    "_check": ("campaigns.create", _check),
    "_add_row": ("campaigns.create", _add_row),
    "_make": ("campaigns.create", _make),
}
"""The button that was pressed -> the permission it needs, and the answer."""
