"""What the forms of campaigns, codes and tiers share: a discount in fields, time limits, metadata."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from django import forms
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSingleTimeWidget,
    UnfoldAdminTextInputWidget,
)

from core.admin.forms import MoneyField
from core.admin.metadata import MetadataField
from promotions.words import WEEK, WEEKDAYS

_DISCOUNT: Final = frozenset({"discount_type", "percent_off", "amount_off", "discount_limit"})
_TIME: Final = frozenset({"starts_at", "ends_at", "weekdays", "hours_from", "hours_until"})
DISCOUNT_FIELDS: Final = ("discount_type", "percent_off", "amount_off", "discount_limit")
TIME_FIELDS: Final = ("starts_at", "ends_at", "weekdays", ("hours_from", "hours_until"))
# Alpine: shown only where the choice above asks for it.
DISCOUNT_CONDITIONS: Final = {
    "percent_off": "discount_type == 'PERCENT'",
    "discount_limit": "discount_type == 'PERCENT'",
    "amount_off": "discount_type == 'AMOUNT'",
}


# What people see who may only read.
READ_IN_WORDS: Final = {
    "metadata": "noted",
    "discount_type": "offer",
    "starts_at": "limits_in_words",
    **dict.fromkeys(("percent_off", "amount_off", "discount_limit"), ""),
    **dict.fromkeys(("ends_at", "weekdays", "hours_from", "hours_until"), ""),
}


class DiscountType:
    PERCENT = "PERCENT"
    AMOUNT = "AMOUNT"


class DefinitionForm(forms.ModelForm):
    """A campaign, code or tier. `wire_discount()` and `time_columns()` say what services want."""

    is_discount_required = False

    discount_type = forms.ChoiceField(
        required=False,
        label="Kind of discount",
        choices=((DiscountType.PERCENT, "Percent off"), (DiscountType.AMOUNT, "Amount off")),
        widget=UnfoldAdminSelectWidget,
    )
    percent_off = forms.DecimalField(
        required=False,
        min_value=0,
        max_value=100,
        max_digits=9,
        decimal_places=6,
        label="Percent off",
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal", "placeholder": "10"}),
        help_text="Of the whole order.",
    )
    amount_off = MoneyField(label="Amount off", help_text="Off the whole order.")
    discount_limit = MoneyField(
        label="At most", help_text="The largest discount of one order. Empty: no limit."
    )
    weekdays = forms.TypedMultipleChoiceField(
        required=False,
        label="On these days",
        coerce=int,
        choices=[(number, WEEKDAYS[number]) for number in WEEK],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="None chosen: every day.",
    )
    hours_from = forms.TimeField(
        required=False, label="From", widget=UnfoldAdminSingleTimeWidget, help_text="Empty: all day."
    )
    hours_until = forms.TimeField(required=False, label="Until", widget=UnfoldAdminSingleTimeWidget)
    metadata = MetadataField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        row = kwargs.get("instance")
        stored = {**_discount_initial(row), **_time_initial(row)} if row is not None else {}
        kwargs["initial"] = {**stored, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)

    def clean(self) -> Any:
        cleaned = super().clean() or self.cleaned_data
        self._check_discount(cleaned)
        start, end = cleaned.get("starts_at"), cleaned.get("ends_at")
        if start and end and end <= start:
            self.add_error("ends_at", "The end must lie after the start.")
        opens, closes = cleaned.get("hours_from"), cleaned.get("hours_until")
        if closes and not opens:
            self.add_error("hours_from", "Say from when.")
        if opens and closes and closes <= opens:
            self.add_error(
                "hours_until", "The end must lie after the start. Hours over midnight are two windows."
            )
        return cleaned

    def _check_discount(self, cleaned: Mapping[str, Any]) -> None:
        if not self.needs_discount(cleaned) or "discount_type" not in self.fields:
            return
        field = "percent_off" if cleaned.get("discount_type") == DiscountType.PERCENT else "amount_off"
        if cleaned.get(field) is None and field not in self.errors:
            self.add_error(field, "Say how much.")

    def needs_discount(self, cleaned: Mapping[str, Any]) -> bool:
        return self.is_discount_required or "discount_type" in self.changed_data

    @property
    def says_discount(self) -> bool:
        return bool(_DISCOUNT & set(self.changed_data))

    def wire_discount(self) -> dict[str, Any]:
        """{"type": "PERCENT", "percent_off": Decimal("10"), "amount_limit": 2000}"""
        given = self.cleaned_data
        if given.get("discount_type") == DiscountType.AMOUNT:
            return {"type": DiscountType.AMOUNT, "amount_off": given["amount_off"]}
        return {
            "type": DiscountType.PERCENT,
            "percent_off": given["percent_off"],
            "amount_limit": given.get("discount_limit"),
        }

    def time_columns(self) -> dict[str, Any]:
        """Columns of the time limits, if one of them was touched. Hours carry their days with them."""
        if not _TIME & set(self.changed_data):
            return {}
        given = self.cleaned_data
        columns = {"starts_at": given.get("starts_at"), "ends_at": given.get("ends_at")}
        if not {"weekdays", "hours_from", "hours_until"} & set(self.changed_data):
            return columns
        days, opens, closes = given.get("weekdays") or [], given.get("hours_from"), given.get("hours_until")
        if opens is None:
            return {**columns, "days_of_week": sorted(days) or None, "validity_hours": None}
        window: dict[str, Any] = {
            "days_of_week": sorted(days) or list(range(len(WEEKDAYS))),
            "start_time": opens.strftime("%H:%M"),
        }
        if closes is not None:
            window["expiration_time"] = closes.strftime("%H:%M")
        return {**columns, "days_of_week": None, "validity_hours": {"daily": [window]}}


def _discount_initial(row: Any) -> dict[str, Any]:
    wire = getattr(row, "discount", None)
    if not wire:
        return {}
    percent = wire.get("percent_off")
    return {
        "discount_type": wire.get("type"),
        "percent_off": None if percent is None else Decimal(str(percent)).normalize(),
        "amount_off": wire.get("amount_off"),
        "discount_limit": wire.get("amount_limit"),
    }


def _time_initial(row: Any) -> dict[str, Any]:
    windows = (row.validity_hours or {}).get("daily") or []
    if not windows:
        return {"weekdays": row.days_of_week or []}
    first = windows[0]
    days = first["days_of_week"]
    return {
        "weekdays": [] if len(days) == len(WEEKDAYS) else days,
        "hours_from": first["start_time"],
        "hours_until": first.get("expiration_time"),
    }


def has_more_limits(row: Any) -> bool:
    """Several windows of hours, or repeating ones, have no fields here: they are shown, and stay."""
    if row is None:
        return False
    return bool(row.timeframe_interval) or len((row.validity_hours or {}).get("daily") or []) > 1
