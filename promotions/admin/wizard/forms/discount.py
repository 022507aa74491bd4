"""What customers get: a discount, free items, or money on a card."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar, Final

from django import forms
from django.core.exceptions import ValidationError
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from core.admin.forms import MoneyField
from promotions.admin.forms import gifts
from promotions.admin.forms.choices import KINDS, Effect, Kind
from promotions.admin.forms.discounts import DiscountForm, discount_initial
from promotions.admin.wizard import keys
from promotions.admin.wizard.discounts import BUY
from promotions.admin.wizard.forms.base import StepForm, StepMixin
from promotions.admin.wizard.forms.fields import RowsWidget
from promotions.models import Campaign

_MOST_BOUGHT: Final = 99
_WHOLE: Final = 100
_FIGURE: Final = f"{Kind.PERCENT} {Kind.AMOUNT} {Kind.FIXED}"
_KINDS: Final = (KINDS[0], (BUY, "Buy some, get one"), *KINDS[1:])
_PER_ITEM: Final = (
    (Effect.BY_VALUE, "Once, shared out over them"),
    (Effect.ITEMS, "For each line of the basket"),
    (Effect.BY_QUANTITY, "For each single unit"),
    (Effect.BY_VALUE_AND_QUANTITY, "Once, shared out by the number of units"),
)
_CARRIED: Final = ("tier_id", "own_conditions")
_OF_STEPS: Final = (("from", "Basket from", "text"), ("figure", "Discount", "text"), ("id", "", "hidden"))


class StepsField(forms.Field):
    """Rows "from this basket value on, so much": [{"from": 10000, "figure": 15, "id": ""}]."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, "widget": RowsWidget(_OF_STEPS), **kwargs})

    def prepare_value(self, value: Any) -> Any:
        return [_typed(row) for row in value or []]

    def clean(self, value: Any) -> list[dict[str, Any]]:
        rows = [self._step(row) for row in value or []]
        amounts = [row["from"] for row in rows]
        if len(set(amounts)) != len(amounts):
            raise ValidationError("Each step begins at another amount.")
        return sorted(rows, key=lambda row: row["from"])

    def _step(self, row: Mapping[str, str]) -> dict[str, Any]:
        money = MoneyField()
        begins = money.to_python(row["from"])
        if not begins:
            raise ValidationError("Say from which amount on.")
        try:
            figure = Decimal(row["figure"].replace(",", "."))
        except ArithmeticError:
            raise ValidationError("Say how much they get from there on.") from None
        return {"from": begins, "figure": figure, "id": row.get("id", "")}

    def has_changed(self, initial: Any, data: Any) -> bool:
        before = [(row["from"], row["figure"]) for row in self.prepare_value(initial)]
        return before != [(row["from"], row["figure"]) for row in data or []]


