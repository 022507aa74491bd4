"""A gift card in fields: credits in whole units of money, what they pay, and how a balance is changed."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from core.admin.forms import MoneyField
from promotions.models import Voucher

GIFT_FIELDS: Final = ("credits", "gift_effect")
GIFT_CLASS: Final = "promo-for-cards"
DISCOUNT_CLASS: Final = "promo-for-coupons"
"""The script shows the fieldsets of one of them."""

EFFECTS: Final = (
    (Voucher.GiftEffect.APPLY_TO_ORDER.value, "The whole order"),
    (Voucher.GiftEffect.APPLY_TO_ITEMS.value, "Only the items of the conditions"),
)
ADD, REMOVE = "add", "remove"


class KindSelect(UnfoldAdminSelectWidget):  # type: ignore[misc]
    """Shows the fields of a discount or those of a gift card, whichever is chosen."""

    class Media:
        js = ("promotions/gift.js",)


def credits_field() -> forms.Field:
    return MoneyField(label="Credits", help_text="What a new card can pay with.")


def effect_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        required=False,
        label="Pays",
        choices=EFFECTS,
        widget=UnfoldAdminSelectWidget,
        help_text="Without conditions that name items, a card of items pays nothing.",
    )


def wire_gift(cleaned: dict[str, Any]) -> dict[str, Any]:
    """What the fields of a new card say, as services want it."""
    return {"amount": cleaned.get("credits"), "effect": cleaned.get("gift_effect") or None}


class BalanceForm(BaseDialogForm):
    direction = forms.ChoiceField(
        label="What to do",
        choices=((ADD, "Add credits"), (REMOVE, "Remove credits")),
        widget=UnfoldAdminSelectWidget,
    )
    amount = MoneyField(label="Amount", required=True)
    reason = forms.CharField(
        max_length=500,
        widget=UnfoldAdminTextInputWidget,
        help_text="For whoever asks later, for example: goodwill after a late delivery.",
    )

    def change(self) -> int:
        """Signed minor units."""
        amount: int = self.cleaned_data["amount"]
        return -amount if self.cleaned_data["direction"] == REMOVE else amount
