"""What may change of a programme at any time, in fields: waiting, most rewards, who counts, the link."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django import forms
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from core.errors import InvalidPayload
from referrals import programmes
from referrals.programmes import CODE, LONGEST_DELAY, LONGEST_LINK, MOST_REWARDS, Period, Programme

WAITING_FIELDS: Final = ("delay_days", ("most_rewards", "period"))
COUNTS_FIELDS: Final = ("new_customers_only", "reverse_on_return")
SHARE_FIELDS: Final = ("share_url",)
NAMES: Final = ("delay_days", "most_rewards", "period", *COUNTS_FIELDS, *SHARE_FIELDS)
USUAL_DELAY: Final = 14

_PERIODS: Final = (
    (Period.EVER.value, "in all"),
    (Period.DAY.value, "a day"),
    (Period.WEEK.value, "a week"),
    (Period.MONTH.value, "a month"),
)


class SettingsFields(forms.Form):
    """`settings()` says what services want."""

    delay_days = forms.IntegerField(
        min_value=0,
        max_value=LONGEST_DELAY,
        initial=USUAL_DELAY,
        label="Rewards wait so many days",
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="As long as goods can come back. 0: they come at once.",
    )
    most_rewards = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=MOST_REWARDS,
        label="Most rewards for one referrer",
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="Empty: any number.",
    )
    period = forms.ChoiceField(
        required=False, label="Counted", choices=_PERIODS, widget=UnfoldAdminSelectWidget
    )
    new_customers_only = forms.BooleanField(
        required=False,
        label="New customers only",
        widget=UnfoldBooleanSwitchWidget,
        help_text="Whoever bought before does not count as recommended.",
    )
    reverse_on_return = forms.BooleanField(
        required=False,
        label="Returned orders take the referral back",
        widget=UnfoldBooleanSwitchWidget,
        help_text="Rewards that still wait are cancelled. What was given stays.",
    )
    share_url = forms.CharField(
        required=False,
        max_length=LONGEST_LINK,
        label="Link to share",
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": f"https://shop.example/?ref={CODE}"}),
        help_text=f"A page of your shop, with {CODE} where the code goes. Empty: people share the code.",
    )

    def clean_share_url(self) -> str:
        url: str = self.cleaned_data["share_url"].strip()
        if url:
            try:
                programmes.check_link(url)
            except InvalidPayload:
                raise forms.ValidationError(
                    f"Begin with https:// or http://, and write {CODE} where the code goes."
                ) from None
        return url

    def settings(self, names: Iterable[str] = NAMES) -> dict[str, Any]:
        """None: as if it was never said."""
        given = self.cleaned_data
        found = {name: given[name] for name in names}
        for name in ("share_url", "period"):
            if name in found:
                found[name] = found[name] or None
        return found


def settings_initial(programme: Programme) -> dict[str, Any]:
    return {
        "delay_days": programme.delay_days,
        "most_rewards": programme.most_rewards,
        "period": programme.period.value,
        "new_customers_only": programme.new_customers_only,
        "reverse_on_return": programme.reverse_on_return,
        "share_url": programme.share_url,
    }
