"""The form of a budget: what it limits, by how much, for whom, and what is planned."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelectMultiple
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminTextInputWidget,
)

from core import words
from core.admin.forms import MoneyField
from promotions.budget_words import MONEY
from promotions.models import Budget, Campaign
from promotions.models.budgets import usual_thresholds
from promotions.selectors import budgets as selectors
from promotions.selectors import campaigns as known_campaigns
from promotions.services.budget_terms import DIVISIBLE, FIXED, HIGHEST
from promotions.services.budgets import BudgetSpec

COUNTED: Final = tuple(measure.value for measure in Budget.Measure if measure not in MONEY)
_MONTHS_AHEAD: Final = 12
_MOST_MONTHS: Final = 36
_IS_COUNTED: Final = " || ".join(f"measure == '{measure}'" for measure in COUNTED)
CONDITIONS: Final = {
    "limit_money": f"!({_IS_COUNTED})",
    "limit_count": _IS_COUNTED,
    "customer_key": "per == 'CUSTOMER'",
    "field": "per == 'STORE' || (per == 'CUSTOMER' && customer_key == 'METADATA')",
}
_ALWAYS: Final = ("name", "measure", "period", "per", "policy", "starts_on", "ends_on")


class NamesField(forms.CharField):
    """Names between commas. Cleans to a list."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, "widget": UnfoldAdminTextInputWidget, **kwargs})

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(str(name) for name in value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        return [name.strip() for name in (value or "").split(",") if name.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.to_python(data) != [str(name) for name in initial or []]


class PercentagesField(NamesField):
    """Cleans to a list of whole numbers."""

    def clean(self, value: Any) -> list[int]:
        found = [text.removesuffix("%").strip() for text in self.to_python(value)]
        if not all(text.isascii() and text.isdecimal() and 1 <= int(text) <= 100 for text in found):
            raise ValidationError("Write percentages from 1 to 100, such as 50, 80, 100.")
        return [int(text) for text in found]


class MonthsWidget(forms.Widget):
    """One line for each month. Value: amounts by first day, or what was typed when the form comes back."""

    template_name = "promotions/admin/budget_months.html"
    is_money = True

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["rows"] = [
            (f"{name}-{month:%Y-%m}", date_format(month, "F Y"), self._shown(amount))
            for month, amount in (value or {}).items()
        ]
        return context

    def _shown(self, amount: Any) -> str:
        if isinstance(amount, int) and self.is_money:
            return words.typed_money(amount)
        return "" if amount is None else str(amount)

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> dict[date, str]:
        found = {}
        for key in data:
            if key.startswith(f"{name}-") and (month := _month(key.removeprefix(f"{name}-"))) is not None:
                found[month] = data[key].strip()
        return dict(sorted(found.items()))

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return not any(key.startswith(f"{name}-") for key in data)


class MonthsField(forms.Field):
    """Cleans to amounts by first day; months left empty are not planned."""

    widget = MonthsWidget

    def speak_of_money(self, is_money: bool) -> None:
        """Amounts are typed in the unit of the measure: money, or numbers."""
        self.is_money = self.widget.is_money = is_money  # type: ignore[attr-defined]

    def clean(self, value: Any) -> dict[date, int]:
        found = {}
        for month, text in (value or {}).items():
            try:
                amount = self._amount(str(text))
            except ValidationError as error:
                raise ValidationError(f"{date_format(month, 'F Y')}: {error.message}") from error
            if amount is not None:
                found[month] = amount
        return found

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            planned = {month: amount for month, amount in (initial or {}).items() if amount is not None}
            return self.clean(data) != planned
        except ValidationError:
            return True

    def _amount(self, text: str) -> int | None:
        if self.is_money or not text:
            return MoneyField().clean(text)
        if not (text.isascii() and text.isdecimal() and len(text) <= len(str(HIGHEST))):
            raise ValidationError("Write a whole number.")
        return int(text)


class BudgetForm(forms.ModelForm):  # type: ignore[type-arg]
    """`spec()` says what the service wants: of a new budget all, else what was touched."""

    limit_money = MoneyField(
        label="Limit", help_text="Lowered to what is used and held, it stops spending at once. Not below."
    )
    limit_count = forms.IntegerField(
        label="Limit",
        required=False,
        min_value=0,
        max_value=HIGHEST,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="How many. Lowered to what is used and held, it stops spending at once. Not below.",
    )
    drawing = forms.ModelMultipleChoiceField(
        queryset=Campaign.objects.none(),
        required=False,
        label="Campaigns that draw on it",
        help_text=(
            "Several share it. Counting begins when a campaign is added and the budget is in force: earlier "
            "redemptions are not counted. Without campaigns it counts nothing."
        ),
    )
    channels = NamesField(
        label="Only these channels",
        help_text="Between commas, as the shop calls its channels: web, mobile. Empty: all.",
    )
    stores = NamesField(
        label="Only these stores",
        help_text="Between commas, as orders say in their metadata field “store”. Empty: all.",
    )
    thresholds = PercentagesField(
        label="Tell people at", help_text="Percent of the limit, between commas. Empty: at none."
    )
    months = MonthsField(
        required=False,
        label="Plan by month",
        help_text="All empty: the limit is spread evenly between the dates. The plan limits nothing.",
    )

    class Meta:
        model = Budget
        fields = (*_ALWAYS, "customer_key", "field")
        labels = {"measure": "What it limits"}  # noqa: RUF012
        help_texts = {  # noqa: RUF012
            "field": "Of the customer, or of orders for the store: for example loyalty_number or branch.",
            "policy": "A part can be given of discounts, gift credits and units; the rest is refused whole.",
            "starts_on": "For the plan and the chart. It limits nothing.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        stored: Budget | None = kwargs.get("instance")
        kwargs["initial"] = {**_initial(stored), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        if "drawing" in self.fields:
            drawing: Any = self.fields["drawing"]
            drawing.queryset = known_campaigns.present()
        if stored is not None and "measure" in self.fields and selectors.was_drawn(stored):
            for name in FIXED:
                self.fields[name].disabled = True
            self.fields[
                "measure"
            ].help_text = (
                "How it counts is fixed, because something was drawn already. Make a new budget instead."
            )
        if {"months", "measure"} <= set(self.fields):
            months: Any = self.fields["months"]
            months.speak_of_money(self["measure"].value() not in COUNTED)

    def clean(self) -> Any:
        cleaned = super().clean() or self.cleaned_data
        measure, name = cleaned.get("measure"), self._limit_name(cleaned)
        if cleaned.get(name) is None and name not in self.errors:
            self.add_error(name, "Say what may be spent; 0 for nothing.")
        start, end = cleaned.get("starts_on"), cleaned.get("ends_on")
        if start and end and end < start:
            self.add_error("ends_on", "The plan must not end before it begins.")
        if cleaned.get("policy") == Budget.Policy.GIVE_WHAT_IS_LEFT and measure not in DIVISIBLE:
            self.add_error("policy", "A part can be given of discounts, gift credits and units only.")
        is_by_field = cleaned.get("customer_key") == Budget.CustomerKey.METADATA
        if cleaned.get("per") == Budget.Per.CUSTOMER and is_by_field and not cleaned.get("field"):
            self.add_error("field", "Say which metadata field holds the key of the customer.")
        return cleaned

    def spec(self) -> BudgetSpec:
        given, is_new = self.cleaned_data, self.instance.pk is None
        names = [*_ALWAYS, "channels", "stores", "thresholds"]
        names += ["customer_key"] if given["per"] == Budget.Per.CUSTOMER else []
        is_by_field = "customer_key" in names and given["customer_key"] == Budget.CustomerKey.METADATA
        names += ["field"] if is_by_field or given["per"] == Budget.Per.STORE else []
        touched = {name for name in names if is_new or name in self.changed_data}
        if is_new and given["per"] == Budget.Per.CUSTOMER and "thresholds" not in self.changed_data:
            touched.discard("thresholds")
        values = {name: given[name] for name in names if name in touched}
        limit = self._limit_name(given)
        if is_new or limit in self.changed_data:
            values["limit"] = given[limit]
        ids = [campaign.public_id for campaign in given["drawing"]]
        return BudgetSpec(
            values=values,
            campaign_ids=ids if is_new or "drawing" in self.changed_data else None,
            plan=given["months"] if is_new or "months" in self.changed_data else None,
        )

    def _limit_name(self, cleaned: Mapping[str, Any]) -> str:
        return "limit_count" if cleaned.get("measure") in COUNTED else "limit_money"


class CampaignsWidget(AutocompleteSelectMultiple):
    """Looked up by name, with the rights of the list of campaigns."""

    def __init__(self) -> None:
        super().__init__(Budget._meta.get_field("campaigns"), admin.site)

    def build_attrs(self, base_attrs: Any, extra_attrs: Any = None) -> Any:
        """Unfold binds every field to a model, which would undo what is chosen: select2 does not tell it."""
        attrs = super().build_attrs(base_attrs, extra_attrs)
        attrs.pop("x-model.fill", None)
        return attrs


def _initial(budget: Budget | None) -> dict[str, Any]:
    if budget is None:
        return {"thresholds": usual_thresholds(), "months": _months(Budget(), {})}
    limit = "limit_money" if budget.measure in MONEY else "limit_count"
    return {
        limit: budget.limit,
        "channels": budget.channels,
        "stores": budget.stores,
        "thresholds": budget.thresholds,
        "drawing": [draw.campaign_id for draw in budget.draws.all()],
        "months": _months(budget, selectors.plan_of(budget)),
    }


def _months(budget: Budget, planned: Mapping[date, int]) -> dict[date, int | None]:
    """The months to fill in: those of the plan's dates, else a year from now; and all that are planned."""
    first = (budget.starts_on or min(planned, default=timezone.localdate())).replace(day=1)
    last = budget.ends_on or first + timedelta(days=31 * (_MONTHS_AHEAD - 1))
    found: dict[date, int | None] = dict(planned)
    month = first
    for _ in range(_MOST_MONTHS):
        if month > last:
            break
        found.setdefault(month, None)
        month = (month + timedelta(days=31)).replace(day=1)
    return dict(sorted(found.items()))


def _month(text: str) -> date | None:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
