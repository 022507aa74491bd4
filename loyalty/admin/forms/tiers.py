"""A tier in fields: its points, and for each earning rule and reward what holders get and pay instead."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar, Final

from django import forms
from django.core.exceptions import ValidationError

from core.admin.metadata import MetadataField
from loyalty import programme_words
from loyalty.models import LoyaltyTier, TierMapping
from loyalty.selectors import overview, tiers
from loyalty.services.tiers import MappingSpec, TierSpec
from promotions.admin import pickers
from promotions.models import Campaign, Reward

_Type = TierMapping.Type
_USUAL: Final = ""
_LARGEST: Final = 10**12
_FOR_RULES: Final = ((_USUAL, "As usual"), (_Type.MULTIPLY, "Times"), (_Type.CUSTOM, "Own points"))
_FOR_REWARDS: Final = (
    (_USUAL, "As usual"),
    (_Type.MULTIPLY, "Price times"),
    (_Type.CUSTOM, "Own price"),
    (_Type.NOT_AVAILABLE, "Not for this tier"),
)
_FOR_COINS: Final = (_FOR_REWARDS[0], _FOR_REWARDS[1], _FOR_REWARDS[3])

type Row = dict[str, Any]


class MappingsWidget(forms.Widget):
    """One row for each rule or reward: what is different, and the number of it. Value: rows by their id."""

    template_name = "loyalty/admin/mappings.html"

    def __init__(self, attrs: Any = None) -> None:
        super().__init__(attrs)
        self.rows: list[Row] = []

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        said: Mapping[str, Row] = value or {}
        rows = [{**row, **said.get(row["key"], {"type": _USUAL, "number": ""})} for row in self.rows]
        return {**super().get_context(name, value, attrs), "rows": rows}

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, Row]:
        return {
            row["key"]: {
                "type": data.get(f"{name}-{row['key']}-type", _USUAL),
                "number": data.get(f"{name}-{row['key']}-number", "").strip(),
            }
            for row in self.rows
        }

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return not any(key.startswith(f"{name}-") for key in data)


class MappingsField(forms.Field):
    """Cleans to `MappingSpec` by the id of the rule or of the assignment."""

    widget = MappingsWidget

    def clean(self, value: Any) -> dict[str, MappingSpec]:
        widget: Any = self.widget
        labels = {row["key"]: row["label"] for row in widget.rows}
        found = {}
        for key, row in (value or {}).items():
            if row["type"] == _USUAL:
                continue
            try:
                found[key] = _mapping(row)
            except ValidationError as error:
                raise ValidationError(f"{labels.get(key, key)}: {error.message}") from error
        return found

    def has_changed(self, initial: Any, data: Any) -> bool:
        usual = {"type": _USUAL, "number": ""}
        before: Mapping[str, Row] = initial or {}
        return any(row != before.get(key, usual) for key, row in (data or {}).items())


class TierForm(forms.ModelForm):  # type: ignore[type-arg]
    earning = MappingsField(required=False, label="Points that holders earn")
    prices = MappingsField(required=False, label="What rewards cost holders")
    metadata = MetadataField()

    class Meta:
        model = LoyaltyTier
        fields: tuple[str, ...] = ("campaign", "name", "points_from", "points_to", "metadata")
        labels: ClassVar = {"campaign": "Programme", "points_from": "From points", "points_to": "To points"}
        help_texts: ClassVar = {
            "points_to": "The last number of points that still belongs to it. Empty: no end. A tier below "
            "has to end where the next one begins.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        if "campaign" in fields:
            kind = Campaign.CampaignType.LOYALTY_PROGRAM
            rows = Campaign.objects.filter(campaign_type=kind, deleted_at=None)
            fields["campaign"].queryset = rows.order_by("name", "pk")
        programme = self._programme()
        if programme is None or "earning" not in fields:
            return
        fields["earning"].widget.rows = _rule_rows(programme)
        fields["prices"].widget.rows = _reward_rows(programme)
        if self.instance.pk:
            mapped = tiers.mappings_of([self.instance.pk]).get(self.instance.pk, [])
            self.initial["earning"] = {
                one.earning_rule.public_id: _row(one) for one in mapped if one.earning_rule is not None
            }
            self.initial["prices"] = {
                one.assignment.public_id: _row(one) for one in mapped if one.assignment is not None
            }

    def _programme(self) -> int | None:
        if self.instance.pk:
            return self.instance.campaign_id
        asked = str(self.data.get("campaign") or self.initial.get("campaign") or "")
        return int(asked) if asked.isdecimal() and len(asked) < 19 else None

    def clean(self) -> Any:
        cleaned = super().clean() or self.cleaned_data
        begins, ends = cleaned.get("points_from"), cleaned.get("points_to")
        if begins is not None and begins < 0:
            self.add_error("points_from", "0 or more.")
        if begins is not None and ends is not None and ends < begins:
            self.add_error("points_to", "It must not lie below the beginning.")
        return cleaned

    def spec(self) -> TierSpec:
        """Of a tier that is there only what was touched."""
        given, touched, is_new = self.cleaned_data, set(self.changed_data), not self.instance.pk
        says_points = is_new or bool(touched & {"points_from", "points_to"})
        return TierSpec(
            name=given["name"] if is_new or "name" in touched else None,
            points_from=given["points_from"] if says_points else None,
            points_to=given["points_to"] if says_points else None,
            earning_rules=given.get("earning") if is_new or "earning" in touched else None,
            rewards=given.get("prices") if is_new or "prices" in touched else None,
            metadata=given.get("metadata") or {} if is_new or "metadata" in touched else None,
        )


def _rule_rows(programme: int) -> list[Row]:
    rules = overview.rules(programme)
    picked = pickers.by_value(overview.named(rules))
    names = {**{value: one.name for value, one in picked.items()}, **overview.tier_names(rules)}
    return [
        {
            "key": rule.public_id,
            "label": rule.banner or programme_words.trigger(rule, names),
            "note": programme_words.ratio(rule.loyalty, names),
            "choices": _FOR_RULES,
        }
        for rule in rules
    ]


def _reward_rows(programme: int) -> list[Row]:
    return [
        {
            "key": row.public_id,
            "label": row.reward.name,
            "note": programme_words.price(row),
            "choices": _FOR_COINS if row.reward.type == Reward.Type.COIN else _FOR_REWARDS,
        }
        for row in overview.assignments(programme)
    ]


def _row(mapping: TierMapping) -> Row:
    number: Any = mapping.points
    if mapping.multiplier is not None:
        number = f"{mapping.multiplier.normalize():f}"
    return {"type": mapping.type, "number": "" if number is None else str(number)}


def _mapping(row: Row) -> MappingSpec:
    """:raises ValidationError: its number is none."""
    kind = row["type"]
    if kind == _Type.NOT_AVAILABLE:
        return MappingSpec(type=kind)
    text = row["number"].replace(",", ".")
    if kind == _Type.MULTIPLY:
        try:
            number = Decimal(text)
        except InvalidOperation:
            raise ValidationError("write a number such as 1.5.") from None
        if not number.is_finite() or not 0 <= number <= _LARGEST:
            raise ValidationError("write a number from 0 up.")
        return MappingSpec(type=kind, multiplier=number)
    if kind != _Type.CUSTOM or not (text.isascii() and text.isdecimal() and len(text) < 16):
        raise ValidationError("write a whole number of points.")
    return MappingSpec(type=kind, points=int(text))
