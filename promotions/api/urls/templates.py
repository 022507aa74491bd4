"""Templates, clones, summaries and the bin."""

from __future__ import annotations

from django.urls import path

from promotions.api.views import bin, clones, templates

_TEMPLATE = "templates/campaigns/<str:campaign_template_id>"

urlpatterns = [
    path("campaigns/<str:campaign_id>/clone", clones.CloneCampaignView.as_view()),
    path("campaigns/<str:campaign_id>/summary", clones.CampaignSummaryView.as_view()),
    path("templates/campaigns", templates.TemplatesView.as_view()),
    path(_TEMPLATE, templates.TemplateView.as_view()),
    path(f"{_TEMPLATE}/campaign-setup", templates.CampaignSetupView.as_view()),
    path(f"{_TEMPLATE}/tier-setup", templates.TierSetupView.as_view()),
    path("trash-bin", bin.TrashBinView.as_view()),
    path("trash-bin/<str:bin_entry_id>", bin.BinEntryView.as_view()),
]
