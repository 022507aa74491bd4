"""Whatever is edited afterwards, a decision that was stored comes out as it did, and its versions say why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commerce.selectors.orders import OrderSpec
from core.actors import Actor
from promotions.models import Campaign, PromotionTier, Redemption, ValidationRule, Version, Voucher
from promotions.redeemables import NotRedeemable, Requested
from promotions.selectors import replays
from promotions.selectors import versions as known
from promotions.services import (
    campaigns,
    categories,
    redemptions,
    rule_assignments,
    tiers,
    validation_rules,
    vouchers,
)
from promotions.services.campaigns import CampaignSpec
from promotions.services.tiers import TierSpec
from promotions.services.validations import DecisionSpec
from promotions.services.vouchers import VoucherSpec
from tests.conftest import NOW
from tests.factories.promotions import amount, at_least, percent
from tests.nightly import times

pytestmark = pytest.mark.django_db

ACTOR: Final = Actor.system("tests")
BY: Final[dict[str, Any]] = {"actor": ACTOR, "now": NOW}


@dataclass(frozen=True, kw_only=True)
class Shop:
    coupons: Campaign
    shared: Voucher
    own: Voucher
    tier: PromotionTier
    rule: ValidationRule


def opened() -> Shop:
    category = categories.create(values={"name": "Both", "hierarchy": 1}, **BY)
    rule = validation_rules.create(values={"name": "From 10", "rules": at_least(1000)}, **BY)
    values = {"name": "Coupons", "discount": percent(10), "category": category.public_id}
    coupons = campaigns.create(spec=CampaignSpec(values=values, rules=(rule.public_id,)), **BY)
    deal = TierSpec(values={"name": "Deal", "discount": amount(300)}, rules=(rule.public_id,))
    spec = CampaignSpec(values={"name": "Deals"}, tiers=(deal,))
    deals = campaigns.create(spec=spec, **BY)
    return Shop(
        coupons=coupons,
        shared=vouchers.create(spec=VoucherSpec(code="SHARED"), campaign=coupons, **BY),
        own=vouchers.create(spec=VoucherSpec(code="OWN", values={"discount": percent(25)}), **BY),
        tier=PromotionTier.objects.get(campaign=deals),
        rule=rule,
    )


type Edit = Callable[[Shop], Any]

discounts = st.one_of(st.integers(1, 100).map(percent), st.integers(1, 5000).map(amount))
moments = st.integers(-3, 3).map(lambda days: NOW + timedelta(days=days, hours=1))
values = st.one_of(
    st.fixed_dictionaries({"discount": discounts}),
    st.fixed_dictionaries({"starts_at": moments}),
    st.fixed_dictionaries({"days_of_week": st.sampled_from([None, [2], [0, 6]])}),
)


def of_campaign(new: dict[str, Any]) -> Edit:
    # The type of a campaign's discount is fixed; another one is passed over.
    return lambda shop: campaigns.update(campaign_id=shop.coupons.pk, spec=CampaignSpec(values=new), **BY)


def of_code(new: dict[str, Any]) -> Edit:
    return lambda shop: vouchers.update(voucher_id=shop.own.pk, spec=VoucherSpec(values=new), **BY)


def of_shared_code(new: dict[str, Any]) -> Edit:
    return lambda shop: vouchers.update(voucher_id=shop.shared.pk, spec=VoucherSpec(values=new), **BY)


def of_tier(new: dict[str, Any]) -> Edit:
    return lambda shop: tiers.update(tier_id=shop.tier.pk, spec=TierSpec(values=new), **BY)


def of_rule(minimum: int) -> Edit:
    new = {"rules": at_least(minimum)}
    return lambda shop: validation_rules.update(rule_id=shop.rule.pk, values=new, **BY)


def switched(is_active: bool) -> Edit:
    return lambda shop: campaigns.set_active(campaign_id=shop.coupons.pk, is_active=is_active, **BY)


def ruled(shop: Shop) -> None:
    rule_assignments.create(rule=shop.rule, related=shop.own, force=True, **BY)


def redeemed(worth: int, names: list[str]) -> Edit:
    def redeem(shop: Shop) -> None:
        ids = {"SHARED": ("voucher", "SHARED"), "OWN": ("voucher", "OWN")}
        ids["TIER"] = ("promotion_tier", shop.tier.public_id)
        spec = DecisionSpec(
            redeemables=tuple(Requested(object=ids[name][0], id=ids[name][1]) for name in names),
            order=OrderSpec(amount=worth),
        )
        try:
            redemptions.redeem(spec=spec, **BY)
        except NotRedeemable:
            return

    return redeem


edits = st.one_of(
    values.map(of_campaign),
    values.map(of_code),
    values.map(of_shared_code),
    values.map(of_tier),
    st.integers(0, 9000).map(of_rule),
    st.booleans().map(switched),
    st.just(ruled),
)
uses = st.builds(
    redeemed,
    st.integers(0, 10_000),
    st.lists(st.sampled_from(["SHARED", "OWN", "TIER"]), min_size=1, max_size=3, unique=True),
)


@settings(
    max_examples=times(day=7, night=15),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=st.lists(st.one_of(uses, edits), min_size=2, max_size=10))
def test_decisions_replay_after_any_edits_and_name_the_terms_of_their_time(
    steps: list[Edit], settings_row: Any
) -> None:
    with transaction.atomic():
        shop = opened()
        told: dict[int, dict[str, Any]] = {}
        for step in [redeemed(5000, ["SHARED", "OWN", "TIER"]), *steps]:
            step(shop)
            told |= new_decisions(shop, told)
            assert list(known.drift()) == []

        assert [row.problems for row in replays.replay(Redemption.objects.all()) if row.problems] == []
        assert told.keys() == set(
            Redemption.objects.exclude(snapshot__isnull=True).values_list("pk", flat=True)
        )
        for pk, discounts_then in told.items():
            assert named_discounts(Redemption.objects.get(pk=pk)) == discounts_then
        transaction.set_rollback(True)


def new_decisions(shop: Shop, told: dict[int, Any]) -> dict[int, dict[str, Any]]:
    """Decisions that were made just now, with the discounts as the rows have them just now."""
    now = {
        Version.Subject.CAMPAIGN: Campaign.objects.get(pk=shop.coupons.pk).discount,
        Version.Subject.VOUCHER: Voucher.objects.get(pk=shop.own.pk).discount,
        Version.Subject.TIER: PromotionTier.objects.get(pk=shop.tier.pk).discount,
    }
    found = {}
    for row in Redemption.objects.exclude(snapshot__isnull=True).exclude(pk__in=told):
        used = {one["key"] for one in row.snapshot["candidates"]}
        keys = {
            Version.Subject.CAMPAIGN: "SHARED",
            Version.Subject.VOUCHER: "OWN",
            Version.Subject.TIER: shop.tier.public_id,
        }
        found[row.pk] = {
            subject.value: discount for subject, discount in now.items() if keys[subject] in used
        }
    return found


def named_discounts(row: Redemption) -> dict[str, Any]:
    """What the versions that a decision names say of discounts; the shared code's is its campaign's."""
    own = Voucher.objects.get(code="OWN").pk
    coupons = Campaign.objects.get(name="Coupons").pk
    tier = PromotionTier.objects.get().pk
    wanted = {("voucher", own), ("campaign", coupons), ("promotion_tier", tier)}
    versions = Version.objects.filter(pk__in=row.version_ids)
    return {
        one.subject_type: one.content.get("discount")
        for one in versions
        if (one.subject_type, one.subject_id) in wanted
    }
