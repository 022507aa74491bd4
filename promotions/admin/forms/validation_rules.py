from __future__ import annotations

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminTextInputWidget

from promotions.admin.conditions import document_of
from promotions.admin.rule_builder.fields import RuleBuilderField
from promotions.models import ValidationRule
from promotions.rule_words import PARTS


class ValidationRuleForm(forms.ModelForm):
    """`values()` are the columns that were touched, in wire form; `assign_to` what a new rule is for."""

    message = forms.CharField(
        required=False,
        max_length=500,
        label="What customers read",
        widget=UnfoldAdminTextInputWidget,
        help_text="When the conditions are not met and no row has a message of its own.",
    )
    document = RuleBuilderField()
    assign_to = forms.CharField(required=False, widget=forms.HiddenInput, label="")

    class Meta:
        model = ValidationRule
        fields = ("name",)
        help_texts = {"name": "For your colleagues: VIP customers with two coffees."}  # noqa: RUF012

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        rule = kwargs.get("instance")
        stored = {} if rule is None else {"document": document_of(rule), "message": _message(rule)}
        kwargs["initial"] = {**stored, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)

    def values(self) -> dict[str, Any]:
        given: dict[str, Any] = {}
        if "name" in self.changed_data:
            given["name"] = self.cleaned_data["name"]
        if "document" in self.changed_data:
            document = self.cleaned_data["document"]
            given |= {part: document.get(part) or _EMPTY[part] for part in PARTS}
        if "message" in self.changed_data:
            message = self.cleaned_data["message"]
            given["error"] = {"message": message} if message else None
        return given


_EMPTY: dict[str, Any] = {"rules": {}, "applicable_to": {}, "bundle_rules": None}


def _message(rule: ValidationRule) -> str:
    return str((rule.error or {}).get("message") or "")
