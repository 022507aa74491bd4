"""A whole new programme on one page: points, expiry, tiers, rewards. Everything can be changed later."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar, Final

from django import forms
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from core.admin.forms import MoneyField
from loyalty.admin.forms.expiry import EXPIRY_FIELDS, ExpiryFields
from loyalty.admin.forms.tier_terms import TERMS_FIELDS, TierTermsFields
from loyalty.expiry import Period, Rounding
from loyalty.models import Programme
from loyalty.services.new_programmes import NewProgramme, NewReward, NewTier
from loyalty.tier_terms import Metric
from promotions.admin.forms.pickers import PickerField
from promotions.admin.pickers import Kind
from promotions.models import Reward

_COUPON, _GIFT, _PRODUCT, _COIN = "coupon", "gift", "product", "coin"
_MOST: Final = 10**12

SECTIONS: Final = (
    ("Basics", {"fields": ("name", "description", "starts_at", "ends_at")}),
    (
        "Earning",
        {
            "fields": (("earn_points", "earn_every"), ("initial_points", "pending_days"), "auto_join"),
            "description": "What a paid order brings. Further rules (birthdays, reviews, products with more "
            "points) come later, on the page of the programme.",
        },
    ),
    ("When points expire", {"fields": EXPIRY_FIELDS}),
    (
        "Tiers",
        {
            "fields": (
                *((f"tier_{row}_name", f"tier_{row}_from", f"tier_{row}_times") for row in (1, 2, 3)),
                *TERMS_FIELDS,
            ),
            "description": "Good customers get more. Empty the name of a tier to do without it.",
        },
    ),
    (
        "Reward: a coupon",
        {
            "fields": ("coupon_name", ("coupon_price", "coupon_stock"), "coupon_campaign"),
            "description": "Rewards are what points are for. Leave the name empty to do without this one.",
        },
    ),
    (
        "Reward: credits on a gift card",
        {"fields": ("gift_name", ("gift_price", "gift_stock"), "gift_campaign", "gift_credits")},
    ),
    (
        "Reward: a product",
        {"fields": ("product_name", ("product_price", "product_stock"), "product_article")},
    ),
    (
        "Paying orders with points",
        {"fields": ("coin_name", ("coin_points", "coin_amount"))},
    ),
)


def _text(label: str, help_text: str = "", initial: str = "") -> forms.CharField:
    return forms.CharField(
        required=False,
        max_length=255,
        label=label,
        initial=initial,
        help_text=help_text,
        widget=UnfoldAdminTextInputWidget,
    )


def _whole(label: str, help_text: str = "", *, least: int = 0, initial: int | None = None) -> Any:
    return forms.IntegerField(
        required=False,
        min_value=least,
        max_value=_MOST,
        label=label,
        initial=initial,
        help_text=help_text,
        widget=UnfoldAdminIntegerFieldWidget,
    )


def _times(usual: str) -> forms.DecimalField:
    return forms.DecimalField(
        required=False,
        min_value=0,
        max_digits=8,
        decimal_places=2,
        label="Points times",
        initial=Decimal(usual),
        widget=UnfoldAdminDecimalFieldWidget,
    )


class NewProgrammeForm(ExpiryFields, TierTermsFields, forms.ModelForm):  # type: ignore[type-arg]
    earn_points = forms.IntegerField(
        min_value=1,
        max_value=_MOST,
        initial=1,
        label="Members get so many points",
        widget=UnfoldAdminIntegerFieldWidget,
    )
    earn_every = MoneyField(label="for every", required=True, help_text="Of what is paid, after discounts.")
    initial_points = _whole("Points for joining", initial=0)
    pending_days = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=90,
        label="Usable after days",
        help_text="So long goods can come back, for example 14. Empty: at once.",
        widget=UnfoldAdminIntegerFieldWidget,
    )
    auto_join = forms.BooleanField(
        required=False,
        initial=True,
        label="Customers join by themselves",
        help_text="With their first paid order. Otherwise you give cards out.",
        widget=UnfoldBooleanSwitchWidget,
    )
    tier_1_name = _text("Tier 1", initial="Bronze")
    tier_1_from = _whole("From points", initial=0)
    tier_1_times = _times("1")
    tier_2_name = _text("Tier 2", initial="Silver")
    tier_2_from = _whole("From points", initial=1000)
    tier_2_times = _times("1.25")
    tier_3_name = _text("Tier 3", initial="Gold")
    tier_3_from = _whole("From points", initial=5000)
    tier_3_times = _times("1.5")
    coupon_name = _text("Name", "For example: 5 % off your next order.")
    coupon_price = _whole("Price in points", least=1, initial=200)
    coupon_stock = _whole("So many in all", "Empty: no limit.", least=1)
    coupon_campaign = PickerField(
        (Kind.CAMPAIGN,), label="Codes of", help_text="The campaign whose codes members get."
    )
    gift_name = _text("Name", "For example: 10.00 on a gift card.")
    gift_price = _whole("Price in points", least=1, initial=1000)
    gift_stock = _whole("So many in all", "Empty: no limit.", least=1)
    gift_campaign = PickerField((Kind.CAMPAIGN,), label="Cards of", help_text="A campaign of gift cards.")
    gift_credits = MoneyField(label="Credits")
    product_name = _text("Name", "For example: a mug.")
    product_price = _whole("Price in points", least=1, initial=500)
    product_stock = _whole("So many in all", "Empty: no limit.", least=1)
    product_article = PickerField(
        (Kind.PRODUCT, Kind.SKU), label="Product", help_text="Somebody hands it over, and says so here."
    )
    coin_name = _text("Name", "For example: Pay with points. Leave it empty to do without.")
    coin_points = _whole("So many points", least=1, initial=100)
    coin_amount = MoneyField(label="pay")

    class Meta:
        model = Programme
        fields: tuple[str, ...] = ("name", "description", "starts_at", "ends_at")
        help_texts: ClassVar = {
            "name": "What members read, for example: Coffee Club.",
            "starts_at": "Empty: with the launch.",
            "ends_at": "Empty: no end.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        usual = {
            "earn_every": 100,
            "expiry_kind": Period.MONTH.value,
            "expiry_months": 12,
            "expiry_rounding": Rounding.END_OF_MONTH.value,
            "expiry_rounding_month": 12,
            "expiry_month": 12,
            "tier_metric": Metric.POINTS_IN_PERIOD.value,
            "coin_amount": 100,
        }
        kwargs["initial"] = {**usual, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)

    def clean(self) -> Any:
        cleaned = super().clean() or self.cleaned_data
        start, end = cleaned.get("starts_at"), cleaned.get("ends_at")
        if start and end and end <= start:
            self.add_error("ends_at", "The end must lie after the start.")
        if cleaned.get("earn_every") == 0:
            self.add_error("earn_every", "Say for how much money, more than 0.")
        self._check_tiers(cleaned)
        for kind, needed in (
            (_COUPON, ("price", "campaign")),
            (_GIFT, ("price", "campaign", "credits")),
            (_PRODUCT, ("price", "article")),
            (_COIN, ("points", "amount")),
        ):
            for name in needed if cleaned.get(f"{kind}_name") else ():
                field = f"{kind}_{name}"
                if not cleaned.get(field) and field not in self.errors:
                    self.add_error(field, "Fill this in, or empty the name of the reward.")
        return cleaned

    def _check_tiers(self, cleaned: dict[str, Any]) -> None:
        last = -1
        for row in (1, 2, 3):
            field = f"tier_{row}_from"
            if not cleaned.get(f"tier_{row}_name") or field in self.errors:
                continue
            begins = cleaned.get(field)
            if begins is None or begins <= last:
                text = (
                    "Say from how many points on."
                    if begins is None
                    else "It must begin above the one before."
                )
                self.add_error(field, text)
            else:
                last = begins

    def spec(self) -> NewProgramme:
        given = self.cleaned_data
        return NewProgramme(
            values={name: given[name] for name in ("name", "description", "starts_at", "ends_at")},
            loyalty={
                "points": given.get("initial_points") or 0,
                "expiration_rules": self.wire_expiry(),
                "auto_join": given["auto_join"],
                "tiers_expiration": self.wire_terms(),
                "counts": {"additions": given["counts_additions"], "transfers": given["counts_transfers"]},
                "reverse_on_return": True,
                "debts": "WRITE_OFF",
            },
            earn_points=given["earn_points"],
            earn_every=given["earn_every"],
            pending_days=given.get("pending_days"),
            tiers=tuple(self._tiers()),
            rewards=tuple(self._rewards()),
        )

    def _tiers(self) -> list[NewTier]:
        given = self.cleaned_data
        return [
            NewTier(
                name=given[f"tier_{row}_name"],
                points_from=given[f"tier_{row}_from"],
                times=given.get(f"tier_{row}_times") or Decimal(1),
            )
            for row in (1, 2, 3)
            if given.get(f"tier_{row}_name")
        ]

    def _rewards(self) -> list[NewReward]:
        given = self.cleaned_data
        found = []
        for kind in (_COUPON, _GIFT):
            if given.get(f"{kind}_name"):
                found.append(
                    NewReward(
                        name=given[f"{kind}_name"],
                        type=Reward.Type.CAMPAIGN,
                        price=given[f"{kind}_price"],
                        stock=given.get(f"{kind}_stock"),
                        thing=given[f"{kind}_campaign"],
                        balance=given.get("gift_credits") if kind == _GIFT else None,
                    )
                )
        if given.get("product_name"):
            found.append(
                NewReward(
                    name=given["product_name"],
                    type=Reward.Type.MATERIAL,
                    price=given["product_price"],
                    stock=given.get("product_stock"),
                    thing=given["product_article"],
                )
            )
        if given.get("coin_name"):
            found.append(
                NewReward(
                    name=given["coin_name"],
                    type=Reward.Type.COIN,
                    points_ratio=given["coin_points"],
                    amount=given["coin_amount"],
                )
            )
        return found
