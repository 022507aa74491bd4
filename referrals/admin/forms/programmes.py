"""The settings of a programme that is there: what may change, in fields."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django import forms

from promotions.admin.forms.discounts import DISCOUNT_FIELDS
from promotions.admin.forms.parts import DefinitionForm
from promotions.models import Campaign
from promotions.services.campaigns import CampaignSpec
from referrals.admin.forms.limits import LIMIT_FIELDS, LIMITS_HINT, LimitFields, limits_initial
from referrals.admin.forms.settings import (
    COUNTS_FIELDS,
    NAMES,
    SHARE_FIELDS,
    WAITING_FIELDS,
    SettingsFields,
    settings_initial,
)
from referrals.models import ReferralProgramme
from referrals.programmes import Programme

FIXED: Final = "Fixed since the programme was made: people recommend it for that."
_COLUMNS: Final = ("name", "description", "starts_at", "ends_at", "voucher_redemption_quantity")


def takes_off(programme: Campaign) -> bool:
    """Whether the code has a discount; without one it is stored as an amount of nothing."""
    wire = programme.discount or {}
    return not (wire.get("type") == "AMOUNT" and not wire.get("amount_off"))


def sections(programme: ReferralProgramme) -> tuple[tuple[str, dict[str, Any]], ...]:
    discount = DISCOUNT_FIELDS if takes_off(programme) else ()
    return (
        ("Basics", {"fields": ("name", "description", "starts_at", "ends_at")}),
        *([("What the code takes off", {"fields": discount})] if discount else []),
        ("What friends get, and for what", {"fields": ("friend_gets", "converts"), "description": FIXED}),
        (
            "Who counts",
            {"fields": (*COUNTS_FIELDS, "conditions", "conditions_in_words", "voucher_redemption_quantity")},
        ),
        ("How rewards for referrers come", {"fields": WAITING_FIELDS}),
        ("Sharing", {"fields": SHARE_FIELDS}),
        (
            "How suspicious referrals are judged",
            {"fields": LIMIT_FIELDS, "description": LIMITS_HINT, "classes": ("collapse",)},
        ),
        ("More", {"fields": ("metadata",)}),
    )


class ProgrammeForm(LimitFields, SettingsFields, DefinitionForm):
    class Meta:
        model = ReferralProgramme
        fields: tuple[str, ...] = (*_COLUMNS, "metadata")
        labels: ClassVar = {"voucher_redemption_quantity": "So many friends with one code"}
        help_texts: ClassVar = {
            "starts_at": "Empty: at once.",
            "ends_at": "From this instant on nobody is recommended any more. Empty: no end.",
            "voucher_redemption_quantity": "Of codes that are made from now on. Empty: any number.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        row = kwargs.get("instance")
        stored: dict[str, Any] = {}
        if row is not None:
            programme = Programme.of(row)
            stored = {**settings_initial(programme), **limits_initial(programme)}
        kwargs["initial"] = {**stored, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        kind: forms.Field | None = self.fields.get("discount_type")
        if kind is not None and not self.instance.is_draft:
            kind.disabled = True
            kind.help_text = "Fixed since the launch. The figures below can be changed."

    def needs_discount(self, cleaned: Any) -> bool:
        return takes_off(self.instance)

    def spec(self) -> CampaignSpec:
        """What was touched."""
        touched = set(self.changed_data)
        values: dict[str, Any] = {name: self.cleaned_data[name] for name in _COLUMNS if name in touched}
        if names := [name for name in NAMES if name in touched]:
            values["referral"] = self.settings(names)
        if self.says_limits:
            values["referral"] = {**values.get("referral", {}), "thresholds": self.thresholds()}
        if self.says_discount:
            values["discount"] = self.wire_discount()
        conditions = self.chosen_rule_id() if "conditions" in touched else None
        if "metadata" not in touched:
            return CampaignSpec(values=values, conditions=conditions)
        metadata = self.cleaned_data.get("metadata") or {}
        unset = tuple(key for key in self.initial.get("metadata") or {} if key not in metadata)
        return CampaignSpec(values=values, metadata=metadata, unset_metadata=unset, conditions=conditions)
