"""The form field of the rule builder: the wire's parts, drawn by the condition builder and own parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse

from commerce.admin.pickers import Kind
from core.admin.condition_builder.widget import ConditionWidget, Look, Trial
from core.selectors import areas
from promotions import rule_words
from promotions.admin import pickers
from promotions.admin.rule_builder import document as documents
from promotions.admin.rule_builder.catalogue import offered
from promotions.rule_words import PARTS
from promotions.words import WEEK, WEEKDAYS

_HINT: Final = "For any customer and basket, at any moment. Nothing is redeemed and nothing is written."


class RuleBuilderWidget(ConditionWidget):
    """Value: the document, or the text that was posted when the form comes back with mistakes."""

    class Media:
        # Between the rows and the builder, which puts everything together.
        js = (
            "core/condition_builder/rows.js",
            *(f"promotions/rule_parts/{name}.js" for name in ("formulas", "targets", "bundle")),
            "core/condition_builder/trial.js",
        )
        css: ClassVar = {"all": ("promotions/promotions.css",)}

    def __init__(
        self, *, parts: Sequence[str] = PARTS, sections: Sequence[str] = (), has_test: bool = True
    ) -> None:
        super().__init__()
        self.parts = parts
        self.sections = sections
        self.has_test = has_test

    def look(self) -> Look:
        return Look(
            catalogue=offered(self.sections),
            look_up=reverse("admin:promotions_validationrule_look_up"),
            in_words=reverse("admin:promotions_validationrule_in_words"),
            nothing="No condition yet: it holds for every order.",
            parts=self.parts,
            trial=_trial() if self.has_test else None,
            more={"weekdays": [{"value": day, "label": WEEKDAYS[day]} for day in WEEK]},
        )

    def document(self, value: Any) -> rule_words.Document:
        return {part: found for part, found in _shown(value).items() if part in self.parts}

    def written(self, document: Mapping[str, Any]) -> str:
        return documents.write(document)

    def sentences(self, document: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        return documents.in_words(dict(document))

    def names(self, document: Mapping[str, Any]) -> Mapping[str, Any]:
        """Ids that stand in the document alone; the page shows their names."""
        picked = pickers.by_value(documents.mentioned(dict(document)))
        return {value: hit.as_json() for value, hit in picked.items()}


class RuleBuilderField(forms.Field):
    """Cleans to the document; every mistake of it is kept by its place for the page to show.

    `parts` are those of the document that it draws and gives; `sections` what new rows choose from, () = all;
    `has_test`: whether the panel that tries the conditions stands beside them.
    """

    def __init__(
        self,
        *,
        parts: Sequence[str] = PARTS,
        sections: Sequence[str] = (),
        has_test: bool = True,
        **kwargs: Any,
    ) -> None:
        widget = RuleBuilderWidget(parts=parts, sections=sections, has_test=has_test)
        super().__init__(**{"required": False, "label": "Conditions", "widget": widget, **kwargs})
        self.parts = parts

    def clean(self, value: Any) -> rule_words.Document:
        document = self._document(value)
        found = documents.mistakes(document)
        self.widget.mistakes = found  # type: ignore[attr-defined]
        if found:
            raise ValidationError("Some rows are not complete yet: they are marked above.")
        if self.required and not document:
            raise ValidationError(self.error_messages["required"], code="required")
        return document

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self._document(data) != self._document(initial)

    def _document(self, value: Any) -> rule_words.Document:
        """:raises ValidationError: only something else than the page sends that."""
        return {part: found for part, found in _document(value).items() if part in self.parts}


def _trial() -> Trial:
    stores = areas.stores().order_by("area__name", "name", "pk")
    return Trial(
        url=reverse("admin:promotions_validationrule_test"),
        hint=_HINT,
        picks=(Kind.CUSTOMER,),
        label="Customer",
        has_basket=True,
        stores=[{"value": one.code, "label": f"{one} ({one.area})"} for one in stores],
    )


def _shown(value: Any) -> rule_words.Document:
    """What can be drawn: nothing of what is no document."""
    try:
        return _document(value)
    except ValidationError:
        return {}


def _document(value: Any) -> rule_words.Document:
    """:raises ValidationError: only something else than the page sends that."""
    if isinstance(value, Mapping):
        return {part: value[part] for part in PARTS if value.get(part)}
    try:
        return {part: found for part, found in documents.read(value or "").items() if found}
    except ValueError:
        raise ValidationError("The conditions cannot be read. Reload the page and try again.") from None
