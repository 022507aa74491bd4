"""All that a decision may look at: basket, customer, candidates, stacking rules, time zone, `now`.

A snapshot is complete: `evaluate` reads nothing else, so a stored snapshot always gives the same outcome.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from engine import effects
from engine.basket import Basket
from engine.budgets import Budget
from engine.codec import DECODER, Data, JsonObject
from engine.reasons import Reason
from engine.rules import parse as parse_rules
from engine.rules.tree import RuleSet
from engine.stacking_rules import Category, StackingRules, Strategy
from engine.stops import ArticleStop
from engine.validity import Validity


class RedeemableObject(StrEnum):
    """Wire values of `redeemables[].object`; a promotion stack arrives as its tiers."""

    VOUCHER = "voucher"
    PROMOTION_TIER = "promotion_tier"


@dataclass(frozen=True, kw_only=True, slots=True)
class Customer(Data):
    """Who buys. `segments` and `loyalty_tiers` hold the ids of those that somebody asks for."""

    id: str | None = None
    source_id: str | None = None
    metadata: JsonObject = field(default_factory=dict)
    segments: tuple[str, ...] = ()
    loyalty_tiers: tuple[str, ...] = ()
    birth_date: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Call(Data):
    """What the request itself says: which key or person asks, and the redemption's metadata.

    `points_used` is what the customer pays in points for a reward.
    """

    api_key: str | None = None
    user_login: str | None = None
    channel: str | None = None
    metadata: JsonObject = field(default_factory=dict)
    points_used: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Credits(Data):
    """Gift credits or loyalty points of a card. `requested` None = as much as is useful.

    `held` = locked by other sessions; what can be spent is `balance - held`.
    """

    balance: int
    held: int = 0
    requested: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Article(Data):
    """A product or SKU that a discount may add to the order. `price` in minor units, None = not priced."""

    id: str
    product_id: str | None = None
    sku_id: str | None = None
    source_id: str | None = None
    product_source_id: str | None = None
    sku_source_id: str | None = None
    name: str = ""
    price: int | None = None
    collections: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Uses(Data):
    """Redemption limit of a voucher. `held` = locks of other sessions; `quantity` None = unlimited.

    `granted`: this session holds a use, so that there is always one left for it.
    """

    quantity: int | None = None
    used: int = 0
    held: int = 0
    granted: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate(Data):
    """One redeemable of the request, with its own facts and those of its campaign.

    `key` is what the client sent, unique within the request. `label` is what people call it (code, tier
    name), for texts; empty = the key. `campaign_validity` is None without a campaign; own fields beat it.
    `discount` is a parsed effect (`effects.parse(wire)`). A candidate that was refused before it came here
    (unknown code) has a `reason` instead, and becomes INAPPLICABLE in its place of the pipeline.

    `rules` are its validation rules, its own before its campaign's; the first one that targets items is the
    one whose `applicable_to` an item discount reads. `counts` are the counters before this redemption, by the
    name of the rule that reads them ("redemption.count.per_customer": 3); one that needs a customer is left
    out when nobody is known. `unit_counts` are discounted units so far, by "<limit>:<entry id>" or, for
    limits of single products of a collection, "<limit>:<entry id>:<product or SKU id>". Candidates with the
    same `campaign_id` share the counters of the campaign: each finds there what those before it used as well.

    `granted` names counters (of rules and of units) of which the session that asks already holds capacity:
    their limits do not refuse, whatever the counter says. `granted_amounts` says of how much, where that is
    known: more is judged as if nothing were held. What is held so never stands in `counts`, `unit_counts`.

    `budgets` are all that the redemption draws on; several candidates may draw on the same one.

    :raises ValueError: neither `discount` nor `reason`, or a naive `published_at`.
    """

    key: str
    object: RedeemableObject = RedeemableObject.VOUCHER
    label: str = ""
    reason: Reason | None = None
    is_active: bool = True
    is_campaign_active: bool = True
    validity: Validity = field(default_factory=Validity)
    campaign_validity: Validity | None = None
    published_at: datetime | None = None
    uses: Uses = field(default_factory=Uses)
    discount: effects.Effect | None = field(default=None, metadata={DECODER: effects.parse})
    category: Category | None = None
    rules: tuple[RuleSet, ...] = field(default=(), metadata={DECODER: parse_rules})
    metadata: JsonObject = field(default_factory=dict)
    publication_metadata: JsonObject = field(default_factory=dict)
    publish_count: int = 0
    campaign_id: str | None = None
    counts: JsonObject = field(default_factory=dict)
    unit_counts: JsonObject = field(default_factory=dict)
    granted: frozenset[str] = frozenset()
    granted_amounts: JsonObject = field(default_factory=dict)
    budgets: tuple[Budget, ...] = ()
    credits: Credits | None = None
    is_held_by_customer: bool | None = None
    is_referrer: bool = False

    def __post_init__(self) -> None:
        if self.discount is None and self.reason is None:
            raise ValueError(f"candidate {self.key!r} has neither a discount nor a reason why it is refused")
        if self.published_at is not None and self.published_at.tzinfo is None:
            raise ValueError("instants carry their UTC offset")


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot(Data):
    """`candidates` stand in requested order; promotion stacks are replaced by their tiers in stored order.

    `basket` None = no order was sent. `time_zone` is the IANA name of where the request is, `now` any aware
    instant. `dates_zone` is where start and end dates were written, if that is another zone: they mean the
    same time of day here. `place` is what people call a store with a time of its own. `articles` are those
    that a discount of any candidate may add, by the id that the discount names. `stops` are the articles that
    no discount may touch.

    :raises ValueError: naive `now`, unknown time zone, or two candidates with the same key and object.
    """

    now: datetime
    time_zone: str = "UTC"
    dates_zone: str = ""
    place: str = ""
    basket: Basket | None = None
    customer: Customer | None = None
    candidates: tuple[Candidate, ...] = ()
    stacking_rules: StackingRules = field(default_factory=StackingRules)
    call: Call = field(default_factory=Call)
    articles: tuple[Article, ...] = ()
    strategy: Strategy = Strategy.REQUESTED
    stops: tuple[ArticleStop, ...] = ()

    def __post_init__(self) -> None:
        if self.now.tzinfo is None:
            raise ValueError("now carries its UTC offset")
        names = {(candidate.object, candidate.key) for candidate in self.candidates}
        if len(names) != len(self.candidates):
            raise ValueError("a redeemable stands twice in the snapshot")
        for name in (self.time_zone, self.dates_zone or self.time_zone):
            try:
                ZoneInfo(name)
            except (KeyError, OSError) as error:
                raise ValueError(f"{name!r} is not a time zone") from error

    @property
    def written_in(self) -> ZoneInfo:
        """The zone of start and end dates."""
        return ZoneInfo(self.dates_zone or self.time_zone)
