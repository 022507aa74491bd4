"""The question "What would this order earn?". It travels in the address."""

from __future__ import annotations

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from commerce.models import Order
from commerce.selectors.order_shapes import ItemSpec, OrderSpec
from core.admin.forms import MoneyField
from promotions.admin.forms.pickers import PickerField
from promotions.admin.forms.repeated import BasketField, Wanted
from promotions.admin.pickers import Kind
from promotions.models import Campaign


class EstimateForm(forms.Form):
    """A stored order, or a basket; for a customer, in one programme or in all."""

    programme = forms.ModelChoiceField(
        queryset=Campaign.objects.none(),
        required=False,
        label="Programme",
        empty_label="All that are running",
        widget=UnfoldAdminSelectWidget,
    )
    customer = PickerField(
        (Kind.CUSTOMER,),
        label="Customer",
        help_text="By name, e-mail or id in the shop. Not needed for an order that is there.",
    )
    order = forms.CharField(
        required=False,
        max_length=255,
        label="An order that is there",
        widget=UnfoldAdminTextInputWidget,
        help_text="Its number in the shop, or its id. Tells also what it earned and why.",
    )
    basket = BasketField(required=False, label="Or a basket")
    amount = MoneyField(label="Or only an amount", help_text="Counts where there is no basket.")

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        kind = Campaign.CampaignType.LOYALTY_PROGRAM
        rows = Campaign.objects.filter(campaign_type=kind, deleted_at=None)
        field: Any = self.fields["programme"]
        field.queryset = rows.order_by("name", "pk")

    def clean_order(self) -> Order | None:
        text = self.cleaned_data["order"].strip()
        if not text:
            return None
        found = Order.objects.filter(public_id=text).first() or Order.objects.filter(source_id=text).first()
        if found is None:
            raise forms.ValidationError("There is no such order.")
        return found

    def clean(self) -> Any:
        cleaned = super().clean() or self.cleaned_data
        if self.errors or cleaned.get("order"):
            return cleaned
        if not cleaned.get("basket") and cleaned.get("amount") is None:
            self.add_error("order", "Which order, which basket, or which amount?")
        if not cleaned.get("customer"):
            self.add_error("customer", "Whose order would it be?")
        return cleaned

    def spec(self) -> OrderSpec:
        """The basket that is asked about."""
        lines: tuple[Wanted, ...] = self.cleaned_data["basket"]
        if lines:
            return OrderSpec(items=tuple(_item(line) for line in lines))
        return OrderSpec(amount=self.cleaned_data["amount"])


def _item(line: Wanted) -> ItemSpec:
    article = line.article
    return ItemSpec(
        sku_id=article.id if article.kind == Kind.SKU else None,
        product_id=article.id if article.kind == Kind.PRODUCT else None,
        quantity=line.units,
        price=line.price,
    )
