"""How members reach tiers and how long they hold them, in fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget, UnfoldBooleanSwitchWidget

from loyalty import tier_terms
from loyalty.tier_terms import LONGEST_MONTHS, PERIODS, Ends, Metric, Starts

TERMS_FIELDS: Final = (
    "tier_metric",
    ("tier_period", "tier_starts"),
    ("tier_held", "tier_months"),
    "tier_until",
    "counts_additions",
    "counts_transfers",
)
_IN_PERIOD: Final = f"tier_metric == '{Metric.POINTS_IN_PERIOD}'"
TERMS_CONDITIONS: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        ("tier_period", "tier_starts", "tier_until", "counts_additions", "counts_transfers"), _IN_PERIOD
    ),
    "tier_held": f"tier_metric == '{Metric.BALANCE}'",
    "tier_months": f"tier_metric == '{Metric.BALANCE}' && tier_held == '{Ends.CUSTOM}'",
}
_PERIOD_WORDS: Final = {
    "MONTH": "A calendar month",
    "QUARTER": "A calendar quarter",
    "HALF_YEAR": "Half a calendar year",
    "YEAR": "A calendar year",
}


class TierTermsFields(forms.Form):
    """Mixed into forms. What they say is `wire_terms()`; `terms_initial` fills them."""

    tier_metric = forms.ChoiceField(
        label="Tiers go by",
        choices=(
            (Metric.BALANCE.value, "The points on the card"),
            (Metric.POINTS_IN_PERIOD.value, "Points collected in a period"),
        ),
        widget=UnfoldAdminSelectWidget,
        help_text="Collected points still count when they are spent; points on the card do not.",
    )
    tier_period = forms.ChoiceField(
        required=False,
        label="Period",
        choices=[(key, _PERIOD_WORDS[key]) for key in PERIODS],
        initial="YEAR",
        widget=UnfoldAdminSelectWidget,
    )
    tier_starts = forms.ChoiceField(
        required=False,
        label="A tier that is reached begins",
        choices=((Starts.IMMEDIATE.value, "At once"), (Starts.NEXT_PERIOD.value, "With the next period")),
        widget=UnfoldAdminSelectWidget,
    )
    tier_held = forms.ChoiceField(
        required=False,
        label="It is held",
        choices=(
            (Ends.BALANCE_DROP.value, "As long as the points are there"),
            (Ends.CUSTOM.value, "For some months"),
        ),
        widget=UnfoldAdminSelectWidget,
    )
    tier_months = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=LONGEST_MONTHS,
        initial=12,
        label="Months",
        widget=UnfoldAdminIntegerFieldWidget,
    )
    tier_until = forms.ChoiceField(
        required=False,
        label="It is held to the end of",
        choices=(
            (Ends.END_OF_NEXT_PERIOD.value, "The next period"),
            (Ends.END_OF_PERIOD.value, "The period in which it was reached"),
        ),
        widget=UnfoldAdminSelectWidget,
    )
    counts_additions = forms.BooleanField(
        required=False,
        label="Points added by hand count, too",
        widget=UnfoldBooleanSwitchWidget,
    )
    counts_transfers = forms.BooleanField(
        required=False,
        label="Points from another card count, too",
        widget=UnfoldBooleanSwitchWidget,
    )

    def clean(self) -> Any:
        cleaned = super().clean() or self.cleaned_data
        lasts = cleaned.get("tier_metric") == Metric.BALANCE and cleaned.get("tier_held") == Ends.CUSTOM
        if lasts and not cleaned.get("tier_months") and "tier_months" not in self.errors:
            self.add_error("tier_months", "Say for how many months.")
        return cleaned

    def wire_terms(self) -> dict[str, Any] | None:
        """None: by the balance, at once and both ways."""
        given = self.cleaned_data
        if given["tier_metric"] == Metric.BALANCE:
            if given.get("tier_held") != Ends.CUSTOM:
                return None
            ends = {"type": Ends.CUSTOM.value, "extend": f"P{given['tier_months']}M"}
            return {
                "qualification_type": Metric.BALANCE.value,
                "start_date": {"type": Starts.IMMEDIATE.value},
                "expiration_date": ends,
            }
        return {
            "qualification_type": Metric.POINTS_IN_PERIOD.value,
            "qualification_period": given.get("tier_period") or "YEAR",
            "start_date": {"type": given.get("tier_starts") or Starts.IMMEDIATE.value},
            "expiration_date": {"type": given.get("tier_until") or Ends.END_OF_NEXT_PERIOD.value},
        }

    @property
    def says_terms(self) -> bool:
        """Whether one of the fields of the wire's object was touched."""
        return any(name.startswith("tier_") for name in self.changed_data)


def terms_initial(loyalty: Mapping[str, Any]) -> dict[str, Any]:
    """What the fields hold of a stored programme."""
    wire = loyalty.get("tiers_expiration")
    terms = tier_terms.read(wire)
    counts = loyalty.get("counts") or {}
    is_balance = terms.metric is Metric.BALANCE
    return {
        "tier_metric": terms.metric.value,
        "tier_period": (wire or {}).get("qualification_period") or "YEAR",
        "tier_starts": terms.starts.value,
        "tier_held": terms.ends.value if is_balance else Ends.BALANCE_DROP.value,
        "tier_months": terms.extend[0] or 12,
        "tier_until": Ends.END_OF_NEXT_PERIOD.value if is_balance else terms.ends.value,
        "counts_additions": bool(counts.get("additions")),
        "counts_transfers": bool(counts.get("transfers")),
    }
