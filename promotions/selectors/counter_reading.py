"""Which counters a request asks for, and reading them without leaving a trace.

Redemptions read them in another way (`promotions.services.counting`): they make those that are missing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final, Protocol

from commerce.models import Customer
from core.models import ProjectSettings
from engine import Article, Basket, rules
from engine.rules import Needs
from engine.unit_limits import article_of, counter
from promotions.channels import channel_of
from promotions.models import Counter, PromotionTier, Voucher
from promotions.redeemables import Found
from promotions.selectors import recounting, tallies
from promotions.selectors.budgets_in_force import InForce, Shopper
from promotions.selectors.tallies import Counted, Place, Subjects, Tally

if TYPE_CHECKING:
    from promotions.selectors.snapshots import Asking


_IDENTITIES: Final = ("id", "source_id", "email")
type ByName = Mapping[str, Tally]
"""The counters of one candidate, by what its rules and limits call them."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """The counters that a request's rules and budgets ask for.

    `of_rules` goes by (object, id) of the redeemable, `of_budgets` by the budget's primary key; a budget that
    counts customers and meets none is None there. `customer` is whom some of the counters are about.
    """

    found: Sequence[Found]
    of_rules: Mapping[tuple[str, str], ByName]
    budgets: Sequence[InForce]
    of_budgets: Mapping[int, Tally | None]
    subjects: Subjects
    periods: Mapping[str, str]
    customer: Customer | None
    settings: ProjectSettings
    session_key: str
    now: datetime

    @property
    def tallies(self) -> frozenset[Tally]:
        named = (tally for names in self.of_rules.values() for tally in names.values())
        return frozenset([*named, *(tally for tally in self.of_budgets.values() if tally is not None)])


class CounterReader(Protocol):
    """Reads the counters of a request before it is decided."""

    def read(self, wanted: Wanted) -> Mapping[Tally, Counted]:
        """Each wanted counter as it stands."""


class Looking:
    """Counters that are not there yet are added up from the rows, and nothing is written."""

    def read(self, wanted: Wanted) -> Mapping[Tally, Counted]:
        found = stored(wanted)
        missing = wanted.tallies - found.keys()
        if missing:
            known = [tally for tally in missing if tally.subject != tallies.NEW_CUSTOMER]
            counted = dict.fromkeys(missing, 0) | recounting.recount(known, wanted.settings)
            found |= {tally: Counted(id=0, value=value) for tally, value in counted.items()}
        return found


def wanted_by(
    found: Sequence[Found],
    needs: Needs,
    asking: Asking,
    basket: Basket | None,
    added: Sequence[Article],
    *,
    budgets: Sequence[InForce] = (),
) -> Wanted:
    """What these redeemables ask for: of the counters that `needs` names, and of their campaigns' budgets."""
    order_metadata = asking.order.metadata if asking.order is not None else {}
    shopper = Shopper(
        actor=asking.actor,
        customer=asking.customer,
        payload=asking.payload or {},
        metadata=[asking.metadata, order_metadata],
    )
    budgets = [one for one in budgets if one.counts(shopper)]
    subjects = Subjects.of(
        customer_id=asking.customer.pk if asking.customer is not None else None, **channel_of(asking.actor)
    )
    if asking.customer is None and any((asking.payload or {}).get(name) for name in _IDENTITIES):
        subjects = replace(subjects, customer=tallies.NEW_CUSTOMER)
    periods = tallies.periods(asking.settings, asking.now)
    with_units = "candidate.unit_counts" in needs.facts
    articles = _articles(basket, added) if with_units else frozenset[str]()
    of_rules: dict[tuple[str, str], ByName] = {}
    if needs.counts or with_units:
        for entry in found:
            place = place_of(entry)
            if place is not None:
                names = _names(entry, needs, articles)
                of_rules[entry.requested.object, entry.requested.id] = {
                    name: tally
                    for name in names
                    if (tally := tallies.tally_of(name, place, subjects, periods)) is not None
                }
    return Wanted(
        found=found,
        of_rules=of_rules,
        budgets=budgets,
        of_budgets={budget.id: budget.tally(shopper, subjects.customer, periods) for budget in budgets},
        subjects=subjects,
        periods=periods,
        customer=asking.customer,
        settings=asking.settings,
        session_key=asking.session_key,
        now=asking.now,
    )


def stored(wanted: Wanted) -> dict[Tally, Counted]:
    """Those of the wanted counters that exist, and the uses of a known customer that have none yet.

    One query, none when nothing is wanted.
    """
    customer_id = wanted.customer.pk if wanted.customer is not None else None
    starts = tallies.period_starts(wanted.settings, wanted.now)
    return tallies.load(
        wanted.tallies, customer_id=customer_id, starts=starts, session_key=wanted.session_key, now=wanted.now
    )


def place_of(entry: Found) -> Place | None:
    """Where the counters of a redeemable are; None for one that is not there."""
    campaign_id = entry.campaign.pk if entry.campaign is not None else None
    if isinstance(entry.row, Voucher):
        return Place(own=Counter.Scope.VOUCHER, own_id=entry.row.pk, campaign_id=campaign_id)
    if isinstance(entry.row, PromotionTier):
        return Place(own=Counter.Scope.TIER, own_id=entry.row.pk, campaign_id=campaign_id)
    return None


def _names(entry: Found, needs: Needs, articles: Collection[str]) -> set[str]:
    names = set[str]()
    for rule in entry.candidate.rules:
        names |= rules.needs(rule).counts & needs.counts
        for target in rule.applicable_to.included:
            names |= {
                counter(one.limit, target, article) for one in target.unit_limits for article in articles
            }
    return names


def _articles(basket: Basket | None, added: Sequence[Article]) -> frozenset[str]:
    """Ids by which units are counted, of the lines and of what discounts may add."""
    mine = {article_of(line) for line in basket.lines} if basket is not None else set()
    return frozenset(mine | {one.product_id or one.sku_id or one.id for one in added})
