"""An earning rule in fields: for what, how many points, when, and at most how many."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django import forms
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from commerce.models import Segment
from core.admin.forms import MoneyField
from core.admin.metadata import MetadataField
from core.models import CustomEventSchema
from loyalty.admin.forms.expiry import (
    AS_PROGRAMME,
    EXPIRY_CONDITIONS,
    ExpiryFields,
    expiry_initial,
    of_a_rule,
)
from loyalty.models import EarningRule, LoyaltyTier
from loyalty.programme_words import (
    ANY_TIER,
    METRICS,
    ORDER_PAID,
    SEGMENT_ENTERED,
    TIER_EVENTS,
    items,
    metric,
)
from promotions.admin.conditions import chosen
from promotions.admin.forms.pickers import PickerField
from promotions.admin.pickers import ITEMS, Kind
from promotions.models import Campaign

CUSTOM_EVENT: Final = "custom"
FIXED: Final = "FIXED"
ITEM_FIELDS: Final = ("item_1", "item_2", "item_3", "item_4", "item_5")
_MOST: Final = 10**12
_TRIGGERS: Final = (
    (ORDER_PAID, "An order is paid"),
    (CUSTOM_EVENT, "An event of your own comes in"),
    (SEGMENT_ENTERED, "A customer enters a segment"),
    *((event, f"A member {said}") for event, said in TIER_EVENTS.items()),
)
_COUNTS: Final = (
    (FIXED, "A fixed number of points"),
    ("ORDER_TOTAL_AMOUNT", "For what is paid for the order, after discounts"),
    ("ORDER_AMOUNT", "For the amount of the order, before discounts"),
    ("ORDER_ITEMS_SUBTOTAL_AMOUNT", "For what is paid for some products, after discounts"),
    ("ORDER_ITEMS_AMOUNT", "For the amount of some products, before discounts"),
    ("ORDER_ITEMS_QUANTITY", "For units of some products"),
    ("ORDER_METADATA", "For a number in the order's metadata"),
    ("CUSTOM_EVENT_METADATA", "For a number in the event's metadata"),
    ("CUSTOMER_METADATA", "For a number in the customer's metadata"),
)
_ALLOWED: Final = {
    ORDER_PAID: {key for key, _ in _COUNTS} - {"CUSTOM_EVENT_METADATA"},
    CUSTOM_EVENT: {FIXED, "CUSTOM_EVENT_METADATA", "CUSTOMER_METADATA"},
    SEGMENT_ENTERED: {FIXED, "CUSTOMER_METADATA"},
}
_CAPS: Final = (
    ("cap_card_day", "CARD", "DAY"),
    ("cap_card_month", "CARD", "MONTH"),
    ("cap_card_ever", "CARD", "EVER"),
    ("cap_all_month", "PROGRAMME", "MONTH"),
    ("cap_all_ever", "PROGRAMME", "EVER"),
)
CAP_FIELDS: Final = tuple(name for name, *_ in _CAPS)
_IS_MONEY: Final = " || ".join(f"counts == '{key}'" for key, one in METRICS.items() if one[2])
_IS_NUMBER: Final = " || ".join(f"counts == '{key}'" for key, one in METRICS.items() if not one[2])
_HAS_ITEMS: Final = "counts.startsWith('ORDER_ITEMS')"
CONDITIONS: Final = {
    "custom_event": f"trigger == '{CUSTOM_EVENT}'",
    "segment": f"trigger == '{SEGMENT_ENTERED}'",
    "tier": "trigger.startsWith('customer.loyalty.tier')",
    "every_money": _IS_MONEY,
    "every_number": _IS_NUMBER,
    "property": "counts.endsWith('METADATA')",
    **dict.fromkeys(ITEM_FIELDS, _HAS_ITEMS),
    "pending_days": f"typeof trigger === 'undefined' || trigger == '{ORDER_PAID}'",
    **EXPIRY_CONDITIONS,
}
_USUAL: Final = {"expiry_kind": AS_PROGRAMME, "counts": "ORDER_TOTAL_AMOUNT", "every_money": 100}
"""What most rules say."""
SECTIONS: Final = (
    ("For what", {"fields": ("campaign", "trigger", "custom_event", "segment", "tier", "conditions")}),
    (
        "How many points",
        {"fields": ("counts", "points", "every_money", "every_number", "property", *ITEM_FIELDS)},
    ),
    ("What customers read", {"fields": ("banner",)}),
    ("When", {"fields": ("starts_at", "ends_at")}),
    (
        "What becomes of the points",
        {
            "fields": (
                "pending_days",
                "expiry_kind",
                ("expiry_months", "expiry_rounding", "expiry_rounding_month"),
                ("expiry_day", "expiry_month"),
            )
        },
    ),
    (
        "At most so many points",
        {
            "fields": (CAP_FIELDS[:3], CAP_FIELDS[3:]),
            "description": "What a rule gives beyond that is cut off. Empty: no limit.",
        },
    ),
    ("More", {"fields": ("metadata",)}),
)


def _whole(label: str, help_text: str = "", **kwargs: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        help_text=help_text,
        widget=UnfoldAdminIntegerFieldWidget,
        **{"required": False, "min_value": 1, "max_value": _MOST, **kwargs},
    )


class EarningRuleForm(ExpiryFields, forms.ModelForm):  # type: ignore[type-arg]
    """A new rule, or one that is there: its trigger stays then."""

    trigger = forms.ChoiceField(
        label="Points are given when", choices=_TRIGGERS, widget=UnfoldAdminSelectWidget
    )
    custom_event = forms.ModelChoiceField(
        queryset=CustomEventSchema.objects.none(),
        required=False,
        label="Event",
        widget=UnfoldAdminSelectWidget,
        help_text="One of the known events. New ones are added under “Known events”.",
    )
    segment = forms.ModelChoiceField(
        queryset=Segment.objects.none(),
        required=False,
        label="Segment",
        widget=UnfoldAdminSelectWidget,
        help_text="Who is inside already gets nothing.",
    )
    tier = forms.ChoiceField(required=False, label="Tier", widget=UnfoldAdminSelectWidget)
    conditions = PickerField(
        (Kind.RULE,), label="Only if", help_text="Conditions that have to be met. Empty: always."
    )
    counts = forms.ChoiceField(label="Counted", choices=_COUNTS, widget=UnfoldAdminSelectWidget)
    points = _whole("Points", required=True, initial=1)
    every_money = MoneyField(label="for every", help_text="Of the amount. Fractions of it bring nothing.")
    every_number = _whole("for every", "Units, or the number in the metadata.", initial=1)
    property = forms.CharField(
        required=False,
        max_length=255,
        label="Key of the metadata",
        widget=UnfoldAdminTextInputWidget,
        help_text="It has to be a number.",
    )
    item_1 = PickerField(ITEMS, label="Products", help_text="Products, SKUs or collections. Empty: all.")
    item_2 = PickerField(ITEMS, label="or")
    item_3 = PickerField(ITEMS, label="or")
    item_4 = PickerField(ITEMS, label="or")
    item_5 = PickerField(ITEMS, label="or")
    cap_card_day = _whole("One card, a day")
    cap_card_month = _whole("One card, a month")
    cap_card_ever = _whole("One card, in all")
    cap_all_month = _whole("All cards, a month")
    cap_all_ever = _whole("All cards, in all")
    pending_days = _whole(
        "Usable after days", "So long goods can come back, 1 to 90. Empty: at once.", max_value=90
    )
    metadata = MetadataField()

    class Meta:
        model = EarningRule
        fields: tuple[str, ...] = ("campaign", "banner", "starts_at", "ends_at", "pending_days", "metadata")
        labels: ClassVar = {"campaign": "Programme", "banner": "Text"}
        help_texts: ClassVar = {
            "starts_at": "Empty: as the programme. For a double-points weekend say both.",
            "ends_at": "Empty: as the programme.",
            "banner": "For example: 1 point for every euro.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        rule = kwargs.get("instance")
        stored = _stored(rule) if rule is not None and rule.pk else _USUAL
        kwargs["initial"] = {**stored, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["custom_event"].queryset = CustomEventSchema.objects.order_by("name")
        fields["segment"].queryset = Segment.objects.order_by("name", "pk")
        tiers = LoyaltyTier.objects.filter(deleted_at=None).select_related("campaign")
        fields["tier"].choices = [
            (ANY_TIER, "Any tier"),
            *((tier.public_id, f"{tier.name} of {tier.campaign.name}") for tier in tiers.order_by("pk")),
        ]
        of_a_rule(fields["expiry_kind"])
        if self.instance.pk:
            for name in ("trigger", "custom_event", "segment", "tier"):
                fields[name].disabled = True
            fields["trigger"].help_text = "Fixed since the rule was made."
        elif "campaign" in fields:
            kind = Campaign.CampaignType.LOYALTY_PROGRAM
            rows = Campaign.objects.filter(campaign_type=kind, deleted_at=None)
            fields["campaign"].queryset = rows.order_by("name", "pk")

    def clean(self) -> Any:
        cleaned = super().clean() or self.cleaned_data
        trigger, counts = cleaned.get("trigger", ""), cleaned.get("counts", FIXED)
        needed = {CUSTOM_EVENT: "custom_event", SEGMENT_ENTERED: "segment"}.get(trigger)
        if needed and not cleaned.get(needed) and needed not in self.errors:
            self.add_error(needed, "Choose one.")
        if counts not in _ALLOWED.get(trigger, {FIXED, "CUSTOMER_METADATA"}):
            self.add_error("counts", "This cannot be counted for what you chose above.")
        if counts != FIXED:
            name = "every_money" if METRICS[counts][2] else "every_number"
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, "Say for how many, more than 0.")
            if counts.endswith("METADATA") and not cleaned.get("property"):
                self.add_error("property", "Say which number counts.")
        start, end = cleaned.get("starts_at"), cleaned.get("ends_at")
        if start and end and end <= start:
            self.add_error("ends_at", "The end must lie after the start.")
        return cleaned

    def wire_loyalty(self) -> dict[str, Any]:
        """A formula that came over the API stays where it is."""
        given, counts = self.cleaned_data, self.cleaned_data["counts"]
        before: dict[str, Any] = self.instance.loyalty or {}
        if counts == FIXED:
            kept = {"points_formula": before["points_formula"]} if before.get("points_formula") else {}
            return {"type": FIXED, "points": given["points"], **kept}
        group, field, is_money, _ = METRICS[counts]
        value: dict[str, Any] = {
            "every": given["every_money"] if is_money else given["every_number"],
            "points": given["points"],
        }
        if before.get("calculation_type") == counts and metric(before).get("points_formula"):
            value["points_formula"] = metric(before)["points_formula"]
        if counts.endswith("METADATA"):
            value["property"] = given["property"]
        picked = [given[name] for name in ITEM_FIELDS if given.get(name)]
        if counts.startswith("ORDER_ITEMS") and picked:
            things = [one.partition(":") for one in dict.fromkeys(picked)]
            value["applicable_to"] = [{"object": kind, "id": key} for kind, _, key in things]
        return {"type": "PROPORTIONAL", "calculation_type": counts, group: {field: value}}

    def caps(self) -> list[dict[str, Any]]:
        """Those of the fields, and those that only the API can say."""
        shown = {(per, period) for _, per, period in _CAPS}
        kept = [cap for cap in self.instance.caps or [] if (cap["per"], cap["period"]) not in shown]
        said = [
            {"per": per, "period": period, "points": self.cleaned_data[name]}
            for name, per, period in _CAPS
            if self.cleaned_data.get(name)
        ]
        return [*said, *kept]

    def values(self) -> dict[str, Any]:
        """Columns as the service wants them; of a rule that is there only what was touched."""
        given, touched = self.cleaned_data, set(self.changed_data)
        is_new = not self.instance.pk
        found: dict[str, Any] = {
            name: given[name]
            for name in ("banner", "starts_at", "ends_at", "pending_days", "metadata")
            if is_new or name in touched
        }
        if is_new:
            found |= self._trigger()
        if is_new or touched & {"counts", "points", "every_money", "every_number", "property", *ITEM_FIELDS}:
            found["loyalty"] = self.wire_loyalty()
        if is_new or "conditions" in touched:
            found["validation_rule"] = given["conditions"].partition(":")[2] or None
        if is_new or self.says_expiry:
            found["expiration_rules"] = self.wire_expiry()
        if is_new or touched & set(CAP_FIELDS):
            found["caps"] = self.caps()
        return found

    def _trigger(self) -> dict[str, Any]:
        given, trigger = self.cleaned_data, self.cleaned_data["trigger"]
        if trigger == CUSTOM_EVENT:
            schema = given["custom_event"]
            return {"event": schema.name, "event_schema": schema.public_id}
        if trigger == SEGMENT_ENTERED:
            return {"event": trigger, "segment": given["segment"].public_id}
        tier = {"loyalty_tier_id": given["tier"] or ANY_TIER} if trigger in TIER_EVENTS else {}
        return {"event": trigger, **tier}


def _stored(rule: EarningRule) -> dict[str, Any]:
    loyalty: dict[str, Any] = rule.loyalty
    value = metric(loyalty)
    counts = loyalty.get("calculation_type", FIXED) if value else FIXED
    is_money = counts != FIXED and METRICS[counts][2]
    known = {ORDER_PAID, SEGMENT_ENTERED, *TIER_EVENTS}
    caps = {(cap["per"], cap["period"]): cap["points"] for cap in rule.caps or []}
    return {
        "trigger": rule.event if rule.event in known else CUSTOM_EVENT,
        "custom_event": rule.event_schema_id,
        "segment": rule.segment_id,
        "tier": rule.loyalty_tier_id or ANY_TIER,
        "conditions": chosen(rule.validation_rule),
        "counts": counts,
        "points": value.get("points", loyalty.get("points", 0)),
        "every_money": value.get("every") if is_money else None,
        "every_number": value.get("every", 1) if not is_money else 1,
        "property": value.get("property", ""),
        **dict(zip(ITEM_FIELDS, items(value), strict=False)),
        **{name: caps.get((per, period)) for name, per, period in _CAPS},
        **expiry_initial(rule.expiration_rules, without=AS_PROGRAMME),
    }
