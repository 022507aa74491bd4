"""A shop with something of everything that counts, for the tests of the reconciliation.

Rules that ask for every counter, budgets of every kind of subject, a tier with limited units, a card; used
alone and together over weeks, held, rolled back, and returned in part and whole.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from io import StringIO
from typing import Any

from django.core.management import call_command

from commerce.selectors.orders import ItemSpec, OrderSpec
from core.actors import Actor, ActorKind, Role
from promotions.models import Budget, Voucher
from promotions.redeemables import NotRedeemable, Requested
from promotions.selectors import tallies
from promotions.services import budgets, publications, redemptions, returns, rollbacks, sessions, vouchers
from promotions.services.budgets import BudgetSpec
from promotions.services.publication_specs import PublicationSpec
from promotions.services.returns import ReturnedItem, ReturnSpec
from promotions.services.rollbacks import RollbackSpec
from promotions.services.validations import DecisionSpec, SessionSpec
from promotions.services.vouchers import VoucherSpec
from tests.factories.commerce import ProductFactory
from tests.factories.promotions import (
    CampaignFactory,
    PromotionTierFactory,
    RuleAssignmentFactory,
    ValidationRuleFactory,
    VoucherFactory,
    amount,
)

KEY = Actor(kind=ActorKind.API_KEY, id="key_1", label="Shop", role=Role.ADMIN)
USER = Actor(kind=ActorKind.USER, id="7", label="Till", role=Role.ADMIN, channel="ADMIN")
PLENTY = 10_000_000
COUNTED = (
    *tallies.OF_CAMPAIGN,
    *tallies.OF_CUSTOMER_IN_CAMPAIGN,
    *tallies.OF_REDEEMABLE,
    *tallies.OF_CUSTOMER,
    tallies.OF_KEY,
    tallies.OF_USER,
    tallies.ORDERS,
    tallies.DISCOUNTS,
    tallies.CREDITS,
)


def every_counter() -> dict[str, Any]:
    """Conditions that ask for every counter and always hold, also where one counts nobody."""
    names = [*COUNTED]
    rules: dict[str, Any] = {
        str(number): {"name": name, "conditions": {"$less_than_or_equal": [PLENTY]}}
        for number, name in enumerate(names, start=1)
    }
    return {**rules, "logic": " or ".join(rules)}


class Shop:
    """`open()` makes and uses everything; what it made is found by name."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def open(self) -> None:
        self.define()
        self.use()

    def define(self) -> None:
        rule = ValidationRuleFactory(rules=every_counter())
        self.campaign = CampaignFactory(name="Spring")
        self.promotion = CampaignFactory(name="Tiers", promotion=True)
        RuleAssignmentFactory(campaign=self.campaign, rule=rule)
        for code, quantity in (("OPEN", None), ("FIVE", 5), ("UNUSED", 3)):
            VoucherFactory(
                code=code, campaign=self.campaign, discount=amount(300), redemption_quantity=quantity
            )
        self.tier = PromotionTierFactory(
            name="Mugs",
            campaign=self.promotion,
            discount={"type": "AMOUNT", "amount_off": 100, "effect": "APPLY_TO_ITEMS_BY_QUANTITY"},
        )
        PromotionTierFactory(name="Idle", campaign=self.promotion)
        self.mug = ProductFactory(source_id="mug", price=1_000)
        entry = {
            "object": "product",
            "id": self.mug.public_id,
            "effect": "APPLY_TO_EVERY",
            "product_promotion_tier_quantity_limit": 40,
            "product_customer_campaign_quantity_limit": 30,
        }
        limited = ValidationRuleFactory(rules=every_counter(), applicable_to={"included": [entry]})
        RuleAssignmentFactory(promotion_tier=self.tier, rule=limited)
        vouchers.create(
            spec=VoucherSpec(code="CARD", values={"gift": {"amount": 9_000}}), actor=KEY, now=self.now
        )
        RuleAssignmentFactory(voucher=Voucher.objects.get(code="CARD"), rule=rule)
        for name, values in BUDGETS.items():
            spec = BudgetSpec(
                values={"name": name, **values},
                campaign_ids=[self.campaign.public_id, self.promotion.public_id],
            )
            budgets.create(spec=spec, actor=KEY, now=self.now)
        call_command("note_versions", verbosity=0, stdout=StringIO())

    def use(self) -> None:
        day = timedelta(days=1)
        single = self.redeem("OPEN", customer="anna", order="o-1")
        self.redeem("OPEN", self.tier.public_id, "CARD", customer="anna", order="o-2", after=day)
        both = self.redeem("FIVE", self.tier.public_id, customer="bea", order="o-3", after=9 * day)
        self.redeem("FIVE", customer="bea", order="o-4", after=9 * day, actor=USER)
        self.redeem("CARD", customer="carl", order="o-5", after=25 * day)
        whole = self.redeem("OPEN", "CARD", customer="carl", order="o-6", after=40 * day)
        assert all((single, both, whole))
        assert self.redeem("MISSING", customer="anna", order="o-7") is None
        vouchers_later = self.now + 41 * day
        for name in (single, both):
            self.roll_back(str(name), at=vouchers_later)
        for code, customer in (("UNUSED", "anna"), ("CARD", "bea"), ("CARD", "carl")):
            spec = PublicationSpec(voucher=code, customer={"source_id": customer}, channel="reconciliation")
            publications.publish(spec=spec, actor=KEY, now=vouchers_later)
        self.send_back("o-2", 1, at=vouchers_later)
        self.send_back("o-2", 1, at=vouchers_later + day)
        self.send_back("o-6", 3, at=vouchers_later)
        self.hold("OPEN", self.tier.public_id, "CARD", key="living", at=vouchers_later + day)
        self.hold("FIVE", key="over", at=self.now)

    def spec(self, *names: str, customer: str, order: str, key: str = "") -> DecisionSpec:
        return DecisionSpec(
            redeemables=tuple(
                Requested(
                    object="promotion_tier" if name.startswith("promo_") else "voucher",
                    id=name,
                    credits=1_000 if name == "CARD" else None,
                )
                for name in names
            ),
            order=OrderSpec(source_id=order, items=(ItemSpec(source_id="mug", quantity=3),)),
            customer={"source_id": customer, "email": f"{customer}@shop.example"},
            metadata={"store": f"store of {customer}"},
            session=SessionSpec(key=key) if key else None,
        )

    def redeem(
        self,
        *names: str,
        customer: str,
        order: str,
        after: timedelta = timedelta(),
        actor: Actor = KEY,
    ) -> str | None:
        """The id of the redemption, of several together that of their parent; None: it was refused."""
        spec = self.spec(*names, customer=customer, order=order)
        try:
            done = redemptions.redeem(spec=spec, actor=actor, now=self.now + after)
        except NotRedeemable:
            if "MISSING" not in names:
                raise
            return None
        return (done.parent or done.redemptions[0]).public_id

    def roll_back(self, redemption_id: str, *, at: datetime) -> None:
        rollbacks.roll_back(redemption_id=redemption_id, spec=RollbackSpec(), actor=KEY, now=at, stacked=True)

    def send_back(self, order: str, units: int, *, at: datetime) -> None:
        spec = ReturnSpec(items=(ReturnedItem(source_id="mug", quantity=units),))
        returns.create(order_ref=order, spec=spec, actor=KEY, now=at)

    def hold(self, *names: str, key: str, at: datetime) -> None:
        spec = self.spec(*names, customer="dora", order=f"held-{key}", key=key)
        assert sessions.validate(spec=spec, actor=KEY, now=at).session is not None


BUDGETS: dict[str, dict[str, Any]] = {
    "Discounts": {"limit": 90_000},
    "Orders a month": {
        "limit": 90_000,
        "measure": Budget.Measure.ORDER_VALUE,
        "period": Budget.Period.MONTH,
        "per": Budget.Per.CUSTOMER,
    },
    "Uses a day": {
        "limit": 90,
        "measure": Budget.Measure.REDEMPTIONS,
        "period": Budget.Period.DAY,
        "per": Budget.Per.CUSTOMER,
        "customer_key": Budget.CustomerKey.EMAIL,
    },
    "Units of a store": {
        "limit": 90,
        "measure": Budget.Measure.UNITS,
        "period": Budget.Period.WEEK,
        "per": Budget.Per.STORE,
        "policy": Budget.Policy.GIVE_WHAT_IS_LEFT,
    },
    "Channels": {"limit": 90_000, "per": Budget.Per.CHANNEL},
}
