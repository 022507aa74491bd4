"""Tiers of a running programme wait for a yes as other changes of a campaign do."""

from __future__ import annotations

import pytest

from approvals.models import ApprovalRequest
from loyalty import tier_approvals
from loyalty.models import LoyaltyTier
from tests.approvals.api.asking import at, free_policy, yes
from tests.loyalty.members import programme, tier

pytestmark = pytest.mark.django_db
GOLD = {"name": "Gold", "points": {"from": 5000}}


@pytest.fixture
def club():
    made = programme()
    tier(made, "Silver", 1000, 4999)
    return made


def test_a_policy_about_changes_of_campaigns_holds_for_tiers(api, api_as, club):
    free_policy(operations=("campaigns.update",), conditions=())

    answer = api_as("USER").post(f"/v1/loyalties/{club.public_id}/tiers", [GOLD])

    assert (answer.status_code, answer.json()["key"]) == (403, "approval_required")
    assert LoyaltyTier.objects.count() == 1
    request = ApprovalRequest.objects.get()
    assert request.operation == "loyalty_tiers.create"
    assert set(request.base) == {"Silver"}
    assert set(request.proposal) == {"Silver", "Gold"}

    assert api.post(at(request, "/decisions"), yes(request)).status_code == 200
    request.refresh_from_db()
    assert request.state == ApprovalRequest.State.APPLIED
    assert LoyaltyTier.objects.get(name="Gold").points_from == 5000


def described(**values):
    return {
        "points": {"from": 1000, "to": 4999},
        "earning_rules": {},
        "rewards": {},
        "metadata": {},
        **values,
    }


def test_says_what_becomes_different_for_members():
    before = {
        "Silver": described(earning_rules={"Every order": {"type": "MULTIPLY", "multiplier": "2"}}),
        "Old": described(),
        "Same": described(points={"from": 1, "to": 2}),
    }
    after = {
        "Silver": described(
            points={"from": 500, "to": 4999},
            rewards={
                "Mug": {"type": "CUSTOM", "points": 1250},
                "Cap": {"type": "NOT_AVAILABLE"},
                "Pen": {"type": "MULTIPLY", "multiplier": "0.5"},
            },
            metadata={"colour": "grey"},
        ),
        "Same": described(points={"from": 1, "to": 2}),
        "Gold": described(points={"from": 5000, "to": None}),
    }

    assert tier_approvals.sentences("loyalty_tiers", before, after) == [
        "Tier Old goes",
        "Tier Silver: 500 to 4,999 points, until now 1,000 to 4,999 points",
        "Tier Silver, earning rule Every order: as for everybody",
        "Tier Silver, reward Mug: 1,250 points",
        "Tier Silver, reward Cap: not available",
        "Tier Silver, reward Pen: points × 0.5",
        "Tier Silver has other metadata",
        "New tier Gold: from 5,000 points",
    ]
    assert tier_approvals.sentences("loyalty_tiers", after, after) == []
