"""What somebody gets, in fields: a coupon, credits, points, a product, or paying with points."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from django import forms
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget

from core.admin.forms import MoneyField
from promotions.admin.forms.pickers import PickerField
from promotions.admin.pickers import Kind
from promotions.models import Campaign, Reward

COUPON, GIFT, POINTS, PRODUCT, COIN = "coupon", "gift", "points", "product", "coin"
KINDS: Final = (
    (COUPON, "A coupon: a code of a campaign"),
    (GIFT, "Credits on a gift card"),
    (POINTS, "Points of another programme"),
    (PRODUCT, "A product that somebody hands over"),
    (COIN, "Paying orders with points"),
)
REWARD_FIELDS: Final = (
    "gives",
    "name",
    "given_campaign",
    "credits",
    "balance_points",
    "article",
    ("coin_points", "coin_amount"),
)
CONDITIONS: Final = {
    "given_campaign": f"gives == '{COUPON}' || gives == '{GIFT}' || gives == '{POINTS}'",
    "credits": f"gives == '{GIFT}'",
    "balance_points": f"gives == '{POINTS}'",
    "article": f"gives == '{PRODUCT}'",
    "coin_points": f"gives == '{COIN}'",
    "coin_amount": f"gives == '{COIN}'",
}
_KIND_OF: Final = {
    Campaign.CampaignType.DISCOUNT_COUPONS: COUPON,
    Campaign.CampaignType.GIFT_VOUCHERS: GIFT,
    Campaign.CampaignType.LOYALTY_PROGRAM: POINTS,
}
_NEEDS: Final = {
    COUPON: ("given_campaign",),
    GIFT: ("given_campaign", "credits"),
    POINTS: ("given_campaign", "balance_points"),
    PRODUCT: ("article",),
    COIN: ("coin_points", "coin_amount"),
}
_MOST: Final = 10**12


def whole(label: str, help_text: str = "", **kwargs: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        help_text=help_text,
        max_value=_MOST,
        widget=UnfoldAdminIntegerFieldWidget,
        **{"required": False, "min_value": 1, **kwargs},
    )


class RewardFields(forms.Form):
    """What a member gets. `reward_values()` are columns as the service wants them."""

    gives = forms.ChoiceField(label="Members get", choices=KINDS, widget=UnfoldAdminSelectWidget)
    given_campaign = PickerField((Kind.CAMPAIGN,), label="Of the campaign")
    credits = MoneyField(label="Credits")
    balance_points = whole("Points")
    article = PickerField((Kind.PRODUCT, Kind.SKU), label="Product")
    coin_points = whole("So many points", initial=100)
    coin_amount = MoneyField(label="pay")

    def clean(self) -> Any:
        cleaned = super().clean() or self.cleaned_data
        for name in _NEEDS.get(cleaned.get("gives", ""), ()):
            if self.asks_for_reward(cleaned) and not cleaned.get(name) and name not in self.errors:
                self.add_error(name, "Fill this in.")
        return cleaned

    def asks_for_reward(self, cleaned: dict[str, Any]) -> bool:
        return True

    def reward_type(self) -> str:
        gives = self.cleaned_data["gives"]
        if gives == COIN:
            return Reward.Type.COIN
        return Reward.Type.MATERIAL if gives == PRODUCT else Reward.Type.CAMPAIGN

    def reward_values(self) -> dict[str, Any]:
        given, gives = self.cleaned_data, self.cleaned_data["gives"]
        if gives == COIN:
            return {
                "points_ratio": given["coin_points"],
                "exchange_ratio": Decimal(given["coin_amount"]) / 100,
            }
        if gives == PRODUCT:
            kind, _, key = given["article"].partition(":")
            return {kind: key}
        balance = {GIFT: given.get("credits"), POINTS: given.get("balance_points")}.get(gives)
        return {"campaign": given["given_campaign"].partition(":")[2], "balance": balance}


def reward_initial(reward: Reward) -> dict[str, Any]:
    if reward.type == Reward.Type.COIN:
        amount = int((reward.exchange_ratio or 0) * 100)
        return {"gives": COIN, "coin_points": reward.points_ratio, "coin_amount": amount}
    if reward.type == Reward.Type.MATERIAL:
        article = ("sku", reward.sku) if reward.sku is not None else ("product", reward.product)
        key = article[1].public_id if article[1] is not None else ""
        return {"gives": PRODUCT, "article": f"{article[0]}:{key}"}
    campaign = reward.campaign
    if campaign is None:
        return {}
    gives = _KIND_OF[Campaign.CampaignType(campaign.campaign_type)]
    balance = {GIFT: "credits", POINTS: "balance_points"}.get(gives)
    return {
        "gives": gives,
        "given_campaign": f"{Kind.CAMPAIGN}:{campaign.public_id}",
        **({balance: reward.balance} if balance else {}),
    }
