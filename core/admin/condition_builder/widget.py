"""What the page needs to draw a builder: the document, the catalogue of its area, the sentence it means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django import forms

from core import words
from core.admin.condition_builder.outline import outline

SCRIPTS: Final = ("tree", "dom", "values", "order", "rows", "trial", "builder")
BASE: Final = "core/condition_builder"


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What the panel "Test it" asks for. `picks` are kinds of who or what is tried, `label` names them.

    `stores` are {"value", "label"} of those that can be chosen.
    """

    url: str
    hint: str
    picks: Sequence[str] = ()
    label: str = ""
    has_basket: bool = False
    stores: Sequence[Mapping[str, str]] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "url": self.url,
            "hint": self.hint,
            "picks": list(self.picks),
            "label": self.label,
            "hasBasket": self.has_basket,
            "stores": list(self.stores),
        }


@dataclass(frozen=True, kw_only=True)
class Look:
    """How a builder of an area looks. `catalogue` is what can be asked: {"rules", "subrules", "aliases"}.

    `can_group`: groups within groups; `can_order`: the order means something; `can_explain`: rows have a
    message for customers. `nothing` is the sentence of no conditions. `more` is added to the page's setup.
    """

    catalogue: Mapping[str, Any]
    look_up: str
    in_words: str
    title: str = "When it holds"
    nothing: str = "No condition yet."
    can_group: bool = True
    can_order: bool = True
    can_explain: bool = True
    has_count: bool = False
    parts: Sequence[str] = ("rules",)
    trial: Trial | None = None
    more: Mapping[str, Any] = field(default_factory=dict)


class ConditionWidget(forms.Widget):
    """A hidden input with the document as JSON text; the rest is drawn by the script."""

    template_name = "core/admin/condition_builder.html"
    mistakes: Mapping[str, str] = {}

    class Media:
        js = ("core/picker.js", *(f"{BASE}/{name}.js" for name in SCRIPTS))
        css = {"all": ("core/picker.css", f"{BASE}/builder.css")}  # noqa: RUF012

    def look(self) -> Look:
        raise NotImplementedError

    def document(self, value: Any) -> Mapping[str, Any]:
        """What can be drawn of the field's value, or of what was posted when the form comes back."""
        raise NotImplementedError

    def written(self, document: Mapping[str, Any]) -> str:
        """The document as JSON text."""
        raise NotImplementedError

    def sentences(self, document: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        """The document in words: `{"text", "depth", "joint"}` lines."""
        raise NotImplementedError

    def names(self, document: Mapping[str, Any]) -> Mapping[str, Any]:
        """What picked things are called: `kind:id` -> {"kind", "id", "name", "note"}."""
        raise NotImplementedError

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        document, look = self.document(value), self.look()
        return {
            **context,
            "text": self.written(document),
            "lines": [] if self.mistakes else self.sentences(document),
            "nothing": "Some rows are not complete yet." if self.mistakes else look.nothing,
            "setup_id": f"{name}-setup",
            "has_count": look.has_count,
            "has_trial": look.trial is not None,
            "setup": {
                "id": name,
                "title": look.title,
                "nothing": look.nothing,
                "outline": outline(document.get("rules")),
                "names": dict(self.names(document)),
                "mistakes": dict(self.mistakes),
                "currency": words.currency(),
                "lookUp": look.look_up,
                "inWords": look.in_words,
                "canGroup": look.can_group,
                "canOrder": look.can_order,
                "canExplain": look.can_explain,
                "parts": list(look.parts),
                "trial": look.trial.as_json() if look.trial else None,
                **look.catalogue,
                **look.more,
            },
        }
