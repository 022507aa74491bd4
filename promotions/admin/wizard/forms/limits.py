"""How often, how much, and with which codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from django import forms
from django.core.exceptions import ValidationError
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from core import project
from core.admin.forms import MoneyField
from promotions.admin.code_preview import CodePreviewField
from promotions.admin.forms.charsets import CHOICES, DEFAULT_PATTERN, OWN, chosen, code_config
from promotions.admin.wizard import answers as compiled
from promotions.admin.wizard import keys
from promotions.admin.wizard.forms.base import StepForm
from promotions.admin.wizard.keys import Kind
from promotions.budget_words import sentence
from promotions.code_config import LONGEST_CODE, CodeConfig, InvalidCodeConfig
from promotions.models import Budget, Campaign
from promotions.selectors import vouchers as known_vouchers
from promotions.services import code_batches
from promotions.services.campaign_pool import MOST_CODES

_MOST_USES: Final = 1_000_000_000
_PER_CUSTOMER: Final = (
    ("", "Ever"),
    ("daily", "Each day"),
    ("weekly", "Each week"),
    ("monthly", "Each month"),
)
_POLICIES: Final = (
    (Budget.Policy.REFUSE.value, "Refuse what would cross it"),
    (Budget.Policy.GIVE_WHAT_IS_LEFT.value, "Give what is left"),
)


class LimitsForm(StepForm):
    key = keys.LIMITS
    folded = ("More limits",)
    when: ClassVar[Mapping[str, str]] = {
        "per_customer_in": "per_customer!=",
        "budget_period": "budget_limit!=",
        "budget_policy": "budget_limit!=",
    }

    budget_limit = MoneyField(
        label="Budget", help_text="It gives away no more than this; to the cent. Empty: no budget."
    )
    budget_period = forms.ChoiceField(
        required=False, label="Renewed", choices=Budget.Period.choices, widget=UnfoldAdminSelectWidget
    )
    budget_policy = forms.ChoiceField(
        required=False, label="When it is used up", choices=_POLICIES, widget=UnfoldAdminSelectWidget
    )
    per_customer = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=_MOST_USES,
        label="Uses for each customer",
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="Empty: as often as they like. With a limit they have to say who they are.",
    )
    per_customer_in = forms.ChoiceField(
        required=False, label="Counted", choices=_PER_CUSTOMER, widget=UnfoldAdminSelectWidget
    )
    total_uses = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=_MOST_USES,
        label="Uses in all",
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="By everybody together. Empty: no limit.",
    )
    uses = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=_MOST_USES,
        label="Uses of each code",
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="Empty: no limit.",
    )
    join_once = forms.BooleanField(
        required=False,
        label="One code for each customer",
        widget=UnfoldBooleanSwitchWidget,
        help_text="Nobody gets a second code of this campaign.",
    )

    def prepare(self) -> None:
        if self.desk.kind == Kind.AUTOMATIC:
            del self.fields["uses"], self.fields["join_once"]
        elif self.desk.kind == Kind.ONE_CODE:
            del self.fields["join_once"]
        if self._keeps_budget():
            for name in ("budget_limit", "budget_period", "budget_policy"):
                del self.fields[name]
        elif self.desk.kind == Kind.CARDS:
            self.fields["budget_limit"].help_text = "The cards pay no more than this together."

    def _stored(self) -> Mapping[str, Any]:
        return self.before.get("budget") or {}

    def _measure(self) -> str:
        is_card = self.desk.kind == Kind.CARDS
        return str((Budget.Measure.GIFT_CREDITS if is_card else Budget.Measure.DISCOUNT).value)

    def _keeps_budget(self) -> bool:
        """One that limits something else, or each customer, has no fields here."""
        stored = self._stored()
        return bool(stored) and (stored["measure"], stored["per"]) != (self._measure(), Budget.Per.TOTAL)

    def note(self) -> str:
        if not self._keeps_budget():
            return ""
        stored = Budget(**{name: value for name, value in self._stored().items() if name != "id"})
        return f"It has a budget that is changed on its own page: {sentence(stored)}"

    def sections(self) -> list[tuple[str, tuple[str, ...]]]:
        return [
            ("", ("budget_limit", "budget_period", "budget_policy", "per_customer", "per_customer_in")),
            ("More limits", ("total_uses", "uses", "join_once")),
        ]

    def initial_of(self, said: Mapping[str, Any]) -> dict[str, Any]:
        stored = said.get("budget") or {}
        return {
            **said,
            "uses": said.get("uses", compiled.usual_uses(self.desk.kind)),
            "budget_limit": stored.get("limit"),
            "budget_period": stored.get("period"),
            "budget_policy": stored.get("policy"),
        }

    def said(self) -> dict[str, Any]:
        given = self.cleaned_data
        plain = ("per_customer", "per_customer_in", "total_uses", "uses", "join_once")
        found = {name: given[name] for name in plain if name in given}
        if given.get("per_customer") is None:
            found["per_customer_in"] = ""
        if self._keeps_budget():
            found["budget"] = dict(self._stored())
        elif given.get("budget_limit") is not None:
            found["budget"] = {
                "limit": given["budget_limit"],
                "measure": self._measure(),
                "period": given.get("budget_period") or Budget.Period.EVER.value,
                "policy": given.get("budget_policy") or Budget.Policy.REFUSE.value,
                "per": Budget.Per.TOTAL.value,
                "id": self._stored().get("id") or "",
            }
        return found


class CodesForm(StepForm):
    key = keys.CODES
    when: ClassVar[Mapping[str, str]] = {"characters": f"charset={OWN}"}

    code = forms.CharField(
        max_length=LONGEST_CODE,
        label="Code",
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "WELCOME10", "autocomplete": "off"}),
        help_text="The one code that everybody uses.",
    )
    count = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=MOST_CODES,
        label="How many codes",
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="Up to 200 are there at once, more within minutes. You can add more later.",
    )
    pattern = forms.CharField(
        required=False,
        max_length=LONGEST_CODE,
        label="How codes look",
        widget=UnfoldAdminTextInputWidget,
        help_text="Each # becomes a random character: SUMMER-#### gives codes such as SUMMER-7KQ2.",
    )
    charset = forms.ChoiceField(
        required=False, label="Made of", choices=CHOICES, widget=UnfoldAdminSelectWidget
    )
    characters = forms.CharField(
        required=False,
        max_length=128,
        strip=False,
        label="Characters",
        widget=UnfoldAdminTextInputWidget,
        help_text="Each of them may stand where the pattern has a #.",
    )
    code_preview = CodePreviewField()

    def prepare(self) -> None:
        is_one = self.desk.kind == Kind.ONE_CODE or self._code_type() == Campaign.Type.STANDALONE
        gone = ("count", "pattern", "charset", "characters", "code_preview") if is_one else ("code",)
        for name in tuple(self.fields) if self.desk.is_launched else gone:
            del self.fields[name]
        if self.desk.kind == Kind.PERSONAL and "count" in self.fields:
            self.fields["count"].help_text = "0 is enough: everybody it is sent to gets a new code."

    def _code_type(self) -> str:
        return str(self.desk.said(keys.TYPE).get("code_type") or "")

    def note(self) -> str:
        if self.desk.is_launched:
            return "The codes are there. More are added on the page of the campaign."
        return ""

    def initial_of(self, said: Mapping[str, Any]) -> dict[str, Any]:
        config = said.get("config") or {}
        charset = chosen(config["charset"]) if config.get("charset") else "easy"
        ends = (config.get("prefix", ""), config.get("pattern") or DEFAULT_PATTERN, config.get("postfix", ""))
        is_many = self.desk.kind in (Kind.CODES, Kind.CARDS)
        return {
            "code": said.get("code"),
            "count": said.get("count", keys.USUAL_CODES if is_many else 0),
            "pattern": "".join(ends),
            "charset": charset,
            "characters": config.get("charset") if charset == OWN else "",
        }

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"].strip()
        own = self.desk.campaign.pk if self.desk.campaign else None
        if known_vouchers.is_taken(code, besides=own):
            raise ValidationError("This code is taken. Write another one.")
        return code

    def clean(self) -> Any:
        cleaned = super().clean() or self.cleaned_data
        if "pattern" not in self.fields or self.errors:
            return cleaned
        if cleaned.get("charset") == OWN and not cleaned.get("characters"):
            self.add_error("characters", "Write the characters that codes are made of.")
            return cleaned
        try:
            config = CodeConfig.from_wire(self._config())
            if cleaned.get("count"):
                code_batches.check(config=config, count=cleaned["count"], settings=project.current())
        except InvalidCodeConfig as refusal:
            self.add_error("pattern", refusal.details or refusal.message)
        return cleaned

    def _config(self) -> dict[str, str]:
        given = self.cleaned_data
        return code_config(given.get("pattern"), given.get("charset"), given.get("characters"))

    def said(self) -> dict[str, Any]:
        given = self.cleaned_data
        if self.desk.is_launched:
            return dict(self.before)
        if "code" in self.fields:
            return {**self.before, "code": given["code"]}
        return {"count": given.get("count") or 0, "code": "", "config": self._config()}