class DiscountStep(StepMixin, DiscountForm):
    """Which products it is for is said in a later step; what that does to the discount follows by itself."""

    key = keys.DISCOUNT
    is_discount_required = True
    when: ClassVar[Mapping[str, str]] = {
        "percent_off": f"discount_type={Kind.PERCENT}",
        "buy": f"discount_type={BUY}",
        "buy_percent": f"discount_type={BUY}",
        "amount_off": f"discount_type={Kind.AMOUNT}",
        "per_item": f"discount_type={Kind.AMOUNT}",
        "new_price": f"discount_type={Kind.FIXED}",
        "free_units": f"discount_type={Kind.UNIT}",
        "free_how": f"discount_type={Kind.UNIT}",
        "free_item": f"discount_type={Kind.UNIT};free_how!={Effect.ADD_SAME}",
        "free_items": f"discount_type={Kind.UNITS}",
        "discount_limit": f"discount_type={Kind.PERCENT}",
        "total_limit": f"discount_type={Kind.PERCENT} {Kind.AMOUNT}",
        "steps": f"discount_type={_FIGURE}",
        "formula": f"discount_type={_FIGURE} {Kind.UNIT}",
    }
    folded = ("Spend more, save more", "Limits of the discount", "Calculated value")

    discount_type = forms.ChoiceField(
        label="Kind of discount", choices=_KINDS, widget=UnfoldAdminSelectWidget
    )
    buy = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=_MOST_BOUGHT,
        label="Customers pay for",
        widget=UnfoldAdminIntegerFieldWidget(attrs={"placeholder": "2"}),
        help_text="With 2: of every three units of the chosen products the cheapest one gets the discount.",
    )
    buy_percent = forms.DecimalField(
        required=False,
        min_value=Decimal("0.01"),
        max_value=_WHOLE,
        max_digits=9,
        decimal_places=6,
        initial=_WHOLE,
        label="Off the next one, in percent",
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal"}),
        help_text="100: it is free.",
    )
    per_item = forms.ChoiceField(
        required=False,
        label="If it is for chosen products",
        choices=_PER_ITEM,
        widget=UnfoldAdminSelectWidget,
    )
    steps = StepsField(
        label="From larger baskets on",
        help_text="For example 100.00 and 15: from 100.00 on they get 15 instead. An order gets one step.",
    )

    class Meta:
        model = Campaign
        fields: tuple[str, ...] = ()

    def prepare(self) -> None:
        del self.fields["applies_to"]
        self.fields["discount_limit"].help_text = "The largest discount of an order. Empty: no limit."
        self.fields["total_limit"].label = "At most for all chosen products"
        self.fields["total_limit"].help_text = "Empty: no limit."
        if self.desk.kind != keys.Kind.AUTOMATIC or self.before.get("own_conditions"):
            del self.fields["steps"]
        if self.desk.is_launched and self.desk.kind != keys.Kind.AUTOMATIC:
            self._keep_type()

    def _keep_type(self) -> None:
        stored = (self.before.get("wire") or {}).get("type")
        same = {
            Kind.PERCENT: (Kind.PERCENT, BUY),
            Kind.UNIT: (Kind.UNIT, Kind.UNITS, Kind.SHIPPING),
        }.get(stored or "", (stored,))
        kind: Any = self.fields["discount_type"]
        kind.choices = [one for one in _KINDS if one[0] in same]
        kind.help_text = "Codes are out, so another kind of discount is not possible any more."

    def sections(self) -> list[tuple[str, tuple[str, ...]]]:
        return [
            (
                "",
                (
                    "discount_type", "percent_off", "buy", "buy_percent", "amount_off", "new_price",
                    "free_units", "free_how", "free_item", "free_items", "per_item",
                ),
            ),
            ("Spend more, save more", ("steps",)),
            ("Limits of the discount", ("discount_limit", "total_limit")),
            ("Calculated value", ("formula",)),
        ]  # fmt: skip

    def initial_of(self, said: Mapping[str, Any]) -> dict[str, Any]:
        wire = said.get("wire") or {}
        found = {**discount_initial(wire), "per_item": said.get("per_item") or Effect.BY_VALUE}
        is_money = wire.get("type") != Kind.PERCENT
        found["steps"] = [
            {**step, "figure": Decimal(str(step["figure"])) / (_WHOLE if is_money else 1)}
            for step in said.get("steps") or ()
        ]
        if said.get("buy") is not None:
            found |= {
                "discount_type": BUY,
                "buy": said["buy"],
                "buy_percent": found.get("percent_off"),
                "percent_off": None,
            }
        return found

    def clean(self) -> Any:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("discount_type") == BUY and cleaned.get("buy") is None:
            self._say("buy", "Say how many they pay for.")
        is_too_much = any(step["figure"] > _WHOLE for step in cleaned.get("steps") or ())
        if cleaned.get("discount_type") == Kind.PERCENT and is_too_much:
            self._say("steps", "At most 100 percent.")
        return cleaned

    def _post_clean(self) -> None:
        """Nothing of a row is filled in."""

    def said(self) -> dict[str, Any]:
        given = self.cleaned_data
        carried = {name: self.before[name] for name in _CARRIED if self.before.get(name)}
        kind = given["discount_type"]
        if kind == BUY:
            percent = given.get("buy_percent") or Decimal(_WHOLE)
            wire: dict[str, Any] = {"type": Kind.PERCENT, "percent_off": percent, "effect": Effect.ITEMS}
            return {**carried, "wire": wire, "buy": given["buy"]}
        wire = {name: value for name, value in self.wire_discount().items() if value is not None}
        if kind in (Kind.PERCENT, Kind.AMOUNT) and given.get("total_limit") is not None:
            wire["aggregated_amount_limit"] = given["total_limit"]
        found = {**carried, "wire": wire}
        if kind == Kind.AMOUNT:
            found["per_item"] = given.get("per_item") or Effect.BY_VALUE
        if kind in _FIGURE.split() and given.get("steps"):
            found["steps"] = [self._kept(step, kind) for step in given["steps"]]
        return found

    def _kept(self, step: Mapping[str, Any], kind: str) -> dict[str, Any]:
        """With the name and text that the tier has, if it is there already. Money in minor units."""
        known = {one.get("id"): one for one in self.before.get("steps") or ()}.get(step["id"]) or {}
        figure = step["figure"] if kind == Kind.PERCENT else int(step["figure"] * _WHOLE)
        named = {name: known[name] for name in ("name", "banner") if step["id"] and known.get(name)}
        return {**named, **step, "figure": figure}


class CardForm(StepForm):
    """Gift cards."""

    key = keys.DISCOUNT
    lead = "A card pays for orders until it is empty. What is not used stays on it."

    credits = gifts.credits_field()
    gift_effect = gifts.effect_field()

    def prepare(self) -> None:
        if self.desk.is_launched:
            for field in self.fields.values():
                field.disabled = True
                field.help_text = "Fixed since the cards were made; single cards can be changed."

    def initial_of(self, said: Mapping[str, Any]) -> dict[str, Any]:
        gift = said.get("gift") or {}
        return {"credits": gift.get("amount"), "gift_effect": gift.get("effect")}

    def clean_credits(self) -> int:
        amount: int | None = self.cleaned_data["credits"]
        if not amount:
            raise ValidationError("Say how much a new card can pay with.")
        return amount

    def said(self) -> dict[str, Any]:
        wire = gifts.wire_gift(self.cleaned_data)
        return {"gift": {**wire, "effect": wire["effect"] or gifts.EFFECTS[0][0]}}


class KeptTiersForm(StepForm):
    """Tiers that no form has words for: they stay."""

    key = keys.DISCOUNT
    lead = "Its tiers are of different kinds. They stay as they are here; each is changed on its own page."

    def said(self) -> dict[str, Any]:
        return dict(self.before)


def _typed(row: Mapping[str, Any]) -> dict[str, str]:
    """As it is written into the row; what was typed comes back as it was."""
    if isinstance(row.get("from"), str):
        return {name: str(value) for name, value in row.items()}
    figure = row["figure"]
    return {
        "from": _plain(row["from"]),
        "figure": f"{Decimal(str(figure)).normalize():f}",
        "id": row.get("id") or "",
    }


def _plain(minor: int) -> str:
    return f"{minor // _WHOLE}.{minor % _WHOLE:02d}"
