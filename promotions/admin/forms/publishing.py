"""Who gets a code, and how many: the fields of "Publish"."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import models
from unfold.forms import BaseDialogForm
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from commerce.models import Segment
from promotions.admin.forms.pickers import PickerField
from promotions.admin.pickers import Kind
from promotions.models import Campaign, Voucher
from promotions.services.publication_runs import RunSpec
from promotions.services.publication_specs import LONGEST_CHANNEL, MOST_CODES, PublicationSpec

_PUBLISHED_BY = "Admin"


class To(models.TextChoices):
    ONE = "one", "One customer"
    LIST = "list", "A list of customers"
    SEGMENT = "segment", "Everybody in a segment"


def wire_customer(picked: str) -> dict[str, str]:
    """What a picker's `customer:cust_…` is on the wire."""
    return {"id": picked.partition(":")[2]}


class PublishVoucherForm(BaseDialogForm):
    """Of one code."""

    customer = PickerField(
        (Kind.CUSTOMER,), required=True, label="To", help_text="By name, e-mail or id in the shop."
    )

    def spec(self, voucher: Voucher) -> PublicationSpec:
        return PublicationSpec(
            customer=wire_customer(self.cleaned_data["customer"]),
            voucher=voucher.public_id,
            channel=_PUBLISHED_BY,
        )


class PublishForm(forms.Form):
    """Of one campaign. What only some of the answers to "to whom" need is checked by `clean`."""

    to = forms.ChoiceField(
        choices=To.choices,
        label="To whom",
        widget=UnfoldAdminSelectWidget(attrs={"x-model": "to"}),
    )
    customer = PickerField((Kind.CUSTOMER,), label="Customer", help_text="By name, e-mail or id in the shop.")
    count = forms.IntegerField(
        min_value=1,
        max_value=MOST_CODES,
        initial=1,
        required=False,
        label="How many codes",
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=f"Up to {MOST_CODES}. All of them are given, or none.",
    )
    customers = forms.CharField(
        required=False,
        label="Customers",
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 6}),
        help_text="One in each line: the shop's own id, or the id that is shown here.",
    )
    segment = forms.ModelChoiceField(
        queryset=Segment.objects.none(),
        required=False,
        label="Segment",
        widget=UnfoldAdminSelectWidget,
        help_text="Whoever is in it when the codes are given out.",
    )
    join_once = forms.BooleanField(
        required=False,
        initial=True,
        label="Nobody a second one",
        widget=UnfoldBooleanSwitchWidget,
        help_text="Who has a code of this campaign already gets no other.",
    )
    per_minute = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=1_000_000,
        label="At most this many a minute",
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="Empty: as fast as it goes.",
    )
    channel = forms.CharField(
        required=False,
        max_length=LONGEST_CHANNEL,
        initial=_PUBLISHED_BY,
        label="How they hear of it",
        widget=UnfoldAdminTextInputWidget,
        help_text="For your reports, for example: e-mail. Nothing is sent from here.",
    )

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.campaign = campaign
        self.fields["segment"].queryset = Segment.objects.order_by("name", "pk")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        fields = {To.ONE: "customer", To.LIST: "customers", To.SEGMENT: "segment"}
        needed = fields.get(cleaned["to"]) if cleaned.get("to") else None
        if needed and not cleaned.get(needed) and needed not in self.errors:
            self.add_error(needed, "Say who.")
        return cleaned

    @property
    def is_for_many(self) -> bool:
        return self.cleaned_data["to"] != To.ONE

    def run_spec(self) -> RunSpec:
        """For a segment or a list."""
        given = self.cleaned_data
        lines = given["customers"].splitlines() if given["to"] == To.LIST else ()
        return RunSpec(
            campaign=self.campaign.public_id,
            segment=given["segment"].public_id if given["to"] == To.SEGMENT else "",
            customers=tuple(line.strip() for line in lines if line.strip()),
            join_once=given["join_once"],
            per_minute=given["per_minute"],
            channel=given["channel"],
        )

    def publication_spec(self) -> PublicationSpec:
        """For one customer."""
        given = self.cleaned_data
        return PublicationSpec(
            customer=wire_customer(given["customer"]),
            campaign=self.campaign.public_id,
            count=given["count"] or 1,
            join_once=given["join_once"],
            channel=given["channel"],
        )
