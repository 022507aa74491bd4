"""What people fill in about blackouts, seasons and notes: days, or exact times, and what it counts for."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelect2MultipleWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from calendar_app.models import Blackout, CalendarNote, Season
from calendar_app.models.blackouts import LONGEST_REASON
from core.admin.places_field import PlacesField, chosen
from promotions.models import Campaign, Category

_DAY: Final = "%Y-%m-%d"
_LOCAL: Final = "%Y-%m-%dT%H:%M"


class By(models.TextChoices):
    DAYS = "days", "Whole days"
    TIMES = "times", "Exact times"


_SHORT: Final = {
    "strength": (
        (Blackout.Strength.HARD.value, "Refused"),
        (Blackout.Strength.SOFT.value, "Allowed, with a warning"),
    ),
    "forbids": (
        (Blackout.Forbids.RUN.value, "Nothing may run"),
        (Blackout.Forbids.BEGIN.value, "Nothing may begin"),
    ),
}
CONDITIONS: Final = {
    "starts_on": f"by == '{By.DAYS}'",
    "ends_on": f"by == '{By.DAYS}'",
    "repeats_yearly": f"by == '{By.DAYS}'",
    "starts_at": f"by == '{By.TIMES}'",
    "ends_at": f"by == '{By.TIMES}'",
}


def day(**kwargs: Any) -> forms.DateField:
    widget = forms.DateInput(attrs=_attrs("date"), format=_DAY)
    return forms.DateField(**{"input_formats": [_DAY], "widget": widget, **kwargs})


def instant(**kwargs: Any) -> forms.DateTimeField:
    """A day and a time by the project's clock."""
    widget = forms.DateTimeInput(attrs=_attrs("datetime-local"), format=_LOCAL)
    return forms.DateTimeField(
        **{"required": False, "input_formats": [_LOCAL, f"{_LOCAL}:%S"], "widget": widget, **kwargs}
    )


def _attrs(kind: str) -> dict[str, str]:
    styled = UnfoldAdminTextInputWidget()
    return {**styled.attrs, "type": kind}


class HitsWidget(forms.Widget):
    """A box that says, while somebody fills in the form, which campaigns it meets."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        url = reverse("admin:calendar_app_blackout_hits")
        return render_to_string("calendar_app/admin/blackout_hits_box.html", {"url": url})

    def value_from_datadict(self, data: Any, files: Any, name: str) -> None:
        return None

    def id_for_label(self, id_: str) -> str:
        return ""


class HitsField(forms.Field):
    widget = HitsWidget

    def __init__(self) -> None:
        super().__init__(required=False, label="What runs then")

    def has_changed(self, initial: Any, data: Any) -> bool:
        return False


class BlackoutForm(forms.ModelForm):
    """`values()` says what the service wants; the service checks it."""

    by = forms.ChoiceField(
        label="Given by",
        choices=By.choices,
        initial=By.DAYS,
        widget=UnfoldAdminRadioSelectWidget,
    )
    starts_on = day(label="First day", required=False)
    ends_on = day(label="Last day", required=False, help_text="This day is closed as well.")
    starts_at = instant(label="From")
    ends_at = instant(label="Until", help_text="From this instant on it is open again.")
    places = PlacesField(label="Only in these areas and stores", help_text="None chosen: everywhere.")
    categories = forms.MultipleChoiceField(
        label="Only for these categories",
        required=False,
        widget=UnfoldAdminSelect2MultipleWidget,
        help_text="None chosen: for all, and for what has none.",
    )
    campaign_types = forms.MultipleChoiceField(
        label="Only for these kinds",
        required=False,
        choices=Campaign.CampaignType.choices,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="None chosen: for all.",
    )
    hits = HitsField()

    class Meta:
        model = Blackout
        fields = (
            "name", "reason", "strength", "forbids", "starts_on", "ends_on", "repeats_yearly", "starts_at",
            "ends_at", "places", "categories", "campaign_types",
        )  # fmt: skip
        widgets = {  # noqa: RUF012
            "reason": UnfoldAdminTextareaWidget(attrs={"rows": 2, "maxlength": LONGEST_REASON}),
            "strength": UnfoldAdminRadioSelectWidget,
            "forbids": UnfoldAdminRadioSelectWidget,
        }
        help_texts = {  # noqa: RUF012
            "strength": "Refused: whoever plans it has to choose other dates.",
            "forbids": "Nothing may begin: what runs by then goes on.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row: Blackout = self.instance
        if "by" in self.fields:
            self.initial["by"] = By.TIMES if row.starts_at else By.DAYS
        listed: Any = self.fields.get("categories")
        if listed is not None:
            known = list(Category.objects.order_by("name", "pk").values_list("public_id", "name"))
            gone = set(row.categories) - {key for key, _ in known}
            listed.choices = [*known, *((key, "A category that is gone") for key in sorted(gone))]
        if "places" in self.fields:
            self.initial["places"] = chosen(row.places)
        for name, choices in _SHORT.items():
            if name in self.fields:
                # Shorter than the model's, which offers an empty choice, too.
                self.fields[name].choices = choices  # type: ignore[attr-defined]

    def _post_clean(self) -> None:
        """The service checks the row."""

    def values(self) -> dict[str, Any]:
        given = {name: self.cleaned_data.get(name) for name in self.Meta.fields}
        by_days = self.cleaned_data.get("by") != By.TIMES
        empty = ("starts_at", "ends_at") if by_days else ("starts_on", "ends_on")
        given |= dict.fromkeys(empty)
        given["repeats_yearly"] = bool(given["repeats_yearly"]) and by_days
        return given


class SeasonForm(forms.ModelForm):
    starts_on = day(label="First day")
    ends_on = day(label="Last day")

    class Meta:
        model = Season
        fields = ("name", "starts_on", "ends_on", "repeats_yearly", "colour")
        widgets = {"colour": UnfoldAdminRadioSelectWidget}  # noqa: RUF012

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "colour" in self.fields:
            self.fields["colour"].choices = Season.Colour.choices  # type: ignore[attr-defined]

    def _post_clean(self) -> None:
        """The service checks the row."""


class NoteForm(forms.ModelForm):
    starts_on = day(label="Day")
    ends_on = day(label="Last day", required=False, help_text="Only for a note about several days.")

    class Meta:
        model = CalendarNote
        fields = ("text", "starts_on", "ends_on")
        widgets = {"text": UnfoldAdminTextareaWidget(attrs={"rows": 3})}  # noqa: RUF012

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        given["ends_on"] = given.get("ends_on") or given.get("starts_on")
        if given.get("ends_on") and given["ends_on"] < given["starts_on"]:
            raise ValidationError({"ends_on": "The last day must not be before the first one."})
        return given

    def _post_clean(self) -> None:
        """The service checks the row."""
