"""Blocking on the page of a customer, and who is blocked in the list."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import action
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminTextareaWidget

from commerce.models import Customer
from commerce.services import blocking
from core import words
from core.admin.base import staff_actor
from core.admin.dialogs import DialogsMixin, Done
from core.admin.pages import Fact


class BlockForm(BaseDialogForm):
    reason = forms.CharField(
        max_length=blocking.LONGEST_REASON,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="For whoever asks later. The customer is not told why.",
    )


class BlockedFilter(DropdownFilter):
    title = "blocked"
    parameter_name = "blocked"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Blocked"), ("no", "Not blocked")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Customer]) -> QuerySet[Customer]:
        if self.value() not in ("yes", "no"):
            return queryset
        return queryset.filter(blocked_at__isnull=self.value() == "no")


class BlockButtons(DialogsMixin):
    """Mixed into the screen of customers."""

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        """Only the one that means something now."""
        found = super().get_actions_detail(request, object_id)  # type: ignore[misc]
        blocked = Customer.objects.filter(pk=object_id, blocked_at__isnull=False).exists()
        useless = "_block" if blocked else "_unblock"
        return [button for button in found if not button.action_name.endswith(useless)]

    def has_block_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.allows(request, "modify")  # type: ignore[attr-defined, no-any-return]

    @action(
        description="Block",
        icon="block",
        variant=ActionVariant.DANGER,
        permissions=["block"],
        dialog={
            "title": "Block this customer?",
            "description": (
                "The customer can use no code and no promotion any more, and gets no new codes. What was "
                "redeemed stays redeemed. You can unblock at any time."
            ),
            "form_class": BlockForm,
            "form_submit_text": "Block",
        },
    )
    def block(self, request: HttpRequest, form: BlockForm, object_id: str) -> HttpResponse:
        def do(customer: Customer) -> Done:
            blocking.block(
                customer_id=customer.pk,
                reason=form.cleaned_data["reason"],
                actor=staff_actor(request),
                now=timezone.now(),
            )
            return Done(said="The customer is blocked.", level=messages.SUCCESS)

        return self.confirmed(request, object_id, do)

    @action(
        description="Unblock",
        icon="lock_open",
        permissions=["block"],
        dialog={
            "title": "Unblock this customer?",
            "description": "The customer can use codes and promotions again.",
            "form_submit_text": "Unblock",
        },
    )
    def unblock(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        def do(customer: Customer) -> Done:
            blocking.unblock(customer_id=customer.pk, actor=staff_actor(request), now=timezone.now())
            return Done(said="The customer may use promotions again.")

        return self.confirmed(request, object_id, do)


def blocked_facts(customer: Customer) -> list[Fact]:
    """First of all of the page, where somebody is."""
    if customer.blocked_at is None:
        return []
    return [Fact(title="Blocked", value=words.day(customer.blocked_at), note=customer.blocked_reason)]
