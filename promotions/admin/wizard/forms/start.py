"""Which campaign a new one begins with."""

from __future__ import annotations

from typing import Any

from django import forms

from promotions.admin import pickers
from promotions.admin.forms.pickers import PickerField
from promotions.models import Campaign
from promotions.selectors import campaigns as known_campaigns


class CopyForm(forms.Form):
    campaign = PickerField(
        (pickers.Kind.CAMPAIGN,),
        label="Copy of a campaign",
        required=True,
        help_text="All it says comes along; nothing of it is changed.",
    )

    def clean_campaign(self) -> str:
        value: str = self.cleaned_data["campaign"]
        self.found: Any = known_campaigns.present().filter(public_id=value.partition(":")[2]).first()
        if self.found is None:
            raise forms.ValidationError("Choose a campaign from the list.")
        return value

    def original(self) -> Campaign:
        """The chosen one, ready to be read."""
        return known_campaigns.printable(Campaign.objects.all()).get(pk=self.found.pk)
