"""What webhooks are told about recommendations."""

from __future__ import annotations

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from core import event_bodies
from integrations import webhook_names
from integrations.models import WebhookMessage
from integrations.services import webhooks
from integrations.services.webhooks import WebhookSpec
from promotions.models import Reward
from referrals.services import tiers
from referrals.services.tiers import TierSpec
from tests.referrals.world import ACTOR, NOW, code_of, comes, points, programme
from tests.telling import tell

pytestmark = pytest.mark.django_db


@pytest.fixture
def messages(api: APIClient) -> dict[str, list[dict[str, Any]]]:
    """What a webhook hears of one recommendation, by type."""
    spec = WebhookSpec(target_url="https://hooks.example/friends", events=["all"])
    webhooks.create(spec=spec, actor=ACTOR, now=NOW)
    friends = programme(api)
    hundred: Reward = points(api, 100)
    tier = TierSpec(name="Each", reward=hundred.public_id)
    made = tiers.create(campaign_id=friends.pk, spec=tier, actor=ACTOR, now=NOW)
    changed = TierSpec(name="For each", reward=hundred.public_id)
    tiers.update(tier_id=made.pk, spec=changed, actor=ACTOR, now=NOW)
    code = code_of(api, friends, "rita")
    comes(api, code, "paul")
    tell()
    (pia,) = api.post(
        f"/v1/referrals/members/{code}/holders", {"holders": [{"source_id": "pia"}]}, format="json"
    ).json()["holders"]
    api.delete(f"/v1/referrals/members/{code}/holders/{pia['id']}")
    tiers.delete(tier_id=made.pk, actor=ACTOR, now=NOW)
    found: dict[str, list[dict[str, Any]]] = {}
    for message in WebhookMessage.objects.order_by("pk"):
        found.setdefault(message.type, []).append(json.loads(message.data))
    return found


def test_every_event_of_the_contract_about_referrals_can_be_chosen() -> None:
    of_referrals = {name for name in webhook_names.CONTRACT if "referral" in name}
    assert of_referrals
    assert {name for name in of_referrals if event_bodies.offered(name) is None} == set()


def test_what_is_told(messages: dict[str, list[dict[str, Any]]]) -> None:
    (referred,) = messages["customer.referred"]
    assert (referred["customer"]["source_id"], referred["referrer"]["source_id"]) == ("paul", "rita")
    assert referred["redemption"]["status"] == "SUCCEEDED"
    assert referred["referral"]["status"] == "ACCEPTED"
    assert referred["voucher"]["is_referral_code"] is True
    (rewarded,) = messages["customer.rewarded"]
    assert rewarded.keys() == {
        *("customer", "holder", "voucher", "campaign", "redemption", "reward"),
        *("referral_tier", "balance", "custom_event", "customer_event"),
    }
    assert rewarded["customer"]["source_id"] == "rita"
    assert rewarded["referral_tier"]["name"] == "For each"
    assert rewarded["balance"] == {"points": 100}
    assert rewarded["reward"]["status"] == "PAID"
    attached = [row["customer"]["source_id"] for row in messages["customer.holder.assignment.created"]]
    assert attached == ["paul", "pia"]
    (detached,) = messages["customer.holder.assignment.deleted"]
    assert detached["holder"]["holder_role"] == "REFEREE"
    for verb in ("created", "updated", "deleted"):
        (of_tier,) = messages[f"campaign.referral_tier.{verb}"]
        assert of_tier.keys() == {"campaign", "referral_tier"}


def test_rewards_for_points_are_told_as_ever(api: APIClient) -> None:
    """Two apps say `customer.rewarded`; each is told in its own words."""
    offered = event_bodies.offered("customer.rewarded")
    assert offered is not None
    assert offered.group == "Rewards"
