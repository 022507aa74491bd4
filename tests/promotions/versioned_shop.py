"""A shop in which everything has terms and versions, for tests that change it on all paths."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from core.actors import Actor
from promotions.models import (
    Budget,
    Campaign,
    Category,
    PromotionTier,
    ValidationRule,
    ValidationRuleAssignment,
    Voucher,
)
from promotions.selectors import versions as known
from promotions.services import (
    budgets,
    campaigns,
    categories,
    tiers,
    validation_rules,
    versions,
    vouchers,
)
from promotions.services.budgets import BudgetSpec
from promotions.services.campaigns import CampaignSpec
from promotions.services.tiers import TierSpec
from promotions.services.vouchers import VoucherSpec
from tests.conftest import NOW
from tests.factories.promotions import amount, at_least, percent

BY: Final[dict[str, Any]] = {"actor": Actor.system("tests"), "now": NOW}


@dataclass(frozen=True, kw_only=True)
class Shop:
    """A campaign with codes (USED was used and published), a promotion, a code alone, all with conditions."""

    campaign: Campaign
    promotion: Campaign
    tier: PromotionTier
    alone: Voucher
    rule: ValidationRule
    other: ValidationRule
    category: Category
    assignment: ValidationRuleAssignment
    budget: Budget


def opened() -> Shop:
    category = categories.create(values={"name": "Seasonal", "hierarchy": 1}, **BY)
    rule, other = (
        validation_rules.create(values={"name": name, "rules": at_least(1000)}, **BY) for name in "AB"
    )
    common = {"category": category.public_id, "ends_at": NOW + timedelta(days=9)}
    campaign = campaigns.create(
        spec=CampaignSpec(
            values={"name": "Codes", "discount": percent(10), "use_voucher_metadata_schema": True, **common},
            metadata={"season": "spring"},
            rules=(rule.public_id,),
        ),
        **BY,
    )
    for code, values in (("USED", {}), ("OWN", {"discount": percent(30)}), ("PLAIN", {})):
        vouchers.create(spec=VoucherSpec(code=code, values=values), campaign=campaign, **BY)
    Voucher.objects.filter(code="USED").update(published_at=NOW)
    deal = TierSpec(values={"name": "Deal", "discount": amount(300), **common}, rules=(rule.public_id,))
    promotion = campaigns.create(spec=CampaignSpec(values={"name": "Deals"}, tiers=(deal,)), **BY)
    spec = VoucherSpec(code="ALONE", values={"discount": percent(5), **common}, rules=(rule.public_id,))
    alone = vouchers.create(spec=spec, **BY)
    budgeted = BudgetSpec(values={"name": "Year", "limit": 1000}, campaign_ids=[campaign.public_id])
    found = Shop(
        campaign=campaign,
        promotion=promotion,
        tier=PromotionTier.objects.get(),
        alone=alone,
        rule=rule,
        other=other,
        category=category,
        assignment=ValidationRuleAssignment.objects.get(voucher=alone),
        budget=budgets.create(spec=budgeted, **BY),
    )
    assert list(known.drift()) == []
    return found


def switch_off() -> None:
    """So that everything can be switched on."""
    for model in (Campaign, PromotionTier, Voucher):
        model._default_manager.update(is_active=False)
        versions.note_all(model, model._default_manager.values_list("pk", flat=True), **BY)


def change_all(shop: Shop) -> None:
    """So that everything has a version to go back to."""
    campaigns.update(campaign_id=shop.campaign.pk, spec=CampaignSpec(values={"discount": percent(50)}), **BY)
    tiers.update(tier_id=shop.tier.pk, spec=TierSpec(values={"days_of_week": [1]}), **BY)
    vouchers.update(voucher_id=shop.alone.pk, spec=VoucherSpec(values={"discount": percent(50)}), **BY)
    validation_rules.update(rule_id=shop.rule.pk, values={"rules": at_least(2000)}, **BY)
    budgets.update(budget_id=shop.budget.pk, spec=BudgetSpec(values={"limit": 9}), **BY)
