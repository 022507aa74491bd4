"""The form field: a hidden input with the rows, which the script draws, and a count that follows them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from commerce.admin.filter_editor import document
from commerce.admin.filter_editor.catalogue import Field, setup
from core.api.filters import FilterFields


class FilterWidget(forms.Widget):
    """Value: the filter on the wire, or the text that was posted when the form comes back with mistakes."""

    template_name = "commerce/admin/filter_editor.html"
    mistakes: Mapping[int, str] = {}

    def __init__(self, *, fields: tuple[Field, ...], resource: str, preview: str) -> None:
        super().__init__()
        self.fields = fields
        self.resource = resource
        self.preview = preview

    class Media:
        js = ("commerce/filter_editor.js",)
        css: ClassVar = {"all": ("commerce/filter_editor.css",)}

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        junction, rows = _shown(value, self.fields)
        return {
            **context,
            "text": json.dumps({"junction": junction, "rows": rows}),
            "setup_id": f"{name}-setup",
            "preview_url": reverse(self.preview),
            "setup": {
                **setup(self.fields, self.resource),
                "mistakes": {str(at): said for at, said in self.mistakes.items()},
            },
        }


class FilterField(forms.Field):
    """Cleans to a filter on the wire; None if there are no rows. Mistakes are kept by their place."""

    def __init__(
        self,
        *,
        fields: tuple[Field, ...],
        tables: Callable[[], tuple[FilterFields, ...]],
        resource: str,
        preview: str,
        **kwargs: Any,
    ) -> None:
        widget = FilterWidget(fields=fields, resource=resource, preview=preview)
        super().__init__(**{"required": False, "label": "Conditions", "widget": widget, **kwargs})
        self.fields = fields
        self.tables = tables

    def clean(self, value: Any) -> dict[str, Any] | None:
        try:
            junction, rows = document.read(value or "")
        except document.Unreadable:
            raise ValidationError("The conditions cannot be read. Reload the page and try again.") from None
        wire, mistakes = document.wire_of(junction, rows, self.fields, *self.tables(), now=timezone.now())
        self.widget.mistakes = mistakes  # type: ignore[attr-defined]
        if mistakes:
            raise ValidationError("Some rows are not complete yet: they are marked.")
        return wire if rows else None

    def has_changed(self, initial: Any, data: Any) -> bool:
        return _shown(initial, self.fields) != _shown(data, self.fields)


def _shown(value: Any, fields: tuple[Field, ...]) -> tuple[str, list[document.Row]]:
    if isinstance(value, Mapping):
        return str(value.get("junction", "and")).lower(), document.rows_of(value, fields)
    try:
        return document.read(value or "")
    except document.Unreadable:
        return "and", []
