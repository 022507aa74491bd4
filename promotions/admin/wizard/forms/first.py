"""The first step: what customers get hold of, and what it is called."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from unfold.widgets import UnfoldAdminTextInputWidget

from promotions.admin.wizard import keys
from promotions.admin.wizard.forms.base import StepForm
from promotions.admin.wizard.forms.fields import cards
from promotions.models import Campaign

_LONGEST_NAME = 255


class TypeForm(StepForm):
    """The kind is fixed once there is a campaign: codes and tiers hang on it."""

    key = keys.TYPE
    lead = "Everything but the kind can be changed later. Nothing reaches customers before you launch it."

    name = forms.CharField(
        max_length=_LONGEST_NAME,
        label="Name",
        help_text="What you and your colleagues call it. Customers do not see it.",
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "Coffee weekends for VIPs"}),
    )
    kind = cards(keys.KINDS, label="What customers get")

    def prepare(self) -> None:
        if self.desk.campaign is not None:
            kind: Any = self.fields["kind"]
            kind.disabled = True
            kind.choices = [one for one in kind.choices if one[0] == self.before.get("kind")]
            kind.help_text = "Fixed since the campaign was made."

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        own = self.desk.campaign.pk if self.desk.campaign else 0
        if Campaign._base_manager.filter(name=name, released_at=None).exclude(pk=own).exists():
            raise ValidationError("Another campaign has this name, perhaps one in the bin.")
        return name

    def said(self) -> dict[str, Any]:
        return {**self.before, **self.cleaned_data}
