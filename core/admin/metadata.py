"""A form field for metadata: one row for each key. Nobody types JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError

_BLANK_ROWS: Final = 2
_MAX_ROWS: Final = 200
_KINDS: Final = (("text", "Text"), ("number", "Number"), ("boolean", "Yes or no"))


class MetadataWidget(forms.Widget):
    """Value: the stored mapping, or the rows as they were posted when the form comes back."""

    template_name = "core/admin/metadata.html"

    class Media:
        js = ("fanfare/metadata.js",)

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        rows = value if isinstance(value, list) else [_row(*pair) for pair in _set(value)]
        blank = [{"key": "", "kind": "text", "value": ""} for _ in range(_BLANK_ROWS)]
        context["rows"] = [{"prefix": f"{name}-{i}", **row} for i, row in enumerate([*rows, *blank])]
        context["kinds"] = _KINDS
        return context

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[dict[str, str]]:
        rows = []
        for i in range(_MAX_ROWS):
            if f"{name}-{i}-key" not in data:
                break
            row = {cell: data.get(f"{name}-{i}-{cell}", "").strip() for cell in ("key", "kind", "value")}
            if row["key"]:
                rows.append(row)
        return rows

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return f"{name}-0-key" not in data


class MetadataField(forms.Field):
    """Cleans to a mapping. Lists and nested objects are shown, and stay as they are stored."""

    widget = MetadataWidget

    def __init__(self, **kwargs: Any) -> None:
        kwargs = {
            "required": False,
            "label": "Metadata",
            "help_text": "Facts of your own, one in each row. Empty a key to take its row out.",
            **kwargs,
        }
        super().__init__(**{key: value for key, value in kwargs.items() if key not in {"encoder", "decoder"}})

    def clean(self, value: Any) -> dict[str, Any]:
        metadata: dict[str, Any] = {}
        for row in value or []:
            if row["key"] in metadata:
                raise ValidationError(f"“{row['key']}” is there twice.")
            metadata[row["key"]] = _typed(row)
        return metadata

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.clean(data) != dict(_set(initial))
        except ValidationError:
            return True


def _set(metadata: Mapping[str, Any] | None) -> list[tuple[str, Any]]:
    """Keys with a value. Null says that there is none (a merge can only set, not remove)."""
    return [(key, item) for key, item in (metadata or {}).items() if item is not None]


def _row(key: str, value: Any) -> dict[str, str]:
    if isinstance(value, bool):
        return {"key": key, "kind": "boolean", "value": "yes" if value else "no"}
    if isinstance(value, int | float | Decimal):
        return {"key": key, "kind": "number", "value": str(value)}
    if isinstance(value, str):
        return {"key": key, "kind": "text", "value": value}
    return {"key": key, "kind": "stored", "value": json.dumps(value, ensure_ascii=False, default=str)}


def _typed(row: Mapping[str, str]) -> Any:
    """:raises ValidationError: a number that is none."""
    text = row["value"]
    match row["kind"]:
        case "boolean":
            return text.lower() in {"yes", "true", "1", "on"}
        case "number":
            return _number(row["key"], text)
        case "stored":
            return _stored(row["key"], text)
        case _:
            return text


def _number(key: str, text: str) -> int | float:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValidationError(f"“{key}”: {text} is not a number.") from None
    if not number.is_finite():
        raise ValidationError(f"“{key}”: {text} is not a number.")
    return int(number) if number == number.to_integral_value() and "." not in text else float(number)


def _stored(key: str, text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        raise ValidationError(f"“{key}” cannot be read. Reload the page and try again.") from None
