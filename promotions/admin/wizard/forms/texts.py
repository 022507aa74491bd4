"""What it is called for customers and colleagues, and what else is noted about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from core.admin.metadata import MetadataField
from promotions.admin.wizard import keys
from promotions.admin.wizard.forms.base import StepForm
from promotions.admin.wizard.keys import Kind
from promotions.models import Campaign, Category

_CARRIED = ("tier_name",)


class TextsForm(StepForm):
    key = keys.TEXTS
    folded = ("More",)

    banner = forms.CharField(
        required=False,
        max_length=500,
        label="What customers read",
        widget=UnfoldAdminTextInputWidget(
            attrs={"placeholder": "Buy two coffees, get one free this weekend"}
        ),
        help_text="The shop shows it beside the promotion.",
    )
    description = forms.CharField(
        required=False,
        label="Description",
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="For colleagues: why it is there, who asked for it.",
    )
    category = forms.ModelChoiceField(
        queryset=Category.objects.order_by("hierarchy", "name", "pk"),
        required=False,
        label="Category",
        to_field_name="public_id",
        widget=UnfoldAdminSelectWidget,
        help_text="Which discounts it may stand beside is set on the category.",
    )
    return_policy = forms.ChoiceField(
        required=False,
        label="When items are returned",
        choices=Campaign.ReturnPolicy.choices,
        widget=UnfoldAdminSelectWidget,
        help_text="Nobody ever gets back more than was paid.",
    )
    protected = forms.BooleanField(
        required=False,
        label="Write-protected",
        widget=UnfoldBooleanSwitchWidget,
        help_text="The shop cannot change or delete it over the API; people here can.",
    )
    metadata = MetadataField()

    def prepare(self) -> None:
        if self.desk.kind != Kind.AUTOMATIC or self.desk.said(keys.DISCOUNT).get("tiers"):
            del self.fields["banner"]
        if self.desk.kind == Kind.CARDS:
            del self.fields["return_policy"]

    def sections(self) -> list[tuple[str, tuple[str, ...]]]:
        return [
            ("", ("banner", "description", "category")),
            ("More", ("return_policy", "protected", "metadata")),
        ]

    def initial_of(self, said: Mapping[str, Any]) -> dict[str, Any]:
        return {"return_policy": Campaign.ReturnPolicy.KEEP.value, **said}

    def said(self) -> dict[str, Any]:
        given = self.cleaned_data
        category = given.get("category")
        found = {name: self.before[name] for name in _CARRIED if self.before.get(name)}
        found |= {
            name: given[name]
            for name in ("banner", "description", "protected", "metadata")
            if given.get(name)
        }
        if category is not None:
            found["category"] = category.public_id
        if given.get("return_policy"):
            found["return_policy"] = given["return_policy"]
        return found
