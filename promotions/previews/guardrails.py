"""Warnings about a proposal, before anybody sees it. Pure: whatever they need was gathered before.

They refuse nothing: services do that, and policies ask people. Each says what is wrong, how bad it is, and in
which step of the wizard it is put right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Final

from core import words
from engine import effects
from engine.effects import DiscountType
from engine.rules.families import REGISTRY
from engine.rules.needs import flat
from promotions.models import Budget, Campaign
from promotions.previews import essentials
from promotions.previews.essentials import is_of_units
from promotions.previews.guard import Guard, Part, Severity, note, stop, warn
from promotions.previews.guard_facts import MOST_OTHERS, Facts
from promotions.previews.proposal import Pool, Proposal
from promotions.previews.samples import GETS_IT

DEEP: Final = 50
"""Per cent from which on (exclusive) a discount is worth a warning."""
_WEEK: Final = 7
_MONEY: Final = (Budget.Measure.DISCOUNT, Budget.Measure.GIFT_CREDITS)


type Check = Callable[[Facts], Iterator[Guard]]


def guards(facts: Facts) -> tuple[Guard, ...]:
    """The worst first; among equals in the order of the steps."""
    found = [guard for check in CHECKS for guard in check(facts)]
    order, parts = list(Severity), list(Part)
    return tuple(sorted(found, key=lambda one: (order.index(one.severity), parts.index(one.part))))


def _essentials(facts: Facts) -> Iterator[Guard]:
    """Of codes that cannot be made, that is said instead."""
    return essentials.missing(facts.proposal, weakness="" if facts.code_refusal else facts.code_weakness)


# Discount -------------------------------------------------------------------------------------------------
def _depth(facts: Facts) -> Iterator[Guard]:
    """Nothing is said of gift cards, which were paid for."""
    if facts.proposal.is_card:
        return
    if free := _free_of_charge(facts):
        yield warn("price_zero", Part.DISCOUNT, f"{free} would cost nothing at all.")
        return
    percent = _deepest(facts)
    if percent > DEEP:
        shown = f"{percent:.1f}".removesuffix(".0")
        yield warn("discount_over_half", Part.DISCOUNT, f"Customers pay less than half: {shown} % off.")


def _deepest(facts: Facts) -> Fraction:
    """Per cent off: what the discount says, or what the smallest basket gets of it."""
    wire = effects.to_wire(facts.proposal.effect)
    found = [Fraction(0)]
    if wire["type"] == DiscountType.PERCENT and not is_of_units(facts.proposal):
        found.append(Fraction(Decimal(str(wire.get("percent_off") or 0))))
    for sample in facts.samples.shown if facts.samples is not None else ():
        if sample.name == GETS_IT and sample.before:
            found.append(Fraction(100 * sample.saved, sample.before))
    return max(found)


def _free_of_charge(facts: Facts) -> str:
    """What the smallest basket gets for nothing, though no free items are meant."""
    if facts.samples is None or facts.proposal.effect.type is DiscountType.UNIT:
        return ""
    for sample in facts.samples.shown:
        if sample.name != GETS_IT or not sample.before:
            continue
        if sample.after <= 0:
            return "The smallest basket that gets it"
        gone = [line.name for line in sample.lines if line.before and line.after <= 0 and not line.free]
        if gone and not is_of_units(facts.proposal):
            return gone[0]
    return ""


def _cost(facts: Facts) -> Iterator[Guard]:
    if facts.below_cost:
        text = f"{facts.below_cost[0]} would be sold for less than it costs."
        yield warn("below_cost", Part.DISCOUNT, text)


# Audience and products ------------------------------------------------------------------------------------
def _nobody(facts: Facts) -> Iterator[Guard]:
    found = facts.audience
    if found is None:
        return
    for name, size in found.segments:
        if size.value == 0:
            yield stop("segment_empty", Part.AUDIENCE, f"Nobody is in the segment {name}.")
    if found.customers.value == 0 and not any(size.value == 0 for _, size in found.segments):
        yield stop("audience_empty", Part.AUDIENCE, "No customer meets these conditions.")
    for name, size in found.collections:
        if size.value == 0:
            yield stop("collection_empty", Part.PRODUCTS, f"Nothing is in the collection {name}.")
    is_said = any(size.value == 0 for _, size in found.collections)
    if found.products.value == 0 and not found.is_for_all_products and not is_said:
        yield stop("no_products", Part.PRODUCTS, "None of the products that it is for can be found.")


def _unreachable(facts: Facts) -> Iterator[Guard]:
    if facts.samples is None or facts.samples.good is not None or facts.opens_at is None:
        return
    if facts.fits_without_budgets:
        text = "The budget is too small for a single use, so that nobody gets anything."
        yield stop("budget_below_one_use", Part.LIMITS, text)
        return
    text = "We could not build a basket that gets this. Perhaps its conditions exclude each other."
    yield warn("no_basket_found", Part.CONDITIONS, text)


def _guests(facts: Facts) -> Iterator[Guard]:
    rules = [rule for one in facts.proposal.rule_sets for rule in flat(one.rules)]
    counts = any(REGISTRY[rule.name].is_per_customer for rule in rules)
    if counts or any(pool.per == Budget.Per.CUSTOMER for pool in facts.proposal.budgets):
        text = "Guests do not get it: it is counted for each customer, so the shop has to say who buys."
        yield note("guests_left_out", Part.LIMITS, text)


# Time -----------------------------------------------------------------------------------------------------
def _dates(facts: Facts) -> Iterator[Guard]:
    starts_at, ends_at, now = facts.proposal.starts_at, facts.proposal.ends_at, facts.now
    if starts_at is not None and ends_at is not None and ends_at <= starts_at:
        yield stop("ends_before_start", Part.TIME, "It ends before it starts.")
        return
    if ends_at is not None and ends_at <= now:
        yield stop("ended", Part.TIME, f"Its end, {words.when(ends_at)}, is over.")
        return
    if facts.opens_at is None:
        text = "It is never valid: its days and hours do not meet its dates."
        yield stop("never_valid", Part.TIME, text)
    if starts_at is not None and starts_at < now and not facts.proposal.is_running:
        text = f"Its start, {words.when(starts_at)}, is over: it begins as soon as it is launched."
        yield note("starts_in_past", Part.TIME, text)


# Places and other campaigns -------------------------------------------------------------------------------
def _currency(facts: Facts) -> Iterator[Guard]:
    own = facts.settings.currency
    others = [f"{area} ({code})" for area, code in facts.currencies.items() if code != own]
    if others and _speaks_of_money(facts.proposal):
        text = f"Amounts are in {own}, but people pay otherwise in {', '.join(others)}; nothing is converted."
        yield warn("currency_mismatch", Part.PLACES, text)


def _speaks_of_money(proposal: Proposal) -> bool:
    wire = effects.to_wire(proposal.effect)
    in_discount = any("amount" in name and value is not None for name, value in wire.items())
    in_rules = any(
        REGISTRY[rule.name].kind.value == "money" for one in proposal.rule_sets for rule in flat(one.rules)
    )
    in_budgets = any(pool.measure in (*_MONEY, Budget.Measure.ORDER_VALUE) for pool in proposal.budgets)
    return in_discount or in_rules or in_budgets or proposal.is_card


def _others(facts: Facts) -> Iterator[Guard]:
    if facts.others:
        names = ", ".join(one.name for one in facts.others)
        more = facts.overlapping - len(facts.others)
        rest = "" if not more else f" and {_at_least(facts)}{more:,} more"
        text = f"At the same time, for some of the same products and customers: {names}{rest}."
        yield note("overlaps", Part.TIME, text)
    if facts.together and facts.proposal.category is None and facts.settings.applicable_redeemables_limit > 1:
        others = f"{_at_least(facts)}{words.count(facts.together, 'other campaign')}"
        text = f"It has no category, so it can be combined with {others} that run at the same time."
        yield note("stacks_without_category", Part.LIMITS, text)


def _at_least(facts: Facts) -> str:
    """Not all of very many were looked at."""
    return "at least " if facts.together >= MOST_OTHERS else ""


def _names(facts: Facts) -> Iterator[Guard]:
    if facts.has_namesake:
        text = f"There is a campaign called {facts.proposal.campaign} already; names are given once."
        yield stop("name_taken", Part.TYPE, text)


# Limits and codes -----------------------------------------------------------------------------------------
def _limits(facts: Facts) -> Iterator[Guard]:
    for pool in facts.proposal.budgets:
        yield from _pool(facts, pool)


def _pool(facts: Facts, pool: Pool) -> Iterator[Guard]:
    """Used up in a day at the estimated rate; of a budget of each day: before the day is over."""
    rate = per_day(facts, pool)
    if rate is None or not pool.limit:
        return
    if pool.period == Budget.Period.DAY and rate > pool.limit:
        text = f"{pool.name} would be used up before the day is over, every day."
        yield note("budget_gone_each_day", Part.LIMITS, text)
    elif pool.period != Budget.Period.DAY and rate >= pool.limit:
        text = f"{pool.name} would be used up within a day at the estimated rate."
        yield warn("budget_gone_in_a_day", Part.LIMITS, text)


def per_day(facts: Facts, pool: Pool) -> Fraction | None:
    """What the budget would lose on an average day; None where that cannot be said."""
    found = facts.price_effect
    if found is None or pool.per != Budget.Per.TOTAL:
        return None
    if pool.measure == Budget.Measure.REDEMPTIONS:
        figure = found.uses_per_week
    elif pool.measure in _MONEY:
        figure = found.per_week
    else:
        return None
    return None if not figure else Fraction(figure, _WEEK)


def lasts_until(facts: Facts, pool: Pool) -> Fraction | None:
    """Days that a budget lasts at the estimated rate, of those that are not renewed."""
    rate = per_day(facts, pool)
    return Fraction(pool.limit) / rate if rate and pool.period == Budget.Period.EVER else None


def _code_space(facts: Facts) -> Iterator[Guard]:
    codes = facts.proposal.codes
    if facts.is_code_taken and codes is not None:
        yield stop("code_taken", Part.CODES, f"There is a code {codes.code} already.")
    if facts.code_refusal:
        yield stop("code_space_small", Part.CODES, facts.code_refusal)
    if codes is None:
        return
    if codes.type == Campaign.Type.STATIC and not codes.count:
        yield note("no_codes", Part.CODES, "No codes are made at its launch.")


CHECKS: Final[tuple[Check, ...]] = (
    _essentials,
    _depth,
    _cost,
    _nobody,
    _unreachable,
    _guests,
    _dates,
    _currency,
    _others,
    _names,
    _limits,
    _code_space,
)
