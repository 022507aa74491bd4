"""A whole new programme on one page: what the friend gets, when he counts, what the referrer gets."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django import forms
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from core.admin.forms import MoneyField
from core.models import CustomEventSchema
from promotions.admin.forms.discounts import DISCOUNT_CONDITIONS, DISCOUNT_FIELDS, DiscountForm
from promotions.admin.forms.pickers import PickerField
from promotions.admin.forms.rewards import whole
from promotions.admin.pickers import Kind
from promotions.models import Voucher
from referrals.admin.forms import reward_rows
from referrals.admin.forms.settings import COUNTS_FIELDS, SHARE_FIELDS, WAITING_FIELDS, SettingsFields
from referrals.models import ReferralProgramme
from referrals.programmes import Conversion
from referrals.services.new_programmes import NewProgramme

NOTHING, POINTS, CREDITS = "", "points", "credits"
_CARDS: Final = {POINTS: Voucher.Type.LOYALTY_CARD.value, CREDITS: Voucher.Type.GIFT_VOUCHER.value}
_AMOUNTS: Final = {POINTS: "friend_points", CREDITS: "friend_credits"}
CONVERSIONS: Final = (
    (Conversion.REDEMPTION.value, "The code is redeemed"),
    (Conversion.ORDER_PAID.value, "The order with the code is paid"),
    (Conversion.CUSTOM_EVENT.value, "An event of your own is reported"),
)
_IS_EVENT: Final = f"conversion == '{Conversion.CUSTOM_EVENT}'"
# The form of an existing programme has no such switch.
_TAKES_OFF: Final = "(typeof has_discount === 'undefined' || has_discount)"

SECTIONS: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("Basics", {"fields": ("name", "description", "starts_at", "ends_at")}),
    (
        "What friends get",
        {
            "fields": (
                "has_discount", *DISCOUNT_FIELDS, "friend_gets", "friend_card", "friend_points",
                "friend_credits",
            ),
            "description": "What they get, and when it counts, is fixed once the programme is saved.",
        },
    ),
    (
        "When it counts",
        {"fields": ("conversion", "custom_event", "event_name", *COUNTS_FIELDS, "is_once", "code_uses")},
    ),
    *reward_rows.SECTIONS,
    ("How rewards for referrers come", {"fields": WAITING_FIELDS}),
    ("Sharing", {"fields": SHARE_FIELDS}),
)  # fmt: skip
CONDITIONS: Final = {
    **{name: f"{_TAKES_OFF} && ({asked})" for name, asked in DISCOUNT_CONDITIONS.items()},
    "discount_type": _TAKES_OFF,
    "friend_card": f"friend_gets == '{POINTS}' || friend_gets == '{CREDITS}'",
    "friend_points": f"friend_gets == '{POINTS}'",
    "friend_credits": f"friend_gets == '{CREDITS}'",
    "custom_event": _IS_EVENT,
    "event_name": f"{_IS_EVENT} && !custom_event",
    **reward_rows.CONDITIONS,
}


class NewProgrammeForm(SettingsFields, reward_rows.RewardRows, DiscountForm):
    has_discount = forms.BooleanField(
        required=False,
        initial=True,
        label="The code takes something off the order",
        widget=UnfoldBooleanSwitchWidget,
        help_text="Who was recommended types it at the checkout.",
    )
    friend_gets = forms.ChoiceField(
        required=False,
        label="And gets",
        choices=((NOTHING, "Nothing more"), (POINTS, "Points"), (CREDITS, "Credits on a gift card")),
        widget=UnfoldAdminSelectWidget,
    )
    friend_card = PickerField(
        (Kind.CAMPAIGN,),
        label="On a card of",
        help_text="A loyalty programme, or a campaign of gift cards. Who has no card gets one.",
    )
    friend_points = whole("So many points")
    friend_credits = MoneyField(label="So much")
    conversion = forms.ChoiceField(
        label="It counts as soon as", choices=CONVERSIONS, widget=UnfoldAdminSelectWidget
    )
    custom_event = forms.ModelChoiceField(
        queryset=CustomEventSchema.objects.none(),
        required=False,
        to_field_name="name",
        label="Event",
        empty_label="Another one",
        widget=UnfoldAdminSelectWidget,
        help_text="One of the known events. New ones are added under “Known events”.",
    )
    event_name = forms.CharField(
        required=False,
        max_length=255,
        label="Name of the event",
        widget=UnfoldAdminTextInputWidget,
        help_text="As your shop reports it, for example: newsletter_confirmed.",
    )
    is_once = forms.BooleanField(
        required=False,
        initial=True,
        label="Each customer once",
        widget=UnfoldBooleanSwitchWidget,
        help_text="Nobody uses the code of a second referrer. It becomes the condition of the programme.",
    )
    code_uses = forms.IntegerField(
        required=False,
        min_value=1,
        label="So many friends with one code",
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="Empty: any number.",
    )

    class Meta:
        model = ReferralProgramme
        fields: tuple[str, ...] = ("name", "description", "starts_at", "ends_at")
        help_texts: ClassVar = {
            "name": "For example: Friends of Coffee Club.",
            "starts_at": "Empty: with the launch.",
            "ends_at": "Empty: no end.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        usual = {
            "percent_off": 10,
            "new_customers_only": True,
            "reverse_on_return": True,
            "conversion": Conversion.ORDER_PAID.value,
        }
        kwargs["initial"] = {**usual, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["custom_event"].queryset = CustomEventSchema.objects.order_by("name")

    def needs_discount(self, cleaned: Any) -> bool:
        return bool(cleaned.get("has_discount"))

    def clean(self) -> Any:
        cleaned = super().clean() or self.cleaned_data
        start, end = cleaned.get("starts_at"), cleaned.get("ends_at")
        if start and end and end <= start:
            self.add_error("ends_at", "The end must lie after the start.")
        gets = cleaned.get("friend_gets")
        for name in ("friend_card", _AMOUNTS[gets]) if gets else ():
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, "Fill this in.")
        if cleaned.get("conversion") == Conversion.CUSTOM_EVENT and not self._event(cleaned):
            self.add_error("event_name", "Say which event.")
        return cleaned

    def _event(self, cleaned: dict[str, Any]) -> str:
        known = cleaned.get("custom_event")
        return str(known.name) if known else str(cleaned.get("event_name") or "")

    def spec(self) -> NewProgramme:
        given = self.cleaned_data
        referral = {**self.settings(), "conversion_event_type": given["conversion"]}
        if given["conversion"] == Conversion.CUSTOM_EVENT:
            referral["custom_event"] = {"name": self._event(given)}
        if gets := given["friend_gets"]:
            referral["referee_reward"] = {
                "campaign": given["friend_card"].partition(":")[2],
                "type": _CARDS[gets],
                "amount": given[_AMOUNTS[gets]],
            }
        return NewProgramme(
            values={
                "name": given["name"],
                "description": given["description"],
                "starts_at": given["starts_at"],
                "ends_at": given["ends_at"],
                "voucher_redemption_quantity": given["code_uses"],
            },
            referral=referral,
            discount=self.wire_discount() if given["has_discount"] else None,
            is_once=given["is_once"],
            tiers=tuple(self.tiers()),
        )
