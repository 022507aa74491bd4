"""A reward in fields, alone or with its price in a programme."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from core.admin.metadata import MetadataField
from promotions.admin.conditions import chosen
from promotions.admin.forms.pickers import PickerField
from promotions.admin.forms.rewards import COIN, REWARD_FIELDS, RewardFields, reward_initial
from promotions.admin.pickers import Kind
from promotions.models import Campaign, Reward, RewardAssignment


class RewardForm(RewardFields, forms.ModelForm):  # type: ignore[type-arg]
    """A reward of the catalogue, which several programmes may offer."""

    metadata = MetadataField()

    class Meta:
        model = Reward
        fields: tuple[str, ...] = ("name", "stock", "description", "image_url", "metadata")
        labels: ClassVar = {"stock": "So many in all", "image_url": "Address of a picture"}
        help_texts: ClassVar = {
            "name": "What members read, for example: a free coffee.",
            "stock": "In all programmes together. Empty: no limit.",
        }
        widgets: ClassVar = {"name": UnfoldAdminTextInputWidget, "image_url": UnfoldAdminTextInputWidget}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        reward = kwargs.get("instance")
        stored = reward_initial(reward) if reward is not None and reward.pk else {}
        kwargs["initial"] = {**stored, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        if self.instance.pk and "gives" in self.fields:
            self.fields["gives"].disabled = True
            self.fields["gives"].help_text = "Fixed since the reward was made."

    def values(self) -> dict[str, Any]:
        """Of a reward that is there only what was touched."""
        given, touched, is_new = self.cleaned_data, set(self.changed_data), not self.instance.pk
        plain = ("name", "stock", "description", "image_url", "metadata")
        found = {name: given[name] for name in plain if is_new or name in touched}
        names = {name for line in REWARD_FIELDS for name in ([line] if isinstance(line, str) else line)}
        return found if not is_new and not touched & (names - {"name"}) else {**found, **self.reward_values()}


class AssignmentForm(forms.ModelForm):  # type: ignore[type-arg]
    """The price of a reward in a programme."""

    conditions = PickerField(
        (Kind.RULE,), label="Only if", help_text="Conditions that have to be met. Empty: always."
    )

    class Meta:
        model = RewardAssignment
        fields: tuple[str, ...] = ("points", "auto_redeem", "limit_per_card", "stock")
        labels: ClassVar = {
            "points": "Price in points",
            "auto_redeem": "Redeem by itself",
            "limit_per_card": "So many a member",
            "stock": "So many in this programme",
        }
        help_texts: ClassVar = {
            "auto_redeem": "As soon as a member can pay it, without asking. One reward of a programme can.",
            "limit_per_card": "Empty: no limit.",
            "stock": "Empty: no limit but the reward's own.",
        }
        widgets: ClassVar = {
            "points": UnfoldAdminIntegerFieldWidget,
            "auto_redeem": UnfoldBooleanSwitchWidget,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        row = kwargs.get("instance")
        stored = {"conditions": chosen(row.rule)} if row is not None and row.pk else {}
        kwargs["initial"] = {**stored, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)

    def is_priced(self) -> bool:
        return bool(self.instance.reward.type != Reward.Type.COIN)

    def clean(self) -> Any:
        cleaned = super().clean() or self.cleaned_data
        if self.is_priced() and not cleaned.get("points") and "points" not in self.errors:
            self.add_error("points", "Say what it costs, 1 point or more.")
        return cleaned

    def values(self) -> dict[str, Any]:
        given, touched, is_new = self.cleaned_data, set(self.changed_data), not self.instance.pk
        names = ("auto_redeem", "limit_per_card", "stock", *(("points",) if self.is_priced() else ()))
        found = {name: given[name] for name in names if is_new or name in touched}
        if is_new or "conditions" in touched:
            found["rule"] = given["conditions"].partition(":")[2] or None
        return found


class NewAssignmentForm(RewardFields, AssignmentForm):
    """A reward of the catalogue, or a new one, with its price in a programme."""

    reward_known = forms.ModelChoiceField(
        queryset=Reward.objects.none(),
        required=False,
        label="Reward",
        empty_label="A new one",
        widget=UnfoldAdminSelectWidget,
    )
    name = forms.CharField(
        required=False,
        max_length=255,
        label="Name",
        widget=UnfoldAdminTextInputWidget,
        help_text="What members read, for example: a free coffee.",
    )

    class Meta(AssignmentForm.Meta):
        fields: tuple[str, ...] = ("campaign", *AssignmentForm.Meta.fields)
        labels: ClassVar = {**AssignmentForm.Meta.labels, "campaign": "Programme"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["reward_known"].queryset = Reward.objects.filter(deleted_at=None).order_by("name", "pk")
        kind = Campaign.CampaignType.LOYALTY_PROGRAM
        rows = Campaign.objects.filter(campaign_type=kind, deleted_at=None)
        fields["campaign"].queryset = rows.order_by("name", "pk")

    def asks_for_reward(self, cleaned: dict[str, Any]) -> bool:
        return not cleaned.get("reward_known")

    def is_priced(self) -> bool:
        known = self.cleaned_data.get("reward_known")
        if known is not None:
            return bool(known.type != Reward.Type.COIN)
        return self.cleaned_data.get("gives") != COIN

    def clean(self) -> Any:
        cleaned = super().clean() or self.cleaned_data
        if self.asks_for_reward(cleaned) and not cleaned.get("name"):
            self.add_error("name", "Give it a name.")
        return cleaned
