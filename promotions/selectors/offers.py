"""A row of the catalogue as an offer: what filters ask about it, its place in lists, what the engine sees.

Rows are model instances or named tuples of the same columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from core.exact import exact
from engine import Candidate, RedeemableObject, Uses, Validity, effects
from engine import Category as EngineCategory
from engine.rules import Group, RuleSet, names
from engine.rules.logic import named
from promotions import engine_input, gifts
from promotions.models import Campaign, Voucher

OWNER: Final = "OWNER"
"""Wire value of `holder_role`: the customer to whom a code was published."""

VOUCHER: Final = RedeemableObject.VOUCHER.value
PROMOTION_TIER: Final = RedeemableObject.PROMOTION_TIER.value
CAMPAIGN: Final = "campaign"
STACK: Final = "promotion_stack"
_CODES: Final = {VOUCHER: 0, PROMOTION_TIER: 1, CAMPAIGN: 2, STACK: 3}

_CUSTOMER_RULES: Final = names(Group.CUSTOMER)
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
TIE_BITS: Final = 22
_PK_MASK: Final = (1 << TIE_BITS - 2) - 1


def key_of(kind: str, pk: int) -> int:
    """One number for a row of any kind."""
    return pk << 2 | _CODES[kind]


def rank_of(kind: str, pk: int, created_at: datetime) -> int:
    """Newer rows have the higher rank; within a millisecond, which is all the wire can tell, the later key.

    No two rows have the same, so that a page can end anywhere.
    """
    return milliseconds(created_at) << TIE_BITS | (pk & _PK_MASK) << 2 | _CODES[kind]


def milliseconds(instant: datetime) -> int:
    """Whole milliseconds since the year 2000."""
    return (instant - _EPOCH) // _MILLISECOND


@dataclass(frozen=True, kw_only=True, slots=True)
class Parent:
    """What rows inherit from their campaign."""

    public_id: str
    campaign_type: str
    is_active: bool
    places: tuple[str, ...]
    validity: Validity
    discount: Mapping[str, Any] | None
    category: EngineCategory | None
    rules: tuple[RuleSet, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """`code` and `voucher_type` are empty where a kind has none. `asks_customer`: a rule asks who buys."""

    kind: str
    pk: int
    public_id: str
    created_at: datetime
    parent: Parent | None
    category_id: str | None
    code: str = ""
    voucher_type: str = ""
    asks_customer: bool = False
    holder_role: str = ""

    @property
    def key(self) -> int:
        return key_of(self.kind, self.pk)

    @property
    def rank(self) -> int:
        return rank_of(self.kind, self.pk, self.created_at)

    def record(self) -> dict[str, str | None]:
        """Under the wire names of filters."""
        return {
            "category_id": self.category_id,
            "campaign_id": self.parent.public_id if self.parent else None,
            "campaign_type": self.parent.campaign_type if self.parent else None,
            "resource_id": self.public_id,
            "resource_type": self.kind,
            "voucher_type": self.voucher_type or None,
            "code": self.code or None,
            "holder_role": self.holder_role or None,
        }


type Described = tuple[Offer, Candidate]


def parent(row: Campaign, category: EngineCategory | None, rules: tuple[RuleSet, ...]) -> Parent:
    return Parent(
        public_id=row.public_id,
        campaign_type=row.campaign_type,
        is_active=row.is_active,
        places=tuple(row.places),
        validity=engine_input.validity(row, activity_duration=row.activity_duration_after_publishing),
        discount=gifts.effect_of_campaign(row),
        category=category,
        rules=rules,
    )


def voucher(
    row: Any, above: Parent | None, category: EngineCategory | None, rules: tuple[RuleSet, ...]
) -> Described:
    """`category` and `rules` are its own."""
    category = category or (above.category if above else None)
    rules = (*rules, *(above.rules if above else ()))
    candidate = Candidate(
        key=row.code,
        object=RedeemableObject.VOUCHER,
        label=row.code,
        is_active=row.is_active,
        is_campaign_active=above is None or above.is_active,
        validity=engine_input.validity(row),
        campaign_validity=above.validity if above else None,
        published_at=row.published_at,
        publish_count=row.publish_count,
        uses=Uses(quantity=row.redemption_quantity, used=row.redeemed_quantity),
        discount=effects.parse(gifts.effect_of(row, above.discount if above else None)),
        category=category,
        rules=rules,
        metadata=exact(row.metadata),
        campaign_id=above.public_id if above else None,
        credits=gifts.credits_of(row),
    )
    offer = _offer(VOUCHER, row, above, candidate, code=row.code, voucher_type=row.type)
    return offer, candidate


def tier(row: Any, above: Parent, category: EngineCategory | None, rules: tuple[RuleSet, ...]) -> Described:
    """`category` and `rules` are its own."""
    category = category or above.category
    rules = (*rules, *above.rules)
    candidate = Candidate(
        key=row.public_id,
        object=RedeemableObject.PROMOTION_TIER,
        label=row.name,
        is_active=row.is_active,
        is_campaign_active=above.is_active,
        validity=engine_input.validity(row),
        campaign_validity=above.validity,
        discount=effects.parse(row.discount),
        category=category,
        rules=rules,
        metadata=exact(row.metadata),
        campaign_id=above.public_id,
    )
    return _offer(PROMOTION_TIER, row, above, candidate), candidate


def campaign(row: Campaign, itself: Parent) -> Described:
    """A campaign stands for one of its codes that nobody has yet."""
    candidate = Candidate(
        key=row.public_id,
        object=RedeemableObject.VOUCHER,
        label=row.name,
        is_active=row.is_active,
        is_campaign_active=row.is_active,
        campaign_validity=itself.validity,
        discount=effects.parse(itself.discount or {}),
        category=itself.category,
        rules=itself.rules,
        metadata=exact(row.metadata),
        campaign_id=row.public_id,
        credits=gifts.credits_of_campaign(row),
    )
    kind_of_codes = Voucher.Type.GIFT_VOUCHER if row.gift else Voucher.Type.DISCOUNT_VOUCHER
    return _offer(CAMPAIGN, row, itself, candidate, voucher_type=kind_of_codes), candidate


def _offer(
    kind: str,
    row: Any,
    above: Parent | None,
    candidate: Candidate,
    *,
    code: str = "",
    voucher_type: str = "",
) -> Offer:
    return Offer(
        kind=kind,
        pk=row.pk,
        public_id=row.public_id,
        created_at=row.created_at,
        parent=above,
        category_id=candidate.category.id if candidate.category else None,
        code=code,
        voucher_type=str(voucher_type),
        asks_customer=any(asks_customer(rules) for rules in candidate.rules),
        # Rows of the index have no holder, so they do not read the column.
        holder_role=OWNER if getattr(row, "holder_id", None) is not None else "",
    )


def asks_customer(rules: RuleSet) -> bool:
    """Does one of its rules, as far as its logic names them, ask who buys?"""
    taking_part = named(rules.logic, {rule.key: rule for rule in rules.rules})
    return any(rule.name in _CUSTOMER_RULES for rule in taking_part)
