"""A proposal as one sentence, read as one promise: who gets what, if what, when and where, and up to what.

Customers in VIP get 1 free for every 2 they buy from Coffee, on Saturdays and Sundays, in Poland, from
1 Dec 2026 to 31 Jan 2027; at most 5,000.00 EUR in all, once per customer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from core import words
from core.selectors import areas
from engine import effects, summary
from engine.applicability import Applicability, Entry, Pick, Target
from engine.effects import DiscountEffect, DiscountError, DiscountType
from engine.rules import RuleSet, RuleSyntaxError
from engine.rules.families import REGISTRY
from engine.rules.families.customer import SEGMENT
from engine.rules.tree import All, Leaf, Logic, Operator, Rule
from engine.summary import Names, phrases
from promotions.models import Budget, Campaign
from promotions.previews.proposal import Pool, Proposal
from promotions.selectors.readable import known_names
from promotions.words import WEEK, WEEKDAYS, names, span

_EVERYBODY: Final = "Everybody"
_GETS: Final = "gets"
_PERIODS: Final[Mapping[str, str]] = {"": "", "daily": " a day", "weekly": " a week", "monthly": " a month"}
_RENEWED: Final[Mapping[str, str]] = {
    Budget.Period.EVER: "in all",
    Budget.Period.DAY: "a day",
    Budget.Period.WEEK: "a week",
    Budget.Period.MONTH: "a month",
}
_EACH: Final[Mapping[str, str]] = {
    Budget.Per.TOTAL: "",
    Budget.Per.CUSTOMER: " per customer",
    Budget.Per.CHANNEL: " per channel",
    Budget.Per.STORE: " per store",
}
_FIGURES: Final[Mapping[str, Mapping[Operator, str]]] = {
    "order.amount": {
        Operator.MORE_THAN_OR_EQUAL: "they spend {} or more",
        Operator.MORE_THAN: "they spend more than {}",
        Operator.LESS_THAN_OR_EQUAL: "they spend {} at most",
        Operator.LESS_THAN: "they spend less than {}",
    },
    "order.items.count": {
        Operator.MORE_THAN_OR_EQUAL: "they buy {} items or more",
        Operator.MORE_THAN: "they buy more than {} items",
        Operator.LESS_THAN_OR_EQUAL: "they buy {} items at most",
        Operator.LESS_THAN: "they buy fewer than {} items",
    },
}
_UPPER: Final = (Operator.LESS_THAN_OR_EQUAL, Operator.LESS_THAN)
_WORKDAYS: Final = frozenset({1, 2, 3, 4, 5})
_IN: Final = (Operator.IS, Operator.IN)
_GIVEN: Final = (
    DiscountEffect.ADD_NEW_ITEMS,
    DiscountEffect.ADD_MISSING_ITEMS,
    DiscountEffect.ADD_MANY_ITEMS,
)
_NOT_IN: Final = (Operator.IS_NOT, Operator.NOT_IN, Operator.NOT_INTERSECT)


@dataclass(kw_only=True)
class _Read:
    """What the rules of one proposal say, sorted into the places of the sentence."""

    inside: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    conditions: list[str] = field(default_factory=list)
    limits: list[str] = field(default_factory=list)


def promise(proposals: Sequence[Proposal]) -> str:
    """All of them together: a campaign with several tiers gives the first one that fits.

    Empty while they cannot be read yet. One query for each kind of thing that is named.
    """
    try:
        return _sentence(proposals)
    except (DiscountError, RuleSyntaxError):
        return ""


def _sentence(proposals: Sequence[Proposal]) -> str:
    if not proposals:
        return ""
    known = known_names([one.found().candidate for one in proposals])
    calls = replace(names(proposals[0].discount, known), known=known)
    read = [_read(one, calls) for one in proposals]
    first, shared = proposals[0], read[0]
    clauses: list[str] = []
    said = ""
    for one, its in zip(proposals, read, strict=True):
        who = " ".join(_who(its))
        what = ", ".join([_with(_offer(one, calls), its.conditions), *_when(one)])
        clauses.append(f"or {what}" if who == said else f"{who if not clauses else _lower(who)} {what}")
        said = who
    parts = ["; ".join(clauses), *_where(first), *_dates(first), *_codes(first)]
    limits = [*(_pool(pool) for pool in first.budgets), *shared.limits, *_uses(first)]
    text = ", ".join(parts)
    return f"{text}; {', '.join(dict.fromkeys(limits))}." if limits else f"{text}."


def _with(offer: str, conditions: Sequence[str]) -> str:
    return f"{offer} if {phrases.listed(list(conditions), phrases.AND)}" if conditions else offer


# Who and if what ------------------------------------------------------------------------------------------
def _read(proposal: Proposal, calls: Names) -> _Read:
    found = _Read()
    pattern = _pattern(proposal)
    for rule_set in proposal.rule_sets:
        by_key = {rule.key: rule for rule in rule_set.rules}
        for part in rule_set.logic.of if isinstance(rule_set.logic, All) else (rule_set.logic,):
            if isinstance(part, Leaf) and not _is_said(by_key[part.key], proposal):
                _place(by_key[part.key], calls, pattern, found)
            elif not isinstance(part, Leaf):
                found.conditions.append(_inner(rule_set, part, calls))
    return found


def _is_said(rule: Rule, proposal: Proposal) -> bool:
    """ "An item from Coffee" says nothing new beside "10 % off every item from Coffee"."""
    if rule.name != "order.items.any" or rule.rules:
        return False
    asked = {getattr(one, "id", "") for condition in rule.conditions for one in condition.operands}
    only = all(condition.operator in _IN for condition in rule.conditions)
    sets = [one.applicable_to for one in proposal.rule_sets if not one.applicable_to.is_empty]
    targets = {entry.item.id for one in sets for entry in one.included}
    is_on_items = proposal.effect.effect not in (DiscountEffect.APPLY_TO_ORDER, *_GIVEN)
    return only and is_on_items and bool(asked) and asked == targets


def _place(rule: Rule, calls: Names, pattern: Entry | None, found: _Read) -> None:
    if rule.name == SEGMENT and len(rule.conditions) == 1:
        condition = rule.conditions[0]
        named = [calls.of(str(one)) for one in condition.operands]
        if condition.operator in _IN:
            found.inside.append(phrases.listed(named, phrases.OR))
            return
        if condition.operator in _NOT_IN:
            found.outside.append(phrases.listed(named, phrases.OR))
            return
    if REGISTRY[rule.name].is_counter and (limit := _counter(rule, calls)):
        found.limits.append(limit)
        return
    if pattern is not None and _is_implied(rule, pattern):
        return
    found.conditions.append(_bought(rule, calls) or _lower(summary.condition(rule, calls)))


def _bought(rule: Rule, calls: Names) -> str:
    """What they have to spend or to buy, as people say it; empty for anything else."""
    if rule.name not in _FIGURES or len(rule.conditions) != 1 or rule.rules:
        return ""
    condition = rule.conditions[0]
    words = _FIGURES[rule.name].get(condition.operator)
    figure = condition.operands[0] if condition.operands else None
    if words is None or not isinstance(figure, int):
        return ""
    return words.format(calls.money(figure) if rule.name == "order.amount" else phrases.figure(figure))


def _inner(rule_set: RuleSet, part: Logic, calls: Names) -> str:
    """Alternatives, in brackets where there are others beside."""
    alone = replace(rule_set, logic=part, applicable_to=Applicability(), bundle=None, error=None)
    keys = _keys(part)
    alone = replace(alone, rules=tuple(rule for rule in rule_set.rules if rule.key in keys))
    return _lower(summary.rules_text(alone, calls).removesuffix("."))


def _keys(logic: Logic) -> Collection[str]:
    if isinstance(logic, Leaf):
        return {logic.key}
    return {key for part in logic.of for key in _keys(part)}


def _counter(rule: Rule, calls: Names) -> str:
    """once per customer; at most 500 uses in all; twice a day per customer"""
    if len(rule.conditions) != 1 or rule.conditions[0].operator not in _UPPER:
        return ""
    condition = rule.conditions[0]
    operand = condition.operands[0]
    if not isinstance(operand, int):
        return ""
    limit = operand - 1 if condition.operator is Operator.LESS_THAN else operand
    name, _, last = rule.name.rpartition(".")
    period = _PERIODS.get(last)
    base = rule.name if period is None else name
    if base in ("campaign.redemptions.customers_count", "redemption.count.per_customer"):
        return f"{_times(limit)}{period or ''} per customer"
    if base in ("campaign.redemptions.count", "redemption.count"):
        return f"at most {phrases.count(limit, 'use')}{period or ' in all'}"
    if rule.name in ("campaign.orders.amount_discounted", "redemption.gift.amount"):
        return f"at most {calls.money(limit)} in all"
    return ""


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number) or f"{number:,} times"


def _who(read: _Read) -> tuple[str, str]:
    if not read.inside and not read.outside:
        return _EVERYBODY, _GETS
    inside = f" in {phrases.listed(read.inside, phrases.AND)}" if read.inside else ""
    outside = f" who are not in {phrases.listed(read.outside, phrases.OR)}" if read.outside else ""
    joint = " and" if inside and outside else ""
    return f"Customers{inside}{joint}{outside}", "get"


# What -----------------------------------------------------------------------------------------------------
def _offer(proposal: Proposal, calls: Names) -> str:
    if proposal.gift is not None:
        return f"a gift card of {calls.money(int(proposal.gift.get('amount') or 0))}"
    pattern = _pattern(proposal)
    if pattern is not None:
        free = pattern.repeat - pattern.skip_initially
        of = "" if not pattern.item.id else f" {_of(pattern)} {calls.item(pattern.item)}"
        most = pattern.aggregated_quantity_limit
        limit = f" (at most {phrases.count(most, 'free unit')} in an order)" if most else ""
        return f"{free:,} free for every {pattern.skip_initially:,} they buy{of}{limit}"
    targets = next((one.applicable_to for one in proposal.rule_sets if not one.applicable_to.is_empty), None)
    bundle = next((one.bundle for one in proposal.rule_sets if one.bundle is not None), None)
    return _lower(summary.discount(proposal.effect, targets or Applicability(), names=calls, bundle=bundle))


def _of(entry: Entry) -> str:
    return "from" if entry.item.object.value == "products_collection" else "of"


def _pattern(proposal: Proposal) -> Entry | None:
    """ "Buy 2, get 1": the one entry of a discount that makes the last of several units free."""
    wire = effects.to_wire(proposal.effect)
    targets = [one.applicable_to for one in proposal.rule_sets if not one.applicable_to.is_empty]
    if wire.get("type") != DiscountType.PERCENT or wire.get("percent_off") != 100 or len(targets) != 1:
        return None
    (found,) = targets
    if wire.get("percent_off_formula") or found.excluded or found.included_all or len(found.included) != 1:
        return None
    entry = found.included[0]
    free = entry.repeat - entry.skip_initially
    has_others = (
        entry.quantity_limit or entry.amount_limit or entry.aggregated_amount_limit or entry.unit_limits
    )
    is_sorted = entry.pick in (Pick.EVERY, Pick.FROM_CHEAPEST, Pick.FROM_MOST_EXPENSIVE)
    # A window of several free units is written otherwise.
    fits = entry.target is Target.UNIT and entry.skip_initially > 0 and free == 1 and is_sorted
    return entry if fits and not has_others else None


def _is_implied(rule: Rule, pattern: Entry) -> bool:
    """ "At least 3 from Coffee" says nothing new beside "1 free for every 2 from Coffee"."""
    if rule.name != "order.items.any" or len(rule.rules) > 1:
        return False
    named = [one for condition in rule.conditions for one in condition.operands]
    if len(named) != 1 or getattr(named[0], "id", "") != pattern.item.id:
        return False
    return all(
        child.name == "order.items.aggregated_quantity"
        and len(child.conditions) == 1
        and child.conditions[0].operator is Operator.MORE_THAN_OR_EQUAL
        and child.conditions[0].operands[0] in range(pattern.repeat + 1)
        for child in rule.rules
    )


# When and where -------------------------------------------------------------------------------------------
def _when(proposal: Proposal) -> Iterator[str]:
    """on Saturdays and Sundays; from 09:00 to 11:00 on Mondays"""
    if proposal.days_of_week:
        yield _days(proposal.days_of_week)
    for entry in (proposal.validity_hours or {}).get("daily") or []:
        until = entry.get("expiration_time") or "midnight"
        days = entry.get("days_of_week") or ()
        yield f"from {entry['start_time'][:5]} to {until[:8]}{_of_days(days)}"
    if proposal.timeframe_interval:
        duration, interval = span(proposal.timeframe_duration), span(proposal.timeframe_interval)
        yield f"for {duration} every {interval}"


def _of_days(days: Sequence[int]) -> str:
    return "" if len(set(days)) == len(WEEKDAYS) or not days else f" {_days(days)}"


def _days(days: Iterable[int]) -> str:
    wanted = set(days)
    if len(wanted) == len(WEEKDAYS):
        return "every day"
    if wanted == _WORKDAYS:
        return "from Monday to Friday"
    return f"on {phrases.listed([f'{WEEKDAYS[day]}s' for day in WEEK if day in wanted], phrases.AND)}"


def _where(proposal: Proposal) -> Iterator[str]:
    if proposal.places:
        yield areas.spoken(proposal.places)


def _dates(proposal: Proposal) -> Iterator[str]:
    starts_at, ends_at = proposal.starts_at, proposal.ends_at
    last = words.day(ends_at - timedelta(microseconds=1)) if ends_at is not None else ""
    if starts_at is not None and last:
        yield f"from {words.day(starts_at)} to {last}"
    elif starts_at is not None:
        yield f"from {words.day(starts_at)} on"
    elif last:
        yield f"until {last}"


def _codes(proposal: Proposal) -> Iterator[str]:
    codes = proposal.codes
    if codes is None or proposal.is_card:
        return
    yield f"with the code {codes.code}" if codes.code else "with a code"


# Up to what -----------------------------------------------------------------------------------------------
def _pool(pool: Pool) -> str:
    figure = {
        Budget.Measure.DISCOUNT: words.money(pool.limit),
        Budget.Measure.GIFT_CREDITS: words.money(pool.limit),
        Budget.Measure.ORDER_VALUE: f"orders worth {words.money(pool.limit)}",
        Budget.Measure.UNITS: phrases.count(pool.limit, "discounted unit"),
    }.get(Budget.Measure(pool.measure), phrases.count(pool.limit, "use"))
    channels = f" through {phrases.listed(list(pool.channels), phrases.AND)}" if pool.channels else ""
    return f"at most {figure} {_RENEWED[pool.period]}{_EACH[pool.per]}{channels}"


def _uses(proposal: Proposal) -> Iterator[str]:
    codes = proposal.codes
    if codes is not None and codes.uses is not None:
        what = "the code works" if codes.type == Campaign.Type.STANDALONE else "each code works"
        yield f"{what} {_times(codes.uses)}"


def _lower(text: str) -> str:
    """The first letter small, unless a word of capitals begins there."""
    return text if text[:2].isupper() else text[:1].lower() + text[1:]
