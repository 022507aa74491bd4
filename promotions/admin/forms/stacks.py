"""The form of a promotion stack: its tiers, one below the other in the order of application."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget

from promotions.models import Campaign, PromotionStack
from promotions.models.stacks import MOST_TIERS
from promotions.selectors import stacks as known
from promotions.selectors import tiers as known_tiers
from promotions.services.stacks import StackSpec

_BLANK_PLACES: Final = 3


class PlacesWidget(forms.MultiWidget):
    """One select below the other."""

    def decompress(self, value: Any) -> list[str]:
        return list(value or [])


class PlacesField(forms.MultiValueField):
    """Chosen from top to bottom; empty places close up. Cleans to a list of values."""

    def __init__(self, *, choices: Sequence[tuple[str, str]] = (), places: int = 1, **kwargs: Any) -> None:
        options = [("", "–"), *choices]
        fields = [forms.ChoiceField(choices=options, required=False) for _ in range(places)]
        widget = PlacesWidget([UnfoldAdminSelectWidget(choices=options) for _ in range(places)])
        super().__init__(fields, widget=widget, require_all_fields=False, **kwargs)

    def compress(self, data_list: Sequence[str]) -> list[str]:
        chosen = [value for value in data_list if value]
        if len(set(chosen)) < len(chosen):
            raise forms.ValidationError("A tier can stand in one place only.")
        return chosen

    def has_changed(self, initial: Any, data: Any) -> bool:
        return [value for value in data or () if value] != list(initial or ())


class StackForm(forms.ModelForm):  # type: ignore[type-arg]
    """A stored stack: its campaign stays, its tiers are chosen among those of the campaign."""

    tiers = PlacesField()

    class Meta:
        model = PromotionStack
        fields: tuple[str, ...] = ("name", "category")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "tiers" not in self.fields:
            return
        chosen = known.tier_ids(known.printable(PromotionStack.objects.filter(pk=self.instance.pk))[0])
        tiers = known_tiers.of_campaign(self.instance.campaign)
        self.initial["tiers"] = chosen
        self.fields["tiers"] = PlacesField(
            label="Tiers, in the order in which they apply",
            choices=[(tier.public_id, tier.name) for tier in tiers],
            places=min(MOST_TIERS, len(chosen) + _BLANK_PLACES),
            help_text="The first one is taken off first. Leave a place empty to take a tier out.",
        )

    def spec(self) -> StackSpec:
        category = self.cleaned_data["category"]
        values = {"name": self.cleaned_data["name"], "category": category.public_id if category else None}
        return StackSpec(
            values={name: value for name, value in values.items() if name in self.changed_data},
            tier_ids=self.cleaned_data["tiers"] if "tiers" in self.changed_data else None,
        )


class NewStackForm(forms.ModelForm):  # type: ignore[type-arg]
    """A new stack begins with the tiers of its promotion, in their order."""

    class Meta:
        model = PromotionStack
        fields = ("campaign", "name", "category")
        help_texts = {  # noqa: RUF012
            "campaign": "The stack begins with all tiers of this promotion; choose and sort them on its page."
        }

    def clean_campaign(self) -> Campaign:
        campaign: Campaign = self.cleaned_data["campaign"]
        self.tier_ids = [tier.public_id for tier in known_tiers.of_campaign(campaign)[:MOST_TIERS]]
        if not self.tier_ids:
            raise forms.ValidationError("This promotion has no tiers yet. Add them first.")
        return campaign

    def spec(self) -> StackSpec:
        category = self.cleaned_data["category"]
        values = {"name": self.cleaned_data["name"], "category": category.public_id if category else None}
        return StackSpec(values=values, tier_ids=self.tier_ids)
