"""The form field of the rule builder: a hidden input with the wire's parts, which the script draws."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse

from core import words
from promotions import rule_words
from promotions.admin import pickers
from promotions.admin.rule_builder import document as documents
from promotions.admin.rule_builder.catalogue import catalogue
from promotions.admin.rule_builder.outline import outline
from promotions.words import WEEK, WEEKDAYS

_SCRIPTS = ("dom", "values", "conditions", "targets", "builder")


class RuleBuilderWidget(forms.Widget):
    """Value: the document, or the text that was posted when the form comes back with mistakes."""

    template_name = "promotions/admin/rule_builder.html"
    mistakes: Mapping[str, str] = {}

    class Media:
        js = ("promotions/picker.js", *(f"promotions/rule_builder/{name}.js" for name in _SCRIPTS))
        css = {"all": ("promotions/promotions.css", "promotions/rule_builder/builder.css")}  # noqa: RUF012

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        document = _shown(value)
        # Ids that stand in the document alone; the page shows their names.
        picked = pickers.by_value(documents.mentioned(document))
        return {
            **context,
            "text": documents.write(document),
            "lines": [] if self.mistakes else documents.in_words(document),
            "is_incomplete": bool(self.mistakes),
            "setup": {
                "outline": outline(document.get("rules")),
                "names": {value: hit.as_json() for value, hit in picked.items()},
                "mistakes": dict(self.mistakes),
                "currency": words.currency(),
                "weekdays": [{"value": day, "label": WEEKDAYS[day]} for day in WEEK],
                "lookUp": reverse("admin:promotions_validationrule_look_up"),
                "inWords": reverse("admin:promotions_validationrule_in_words"),
                **catalogue(),
            },
        }


class RuleBuilderField(forms.Field):
    """Cleans to the document; every mistake of it is kept by its place for the page to show."""

    widget = RuleBuilderWidget

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, "label": "Conditions", **kwargs})

    def clean(self, value: Any) -> rule_words.Document:
        document = _document(value)
        found = documents.mistakes(document)
        self.widget.mistakes = found
        if found:
            raise ValidationError("Some rows are not complete yet: they are marked above.")
        return document

    def has_changed(self, initial: Any, data: Any) -> bool:
        return _document(data) != _document(initial)


def _shown(value: Any) -> rule_words.Document:
    """What can be drawn: nothing of what is no document."""
    try:
        return _document(value)
    except ValidationError:
        return {}


def _document(value: Any) -> rule_words.Document:
    """:raises ValidationError: only something else than the page sends that."""
    if isinstance(value, Mapping):
        return {part: value[part] for part in rule_words.PARTS if value.get(part)}
    try:
        return {part: found for part, found in documents.read(value or "").items() if found}
    except ValueError:
        raise ValidationError("The conditions cannot be read. Reload the page and try again.") from None
