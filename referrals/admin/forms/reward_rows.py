"""Up to three rewards for referrers on the page of a new programme."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget

from core import words
from core.admin.forms import MoneyField
from promotions.admin.forms.pickers import PickerField
from promotions.admin.forms.rewards import COUPON, GIFT, POINTS, PRODUCT, whole
from promotions.admin.pickers import Kind, by_value
from promotions.models import Reward
from promotions.services.rewards import RewardSpec
from referrals.services.tiers import TierSpec

ROWS: Final = (1, 2, 3)
GIVES: Final = (
    (COUPON, "A coupon: a code of a campaign"),
    (GIFT, "Credits on a gift card"),
    (POINTS, "Points of a loyalty programme"),
    (PRODUCT, "A product that somebody hands over"),
)
EACH, MINIMUM = "each", "minimum"
OCCASIONS: Final = ((EACH, "For each referral"), (MINIMUM, "Once, for so many referrals"))
_NAMES: Final = ("gives", "campaign", "credits", "points", "article", "when", "minimum")
_NEEDS: Final = {
    COUPON: ("campaign",),
    GIFT: ("campaign", "credits"),
    POINTS: ("campaign", "points"),
    PRODUCT: ("article",),
}

SECTIONS: Final = tuple(
    (
        f"Reward for referrers {row}" if row > 1 else "Reward for referrers",
        {"fields": tuple(f"reward_{row}_{name}" for name in _NAMES)},
    )
    for row in ROWS
)


def _conditions(row: int) -> dict[str, str]:
    gives = f"reward_{row}_gives"
    return {
        f"reward_{row}_campaign": f"{gives} == '{COUPON}' || {gives} == '{GIFT}' || {gives} == '{POINTS}'",
        f"reward_{row}_credits": f"{gives} == '{GIFT}'",
        f"reward_{row}_points": f"{gives} == '{POINTS}'",
        f"reward_{row}_article": f"{gives} == '{PRODUCT}'",
        f"reward_{row}_when": f"{gives}",
        f"reward_{row}_minimum": f"{gives} && reward_{row}_when == '{MINIMUM}'",
    }


CONDITIONS: Final = {name: asked for row in ROWS for name, asked in _conditions(row).items()}


class RewardRows(forms.Form):
    """`tiers()` says what services want; a row that gives nothing is left out."""

    def clean(self) -> Any:
        cleaned = super().clean() or self.cleaned_data
        for row in ROWS:
            for name in _NEEDS.get(cleaned.get(f"reward_{row}_gives") or "", ()):
                self._ask(cleaned, f"reward_{row}_{name}", "Fill this in, or choose “Nothing”.")
            gives, when = cleaned.get(f"reward_{row}_gives"), cleaned.get(f"reward_{row}_when")
            if gives and when == MINIMUM:
                self._ask(cleaned, f"reward_{row}_minimum", "Say for how many referrals.")
        return cleaned

    def _ask(self, cleaned: dict[str, Any], field: str, text: str) -> None:
        if not cleaned.get(field) and field not in self.errors:
            self.add_error(field, text)

    def tiers(self) -> Iterator[TierSpec]:
        given = self.cleaned_data
        for row in ROWS:
            told = {name: given.get(f"reward_{row}_{name}") for name in _NAMES}
            if not told["gives"]:
                continue
            minimum = told["minimum"] if told["when"] == MINIMUM else None
            reward = _reward(told)
            occasion = "Each referral" if minimum is None else f"{minimum:,} referrals"
            yield TierSpec(
                name=f"{occasion}: {reward.values['name']}"[:255], new_reward=reward, minimum=minimum
            )


def _fields(row: int) -> dict[str, forms.Field]:
    return {
        f"reward_{row}_gives": forms.ChoiceField(
            required=False,
            label="Whoever recommends gets",
            choices=(("", "Nothing"), *GIVES),
            widget=UnfoldAdminSelectWidget,
        ),
        f"reward_{row}_campaign": PickerField((Kind.CAMPAIGN,), label="Of the campaign"),
        f"reward_{row}_credits": MoneyField(label="Credits"),
        f"reward_{row}_points": whole("Points"),
        f"reward_{row}_article": PickerField(
            (Kind.PRODUCT, Kind.SKU), label="Product", help_text="Somebody hands it over, and says so here."
        ),
        f"reward_{row}_when": forms.ChoiceField(
            required=False, label="When", choices=OCCASIONS, widget=UnfoldAdminSelectWidget
        ),
        f"reward_{row}_minimum": whole("So many referrals"),
    }


def _reward(told: dict[str, Any]) -> RewardSpec:
    thing = told["article"] if told["gives"] == PRODUCT else told["campaign"]
    kind, _, key = thing.partition(":")
    picked = by_value([thing]).get(thing)
    name = picked.name if picked is not None else key
    if told["gives"] == PRODUCT:
        return RewardSpec(type=Reward.Type.MATERIAL, values={"name": name[:255], kind: key})
    balance = {GIFT: told["credits"], POINTS: told["points"]}.get(told["gives"])
    return RewardSpec(
        type=Reward.Type.CAMPAIGN,
        values={"name": _called(told, name)[:255], "campaign": key, "balance": balance},
    )


def _called(told: dict[str, Any], campaign: str) -> str:
    if told["gives"] == GIFT:
        return f"{words.money(told['credits'])} on a card of {campaign}"
    if told["gives"] == POINTS:
        return f"{words.count(told['points'], 'point')} of {campaign}"
    return f"A code of {campaign}"


for _row in ROWS:
    RewardRows.declared_fields.update(_fields(_row))
