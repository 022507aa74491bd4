"""What keeps a promotion from being drained, and is forgotten most: six warnings, said wherever one is made.

The wizard and the preview have them among their guardrails, requests for approval as evidence, the API in a
header. Pure: whether codes are easy to guess is asked before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from core.models import ProjectSettings
from engine.applicability import Pick, Target
from engine.effects import DiscountError, DiscountType
from engine.rules import RuleSyntaxError
from engine.rules.families import REGISTRY
from engine.rules.needs import flat
from engine.rules.tree import Rule
from promotions import code_words
from promotions.code_config import CodeConfig
from promotions.models import Budget, Campaign
from promotions.previews.guard import Guard, Part, warn
from promotions.previews.proposal import Proposal

type Check = Callable[[Proposal, str], Iterator[Guard]]


def missing(proposal: Proposal, *, weakness: str) -> Iterator[Guard]:
    """`weakness`: why its codes are easy to guess, empty if they are not.

    :raises RuleSyntaxError: the engine cannot read its rules.
    """
    for check in CHECKS:
        yield from check(proposal, weakness)


def of_all(proposals: Iterable[Proposal], *, weakness: str = "") -> tuple[Guard, ...]:
    """Of the tiers of one campaign, or of its codes: each warning once. What cannot be read has none."""
    found: dict[str, Guard] = {}
    for one in proposals:
        try:
            for guard in missing(one, weakness=weakness):
                found.setdefault(guard.key, guard)
        except (RuleSyntaxError, DiscountError):
            continue
    return tuple(found.values())


def weakness_of(config: CodeConfig, *, live: int, settings: ProjectSettings) -> str:
    """Why `live` codes that look like this are easy to guess; empty if they are not, or there are none."""
    if not live:
        return ""
    return code_words.weakness(config, live=live, ignore_case=settings.case_insensitive_codes)


def easy_to_guess(weakness: str) -> Iterator[Guard]:
    if weakness:
        yield warn("codes_easy_to_guess", Part.CODES, weakness)


def _codes(proposal: Proposal, weakness: str) -> Iterator[Guard]:
    return easy_to_guess(weakness)


def _conditions(proposal: Proposal, weakness: str) -> Iterator[Guard]:
    """Of what needs no code only: a code is a condition."""
    if proposal.codes is not None or proposal.places or _asks(proposal):
        return
    if all(one.applicable_to.is_empty for one in proposal.rule_sets):
        text = "It is for every customer and every product: nothing limits who gets it for what."
        yield warn("applies_to_everything", Part.AUDIENCE, text)


def _maximum(proposal: Proposal, weakness: str) -> Iterator[Guard]:
    """Some of several units, as of "buy 2, get 1", are limited by what they are."""
    discount = proposal.discount or {}
    limits = (discount.get("amount_limit"), discount.get("aggregated_amount_limit"))
    is_limited = any(limit is not None for limit in limits)
    if discount.get("type") == DiscountType.PERCENT and not is_limited and not is_of_units(proposal):
        text = "Its percentage has no maximum: the larger the order, the more it gives."
        yield warn("percentage_without_maximum", Part.DISCOUNT, text)


def _each_customer(proposal: Proposal, weakness: str) -> Iterator[Guard]:
    """Of discounts: gift cards were paid for, and points are earned."""
    if not proposal.discount or _limits_customers(proposal):
        return
    text = "Nothing limits how often one customer gets it."
    yield warn("no_limit_per_customer", Part.LIMITS, text)


def _budget(proposal: Proposal, weakness: str) -> Iterator[Guard]:
    """Nothing is said of gift cards, which were paid for."""
    if proposal.budgets or proposal.is_card:
        return
    text = (
        "It has no budget: its uses are limited, what they cost is not."
        if _limits_uses(proposal)
        else "Nothing limits what it may cost: it has no budget and no limit of uses."
    )
    yield warn("no_budget", Part.LIMITS, text)


def _end(proposal: Proposal, weakness: str) -> Iterator[Guard]:
    if proposal.ends_at is None:
        yield warn("no_end", Part.TIME, "It has no end.")


CHECKS: Final[tuple[Check, ...]] = (_codes, _conditions, _maximum, _each_customer, _budget, _end)


def is_of_units(proposal: Proposal) -> bool:
    """Does it give some of several units, as "buy 2, get 1" does?"""
    entries = [entry for one in proposal.rule_sets for entry in one.applicable_to.included]
    return any(
        entry.skip_initially
        or entry.repeat > 1
        or entry.target is Target.UNIT
        or entry.pick is not Pick.EVERY
        or entry.quantity_limit is not None
        or entry.aggregated_quantity_limit is not None
        for entry in entries
    )


def _asks(proposal: Proposal) -> bool:
    """Is there any condition that is not just a limit?"""
    return any(
        one.bundle is not None or any(not REGISTRY[rule.name].is_counter for rule in one.rules)
        for one in proposal.rule_sets
    )


def _rules(proposal: Proposal) -> Iterator[Rule]:
    return (rule for one in proposal.rule_sets for rule in flat(one.rules))


def _limits_customers(proposal: Proposal) -> bool:
    """Unique codes with so many uses count as such: each customer has his own."""
    counts = any(REGISTRY[rule.name].is_per_customer for rule in _rules(proposal))
    pools = any(pool.per == Budget.Per.CUSTOMER for pool in proposal.budgets)
    codes = proposal.codes
    is_unique = codes is not None and codes.type == Campaign.Type.STATIC and codes.uses is not None
    return counts or pools or is_unique


def _limits_uses(proposal: Proposal) -> bool:
    codes = proposal.codes
    if codes is not None and codes.uses is not None and codes.type != Campaign.Type.AUTO_UPDATE:
        return True
    return any(REGISTRY[rule.name].is_counter for rule in _rules(proposal))
