"""A discount in fields: every type and effect as a plain choice. Services get the wire's object."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from core.admin.forms import MoneyField
from engine import formula
from engine.items import SHIPPING_ID
from promotions.admin import pickers
from promotions.admin.forms.choices import (
    EFFECTS,
    EFFECTS_OF,
    HOWS_OF_ONE,
    KINDS,
    VALUE_OF,
    Effect,
    Kind,
    kind_of,
)
from promotions.admin.forms.free_items import FreeItemsField, unit_value
from promotions.admin.forms.pickers import PickerField

DISCOUNT_FIELDS: Final = (
    "discount_type", "percent_off", "amount_off", "new_price", "free_units", "free_item", "free_how",
    "free_items", "applies_to", "discount_limit", "total_limit",
)  # fmt: skip
CALCULATED_FIELDS: Final = ("formula",)
_ALL: Final = frozenset({*DISCOUNT_FIELDS, *CALCULATED_FIELDS})
_MOST_UNITS: Final = 10_000

_PERCENT: Final = f"discount_type == '{Kind.PERCENT}'"
_AMOUNT: Final = f"discount_type == '{Kind.AMOUNT}'"
_FIXED: Final = f"discount_type == '{Kind.FIXED}'"
_UNIT: Final = f"discount_type == '{Kind.UNIT}'"
_ON_ITEMS: Final = f"applies_to && applies_to != '{Effect.ORDER}'"
DISCOUNT_CONDITIONS: Final = {
    "percent_off": _PERCENT,
    "amount_off": _AMOUNT,
    "new_price": _FIXED,
    "free_units": _UNIT,
    "free_item": f"{_UNIT} && free_how != '{Effect.ADD_SAME}'",
    "free_how": _UNIT,
    "free_items": f"discount_type == '{Kind.UNITS}'",
    "applies_to": f"{_PERCENT} || {_AMOUNT} || {_FIXED}",
    "discount_limit": _PERCENT,
    "total_limit": f"({_PERCENT} || {_AMOUNT}) && {_ON_ITEMS}",
    "formula": f"{_PERCENT} || {_AMOUNT} || {_FIXED} || {_UNIT}",
}
"""Alpine: a field is shown only where the choices above ask for it."""

_FIGURES: Final = {
    Kind.PERCENT: "percent_off",
    Kind.AMOUNT: "amount_off",
    Kind.FIXED: "new_price",
    Kind.UNIT: "free_units",
}
"""The form's field of the figure of each kind."""


class _EffectSelect(UnfoldAdminSelectWidget):  # type: ignore[misc]
    """Offers only what goes with the kind of discount (the script); the form checks it again."""

    class Media:
        js = ("promotions/discount.js",)

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)
        kinds = [kind for kind, effects in EFFECTS_OF.items() if str(value) in effects]
        option["attrs"]["data-kinds"] = " ".join(kinds)
        return option


