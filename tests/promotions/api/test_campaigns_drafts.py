"""Drafts over the API: seen as drafts, changed, deleted, never enabled."""

from __future__ import annotations

from datetime import datetime

import pytest
from rest_framework.test import APIClient

from core.actors import Actor
from promotions.models import DRAFTS, Campaign, Lifecycle
from tests.factories.promotions import CampaignFactory
from tests.promotions.api.catalogue import refused
from tests.promotions.lifecycle.drafting import draft, now_stands, standing

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("state", DRAFTS)
def test_a_draft_says_that_it_is_one(state: Lifecycle, api: APIClient) -> None:
    campaign = standing(state, name="Spring")

    wire = api.get(f"/v1/campaigns/{campaign.public_id}").json()

    assert (wire["creation_status"], wire["vouchers_generation_status"]) == ("DRAFT", "DRAFT")
    assert (wire["active"], wire["vouchers_count"]) == (False, 0)


def test_what_the_api_makes_runs_at_once_and_prints_no_state(api: APIClient) -> None:
    body = {
        "name": "Spring",
        "vouchers_count": 2,
        "voucher": {"discount": {"type": "AMOUNT", "amount_off": 5}},
    }

    wire = api.post("/v1/campaigns", body, format="json").json()

    assert (wire["creation_status"], wire["active"], wire["vouchers_count"]) == ("DONE", True, 2)
    assert not {"lifecycle", "planned_codes", "planned_code", "codes_wanted"} & set(wire)
    assert Campaign.objects.get().lifecycle == Lifecycle.LIVE


def test_lists_find_drafts_by_their_status(api: APIClient) -> None:
    standing(Lifecycle.IN_REVIEW, name="Draft")
    CampaignFactory(name="Live")

    def found(query: str) -> list[str]:
        return [one["name"] for one in api.get(f"/v1/campaigns?{query}").json()["campaigns"]]

    assert found("filters[campaign_status][conditions][$is]=DRAFT") == ["Draft"]
    assert found("filters[campaign_status][conditions][$is]=DONE") == ["Live"]
    assert found("campaign_status=DRAFT") == ["Draft"]
    assert found("filters[active][conditions][$is]=$active") == ["Live"]


def test_a_draft_cannot_be_enabled(api: APIClient) -> None:
    campaign = standing(Lifecycle.DRAFT)

    refused(api.post(f"/v1/campaigns/{campaign.public_id}/enable", {}), 409, "campaign_is_draft")

    assert now_stands(campaign) == Lifecycle.DRAFT


def test_disabling_a_draft_changes_nothing(api: APIClient) -> None:
    campaign = standing(Lifecycle.DRAFT)

    assert api.post(f"/v1/campaigns/{campaign.public_id}/disable", {}).status_code == 200
    assert now_stands(campaign) == Lifecycle.DRAFT


def test_a_draft_is_changed_and_deleted_over_the_api(api: APIClient, actor: Actor, now: datetime) -> None:
    campaign = draft(actor, now)
    url = f"/v1/campaigns/{campaign.public_id}"

    changed = api.put(
        url, {"description": "Mine", "discount": {"type": "AMOUNT", "amount_off": 7}}, format="json"
    )
    stands = now_stands(campaign)
    deleted = api.delete(url)

    assert changed.status_code == 200, changed.json()
    assert changed.json()["voucher"]["discount"] == {
        "type": "AMOUNT",
        "amount_off": 7,
        "effect": "APPLY_TO_ORDER",
        "is_dynamic": False,
    }
    assert (stands, deleted.status_code, now_stands(campaign)) == ("DRAFT", 202, "ARCHIVED")


def test_no_codes_go_into_a_draft(api: APIClient) -> None:
    campaign = standing(Lifecycle.DRAFT)

    for query in ("", "?vouchers_count=3"):
        answer = api.post(f"/v1/campaigns/{campaign.public_id}/vouchers{query}", {}, format="json")
        refused(answer, 400, "invalid_campaign")
    refused(
        api.post(f"/v1/campaigns/{campaign.public_id}/vouchers/MINE", {}, format="json"),
        400,
        "invalid_campaign",
    )
