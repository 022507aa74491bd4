"""Forms of webhooks: events are ticked in words, headers are lines. Nobody types JSON."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django import forms
from django.apps import apps
from django.core.exceptions import ValidationError
from unfold.forms import BaseDialogForm
from unfold.widgets import (
    UnfoldAdminSplitDateTimeWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from core import event_bodies
from integrations import webhook_names
from integrations.models import Webhook
from integrations.services.webhooks import WebhookSpec

_KEPT: Final = "(kept)"


class EventsWidget(forms.CheckboxSelectMultiple):
    """Boxes to tick, in groups with a heading."""

    template_name = "integrations/admin/webhook_events.html"
    option_template_name = "django/forms/widgets/checkbox_option.html"


class WebhookForm(forms.ModelForm):
    """The columns people set, and those that are shown in another form than they are stored."""

    is_active = forms.BooleanField(
        required=False,
        initial=True,
        label="On",
        widget=UnfoldBooleanSwitchWidget,
        help_text="Off: nothing is sent, and what happens meanwhile is not kept for it.",
    )
    wants_all = forms.BooleanField(
        required=False,
        label="Every event",
        widget=UnfoldBooleanSwitchWidget,
        help_text="Also those that later versions will know.",
    )
    events = forms.MultipleChoiceField(required=False, label="Tell it when", widget=EventsWidget)
    headers_text = forms.CharField(
        required=False,
        label="Own headers",
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=(
            "One in each line, for example authorization: Bearer 123. Values are stored encrypted and not "
            f"shown again: leave {_KEPT} where a value stays."
        ),
    )
    secret_text = forms.CharField(
        required=False,
        label="Secret of your own",
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text="Only if the receiver has one already, from another system. Empty: a strong one is made.",
    )

    class Meta:
        model = Webhook
        fields = ("name", "target_url", "wants_all", "events")
        widgets: ClassVar = {
            "target_url": UnfoldAdminTextInputWidget(
                attrs={"placeholder": "https://", "inputmode": "url", "spellcheck": "false"}
            )
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        webhook: Webhook = self.instance
        if "events" in self.fields:
            self.fields["events"].choices = choices(also=webhook.events)  # type: ignore[attr-defined]
        if webhook.pk:
            # Buttons switch it and make new secrets.
            del self.fields["is_active"], self.fields["secret_text"]
            self.initial["headers_text"] = "\n".join(f"{name}: {_KEPT}" for name in webhook.header_names)

    def clean_headers_text(self) -> dict[str, str | None]:
        headers: dict[str, str | None] = {}
        for line in self.cleaned_data["headers_text"].splitlines():
            if not line.strip():
                continue
            name, colon, value = line.partition(":")
            if not colon:
                raise ValidationError(f"“{line.strip()}”: write a name, a colon and a value.")
            key = name.strip().lower()
            if key in headers:
                raise ValidationError(f"“{key}” is there twice.")
            headers[key] = None if value.strip() == _KEPT else value.strip()
        return headers

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("wants_all") and not cleaned.get("events") and "events" not in self.errors:
            self.add_error("events", "Tick at least one, or choose every event.")
        return cleaned

    def spec(self) -> WebhookSpec:
        given = self.cleaned_data
        return WebhookSpec(
            name=given["name"],
            target_url=given["target_url"],
            events=[webhook_names.ALL] if given["wants_all"] else given["events"],
            is_active=given.get("is_active"),
            headers=given["headers_text"],
            secret=given.get("secret_text") or None,
        )


class ReplayForm(BaseDialogForm):
    """From when until when everything is sent again."""

    since = forms.SplitDateTimeField(label="From", widget=UnfoldAdminSplitDateTimeWidget)
    until = forms.SplitDateTimeField(label="Until", widget=UnfoldAdminSplitDateTimeWidget)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since >= until:
            self.add_error("until", "The end must come after the beginning.")
        return cleaned


def choices(*, also: list[str]) -> list[tuple[str, list[tuple[str, str]]]]:
    """What can be ticked, by group; `also` are chosen ones that nothing here says yet."""
    groups = [
        (group, [(event.name, event.words) for event in events])
        for group, events in sorted(event_bodies.by_group().items(), key=_floor)
    ]
    unsaid = [(name, in_words(name)) for name in also if event_bodies.offered(name) is None]
    return [*groups, *([("Not told by this version", unsaid)] if unsaid else [])]


def _floor(group: tuple[str, list[event_bodies.Offered]]) -> int:
    """The highest floor of the house first: it says what people came for."""
    app = group[1][0].body.__module__.partition(".")[0]
    return -list(apps.app_configs).index(app) if app in apps.app_configs else 1


def in_words(name: str) -> str:
    """An event as people call it; those of other versions by their name."""
    offered = event_bodies.offered(name)
    if offered is not None:
        return offered.words[:1].upper() + offered.words[1:]
    return name.replace(".", " ").replace("_", " ").capitalize()
