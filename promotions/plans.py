"""What somebody plans: a whole promotion as one value, before anything of it is written, or as it is stored.

The wizard compiles its answers to it, previews are made of it, one service makes it or changes a campaign to
be it. Nothing here asks the database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from promotions.models import Budget, Campaign

type Wire = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class CodePlan:
    """The codes that a campaign gets. `code` is the one code of type STANDALONE, `count` how many others.

    `config` is in wire form. `uses`: how often each may be used; None: without limit.
    """

    type: str = Campaign.Type.STATIC.value
    count: int = 0
    code: str = ""
    config: Wire = field(default_factory=dict)
    uses: int | None = None
    join_once: bool = False


@dataclass(frozen=True, kw_only=True)
class TierPlan:
    """One tier, first ones are offered first. `conditions`: a rule of its own, beside that of the campaign.

    `id` is the wire id of the tier that is there already; "": a new one.
    """

    name: str
    discount: Wire
    banner: str = ""
    conditions: Wire = field(default_factory=dict)
    id: str = ""


@dataclass(frozen=True, kw_only=True)
class BudgetWish:
    """What may be spent. `limit`: minor units, or a number, as `measure` says. `id` "": a new budget.

    A new one is named after its campaign.
    """

    limit: int
    measure: str = Budget.Measure.DISCOUNT.value
    period: str = Budget.Period.EVER.value
    policy: str = Budget.Policy.REFUSE.value
    per: str = Budget.Per.TOTAL.value
    id: str = ""


@dataclass(frozen=True, kw_only=True)
class PromotionPlan:
    """A campaign with all that belongs to it. Values are as on the wire and in the columns of their models.

    `kind` is a `Campaign.CampaignType`. Codes have `discount` or `gift`; an automatic promotion has `tiers`,
    each with its discount. `conditions` is the rule of the campaign, which all of its tiers and codes obey:
    {"rules", "applicable_to", "bundle_rules"}; {}: for everybody and every order. `places` are words of
    `core.places`; none: everywhere. `category` is a wire id, "" none.
    """

    kind: str
    name: str
    description: str = ""
    category: str = ""
    discount: Wire | None = None
    gift: Wire | None = None
    tiers: tuple[TierPlan, ...] = ()
    conditions: Wire = field(default_factory=dict)
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    timeframe_interval: str = ""
    timeframe_duration: str = ""
    days_of_week: tuple[int, ...] | None = None
    validity_hours: Wire | None = None
    places: tuple[str, ...] = ()
    codes: CodePlan | None = None
    budget: BudgetWish | None = None
    return_policy: str = Campaign.ReturnPolicy.KEEP.value
    protected: bool = False
    metadata: Wire = field(default_factory=dict)

    @property
    def is_automatic(self) -> bool:
        """Applied without a code."""
        return self.kind == Campaign.CampaignType.PROMOTION
