from __future__ import annotations

from promotions.models.areas import CampaignAssignment
from promotions.models.budgets import Budget, BudgetAlert, BudgetCampaign, BudgetPlan
from promotions.models.campaigns import BY_CLOCK, DRAFTS, Campaign, Lifecycle
from promotions.models.catalogue_changes import CatalogueChange
from promotions.models.categories import Category
from promotions.models.counters import Counter
from promotions.models.discounted_units import DiscountedUnits
from promotions.models.distributions import Distribution, DistributionMessage, MessageTemplate
from promotions.models.draws import BudgetDraw
from promotions.models.ledger import CardTransaction
from promotions.models.publication_runs import PublicationRun, PublicationTarget
from promotions.models.publications import Holder, Publication, PublishedCode
from promotions.models.redemptions import Redemption, Rollback
from promotions.models.returns import OrderReturn, ReturnedLine, ReturnedShare
from promotions.models.rewards import Reward, RewardAssignment
from promotions.models.sessions import HeldCount, Hold, ValidationSession
from promotions.models.setups import CampaignSetup
from promotions.models.stacks import PromotionStack, StackedTier
from promotions.models.stops import EmergencyStop, StoppedAttempt
from promotions.models.templates import CampaignTemplate
from promotions.models.tiers import PromotionTier
from promotions.models.validation_rules import ValidationRule, ValidationRuleAssignment
from promotions.models.validation_tallies import ValidationTally
from promotions.models.variations import Variation
from promotions.models.versions import Version
from promotions.models.vouchers import Voucher

__all__ = [
    "BY_CLOCK",
    "DRAFTS",
    "Budget",
    "BudgetAlert",
    "BudgetCampaign",
    "BudgetDraw",
    "BudgetPlan",
    "Campaign",
    "CampaignAssignment",
    "CampaignSetup",
    "CampaignTemplate",
    "CardTransaction",
    "CatalogueChange",
    "Category",
    "Counter",
    "DiscountedUnits",
    "Distribution",
    "DistributionMessage",
    "EmergencyStop",
    "HeldCount",
    "Hold",
    "Holder",
    "Lifecycle",
    "MessageTemplate",
    "OrderReturn",
    "PromotionStack",
    "PromotionTier",
    "Publication",
    "PublicationRun",
    "PublicationTarget",
    "PublishedCode",
    "Redemption",
    "ReturnedLine",
    "ReturnedShare",
    "Reward",
    "RewardAssignment",
    "Rollback",
    "StackedTier",
    "StoppedAttempt",
    "ValidationRule",
    "ValidationRuleAssignment",
    "ValidationSession",
    "ValidationTally",
    "Variation",
    "Version",
    "Voucher",
]
