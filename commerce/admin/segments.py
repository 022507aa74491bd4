from __future__ import annotations

from typing import Any, Final

from django import forms
from django.contrib import admin
from django.db.models import IntegerField, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateTimeFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from commerce import usage
from commerce.admin import customer_lists, rows
from commerce.admin.filter_editor import document, found, preview
from commerce.admin.filter_editor.catalogue import CUSTOMER_FIELDS
from commerce.admin.filter_editor.fields import FilterField
from commerce.admin.filter_editor.page import Asked, FilterPageMixin
from commerce.admin.pickers import Kind
from commerce.models import Customer, Segment, SegmentMembership
from commerce.selectors import segments as selectors
from commerce.services import segments
from commerce.services.segments import SegmentSpec
from core import words
from core.admin.base import adopt, staff_actor
from core.admin.pages import SHOWN_ROWS, Fact, PageAdmin, Panel
from core.api.filters import FilterFields
from integrations.models import AsyncAction

_COUNTED_IN_LISTS: Final = 10_000
_KINDS: Final = (
    (Segment.Type.AUTO_UPDATE, "By conditions, followed: who enters or leaves is an event"),
    (Segment.Type.PASSIVE, "By conditions, looked up when somebody asks"),
    (Segment.Type.STATIC, "A fixed list of customers"),
)
_LIST_HELP: Final = "Ids, ids in the shop or e-mail addresses, one in each line. 20,000 at most."


class _Changes:
    KEEP, ADD, REMOVE, REPLACE = "keep", "add", "remove", "replace"
    CHOICES = (
        (KEEP, "Keep the list as it is"),
        (ADD, "Add these customers"),
        (REMOVE, "Take these customers out"),
        (REPLACE, "Replace the list by these customers"),
    )


class _NumberOf(Subquery):
    """How many rows, up to the limit of the query."""

    template = "(SELECT count(*) FROM (%(subquery)s) AS listed)"


class SegmentForm(forms.ModelForm):
    kind = forms.ChoiceField(
        choices=_KINDS,
        initial=Segment.Type.AUTO_UPDATE,
        widget=UnfoldAdminSelectWidget(attrs={"data-kind-switch": Segment.Type.STATIC}),
    )
    filter = FilterField(
        fields=CUSTOMER_FIELDS,
        tables=lambda: (selectors.FIELDS,),
        resource="customer",
        page="admin:commerce_segment",
        trial={
            "hint": "Whether a customer belongs to it, and why. Nothing is written.",
            "picks": (Kind.CUSTOMER,),
            "label": "Customer",
        },
    )
    list_change = forms.ChoiceField(
        choices=_Changes.CHOICES, initial=_Changes.KEEP, label="The list", widget=UnfoldAdminSelectWidget
    )
    customers = forms.CharField(
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 6}),
        help_text=_LIST_HELP,
    )
    file = forms.FileField(
        required=False,
        label="Or a CSV file",
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,text/csv"}),
        help_text="Its column id, source_id or email counts, else its first one.",
    )

    class Meta:
        model = Segment
        fields = ("name", "filter")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            self.fields.pop("list_change", None)
            return
        is_list = self.instance.type == Segment.Type.STATIC
        for name in ("kind", "filter") if is_list else ("list_change", "customers", "file"):
            self.fields.pop(name, None)
        if "kind" in self.fields:
            self.fields["kind"].choices = _KINDS[:2]  # type: ignore[attr-defined]
            self.initial["kind"] = self.instance.type

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        is_list = data.get("kind", self.instance.type) == Segment.Type.STATIC
        if not is_list and "filter" not in self.errors and not data.get("filter"):
            self.add_error("filter", "Add at least one condition.")
        if is_list:
            self._read_list(data)
        return data

    def _read_list(self, data: dict[str, Any]) -> None:
        names = customer_lists.pasted(data.get("customers") or "")
        try:
            if data.get("file"):
                names = list(dict.fromkeys([*names, *customer_lists.of_file(data["file"])]))
            data["named"] = customer_lists.known(names)
        except forms.ValidationError as error:
            self.add_error("customers", error)
            return
        if self.instance.pk and data.get("list_change", _Changes.KEEP) == _Changes.KEEP and names:
            self.add_error("list_change", "Say what to do with these customers.")
        if self.instance.pk and data.get("list_change") in (_Changes.ADD, _Changes.REMOVE) and not names:
            self.add_error("customers", "Name the customers.")

    def _post_clean(self) -> None:
        """The service makes the row: nothing is put on the instance here."""


