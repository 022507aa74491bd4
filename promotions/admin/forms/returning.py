"""What comes back of an order, line by line: the fields of "Return items"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import uuid4

from django import forms
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextareaWidget

from commerce.models import OrderItem
from core.admin.forms import MoneyField
from promotions.selectors.returns import Returnable
from promotions.services.returns import ReturnedItem, ReturnSpec

_MOST_WORDS: Final = 500


class ReturnForm(forms.Form):
    """A number of units for each line of which something is left; an amount for an order without lines.

    `once` makes a second click on the same page harmless.
    """

    reason = forms.CharField(
        required=False,
        max_length=_MOST_WORDS,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text="For whoever asks later, for example: too small.",
    )
    once = forms.CharField(max_length=64, widget=forms.HiddenInput, initial=lambda: uuid4().hex)

    def __init__(self, *args: Any, found: Returnable, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lines = [line for line in found.lines if found.left(line)]
        for line in self._lines:
            self.fields[_name(line)] = _units(found.left(line))
        self.has_amount = not any(line.quantity for line in found.lines)
        if self.has_amount:
            self.fields["amount"] = MoneyField(
                label="How much of the order comes back",
                required=True,
                help_text="Before discounts. What they took off it is worked out.",
            )

    def units_of(self, line: OrderItem) -> forms.BoundField | None:
        """The field of a line; None: all of it came back before."""
        return self[_name(line)] if _name(line) in self.fields else None

    def clean(self) -> None:
        if not self.errors and not self.has_amount and not self._items():
            raise forms.ValidationError("Say how many units of which line come back.")

    def spec(self) -> ReturnSpec:
        return ReturnSpec(
            items=self._items(),
            amount=self.cleaned_data.get("amount"),
            reason=self.cleaned_data["reason"].strip(),
        )

    def _items(self) -> Sequence[ReturnedItem]:
        return tuple(
            ReturnedItem(quantity=units, position=line.position)
            for line in self._lines
            if (units := self.cleaned_data.get(_name(line)))
        )


def _name(line: OrderItem) -> str:
    return f"units_{line.position}"


def _units(left: int) -> forms.IntegerField:
    attrs = {"min": 0, "max": left, "inputmode": "numeric", "data-left": left, "autocomplete": "off"}
    return forms.IntegerField(
        required=False,
        initial=0,
        min_value=0,
        max_value=left,
        widget=UnfoldAdminIntegerFieldWidget(attrs=attrs),
        error_messages={
            "max_value": f"Only {left:,} can still come back.",
            "min_value": "At least 0.",
        },
    )
