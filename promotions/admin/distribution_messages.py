from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter
from unfold.decorators import display

from core import words
from core.admin.pages import ReadOnlyPageAdmin
from promotions.models import DistributionMessage

_COLOURS = {"SENT": "success", "FAILED": "danger", "SKIPPED": "warning"}


def state_label(row: DistributionMessage) -> SafeString:
    return words.label(row.get_state_display(), _COLOURS.get(row.state, ""))


def code(row: DistributionMessage) -> str:
    return row.publication.voucher_code if row.publication else words.NOTHING


@admin.register(DistributionMessage)
class DistributionMessageAdmin(ReadOnlyPageAdmin):
    """Every message to a customer, and what became of it."""

    resource = "distributions"
    empty_hint = "Messages of distributions are listed here."
    list_display = ("customer", "distribution", "state_label", "code", "sent_at", "reason")
    list_filter = (
        ("distribution", AutocompleteSelectFilter),
        ("state", ChoicesDropdownFilter),
    )
    search_fields = ("public_id__exact", "customer__source_id__exact", "customer__email__exact")
    search_help_text = "The whole e-mail address or id of the customer, or of the message."
    ordering = ("-pk",)
    fields = (
        "customer",
        "distribution",
        "state_label",
        "code",
        "attempts",
        "created_at",
        "sent_at",
        "reason",
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[DistributionMessage]:
        return super().get_queryset(request).select_related("customer", "distribution", "publication")

    @display(description="State", ordering="state")
    def state_label(self, row: DistributionMessage) -> SafeString:
        return state_label(row)

    @display(description="Code")
    def code(self, row: DistributionMessage) -> str:
        return code(row)

    def title(self, obj: DistributionMessage) -> str:
        return f"Message to {obj.customer}"
