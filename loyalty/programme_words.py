"""What a programme does, in plain words: for people who never see JSON. No queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from django.utils.dates import MONTHS
from django.utils.formats import date_format

from core import words
from loyalty import tier_terms
from loyalty.expiry import Period, Rounding
from loyalty.models import EarningRule, LoyaltyTier, TierMapping
from loyalty.tier_terms import Ends, Metric, Starts, Terms
from promotions.models import Reward, RewardAssignment
from promotions.words import WEEK, WEEKDAYS

STAY: Final = "Points do not expire"
ANY_TIER: Final = "__ANY__"
ORDER_PAID: Final = "order.paid"
SEGMENT_ENTERED: Final = "customer.segment.entered"
TIER_EVENTS: Final[Mapping[str, str]] = {
    "customer.loyalty.tier.joined": "reaches a first tier",
    "customer.loyalty.tier.upgraded": "rises to a tier",
    "customer.loyalty.tier.downgraded": "falls to a tier",
    "customer.loyalty.tier.prolonged": "keeps a tier",
    "customer.loyalty.tier.left": "loses a tier",
}
# calculation_type -> (object, field, is money, what counts)
METRICS: Final[Mapping[str, tuple[str, str, bool, str]]] = {
    "ORDER_AMOUNT": ("order", "amount", True, "of the order before discounts"),
    "ORDER_TOTAL_AMOUNT": ("order", "total_amount", True, "paid after discounts"),
    "ORDER_METADATA": ("order", "metadata", False, "of the order's"),
    "ORDER_ITEMS_AMOUNT": ("order_items", "amount", True, "of these items before discounts"),
    "ORDER_ITEMS_SUBTOTAL_AMOUNT": (
        "order_items",
        "subtotal_amount",
        True,
        "paid for these items after discounts",
    ),
    "ORDER_ITEMS_QUANTITY": ("order_items", "quantity", False, "bought"),
    "CUSTOMER_METADATA": ("customer", "metadata", False, "of the customer's"),
    "CUSTOM_EVENT_METADATA": ("custom_event", "metadata", False, "of the event's"),
}
_UNITS: Final = {
    Rounding.END_OF_MONTH: "month",
    Rounding.END_OF_QUARTER: "quarter",
    Rounding.END_OF_HALF_YEAR: "half-year",
    Rounding.END_OF_YEAR: "year",
}
_PERIODS: Final = {1: "calendar month", 3: "calendar quarter", 6: "half-year", 12: "calendar year"}
_CAPS: Final = {"DAY": "a day", "WEEK": "a week", "MONTH": "a month", "EVER": "in all"}
_LEAP_YEAR: Final = 2000
"""Any one: it has every day of the year."""

type Names = Mapping[str, str]


def points(number: int) -> str:
    return words.count(number, "point")


def day(value: date | None) -> str:
    """24 Nov 2026, never broken over two lines; a dash where there is none."""
    if value is None:
        return words.NOTHING
    return date_format(value, "DATE_FORMAT").replace(" ", "\N{NO-BREAK SPACE}")


def expiry(rules: Mapping[str, Any] | None) -> str:
    """Points expire 12 months after they were earned, at the end of that month."""
    if not rules:
        return STAY
    if rules["period_type"] == Period.FIXED_DAY_OF_YEAR:
        ends = date(_LEAP_YEAR, rules["fixed_month"], 1)
        return f"Points expire every year on {rules['fixed_day']} {date_format(ends, 'F')}"
    number = rules["period_value"]
    months = words.count(number, "month")
    if rules["period_type"] == Period.INACTIVITY:
        said = f"Points expire {months} after points were last earned or spent"
    elif number:
        said = f"Points expire {months} after they were earned"
    else:
        said = "Points expire on the day on which they were earned"
    rounding = rules.get("rounding_type")
    if not rounding:
        return said
    if rounding == Rounding.PARTICULAR_MONTH:
        return f"{said}, at the end of the next {MONTHS[rules['rounding_value']]}"
    return f"{said}, at the end of that {_UNITS[Rounding(rounding)]}"


def tiers(wire: Mapping[str, Any] | None) -> str:
    """How tiers are reached, and until when they are held."""
    terms = tier_terms.read(wire)
    if terms.metric is Metric.BALANCE:
        reached = "By the points on the card"
        held = "and lost as soon as these fall below it"
        if terms.ends is Ends.CUSTOM:
            held = f"and held for {_extend(terms)}"
        return f"{reached}, {held}."
    period = _PERIODS[terms.period]
    begins = "at once" if terms.starts is Starts.IMMEDIATE else f"from the next {period} on"
    ends = "that" if terms.ends is Ends.END_OF_PERIOD else "the next"
    longer = f" and {_extend(terms)}" if any(terms.extend) else ""
    return f"By points collected in a {period}; held {begins}, to the end of {ends} {period}{longer}."


def _extend(terms: Terms) -> str:
    months, days = terms.extend
    said = [words.count(months, "month")] if months else []
    return " and ".join([*said, *([words.count(days, "day")] if days else [])])


def debts(choice: str) -> str:
    return DEBTS.get(choice, DEBTS["WRITE_OFF"])


DEBTS: Final[Mapping[str, str]] = {
    "WRITE_OFF": "The balance stops at 0; the rest is written off",
    "ALLOW": "The balance goes below zero: the next points pay it off",
    "BLOCK": "Nothing more is taken; the missing points are reported to a person",
}


def trigger(rule: EarningRule, names: Names) -> str:
    """When an order is paid; when somebody enters VIP."""
    if rule.event == ORDER_PAID:
        return "When an order is paid"
    if rule.event == SEGMENT_ENTERED:
        segment = rule.segment.name if rule.segment else "a segment"
        return f"When a customer enters {segment}"
    if rule.event in TIER_EVENTS:
        said = TIER_EVENTS[rule.event]
        if rule.loyalty_tier_id and rule.loyalty_tier_id != ANY_TIER:
            tier = names.get(rule.loyalty_tier_id, "a tier that is gone")
            said = said.replace("a first tier", tier).replace("a tier", tier)
        return f"When a member {said}"
    return f"When the event “{rule.event}” comes in"


def ratio(loyalty: Mapping[str, Any], names: Names) -> str:
    """1 point for every 1.00 EUR paid after discounts."""
    if loyalty.get("type") != "PROPORTIONAL":
        if loyalty.get("points_formula"):
            return f"Calculated points, else {points(loyalty['points'])}"
        return points(loyalty.get("points") or 0)
    kind = str(loyalty.get("calculation_type"))
    group, field, is_money, what = METRICS[kind]
    value: Mapping[str, Any] = (loyalty.get(group) or {}).get(field) or {}
    each = words.money(value["every"]) if is_money else _each(kind, value["every"])
    given = "calculated points" if value.get("points_formula") else points(value["points"])
    return f"{given} for every {each} {_what(kind, what, value, names)}"


def _each(kind: str, every: int) -> str:
    if kind == "ORDER_ITEMS_QUANTITY":
        return "unit" if every == 1 else words.count(every, "unit")
    return words.number(every)


def _what(kind: str, what: str, value: Mapping[str, Any], names: Names) -> str:
    if kind.endswith("METADATA"):
        return f"{what} “{value.get('property', '')}”"
    things = items(value)
    if not kind.startswith("ORDER_ITEMS"):
        return what
    named = listed([names.get(one, "something that is gone") for one in things])
    if kind == "ORDER_ITEMS_QUANTITY":
        return f"of {named} bought" if named else "bought"
    return what.replace("these items", named) if named else what.replace("these items", "all items")


def items(value: Mapping[str, Any]) -> list[str]:
    """`product:prod_…` of each thing that counts."""
    found = value.get("applicable_to") or ([value] if value.get("id") else [])
    return [f"{one['object']}:{one['id']}" for one in found]


def metric(loyalty: Mapping[str, Any]) -> Mapping[str, Any]:
    """`{every, points, …}` of what a proportional rule counts; empty for a fixed one."""
    if loyalty.get("type") != "PROPORTIONAL":
        return {}
    group, field, _, _ = METRICS[str(loyalty.get("calculation_type"))]
    found: Mapping[str, Any] = (loyalty.get(group) or {}).get(field) or {}
    return found


def caps(rows: Sequence[Mapping[str, Any]]) -> str:
    """At most 500 points a day on one card."""
    said = []
    for cap in rows:
        whose = "on one card" if cap["per"] == "CARD" else "in the whole programme"
        said.append(f"{points(cap['points'])} {_CAPS[cap['period']]} {whose}")
    return f"At most {listed(said)}" if said else ""


def more(rule: EarningRule) -> list[str]:
    """What else there is to say about an earning rule, one sentence each."""
    said = []
    if rule.validation_rule_id and rule.validation_rule is not None:
        said.append(f"Only if: {rule.validation_rule.name}")
    if rule.pending_days:
        said.append(f"Usable after {words.count(rule.pending_days, 'day')}")
    if rule.expiration_rules:
        said.append(expiry(rule.expiration_rules))
    if rule.starts_at or rule.ends_at:
        said.append(f"Valid {words.period(rule.starts_at, rule.ends_at)}")
    if rule.days_of_week:
        said.append(f"Only on {listed([WEEKDAYS[day] for day in WEEK if day in rule.days_of_week])}")
    if rule.caps:
        said.append(caps(rule.caps))
    return said


def mapping(row: TierMapping) -> str:
    """What a tier changes: twice the points; half the price; 100 points; not for this tier."""
    if row.type == TierMapping.Type.NOT_AVAILABLE:
        return "not for this tier"
    if row.type == TierMapping.Type.MULTIPLY and row.multiplier is not None:
        return f"× {row.multiplier.normalize():f}"
    return points(row.points or 0)


def thresholds(tier: LoyaltyTier) -> str:
    """From 1,000 to 4,999 points; from 5,000 points on."""
    if tier.points_to is None:
        return f"from {points(tier.points_from)} on"
    return f"{words.number(tier.points_from)} – {points(tier.points_to)}"


def reward(row: Reward) -> str:
    """What a member gets. The campaign and the product are loaded."""
    if row.type == Reward.Type.COIN:
        worth = words.money(int((row.exchange_ratio or 0) * 100))
        return f"Pays orders: {points(row.points_ratio or 0)} are worth {worth}"
    if row.type == Reward.Type.MATERIAL:
        article = row.sku or row.product
        return f"Product: {article}"
    campaign = row.campaign
    name = campaign.name if campaign is not None else words.NOTHING
    if row.balance is None:
        return f"A code of {name}"
    if campaign is not None and campaign.campaign_type == campaign.CampaignType.LOYALTY_PROGRAM:
        return f"{points(row.balance)} in {name}"
    return f"{words.money(row.balance)} on a card of {name}"


def price(row: RewardAssignment) -> str:
    return "as many as members want" if row.points is None else points(row.points)


def stock(row: RewardAssignment) -> str:
    """12 of 100 given: of this programme, else of the reward in all programmes."""
    if row.stock is not None:
        return f"{words.number(row.redeemed)} of {words.number(row.stock)} given"
    if row.reward.stock is not None:
        given = f"{words.number(row.reward.redeemed)} of {words.number(row.reward.stock)}"
        return f"{given} given, all programmes together"
    return f"{words.number(row.redeemed)} given, no limit"


def listed(said: Iterable[str]) -> str:
    """a, b and c"""
    *first, last = [*said] or [""]
    return f"{', '.join(first)} and {last}" if first else last
