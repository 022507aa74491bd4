"""Counters and budgets: what was used before plus this redemption. Contract: 11.2, 11.5.

The figure before comes from `Candidate.counts` under the rule's own name. One that is not there (a counter of
a customer whom nobody knows) lets the rule fail.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from engine.effects.base import DiscountType
from engine.rules.families.base import UNDECIDED, Family, Group, Kind, Scalar, Scene
from engine.rules.operators import test
from engine.rules.tree import Operator, Rule
from engine.rules.values import number

if TYPE_CHECKING:
    from engine.situation import Situation

_GIFT: Final = "redemption.gift.amount"


class Period(StrEnum):
    """Last word of a counter that begins anew; without one it counts for ever."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


LIMITS: Final = frozenset({Operator.LESS_THAN, Operator.LESS_THAN_OR_EQUAL})
"""What a session that holds capacity of the counter is not refused by."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Counter(Scalar):
    """What was used before plus `own`, what this redemption adds. Contract: sessions 10, counters 11.5."""

    own: Callable[[Scene], Any]

    def test(self, scene: Scene, rule: Rule) -> bool | None:
        value = self.read(scene, rule)
        if value is UNDECIDED:
            return None
        waived = LIMITS if value is not None and self._is_granted(scene) else frozenset()
        clock = scene.clock
        return all(
            condition.operator in waived or test(condition, value, clock) for condition in rule.conditions
        )

    def _is_granted(self, scene: Scene) -> bool:
        candidate = scene.situation.candidate
        if self.name not in candidate.granted:
            return False
        held = candidate.granted_amounts.get(self.name)
        return held is None or self.own(scene) <= held


def is_of_campaign(name: str) -> bool:
    """Do all redeemables of a campaign move this counter? The others belong to one code or tier."""
    return name.startswith("campaign.") or name == _GIFT


def added(situation: Situation, name: str) -> int:
    """What this redemption, whose result is known, adds to the counter of this name."""
    own = _OWN[name](Scene(situation=situation))
    return 0 if own is UNDECIDED else int(own)


def period_of(name: str) -> Period | None:
    """The period of a counter, by its name."""
    last = name.rpartition(".")[2]
    return next((period for period in Period if period == last), None)


def prior(scene: Scene, name: str) -> Any:
    """The figure before this redemption; None when it is not known."""
    return number(scene.situation.candidate.counts.get(name))


def _plus(own: Callable[[Scene], Any]) -> Callable[[Scene, Rule], Any]:
    def read(scene: Scene, rule: Rule) -> Any:
        before = prior(scene, rule.name)
        if before is None:
            return None
        this = own(scene)
        return UNDECIDED if this is UNDECIDED else before + this

    return read


def _one(scene: Scene) -> int:
    return 1


def _order_amount(scene: Scene) -> int:
    before = scene.situation.before
    return 0 if before is None else before.amount or 0


def _discounted(scene: Scene) -> Any:
    """Without an order nothing is taken off."""
    if scene.situation.before is None:
        return 0
    after = scene.situation.after
    return UNDECIDED if after is None else after.total_applied_discount_amount


def _credits(scene: Scene) -> Any:
    """Only gift cards pay credits; without an order's amount exactly what was asked for (contract 5.12)."""
    discount = scene.situation.candidate.discount
    if discount is None or discount.type is not DiscountType.GIFT:
        return 0
    before = scene.situation.before
    if before is not None and before.amount is not None:
        return _discounted(scene)
    asked = scene.situation.candidate.credits
    return 0 if asked is None else asked.requested or 0


_COUNTER_FACTS: Final = {
    "redemption.count.per_api_key": frozenset({"call.api_key"}),
    "redemption.count.per_user": frozenset({"call.user_login"}),
}


def _counter(name: str, title: str, *, is_per_customer: bool = False) -> Counter:
    return Counter(
        name=name,
        title=title,
        kind=Kind.COUNT,
        group=Group.REDEMPTION,
        read=_plus(_one),
        own=_one,
        facts=_COUNTER_FACTS.get(name, frozenset({"customer"}) if is_per_customer else frozenset()),
        is_counter=True,
        is_per_customer=is_per_customer,
    )


def _periods(name: str, title: str, *, is_per_customer: bool = False) -> tuple[Counter, ...]:
    words = {Period.DAILY: "today", Period.WEEKLY: "this week", Period.MONTHLY: "this month"}
    return tuple(
        _counter(f"{name}.{period}", f"{title} {words[period]}", is_per_customer=is_per_customer)
        for period in Period
    )


def _budget(name: str, title: str, own: Callable[[Scene], Any], *, is_about_result: bool) -> Counter:
    return Counter(
        name=name,
        title=title,
        kind=Kind.MONEY,
        group=Group.REDEMPTION,
        read=_plus(own),
        own=own,
        facts=frozenset({"order"}),
        is_counter=True,
        is_about_result=is_about_result,
    )


_COUNTERS: Final = (
    _counter("campaign.redemptions.count", "redemptions of the campaign"),
    *_periods("campaign.redemptions.count", "redemptions of the campaign"),
    _counter(
        "campaign.redemptions.customers_count",
        "the customer's redemptions in the campaign",
        is_per_customer=True,
    ),
    *_periods(
        "campaign.redemptions.customers_count",
        "the customer's redemptions in the campaign",
        is_per_customer=True,
    ),
    *_periods("redemption.count", "redemptions"),
    _counter("redemption.count.per_customer", "the customer's redemptions", is_per_customer=True),
    *_periods("redemption.count.per_customer", "the customer's redemptions", is_per_customer=True),
    _counter("redemption.count.per_api_key", "redemptions with this API key"),
    _counter("redemption.count.per_user", "redemptions by this user"),
    _budget("campaign.orders.amount", "order amounts of the campaign", _order_amount, is_about_result=False),
    _budget(
        "campaign.orders.amount_discounted",
        "discounts given by the campaign",
        _discounted,
        is_about_result=True,
    ),
    _budget(_GIFT, "credits redeemed in the campaign", _credits, is_about_result=True),
)
FAMILIES: Final[tuple[Family, ...]] = _COUNTERS
_OWN: Final = {counter.name: counter.own for counter in _COUNTERS}
