"""Fields of the wizard: several things by their names, rows of days, choices as cards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from unfold.widgets import UnfoldAdminTextInputWidget

from promotions.admin import pickers
from promotions.admin.forms.pickers import found
from promotions.plan_pauses import joined

_ROWS: Final = 3
_MOST: Final = 20
LOCAL: Final = "%Y-%m-%dT%H:%M"


class CardsWidget(forms.RadioSelect):
    """Radio buttons as cards: each with a line below that explains it."""

    template_name = "promotions/wizard/cards.html"

    def __init__(self, notes: Mapping[str, str], attrs: Any = None) -> None:
        super().__init__(attrs)
        self.notes = notes

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        return {**option, "note": self.notes.get(str(value), "")}


def cards(choices: Sequence[tuple[str, str, str]], **kwargs: Any) -> forms.ChoiceField:
    """A choice between (value, name, explanation)."""
    return forms.ChoiceField(
        choices=[(value, name) for value, name, _ in choices],
        widget=CardsWidget({value: note for value, _, note in choices}),
        **kwargs,
    )


class ManyWidget(forms.Widget):
    """Value: a list of `kind:id`. Posts one `<name>` for each, and `<name>-text` of what is only typed."""

    template_name = "promotions/wizard/many.html"

    class Media:
        js = ("core/picker.js",)
        css = {"all": ("core/picker.css", "promotions/promotions.css")}  # noqa: RUF012

    def __init__(self, kinds: Sequence[str], attrs: Any = None) -> None:
        super().__init__(attrs)
        self.kinds = kinds

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        values = [str(one) for one in value or []]
        known = pickers.by_value(values)
        chips = [known[one] for one in values if one in known]
        typed = [one for one in values if one not in known and ":" not in one]
        gone = [one for one in values if one not in known and ":" in one]
        return {
            **context,
            "kinds": ",".join(self.kinds),
            "chips": chips,
            "gone": gone,
            "typed": typed[0] if typed else "",
        }

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        chosen = data.getlist(name) if hasattr(data, "getlist") else data.get(name) or []
        typed = data.get(f"{name}-text", "")
        return [one.strip() for one in (*chosen, typed) if one and one.strip()]

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return name not in data and f"{name}-text" not in data

    def id_for_label(self, id_: str) -> str:
        return id_


class ManyField(forms.Field):
    """Cleans to a list of `kind:id` of things that are there, each once."""

    def __init__(self, kinds: Sequence[str], **kwargs: Any) -> None:
        self.kinds = kinds
        super().__init__(**{"required": False, "widget": ManyWidget(kinds), **kwargs})

    def clean(self, value: Any) -> list[str]:
        known = pickers.by_value(value or [])
        found_ = [known[one] if one in known else found(self.kinds, one) for one in value or []]
        if any(hit.kind not in self.kinds for hit in found_):
            raise ValidationError("Choose from the list that opens while you type.")
        return list(dict.fromkeys(hit.value for hit in found_))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return list(initial or []) != list(data or [])


class RowsWidget(forms.Widget):
    """Rows of inputs. Value: a list of mappings by cell. Posts `<name>-0-<cell>` and so on."""

    template_name = "promotions/wizard/rows.html"

    def __init__(self, cells: Sequence[tuple[str, str, str]], attrs: Any = None) -> None:
        """`cells`: (name, heading, type of the input); `hidden` ones have no heading."""
        super().__init__(attrs)
        self.cells = cells

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        rows = [*(value or []), *({} for _ in range(_ROWS if not value else 1))]
        drawn = [
            [
                {"name": f"{name}-{at}-{cell}", "label": head, "type": kind, "value": row.get(cell) or ""}
                for cell, head, kind in self.cells
            ]
            for at, row in enumerate(rows)
        ]
        heads = [head for _, head, kind in self.cells if kind != "hidden"]
        return {**context, "rows": drawn, "heads": heads}

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[dict[str, str]]:
        rows = []
        for at in range(_MOST):
            if f"{name}-{at}-{self.cells[0][0]}" not in data:
                break
            row = {cell: data.get(f"{name}-{at}-{cell}", "").strip() for cell, _, _ in self.cells}
            if any(row[cell] for cell, _, kind in self.cells if kind != "hidden"):
                rows.append(row)
        return rows

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return f"{name}-0-{self.cells[0][0]}" not in data

    def id_for_label(self, id_: str) -> str:
        return ""


class PausesField(forms.Field):
    """Cleans to pauses as `plan_pauses` writes them. Value: the same."""

    def __init__(self, **kwargs: Any) -> None:
        widget = RowsWidget([("from", "From", "date"), ("until", "Until and with", "date")])
        super().__init__(**{"required": False, "widget": widget, **kwargs})

    def prepare_value(self, value: Any) -> Any:
        rows = value or []
        return [row if isinstance(row, Mapping) else {"from": row[0], "until": row[1]} for row in rows]

    def clean(self, value: Any) -> list[list[str]]:
        return [list(pause) for pause in joined(_days(row) for row in value or [])]

    def has_changed(self, initial: Any, data: Any) -> bool:
        before = [[one["from"], one["until"]] for one in self.prepare_value(initial)]
        return before != [[row["from"], row["until"] or row["from"]] for row in data or []]


def _days(row: Mapping[str, str]) -> tuple[date, date]:
    try:
        begins = date.fromisoformat(row["from"])
        ends = date.fromisoformat(row["until"] or row["from"])
    except ValueError:
        raise ValidationError("Write a day, such as 2026-12-24.") from None
    if ends < begins:
        raise ValidationError("A pause must not end before it begins.")
    return begins, ends


def local_instant(**kwargs: Any) -> forms.DateTimeField:
    """A day and a time by the project's clock."""
    widget = UnfoldAdminTextInputWidget(attrs={"type": "datetime-local"})
    widget.format = LOCAL
    return forms.DateTimeField(
        **{"required": False, "input_formats": [LOCAL, f"{LOCAL}:%S"], "widget": widget, **kwargs}
    )
