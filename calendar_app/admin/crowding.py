"""From what on a day is over-crowded: one form for the project."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from calendar_app.models import Crowding
from calendar_app.services import crowding
from core import places
from core.admin.base import ModelAdmin, adopt, staff_actor
from core.admin.forms import MoneyField


class CrowdingForm(forms.ModelForm):
    budget = MoneyField(
        label="Planned budget of a day",
        help_text="More than that is too much. Empty: half as much again as usual.",
    )

    class Meta:
        model = Crowding
        fields = ("live", "per_audience", "budget")


@admin.register(Crowding)
class CrowdingAdmin(ModelAdmin):
    """The list goes straight to the one row, or to its form."""

    resource = "calendar"
    form = CrowdingForm
    fieldsets: ClassVar = (
        (
            None,
            {
                "fields": ("live", "per_audience", "budget"),
                "description": "Days above these limits stand out on the calendar, with the reason. What is "
                "usual is the median of the 13 weeks around a day, as far as anything happens on them.",
            },
        ),
    )

    def _may(self, request: HttpRequest, verb: str) -> bool:
        """They count for everybody: who works in single areas only looks."""
        return (verb == "view" or places.limit() is None) and super()._may(request, verb)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_change_permission(request) and not Crowding.objects.exists()

    def get_model_perms(self, request: HttpRequest) -> dict[str, bool]:
        """For the side menu, which every page asks for: it has no links to forms, so nothing is read."""
        return {
            "add": False,
            "change": self.has_change_permission(request),
            "delete": False,
            "view": self.has_view_permission(request),
        }

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if Crowding.objects.exists():
            return HttpResponseRedirect(reverse("admin:calendar_app_crowding_change", args=[Crowding.ONLY]))
        if self.has_add_permission(request):
            return HttpResponseRedirect(reverse("admin:calendar_app_crowding_add"))
        return super().changelist_view(request, extra_context)

    def save_model(self, request: HttpRequest, obj: Crowding, form: CrowdingForm, change: bool) -> None:
        given = {name: form.cleaned_data[name] for name in ("live", "per_audience", "budget")}
        adopt(obj, crowding.decide(**given, actor=staff_actor(request), now=timezone.now()))
