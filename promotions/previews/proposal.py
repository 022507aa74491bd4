"""What is previewed: the terms of one discount, whether they are stored, drafted or only typed.

Nothing here is ever saved. The rows that production code wants to see have keys that no stored row has, so
that whoever looks for their rules, counters and budgets finds none: everything is as if nothing was used yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any, Final

from core.exact import exact
from engine import RedeemableObject, effects, rules
from engine.effects import Effect
from engine.rules import RuleSet
from promotions.models import Budget, Campaign, Category, PromotionTier, Voucher
from promotions.redeemables import Found, Requested, kind_of
from promotions.selectors.budgets_in_force import InForce

NOT_STORED: Final = -1
"""The primary key of rows that are only thought of."""
CAMPAIGN_ID: Final = "camp_preview"
_TIER_ID: Final = "promo_preview"
_CODE: Final = "PREVIEW"


@dataclass(frozen=True, kw_only=True)
class Pool:
    """One budget, with the choices of `promotions.models.Budget`. `limit`: minor units, or a number."""

    name: str
    limit: int
    measure: str = Budget.Measure.DISCOUNT.value
    period: str = Budget.Period.EVER.value
    per: str = Budget.Per.TOTAL.value
    customer_key: str = Budget.CustomerKey.ID.value
    field: str = ""
    policy: str = Budget.Policy.REFUSE.value
    channels: tuple[str, ...] = ()
    stores: tuple[str, ...] = ()

    def in_force(self, number: int) -> InForce:
        """As decisions see it. `number` tells the budgets of one proposal apart."""
        return InForce(
            id=-number,
            public_id=f"budg_preview{number}",
            name=self.name,
            measure=self.measure,
            limit=self.limit,
            period=self.period,
            per=self.per,
            customer_key=self.customer_key,
            field=self.field,
            policy=self.policy,
            channels=list(self.channels),
            stores=list(self.stores),
            thresholds=[],
            version_id=None,
            campaigns=(NOT_STORED,),
        )


@dataclass(frozen=True, kw_only=True)
class Codes:
    """The codes that go with it. `count` are unique ones, `code` is the one that everybody uses."""

    type: str = Campaign.Type.STATIC.value
    count: int = 0
    code: str = ""
    config: Mapping[str, Any] = field(default_factory=dict)
    uses: int | None = None
    """How often each may be used; None: no limit."""


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """`discount` and `gift` are in wire form, one of them is needed. `rules` are validation rules in wire
    form (`rules`, `applicable_to`, `bundle_rules`), the tier's or code's own before the campaign's.

    Time limits are as on `TimeLimited`, `places` words of `core.places`. `codes` None: it needs none.
    `campaign` is the name of the campaign, `campaign_id` its wire id if it is stored; `is_running`: it was
    launched, so that its start may lie behind.
    """

    name: str
    discount: Mapping[str, Any] | None = None
    gift: Mapping[str, Any] | None = None
    rules: tuple[Mapping[str, Any], ...] = ()
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    timeframe_interval: str = ""
    timeframe_duration: str = ""
    days_of_week: tuple[int, ...] | None = None
    validity_hours: Mapping[str, Any] | None = None
    places: tuple[str, ...] = ()
    category: Category | None = None
    codes: Codes | None = None
    budgets: tuple[Pool, ...] = ()
    campaign: str = ""
    campaign_id: str = ""
    is_running: bool = False

    @cached_property
    def rule_sets(self) -> tuple[RuleSet, ...]:
        """:raises RuleSyntaxError: the engine cannot read one."""
        return tuple(
            rules.parse({"id": f"val_preview{number}", "name": self.name, **exact(wire)})
            for number, wire in enumerate(self.rules, start=1)
        )

    @cached_property
    def effect(self) -> Effect:
        """What it does to an order.

        :raises DiscountError: the engine cannot calculate it, or there is none.
        :raises RuleSyntaxError: as `rule_sets`.
        """
        targets_items = any(not one.applicable_to.is_empty for one in self.rule_sets)
        if self.gift is not None:
            return effects.parse({"type": "GIFT", "effect": self.gift.get("effect") or "APPLY_TO_ORDER"})
        return effects.parse(exact(self.discount or {}), targets_items=targets_items)

    @property
    def is_card(self) -> bool:
        return self.gift is not None

    def pools(self) -> tuple[InForce, ...]:
        return tuple(one.in_force(number) for number, one in enumerate(self.budgets, start=1))

    def found(self) -> Found:
        """As whoever decides finds a code or tier, with its rules.

        :raises DiscountError, RuleSyntaxError: as `effect`.
        """
        campaign = self._campaign()
        row = self._tier(campaign) if self.codes is None else self._code(campaign)
        kind = RedeemableObject.PROMOTION_TIER if self.codes is None else RedeemableObject.VOUCHER
        name = row.public_id if isinstance(row, PromotionTier) else row.code
        found = kind_of(kind.value).describe(Requested(object=kind.value, id=name), row)
        candidate = replace(found.candidate, label=self.name, rules=self.rule_sets)
        return replace(found, candidate=candidate)

    def _campaign(self) -> Campaign:
        kinds = Campaign.CampaignType
        of_codes = kinds.GIFT_VOUCHERS if self.is_card else kinds.DISCOUNT_COUPONS
        return Campaign(
            pk=NOT_STORED,
            public_id=CAMPAIGN_ID,
            name=self.campaign or self.name,
            campaign_type=kinds.PROMOTION if self.codes is None else of_codes,
            type=Campaign.Type.STATIC if self.codes is None else self.codes.type,
            category=self.category,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            timeframe_interval=self.timeframe_interval,
            timeframe_duration=self.timeframe_duration,
            days_of_week=list(self.days_of_week) if self.days_of_week else None,
            validity_hours=self.validity_hours,
            places=list(self.places),
        )

    def _tier(self, campaign: Campaign) -> PromotionTier:
        wire = effects.to_wire(self.effect)
        return PromotionTier(
            pk=NOT_STORED, public_id=_TIER_ID, campaign=campaign, name=self.name, discount=wire
        )

    def _code(self, campaign: Campaign) -> Voucher:
        codes = self.codes or Codes()
        code = codes.code or _CODE
        row = Voucher(
            pk=NOT_STORED, code=code, code_key=code, campaign=campaign, redemption_quantity=codes.uses
        )
        if self.gift is None:
            row.discount = effects.to_wire(self.effect)
            return row
        row.type = Voucher.Type.GIFT_VOUCHER
        row.gift_effect = self.gift.get("effect") or Voucher.GiftEffect.APPLY_TO_ORDER
        row.gift_amount = row.gift_balance = int(self.gift.get("amount") or 0)
        return row
