"""A form field for several free items: one row each. Cleans to the wire's `units`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError

from promotions.admin import pickers
from promotions.admin.forms.choices import HOWS
from promotions.admin.forms.pickers import found, stored

_BLANK_ROWS: Final = 2
_MAX_ROWS: Final = 50
_CELLS: Final = ("units", "item", "item-text", "effect", "formula")


class FreeItemsWidget(forms.Widget):
    """Value: the wire's list, or the rows as they were posted when the form comes back."""

    template_name = "promotions/admin/free_items.html"

    class Media:
        js = ("core/picker.js", "promotions/free_items.js")
        css = {"all": ("core/picker.css", "promotions/promotions.css")}  # noqa: RUF012

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        rows = [row if "item" in row else _row(row) for row in value or []]
        for row in rows:
            row["picked"] = stored(pickers.ARTICLES, row["item"])
        blank = [{"units": "", "item": "", "effect": "", "formula": ""} for _ in range(_BLANK_ROWS)]
        context["rows"] = [{"prefix": f"{name}-{i}", **row} for i, row in enumerate([*rows, *blank])]
        return {**context, "hows": HOWS, "kinds": ",".join(pickers.ARTICLES)}

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[dict[str, str]]:
        rows = []
        for i in range(_MAX_ROWS):
            if f"{name}-{i}-units" not in data:
                break
            row = {cell: data.get(f"{name}-{i}-{cell}", "").strip() for cell in _CELLS}
            row["item"] = row["item"] or row["item-text"]
            if row["item"] or row["units"]:
                rows.append(row)
        return rows

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return f"{name}-0-units" not in data


class FreeItemsField(forms.Field):
    """Cleans to `[{"unit_off": 2, "unit_type": "prod_…", "effect": "ADD_NEW_ITEMS"}]`."""

    widget = FreeItemsWidget

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, **kwargs})

    def clean(self, value: Any) -> list[dict[str, Any]]:
        return [_unit(number, row) for number, row in enumerate(value or [], 1)]

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return [_essence(unit) for unit in self.clean(data)] != [_essence(unit) for unit in initial or []]
        except ValidationError:
            return True


def unit_value(unit: Mapping[str, Any]) -> str:
    """What a picker holds for the wire's `unit_type`."""
    key = str(unit.get("unit_type") or "")
    return f"{pickers.Kind.SKU if key.startswith('sku_') else pickers.Kind.PRODUCT}:{key}" if key else ""


def _row(unit: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "units": unit.get("unit_off") or "",
        "item": unit_value(unit),
        "effect": unit.get("effect") or "",
        "formula": unit.get("unit_off_formula") or "",
    }


def _unit(number: int, row: Mapping[str, str]) -> dict[str, Any]:
    """:raises ValidationError: no number of units, or no such item."""
    text = row["units"]
    if not text.isdecimal() or not int(text):
        raise ValidationError(f"Row {number}: say how many, from 1 up.")
    if not row["item"]:
        raise ValidationError(f"Row {number}: choose the item.")
    try:
        hit = found(pickers.ARTICLES, row["item"])
    except ValidationError as error:
        raise ValidationError(f"Row {number}: {error.message}") from error
    effects = [effect for effect, _ in HOWS]
    effect = row["effect"] if row["effect"] in effects else effects[0]
    unit = {"unit_off": int(text), "unit_type": hit.id, "effect": effect}
    return {**unit, "unit_off_formula": row["formula"]} if row.get("formula") else unit


def _essence(unit: Mapping[str, Any]) -> dict[str, Any]:
    """Without what the server added to it when it was stored."""
    names = ("unit_off", "unit_type", "effect", "unit_off_formula")
    article = stored(pickers.ARTICLES, unit_value(unit))
    known = {**unit, "unit_type": article.id} if article else unit
    return {name: known[name] for name in names if known.get(name)}
