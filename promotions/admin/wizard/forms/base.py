"""What the forms of all steps share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from django import forms

from core.actors import Actor
from promotions.admin.wizard import keys
from promotions.models import Campaign


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What a step may look at: all answers so far, and the campaign that is changed, if one is."""

    answers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    campaign: Campaign | None = None

    @property
    def kind(self) -> str:
        return str((self.answers.get(keys.TYPE) or {}).get("kind") or keys.Kind.CODES)

    @property
    def is_launched(self) -> bool:
        """Then what codes were made of is fixed."""
        return self.campaign is not None and not self.campaign.is_draft

    def said(self, key: str) -> Mapping[str, Any]:
        return self.answers.get(key) or {}


class StepMixin:
    """`initial_of` puts answers into fields, `said` makes answers of fields again.

    `sections`: titles with their fields, "" for no title. `when` shows a field only if others say so:
    `{"amount_off": "discount_type=AMOUNT"}`. Sections in `folded` are opened by whoever needs them.
    """

    key: ClassVar[str]
    lead: ClassVar[str] = ""
    when: ClassVar[Mapping[str, str]] = {}
    folded: ClassVar[tuple[str, ...]] = ()

    fields: Any
    cleaned_data: dict[str, Any]

    def __init__(self, data: Any = None, *, desk: Desk) -> None:
        self.desk = desk
        self.before: Mapping[str, Any] = desk.said(self.key)
        super().__init__(data, initial=self.initial_of(self.before))  # type: ignore[call-arg]
        self.prepare()

    def prepare(self) -> None:
        """Take away fields that mean nothing here."""

    def initial_of(self, said: Mapping[str, Any]) -> dict[str, Any]:
        return dict(said)

    def said(self) -> dict[str, Any]:
        """As plain JSON."""
        return dict(self.cleaned_data)

    def settle(self, actor: Actor, now: datetime) -> None:
        """Make what the answers need before they can name it."""

    def sections(self) -> list[tuple[str, tuple[str, ...]]]:
        return [("", tuple(self.fields))]

    def drawn(self) -> list[dict[str, Any]]:
        """The sections for the template, without those that have no fields here."""
        found, blank = [], self.initial_of({})
        for title, names in self.sections():
            drawn = [
                {"field": self[name], "when": self.when.get(name, "")}  # type: ignore[index]
                for name in names
                if name in self.fields
            ]
            if drawn:
                is_filled = any(
                    one["field"].errors or self._is_filled(one["field"].name, blank) for one in drawn
                )
                is_folded = title in self.folded and not is_filled
                found.append(
                    {"title": title, "fields": drawn, "folds": title in self.folded, "is_open": not is_folded}
                )
        return found

    def _is_filled(self, name: str, blank: Mapping[str, Any]) -> bool:
        """Whether it says something else than a step that nobody has answered."""
        value = self.initial.get(name)  # type: ignore[attr-defined]
        return value not in (None, "", [], {}, False) and value != blank.get(name)

    def note(self) -> str:
        """What people have to know before they begin."""
        return self.lead


class StepForm(StepMixin, forms.Form):
    """The form of one step."""
