"""The page "What would this order earn?": for a basket, or why a stored order earned so much, or nothing.

The question stands in the address, so that an answer can be sent as a link. Nothing is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone

from commerce.models import Order
from core import words
from core.admin.base import sentence
from core.errors import DomainError
from loyalty import programme_words, statement_words
from loyalty.admin import rows
from loyalty.admin.forms.estimate import EstimateForm
from loyalty.admin.programme_panels import names_of
from loyalty.models import Earning, LoyaltyCard
from loyalty.selectors import estimates
from promotions.models import Campaign

_HEADERS: Final = ("Earning rule", "Points", "Why")
_ASKS: Final = ("order", "item", "amount", "customer")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What one programme says; `rows` are its rules."""

    title: str
    rows: Sequence[Sequence[Any]] = ()
    headers: Sequence[str] = _HEADERS
    note: str = ""
    is_good: bool = False


def urls() -> list[URLPattern]:
    return [path("loyalty/estimate/", admin.site.admin_view(page), name="loyalty_estimate")]


def page(request: HttpRequest) -> HttpResponse:
    """GET with the question in its parameters; without any the empty form."""
    if not admin.site._registry[LoyaltyCard].has_view_permission(request):
        raise PermissionDenied
    is_asked = "asked" in request.GET or bool(request.GET.get("order", "").strip())
    form = EstimateForm(request.GET or None)
    answers: list[Answer] = []
    if is_asked and form.is_valid():
        order = form.cleaned_data["order"]
        if order is not None:
            answers += _earned(order)
        answers += _estimated(form, timezone.now())
    return TemplateResponse(
        request,
        "loyalty/admin/estimate.html",
        {
            **admin.site.each_context(request),
            "title": "What would this order earn?",
            "form": form,
            "show_errors": is_asked,
            "is_asked": is_asked,
            "answers": answers,
        },
    )


def _earned(order: Order) -> list[Answer]:
    """What it really earned, card by card."""
    found = Earning.objects.filter(order=order.pk)
    related = ("rule__segment", "rule__campaign", "card__voucher", "order")
    earned = list(found.select_related(*related).order_by("pk"))
    if not earned:
        return [Answer(title=f"Order {order} earned no points.", note=_never(order))]
    names = names_of([row.rule for row in earned])
    total = sum(row.points for row in earned)
    back = sum(row.reversed_points for row in earned)
    said = f"{programme_words.points(back)} of them were taken back." if back else ""
    return [
        Answer(
            title=f"Order {order} earned {programme_words.points(total)}. {said}".strip(),
            is_good=True,
            headers=("Programme and card", "Points", "Why so many"),
            rows=[
                (
                    rows.lines([rows.programme_link(row.rule.campaign), rows.member_link(row.card)]),
                    rows.signed(row.points),
                    rows.lines([programme_words.trigger(row.rule, names), statement_words.basis(row)]),
                )
                for row in earned
            ],
        )
    ]


def _never(order: Order) -> str:
    paid = (Order.Status.PAID, Order.Status.FULFILLED)
    if order.status not in paid:
        return f"Points are given when an order is paid; this one is {order.get_status_display().lower()}."
    return "Below is what each rule says of it today."


def _estimated(form: EstimateForm, now: datetime) -> list[Answer]:
    """What the rules say today."""
    chosen = form.cleaned_data["programme"]
    return [_said(programme, form, now) for programme in ([chosen] if chosen else estimates.running(now))]


def _said(programme: Campaign, form: EstimateForm, now: datetime) -> Answer:
    order = form.cleaned_data["order"]
    customer = form.cleaned_data["customer"].partition(":")[2]
    try:
        found = estimates.of(
            programme,
            order=order if order is not None else form.spec(),
            customer=customer or None,
            now=now,
        )
    except DomainError as refusal:
        return Answer(title=f"{programme.name}: nothing.", note=sentence(refusal))
    names = names_of([one.rule for one in found.rules])
    said = "it would earn" if order is None else "today it would earn"
    return Answer(
        title=f"{programme.name}: {said} {programme_words.points(found.points)}.",
        is_good=found.points > 0,
        rows=[
            (
                rows.rule_link(one.rule, programme_words.trigger(one.rule, names)),
                rows.signed(one.points) if one.points else words.NOTHING,
                one.why or programme_words.ratio(one.rule.loyalty, names),
            )
            for one in found.rules
        ],
    )
