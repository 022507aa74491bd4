"""The form of an emergency stop: what, why, and whether it is only a drill."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelectMultiple
from django.db import models
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminTextareaWidget

from commerce.models import Product, ProductCollection, ProductCollectionItem, Sku
from core.models import ApiKey
from promotions.admin.forms.budgets import NamesField
from promotions.models import Budget, Campaign, Category
from promotions.selectors import campaigns
from promotions.services.stops import LONGEST_REASON, StopSpec

_LOOKED_UP: Final = ("campaigns", "categories", "products", "collections")
_NAMED: Final = ("stores", "channels")


class What(models.TextChoices):
    EVERYTHING = "everything", "Everything"
    LISTED = "listed", "Only what I list"


class ChosenWidget(AutocompleteSelectMultiple):
    """Looked up by name, with the rights of the list. `field` is any relation to what is looked up."""

    def __init__(self, field: Any) -> None:
        super().__init__(field, admin.site)

    def build_attrs(self, base_attrs: Any, extra_attrs: Any = None) -> Any:
        """Unfold binds every field to a model, which would undo what is chosen: select2 does not tell it."""
        attrs = super().build_attrs(base_attrs, extra_attrs)
        attrs.pop("x-model.fill", None)
        return attrs


class StopForm(forms.Form):
    what = forms.ChoiceField(
        choices=What.choices,
        widget=forms.RadioSelect,
        label="What to stop",
        error_messages={"required": "Choose what to stop."},
    )
    campaigns = forms.ModelMultipleChoiceField(queryset=Campaign.objects.none(), required=False)
    categories = forms.ModelMultipleChoiceField(
        queryset=Category.objects.none(),
        required=False,
        help_text="Campaigns, tiers and codes of these categories.",
    )
    products = forms.ModelMultipleChoiceField(
        queryset=Product.objects.none(),
        required=False,
        help_text="No discount may touch them: a code that would is refused. Cards still pay for them.",
    )
    collections = forms.ModelMultipleChoiceField(
        queryset=ProductCollection.objects.none(), required=False, help_text="Likewise what is in them."
    )
    stores = NamesField(help_text="Between commas, as orders say in their metadata field “store”.")
    channels = NamesField(help_text="Between commas, as the shop calls its channels: web, mobile.")
    api_keys = forms.ModelMultipleChoiceField(
        queryset=ApiKey.objects.none(),
        required=False,
        label="API keys",
        widget=forms.CheckboxSelectMultiple,
        help_text="What these keys validate or redeem is refused.",
    )
    reason = forms.CharField(
        max_length=LONGEST_REASON,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="For colleagues and for the audit log. Customers never see it.",
        error_messages={"required": "Write down the reason."},
    )
    is_drill = forms.BooleanField(
        required=False,
        label="This is a drill",
        help_text="Nothing is refused. What would have been is noted, so that everybody can practise.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = {
            "campaigns": (campaigns.present(), Budget._meta.get_field("campaigns")),
            "categories": (Category.objects.all(), Campaign._meta.get_field("category")),
            "products": (Product.objects.present(), Sku._meta.get_field("product")),
            "collections": (
                ProductCollection.objects.all(),
                ProductCollectionItem._meta.get_field("collection"),
            ),
        }
        for name, (rows, relation) in found.items():
            chosen: Any = self.fields[name]
            chosen.queryset, chosen.widget = rows, ChosenWidget(relation)
            chosen.widget.choices = chosen.choices
        keys: Any = self.fields["api_keys"]
        keys.queryset = ApiKey.objects.exclude(kind=ApiKey.Kind.MANAGEMENT).order_by("name", "pk")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        listed = any(cleaned.get(name) for name in (*_LOOKED_UP, *_NAMED, "api_keys"))
        if cleaned.get("what") == What.LISTED and not listed and not self.errors:
            self.add_error("what", "List at least one thing below, or stop everything.")
        return cleaned

    def spec(self) -> StopSpec:
        given = self.cleaned_data
        is_everything = given["what"] == What.EVERYTHING
        covers: dict[str, list[str]] = {}
        if not is_everything:
            covers = {name: [row.public_id for row in given[name]] for name in _LOOKED_UP}
            covers |= {name: given[name] for name in _NAMED}
            covers["api_keys"] = [key.app_id for key in given["api_keys"]]
        return StopSpec(
            reason=given["reason"], is_everything=is_everything, covers=covers, is_drill=given["is_drill"]
        )


class RestoreForm(BaseDialogForm):
    reason = forms.CharField(
        max_length=LONGEST_REASON,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="What was put right, for whoever asks later.",
    )
