"""The page "Points liability": what is owed in points, how it came about month by month, and the journal.

Its address holds the whole question, so that it can be sent as a link.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from core import project
from core.admin.base import staff_actor, staff_allows
from integrations.services import exports
from loyalty import journal
from loyalty.admin import finance_chart, finance_words
from loyalty.selectors import finance, forecast, worth
from loyalty.selectors.finance import Month
from loyalty.worth import Worth
from promotions.models import Campaign

MOST_MONTHS: Final = 60
_USUAL_MONTHS: Final = 12
_DAY: Final = timedelta(days=1)
_READ, _EXPORT, _MODIFY = "finance.read", "finance.export", "finance.modify"


def urls() -> list[URLPattern]:
    view = admin.site.admin_view
    return [
        path("finance/points/", view(page), name="loyalty_finance"),
        path("finance/points/journal/", view(write_journal), name="loyalty_finance_journal"),
    ]


def page(request: HttpRequest) -> HttpResponse:
    if not staff_allows(request.user, _READ):
        raise PermissionDenied
    now = timezone.now()
    today = project.day_of(now)
    programmes = list(finance.programmes())
    form = _form(request.GET, programmes, today)
    question = _question(form, programmes, today)
    return TemplateResponse(
        request,
        "loyalty/admin/finance.html",
        {
            **admin.site.each_context(request),
            **_figures(request, question, today),
            "title": gettext("Points liability"),
            "form": form,
            "has_programmes": bool(programmes),
            "journal_url": reverse("admin:loyalty_finance_journal"),
            "may_export": staff_allows(request.user, _EXPORT),
        },
    )


def write_journal(request: HttpRequest) -> HttpResponse:
    """Have the journal of these months written, and go to where the file will be."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if not staff_allows(request.user, _EXPORT):
        raise PermissionDenied
    now = timezone.now()
    today = project.day_of(now)
    programmes = list(finance.programmes())
    question = _question(_form(request.POST, programmes, today), programmes, today)
    before, after = question.first - _DAY, (question.last + 31 * _DAY).replace(day=1)
    days = {"$after": [before.isoformat()], "$before": [after.isoformat()]}
    export = exports.request(
        exported_object=journal.NAME,
        parameters={"order": "date", "filters": {"date": {"conditions": days}}},
        scope={} if question.programme is None else {"programme_id": question.programme.public_id},
        actor=staff_actor(request),
        now=now,
    )
    return HttpResponseRedirect(reverse("admin:integrations_export_change", args=[export.pk]))


class QuestionForm(forms.Form):
    """Without parameters it is a good question, too: all programmes, the last twelve months."""

    programme = forms.ChoiceField(label=_("Programme"), required=False, widget=UnfoldAdminSelectWidget)
    first = forms.ChoiceField(label=_("From"), widget=UnfoldAdminSelectWidget)
    last = forms.ChoiceField(label=_("To"), widget=UnfoldAdminSelectWidget)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.errors and given["last"] < given["first"]:
            self.add_error("last", gettext("The last month lies before the first."))
        return given


@dataclass(frozen=True, kw_only=True)
class Question:
    """The months from that of `first` to that of `last`; no `programme`: all of them."""

    programme: Campaign | None
    shown: Sequence[Campaign]
    first: date
    last: date


def _form(query: QueryDict, programmes: Sequence[Campaign], today: date) -> QuestionForm:
    months = _months_before(today, MOST_MONTHS)
    usual = {"first": f"{months[-_USUAL_MONTHS]:%Y-%m}", "last": f"{today:%Y-%m}"}
    given = {**usual, **{name: query[name] for name in ("programme", "first", "last") if name in query}}
    form = QuestionForm(given)
    choices = [(f"{month:%Y-%m}", date_format(month, "F Y")) for month in reversed(months)]
    fields: dict[str, Any] = form.fields
    fields["first"].choices = fields["last"].choices = choices
    fields["programme"].choices = [
        ("", gettext("All programmes")),
        *((str(one.pk), finance_words.name(one)) for one in programmes),
    ]
    return form


def _months_before(today: date, number: int) -> list[date]:
    """So many months up to the running one."""
    so_far = today.year * 12 + today.month - number
    return finance.months(date(so_far // 12, so_far % 12 + 1, 1), today)


def _question(form: QuestionForm, programmes: Sequence[Campaign], today: date) -> Question:
    """The question of the form; where its answers do not fit, the usual one."""
    chosen, first, last = None, _months_before(today, _USUAL_MONTHS)[0], today.replace(day=1)
    if form.is_valid():
        given = form.cleaned_data
        chosen = next((one for one in programmes if str(one.pk) == given["programme"]), None)
        first, last = (date.fromisoformat(f"{given[name]}-01") for name in ("first", "last"))
    return Question(
        programme=chosen, shown=programmes if chosen is None else [chosen], first=first, last=last
    )


def _figures(request: HttpRequest, question: Question, today: date) -> dict[str, Any]:
    pks = [programme.pk for programme in question.shown]
    if not pks:
        return {}
    courses, worths = finance.course(pks, question.first, question.last), worth.of(pks)
    held, ended = finance.outstanding(pks), finance.breakage(pks, today)
    months = finance.together(courses.values())
    is_current = question.last == today.replace(day=1)
    return {
        "facts": finance_words.facts(held, ended, worths, question.shown),
        "proof": finance_words.proof(months[-1], held) if is_current else None,
        "chart": finance_chart.chart(months),
        "table": finance_words.table(months, _amounts(courses, worths)),
        "endings": finance_words.endings(forecast.forecast(pks, today=today)),
        "programmes": []
        if question.programme
        else finance_words.programmes(question.shown, held, ended, worths),
        "worth": finance_words.worth_of(
            question.programme, worths, may_say=staff_allows(request.user, _MODIFY)
        )
        if question.programme
        else None,
    }


def _amounts(courses: Mapping[int, Sequence[Month]], worths: Mapping[int, Worth]) -> list[int | None]:
    """What each month's closing is worth, of all programmes together; None: of some points nobody knows."""
    return [
        _amount(dict(zip(courses, (month.closing for month in months), strict=True)), worths)
        for months in zip(*courses.values(), strict=True)
    ]


def _amount(closings: Mapping[int, int], worths: Mapping[int, Worth]) -> int | None:
    if any(points and pk not in worths for pk, points in closings.items()):
        return None
    return sum(worths[pk].of(points) for pk, points in closings.items() if pk in worths)
