"""When it runs, and where."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import time
from typing import Any, ClassVar, Final

from django import forms
from django.utils import timezone
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from core import places, words
from core.admin.places_field import PlacesField, chosen
from core.models import ApiKey
from promotions.admin.wizard import keys
from promotions.admin.wizard.forms.base import StepForm
from promotions.admin.wizard.forms.fields import LOCAL, PausesField, local_instant
from promotions.words import WEEK, WEEKDAYS

_EVERY: Final = re.compile(r"P(\d{1,4})([DWM])")
_FOR: Final = re.compile(r"P(?:(\d{1,4})D|T(\d{1,4})H)")
_REPEATS: Final = (("", "Never"), ("D", "Days"), ("W", "Weeks"), ("M", "Months"))
_LASTS: Final = (("H", "Hours"), ("D", "Days"))
_MOST: Final = 999


class TimeForm(StepForm):
    key = keys.TIME
    folded = ("Hours of the day", "Again and again", "Pauses")
    when: ClassVar[Mapping[str, str]] = dict.fromkeys(
        ("repeats_every", "open_for", "open_unit"), "repeats=D W M"
    )

    starts_at = local_instant(label="Starts", help_text="Empty: as soon as it is launched.")
    ends_at = local_instant(label="Ends", help_text="From this instant on it is over. Empty: no end.")
    weekdays = forms.TypedMultipleChoiceField(
        required=False,
        label="On these days",
        coerce=int,
        choices=[(number, WEEKDAYS[number]) for number in WEEK],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="None chosen: every day.",
    )
    hours_from = forms.TimeField(
        required=False,
        label="From",
        widget=UnfoldAdminTextInputWidget(attrs={"type": "time"}),
        help_text="Empty: all day.",
    )
    hours_until = forms.TimeField(
        required=False, label="Until", widget=UnfoldAdminTextInputWidget(attrs={"type": "time"})
    )
    repeats = forms.ChoiceField(
        required=False,
        label="Repeats",
        choices=_REPEATS,
        widget=UnfoldAdminSelectWidget,
        help_text="Counted from the start.",
    )
    repeats_every = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=_MOST,
        label="Every so many",
        widget=UnfoldAdminIntegerFieldWidget(attrs={"placeholder": "1"}),
    )
    open_for = forms.IntegerField(
        required=False, min_value=1, max_value=_MOST, label="Each time for",
        widget=UnfoldAdminIntegerFieldWidget,
    )  # fmt: skip
    open_unit = forms.ChoiceField(
        required=False, label="Hours or days", choices=_LASTS, widget=UnfoldAdminSelectWidget
    )
    pauses = PausesField(label="It rests on these days", help_text="For example over Christmas.")

    def prepare(self) -> None:
        if self._has_more_hours():
            for name in ("weekdays", "hours_from", "hours_until"):
                del self.fields[name]
        if self._keeps_repeats():
            for name in ("repeats", "repeats_every", "open_for", "open_unit"):
                del self.fields[name]

    def _has_more_hours(self) -> bool:
        return len(_windows(self.before)) > 1

    def _keeps_repeats(self) -> bool:
        every = str(self.before.get("timeframe_interval") or "")
        lasts = str(self.before.get("timeframe_duration") or "")
        return bool(every) and not (_EVERY.fullmatch(every) and _FOR.fullmatch(lasts))

    def note(self) -> str:
        zone = f"Times are those of {timezone.get_current_timezone_name()}."
        if self.desk.said(keys.PLACES).get("places"):
            zone = "Hours and days are those of each store; start and end those of the project."
        more = "Its windows have no fields here: they stay." if self._has_more_hours() else ""
        repeats = "How it repeats has no fields here: it stays." if self._keeps_repeats() else ""
        return " ".join(filter(None, (zone, more, repeats)))

    def sections(self) -> list[tuple[str, tuple[str, ...]]]:
        return [
            ("", ("starts_at", "ends_at", "weekdays")),
            ("Hours of the day", ("hours_from", "hours_until")),
            ("Again and again", ("repeats", "repeats_every", "open_for", "open_unit")),
            ("Pauses", ("pauses",)),
        ]

    def initial_of(self, said: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {"pauses": said.get("pauses") or []}
        for name in ("starts_at", "ends_at"):
            if said.get(name):
                instant = forms.DateTimeField().to_python(said[name])
                found[name] = timezone.localtime(instant).strftime(LOCAL) if instant else None
        windows = _windows(said)
        found["weekdays"] = list(said.get("days_of_week") or ())
        if windows:
            days = windows[0]["days_of_week"]
            found["weekdays"] = [] if len(days) == len(WEEKDAYS) else days
            found["hours_from"] = windows[0]["start_time"]
            found["hours_until"] = windows[0].get("expiration_time")
        return found | _repeats(said)

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
        if cleaned.get("repeats"):
            self._check_repeats(cleaned)
        return cleaned

    def _check_repeats(self, cleaned: Mapping[str, Any]) -> None:
        if not cleaned.get("starts_at") and "starts_at" not in self.errors:
            self.add_error("starts_at", "Say from when on: repetitions are counted from there.")
        if cleaned.get("open_for") is None and "open_for" not in self.errors:
            self.add_error("open_for", "Say for how long it is open each time.")
        if cleaned.get("hours_from"):
            self.add_error("hours_from", "Hours of the day cannot stand beside repetitions.")

    def said(self) -> dict[str, Any]:
        given = self.cleaned_data
        found: dict[str, Any] = {"pauses": given.get("pauses") or []}
        for name in ("starts_at", "ends_at"):
            if given.get(name):
                found[name] = given[name].isoformat()
        if self._keeps_repeats():
            kept = ("timeframe_interval", "timeframe_duration")
            found |= {name: self.before[name] for name in kept}
        elif given.get("repeats"):
            found["timeframe_interval"] = f"P{given.get('repeats_every') or 1}{given['repeats']}"
            lasts, unit = given["open_for"], given.get("open_unit") or "H"
            found["timeframe_duration"] = f"PT{lasts}H" if unit == "H" else f"P{lasts}D"
        if self._has_more_hours():
            return {**found, "validity_hours": self.before["validity_hours"]}
        days = sorted(given.get("weekdays") or [])
        if given.get("hours_from") is None:
            return {**found, "days_of_week": days} if days else found
        return {**found, "validity_hours": {"daily": [_window(days, given)]}}


class PlacesForm(StepForm):
    key = keys.PLACES

    places = PlacesField(
        label="Areas and stores",
        help_text="Elsewhere it is refused. Empty: everywhere, online too.",
    )
    keys = forms.MultipleChoiceField(
        required=False,
        label="Channels",
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="The shops and tills that may use it, by their API keys. None chosen: all of them.",
    )

    def prepare(self) -> None:
        field: Any = self.fields["keys"]
        field.choices = _channels(self.before.get("keys") or ())
        if not field.choices:
            del self.fields["keys"]
        limit = places.limit()
        if limit is not None and not self.before:
            self.initial["places"] = sorted(limit.places)

    def note(self) -> str:
        return f"All prices and amounts are in {words.currency()}, the currency of the project."

    def said(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {"places": chosen(given["places"]), "keys": given.get("keys", [])}


def _channels(kept: Sequence[str]) -> list[tuple[str, str]]:
    rows = ApiKey.objects.exclude(kind=ApiKey.Kind.MANAGEMENT).order_by("name", "pk")
    listed = rows.values_list("app_id", "name", "blocked_at")
    return [(key, name) for key, name, blocked_at in listed if blocked_at is None or key in kept]


def _windows(said: Mapping[str, Any]) -> list[dict[str, Any]]:
    return list((said.get("validity_hours") or {}).get("daily") or [])


def _window(days: list[int], given: Mapping[str, Any]) -> dict[str, Any]:
    opens: time = given["hours_from"]
    window: dict[str, Any] = {
        "days_of_week": days or list(range(len(WEEKDAYS))),
        "start_time": opens.strftime("%H:%M"),
    }
    if given.get("hours_until") is not None:
        window["expiration_time"] = given["hours_until"].strftime("%H:%M")
    return window


def _repeats(said: Mapping[str, Any]) -> dict[str, Any]:
    every = _EVERY.fullmatch(said.get("timeframe_interval") or "")
    lasts = _FOR.fullmatch(said.get("timeframe_duration") or "")
    if every is None or lasts is None:
        return {"repeats": "", "open_unit": "H"}
    return {
        "repeats": every[2],
        "repeats_every": int(every[1]),
        "open_for": int(lasts[1] or lasts[2]),
        "open_unit": "D" if lasts[1] else "H",
    }
