"""The tab "Statement" of a member: the ledger as a bank shows it, by kind and days, also as a file."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminSelectWidget

from commerce.admin.rows import order_link
from core import words
from integrations.csv_text import CsvBuffer, text
from loyalty import programme_words, statement_words
from loyalty.admin import rows
from loyalty.models import LoyaltyCard, PointsTransaction
from loyalty.selectors import member_lines
from loyalty.selectors.member_lines import About, Question

SHOWN: Final = 50
MOST_IN_A_FILE: Final = 10_000
_HEADERS: Final = ("Date", "What", "Points", "Balance")


class QuestionForm(forms.Form):
    about = forms.ChoiceField(
        required=False,
        label="Show",
        choices=[("", "Everything"), *About.choices],
        widget=UnfoldAdminSelectWidget,
    )
    first = forms.DateField(required=False, label="From", widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(required=False, label="To", widget=forms.DateInput(attrs={"type": "date"}))

    def question(self) -> Question:
        """What was understood of it."""
        given = self.cleaned_data if self.is_valid() else getattr(self, "cleaned_data", {})
        return Question(about=given.get("about", ""), first=given.get("first"), last=given.get("last"))


class StatementMixin:
    """Two addresses of a member: the inside of the tab, and the file."""

    def statement_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        card = self._member(request, object_id)
        form = QuestionForm(request.GET)
        question = form.question()
        found = member_lines.lines(card.pk, question)
        before = request.GET.get("before", "")
        if before.isdecimal() and len(before) < 19:
            found = found.filter(pk__lt=int(before))
        shown = list(found[: SHOWN + 1])
        page, more = shown[:SHOWN], len(shown) > SHOWN
        query = request.GET.copy()
        query.pop("before", None)
        file_url = reverse("admin:loyalty_loyaltycard_statement_csv", args=[card.pk])
        context = {
            "form": form,
            "headers": _HEADERS,
            "rows": [_row(line) for line in page],
            "older": f"?{_with(query, before=page[-1].pk)}" if more else "",
            "is_older": bool(before),
            "newest": f"?{query.urlencode()}",
            "is_asked": any(query.values()),
            "file_url": f"{file_url}?{query.urlencode()}",
            "url": request.path,
        }
        return TemplateResponse(request, "loyalty/admin/statement.html", context)

    def statement_csv_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """What the tab shows, as a file: so many lines at most."""
        card = self._member(request, object_id)
        found = member_lines.lines(card.pk, QuestionForm(request.GET).question())
        return HttpResponse(
            _file(found[:MOST_IN_A_FILE]),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="statement-{card.voucher.public_id}.csv"'},
        )

    def _member(self, request: HttpRequest, object_id: int) -> LoyaltyCard:
        card: LoyaltyCard = self.found(request, str(object_id))  # type: ignore[attr-defined]
        if not self.has_view_permission(request, card):  # type: ignore[attr-defined]
            raise PermissionDenied
        return card


def _with(query: Any, **values: Any) -> str:
    changed = query.copy()
    for name, value in values.items():
        changed[name] = str(value)
    return str(changed.urlencode())


def _row(line: PointsTransaction) -> tuple[Any, ...]:
    said = statement_words.say(line)
    return (
        _date(line.day, line),
        rows.lines([_what(said), *([said.why] if said.why else [])]),
        rows.signed(line.amount),
        format_html('<span class="fanfare-number">{}</span>', words.number(line.balance)),
    )


def _date(day: date, line: PointsTransaction) -> SafeString:
    return format_html('<span title="{}">{}</span>', words.when(line.created_at), programme_words.day(day))


def _what(said: statement_words.Said) -> SafeString | str:
    if said.order is not None:
        return format_html("{} {}", said.what, order_link(said.order))
    if said.code:
        return format_html('{} <span class="fanfare-code">{}</span>', said.what, said.code)
    return said.what


def _file(lines: Iterable[PointsTransaction]) -> bytes:
    file = CsvBuffer()
    file.write(("id", "date", "instant", "type", "what", "points", "balance"))
    for line in lines:
        said = statement_words.say(line).text
        cells = (line.public_id, line.day, line.created_at, line.type, said, line.amount, line.balance)
        file.write([text(cell) for cell in cells])
    return file.take()