class _KeptChoice(forms.ChoiceField):
    """Not sent: as it was."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(data) and bool(super().has_changed(initial, data))


class DiscountForm(forms.ModelForm):
    """`wire_discount()` says what services want, `says_discount` whether somebody touched it."""

    is_discount_required = False

    discount_type = forms.ChoiceField(
        required=False, label="Kind of discount", choices=KINDS, widget=UnfoldAdminSelectWidget
    )
    percent_off = forms.DecimalField(
        required=False,
        min_value=0,
        max_value=100,
        max_digits=9,
        decimal_places=6,
        label="Percent off",
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal", "placeholder": "10"}),
    )
    amount_off = MoneyField(label="Amount off")
    new_price = MoneyField(
        label="New price", help_text="What is cheaper already stays as it is; nothing gets dearer."
    )
    free_units = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=_MOST_UNITS,
        label="How many",
        widget=UnfoldAdminIntegerFieldWidget(attrs={"placeholder": "1"}),
    )
    free_item = PickerField(
        pickers.ARTICLES, label="Which item", help_text="Type a part of its name, then choose it."
    )
    free_how = _KeptChoice(required=False, label="How", choices=HOWS_OF_ONE, widget=UnfoldAdminSelectWidget)
    free_items = FreeItemsField(label="Free items", help_text="Empty a row to take it out.")
    applies_to = _KeptChoice(
        required=False,
        label="Applies to",
        choices=EFFECTS,
        widget=_EffectSelect,
        help_text="Which items: the conditions below name them.",
    )
    discount_limit = MoneyField(
        label="At most", help_text="The largest discount of the order, or of each item. Empty: no limit."
    )
    total_limit = MoneyField(
        label="At most in all", help_text="The largest discount of all items together. Empty: no limit."
    )
    formula = forms.CharField(
        required=False,
        max_length=2000,
        label="Formula",
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2, "spellcheck": "false"}),
        help_text=(
            "Calculates the figure for each order, for example IF(ORDER_AMOUNT > 100;20;10). "
            "The figure above counts where it cannot be calculated."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        row = kwargs.get("instance")
        stored = discount_initial(getattr(row, "discount", None)) if row is not None else {}
        kwargs["initial"] = {**stored, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)

    def needs_discount(self, cleaned: Mapping[str, Any]) -> bool:
        return self.is_discount_required or "discount_type" in self.changed_data

    @property
    def says_discount(self) -> bool:
        return bool(_ALL & set(self.changed_data))

    def clean(self) -> Any:
        cleaned = super().clean() or self.cleaned_data
        if self.needs_discount(cleaned) and "discount_type" in self.fields:
            self._check_discount(cleaned)
        return cleaned

    def _check_discount(self, cleaned: Mapping[str, Any]) -> None:
        kind = cleaned.get("discount_type") or Kind.PERCENT
        figure = _FIGURES.get(kind)
        if figure and cleaned.get(figure) is None:
            self._say(figure, "Say how many." if kind == Kind.UNIT else "Say how much.")
        if kind == Kind.UNIT and self._chosen("free_how") != Effect.ADD_SAME and not cleaned.get("free_item"):
            self._say("free_item", "Choose the item.")
        if kind == Kind.UNITS and not cleaned.get("free_items"):
            self._say("free_items", "Name one item at least.")
        applies_to, effects = cleaned.get("applies_to"), EFFECTS_OF.get(kind)
        if applies_to and effects and applies_to not in effects:
            self._say("applies_to", "This kind of discount is for the whole order, or for each item.")

        if cleaned.get("formula"):
            try:
                formula.parse(cleaned["formula"])
            except formula.FormulaSyntaxError as error:
                self._say("formula", f"{error}.")

    def _say(self, field: str, text: str) -> None:
        """One reason a field: what the field itself found wrong comes first."""
        if field not in self.errors:
            self.add_error(field, ValidationError(text))

    def _chosen(self, field: str) -> str:
        return str(self.cleaned_data.get(field) or self.initial.get(field) or "")

    def wire_discount(self) -> dict[str, Any]:
        """{"type": "PERCENT", "percent_off": Decimal("10"), "amount_limit": 2000, "effect": "APPLY_TO_ORDER"}

        What was emptied is there as null: services merge.
        """
        given = self.cleaned_data
        kind = given.get("discount_type") or Kind.PERCENT
        match kind:
            case Kind.SHIPPING:
                return _units(1, SHIPPING_ID, Effect.ADD_MISSING)
            case Kind.UNITS:
                wire = {"effect": Effect.ADD_MANY, "units": given["free_items"]}
                return {**_units(None, None, Effect.ADD_MANY), **wire}
            case Kind.UNIT:
                how = self._chosen("free_how") or Effect.ADD_MISSING
                item = None if how == Effect.ADD_SAME else given["free_item"].partition(":")[2]
                return _units(given["free_units"], item, how, given.get("formula") or None)
        value = VALUE_OF[kind]
        effect = self._chosen("applies_to") or Effect.ORDER
        wire = {
            "type": kind,
            "effect": effect,
            value: given[_FIGURES[kind]],
            f"{value}_formula": given.get("formula") or None,
        }
        if kind == Kind.PERCENT:
            wire["amount_limit"] = given.get("discount_limit")
        if kind in (Kind.PERCENT, Kind.AMOUNT):
            is_on_items = effect != Effect.ORDER
            wire["aggregated_amount_limit"] = given.get("total_limit") if is_on_items else None
        return wire


def _units(number: int | None, item: str | None, effect: str, formula: str | None = None) -> dict[str, Any]:
    return {
        "type": Kind.UNIT,
        "effect": effect,
        "unit_off": number,
        "unit_off_formula": formula,
        "unit_type": item,
        "units": None,
    }


def _written(percent: Any) -> Decimal:
    """20 and 12.5, never 2E+1 or 12.50."""
    return Decimal(f"{Decimal(str(percent)).normalize():f}")


def discount_initial(wire: Mapping[str, Any] | None) -> dict[str, Any]:
    """The fields of the form for a stored discount."""
    if not wire:
        return {}
    kind = kind_of(dict(wire))
    percent = wire.get("percent_off")
    initial: dict[str, Any] = {
        "discount_type": kind,
        "percent_off": None if percent is None else _written(percent),
        "amount_off": wire.get("amount_off"),
        "new_price": wire.get("fixed_amount"),
        "discount_limit": wire.get("amount_limit"),
        "total_limit": wire.get("aggregated_amount_limit"),
        "formula": wire.get(f"{VALUE_OF.get(kind or '')}_formula") or "",
    }
    if kind == Kind.UNIT:
        initial |= {"free_units": wire.get("unit_off"), "free_item": unit_value(wire)}
        initial["free_how"] = wire.get("effect")
    elif kind == Kind.UNITS:
        initial["free_items"] = wire.get("units") or []
    elif kind != Kind.SHIPPING:
        initial["applies_to"] = wire.get("effect") or Effect.ORDER
    return initial
