"""The question of the page "Why?": which codes, whose, on which order, when. It travels in the address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from django import forms
from django.db import models
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from commerce.selectors.orders import ItemSpec, OrderSpec
from core.admin.forms import MoneyField
from core.selectors import areas
from engine import RedeemableObject, Strategy
from promotions.admin import pickers
from promotions.admin.forms.pickers import PickerField
from promotions.admin.forms.repeated import BasketField, OffersField, Wanted
from promotions.admin.pickers import Kind
from promotions.redeemables import Requested
from promotions.selectors.budgets_in_force import USUAL_STORE_FIELD
from promotions.services.validations import DecisionSpec

MOST: Final = 10
INSTANT_FORMAT: Final = "%Y-%m-%dT%H:%M"
SECONDS_FORMAT: Final = "%Y-%m-%dT%H:%M:%S"
_SEPARATORS: Final = re.compile(r"[\n\r,;]+")


class Together(models.TextChoices):
    """What is done with several redeemables: two ways of one request, or as many requests."""

    REQUESTED = "requested", "Together, as asked for"
    BEST = "best", "The best set for the customer"
    ALONE = "alone", "Each one on its own"


class WhyForm(forms.Form):
    codes = forms.CharField(
        required=False,
        max_length=3000,
        help_text="One code a line.",
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2, "spellcheck": "false", "class": "fanfare-code"}),
    )
    offers = OffersField(required=False, label="Promotions without a code")
    customer = PickerField(
        (Kind.CUSTOMER,), help_text="By name, e-mail or id in the shop. Empty: somebody unknown."
    )
    basket = BasketField(required=False, label="Basket")
    amount = MoneyField(label="Or only an order amount", help_text="Counts where there is no basket.")
    store = forms.ChoiceField(
        required=False,
        label="In the store",
        widget=UnfoldAdminSelectWidget,
        help_text="It decides what applies, and whose time it is.",
    )
    at = forms.DateTimeField(
        required=False,
        label="When",
        input_formats=(INSTANT_FORMAT, SECONDS_FORMAT),
        help_text="Empty: now.",
        widget=UnfoldAdminTextInputWidget(attrs={"type": "datetime-local"}),
    )
    together = forms.ChoiceField(
        required=False,
        label="Several at once",
        choices=Together.choices,
        widget=UnfoldAdminSelectWidget,
    )

    def __init__(self, data: Any, *, request: HttpRequest) -> None:
        super().__init__(data)
        if not pickers.visible(request, (Kind.CUSTOMER,)):
            del self.fields["customer"]
        stores = areas.stores().order_by("area__name", "name")
        named = [(one.code, f"{one} ({one.area})") for one in stores]
        self.fields["store"].choices = [("", "Nowhere in particular"), *named]  # type: ignore[attr-defined]
        if not named:
            del self.fields["store"]
        number = len(_SEPARATORS.split(self.data.get("codes", "").strip()))
        self.fields["codes"].widget.attrs["rows"] = min(max(number, 2), MOST)

    def clean_codes(self) -> list[str]:
        codes = [code.strip() for code in _SEPARATORS.split(self.cleaned_data["codes"])]
        return list(dict.fromkeys(filter(None, codes)))

    def clean_together(self) -> Together:
        return Together(self.cleaned_data["together"] or Together.REQUESTED)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        number = len(cleaned.get("codes", ())) + len(cleaned.get("offers", ()))
        if not number and not self.errors:
            self.add_error("codes", "Which code, or which promotion? Write or choose one.")
        if number > MOST:
            self.add_error("codes", f"Ask about {MOST} at most.")
        return cleaned

    def instant(self) -> datetime | None:
        at: datetime | None = self.cleaned_data["at"]
        return at

    def specs(self) -> Iterator[DecisionSpec]:
        """The request to decide; one for each redeemable where each is asked about on its own."""
        codes = (Requested(object=RedeemableObject.VOUCHER, id=code) for code in self.cleaned_data["codes"])
        offers = (Requested(object=one.kind, id=one.id) for one in self.cleaned_data["offers"])
        requested = (*codes, *offers)
        together = self.cleaned_data["together"]
        groups = [(one,) for one in requested] if together is Together.ALONE else [requested]
        for group in groups:
            yield DecisionSpec(
                redeemables=group,
                order=self._order(),
                customer=self._customer(),
                metadata=self._metadata(),
                strategy=Strategy.BEST_FOR_CUSTOMER if together is Together.BEST else Strategy.REQUESTED,
            )

    def _order(self) -> OrderSpec | None:
        lines: tuple[Wanted, ...] = self.cleaned_data["basket"]
        if lines:
            return OrderSpec(items=tuple(_item(line) for line in lines))
        amount = self.cleaned_data["amount"]
        return None if amount is None else OrderSpec(amount=amount)

    def _metadata(self) -> dict[str, str]:
        store = self.cleaned_data.get("store")
        return {USUAL_STORE_FIELD: store} if store else {}

    def _customer(self) -> dict[str, str] | None:
        value = self.cleaned_data.get("customer")
        return {"id": value.partition(":")[2]} if value else None


def _item(line: Wanted) -> ItemSpec:
    article = line.article
    return ItemSpec(
        sku_id=article.id if article.kind == Kind.SKU else None,
        product_id=article.id if article.kind == Kind.PRODUCT else None,
        quantity=line.units,
        price=line.price,
    )
