"""A campaign of stores far away says its start and end by both clocks."""

from __future__ import annotations

from datetime import UTC, datetime

from django.test import Client

from core.models import Area
from promotions.models import Campaign
from tests.factories.promotions import CampaignFactory

SPACE = "\N{NO-BREAK SPACE}"


def lead_of(browser: Client, campaign: Campaign) -> str:
    page = browser.get(f"/admin/promotions/campaign/{campaign.pk}/change/")
    return str(page.context["page_lead"]).replace(SPACE, " ")


def in_area(zone: str) -> Campaign:
    area = Area.objects.create(
        name=zone, time_zone=zone, currency="JPY", created_at=datetime(2026, 1, 1, tzinfo=UTC)
    )
    campaign = CampaignFactory(starts_at=datetime(2026, 11, 24, 20, 0, tzinfo=UTC))
    Campaign.objects.filter(pk=campaign.pk).update(places=[f"area:{area.public_id}"])
    return campaign


def test_both_clocks_are_shown(admin_page: Client) -> None:
    campaign = in_area("Asia/Tokyo")

    assert "It starts 24 Nov 2026, 20:00 (25 Nov 2026, 05:00 in Asia/Tokyo)." in lead_of(admin_page, campaign)


def test_the_same_clock_is_shown_once(admin_page: Client) -> None:
    campaign = in_area("UTC")

    assert "It starts" not in lead_of(admin_page, campaign)
