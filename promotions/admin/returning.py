"""The button "Return items" of orders, and the page that says before what is paid back, and why so much."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import Any, Final

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.decorators import action
from unfold.enums import ActionVariant

from commerce.admin.rows import article_link
from commerce.models import Order
from core import places, words
from core.admin.base import ModelAdmin, sentence, staff_actor, staff_allows
from core.errors import DomainError
from core.idempotency import Answer, AnsweredBefore, Keyed, is_answered
from promotions.admin import return_rows
from promotions.admin.forms.returning import ReturnForm
from promotions.models import OrderReturn
from promotions.selectors import returns as known
from promotions.selectors.returns import Returnable
from promotions.services import returns
from promotions.services.returns import Quoted, ReturnSpec

PAGE: Final = "commerce_order_return_items"
_PAID: Final = (Order.Status.PAID, Order.Status.FULFILLED)


class ReturnButton(ModelAdmin):
    """For orders that were paid and of which something is left with the customer."""

    actions_detail: Any = ("return_items",)

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(self.return_view)
        return [path("<int:object_id>/return_items/", page, name=PAGE), *super().get_urls()]

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        order = Order.objects.filter(pk=object_id, status__in=_PAID).only("pk").first()
        if order is None or OrderReturn.objects.filter(order=order, is_complete=True).exists():
            return []
        return super().get_actions_detail(request, object_id)

    def has_returning_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may take redemptions back, as over the API."""
        return staff_allows(request.user, "redemptions.rollback")

    @action(
        description="Return items",
        icon="assignment_return",
        variant=ActionVariant.PRIMARY,
        permissions=["returning"],
    )
    def return_items(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A link to the page: nothing is changed here."""
        return HttpResponseRedirect(reverse(f"admin:{PAGE}", args=[object_id]))

    def return_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The lines; sent, it says what is paid back; confirmed, it takes them back."""
        order: Order = self.found(request, str(object_id))
        if not self.has_returning_permission(request, order):
            raise PermissionDenied
        if "_return" in request.POST and is_answered(actor=staff_actor(request), key=_key(request)):
            return self._done_before(request, order)
        # An order comes back with everything that was used on it, whoever may see that.
        with places.limited_to(None):
            found = known.returnable(order)
        form = ReturnForm(request.POST or None, found=found)
        quoted, seen, is_other = None, "", False
        if form.is_bound and form.is_valid():
            try:
                quoted = returns.quote_only(order_ref=order.public_id, spec=form.spec())
                seen = _digest(quoted, form.spec())
                if "_return" in request.POST:
                    if request.POST.get("seen") == seen:
                        return self._returned(request, order, form, seen)
                    is_other = True
            except DomainError as error:
                error.settle()
                form.add_error(None, sentence(error))
                quoted = None
        context = {
            **admin.site.each_context(request),
            "title": f"Return items: {self.title(order)}",  # type: ignore[attr-defined]
            "form": form,
            "media": self.media + form.media,
            "order_link": words.link(self.title(order), self.url_of(order)),  # type: ignore[attr-defined]
            "lines": _lines(found, form),
            "quote": return_rows.quoted(quoted.quote, quoted.lines) if quoted else None,
            "seen": seen,
            "is_other": is_other,
            "back": self.url_of(order),
        }
        return TemplateResponse(request, "promotions/admin/return.html", context)

    def _returned(self, request: HttpRequest, order: Order, form: ReturnForm, seen: str) -> HttpResponse:
        """:raises DomainError: it cannot come back; the form says why."""
        actor, now = staff_actor(request), timezone.now()
        once: Keyed[OrderReturn] = Keyed(
            actor=actor,
            key=_key(request),
            fingerprint=seen,
            printed=lambda row: Answer(status=200, body=row.public_id),
            now=now,
        )
        try:
            row = returns.create(order_ref=order.public_id, spec=form.spec(), actor=actor, now=now, once=once)
        except AnsweredBefore:
            return self._done_before(request, order)
        self.message_user(request, _said(row), messages.SUCCESS)
        return HttpResponseRedirect(f"{self.url_of(order)}#returns")

    def _done_before(self, request: HttpRequest, order: Order) -> HttpResponse:
        """A second click, or the page loaded again."""
        self.message_user(request, "It was taken back already.", messages.INFO)
        return HttpResponseRedirect(f"{self.url_of(order)}#returns")


def _key(request: HttpRequest) -> str:
    return f"return-{request.POST.get('once', '').replace(chr(0), '')[:64]}"


def _said(row: OrderReturn) -> str:
    money = words.money(row.refund_amount)
    cards = f", {words.money(row.credits_amount)} went back to cards" if row.credits_amount else ""
    return f"Taken back: {money} is to be paid back{cards}."


def _lines(found: Returnable, form: ReturnForm) -> list[dict[str, Any]]:
    return [
        {
            "article": article_link(line.product, line.sku, line.source_id),
            "bought": f"{line.quantity:,}",
            "before": line.quantity - found.left(line),
            "paid": words.money(line.subtotal_amount),
            "field": form.units_of(line),
        }
        for line in found.lines
        if line.quantity
    ]


def _digest(quoted: Quoted, spec: ReturnSpec) -> str:
    """What people have seen when they confirm: another sum has to be looked at again."""
    said = [quoted.order.public_id, asdict(spec), quoted.quote.to_json()]
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()
