"""A form field that takes a product or SKU by its name. With the script a list opens while one types; without
it the exact name, or an id, does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from promotions.admin import pickers
from promotions.admin.pickers import Picked


class PickerWidget(forms.Widget):
    """Value: `kind:id`, or what was typed without choosing. Posts `<name>` (hidden) and `<name>-text`."""

    template_name = "promotions/admin/picker.html"

    class Media:
        js = ("core/picker.js",)
        css = {"all": ("core/picker.css", "promotions/promotions.css")}  # noqa: RUF012

    def __init__(self, kinds: Sequence[str], attrs: Any = None) -> None:
        super().__init__(attrs)
        self.kinds = kinds

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        picked = stored(self.kinds, value) if value else None
        typed = value if value and ":" not in str(value) else ""
        return {**context, "kinds": ",".join(self.kinds), "picked": picked, "typed": typed}

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> str:
        typed = data.get(f"{name}-text", "").strip()
        return data.get(name, "").strip() or typed

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return name not in data and f"{name}-text" not in data


class PickerField(forms.Field):
    """Cleans to `kind:id` of something that is there, or to an empty text."""

    def __init__(self, kinds: Sequence[str], **kwargs: Any) -> None:
        self.kinds = kinds
        super().__init__(**{"required": False, "widget": PickerWidget(kinds), **kwargs})

    def to_python(self, value: Any) -> str:
        text = str(value or "").strip()
        return found(self.kinds, text).value if text else ""

    def has_changed(self, initial: Any, data: Any) -> bool:
        before = stored(self.kinds, initial) if initial else None
        try:
            return self.to_python(data) != (before.value if before else initial or "")
        except ValidationError:
            return True


def stored(kinds: Sequence[str], value: str) -> Picked | None:
    """What `kind:id` means; the wire may say the shop's id, and not whether it is a product or a SKU."""
    kind, _, key = value.partition(":")
    wanted = [value, *(f"{other}:{key}" for other in kinds if other != kind)]
    hits = pickers.by_value(wanted)
    return next((hits[each] for each in wanted if each in hits), None)


def found(kinds: Sequence[str], text: str) -> Picked:
    """:raises ValidationError: nothing, or several things, have this name; or it is gone."""
    if text.partition(":")[0] in kinds:
        hit = stored(kinds, text)
        if hit is None:
            raise ValidationError("It is not there any more. Choose another one.")
        return hit
    hit = pickers.by_text(kinds, text)
    if hit is None:
        raise ValidationError(f"Choose “{text}” from the list that opens while you type.")
    return hit