@admin.register(Segment)
class SegmentAdmin(FilterPageMixin, PageAdmin):
    """Named groups of customers: by conditions, or as a fixed list."""

    resource = "segments"
    filter_page = "commerce_segment"
    filter_fields = CUSTOMER_FIELDS
    is_deletable = True
    form = SegmentForm
    delete_hint = "The group is forgotten, its customers stay."
    empty_hint = "A segment names a group of customers once, so that conditions and mailings can refer to it."
    list_display = ("name", "kind_shown", "said", "members", "created_at")
    list_filter = (("type", ChoicesDropdownFilter), ("created_at", RangeDateTimeFilter))
    search_fields = ("name", "public_id__exact")
    search_help_text = "A part of the segment's name."
    ordering = ("-created_at", "-pk")
    readonly_fields = ("kind_shown", "said")
    in_words = {"kind": "kind_shown", "filter": "said", "list_change": "", "customers": "", "file": ""}  # noqa: RUF012

    def filter_tables(self) -> tuple[FilterFields, ...]:
        return (selectors.FIELDS,)

    def filter_kinds(self) -> tuple[Asked, ...]:
        asked = Asked(
            kind=Kind.CUSTOMER,
            one="customer",
            many="customers",
            matching=lambda wire, now: selectors.matching(wire, now=now),
            shown=rows.customer_name,
            found=found.of_customer,
        )
        return (asked,)

    def sections(self, request: HttpRequest, obj: Any = None) -> Any:
        conditions = {"fields": ("filter",), "classes": ("filter-for-conditions",)}
        if obj is None:
            listed = {"fields": ("customers", "file"), "classes": ("filter-for-lists",)}
            return (
                (None, {"fields": ("name", "kind")}),
                ("Who is in it", conditions),
                ("Who is in it", listed),
            )
        if obj.type == Segment.Type.STATIC:
            return (
                (None, {"fields": ("name",)}),
                ("Who is in it", {"fields": ("list_change", "customers", "file")}),
            )
        return ((None, {"fields": ("name", "kind")}), ("Who is in it", {"fields": ("filter",)}))

    @display(description="Kind", label={"Fixed list": "info", "Filter, followed live": "primary"})
    def kind_shown(self, segment: Segment) -> str:
        return segment.get_type_display()

    @display(description="Conditions")
    def said(self, segment: Segment) -> str:
        return words.NOTHING if segment.filter is None else document.sentence(segment.filter, CUSTOMER_FIELDS)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Segment]:
        """Counted up to ten thousand: a list of segments must not read through millions of rows."""
        members = SegmentMembership.objects.filter(segment=OuterRef("pk")).order_by().values("pk")
        some = _NumberOf(members[: _COUNTED_IN_LISTS + 1], output_field=IntegerField())
        return super().get_queryset(request).annotate(some_members=some)

    @display(description="Customers")
    def members(self, segment: Segment) -> str:
        if segment.type == Segment.Type.PASSIVE:
            return "when asked"
        some: int = segment.some_members  # type: ignore[attr-defined]
        return f"over {words.number(_COUNTED_IN_LISTS)}" if some > _COUNTED_IN_LISTS else words.number(some)

    def lead(self, request: HttpRequest, obj: Segment) -> str:
        job = AsyncAction.objects.filter(pk=obj.job_id).first() if obj.job_id else None
        if job is None or job.status in (AsyncAction.Status.DONE, AsyncAction.Status.FAILED):
            return ""
        url = reverse("admin:integrations_asyncaction_change", args=[job.pk])
        return format_html(
            "All customers are being looked at for this filter: {} % done. "
            '<a class="fanfare-link" href="{}">See the job</a>',
            job.progress,
            url,
        )

    def facts(self, request: HttpRequest, obj: Segment) -> list[Fact]:
        users = usage.users_of(obj.public_id)
        running = sum(user.is_running for user in users)
        note = f"{running} running now" if running else ""
        count = preview.count_of(selectors.members(obj, now=timezone.now()))
        return [
            Fact(title="Customers", value=count, note="" if obj.type == Segment.Type.STATIC else "now"),
            Fact(title="Used by", value=words.number(len(users)), note=note),
            Fact(title="Kind", value=obj.get_type_display()),
            Fact(title="Made on", value=words.day(obj.created_at)),
        ]

    def panels(self, request: HttpRequest, obj: Segment) -> list[Panel]:
        now = timezone.now()
        since: dict[int, Any] = {}
        if obj.type == Segment.Type.PASSIVE:
            people = preview.some(selectors.members(obj, now=now), SHOWN_ROWS * 2)
        else:
            newest = SegmentMembership.objects.filter(segment=obj).select_related("customer").order_by("-pk")
            shown = list(newest[: SHOWN_ROWS * 2])
            people = [membership.customer for membership in shown]
            since = {membership.customer_id: membership.entered_at for membership in shown}
        customers = reverse("admin:commerce_customer_changelist")
        is_kept = obj.type != Segment.Type.PASSIVE
        all_url = f"{customers}?memberships__segment__id__exact={obj.pk}" if is_kept else ""
        return [
            Panel(
                key="members",
                title="Customers",
                headers=("Customer", "Paid orders", "Spent", "In it since"),
                rows=[_person(one, since.get(one.pk)) for one in people],
                empty="Nobody is in this segment now.",
                all_url=all_url,
                all_label="See all customers of this segment",
            ),
            rows.usage_panel(obj.public_id),
        ]

    def save_model(self, request: HttpRequest, obj: Segment, form: Any, change: bool) -> None:
        actor, now, data = staff_actor(request), timezone.now(), form.cleaned_data
        if change:
            saved = segments.update(segment_id=obj.pk, actor=actor, now=now, **_changes(obj, form))
        else:
            is_list = data["kind"] == Segment.Type.STATIC
            spec = SegmentSpec(
                name=data["name"],
                type=data["kind"],
                customers=data.get("named", ()),
                filter=None if is_list else data["filter"],
            )
            saved = segments.create(spec=spec, actor=actor, now=now)
        adopt(obj, saved)

    def delete_model(self, request: HttpRequest, obj: Segment) -> None:
        segments.delete(segment_id=obj.pk, actor=staff_actor(request), now=timezone.now())


def _changes(segment: Segment, form: SegmentForm) -> dict[str, Any]:
    """What the form says of a segment that is there, as the service takes it: None leaves as it is."""
    data = form.cleaned_data
    if segment.type != Segment.Type.STATIC:
        is_followed = data["kind"] == Segment.Type.AUTO_UPDATE
        return {
            "name": data["name"],
            "filter": data["filter"] if "filter" in form.changed_data else None,
            "is_followed": is_followed if is_followed != segment.is_followed else None,
        }
    named, change = data.get("named", []), data["list_change"]
    if change == _Changes.KEEP:
        return {"name": data["name"]}
    present = list(segment.memberships.order_by("pk").values_list("customer__public_id", flat=True))
    wanted = {
        _Changes.ADD: [*present, *named],
        _Changes.REMOVE: [one for one in present if one not in set(named)],
        _Changes.REPLACE: named,
    }[change]
    return {"name": data["name"], "customers": list(dict.fromkeys(wanted))}


def _person(customer: Customer, since: Any) -> tuple[str, ...]:
    return (
        rows.customer_link(customer),
        words.number(customer.orders_count),
        words.money(customer.orders_total_amount),
        words.day(since) if since else words.NOTHING,
    )
