"""Definitions, in the order of the contract. `runtime.py` beside holds deciding and using.

Paths that end in a free code go last: a code may hold slashes.
"""

from __future__ import annotations

from django.urls import path

from promotions.api.views import (
    campaigns,
    categories,
    gift_cards,
    imports,
    tiers,
    validation_rules,
    vouchers,
)

urlpatterns = [
    path("campaigns", campaigns.CampaignsView.as_view()),
    path("campaigns/<str:campaign_id>", campaigns.CampaignView.as_view()),
    path("campaigns/<str:campaign_id>/enable", campaigns.EnableCampaignView.as_view()),
    path("campaigns/<str:campaign_id>/disable", campaigns.DisableCampaignView.as_view()),
    path("campaigns/<str:campaign_id>/transactions", gift_cards.CampaignTransactionsView.as_view()),
    path(
        "campaigns/<str:campaign_id>/transactions/export",
        gift_cards.CampaignTransactionsExportView.as_view(),
    ),
    path("campaigns/<str:campaign_id>/import", imports.CampaignImportView.as_view()),
    path("campaigns/<str:campaign_id>/importCSV", imports.CampaignCsvView.as_view()),
    path("campaigns/<str:campaign_id>/vouchers", campaigns.CampaignVouchersView.as_view()),
    path("campaigns/<str:campaign_id>/vouchers/<code:code>", campaigns.CampaignVoucherView.as_view()),
    path("categories", categories.CategoriesView.as_view()),
    path("categories/<str:category_id>", categories.CategoryView.as_view()),
    path("promotions/tiers", tiers.TiersView.as_view()),
    path("promotions/<str:campaign_id>/tiers", tiers.CampaignTiersView.as_view()),
    path("promotions/tiers/<str:tier_id>", tiers.TierView.as_view()),
    path("promotions/tiers/<str:tier_id>/enable", tiers.EnableTierView.as_view()),
    path("promotions/tiers/<str:tier_id>/disable", tiers.DisableTierView.as_view()),
    path("validation-rules", validation_rules.ValidationRulesView.as_view()),
    path("validation-rules/<str:validation_rule_id>", validation_rules.ValidationRuleView.as_view()),
    path(
        "validation-rules/<str:validation_rule_id>/summary",
        validation_rules.ValidationRuleSummaryView.as_view(),
    ),
    path("validation-rules-assignments", validation_rules.AssignmentsView.as_view()),
    path(
        "validation-rules/<str:validation_rule_id>/assignments",
        validation_rules.RuleAssignmentsView.as_view(),
    ),
    path(
        "validation-rules/<str:validation_rule_id>/assignments/<str:assignment_id>",
        validation_rules.RuleAssignmentView.as_view(),
    ),
    path("vouchers", vouchers.VouchersView.as_view()),
    path("vouchers/import", imports.VouchersImportView.as_view()),
    path("vouchers/importCSV", imports.VouchersCsvView.as_view()),
    path("vouchers/bulk/async", vouchers.BulkUpdateView.as_view()),
    path("vouchers/metadata/async", vouchers.MetadataUpdateView.as_view()),
    path("vouchers/<code:code>/enable", vouchers.EnableVoucherView.as_view()),
    path("vouchers/<code:code>/disable", vouchers.DisableVoucherView.as_view()),
    path("vouchers/<code:code>/balance", gift_cards.BalanceView.as_view()),
    path("vouchers/<code:code>/transactions", gift_cards.VoucherTransactionsView.as_view()),
    path("vouchers/<code:code>/transactions/export", gift_cards.VoucherTransactionsExportView.as_view()),
    path("vouchers/<bare_code:code>", vouchers.VoucherView.as_view()),
]
