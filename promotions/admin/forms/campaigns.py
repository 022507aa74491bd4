from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.http import HttpRequest
from unfold.forms import BaseDialogForm
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from core import places
from core.admin.places_field import PlacesField, access
from core.services.assignments import Access
from promotions.admin import code_preview
from promotions.admin.code_preview import CodePreviewField
from promotions.admin.forms import gifts
from promotions.admin.forms.charsets import CHOICES, DEFAULT_PATTERN, OWN, code_config
from promotions.admin.forms.parts import DefinitionForm
from promotions.models import Campaign
from promotions.services.campaign_pool import MOST_CODES
from promotions.services.campaigns import CampaignSpec
from promotions.services.tiers import TierSpec

_PATTERN_HELP: Final = "Each # becomes a random character: SUMMER-#### gives codes such as SUMMER-7KQ2."
_BASICS: Final = (
    "name", "description", "voucher_redemption_quantity", "join_once", "return_policy", "protected",
)  # fmt: skip


class CampaignForm(DefinitionForm):
    """An existing campaign. Its kind, and the kind of its discount, are fixed."""

    applies_in = PlacesField(
        label="Areas and stores",
        help_text="Elsewhere it is refused, and its hours are those of each store. Empty: everywhere.",
    )

    class Meta:
        model = Campaign
        fields: tuple[str, ...] = (
            "name", "description", "category", "starts_at", "ends_at", "voucher_redemption_quantity",
            "join_once", "return_policy", "protected", "metadata",
        )  # fmt: skip
        labels = {"join_once": "One code per customer", "protected": "Write-protected"}  # noqa: RUF012
        help_texts = {  # noqa: RUF012
            "join_once": "Nobody gets a second code of this campaign.",
            "protected": "The shop cannot change or delete it over the API; people here can.",
            "category": "Which discounts it may stand beside is set on the category.",
            "starts_at": "Empty: at once.",
            "ends_at": "From this instant on it is over. Empty: no end.",
            "voucher_redemption_quantity": "How often each new code can be used. Empty: without limit.",
            "return_policy": (
                "Nobody ever gets back more than was paid. If the discount has conditions or gives items "
                "away, keep it only if it may stay when what it was given for comes back."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        limit = places.limit()
        own = () if self.instance.pk or limit is None else limit.places
        self.initial["applies_in"] = [*self.instance.places, *own]
        if self.instance.pk and "discount_type" in self.fields:
            self.fields["discount_type"].disabled = True
            self.fields["discount_type"].help_text = "Fixed since the campaign was made."
        if "return_policy" in self.fields:
            self.fields["return_policy"].required = False

    def clean_return_policy(self) -> str:
        """Gift cards pay: what they paid goes back to them, and nobody is asked."""
        return self.cleaned_data.get("return_policy") or self.instance.return_policy

    def needs_discount(self, cleaned: Mapping[str, Any]) -> bool:
        return bool(self.instance.discount)

    def values(self) -> dict[str, Any]:
        """Columns that were touched, as the service wants them."""
        given: dict[str, Any] = {
            name: self.cleaned_data[name] for name in _BASICS if name in self.changed_data
        }
        if "category" in self.changed_data:
            category = self.cleaned_data["category"]
            given["category"] = category.public_id if category else None
        return {**given, **self.time_columns()}

    def access(self) -> Access | None:
        """Where it shall apply; None: as it is."""
        if "applies_in" not in self.fields:
            return None
        is_new = not self.instance.pk and self.initial["applies_in"]
        return access(self.cleaned_data["applies_in"]) if is_new or self.has_moved else None

    @property
    def has_moved(self) -> bool:
        return "applies_in" in self.changed_data

    def spec(self) -> CampaignSpec:
        values = self.values()
        if self.says_discount:
            values["discount"] = self.wire_discount()
        metadata = self.cleaned_data.get("metadata") or {}
        if "metadata" not in self.changed_data:
            return CampaignSpec(values=values)
        before = self.initial.get("metadata") or {}
        unset = tuple(key for key in before if key not in metadata)
        return CampaignSpec(values=values, metadata=metadata, unset_metadata=unset)


class NewCampaignForm(CampaignForm):
    """A new campaign with its first codes, or its first promotion tier."""

    code = forms.CharField(
        required=False,
        max_length=255,
        widget=UnfoldAdminTextInputWidget,
        help_text="The one code that everybody uses, such as WELCOME10.",
    )
    codes_wanted = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=MOST_CODES,
        initial=100,
        label="How many codes",
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="You can add more later. Up to 200 are there at once, more within minutes.",
    )
    pattern = forms.CharField(
        required=False,
        max_length=255,
        initial=DEFAULT_PATTERN,
        label="How codes look",
        widget=UnfoldAdminTextInputWidget,
        help_text=_PATTERN_HELP,
    )
    charset = forms.ChoiceField(
        label="Made of",
        choices=CHOICES,
        widget=UnfoldAdminSelectWidget,
        required=False,
    )
    characters = forms.CharField(
        required=False,
        max_length=128,
        strip=False,
        label="Characters",
        widget=UnfoldAdminTextInputWidget,
        help_text="Each of them may stand where the pattern has a #.",
    )
    code_preview = CodePreviewField()
    banner = forms.CharField(
        required=False,
        max_length=500,
        label="What customers read",
        widget=UnfoldAdminTextInputWidget,
        help_text="For example: 10 % off everything this weekend.",
    )
    credits = gifts.credits_field()
    gift_effect = gifts.effect_field()

    class Meta(CampaignForm.Meta):
        fields: tuple[str, ...] = ("campaign_type", "type", *CampaignForm.Meta.fields)
        widgets = {"campaign_type": gifts.KindSelect}  # noqa: RUF012

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"voucher_redemption_quantity": 1, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        if "type" in self.fields:
            self.fields["type"].required = False

    def needs_discount(self, cleaned: Mapping[str, Any]) -> bool:
        return not self.makes_cards

    def clean(self) -> Any:
        cleaned = super().clean() or self.cleaned_data
        is_one_code = cleaned.get("type") == Campaign.Type.STANDALONE
        if not self.is_promotion and is_one_code and not cleaned.get("code"):
            self.add_error("code", "Write the code that everybody uses.")
        if cleaned.get("charset") == OWN and not cleaned.get("characters"):
            self.add_error("characters", "Write the characters that codes are made of.")
        if self.makes_cards and cleaned.get("credits") is None and "credits" not in self.errors:
            self.add_error("credits", "Say how much a new card can pay with.")
        return cleaned

    @property
    def is_promotion(self) -> bool:
        return self.cleaned_data.get("campaign_type") == Campaign.CampaignType.PROMOTION

    @property
    def makes_cards(self) -> bool:
        return self.cleaned_data.get("campaign_type") == Campaign.CampaignType.GIFT_VOUCHERS

    def values(self) -> dict[str, Any]:
        given = {**super().values(), "name": self.cleaned_data["name"]}
        given["voucher_redemption_quantity"] = self.cleaned_data.get("voucher_redemption_quantity")
        return given

    def kind_of_codes(self) -> dict[str, Any]:
        """The columns that say which codes there will be, and what a gift card holds."""
        given = self.cleaned_data
        columns: dict[str, Any] = {
            "type": given.get("type") or Campaign.Type.STATIC,
            "code_config": code_config(given.get("pattern"), given.get("charset"), given.get("characters")),
        }
        return {**columns, "gift": gifts.wire_gift(given)} if self.makes_cards else columns

    def spec(self) -> CampaignSpec:
        given, values = self.cleaned_data, self.values()
        metadata = given.get("metadata") or {}
        if self.is_promotion:
            values.pop("voucher_redemption_quantity")
            tier = TierSpec(
                values={
                    "name": given["name"],
                    "banner": given.get("banner") or "",
                    "discount": self.wire_discount(),
                },
                rules=self.rules(),
            )
            return CampaignSpec(kind=given["campaign_type"], tiers=(tier,), values=values, metadata=metadata)
        values |= self.kind_of_codes()
        if not self.makes_cards:
            values["discount"] = self.wire_discount()
        is_one_code = values["type"] == Campaign.Type.STANDALONE
        return CampaignSpec(
            kind=given["campaign_type"],
            code=given.get("code") if is_one_code else None,
            vouchers_count=0 if is_one_code else given.get("codes_wanted") or 0,
            values=values,
            metadata=metadata,
            rules=self.rules(),
        )


class AddCodesForm(BaseDialogForm):
    count = forms.IntegerField(
        min_value=1,
        max_value=MOST_CODES,
        initial=100,
        label="How many",
        widget=UnfoldAdminIntegerFieldWidget,
    )
    pattern = forms.CharField(
        required=False,
        max_length=255,
        label="How they look",
        widget=UnfoldAdminTextInputWidget,
        help_text=f"{_PATTERN_HELP} Empty: as the campaign's other codes.",
    )
    charset = forms.ChoiceField(
        label="Made of",
        choices=[("", "As the campaign's other codes"), *CHOICES[:-1]],
        widget=UnfoldAdminSelectWidget,
        required=False,
    )
    form_after_template = code_preview.BOX

    def get_after_template_context(
        self, request: HttpRequest, object_id: int | str | None = None
    ) -> dict[str, Any]:
        return code_preview.box(object_id)
