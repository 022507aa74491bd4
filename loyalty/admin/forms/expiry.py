"""When points expire, in fields: how, after how long, and to which day that is moved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils.dates import MONTHS
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget

from loyalty.expiry import LONGEST, Period, Rounding

NEVER, AS_PROGRAMME = "NEVER", "PROGRAMME"
EXPIRY_FIELDS: Final = (
    "expiry_kind",
    ("expiry_months", "expiry_rounding", "expiry_rounding_month"),
    ("expiry_day", "expiry_month"),
)
EXPIRY_CONDITIONS: Final[Mapping[str, str]] = {
    "expiry_months": f"expiry_kind == '{Period.MONTH}' || expiry_kind == '{Period.INACTIVITY}'",
    "expiry_rounding": f"expiry_kind == '{Period.MONTH}' || expiry_kind == '{Period.INACTIVITY}'",
    "expiry_rounding_month": f"expiry_rounding == '{Rounding.PARTICULAR_MONTH}'",
    "expiry_day": f"expiry_kind == '{Period.FIXED_DAY_OF_YEAR}'",
    "expiry_month": f"expiry_kind == '{Period.FIXED_DAY_OF_YEAR}'",
}
_KINDS: Final = (
    (NEVER, "Never"),
    (Period.MONTH.value, "Some months after they were earned"),
    (Period.FIXED_DAY_OF_YEAR.value, "All of them on one day of the year"),
    (Period.INACTIVITY.value, "Some months without earning or spending"),
)
_ROUNDINGS: Final = (
    ("", "On that very day"),
    (Rounding.END_OF_MONTH.value, "At the end of that month"),
    (Rounding.END_OF_QUARTER.value, "At the end of that quarter"),
    (Rounding.END_OF_HALF_YEAR.value, "At the end of that half-year"),
    (Rounding.END_OF_YEAR.value, "At the end of that year"),
    (Rounding.PARTICULAR_MONTH.value, "At the end of the next month that you choose"),
)
_MONTHS: Final = [(number, str(name)) for number, name in MONTHS.items()]
_LONGEST_YEAR: Final = {4: 30, 6: 30, 9: 30, 11: 30, 2: 29}


class ExpiryFields(forms.Form):
    """Mixed into forms. `wire_expiry()` is what the fields say, in wire form; None: never, or as usual."""

    expiry_kind = forms.ChoiceField(label="Points expire", choices=_KINDS, widget=UnfoldAdminSelectWidget)
    expiry_months = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=LONGEST,
        initial=12,
        label="After months",
        widget=UnfoldAdminIntegerFieldWidget,
    )
    expiry_rounding = forms.ChoiceField(
        required=False, label="Exactly", choices=_ROUNDINGS, widget=UnfoldAdminSelectWidget
    )
    expiry_rounding_month = forms.TypedChoiceField(
        required=False,
        label="Month",
        coerce=int,
        empty_value=None,
        choices=_MONTHS,
        widget=UnfoldAdminSelectWidget,
    )
    expiry_day = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=31,
        initial=31,
        label="Day",
        widget=UnfoldAdminIntegerFieldWidget,
    )
    expiry_month = forms.TypedChoiceField(
        required=False,
        label="Month",
        coerce=int,
        empty_value=None,
        choices=_MONTHS,
        initial=12,
        widget=UnfoldAdminSelectWidget,
    )

    def clean(self) -> Any:
        cleaned = super().clean() or self.cleaned_data
        kind = cleaned.get("expiry_kind")
        is_counted = kind in (Period.MONTH, Period.INACTIVITY)
        least = 1 if kind == Period.INACTIVITY else 0
        if is_counted and "expiry_months" not in self.errors:
            months = cleaned.get("expiry_months")
            if months is None or months < least:
                self.add_error("expiry_months", f"Say after how many months, {least} or more.")
        if kind == Period.FIXED_DAY_OF_YEAR and not {"expiry_day", "expiry_month"} & set(self.errors):
            day, month = cleaned.get("expiry_day"), cleaned.get("expiry_month")
            if not day or not month:
                self.add_error("expiry_day", "Say on which day of which month.")
            elif day > _LONGEST_YEAR.get(month, 31):
                self.add_error("expiry_day", "That month has no such day.")
        return cleaned

    def wire_expiry(self) -> dict[str, Any] | None:
        given = self.cleaned_data
        kind = given["expiry_kind"]
        if kind in (NEVER, AS_PROGRAMME):
            return None
        if kind == Period.FIXED_DAY_OF_YEAR:
            return {
                "period_type": kind,
                "fixed_month": given["expiry_month"],
                "fixed_day": given["expiry_day"],
            }
        wire: dict[str, Any] = {"period_type": kind, "period_value": given["expiry_months"]}
        if given.get("expiry_rounding"):
            wire["rounding_type"] = given["expiry_rounding"]
        if given.get("expiry_rounding") == Rounding.PARTICULAR_MONTH:
            wire["rounding_value"] = given["expiry_rounding_month"] or 12
        return wire

    @property
    def says_expiry(self) -> bool:
        """Whether one of these fields was touched."""
        return any(name.startswith("expiry_") for name in self.changed_data)


def expiry_initial(rules: Mapping[str, Any] | None, *, without: str = NEVER) -> dict[str, Any]:
    """What the fields hold of stored rules."""
    if not rules:
        return {"expiry_kind": without}
    return {
        "expiry_kind": rules["period_type"],
        "expiry_months": rules.get("period_value", 12),
        "expiry_rounding": rules.get("rounding_type") or "",
        "expiry_rounding_month": rules.get("rounding_value") or 12,
        "expiry_day": rules.get("fixed_day", 31),
        "expiry_month": rules.get("fixed_month", 12),
    }


def of_a_rule(field: forms.Field) -> None:
    """Of one earning rule: it may have no expiry of its own, and none that depends on activity."""
    kinds = [(AS_PROGRAMME, "As all points of the programme"), *_KINDS[1:3]]
    field.choices = kinds  # type: ignore[attr-defined]
