"""What points are worth to finance, where no reward says it."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget

from core import words
from core.admin.base import adopt, staff_actor
from core.admin.forms import MoneyField
from core.admin.pages import PageAdmin
from loyalty.models import PointsWorth
from loyalty.selectors import finance as selectors
from loyalty.services import finance


class PointsWorthForm(forms.ModelForm):
    amount = MoneyField(
        label="Are worth",
        required=True,
        help_text="What you expect a member to take for them, on average. It counts in all figures at once.",
    )

    class Meta:
        model = PointsWorth
        fields = ("campaign", "points", "amount")
        labels: ClassVar = {"campaign": "Programme", "points": "So many points"}
        widgets: ClassVar = {"campaign": UnfoldAdminSelectWidget}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "campaign" in self.fields:
            field: Any = self.fields["campaign"]
            field.queryset = selectors.programmes().filter(points_worth=None)
        if "points" in self.fields and not self.instance.campaign_id:
            self.initial["points"] = 100


@admin.register(PointsWorth)
class PointsWorthAdmin(PageAdmin):
    """One row for each programme that needs one."""

    resource = "finance"
    is_deletable = True
    delete_hint = "The points of this programme are shown without a worth in money from then on."
    empty_hint = (
        "Points of a programme with a reward to pay with are worth what that reward says. For all others "
        "finance says it here."
    )
    form = PointsWorthForm
    list_display = ("programme", "ratio", "updated_at")
    list_display_links = ("programme",)
    list_select_related = ("campaign",)
    ordering = ("campaign__name", "pk")
    fieldsets = (("Worth of points", {"fields": ("campaign", "points", "amount")}),)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("campaign",) if obj else ()

    @display(description="Programme", ordering="campaign__name")
    def programme(self, row: PointsWorth) -> str:
        return row.campaign.name

    @display(description="Worth")
    def ratio(self, row: PointsWorth) -> str:
        return f"{words.count(row.points, 'point')}: {words.money(row.amount)}"

    def save_model(self, request: HttpRequest, obj: PointsWorth, form: Any, change: bool) -> None:
        saved = finance.set_worth(
            campaign_id=obj.campaign_id,
            points=form.cleaned_data["points"],
            amount=form.cleaned_data["amount"],
            actor=staff_actor(request),
            now=timezone.now(),
        )
        adopt(obj, saved)

    def delete_model(self, request: HttpRequest, obj: PointsWorth) -> None:
        finance.forget_worth(campaign_id=obj.pk, actor=staff_actor(request), now=timezone.now())

    def response_add(self, request: HttpRequest, obj: PointsWorth, *args: Any) -> HttpResponse:
        return self._back(request, obj)

    def response_change(self, request: HttpRequest, obj: PointsWorth) -> HttpResponse:
        return self._back(request, obj)

    def _back(self, request: HttpRequest, obj: PointsWorth) -> HttpResponse:
        """To the figures that it changed."""
        return HttpResponseRedirect(reverse("admin:loyalty_finance", query={"programme": obj.pk}))
