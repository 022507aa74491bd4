"""The rows of a policy's form: conditions and stages. A hidden field holds them, a script draws them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar, Final

from django import forms
from django.core.exceptions import ValidationError

from approvals import policy_words, registry
from approvals.policies import Condition, Operator, Stage
from approvals.policy_shapes import ANYBODY, MOST_CONDITIONS, MOST_PEOPLE, MOST_STAGES, NUMBERS, OPERATORS
from approvals.registry import FactType
from approvals.selectors import staffing
from core import words

type Row = dict[str, Any]
OPERATOR_LABELS: Final[Mapping[str, str]] = {
    Operator.AT_LEAST: "at least",
    Operator.MORE_THAN: "more than",
    Operator.AT_MOST: "at most",
    Operator.LESS_THAN: "less than",
    Operator.IS_ANY_OF: "any of",
    Operator.IS_NONE_OF: "none of",
    Operator.IS: "exactly",
    Operator.IS_NOT: "not",
}
_LISTS: Final = (Operator.IS_ANY_OF, Operator.IS_NONE_OF)
_MINOR_UNITS: Final = 100


class RowsWidget(forms.Widget):
    """Value: the rows as they are typed, or the text that was posted when the form comes back."""

    template_name = "approvals/admin/policy_rows.html"
    kind: ClassVar[str]
    mistakes: Mapping[int, str] = {}

    class Media:
        js = ("approvals/policy_editor.js",)
        css: ClassVar = {"all": ("approvals/policies.css",)}

    def setup(self) -> dict[str, Any]:
        raise NotImplementedError

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        rows = value if isinstance(value, list) else _shown(value)
        setup = {**self.setup(), "mistakes": {str(at): said for at, said in self.mistakes.items()}}
        return {
            **context,
            "kind": self.kind,
            "text": json.dumps(rows),
            "setup": setup,
            "setup_id": f"{name}-setup",
        }


class ConditionsWidget(RowsWidget):
    kind = "conditions"

    def setup(self) -> dict[str, Any]:
        return {
            "facts": [
                {
                    "name": fact.name,
                    "label": fact.label,
                    "kind": fact.kind,
                    "choices": fact.choices() if fact.choices else None,
                }
                for fact in registry.facts().values()
            ],
            "operators": {
                kind: [[one, OPERATOR_LABELS[one]] for one in found] for kind, found in OPERATORS.items()
            },
            "currency": words.currency(),
            "most": MOST_CONDITIONS,
        }


class StagesWidget(RowsWidget):
    kind = "stages"

    def setup(self) -> dict[str, Any]:
        groups = [{"name": name, "people": people} for name, people in staffing.sizes().items()]
        return {"groups": groups, "most": MOST_STAGES, "mostPeople": MOST_PEOPLE}


class RowsField(forms.Field):
    """Cleans to a tuple of what `row` makes of each; mistakes are kept by their place, for the page."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, **kwargs})

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str | None) else [self.typed(one) for one in value]

    def typed(self, one: Any) -> Row:
        """A part of a policy as people type it."""
        raise NotImplementedError

    def row(self, row: Row) -> Any:
        """:raises ValueError: what is wrong with it, for people."""
        raise NotImplementedError

    def clean(self, value: Any) -> tuple[Any, ...]:
        found, mistakes = [], {}
        for at, row in enumerate(_read(value)):
            try:
                found.append(self.row(row))
            except ValueError as error:
                mistakes[at] = str(error)
        self.widget.mistakes = mistakes  # type: ignore[attr-defined]
        if mistakes:
            raise ValidationError("Some rows are not complete yet: they are marked.")
        return tuple(found)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return _shown(data) != [self.typed(one) for one in initial or ()]


class ConditionsField(RowsField):
    widget = ConditionsWidget

    def typed(self, one: Condition) -> Row:
        fact = registry.facts().get(one.fact)
        typed: Any = one.value
        if fact is not None and fact.kind == "money":
            typed = words.plain_money(one.value).replace(",", "")
        elif fact is not None and fact.kind in NUMBERS:
            typed = policy_words.number(one.value)
        elif fact is not None and fact.kind == "yes_no":
            typed = "yes" if one.value else "no"
        elif fact is not None and fact.choices is None and isinstance(one.value, list):
            typed = ", ".join(one.value)
        return {"fact": one.fact, "operator": one.operator, "value": typed}

    def row(self, row: Row) -> Condition:
        fact = registry.facts().get(str(row.get("fact", "")))
        if fact is None:
            raise ValueError("Choose what it is about.")
        operator = str(row.get("operator", ""))
        if operator not in OPERATORS[fact.kind]:
            raise ValueError("Choose how it is compared.")
        return Condition(fact=fact.name, operator=operator, value=_value(fact, operator, row.get("value")))


class StagesField(RowsField):
    widget = StagesWidget

    def typed(self, one: Stage) -> Row:
        return {"group": one.group, "needed": one.needed, "name": one.name, "permission": one.permission}

    def row(self, row: Row) -> Stage:
        try:
            needed = int(str(row.get("needed", "")))
        except ValueError:
            raise ValueError("How many people?") from None
        if not 1 <= needed <= MOST_PEOPLE:
            raise ValueError(f"From 1 to {MOST_PEOPLE} people.")
        group, name, permission = (str(row.get(key, "")) for key in ("group", "name", "permission"))
        return Stage(group=group, name=name, permission=permission or ANYBODY, needed=needed)

    def clean(self, value: Any) -> tuple[Stage, ...]:
        found = super().clean(value)
        if not found:
            raise ValidationError("Say who has to say yes: add at least one stage.")
        return found


def _value(fact: FactType, operator: str, typed: Any) -> Any:
    """What was typed as it is kept. :raises ValueError: for people."""
    if fact.kind in NUMBERS:
        return _number(fact, str(typed if typed is not None else ""))
    if fact.kind == "yes_no":
        if typed not in ("yes", "no"):
            raise ValueError("Choose yes or no.")
        return typed == "yes"
    texts = typed if isinstance(typed, list) else str(typed or "").split(",")
    named = list(dict.fromkeys(text for one in texts if (text := str(one).strip())))
    if not named:
        raise ValueError(
            "Choose at least one." if fact.choices else "Write at least one, with commas between."
        )
    if operator in _LISTS:
        return named
    if len(named) > 1:
        raise ValueError("This way of comparing takes one value.")
    return named[0]


def _number(fact: FactType, typed: str) -> Any:
    text = typed.strip().replace(",", ".").removesuffix("%").strip()
    try:
        number = Decimal(text)
    except InvalidOperation:
        example = {"money": "an amount such as 500.00", "percent": "a percentage such as 25"}
        raise ValueError(f"Write {example.get(fact.kind, 'a whole number')}.") from None
    if not number.is_finite() or number < 0:
        raise ValueError("Write a number from 0 up.")
    if fact.kind == "money":
        number *= _MINOR_UNITS
    if fact.kind != "percent" and number != number.to_integral_value():
        raise ValueError("Two decimals at most." if fact.kind == "money" else "Write a whole number.")
    return int(number) if number == number.to_integral_value() else number


def _shown(text: Any) -> list[Row]:
    """What can be drawn: nothing of what are no rows."""
    try:
        return _read(text)
    except ValidationError:
        return []


def _read(text: Any) -> list[Row]:
    """What the page posts.

    :raises ValidationError: what only something else sends.
    """
    try:
        found = json.loads(text or "[]")
    except (TypeError, ValueError):
        found = None
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise ValidationError("The rows cannot be read. Reload the page and try again.")
    return found
