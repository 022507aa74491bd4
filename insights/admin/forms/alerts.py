"""What people fill in: a rule with the fields of its kind, until when something is put off or muted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from unfold.forms import BaseDialogForm
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectMultipleWidget,
    UnfoldAdminSplitDateTimeWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from core.staff import OPENS
from insights.alert_kinds import NUMBERS, TERMS
from insights.models import AlertRule
from insights.services.alert_rules import HIGHEST_REMINDER, MOST_ADDRESSES, RuleSpec
from insights.services.alerts import LONGEST_NOTE
from promotions.words import REFUSALS

Kind = AlertRule.Kind
# Of groups that give the same role, the one that people know.
GROUPS: Final = tuple(name for name in OPENS if name not in {"Admin", "User", "Merchant"})
_MORNING: Final = 8
_COLUMNS: Final = (
    "name", "kind", "severity", "is_active", "scope", "campaign", "category", "area", "is_each", "direction",
    "reasons", "processes", "groups", "addresses", "in_app", "by_mail", "by_webhook", "remind_hours",
)  # fmt: skip


def number_field(kind: Kind, name: str) -> str:
    """The form has a field for each number of each kind: what it is called differs."""
    return f"{kind.value.lower()}_{name}"


def _numbers() -> Iterator[tuple[str, forms.IntegerField]]:
    for kind, terms in TERMS.items():
        for name, asked in terms.numbers.items():
            yield (
                number_field(kind, name),
                forms.IntegerField(
                    label=asked.label,
                    help_text=asked.help,
                    min_value=asked.lowest,
                    max_value=asked.highest,
                    initial=asked.usual,
                    required=False,
                    widget=UnfoldAdminIntegerFieldWidget,
                ),
            )


NUMBER_FIELDS: Final = tuple(
    number_field(kind, name) for kind, terms in TERMS.items() for name in NUMBERS if name in terms.numbers
)
_OF_PROJECT: Final = " || ".join(
    f"kind == '{kind}'" for kind, terms in TERMS.items() if len(terms.scopes) == 1
)
_SPLIT: Final = " || ".join(f"kind == '{kind}'" for kind, terms in TERMS.items() if terms.is_split)
CONDITIONS: Final = {
    **{
        number_field(kind, name): f"kind == '{kind}'"
        for kind, terms in TERMS.items()
        for name in terms.numbers
    },
    "direction": f"kind == '{Kind.RATE}'",
    "reasons": f"kind == '{Kind.REFUSALS}'",
    "processes": f"kind == '{Kind.SILENT}'",
    "scope": f"!({_OF_PROJECT})",
    "campaign": f"scope == 'CAMPAIGN' && !({_OF_PROJECT})",
    "category": f"scope == 'CATEGORY' && !({_OF_PROJECT})",
    "area": f"scope == 'AREA' && !({_OF_PROJECT})",
    "is_each": f"scope != 'CAMPAIGN' && ({_SPLIT})",
}


class _PersonField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: User) -> str:
        return obj.get_full_name() or obj.get_username()


_NumbersForm: Any = type("_NumbersForm", (forms.Form,), dict(_numbers()))


class AlertRuleForm(forms.ModelForm, _NumbersForm):
    """`spec()` says what the service wants."""

    is_each = forms.BooleanField(
        label="Every campaign by itself",
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text="Otherwise they are counted together.",
    )
    reasons = forms.MultipleChoiceField(
        label="Only these reasons",
        required=False,
        choices=[(str(key), text) for key, text in REFUSALS.items()],
        widget=UnfoldAdminSelectMultipleWidget,
        help_text="None chosen: every refusal counts.",
    )
    processes = forms.MultipleChoiceField(
        label="Only these processes",
        required=False,
        choices=AlertRule.Process.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text="None chosen: all of them.",
    )
    groups = forms.MultipleChoiceField(
        label="Groups",
        required=False,
        choices=[(name, name) for name in GROUPS],
        widget=forms.CheckboxSelectMultiple,
    )
    people = _PersonField(
        label="People",
        required=False,
        queryset=User.objects.none(),
        widget=UnfoldAdminSelectMultipleWidget,
        help_text="Beside the groups. Nobody is told twice.",
    )
    addresses = forms.CharField(
        label="Other addresses",
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text="E-mail addresses between commas, for example of a pager or a mailing list.",
    )
    remind_hours = forms.IntegerField(
        label="Remind after (hours)",
        required=False,
        min_value=1,
        max_value=HIGHEST_REMINDER,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="As long as nobody looks at it. Empty: people are told once.",
    )

    class Meta:
        model = AlertRule
        fields = _COLUMNS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rule = self.instance
        staff: Any = self.fields.get("people")
        if staff is not None:
            staff.queryset = User.objects.filter(is_active=True, is_staff=True).order_by("username")
        if rule.pk is None:
            return
        self.initial["addresses"] = ", ".join(rule.addresses)
        if staff is not None:
            self.initial["people"] = list(rule.people.values_list("pk", flat=True))
        for name in TERMS[Kind(rule.kind)].numbers:
            self.initial[number_field(Kind(rule.kind), name)] = getattr(rule, name)

    def clean_addresses(self) -> list[str]:
        found = [one.strip() for one in self.cleaned_data["addresses"].split(",") if one.strip()]
        if len(found) > MOST_ADDRESSES:
            raise ValidationError(f"At most {MOST_ADDRESSES} addresses.")
        for one in found:
            validate_email(one)
        return list(dict.fromkeys(found))

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        scope = given.get("scope") or AlertRule.Scope.PROJECT
        if not given.get("kind"):
            return given
        terms = TERMS[Kind(given["kind"])]
        if AlertRule.Scope(scope) not in terms.scopes:
            given["scope"] = scope = AlertRule.Scope.PROJECT
        for name in ("campaign", "category", "area"):
            if scope != name.upper():
                given[name] = None
            elif given.get(name) is None and name not in self.errors:
                self.add_error(name, "Choose what is watched.")
        return given

    def _post_clean(self) -> None:
        """The service checks the row; here it would be checked with what people did not mean."""

    def spec(self) -> RuleSpec:
        given = self.cleaned_data
        kind = Kind(given["kind"])
        numbers = {name: given.get(number_field(kind, name)) for name in TERMS[kind].numbers}
        people = given.get("people")
        return RuleSpec(
            values={**{name: given[name] for name in _COLUMNS}, **numbers},
            people=None if people is None else [person.pk for person in people],
        )


class NoteForm(BaseDialogForm):
    note = forms.CharField(
        max_length=LONGEST_NOTE,
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="What you found, or what you do about it. Everybody reads it.",
    )


class _UntilForm(BaseDialogForm):
    """`until(now)`: the instant that was chosen."""

    OWN: Final = "OWN"
    HOURS: ClassVar[Mapping[str, int]] = {}

    at = forms.SplitDateTimeField(label="Own time", required=False, widget=UnfoldAdminSplitDateTimeWidget)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("choice") == self.OWN and not given.get("at") and "at" not in self.errors:
            self.add_error("at", "Choose a day and a time.")
        return given

    def until(self, now: datetime) -> datetime:
        choice = self.cleaned_data["choice"]
        if choice == self.OWN:
            at: datetime = self.cleaned_data["at"]
            return at
        hours = self.HOURS.get(choice)
        return tomorrow_morning(now) if hours is None else now + timedelta(hours=hours)


class SnoozeForm(_UntilForm):
    HOURS: ClassVar[Mapping[str, int]] = {"1": 1, "4": 4}

    choice = forms.ChoiceField(
        label="Until",
        choices=[
            ("1", "For an hour"),
            ("4", "For four hours"),
            ("MORNING", "Until tomorrow morning"),
            (_UntilForm.OWN, "Until the time below"),
        ],
        initial="1",
        widget=UnfoldAdminRadioSelectWidget,
    )
    field_order = ("choice", "at")


class MuteForm(_UntilForm):
    HOURS: ClassVar[Mapping[str, int]] = {"24": 24, "168": 24 * 7, "720": 24 * 30}

    choice = forms.ChoiceField(
        label="Until",
        choices=[
            ("24", "For a day"),
            ("168", "For a week"),
            ("720", "For 30 days"),
            (_UntilForm.OWN, "Until the time below"),
        ],
        initial="24",
        widget=UnfoldAdminRadioSelectWidget,
    )
    field_order = ("choice", "at")


def tomorrow_morning(now: datetime) -> datetime:
    """At eight by the clock of the project: the page speaks in its zone."""
    local = timezone.localtime(now)
    day = (local + timedelta(days=1)).date()
    return datetime(day.year, day.month, day.day, _MORNING, tzinfo=local.tzinfo)
