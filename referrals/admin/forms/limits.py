"""How suspicious referrals are judged, in fields: what each sign counts, and when that holds or refuses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget

from referrals.programmes import Programme
from referrals.thresholds import LABELS, MOST_POINTS, Thresholds, UnusableThresholds

_PREFIX: Final = "limit_"
_KEYS: Final = ("device_keys", "payment_keys")
_LIMITS: Final = ("hold_at", "refuse_at")
_OTHERS: Final = tuple(name for name in LABELS if name not in (*_LIMITS, *_KEYS))
LIMIT_FIELDS: Final = (
    tuple(_PREFIX + name for name in _LIMITS),
    *(_PREFIX + name for name in _OTHERS),
    *(_PREFIX + name for name in _KEYS),
)
LIMITS_HINT: Final = (
    "Signs that speak against a referral add up: from so many points on it waits for a person. A single sign "
    "refuses it only if it proves something. 0 switches a sign off, empty is the usual. Friends and families "
    "are rarely held as it is."
)
_USUAL: Final = Thresholds()


def _field(name: str) -> forms.Field:
    if name in _KEYS:
        text = "Keys of the customer's metadata, with commas between them."
        return forms.CharField(
            required=False, label=LABELS[name], help_text=text, widget=UnfoldAdminTextInputWidget
        )
    return forms.IntegerField(
        required=False,
        min_value=0,
        max_value=10 * MOST_POINTS,
        label=LABELS[name],
        help_text=f"Usually {getattr(_USUAL, name)}.",
        widget=UnfoldAdminIntegerFieldWidget,
    )


# One field for each threshold, whatever these are.
_Fields: Any = type("_Fields", (forms.Form,), {_PREFIX + name: _field(name) for name in LABELS})


class LimitFields(_Fields):  # type: ignore[misc]
    """`thresholds()` says what services want."""

    def clean(self) -> Any:
        cleaned = super().clean() or self.cleaned_data
        if any(name.startswith(_PREFIX) for name in self.errors):
            return cleaned
        try:
            Thresholds(**_read(cleaned))
        except UnusableThresholds as error:
            for name, problem in error.problems.items():
                self.add_error(_PREFIX + name, problem)
        return cleaned

    @property
    def says_limits(self) -> bool:
        return any(name.startswith(_PREFIX) for name in self.changed_data)

    def thresholds(self) -> dict[str, Any] | None:
        """Those that are not as usual; None: all are."""
        given = _read(self.cleaned_data)
        found = {name: value for name, value in given.items() if value != getattr(_USUAL, name)}
        return {name: list(value) if name in _KEYS else value for name, value in found.items()} or None


def limits_initial(programme: Programme) -> dict[str, Any]:
    chosen = {**{name: getattr(_USUAL, name) for name in LABELS}, **(programme.thresholds or {})}
    return {_PREFIX + name: ", ".join(value) if name in _KEYS else value for name, value in chosen.items()}


def _read(cleaned: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in (*_LIMITS, *_OTHERS):
        value = cleaned.get(_PREFIX + name)
        found[name] = getattr(_USUAL, name) if value is None else value
    for name in _KEYS:
        parts = (part.strip() for part in (cleaned.get(_PREFIX + name) or "").split(","))
        found[name] = tuple(part for part in parts if part) or getattr(_USUAL, name)
    return found
