"""The bin: what was deleted and keeps its name taken, and the way to delete it for good."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateTimeFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm

from core import words
from core.admin.base import htmx_redirect, staff_actor, staff_allows, tell_refusal
from core.admin.pages import Fact, ReadOnlyPageAdmin
from core.errors import DomainError
from core.models import BinEntry
from promotions.models import Campaign
from promotions.services import bin

MOST_AT_ONCE = 100
_WHAT_GOES = {
    BinEntry.ResourceType.CAMPAIGN: (
        "Its name and all its codes are free again. Past redemptions and reports keep it."
    ),
    BinEntry.ResourceType.VOUCHER: "The code is free again. Past redemptions keep it.",
    BinEntry.ResourceType.PRODUCT: "It is gone with its SKUs. Past orders keep what they say about it.",
    BinEntry.ResourceType.SKU: "It is gone. Past orders keep what they say about it.",
}


@admin.register(BinEntry)
class BinEntryAdmin(ReadOnlyPageAdmin):
    """Nothing comes back from here."""

    resource = "trash_bin"
    empty_hint = "The bin is empty. Campaigns, codes, products and SKUs that are deleted come here first."
    list_display = ("resource_name", "kind", "belongs_to", "deleted", "by")
    list_filter = (("resource_type", ChoicesDropdownFilter), ("created_at", RangeDateTimeFilter))
    search_fields = ("resource_name", "resource_id__exact")
    search_help_text = "A part of the name, or a whole code."
    ordering = ("-created_at", "-pk")
    actions = ("delete_chosen",)
    actions_detail = ("delete_for_good",)
    fields = ("resource_name", "kind", "belongs_to", "deleted", "by", "resource_id")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[BinEntry]:
        parents = Campaign.objects.filter(public_id=OuterRef("resource_parent_id")).values("name")
        return super().get_queryset(request).annotate(parent_name=Subquery(parents[:1]))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return all(staff_allows(request.user, permission) for permission in bin.READS)

    def has_gone_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return any(staff_allows(request.user, permission) for permission in bin.PERMISSIONS.values())

    @display(description="Kind", ordering="resource_type")
    def kind(self, entry: BinEntry) -> str:
        return entry.get_resource_type_display()

    @display(description="Belongs to")
    def belongs_to(self, entry: BinEntry) -> str:
        return entry.parent_name or words.NOTHING  # type: ignore[attr-defined, no-any-return]

    @display(description="Deleted", ordering="created_at")
    def deleted(self, entry: BinEntry) -> str:
        return words.when(entry.created_at)

    @display(description="By")
    def by(self, entry: BinEntry) -> str:
        return entry.deleted_by or words.NOTHING

    def lead(self, request: HttpRequest, obj: BinEntry) -> str:
        return f"{obj.get_resource_type_display()} in the bin: its name stays taken. It cannot be restored."

    def facts(self, request: HttpRequest, obj: BinEntry) -> list[Fact]:
        return [Fact(title="In the bin since", value=words.when(obj.created_at), note=f"by {self.by(obj)}")]

    @admin.action(description="Delete the chosen ones for good", permissions=["gone"])
    def delete_chosen(self, request: HttpRequest, queryset: QuerySet[BinEntry]) -> None:
        entries = list(queryset.order_by("pk")[: MOST_AT_ONCE + 1])
        if len(entries) > MOST_AT_ONCE:
            text = f"Choose {MOST_AT_ONCE} at most. Nothing was deleted."
            self.message_user(request, text, messages.ERROR)
            return
        gone = sum(self._remove(request, entry) for entry in entries)
        if gone:
            text = f"{words.count(gone, 'is', 'are')} deleted for good."
            self.message_user(request, text, messages.SUCCESS)

    @action(
        description="Delete for good",
        icon="delete_forever",
        variant=ActionVariant.DANGER,
        permissions=["gone"],
        dialog={
            "title": "Delete this for good?",
            "description": (
                "Its name or code is free again, and nothing brings it back. Past redemptions and orders "
                "keep what they say about it."
            ),
            "form_submit_text": "Delete for good",
        },
    )
    def delete_for_good(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        entry = self.found(request, object_id)
        if self._remove(request, entry):
            text = f"{entry} is deleted for good. {_WHAT_GOES[entry.resource_type]}"
            self.message_user(request, text, messages.SUCCESS)
            return htmx_redirect(self.list_url())
        return htmx_redirect(self.url_of(entry))

    def _remove(self, request: HttpRequest, entry: BinEntry) -> bool:
        try:
            bin.remove(entry_id=entry.public_id, actor=staff_actor(request), now=timezone.now())
        except DomainError as refusal:
            tell_refusal(self, request, refusal, about=entry)
            return False
        return True
