"""Random promotions about the data that is there, made through the services of the API."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import cycle
from random import Random
from typing import Any, Final

from commerce.models import Customer
from core.actors import Actor
from demo_store.qualifying.conditions import Wire, condition
from demo_store.qualifying.discounts import bundle, discount, kinds, targets
from demo_store.qualifying.stock import Stock
from promotions.models import Campaign
from promotions.services import campaigns, publications, stacks, tiers, validation_rules, vouchers
from promotions.services.campaigns import CampaignSpec
from promotions.services.publication_specs import PublicationSpec
from promotions.services.stacks import StackSpec
from promotions.services.tiers import TierSpec
from promotions.services.vouchers import VoucherSpec

_TIERS_OF_ONE: Final = 20
_STACKS_OF_ONE: Final = 4
_LOGIC: Final = {
    1: ("", "1"),
    2: ("", "1 and 2", "1 or 2"),
    3: ("", "1 and 2 and 3", "1 and (2 or 3)", "1 or (2 and 3)"),
    4: ("", "1 and 2 and 3 and 4", "(1 or 2) and (3 or 4)", "1 and (2 or 3 or 4)"),
}


@dataclass(kw_only=True)
class Made:
    """How many there are of each kind of redeemable, and how many rules were made."""

    redeemables: Counter[str] = field(default_factory=Counter)
    rules: int = 0


def make(*, count: int, random: Random, stock: Stock, actor: Actor, now: datetime) -> Made:
    """`count` redeemables, and stacks of some of the tiers. The caller owns the transaction.

    The first five are one of each kind; later six of ten are tiers, the others codes: of nobody, the only
    one of a campaign, of a pool (which is offered as a campaign), or published to a customer.
    """
    maker = _Maker(random, stock, actor, now)
    for number in range(count):
        maker.add(number)
    maker.stack()
    return maker.made


class _Maker:
    """Every type of discount comes in turn; each redeemable is a little older or as old as the one before."""

    def __init__(self, random: Random, stock: Stock, actor: Actor, now: datetime) -> None:
        self.made = Made()
        self._random = random
        self._stock = stock
        self._actor = actor
        self._at = now
        self._discounts = cycle(random.sample(kinds(), len(kinds())))
        self._promotions: list[tuple[Campaign, list[str]]] = []

    def add(self, number: int) -> None:
        self._at -= timedelta(seconds=self._random.choice((0, 0, 1, 3600)))
        ways = (self._tier, self._code, self._only_code, self._pool, self._held_code)
        any_way = self._random.choices(ways, (60, 25, 5, 5, 5))[0]
        adding = ways[number] if number < len(ways) else any_way
        adding(f"{number:05}")

    def stack(self) -> None:
        """One to three tiers of a promotion together, several times in each."""
        for campaign, ids in self._promotions * _STACKS_OF_ONE:
            chosen = self._random.sample(ids, min(len(ids), self._random.choice((1, 2, 2, 3))))
            spec = StackSpec(values={"name": "Together"}, tier_ids=chosen)
            stacks.create(campaign_id=campaign.pk, spec=spec, actor=self._actor, now=self._at)
            self.made.redeemables["stacks"] += 1

    def _tier(self, name: str) -> None:
        if not self._promotions or len(self._promotions[-1][1]) >= _TIERS_OF_ONE:
            self._promotions.append((self._promotion(name), []))
        campaign, ids = self._promotions[-1]
        values = {**self._limits(), **self._values(), "name": f"Tier {name}"}
        spec = TierSpec(values=values, metadata=self._metadata(), rules=self._rules(0.85))
        tier = tiers.create(campaign_id=campaign.pk, spec=spec, actor=self._actor, now=self._at)
        ids.append(tier.public_id)
        if self._random.random() < 0.03:
            tiers.set_active(tier_id=tier.pk, is_active=False, actor=self._actor, now=self._at)
        self.made.redeemables["tiers"] += 1

    def _promotion(self, name: str) -> Campaign:
        spec = CampaignSpec(
            kind=Campaign.CampaignType.PROMOTION.value,
            values={"name": f"Promotion {name}"},
            rules=self._rules(0.2),
        )
        return campaigns.create(spec=spec, actor=self._actor, now=self._at)

    def _code(self, name: str) -> None:
        values = {**self._limits(), **self._values(), "redemption_quantity": self._random.choice((None, 1))}
        metadata = self._metadata()
        spec = VoucherSpec(code=f"CHECK-{name}", values=values, metadata=metadata, rules=self._rules(0.85))
        voucher = vouchers.create(spec=spec, actor=self._actor, now=self._at)
        if self._random.random() < 0.05:
            vouchers.set_active(voucher_id=voucher.pk, is_active=False, actor=self._actor, now=self._at)
        self.made.redeemables["codes"] += 1

    def _only_code(self, name: str) -> None:
        values = {**self._limits(), **self._values(), "type": Campaign.Type.STANDALONE, "name": f"One {name}"}
        spec = CampaignSpec(
            kind=Campaign.CampaignType.DISCOUNT_COUPONS.value,
            code=f"ONLY-{name}",
            values=values,
            rules=self._rules(0.8),
        )
        campaigns.create(spec=spec, actor=self._actor, now=self._at)
        self.made.redeemables["only codes of campaigns"] += 1

    def _pool(self, name: str, codes: int = 0) -> Campaign:
        spec = CampaignSpec(
            kind=Campaign.CampaignType.DISCOUNT_COUPONS.value,
            vouchers_count=codes,
            values={**self._limits(), **self._values(), "name": f"Pool {name}"},
            rules=self._rules(0.8),
        )
        self.made.redeemables["campaigns of codes"] += 1
        return campaigns.create(spec=spec, actor=self._actor, now=self._at)

    def _held_code(self, name: str) -> None:
        """Codes that were published to many customers: while the campaign ran, where it is over."""
        campaign = self._pool(name)
        is_over = campaign.ends_at is not None and campaign.ends_at <= self._at
        published_at = campaign.starts_at if is_over and campaign.starts_at is not None else self._at
        chosen = self._random.sample(self._stock.customers, self._holders())
        wire_ids = dict(Customer.objects.filter(pk__in=chosen).values_list("pk", "public_id"))
        for place, customer in enumerate(chosen):
            spec = VoucherSpec(code=f"MINE-{name}-{place}", rules=self._rules(0.2))
            voucher = vouchers.create(spec=spec, campaign=campaign, actor=self._actor, now=self._at)
            given = PublicationSpec(customer={"id": wire_ids[customer]}, voucher=voucher.code)
            publications.publish(spec=given, actor=self._actor, now=published_at)
            self.made.redeemables["codes in wallets"] += 1

    def _holders(self) -> int:
        return min(len(self._stock.customers), 10)

    def _metadata(self) -> dict[str, Any]:
        return {"worth": self._random.randrange(1, 20)} if self._random.random() < 0.5 else {}

    def _values(self) -> Wire:
        return {"discount": discount(self._random, self._stock, next(self._discounts))}

    def _rules(self, chance: float) -> tuple[str, ...]:
        random, stock = self._random, self._stock
        if random.random() >= chance:
            return ()
        count = random.randrange(1, 5)
        rules: Wire = {str(number): condition(random, stock) for number in range(1, count + 1)}
        values: Wire = {
            "name": f"Check {self.made.rules}",
            "rules": {**rules, "logic": random.choice(_LOGIC[count])},
        }
        if random.random() < 0.6:
            values["applicable_to"] = targets(random, stock)
        if random.random() < 0.03:
            values["bundle_rules"] = bundle(random, stock)
        rule = validation_rules.create(values=values, actor=self._actor, now=self._at)
        self.made.rules += 1
        return (rule.public_id,)

    def _limits(self) -> dict[str, Any]:
        """When it runs: always (half of them), for a part of the orders' period, on some days or hours."""
        random, stock = self._random, self._stock
        if random.random() < 0.5:
            return {}
        span = stock.last_at - stock.first_at
        begin = stock.first_at - span / 4 + span * random.random()
        limits: dict[str, Any] = {"starts_at": begin}
        if random.random() < 0.7:
            limits["ends_at"] = begin + span * random.random()
        more: dict[str, Any] = random.choice(
            (
                {},
                {},
                {"days_of_week": sorted(random.sample(range(7), 5))},
                {"timeframe_interval": "P7D", "timeframe_duration": "P4D"},
                {
                    "validity_hours": {
                        "daily": [
                            {
                                "days_of_week": [0, 1, 2, 3, 4, 5, 6],
                                "start_time": "10:00",
                                "expiration_time": "21:00",
                            }
                        ]
                    }
                },
            )
        )
        return {**limits, **more}
