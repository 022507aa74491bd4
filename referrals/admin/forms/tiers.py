"""A reward for referrers in fields: what they get, for what, and who."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from promotions.admin.forms import rewards
from promotions.admin.forms.rewards import RewardFields, whole
from promotions.models import Campaign, Reward
from promotions.services.rewards import RewardSpec
from referrals.admin.forms.reward_rows import GIVES
from referrals.models import ReferrerTier
from referrals.services.tiers import TierSpec

_IS_NEW: Final = "!reward_known"
CONDITIONS: Final = {
    "gives": _IS_NEW,
    "reward_name": _IS_NEW,
    **{
        name: f"{_IS_NEW} && ({asked})"
        for name, asked in rewards.CONDITIONS.items()
        if not name.startswith("coin_")
    },
    "minimum": f"criterion == '{ReferrerTier.Criterion.MINIMUM}'",
}
REWARD: Final = (
    "reward_known", "gives", "reward_name", "given_campaign", "credits", "balance_points", "article",
)  # fmt: skip


class TierForm(RewardFields, forms.ModelForm):  # type: ignore[type-arg]
    """A reward of the catalogue, or a new one, for those who recommend."""

    gives = forms.ChoiceField(label="It gives", choices=GIVES, required=False, widget=UnfoldAdminSelectWidget)
    coin_points = None  # type: ignore[assignment]
    coin_amount = None  # type: ignore[assignment]
    reward_known = forms.ModelChoiceField(
        queryset=Reward.objects.none(),
        required=False,
        label="Reward",
        empty_label="A new one",
        widget=UnfoldAdminSelectWidget,
    )
    reward_name = forms.CharField(
        required=False,
        max_length=255,
        label="Name of the reward",
        widget=UnfoldAdminTextInputWidget,
        help_text="What people read, for example: a free coffee. Empty: as above.",
    )
    minimum = whole("So many referrals")

    class Meta:
        model = ReferrerTier
        fields: tuple[str, ...] = ("campaign", "name", "criterion", "minimum", "segment")
        labels: ClassVar = {"campaign": "Programme", "criterion": "Given", "segment": "Only to"}
        help_texts: ClassVar = {"name": "For example: five friends."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        row = kwargs.get("instance")
        stored = {"reward_known": row.reward_id} if row is not None and row.pk else {}
        kwargs["initial"] = {**stored, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        if "reward_known" in fields:
            rows = Reward.objects.filter(deleted_at=None).exclude(type=Reward.Type.COIN)
            fields["reward_known"].queryset = rows.order_by("name", "pk")
        if "campaign" in fields:
            kind = Campaign.CampaignType.REFERRAL_PROGRAM
            found = Campaign.objects.filter(campaign_type=kind, deleted_at=None)
            fields["campaign"].queryset = found.order_by("name", "pk")

    def asks_for_reward(self, cleaned: dict[str, Any]) -> bool:
        return not cleaned.get("reward_known")

    def clean(self) -> Any:
        cleaned = super().clean() or self.cleaned_data
        if self.asks_for_reward(cleaned) and not cleaned.get("gives"):
            self.add_error("gives", "Choose what it gives, or a reward that is there.")
        is_minimum = cleaned.get("criterion") == ReferrerTier.Criterion.MINIMUM
        if is_minimum and not cleaned.get("minimum") and "minimum" not in self.errors:
            self.add_error("minimum", "Say for how many referrals.")
        if not is_minimum:
            cleaned["minimum"] = 1
        return cleaned

    def spec(self) -> TierSpec:
        given = self.cleaned_data
        known, segment = given.get("reward_known"), given.get("segment")
        is_minimum = given["criterion"] == ReferrerTier.Criterion.MINIMUM
        return TierSpec(
            name=given["name"],
            reward=known.public_id if known is not None else "",
            new_reward=None if known is not None else self._reward(),
            minimum=given["minimum"] if is_minimum else None,
            segment=segment.public_id if segment is not None else "",
        )

    def _reward(self) -> RewardSpec:
        name = self.cleaned_data.get("reward_name") or self.cleaned_data["name"]
        return RewardSpec(type=self.reward_type(), values={"name": name, **self.reward_values()})
