from __future__ import annotations

from promotions.models.campaigns import Campaign
from promotions.models.catalogue_changes import CatalogueChange
from promotions.models.categories import Category
from promotions.models.discounted_units import DiscountedUnits
from promotions.models.redemptions import Redemption, Rollback
from promotions.models.stacks import PromotionStack, StackedTier
from promotions.models.tiers import PromotionTier
from promotions.models.validation_rules import ValidationRule, ValidationRuleAssignment
from promotions.models.vouchers import Voucher

__all__ = [
    "Campaign",
    "CatalogueChange",
    "Category",
    "DiscountedUnits",
    "PromotionStack",
    "PromotionTier",
    "Redemption",
    "Rollback",
    "StackedTier",
    "ValidationRule",
    "ValidationRuleAssignment",
    "Voucher",
]
