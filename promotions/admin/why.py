"""The page "Why?": why would a code be granted or refused, for any customer, basket and instant?

The question stands in the address, so that an answer can be sent as a link. Nothing is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from unfold.decorators import action

from core import words
from core.admin.base import sentence, staff_actor
from core.errors import DomainError
from promotions.admin import why_answer
from promotions.admin.forms.why import INSTANT_FORMAT, WhyForm
from promotions.models import Redemption, Voucher
from promotions.services import explanations

_QUESTIONS = ("codes", "offer", "offer-text")


def page(request: HttpRequest) -> HttpResponse:
    """GET with the question in its parameters; without any the empty form."""
    if not _may_see(request, Redemption):
        raise PermissionDenied
    now = timezone.now()
    is_asked = any(request.GET.get(name, "").strip() for name in _QUESTIONS) or "asked" in request.GET
    form = WhyForm(request.GET if request.GET else None, request=request)
    answers: list[why_answer.Answer] = []
    refusal = ""
    if is_asked and form.is_valid():
        try:
            answers = _answers(request, form, now)
        except DomainError as error:
            refusal = sentence(error)
    at = form.instant() if answers else None
    context = {
        **admin.site.each_context(request),
        "title": "Why?",
        "form": form,
        "show_errors": is_asked,
        "answers": answers,
        "refusal": refusal,
        "asked_for": words.when(at or now),
        "zone": timezone.get_current_timezone_name(),
        "is_now": at is None,
        "permanent": _permanent(request, timezone.localtime(now).strftime(INSTANT_FORMAT)),
    }
    return TemplateResponse(request, "promotions/admin/why.html", context)


def url(**question: str) -> str:
    """The page with a question filled in: `url(codes="SUMMER12", customer="customer:cust_…")`."""
    query = urlencode({name: value for name, value in question.items() if value})
    address = reverse("admin:promotions_why")
    return f"{address}?{query}" if query else address


class WhyMixin:
    """Gives the page of an object the button "Why?". `why_question()` says what it fills in."""

    why_actions: ClassVar[tuple[str, ...]] = ("why_page",)

    def why_question(self, obj: Any) -> Mapping[str, str]:
        raise NotImplementedError

    def has_why_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _may_see(request, Redemption)

    @action(description="Why?", icon="contact_support", permissions=["why"], url_path="why")
    def why_page(self, request: HttpRequest, object_id: str) -> HttpResponse:
        obj = self.found(request, object_id)  # type: ignore[attr-defined]
        return HttpResponseRedirect(url(**self.why_question(obj)))


def _answers(request: HttpRequest, form: WhyForm, now: Any) -> list[why_answer.Answer]:
    """:raises DomainError: what is asked cannot be decided at all."""
    actor, may_see_codes = staff_actor(request), _may_see(request, Voucher)
    asked: Iterable[explanations.Explained] = (
        explanations.ask(spec=spec, actor=actor, now=now, at=form.instant()) for spec in form.specs()
    )
    return [why_answer.tell(one, may_see_codes=may_see_codes) for one in asked]


def _permanent(request: HttpRequest, at: str) -> str:
    """The address of the same question at the instant of this answer."""
    query = request.GET.copy()
    query["at"] = query.get("at") or at
    return f"?{query.urlencode()}"


def _may_see(request: HttpRequest, model: Any) -> bool:
    model_admin = admin.site._registry.get(model)
    return model_admin is not None and model_admin.has_view_permission(request)
