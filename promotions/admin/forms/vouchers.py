from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from unfold.widgets import UnfoldAdminTextInputWidget

from core.admin.forms import removed_keys
from promotions.admin.forms import gifts
from promotions.admin.forms.discounts import discount_initial
from promotions.admin.forms.parts import DefinitionForm
from promotions.models import Campaign, PromotionTier, Voucher
from promotions.services.tiers import TierSpec
from promotions.services.vouchers import VoucherSpec

BESIDE_THE_CAMPAIGNS: Final = "For whom and for which items, besides the conditions of the campaign."


class VoucherForm(DefinitionForm):
    """An existing code. Code and campaign stay; without a discount of its own the campaign's counts."""

    gift_effect = gifts.effect_field()

    class Meta:
        model = Voucher
        fields: tuple[str, ...] = (
            "category", "starts_at", "ends_at", "redemption_quantity", "additional_info", "metadata",
            "gift_effect",
        )  # fmt: skip
        labels = {"additional_info": "Note"}  # noqa: RUF012
        help_texts = {  # noqa: RUF012
            "starts_at": "Empty: as the campaign, else at once.",
            "ends_at": "Empty: as the campaign, else no end.",
            "redemption_quantity": "How often it can be used. Empty: without limit.",
            "category": "Empty: as the campaign.",
            "additional_info": "For your colleagues; customers do not see it.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "conditions" in self.fields:
            self.fields["conditions"].help_text = BESIDE_THE_CAMPAIGNS
        if self.instance.pk is None or "discount_type" not in self.fields:
            return
        kind = self.fields["discount_type"]
        kind.disabled = True
        kind.help_text = "Fixed since the code was made."
        if self.instance.campaign is not None:
            self._lend_discount(self.instance.campaign)
            kind.help_text = "As the campaign. Another value below is this code's own."

    def _lend_discount(self, campaign: Campaign) -> None:
        if not self.instance.discount:
            self.initial.update(discount_initial(campaign.discount))

    def values(self) -> dict[str, Any]:
        names = ("redemption_quantity", "additional_info")
        given = {name: self.cleaned_data[name] for name in names if name in self.changed_data}
        if "category" in self.changed_data:
            category = self.cleaned_data["category"]
            given["category"] = category.public_id if category else None
        return {**given, **self.time_columns()}

    def spec(self) -> VoucherSpec:
        values = self.values()
        if self.says_discount:
            values["discount"] = self.wire_discount()
        if "gift_effect" in self.changed_data:
            values["gift"] = {"effect": self.cleaned_data["gift_effect"]}
        return VoucherSpec(values=values, metadata=self.metadata_changes())

    def metadata_changes(self) -> dict[str, Any]:
        """Keys to set, and keys that were taken out, which a merge sets to null."""
        if "metadata" not in self.changed_data:
            return {}
        metadata = self.cleaned_data["metadata"]
        return {**removed_keys(self.initial.get("metadata") or {}, metadata), **metadata}


class NewVoucherForm(VoucherForm):
    kind = forms.ChoiceField(
        required=False, label="What it is", choices=Voucher.Type.choices, widget=gifts.KindSelect
    )
    credits = gifts.credits_field()
    code = forms.CharField(
        required=False,
        max_length=255,
        widget=UnfoldAdminTextInputWidget,
        help_text="What customers type, such as WELCOME10. Empty: a random one.",
    )

    class Meta(VoucherForm.Meta):
        fields: tuple[str, ...] = ("campaign", *VoucherForm.Meta.fields)
        help_texts = {  # noqa: RUF012
            **VoucherForm.Meta.help_texts,
            "campaign": "Empty: a code that stands alone, with a discount or credits of its own.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "redemption_quantity" in self.fields:
            self.fields[
                "redemption_quantity"
            ].help_text = "How often it can be used. Empty: as the campaign, else without limit."

    @property
    def is_card(self) -> bool:
        return self.cleaned_data.get("kind") == Voucher.Type.GIFT_VOUCHER

    def needs_discount(self, cleaned: Mapping[str, Any]) -> bool:
        return cleaned.get("campaign") is None and not self.is_card

    def clean(self) -> Any:
        cleaned = super().clean() or self.cleaned_data
        is_unsaid = cleaned.get("credits") is None and "credits" not in self.errors
        if self.is_card and is_unsaid and cleaned.get("campaign") is None:
            self.add_error("credits", "Say how much the card can pay with.")
        return cleaned

    def spec(self) -> VoucherSpec:
        values = self.values()
        if self.is_card and self.cleaned_data.get("credits") is not None:
            values["gift"] = gifts.wire_gift(self.cleaned_data)
        elif self.cleaned_data.get("campaign") is None:
            values["discount"] = self.wire_discount()
        return VoucherSpec(
            code=self.cleaned_data.get("code") or None,
            values=values,
            metadata=self.cleaned_data.get("metadata") or {},
            rules=self.rules(),
        )


class TierForm(DefinitionForm):
    is_discount_required = True

    class Meta:
        model = PromotionTier
        fields = (
            "campaign", "name", "banner", "hierarchy", "category", "starts_at", "ends_at", "metadata",
        )  # fmt: skip
        labels = {"banner": "What customers read", "hierarchy": "Place"}  # noqa: RUF012
        help_texts = {  # noqa: RUF012
            "banner": "For example: 10 % off everything this weekend.",
            "hierarchy": "1 is offered first. Later ones move down.",
            "starts_at": "Empty: as the campaign.",
            "ends_at": "Empty: as the campaign.",
            "category": "Empty: as the campaign.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "conditions" in self.fields:
            self.fields["conditions"].help_text = BESIDE_THE_CAMPAIGNS

    def spec(self) -> TierSpec:
        names = ("name", "banner", "hierarchy")
        is_new = self.instance.pk is None
        values = {
            name: self.cleaned_data[name]
            for name in names
            if name in self.cleaned_data and (is_new or name in self.changed_data)
        }
        if "category" in self.changed_data:
            category = self.cleaned_data["category"]
            values["category"] = category.public_id if category else None
        if is_new or self.says_discount:
            values["discount"] = self.wire_discount()
        metadata = self.cleaned_data.get("metadata") or {}
        if "metadata" not in self.changed_data:
            metadata = {}
        elif not is_new:
            metadata = {**removed_keys(self.initial.get("metadata") or {}, metadata), **metadata}
        rules = self.rules() if is_new else ()
        return TierSpec(values={**values, **self.time_columns()}, metadata=metadata, rules=rules)
