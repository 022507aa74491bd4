"""The dialogs of members: join, adjust, transfer, pending points, rewards."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from unfold.forms import BaseDialogForm
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSingleDateWidget,
    UnfoldAdminTextInputWidget,
)

from loyalty.models import Programme
from promotions.admin.forms.pickers import PickerField
from promotions.admin.forms.publishing import wire_customer
from promotions.admin.pickers import Kind
from promotions.services.publication_specs import PublicationSpec

ADD, REMOVE = "add", "remove"
PROGRAMME, NEVER, ON_DAY = "PROGRAM_RULES", "NON_EXPIRING", "CUSTOM_DATE"
_MOST: Final = 10**12
_PUBLISHED_BY: Final = "Admin"


class JoinForm(BaseDialogForm):
    customer = PickerField(
        (Kind.CUSTOMER,), required=True, label="Customer", help_text="By name, e-mail or id in the shop."
    )

    def spec(self, programme: Programme) -> PublicationSpec:
        return PublicationSpec(
            customer=wire_customer(self.cleaned_data["customer"]),
            campaign=programme.public_id,
            join_once=True,
            channel=_PUBLISHED_BY,
        )


class AdjustForm(forms.Form):
    """Points given or taken by hand, with the reason that the statement shows for ever."""

    direction = forms.ChoiceField(
        label="What to do",
        choices=((ADD, "Add points"), (REMOVE, "Take points away")),
        widget=UnfoldAdminSelectWidget(attrs={"x-model": "direction"}),
    )
    points = forms.IntegerField(
        min_value=1, max_value=_MOST, label="Points", widget=UnfoldAdminIntegerFieldWidget
    )
    reason = forms.CharField(
        max_length=500,
        label="Reason",
        widget=UnfoldAdminTextInputWidget,
        help_text="It stands on the statement, for example: goodwill after a late delivery.",
    )
    expires = forms.ChoiceField(
        required=False,
        label="They expire",
        choices=(
            (PROGRAMME, "As all points of the programme"),
            (NEVER, "Never"),
            (ON_DAY, "On a day that I choose"),
        ),
        widget=UnfoldAdminSelectWidget(attrs={"x-model": "expires"}),
    )
    expires_on = forms.DateField(required=False, label="Last day", widget=UnfoldAdminSingleDateWidget)

    def clean(self) -> Any:
        cleaned = super().clean() or self.cleaned_data
        needs_day = cleaned.get("direction") == ADD and cleaned.get("expires") == ON_DAY
        if needs_day and not cleaned.get("expires_on") and "expires_on" not in self.errors:
            self.add_error("expires_on", "Say on which day.")
        return cleaned

    def change(self) -> int:
        """Signed."""
        points: int = self.cleaned_data["points"]
        return -points if self.cleaned_data["direction"] == REMOVE else points


class TransferForm(forms.Form):
    """Points of this card to another one."""

    to = forms.CharField(
        max_length=255,
        label="To the card",
        widget=UnfoldAdminTextInputWidget,
        help_text="Its code. The card may be of another programme, or of another customer.",
    )
    points = forms.IntegerField(
        min_value=1, max_value=_MOST, label="Points", widget=UnfoldAdminIntegerFieldWidget
    )
    reason = forms.CharField(max_length=500, label="Reason", widget=UnfoldAdminTextInputWidget)


class GiveRewardForm(forms.Form):
    """`choices` are the rewards that the member can have: id of the assignment, and what is said of it."""

    assignment = forms.ChoiceField(label="Reward", widget=UnfoldAdminSelectWidget)

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        nothing = [("", "None: the points do not pay for any reward yet")]
        self.fields["assignment"].choices = choices or nothing  # type: ignore[attr-defined]
