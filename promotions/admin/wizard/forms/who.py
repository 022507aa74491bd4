"""Whom it is for, what has to be in the basket, and which products it is about."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Final

from django import forms
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from core.actors import Actor
from core.admin.forms import MoneyField
from promotions.admin import pickers
from promotions.admin.rule_builder.fields import RuleBuilderField
from promotions.admin.wizard import keys
from promotions.admin.wizard.forms.base import StepForm
from promotions.admin.wizard.forms.fields import ManyField, cards
from promotions.services import usual_segments

_ALL, _SOME, _NEW = "ALL", "SOME", "NEW"
_WHO: Final = (
    (_ALL, "Everybody", "Also guests, whom nobody knows."),
    (_SOME, "Customers in segments", "For example VIP, or whoever lives in Poland."),
    (_NEW, "New customers", "Who has no order so far."),
)
_WHICH: Final = (
    (_ALL, "The whole order", "Whatever is in the basket."),
    (_SOME, "Chosen products", "The discount is for these products alone."),
)
_MOST_UNITS: Final = 100_000


class AudienceForm(StepForm):
    key = keys.AUDIENCE
    when: ClassVar[Mapping[str, str]] = {"segments": f"who={_SOME}"}
    folded = ("Exceptions",)

    who = cards(_WHO, label="For whom", initial=_ALL)
    segments = ManyField(
        (pickers.Kind.SEGMENT,),
        label="Segments",
        help_text="Type a part of the name. A customer in one of them gets it.",
    )
    not_segments = ManyField(
        (pickers.Kind.SEGMENT,), label="But not for", help_text="Customers in one of these never get it."
    )

    def sections(self) -> list[tuple[str, tuple[str, ...]]]:
        return [("", ("who", "segments")), ("Exceptions", ("not_segments",))]

    def initial_of(self, said: Mapping[str, Any]) -> dict[str, Any]:
        segments = [_picked(one) for one in said.get("segments") or ()]
        new = usual_segments.of_new_customers()
        is_new = new is not None and segments == [_picked(new.public_id)]
        return {
            "who": _NEW if is_new else _SOME if segments else _ALL,
            "segments": [] if is_new else segments,
            "not_segments": [_picked(one) for one in said.get("not_segments") or ()],
        }

    def clean(self) -> Any:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("who") == _SOME and not cleaned.get("segments") and "segments" not in self.errors:
            self.add_error("segments", "Choose a segment.")
        return cleaned

    def settle(self, actor: Actor, now: datetime) -> None:
        if self.cleaned_data["who"] == _NEW:
            self.new = usual_segments.new_customers(actor=actor, now=now)

    def said(self) -> dict[str, Any]:
        given = self.cleaned_data
        chosen = [_key(one) for one in given["segments"]] if given["who"] == _SOME else []
        if given["who"] == _NEW:
            known = getattr(self, "new", None) or usual_segments.of_new_customers()
            chosen = [known.public_id] if known else []
        return {"segments": chosen, "not_segments": [_key(one) for one in given["not_segments"]]}


class ConditionsForm(StepForm):
    key = keys.CONDITIONS
    folded = ("More conditions",)

    basket_from = MoneyField(label="Basket value from", help_text="Empty: any value.")
    basket_below = MoneyField(label="And below", help_text="Empty: no upper end.")
    units_from = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=_MOST_UNITS,
        label="Units in the basket, at least",
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="Empty: any number.",
    )
    has = ManyField(
        pickers.ITEMS,
        label="One of these is in the basket",
        help_text="Products, variants or collections. What the discount is for is asked in the next step.",
    )
    advanced = RuleBuilderField(label="More conditions")

    def sections(self) -> list[tuple[str, tuple[str, ...]]]:
        usual = ("basket_from", "basket_below", "units_from", "has")
        return [("", usual), ("More conditions", ("advanced",))]

    def clean(self) -> Any:
        cleaned = super().clean() or self.cleaned_data
        least, below = cleaned.get("basket_from"), cleaned.get("basket_below")
        if least is not None and below is not None and below <= least:
            self.add_error("basket_below", "It must be more than the value above.")
        return cleaned


class ProductsForm(StepForm):
    key = keys.PRODUCTS
    when: ClassVar[Mapping[str, str]] = {"included": f"which={_SOME}"}
    folded = ("Exceptions",)

    which = cards(_WHICH, label="What the discount is for", initial=_ALL)
    included = ManyField(
        pickers.ITEMS,
        label="Products, variants or collections",
        help_text="Type a part of the name. “Buy some, get one” counts the units of each of them for itself.",
    )
    excluded = ManyField(pickers.ITEMS, label="But never for", help_text="Even if they are chosen above.")

    def sections(self) -> list[tuple[str, tuple[str, ...]]]:
        return [("", ("which", "included")), ("Exceptions", ("excluded",))]

    def note(self) -> str:
        if (self.desk.said(keys.CONDITIONS).get("advanced") or {}).get("applicable_to"):
            return "Products are chosen in “More conditions”. Empty that part there to choose them here."
        return self.lead

    def initial_of(self, said: Mapping[str, Any]) -> dict[str, Any]:
        is_needed = self.desk.said(keys.DISCOUNT).get("buy") is not None
        is_some = said.get("included") or (is_needed and not said)
        return {**said, "which": _SOME if is_some else _ALL}

    def clean(self) -> Any:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("which") == _SOME and not cleaned.get("included") and "included" not in self.errors:
            self.add_error("included", "Choose what it is for.")
        return cleaned

    def said(self) -> dict[str, Any]:
        given = self.cleaned_data
        included = given["included"] if given["which"] == _SOME else []
        return {"included": included, "excluded": given["excluded"]}


def _picked(segment_id: str) -> str:
    return f"{pickers.Kind.SEGMENT}:{segment_id}"


def _key(value: str) -> str:
    return value.partition(":")[2]
