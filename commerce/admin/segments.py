from __future__ import annotations

from django.contrib import admin
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateTimeFilter
from unfold.decorators import display

from commerce.admin import rows
from commerce.models import Segment, SegmentMembership
from core import words
from core.admin.pages import SHOWN_ROWS, Fact, Panel, ReadOnlyPageAdmin


@admin.register(Segment)
class SegmentAdmin(ReadOnlyPageAdmin):
    """Named groups of customers, as the shop or an import made them."""

    resource = "segments"
    empty_hint = "Segments arrive with the target lists of campaigns."
    list_display = ("name", "kind", "members", "created_at")
    list_filter = (("type", ChoicesDropdownFilter), ("created_at", RangeDateTimeFilter))
    search_fields = ("name",)
    search_help_text = "A part of the segment's name."
    ordering = ("-created_at", "-pk")
    fields = ("name", "kind", "created_at")
    readonly_fields = ("kind",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Segment]:
        members = (
            SegmentMembership.objects.filter(segment=OuterRef("pk"))
            .order_by()
            .values("segment")
            .annotate(number=Count("pk"))
            .values("number")
        )
        return (
            super()
            .get_queryset(request)
            .annotate(members_count=Coalesce(Subquery(members, output_field=IntegerField()), 0))
        )

    @display(description="Kind", label={"Fixed list": "info"})
    def kind(self, segment: Segment) -> str:
        return segment.get_type_display()

    @display(description="Customers")
    def members(self, segment: Segment) -> str:
        return f"{segment.members_count:,}"  # type: ignore[attr-defined]

    def facts(self, request: HttpRequest, obj: Segment) -> list[Fact]:
        return [
            Fact(title="Customers", value=self.members(obj)),
            Fact(title="Kind", value=obj.get_type_display()),
            Fact(title="Made on", value=words.day(obj.created_at)),
        ]

    def panels(self, request: HttpRequest, obj: Segment) -> list[Panel]:
        memberships = SegmentMembership.objects.filter(segment=obj).select_related("customer")
        return [
            Panel(
                key="members",
                title="Customers",
                headers=("Customer", "Paid orders", "Spent", "In it since"),
                rows=[
                    (
                        rows.customer_link(membership.customer),
                        f"{membership.customer.orders_count:,}",
                        words.money(membership.customer.orders_total_amount),
                        words.day(membership.entered_at),
                    )
                    for membership in memberships.order_by("-pk")[: SHOWN_ROWS * 2]
                ],
                empty="Nobody is in this segment yet.",
                all_url=(
                    f"{reverse('admin:commerce_customer_changelist')}?memberships__segment__id__exact={obj.pk}"
                ),
                all_label="See all customers of this segment",
            )
        ]
