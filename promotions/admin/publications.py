"""Publications: who was given which code, and who was refused and why. Facts: nobody changes them."""

from __future__ import annotations

from typing import Final

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter, RangeDateTimeFilter
from unfold.decorators import display

from commerce.admin.rows import customer_link
from core import words
from core.admin.pages import Fact, ReadOnlyPageAdmin
from integrations.admin.list_files import ListFilesMixin
from promotions.admin import rows
from promotions.models import Publication, PublishedCode

_COLOURS: Final = {"Given out": "success", "Refused": "danger"}
_SHOWN: Final = 3


@admin.register(Publication)
class PublicationAdmin(ListFilesMixin, ReadOnlyPageAdmin):
    exported_object = "publication"
    resource = "vouchers"
    empty_hint = "Nobody was given a code so far. Publish one from the page of its campaign, or over the API."
    list_display = ("created_at", "given", "of_customer", "of_campaign", "channel", "outcome", "why")
    list_filter = (
        ("result", ChoicesDropdownFilter),
        ("campaign", AutocompleteSelectFilter),
        ("customer", AutocompleteSelectFilter),
        ("created_at", RangeDateTimeFilter),
    )
    list_select_related = ("campaign", "customer")
    search_fields = ("voucher_code__exact", "source_id__exact", "public_id__exact", "channel__exact")
    search_help_text = "A whole code, the id of a publication, your own id of it, or a channel."
    ordering = ("-created_at", "-pk")
    fields = (
        "given",
        "of_customer",
        "of_campaign",
        "created_at",
        "channel",
        "source_id",
        "public_id",
        "noted",
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Publication]:
        codes = PublishedCode.objects.select_related("voucher").order_by("pk")
        return super().get_queryset(request).prefetch_related(Prefetch("codes", codes))

    @display(description="Codes")
    def given(self, publication: Publication) -> str | SafeString:
        vouchers = [entry.voucher for entry in publication.codes.all()]
        if not vouchers:
            return publication.voucher_code or words.NOTHING
        links = ((rows.voucher_link(voucher),) for voucher in vouchers[:_SHOWN])
        more = f" and {len(vouchers) - _SHOWN} more" if len(vouchers) > _SHOWN else ""
        return format_html("{}{}", format_html_join(", ", "{}", links), more)

    @display(description="Customer")
    def of_customer(self, publication: Publication) -> str:
        return customer_link(publication.customer)

    @display(description="Campaign")
    def of_campaign(self, publication: Publication) -> str:
        return rows.campaign_link(publication.campaign)

    @display(description="Result", label=_COLOURS)
    def outcome(self, publication: Publication) -> str:
        return str(Publication.Result(publication.result).label)

    @display(description="Why")
    def why(self, publication: Publication) -> str:
        return publication.failure_message or words.NOTHING

    def title(self, obj: Publication) -> str:
        return f"Publication of {words.when(obj.created_at)}"

    def lead(self, request: HttpRequest, obj: Publication) -> str:
        if obj.result == Publication.Result.FAILURE:
            return obj.failure_message
        return f"{words.count(obj.codes_count, 'code')} given out."

    def facts(self, request: HttpRequest, obj: Publication) -> list[Fact]:
        return [
            Fact(title="Result", value=self.outcome(obj)),
            Fact(title="Codes", value=words.number(obj.codes_count)),
            Fact(title="When", value=words.when(obj.created_at)),
        ]
