"""Form fields whose rows repeat in an address: `?item=…&units=2&item=…&units=1`. Empty rows do not count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, ClassVar, Final

from django import forms
from django.core.exceptions import ValidationError

from core.admin.forms import MoneyField
from promotions.admin import pickers
from promotions.admin.forms.pickers import found
from promotions.admin.pickers import Picked

MOST_ROWS: Final = 50
MOST_UNITS: Final = 1_000_000

type Row = dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """One line of a basket that somebody asks about. `price` in minor units; None: the catalogue's."""

    article: Picked
    units: int = 1
    price: int | None = None


class RowsWidget(forms.Widget):
    """Value: rows as they were sent. The first of `cells` is a picker: it sends its text, too."""

    cells: ClassVar[tuple[str, ...]] = ("item",)
    kinds: ClassVar[tuple[str, ...]] = pickers.ARTICLES
    blank_rows: ClassVar[int] = 1

    class Media:
        js = ("core/picker.js", "promotions/why.js")
        css = {"all": ("core/picker.css", "promotions/promotions.css", "promotions/why.css")}  # noqa: RUF012

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        rows: list[Row] = list(value or [])
        names = pickers.by_value(row[self.cells[0]] for row in rows)
        blank = [dict.fromkeys(self.cells, "") for _ in range(self.blank_rows if not rows else 1)]
        context["rows"] = [{**row, "picked": names.get(row[self.cells[0]])} for row in [*rows, *blank]]
        return {**context, "cells": self.cells, "kinds": ",".join(self.kinds)}

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Row]:
        picker = self.cells[0]
        typed = data.getlist(f"{picker}-text")
        columns = (data.getlist(picker), typed, *(data.getlist(cell) for cell in self.cells[1:]))
        rows = []
        for picked, text, *others in list(zip_longest(*columns, fillvalue=""))[:MOST_ROWS]:
            first = picked.strip() or text.strip()
            rows.append(dict(zip(self.cells, (first, *(cell.strip() for cell in others)), strict=True)))
        return [row for row in rows if any(row.values())]

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return self.cells[0] not in data and f"{self.cells[0]}-text" not in data


class BasketWidget(RowsWidget):
    template_name = "promotions/admin/why_basket.html"
    cells = ("item", "units", "price")
    blank_rows = 3


class BasketField(forms.Field):
    """Cleans to a tuple of `Wanted`."""

    widget = BasketWidget

    def clean(self, value: Any) -> tuple[Wanted, ...]:
        rows: list[Row] = list(value or [])
        chosen = pickers.by_value(row["item"] for row in rows)
        return tuple(_line(number, row, chosen) for number, row in enumerate(rows, 1))


class OffersWidget(RowsWidget):
    template_name = "promotions/admin/why_offers.html"
    cells = ("offer",)
    kinds = (pickers.Kind.TIER, pickers.Kind.STACK)


class OffersField(forms.Field):
    """Cleans to a tuple of `Picked`: tiers and stacks."""

    widget = OffersWidget

    def clean(self, value: Any) -> tuple[Picked, ...]:
        return tuple(found(OffersWidget.kinds, row["offer"]) for row in value or [])


def _line(number: int, row: Row, chosen: Mapping[str, Picked]) -> Wanted:
    """:raises ValidationError: which row is wrong, and how."""
    try:
        if not row["item"]:
            raise ValidationError("choose the product.")
        return Wanted(
            article=chosen.get(row["item"]) or found(pickers.ARTICLES, row["item"]),
            units=_units(row["units"]),
            price=MoneyField().clean(row["price"]),
        )
    except ValidationError as error:
        raise ValidationError(f"Line {number}: {error.message}") from error


def _units(text: str) -> int:
    if not text:
        return 1
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(MOST_UNITS))) or not int(text):
        raise ValidationError("say how many, from 1 up.")
    return min(int(text), MOST_UNITS)
