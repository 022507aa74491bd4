"""The dialogs of clones and templates: what is said about something new that is made of something there."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.http import Http404
from django.utils import timezone
from unfold.forms import BaseDialogForm
from unfold.widgets import (
    UnfoldAdminDateWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from promotions.models import Campaign, CampaignTemplate, PromotionTier
from promotions.selectors import campaigns as known_campaigns
from promotions.services import cloning
from promotions.services.campaign_pool import MOST_CODES
from promotions.services.cloning import CloneSpec, TierCloneSpec

_LONGEST_NAME = 255


class When(models.TextChoices):
    SAME = "same", "On the same days"
    MOVED = "moved", "From another day on, for as long"
    NONE = "none", "Without dates"


class Budgets(models.TextChoices):
    SHARED = "shared", "It draws on the same budgets: what it gives counts against their limits"
    NONE = "none", "It has no budget yet: nothing limits what it gives until it gets one"


def _name(text: str) -> forms.CharField:
    return forms.CharField(
        max_length=_LONGEST_NAME, label="Name", help_text=text, widget=UnfoldAdminTextInputWidget
    )


class CloneForm(BaseDialogForm):
    """A clone of a campaign: a draft with everything but what must be its own."""

    name = _name("Every campaign has a name of its own.")
    when = forms.ChoiceField(choices=When.choices, label="Runs", widget=UnfoldAdminSelectWidget)
    starts_on = forms.DateField(
        required=False,
        label="From",
        widget=UnfoldAdminTextInputWidget(attrs={"type": "date"}),
        help_text="Its first day, if it runs from another day on.",
    )
    code = forms.CharField(
        max_length=_LONGEST_NAME,
        label="Code",
        widget=UnfoldAdminTextInputWidget,
        help_text="The one code that everybody uses. It must be another one.",
    )
    codes = forms.IntegerField(
        min_value=0,
        max_value=MOST_CODES,
        label="How many codes",
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="New ones, made when the clone is launched.",
    )
    budgets = forms.ChoiceField(choices=Budgets.choices, label="Budget", widget=UnfoldAdminSelectWidget)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.original = _row(Campaign.objects.filter(deleted_at=None), self.object_id)
        dropped = {"code", "codes"}
        if self.original.type == Campaign.Type.STANDALONE:
            dropped = {"codes"}
        elif self.original.type == Campaign.Type.STATIC and self._has_codes():
            dropped = {"code"}
        if not self.original.budgets.filter(deleted_at=None).exists():
            dropped |= {"budgets"}
        if self.original.starts_at is None and self.original.ends_at is None:
            dropped |= {"when", "starts_on"}
        for name in dropped:
            del self.fields[name]
        self.initial = {
            "name": f"{self.original.name} (2)"[:_LONGEST_NAME],
            "codes": cloning.codes_of(self.original),
            "when": When.SAME,
            "budgets": Budgets.SHARED,
        }

    def _has_codes(self) -> bool:
        return self.original.campaign_type != Campaign.CampaignType.PROMOTION

    def clean(self) -> Any:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("when") == When.MOVED and not cleaned.get("starts_on"):
            self.add_error("starts_on", "Say from which day on.")
        return cleaned

    def spec(self) -> CloneSpec:
        given = self.cleaned_data
        is_moved = given.get("when") == When.MOVED
        return CloneSpec(
            name=given["name"],
            code=given.get("code") or "",
            codes=given.get("codes"),
            starts_at=self._start() if is_moved else None,
            has_no_dates=given.get("when") == When.NONE,
            shares_budgets=given.get("budgets") != Budgets.NONE,
        )

    def _start(self) -> datetime:
        """On that day, at the time of day at which the original starts."""
        zone = timezone.get_current_timezone()
        begins = self.original.starts_at
        at = time.min if begins is None else begins.astimezone(zone).time()
        return datetime.combine(self.cleaned_data["starts_on"], at, zone)


class TierCloneForm(BaseDialogForm):
    """A clone of a tier: the last one of its promotion or of another."""

    name = _name("What colleagues call it.")
    campaign = forms.ModelChoiceField(
        queryset=Campaign.objects.none(),
        label="In the promotion",
        empty_label=None,
        widget=UnfoldAdminSelectWidget,
        help_text="If that promotion runs, customers get it at once.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        original = _row(PromotionTier.objects.filter(deleted_at=None), self.object_id)
        self.fields["campaign"].queryset = _promotions()  # type: ignore[attr-defined]
        self.initial = {"name": f"{original.name} (2)"[:_LONGEST_NAME], "campaign": original.campaign_id}

    def spec(self) -> TierCloneSpec:
        return TierCloneSpec(name=self.cleaned_data["name"], campaign_id=self.cleaned_data["campaign"].pk)


class KeepForm(BaseDialogForm):
    """Something kept as a template."""

    name = _name("What the template is called.")
    description = forms.CharField(
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="What it is good for, so that colleagues find it.",
    )


class TierOfTemplateForm(BaseDialogForm):
    """A tier made of a template."""

    name = _name("What colleagues call it.")
    campaign = forms.ModelChoiceField(
        queryset=Campaign.objects.none(),
        label="In the promotion",
        widget=UnfoldAdminSelectWidget,
        help_text="If that promotion runs, customers get it at once.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        template = _row(CampaignTemplate.objects.all(), self.object_id)
        self.fields["campaign"].queryset = _promotions()  # type: ignore[attr-defined]
        self.initial = {"name": template.name}


class FromTemplateForm(forms.Form):
    """A campaign made of a template, in a few fields; everything else is as the template says."""

    name = _name("Every campaign has a name of its own.")
    starts_on = forms.DateField(
        required=False, label="From", widget=UnfoldAdminDateWidget, help_text="Empty: at once."
    )
    ends_on = forms.DateField(
        required=False, label="Until", widget=UnfoldAdminDateWidget, help_text="The last day. Empty: no end."
    )
    code = forms.CharField(
        required=False,
        max_length=_LONGEST_NAME,
        label="Code",
        widget=UnfoldAdminTextInputWidget,
    )
    codes = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=MOST_CODES,
        initial=100,
        label="How many codes",
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="Up to 200 are there at once, more within minutes. More can be added later.",
    )

    def __init__(self, *args: Any, template: CampaignTemplate, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        settings = template.content["settings"]
        pattern = settings["code_config"].get("pattern", "")
        self.fields["code"].help_text = f"The one code that everybody uses. Empty: a random one, {pattern}."
        kinds = Campaign.Type
        if settings["type"] == kinds.STANDALONE:
            del self.fields["codes"]
        else:
            del self.fields["code"]
        if settings["type"] == kinds.AUTO_UPDATE:
            self.fields["codes"].initial = 0
            self.fields["codes"].help_text = "0 is enough: everybody it is sent to gets a new code."

    def clean(self) -> Any:
        cleaned = super().clean() or self.cleaned_data
        starts_on, ends_on = cleaned.get("starts_on"), cleaned.get("ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", "It would end before it starts.")
        return cleaned


def _promotions() -> Any:
    rows = known_campaigns.present().filter(campaign_type=Campaign.CampaignType.PROMOTION)
    return rows.order_by("name", "pk")


def _row[Row: models.Model](rows: models.QuerySet[Row], object_id: int | str | None) -> Row:
    """:raises Http404: there is none, or the address holds no key at all."""
    try:
        return rows.get(pk=object_id)
    except (ObjectDoesNotExist, ValueError):
        raise Http404 from None
