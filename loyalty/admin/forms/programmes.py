"""The settings of a programme, in words and fields."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django import forms
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget, UnfoldBooleanSwitchWidget

from core.admin.metadata import MetadataField
from loyalty import programme_words
from loyalty.admin.forms.expiry import EXPIRY_CONDITIONS, EXPIRY_FIELDS, ExpiryFields, expiry_initial
from loyalty.admin.forms.tier_terms import TERMS_CONDITIONS, TERMS_FIELDS, TierTermsFields, terms_initial
from loyalty.models import Programme
from promotions.services.campaigns import CampaignSpec

SECTIONS: Final = (
    ("Basics", {"fields": ("name", "description", "starts_at", "ends_at")}),
    ("New members", {"fields": ("initial_points", "auto_join")}),
    ("When points expire", {"fields": (*EXPIRY_FIELDS, "reminder_days")}),
    ("How tiers are reached", {"fields": TERMS_FIELDS}),
    ("When goods come back", {"fields": ("reverse_on_return", "debts")}),
    ("More", {"fields": ("metadata",)}),
)
CONDITIONS: Final = {**EXPIRY_CONDITIONS, **TERMS_CONDITIONS, "debts": "reverse_on_return"}
_COLUMNS: Final = ("name", "description", "starts_at", "ends_at")
_PLAIN: Final = {
    "initial_points": "points",
    "auto_join": "auto_join",
    "reminder_days": "reminder_days",
    "reverse_on_return": "reverse_on_return",
    "debts": "debts",
}
"""Field of the form -> key of the stored settings."""


class ProgrammeForm(ExpiryFields, TierTermsFields, forms.ModelForm):  # type: ignore[type-arg]
    """An existing programme. What the fields cannot say (a rounding of tiers, say) stays as it is."""

    initial_points = forms.IntegerField(
        min_value=0,
        max_value=10**9,
        label="Points for joining",
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="Every new card begins with them. Cards that are given out keep what they have.",
    )
    auto_join = forms.BooleanField(
        required=False,
        label="Customers join by themselves",
        widget=UnfoldBooleanSwitchWidget,
        help_text="The first earning rule that fits makes a customer a member. Otherwise you give cards out.",
    )
    reminder_days = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=365,
        label="Remind members so many days before",
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="Your shop is told (a webhook), and writes to them. Empty: nobody is reminded.",
    )
    reverse_on_return = forms.BooleanField(
        required=False,
        label="Returned goods take back the points that they brought",
        widget=UnfoldBooleanSwitchWidget,
    )
    debts = forms.ChoiceField(
        required=False,
        label="If these points are spent already",
        choices=list(programme_words.DEBTS.items()),
        widget=UnfoldAdminSelectWidget,
    )
    metadata = MetadataField()

    class Meta:
        model = Programme
        fields: tuple[str, ...] = (*_COLUMNS, "metadata")
        help_texts: ClassVar = {
            "starts_at": "Empty: at once.",
            "ends_at": "From this instant on nothing is earned or spent. Empty: no end.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        stored = settings_of(kwargs.get("instance"))
        kwargs["initial"] = {**stored, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)

    def clean(self) -> Any:
        cleaned = super().clean() or self.cleaned_data
        start, end = cleaned.get("starts_at"), cleaned.get("ends_at")
        if start and end and end <= start:
            self.add_error("ends_at", "The end must lie after the start.")
        return cleaned

    def loyalty(self) -> dict[str, Any]:
        """All settings as they shall be."""
        given, found = self.cleaned_data, dict(self.instance.loyalty or {})
        for name, key in _PLAIN.items():
            if name in self.changed_data:
                found[key] = given[name]
        if self.says_expiry:
            found["expiration_rules"] = self.wire_expiry()
        if self.says_terms:
            found["tiers_expiration"] = self.wire_terms()
        if {"counts_additions", "counts_transfers"} & set(self.changed_data):
            found["counts"] = {
                "additions": given["counts_additions"],
                "transfers": given["counts_transfers"],
            }
        return found

    def spec(self) -> CampaignSpec:
        """What was touched."""
        values: dict[str, Any] = {
            name: self.cleaned_data[name] for name in _COLUMNS if name in self.changed_data
        }
        loyalty = self.loyalty()
        if loyalty != self.instance.loyalty:
            values["loyalty"] = loyalty
        if "metadata" not in self.changed_data:
            return CampaignSpec(values=values)
        metadata = self.cleaned_data.get("metadata") or {}
        unset = tuple(key for key in self.initial.get("metadata") or {} if key not in metadata)
        return CampaignSpec(values=values, metadata=metadata, unset_metadata=unset)


def settings_of(programme: Programme | None) -> dict[str, Any]:
    """What the fields hold of a stored programme; of a new one the usual."""
    loyalty = (programme.loyalty if programme is not None else None) or {}
    return {
        "initial_points": loyalty.get("points", 0),
        "auto_join": bool(loyalty.get("auto_join")),
        "reminder_days": loyalty.get("reminder_days"),
        "reverse_on_return": loyalty.get("reverse_on_return", True),
        "debts": loyalty.get("debts") or "WRITE_OFF",
        **expiry_initial(loyalty.get("expiration_rules")),
        **terms_initial(loyalty),
    }
