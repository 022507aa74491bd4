"""Of which countries the calendar shows the public holidays."""

from __future__ import annotations

from datetime import date, timedelta
from typing import ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import formats, timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext
from unfold.decorators import display

from calendar_app import holidays as library
from calendar_app.admin.forms.holidays import HolidayRegionForm
from calendar_app.models import HolidayRegion
from calendar_app.selectors import holidays as known
from calendar_app.selectors.holidays import Place
from calendar_app.services import holidays
from core import places, project, words
from core.admin.base import ModelAdmin, adopt, staff_actor

_SHOWN_AHEAD = timedelta(days=366)


@admin.register(HolidayRegion)
class HolidayRegionAdmin(ModelAdmin):
    """Small on purpose: countries, and where they count."""

    resource = "calendar"
    form = HolidayRegionForm
    is_deletable = True
    empty_hint = (
        "Public holidays of these countries stand on the calendar. As long as nobody chooses any, those of "
        "the countries of your areas do."
    )
    list_display = ("place", "counts_in", "next_one")
    ordering = ("country", "subdivision", "pk")
    readonly_fields = ("coming",)
    fieldsets: ClassVar = (
        (None, {"fields": ("region", "area")}),
        ("The coming year", {"fields": ("coming",)}),
    )
    add_fieldsets = ((None, {"fields": ("region", "area")}),)

    def _may(self, request: HttpRequest, verb: str) -> bool:
        """They are everybody's: who works in single areas only looks."""
        return (verb == "view" or places.limit() is None) and super()._may(request, verb)

    def get_queryset(self, request: HttpRequest) -> QuerySet[HolidayRegion]:
        return known.regions()

    @display(description="Country or region", ordering="country")
    def place(self, region: HolidayRegion) -> str:
        return str(Place(region.country, region.subdivision))

    @display(description="Counts in")
    def counts_in(self, region: HolidayRegion) -> str:
        return region.area.name if region.area is not None else gettext("everywhere")

    @display(description="Next")
    def next_one(self, region: HolidayRegion) -> str:
        found = _coming(region)
        return f"{_said(found[0].day)}: {found[0].name}" if found else words.NOTHING

    @display(description="Public holidays")
    def coming(self, region: HolidayRegion) -> SafeString:
        return format_html_join("", "{}: {}<br>", ((_said(one.day), one.name) for one in _coming(region)))

    def save_model(
        self, request: HttpRequest, obj: HolidayRegion, form: HolidayRegionForm, change: bool
    ) -> None:
        actor, now = staff_actor(request), timezone.now()
        if change:
            adopt(obj, holidays.change(region_id=obj.pk, **form.given(), actor=actor, now=now))
        else:
            adopt(obj, holidays.add(**form.given(), actor=actor, now=now))

    def delete_model(self, request: HttpRequest, obj: HolidayRegion) -> None:
        holidays.remove(region_id=obj.pk, actor=staff_actor(request), now=timezone.now())


def _said(day: date) -> str:
    return formats.date_format(day, "DATE_FORMAT")


def _coming(region: HolidayRegion) -> list[library.Holiday]:
    today = project.day_of(timezone.now())
    return library.between(
        region.country, region.subdivision, today, today + _SHOWN_AHEAD, language=get_language() or "en"
    )
