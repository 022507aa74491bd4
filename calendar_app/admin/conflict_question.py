"""What the page of collisions is asked: which of them, in which order. In the address."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any, Final

from django import forms
from django.db import models
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminDateWidget, UnfoldAdminSelectWidget, UnfoldBooleanSwitchWidget

from calendar_app.conflict_words import KINDS
from calendar_app.models import Conflict
from calendar_app.selectors import conflict_lists
from calendar_app.selectors.conflict_lists import Order, Wanted
from core.models import ProjectSettings
from promotions.admin.forms.pickers import PickerField
from promotions.admin.pickers import Kind as Pickable
from promotions.models import Campaign

CAMPAIGN: Final = "campaign"


class Which(models.TextChoices):
    """In which state; without a word in the address those that are open."""

    OPEN = "open", _("Open")
    ACCEPTED = "accepted", _("Accepted")
    GONE = "gone", _("Gone")
    ALL = "all", _("All")


class Weight(models.TextChoices):
    """How bad; without a word in the address all but the small ones."""

    CONSIDERABLE = "considerable", _("High and medium")
    HIGH = "high", _("High only")
    SMALL = "small", _("Small ones only")
    ALL = "all", _("All, small ones, too")


class Sorted(models.TextChoices):
    COST = Order.COST.value, _("What costs most")
    SOONEST = Order.SOONEST.value, _("What comes first")
    NEWEST = Order.NEWEST.value, _("What was found last")


_STATES: Final = {
    Which.OPEN: (Conflict.State.OPEN.value,),
    Which.ACCEPTED: (Conflict.State.ACCEPTED.value,),
    Which.GONE: (Conflict.State.GONE.value,),
    Which.ALL: (),
}
_WEIGHTS: Final = {
    Weight.CONSIDERABLE: conflict_lists.CONSIDERABLE,
    Weight.HIGH: (Conflict.Severity.HIGH.value,),
    Weight.SMALL: conflict_lists.SMALL,
    Weight.ALL: (),
}
_USUAL: Final = {
    "state": Which.OPEN.value,
    "weight": Weight.CONSIDERABLE.value,
    "order": Order.COST.value,
}
_ANY: Final = ("", _("Any"))


class QuestionForm(forms.Form):
    """GET; nothing said is a good question, too."""

    state = forms.ChoiceField(label=_("State"), choices=Which, required=False, widget=UnfoldAdminSelectWidget)
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[_ANY, *((kind.value, text) for kind, text in KINDS.items())],
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    weight = forms.ChoiceField(
        label=_("How bad"), choices=Weight, required=False, widget=UnfoldAdminSelectWidget
    )
    campaign = PickerField([Pickable.CAMPAIGN], label=_("Campaign"))
    first = forms.DateField(label=_("From"), required=False, widget=UnfoldAdminDateWidget)
    last = forms.DateField(label=_("To"), required=False, widget=UnfoldAdminDateWidget)
    order = forms.ChoiceField(
        label=_("First"), choices=Sorted, required=False, widget=UnfoldAdminSelectWidget
    )
    mine = forms.BooleanField(
        label=_("Only of my campaigns"), required=False, widget=UnfoldBooleanSwitchWidget
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("first") and given.get("last") and given["last"] < given["first"]:
            self.add_error("last", gettext("The last day lies before the first."))
        return given


def form_of(query: QueryDict) -> QuestionForm:
    """With the usual answers where nothing was said."""
    data = query.copy()
    for name, usual in _USUAL.items():
        if not data.get(name):
            data[name] = usual
    return QuestionForm(data)


def read(form: QuestionForm, request: HttpRequest, settings: ProjectSettings) -> Wanted:
    """What was asked; what is no answer at all counts as not said."""
    given = form.cleaned_data if form.is_valid() else {**form.cleaned_data}
    first, last = given.get("first"), given.get("last")
    is_turned = "last" in form.errors
    return Wanted(
        states=_STATES[Which(given.get("state") or Which.OPEN)],
        kind=given.get("kind") or "",
        severities=_WEIGHTS[Weight(given.get("weight") or Weight.CONSIDERABLE)],
        campaign_id=_campaign(given.get("campaign") or ""),
        owner_id=request.user.pk if given.get("mine") else None,
        since=_midnight(first, settings) if first else None,
        until=_midnight(last + timedelta(days=1), settings) if last and not is_turned else None,
        order=Order(given.get("order") or Order.COST),
    )


def is_asked(form: QuestionForm) -> bool:
    """Whether somebody looks for less than all that is open."""
    given = form.cleaned_data if form.is_bound and form.is_valid() else {}
    is_limited = given.get("weight") in (Weight.HIGH, Weight.SMALL)
    return is_limited or any(given.get(name) for name in ("kind", CAMPAIGN, "first", "last", "mine"))


def _midnight(day: Any, settings: ProjectSettings) -> datetime:
    return datetime.combine(day, time(), tzinfo=settings.zone)


def _campaign(value: str) -> int | None:
    """`campaign:camp_…` as its key; 0, which none has, if it is gone."""
    if not value:
        return None
    public_id = value.partition(":")[2]
    return Campaign.objects.filter(public_id=public_id).values_list("pk", flat=True).first() or 0
