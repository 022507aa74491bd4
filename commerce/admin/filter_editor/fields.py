"""The form field of a filter: drawn by the condition builder, with a count that follows it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from commerce.admin.filter_editor import document as documents
from commerce.admin.filter_editor.catalogue import Field, catalogue, more
from commerce.admin.pickers import PICKERS, Kind
from core.admin.condition_builder.widget import ConditionWidget, Look, Trial
from core.api.filters import FilterFields

_NOT_READ = "The conditions cannot be read. Reload the page and try again."


class FilterWidget(ConditionWidget):
    """Value: the filter on the wire, or the text that was posted when the form comes back with mistakes.

    `page` is the beginning of the names of its URLs: `<page>_preview`, `_test`, `_look_up`.
    """

    class Media:
        css = {"all": ("commerce/kind_switch.css",)}  # noqa: RUF012
        js = ("commerce/kind_switch.js",)

    def __init__(
        self, *, fields: tuple[Field, ...], resource: str, page: str, trial: Mapping[str, Any]
    ) -> None:
        super().__init__()
        self.fields = fields
        self.resource = resource
        self.page = page
        self.trial = trial

    def look(self) -> Look:
        return Look(
            catalogue=catalogue(self.fields, self.resource),
            look_up=reverse(f"{self.page}_look_up"),
            in_words=reverse(f"{self.page}_preview"),
            title="Who belongs to it" if self.resource == "customer" else "What belongs to it",
            can_group=False,
            can_order=False,
            can_explain=False,
            has_count=True,
            trial=Trial(url=reverse(f"{self.page}_test"), **self.trial),
            more=more(),
        )

    def document(self, value: Any) -> documents.Document:
        return _shown(value, self.fields)

    def written(self, document: Mapping[str, Any]) -> str:
        return json.dumps(document, ensure_ascii=False)

    def sentences(self, document: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        wire, mistakes = documents.wire_of(dict(document), self.fields, now=timezone.now())
        return [] if mistakes or not document else documents.lines(wire, self.fields)

    def names(self, document: Mapping[str, Any]) -> Mapping[str, Any]:
        places = {
            f"{Kind.LOCATION}:{one}"
            for row in document.get("rules", {}).values()
            if isinstance(row, Mapping)
            for operands in row["conditions"].values()
            for one in operands
            if isinstance(one, str) and one.startswith("loc_")
        }
        return {value: hit.as_json() for value, hit in PICKERS.by_value(places).items()}


class FilterField(forms.Field):
    """Cleans to a filter on the wire; None if there are no rows. Mistakes are kept by their place."""

    def __init__(
        self,
        *,
        fields: tuple[Field, ...],
        tables: Callable[[], tuple[FilterFields, ...]],
        resource: str,
        page: str,
        trial: Mapping[str, Any],
        **kwargs: Any,
    ) -> None:
        widget = FilterWidget(fields=fields, resource=resource, page=page, trial=trial)
        super().__init__(**{"required": False, "label": "Conditions", "widget": widget, **kwargs})
        self.fields = fields
        self.tables = tables

    def clean(self, value: Any) -> dict[str, Any] | None:
        try:
            document = documents.read(value or "")
        except documents.Unreadable:
            raise ValidationError(_NOT_READ) from None
        wire, mistakes = documents.wire_of(document, self.fields, *self.tables(), now=timezone.now())
        self.widget.mistakes = mistakes  # type: ignore[attr-defined]
        if mistakes:
            raise ValidationError("Some rows are not complete yet: they are marked.")
        return wire if document else None

    def has_changed(self, initial: Any, data: Any) -> bool:
        return _shown(initial, self.fields) != _shown(data, self.fields)


def _shown(value: Any, fields: tuple[Field, ...]) -> documents.Document:
    if isinstance(value, Mapping):
        return documents.document_of(value, fields)
    try:
        return documents.read(value or "")
    except documents.Unreadable:
        return {}
