"""Form fields for people: money in whole units, metadata in rows. Services get minor units and mappings."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django import forms
from unfold.widgets import UnfoldAdminTextInputWidget

from core import words

_MINOR_UNITS: Final = 100
_LARGEST: Final = 10**15


class MoneyField(forms.Field):
    """Typed as 12.34 or 12,34, also as 1,234.50 or 1 234,50; cleaned to minor units; empty is None."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"inputmode": "decimal"}
        super().__init__(**{"required": False, "widget": UnfoldAdminTextInputWidget(attrs=attrs), **kwargs})

    def get_bound_field(self, form: Any, field_name: str) -> Any:
        self.widget.attrs |= {"suffix": words.currency(), "placeholder": words.typed_money(0)}
        return super().get_bound_field(form, field_name)

    def prepare_value(self, value: Any) -> Any:
        return words.typed_money(value) if isinstance(value, int) else value

    def to_python(self, value: Any) -> int | None:
        """:raises ValidationError: not an amount, or a fraction of a minor unit."""
        text = _with_point(str(value or ""))
        if not text:
            return None
        try:
            minor = Decimal(text) * _MINOR_UNITS
        except InvalidOperation:
            raise forms.ValidationError("Write an amount such as 12.34.") from None
        if not minor.is_finite() or not 0 <= minor <= _LARGEST or minor != minor.to_integral_value():
            raise forms.ValidationError("Write an amount from 0 up, with two decimals at most.")
        return int(minor)

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(data) != initial
        except forms.ValidationError:
            return True


def _with_point(text: str) -> str:
    """1 234,50 and 1.234,50 and 1,234.50 -> 1234.50. With one sign alone it is the decimal one: 1,234 has
    three decimals, and is refused rather than guessed at.
    """
    digits = "".join(text.split())
    last = max(digits.rfind("."), digits.rfind(","))
    if last < 0:
        return digits
    whole, other = digits[:last], "," if digits[last] == "." else "."
    if other in whole and not re.fullmatch(rf"\d{{1,3}}([{other}]\d{{3}})+", whole):
        return digits
    return f"{whole.replace(other, '')}.{digits[last + 1 :]}"


def removed_keys(before: dict[str, Any], after: dict[str, Any]) -> dict[str, None]:
    """Keys that a person took out, as a merge says it: set to null."""
    return {key: None for key in before if key not in after}
