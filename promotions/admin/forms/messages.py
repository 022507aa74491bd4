"""Forms of message templates and distributions: sentences with names in braces, never JSON."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django import forms
from django.core.exceptions import ValidationError
from unfold.widgets import UnfoldAdminTextareaWidget

from promotions.models import Campaign, Distribution, MessageTemplate
from promotions.services.distributions import COLUMNS, DistributionSpec
from promotions.services.message_templates import TemplateSpec

_MOST_FIELDS: Final = 50
_LONGEST_KEY: Final = 100
TEMPLATE_CONDITIONS: Final = {
    "subject": "channel == 'EMAIL'",
    "body": "channel == 'EMAIL'",
    "lines": "channel == 'WEBHOOK'",
}
_CODES: Final = (
    "trigger == 'publication.succeeded' || trigger == 'redemption.succeeded' || "
    "trigger == 'redemption.rollback.succeeded'"
)
DISTRIBUTION_CONDITIONS: Final = {
    "event_name": "trigger == 'customer.custom_event'",
    "customer": "trigger == ''",
    "about": _CODES,
    "is_repeated": "trigger != ''",
    "includes_present": "trigger == 'customer.segment.entered'",
    "template": "channel != 'FILE'",
    "target_url": "channel == 'WEBHOOK'",
}


class LinesField(forms.CharField):
    """`name = text`, one a line. Cleans to a dictionary."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            **{"required": False, "widget": UnfoldAdminTextareaWidget(attrs={"rows": 6}), **kwargs}
        )

    def prepare_value(self, value: Any) -> Any:
        return (
            "\n".join(f"{key} = {text}" for key, text in value.items()) if isinstance(value, dict) else value
        )

    def clean(self, value: Any) -> dict[str, str]:
        found: dict[str, str] = {}
        for line in (value or "").splitlines():
            if not line.strip():
                continue
            key, is_there, text = line.partition("=")
            key = key.strip()
            if not is_there or not key or len(key) > _LONGEST_KEY:
                raise ValidationError(f"Write a name, an equals sign and a text, not “{line.strip()}”.")
            if key in found:
                raise ValidationError(f"“{key}” is there twice.")
            found[key] = text.strip()
        if len(found) > _MOST_FIELDS:
            raise ValidationError(f"At most {_MOST_FIELDS} lines.")
        return found


class TemplateForm(forms.ModelForm):
    lines = LinesField(
        label="What the webhook says",
        help_text="One thing a line: name = text with {{ braces }}. Empty: everything that is known.",
    )

    class Meta:
        model = MessageTemplate
        fields = ("name", "channel", "subject", "body")
        widgets: ClassVar = {"body": UnfoldAdminTextareaWidget(attrs={"rows": 10})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "lines" in self.fields and self.instance.pk:
            self.initial["lines"] = self.instance.fields

    def spec(self) -> TemplateSpec:
        cleaned = self.cleaned_data
        is_mail = cleaned["channel"] == MessageTemplate.Channel.EMAIL
        return TemplateSpec(
            values={
                "name": cleaned["name"],
                "channel": cleaned["channel"],
                "subject": cleaned["subject"] if is_mail else "",
                "body": cleaned["body"] if is_mail else "",
                "fields": {} if is_mail else cleaned["lines"],
            }
        )


class DistributionForm(forms.ModelForm):
    class Meta:
        model = Distribution
        fields = COLUMNS
        help_texts: ClassVar = {
            "trigger": "",
            "segment": "By hand: who is written to. With a trigger: only customers in it.",
            "gives": "Each customer gets the next free code of this campaign. Empty: a message alone.",
            "target_url": "https://…, called once for each customer and signed.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        trigger = self.fields.get("trigger")
        if isinstance(trigger, forms.TypedChoiceField):
            trigger.choices = [("", "Somebody starts it, once"), *Distribution.Trigger.choices]
        campaigns = Campaign.objects.filter(deleted_at=None)
        for name in ("gives", "about"):
            if name in self.fields:
                self.fields[name].queryset = campaigns  # type: ignore[attr-defined]

    def _post_clean(self) -> None:
        """The service checks; the row is not touched by the form."""

    def spec(self) -> DistributionSpec:
        """What the form shows for this choice; what it hides says nothing."""
        cleaned = dict(self.cleaned_data)
        trigger, channel = cleaned["trigger"], cleaned["channel"]
        hidden: dict[str, Any] = {}
        if trigger != Distribution.Trigger.CUSTOM_EVENT:
            hidden["event_name"] = ""
        if trigger:
            hidden["customer"] = None
        else:
            hidden["is_repeated"] = False
        if trigger != Distribution.Trigger.SEGMENT_ENTERED:
            hidden["includes_present"] = False
        if f"'{trigger}'" not in _CODES:
            hidden["about"] = None
        if channel == Distribution.Channel.FILE:
            hidden["template"] = None
        if channel != Distribution.Channel.WEBHOOK:
            hidden["target_url"] = ""
        return DistributionSpec(values={name: {**cleaned, **hidden}[name] for name in COLUMNS})
