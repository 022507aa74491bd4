"""The question of the simulator: what, whose, with which facts. It travels in the address."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from approvals import policy_words, registry
from approvals.registry import FactType, Trial
from approvals.selectors import policies as known
from core.actors import Role
from core.admin.base import staff_allows
from core.admin.forms import MoneyField

BY_HAND: Final = "facts"
_ROLES: Final = [(role.value, policy_words.ROLES[role].capitalize()) for role in Role]
_YES_NO: Final = [("", "Not known"), ("yes", "Yes"), ("no", "No")]
_PREFIX: Final = "fact-"


class TextsField(forms.CharField):
    """Typed with commas between, cleaned to a list."""

    def clean(self, value: Any) -> list[str]:
        return list(dict.fromkeys(text for one in super().clean(value).split(",") if (text := one.strip())))


class SimulatorForm(forms.Form):
    what = forms.ChoiceField(label="What", widget=UnfoldAdminSelectWidget)
    role = forms.ChoiceField(label="Asked for by", choices=_ROLES, widget=UnfoldAdminSelectWidget)
    operation = forms.ChoiceField(label="Operation", required=False, widget=UnfoldAdminSelectWidget)

    def __init__(self, data: Any, *, user: Any) -> None:
        super().__init__(data, initial={"what": BY_HAND, "role": Role.USER.value})
        fields: dict[str, Any] = self.fields
        self.trials = {
            name: trial for name, trial in registry.trials().items() if staff_allows(user, trial.permission)
        }
        fields["what"].choices = [
            (BY_HAND, "Facts that I write down"),
            *((trial.label, _keyed(trial)) for trial in self.trials.values()),
        ]
        fields["operation"].choices = [(one.name, one.label) for one in registry.operations()]
        asked = {one.fact for policy in known.in_force() for one in policy.content.conditions}
        self._asked = [name for name in registry.facts() if name in asked]
        self._others = [name for name in registry.facts() if name not in asked]
        for fact in registry.facts().values():
            fields[f"{_PREFIX}{fact.name}"] = _field(fact)

    def asked_facts(self) -> Iterator[Any]:
        """The fields of facts that policies in force ask for."""
        return (self[f"{_PREFIX}{name}"] for name in self._asked)

    def other_facts(self) -> Iterator[Any]:
        return (self[f"{_PREFIX}{name}"] for name in self._others)

    def trial(self) -> tuple[Trial, str] | None:
        """The thing to try with its id; None: facts by hand."""
        name, _, id = self.cleaned_data["what"].partition(":")
        return (self.trials[name], id) if id else None

    def facts(self) -> dict[str, Any]:
        """What was written down; the rest is not known."""
        found = {}
        for name, fact in registry.facts().items():
            value = self.cleaned_data[f"{_PREFIX}{name}"]
            if value not in (None, "", []):
                found[name] = value == "yes" if fact.kind == "yes_no" else value
        return found

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("what") == BY_HAND and not cleaned.get("operation"):
            self.add_error("operation", "Choose an operation.")
        return cleaned


def _keyed(trial: Trial) -> list[tuple[str, str]]:
    return [(f"{trial.name}:{id}", label) for id, label in trial.choices()]


def _field(fact: FactType) -> forms.Field:
    common: dict[str, Any] = {"required": False, "label": fact.label}
    sign = {"suffix": "%"} if fact.kind == "percent" else {}
    number = UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal", **sign})
    match fact.kind:
        case "money":
            return MoneyField(**common)
        case "percent":
            return forms.DecimalField(min_value=0, max_digits=12, decimal_places=2, widget=number, **common)
        case "number":
            return forms.IntegerField(min_value=0, widget=number, **common)
        case "yes_no":
            return forms.ChoiceField(choices=_YES_NO, widget=UnfoldAdminSelectWidget, **common)
    names = ", ".join(value for value, _ in (fact.choices() if fact.choices else [])[:5])
    return TextsField(
        max_length=2_000,
        widget=UnfoldAdminTextInputWidget(),
        help_text=f"With commas between, such as {names}" if names else "With commas between",
        **common,
    )
