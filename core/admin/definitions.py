"""A form field for the keys of a metadata schema: a table to fill in, one row a key. Nobody types JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError

from core.metadata_types import ValueType, clean_definition

_BLANK_ROWS: Final = 3
_MAX_ROWS: Final = 200
_CELLS: Final = ("key", "type", "array", "required", "choices", "lowest", "highest", "object_type", "deleted")
# Which rule the columns "from" and "to" stand for.
_LIMITS: Final = {ValueType.STRING: ("min_length", "max_length"), ValueType.NUMBER: ("gte", "lte")}
_MORE: Final = {"lt": "below", "gt": "above", "ne": "never", "exact_length": "characters:"}
LABELS: Final = {
    ValueType.STRING: "Text",
    ValueType.NUMBER: "Number",
    ValueType.BOOLEAN: "Yes or no",
    ValueType.DATE: "Date",
    ValueType.DATETIME: "Date and time",
    ValueType.IMAGE_URL: "Address of an image",
    ValueType.GEOPOINT: "Place on a map",
    ValueType.OBJECT: "Object with its own schema",
}


class DefinitionsWidget(forms.Widget):
    """Value: the stored definitions, or the rows as they were posted when the form comes back."""

    template_name = "core/admin/definitions.html"

    class Media:
        js = ("core/definitions.js",)
        css = {"all": ("core/definitions.css",)}  # noqa: RUF012

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        rows = (
            value if isinstance(value, list) else [_row(key, found) for key, found in (value or {}).items()]
        )
        blank = [dict.fromkeys(_CELLS, "") for _ in range(_BLANK_ROWS)]
        context["rows"] = [{"prefix": f"{name}-{i}", **row} for i, row in enumerate([*rows, *blank])]
        context["types"] = [(kind.value, LABELS[kind]) for kind in LABELS]
        return context

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[dict[str, Any]]:
        rows = []
        for i in range(_MAX_ROWS):
            if f"{name}-{i}-key" not in data:
                break
            row = {cell: data.get(f"{name}-{i}-{cell}", "").strip() for cell in _CELLS}
            row["is_stored"] = data.get(f"{name}-{i}-stored", "")
            if row["key"]:
                rows.append(row)
        return rows

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return f"{name}-0-key" not in data


class DefinitionsField(forms.Field):
    """Cleans to `{key: definition}`. Rules without a column (`ne`, `exact_length`, …) stay as stored."""

    widget = DefinitionsWidget

    def __init__(self, **kwargs: Any) -> None:
        self.stored: Mapping[str, Mapping[str, Any]] = {}
        super().__init__(**{"required": False, "label": "Keys", **kwargs})

    def clean(self, value: Any) -> dict[str, dict[str, Any]]:
        definitions: dict[str, dict[str, Any]] = {}
        for row in value or []:
            key = row["key"]
            if key in definitions:
                raise ValidationError(f"“{key}” is there twice.")
            try:
                definitions[key] = clean_definition(_definition(row, self.stored.get(key, {})))
            except ValueError as error:
                raise ValidationError(f"“{key}”: {str(error).lstrip('. ').replace('_', ' ')}.") from error
        return definitions

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.clean(data) != (initial or {})
        except ValidationError:
            return True


def _row(key: str, definition: Mapping[str, Any]) -> dict[str, Any]:
    low, high = _LIMITS.get(ValueType(definition["type"]), ("", ""))
    shown = {"type", "array", "optional", "deleted", "eq", "object_type", low, high}
    return {
        "key": key,
        "is_stored": True,
        "type": definition["type"],
        "array": definition.get("array", False),
        "required": not definition.get("optional", True),
        "choices": ", ".join(str(choice) for choice in definition.get("eq", [])),
        "lowest": definition.get(low, ""),
        "highest": definition.get(high, ""),
        "object_type": definition.get("object_type") or "",
        "deleted": definition.get("deleted", False),
        "more": ", ".join(
            f"{_MORE.get(name, name)} {definition[name]}" for name in sorted({*definition} - shown)
        ),
    }


def _definition(row: Mapping[str, Any], stored: Mapping[str, Any]) -> dict[str, Any]:
    """:raises ValueError: a number is not a number."""
    kind = row["type"] or stored.get("type", ValueType.STRING.value)
    definition = {
        **{name: value for name, value in stored.items() if name in {"ne", "exact_length", "lt", "gt"}},
        "type": kind,
        "array": bool(row["array"]),
        "optional": not row["required"],
        "deleted": bool(row["deleted"]),
        "object_type": row["object_type"] or None,
    }
    choices = [choice.strip() for choice in row["choices"].split(",") if choice.strip()]
    definition["eq"] = [_number(choice) for choice in choices] if kind == ValueType.NUMBER else choices
    for cell, rule in zip(("lowest", "highest"), _LIMITS.get(ValueType(kind), ()), strict=False):
        if row[cell]:
            definition[rule] = _number(row[cell])
    return definition


def _number(text: str) -> int | float:
    """:raises ValueError: for people."""
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        raise ValueError(f" {text} is not a number") from None
