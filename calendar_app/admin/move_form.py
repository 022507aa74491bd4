"""The two dates of a bar, typed by the project's clock; or as an address gives them, with their zone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from unfold.widgets import UnfoldAdminTextInputWidget

from calendar_app.services.moving import Target, Wish
from core.errors import InvalidPayload
from core.instants import parse_instant

_LOCAL: Final = "%Y-%m-%dT%H:%M"
_LOCAL_SECONDS: Final = f"{_LOCAL}:%S"
_FIRST_YEAR: Final = 1900
_LAST_YEAR: Final = 9998


class _Instant(forms.Field):
    """Empty: open. Typed without a zone it is the project's, which the page speaks in."""

    def __init__(self, label: str, help_text: str) -> None:
        widget = UnfoldAdminTextInputWidget(attrs={"type": "datetime-local", "step": "any"})
        super().__init__(label=label, required=False, help_text=help_text, widget=widget)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, str) and value:
            try:
                value = self.to_python(value)
            except ValidationError:
                return value
        if not isinstance(value, datetime):
            return value
        local = timezone.localtime(value)
        return local.strftime(_LOCAL_SECONDS if local.second else _LOCAL)

    def to_python(self, value: Any) -> datetime | None:
        """:raises ValidationError: no date."""
        text = str(value or "").strip()
        if not text:
            return None
        try:
            is_local = len(text) <= len("2026-12-24T10:00:00") and not text.endswith("Z")
            instant = datetime.fromisoformat(text) if is_local else parse_instant(text)
            if instant.tzinfo is None:
                instant = timezone.make_aware(instant)
        except (ValueError, OverflowError):
            raise ValidationError("Write a day and a time.") from None
        if not _FIRST_YEAR <= instant.year <= _LAST_YEAR:
            raise ValidationError("Write a day of this century.")
        return instant


class MoveForm(forms.Form):
    """`wish()` says what the service wants."""

    starts_at = _Instant("Starts", "Empty: at once.")
    ends_at = _Instant("Ends", "From this instant on it is over. Empty: no end.")
    seen = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput)

    def __init__(self, data: Mapping[str, Any], *, target: Target) -> None:
        # What is not said stays as it is.
        said = {
            "starts_at": data.get("starts_at", target.starts_at),
            "ends_at": data.get("ends_at", target.ends_at),
            "seen": data.get("seen", "") or target.seen,
        }
        super().__init__(said)
        self.target = target

    @classmethod
    def of(
        cls, dates: tuple[datetime | None, datetime | None], *, target: Target, seen: str = ""
    ) -> MoveForm:
        starts_at, ends_at = dates
        given = {"starts_at": _exact(starts_at), "ends_at": _exact(ends_at), "seen": seen}
        return cls(given, target=target)

    def wish(self) -> Wish:
        """:raises InvalidPayload: the form is not valid."""
        if not self.is_valid():
            raise InvalidPayload("Write a day and a time.")
        name, _, pk = self.target.key.partition(":")
        return Wish(
            starts_at=_as_it_was(self.cleaned_data["starts_at"], self.target.starts_at),
            ends_at=_as_it_was(self.cleaned_data["ends_at"], self.target.ends_at),
            seen=self.cleaned_data["seen"],
            campaign_id=int(pk) if name == "campaign" else None,
            tier_id=int(pk) if name == "tier" else None,
        )


def _exact(instant: datetime | None) -> str:
    return "" if instant is None else instant.isoformat()


def _as_it_was(given: datetime | None, was: datetime | None) -> datetime | None:
    """A field shows no fractions of a second: what was not touched keeps them."""
    if given is None or was is None or given.microsecond or given.second != was.second:
        return given
    return given.replace(microsecond=was.microsecond)
