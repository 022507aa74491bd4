"""The form of a policy. Nobody types JSON: ticks, rows, and a sentence that says what came of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import groupby
from typing import Any, ClassVar, Final

from django import forms
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldBooleanSwitchWidget,
)

from approvals import policy_shapes, policy_words, registry
from approvals.admin.policy_rows import ConditionsField, StagesField
from approvals.models import Policy
from approvals.policies import PolicyContent
from approvals.selectors import staffing
from core.errors import InvalidPayload

CONTENT: Final = (
    "operations",
    "roles",
    "conditions",
    "stages",
    "due_hours",
    "remind_hours",
    "escalate_to",
    "allows_emergency",
)
_OF_A_STAGE: Final = re.compile(r"Property \.stages\[(\d+)\]\.(?:group|needed) ")


class TicksWidget(forms.CheckboxSelectMultiple):
    """Boxes to tick, in groups with a heading."""

    template_name = "approvals/admin/ticks.html"
    option_template_name = "django/forms/widgets/checkbox_option.html"

    class Media:
        css: ClassVar = {"all": ("approvals/policies.css",)}


class PolicyContentForm(forms.Form):
    """What a policy says. `content()` puts it together."""

    operations = forms.MultipleChoiceField(
        required=False,
        label="Asked about",
        widget=TicksWidget,
        help_text="Nothing ticked: whatever can be asked about, changes of policies included.",
    )
    roles = forms.MultipleChoiceField(
        required=False,
        label="Asked for by",
        widget=TicksWidget,
        help_text="Nothing ticked: everybody.",
    )
    conditions = ConditionsField(
        label="Conditions",
        help_text=(
            "All of them have to hold. For “or”, make a second policy. What is not known (a campaign without "
            "a start is in no number of days) holds only for “none of” and “not”."
        ),
    )
    stages = StagesField(
        label="One after the other",
        help_text="Everybody says yes once. Nobody decides about what he asked for or changed last.",
    )
    due_hours = forms.IntegerField(
        required=False,
        label="Due after hours",
        min_value=1,
        max_value=policy_shapes.MOST_HOURS,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="Counted from the request on. Empty: never due.",
    )
    remind_hours = forms.IntegerField(
        required=False,
        label="Remind after hours",
        min_value=1,
        max_value=policy_shapes.MOST_HOURS,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="Once, those who have not decided. Empty: no reminder.",
    )
    escalate_to = forms.ChoiceField(
        required=False,
        label="When overdue, also",
        widget=UnfoldAdminSelectWidget,
        help_text="The members of this group are told, and may decide, too.",
    )
    allows_emergency = forms.BooleanField(
        required=False,
        initial=True,
        label="Short way in an emergency",
        widget=UnfoldBooleanSwitchWidget,
        help_text="Two people who decide about requests say yes at once, with a reason. Kept and shown.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Mapping[str, Any] = self.fields
        if "operations" in fields:
            fields["operations"].choices = _operations()
            fields["roles"].choices = [(role, _capital(name)) for role, name in policy_words.ROLES.items()]
            named = list(staffing.sizes())
            stored = self.initial.get("escalate_to")
            named += [stored] if stored and stored not in named else []
            fields["escalate_to"].choices = [("", "Nobody else"), *((name, name) for name in named)]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        due, remind = cleaned.get("due_hours"), cleaned.get("remind_hours")
        if due is not None and remind is not None and remind >= due:
            self.add_error("remind_hours", "Remind before it is due.")
        if cleaned.get("escalate_to") and due is None:
            self.add_error("due_hours", "Say after how many hours it is overdue.")
        return cleaned

    def content(self) -> PolicyContent:
        """:raises InvalidPayload: what no field says by itself."""
        given = {name: self.cleaned_data[name] for name in CONTENT}
        made = PolicyContent(
            **{**given, "operations": tuple(given["operations"]), "roles": tuple(given["roles"])}
        )
        return policy_shapes.checked(made)


class PolicyForm(PolicyContentForm, forms.ModelForm):
    is_active = forms.BooleanField(
        required=False,
        initial=True,
        label="In force at once",
        widget=UnfoldBooleanSwitchWidget,
        help_text="Otherwise it waits until somebody puts it in force.",
    )

    class Meta:
        model = Policy
        fields = ("name", "description")
        widgets: ClassVar = {"description": UnfoldAdminTextareaWidget(attrs={"rows": 2})}
        help_texts: ClassVar = {"description": "Why it is there, for those who are asked."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        row = kwargs.get("instance")
        if row is not None and row.content:
            content = PolicyContent.from_json(row.content)
            stored = {name: getattr(content, name) for name in CONTENT}
            kwargs["initial"] = {**stored, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)


def for_people(refusal: InvalidPayload) -> str:
    """What the services say about properties, in the words of the form."""
    text = _OF_A_STAGE.sub(lambda found: f"Stage {int(found[1]) + 1} ", refusal.details)
    for name, label in (
        ("stages", "The stages"),
        ("escalate_to", "“When overdue, also”"),
        ("name", "The name"),
    ):
        text = text.replace(f"Property .{name} ", f"{label} ")
    return text.replace("Property .", "")


def _operations() -> list[tuple[str, list[tuple[str, str]]]]:
    """Grouped by what they are about."""
    found = groupby(registry.operations(), key=lambda one: policy_words.resource(one.name))
    return [(resource, [(one.name, one.label) for one in members]) for resource, members in found]


def _capital(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}"
