"""Areas with their stores: where promotions apply, and whose time "09:00" is."""

from __future__ import annotations

from typing import Any, ClassVar
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelect2Widget

from core import places, words
from core.admin.base import TabularInline, adopt, staff_actor
from core.admin.pages import Fact, PageAdmin
from core.models import Area, Store
from core.services import areas

_AREA = ("name", "region", "country", "time_zone", "currency")
_STORE = ("name", "code", "own_time_zone", "latitude", "longitude")


def _zones(first: str = "") -> list[tuple[str, str]]:
    names = sorted(available_timezones())
    return [("", first), *((name, name) for name in names)] if first else [(name, name) for name in names]


class AreaForm(forms.ModelForm):  # type: ignore[type-arg]
    time_zone = forms.ChoiceField(choices=_zones, widget=UnfoldAdminSelect2Widget)

    class Meta:
        model = Area
        fields = _AREA

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "time_zone" in self.fields:
            self.fields["time_zone"].help_text = Area._meta.get_field("time_zone").help_text
        if not self.instance.pk:
            self.initial.setdefault("time_zone", str(timezone.get_current_timezone()))
            self.initial.setdefault("currency", words.currency())


class StoreForm(forms.ModelForm):  # type: ignore[type-arg]
    own_time_zone = forms.ChoiceField(
        label="Own time zone",
        choices=lambda: _zones("As the area"),
        widget=UnfoldAdminSelect2Widget,
        required=False,
    )

    class Meta:
        model = Store
        fields = _STORE


class StoreInline(TabularInline):  # type: ignore[misc]
    model = Store
    form = StoreForm
    fields = _STORE
    extra = 0
    verbose_name_plural = "stores"
    show_title = False
    ordering = ("name", "pk")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _manages(request)

    has_change_permission = has_delete_permission = has_add_permission  # type: ignore[assignment]


def _manages(request: HttpRequest) -> bool:
    return staff_actor(request).may("areas.manage")


@admin.register(Area)
class AreaAdmin(PageAdmin):
    """Regions in which promotions are planned, each with its stores."""

    class Media:
        css: ClassVar = {"all": ("core/areas.css",)}

    resource = "areas"
    is_deletable = True
    form = AreaForm
    inlines = (StoreInline,)
    empty_hint = (
        "Areas and stores say where a campaign applies, whose time its hours are, and who sees it. Without "
        "any, everything applies everywhere."
    )
    delete_hint = "It must have no stores, and nothing may be assigned to it."
    list_display = ("name", "where", "time_zone", "currency", "stores_listed")
    search_fields = ("name", "region", "stores__name", "stores__code")
    search_help_text = "A part of the name of an area or a store, or of a store's code."
    ordering = ("name", "pk")
    fieldsets = (
        ("Area", {"fields": ("name", "region", "country")}),
        ("Time and money", {"fields": ("time_zone", "currency")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Area]:
        rows = super().get_queryset(request).annotate(stores_count=Count("stores", distinct=True))
        limit = places.limit()
        if limit is None:
            return rows  # type: ignore[no-any-return]
        own = {place.partition(":")[2].rpartition("@")[2] for place in limit.places}
        return rows.filter(public_id__in=own)  # type: ignore[no-any-return]

    def allows(self, request: HttpRequest, action: str) -> bool:
        """Seeing is for all; the rest is one right."""
        return super().allows(request, action if action == "read" else "manage")

    @display(description="Where")
    def where(self, area: Area) -> str:
        return ", ".join(filter(None, (area.region, area.country))) or words.NOTHING

    @display(description="Stores", ordering="stores_count")
    def stores_listed(self, area: Any) -> str:
        return words.number(area.stores_count)

    def lead(self, request: HttpRequest, obj: Area) -> str:
        now = timezone.now()
        clocks = {
            "there": f"{timezone.localtime(now, ZoneInfo(obj.time_zone)):%H:%M}",
            "here": f"{timezone.localtime(now):%H:%M}",
        }
        said = (
            gettext("It is %(there)s there now, as here. “09:00 to 21:00” of a campaign is the time there.")
            if clocks["there"] == clocks["here"]
            else gettext(
                "It is %(there)s there now, %(here)s here. “09:00 to 21:00” of a campaign is the time there."
            )
        )
        return said % clocks

    def facts(self, request: HttpRequest, obj: Any) -> list[Fact]:
        own = obj.stores.exclude(own_time_zone="").exclude(own_time_zone=obj.time_zone).count()
        return [
            Fact(
                title="Stores",
                value=words.number(obj.stores_count),
                note=f"{own} with another time" if own else "",
            ),
            Fact(title="Time zone", value=obj.time_zone),
            Fact(title="Currency", value=obj.currency, note="for people; nothing is converted"),
        ]

    def save_model(self, request: HttpRequest, obj: Area, form: Any, change: bool) -> None:
        actor, now = staff_actor(request), timezone.now()
        if change:
            given = {name: form.cleaned_data[name] for name in form.changed_data}
            saved = areas.change_area(area_id=obj.pk, values=given, actor=actor, now=now)
        else:
            saved = areas.create_area(values=form.cleaned_data, actor=actor, now=now)
        adopt(obj, saved)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Stores: those that go first, so that a code can move to a new one."""
        if not _manages(request):
            raise PermissionDenied
        formset.save(commit=False)
        actor, now = staff_actor(request), timezone.now()
        for gone in formset.deleted_objects:
            areas.delete_store(store_id=gone.pk, actor=actor, now=now)
        for row in formset.forms:
            given = {name: row.cleaned_data[name] for name in row.changed_data if name in _STORE}
            if row in formset.deleted_forms or not given:
                continue
            if row.instance.pk:
                areas.change_store(store_id=row.instance.pk, values=given, actor=actor, now=now)
            else:
                areas.create_store(area_id=form.instance.pk, values=given, actor=actor, now=now)

    def delete_model(self, request: HttpRequest, obj: Area) -> None:
        areas.delete_area(area_id=obj.pk, actor=staff_actor(request), now=timezone.now())
