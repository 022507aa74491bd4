from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from unfold.contrib.filters.admin import AutocompleteSelectFilter, FieldTextFilter, RangeDateTimeFilter
from unfold.decorators import display

from commerce.admin import rows
from commerce.admin.customers import CHANNELS
from commerce.models import CustomEvent
from core import words
from core.admin.pages import ReadOnlyPageAdmin


@admin.register(CustomEvent)
class CustomEventAdmin(ReadOnlyPageAdmin):
    """What customers did, as the shop reported it."""

    resource = "events"
    empty_hint = "The shop reports events of its own, such as an abandoned cart. None came so far."
    list_display = ("created_at", "name", "of_customer", "came_by")
    list_filter = (
        ("created_at", RangeDateTimeFilter),
        ("name", FieldTextFilter),
        ("customer", AutocompleteSelectFilter),
    )
    list_select_related = ("customer",)
    search_fields = ("^name", "customer__source_id__exact")
    search_help_text = "The beginning of the event's name, or the customer's id in the shop."
    ordering = ("-created_at", "-pk")
    fields = ("name", "of_customer", "created_at", "came_by", "content")
    readonly_fields = ("of_customer", "came_by", "content")

    @display(description="Customer")
    def of_customer(self, event: CustomEvent) -> str:
        return rows.customer_link(event.customer)

    @display(description="Came by")
    def came_by(self, event: CustomEvent) -> str:
        return CHANNELS.get(event.channel, event.channel.capitalize()) or words.NOTHING

    @display(description="Content")
    def content(self, event: CustomEvent) -> str:
        return words.key_values(event.metadata)

    def lead(self, request: HttpRequest, obj: CustomEvent) -> str:
        return f"{rows.customer_name(obj.customer)} did “{obj.name}” on {words.when(obj.created_at)}."
