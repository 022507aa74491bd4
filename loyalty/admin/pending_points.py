"""Points that are earned and not usable yet; those of one member stand on its page, too."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.forms import BaseDialogForm

from commerce.admin.rows import customer_link, order_link
from core import words
from core.admin.base import staff_actor
from core.admin.dialogs import DialogsMixin, Done
from core.admin.pages import ReadOnlyPageAdmin
from loyalty import programme_words, statement_words
from loyalty.admin import rows
from loyalty.models import PendingPoints
from loyalty.services import pending
from promotions.admin.in_places import InPlacesMixin

_COLOURS = {"Pending": "warning", "Usable": "success", "Cancelled": ""}


@admin.register(PendingPoints)
class PendingPointsAdmin(DialogsMixin, InPlacesMixin, ReadOnlyPageAdmin):
    resource = "vouchers"
    empty_hint = (
        "Nothing waits. An earning rule can say that its points are usable after some days, when goods "
        "cannot come back any more."
    )
    list_display = ("usable", "amount", "member", "customer", "from_order", "state_said")
    list_filter = (("state", ChoicesDropdownFilter), ("campaign", AutocompleteSelectFilter))
    search_fields = ("public_id__exact", "card__voucher__code_key__startswith")
    search_help_text = "The beginning of a card's code."
    ordering = ("-pk",)
    fields = ("usable", "amount", "member", "customer", "from_order", "basis", "state_said")
    readonly_fields = fields
    actions_detail: Any = ("activate", "cancel")

    def get_queryset(self, request: HttpRequest) -> QuerySet[PendingPoints]:
        found = super().get_queryset(request).filter(campaign__deleted_at=None)
        related = ("card__voucher__holder", "order", "earning__rule__segment", "earning__order", "campaign")
        return found.select_related(*related)

    def title(self, obj: PendingPoints) -> str:
        return f"{programme_words.points(obj.points)} of {obj.card.voucher.code}"

    def called(self, row: PendingPoints) -> str:
        return self.title(row)

    @display(description="Usable on", ordering="activates_on")
    def usable(self, row: PendingPoints) -> str:
        return programme_words.day(row.activates_on)

    @display(description="Points", ordering="points")
    def amount(self, row: PendingPoints) -> str:
        return words.number(row.points)

    @display(description="Card")
    def member(self, row: PendingPoints) -> str:
        return rows.member_link(row.card)

    @display(description="Customer")
    def customer(self, row: PendingPoints) -> str:
        return customer_link(row.card.voucher.holder)

    @display(description="From order")
    def from_order(self, row: PendingPoints) -> str:
        return order_link(row.order) if row.order else words.NOTHING

    @display(description="Why so many")
    def basis(self, row: PendingPoints) -> str:
        return statement_words.basis(row.earning, row.details) if row.earning else words.NOTHING

    @display(description="State", label=_COLOURS)
    def state_said(self, row: PendingPoints) -> str:
        return row.get_state_display()

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        """Only of points that wait."""
        waiting = PendingPoints.objects.filter(pk=object_id, state=PendingPoints.State.PENDING)
        return super().get_actions_detail(request, object_id) if waiting.exists() else []

    def has_move_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_his(obj) and self.allows(request, "modify")

    @action(
        description="Make usable now",
        icon="bolt",
        permissions=["move"],
        dialog={
            "title": "Make these points usable now?",
            "description": "The member can spend them at once. They expire as if they were earned today.",
            "form_submit_text": "Make usable",
        },
    )
    def activate(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        def do(row: PendingPoints) -> Done:
            pending.activate(pending_id=row.pk, actor=staff_actor(request), now=timezone.now())
            said = f"{programme_words.points(row.points)} are usable now."
            return Done(said=said, url=rows.member_url(row.card_id))

        return self.confirmed(request, object_id, do)

    @action(
        description="Cancel",
        icon="cancel",
        permissions=["move"],
        dialog={
            "title": "Cancel these points?",
            "description": "The member never gets them. This cannot be undone.",
            "form_submit_text": "Cancel the points",
        },
    )
    def cancel(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        def do(row: PendingPoints) -> Done:
            pending.cancel(pending_id=row.pk, actor=staff_actor(request), now=timezone.now())
            said = f"{programme_words.points(row.points)} are cancelled."
            return Done(said=said, url=rows.member_url(row.card_id))

        return self.confirmed(request, object_id, do)
