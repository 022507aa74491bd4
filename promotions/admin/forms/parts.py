"""What the forms of campaigns, codes and tiers share: a discount in fields, time limits, metadata."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSingleTimeWidget,
)

from core.admin.metadata import MetadataField
from promotions.admin import pickers
from promotions.admin.conditions import assignment_of, chosen
from promotions.admin.forms.discounts import CALCULATED_FIELDS, DISCOUNT_FIELDS, DiscountForm
from promotions.admin.forms.gifts import DISCOUNT_CLASS, GIFT_CLASS, GIFT_FIELDS
from promotions.admin.forms.pickers import PickerField
from promotions.words import WEEK, WEEKDAYS

_TIME: Final = frozenset({"starts_at", "ends_at", "weekdays", "hours_from", "hours_until"})
TIME_FIELDS: Final = ("starts_at", "ends_at", "weekdays", ("hours_from", "hours_until"))

# What people see who may only read.
READ_IN_WORDS: Final = {
    "metadata": "noted",
    "starts_at": "limits_in_words",
    **dict.fromkeys((*DISCOUNT_FIELDS, *CALCULATED_FIELDS), ""),
    "discount_type": "offer",
    "conditions": "",
    "conditions_in_words": "conditions_read",
    **dict.fromkeys(("ends_at", "weekdays", "hours_from", "hours_until"), ""),
}


def discount_sections(row: Any = None) -> list[tuple[str, dict[str, Any]]]:
    """The fieldsets of a discount. `row`: where a formula is stored, it is shown at once."""
    stored = getattr(row, "discount", None) or {}
    has_formula = any(name.endswith("_formula") and value for name, value in stored.items())
    classes = [DISCOUNT_CLASS] if has_formula else [DISCOUNT_CLASS, "collapse"]
    return [
        ("Discount", {"fields": DISCOUNT_FIELDS, "classes": [DISCOUNT_CLASS]}),
        ("Advanced: calculated value", {"fields": CALCULATED_FIELDS, "classes": classes}),
    ]


def worth_sections(row: Any = None) -> list[tuple[str, dict[str, Any]]]:
    """The fieldsets of what a new code is worth: a discount, or credits."""
    return [("Gift card", {"fields": GIFT_FIELDS, "classes": [GIFT_CLASS]}), *discount_sections(row)]


class DefinitionForm(DiscountForm):
    """A campaign, code or tier. `wire_discount()` and `time_columns()` say what services want."""

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
    conditions = PickerField(
        (pickers.Kind.RULE,),
        label="Conditions",
        help_text="For whom and for which items. Empty: for everybody and every order.",
    )
    metadata = MetadataField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        row = kwargs.get("instance")
        stored = _time_initial(row) if row is not None else {}
        assignment = assignment_of(row)
        if assignment is not None:
            stored["conditions"] = chosen(assignment.rule)
        kwargs["initial"] = {**stored, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)

    def clean(self) -> Any:
        cleaned = super().clean() or self.cleaned_data
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

    def chosen_rule_id(self) -> str:
        """The wire's id of the rule in the picker, or an empty text."""
        return str(self.cleaned_data.get("conditions") or "").partition(":")[2]

    def rules(self) -> tuple[str, ...]:
        """What a new row is made with."""
        return tuple(filter(None, (self.chosen_rule_id(),)))

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
