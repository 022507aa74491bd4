"""Rewards for referrers of a running programme wait for a yes as other changes of a campaign do."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from approvals.gate import ApprovalRequired
from approvals.models import ApprovalRequest
from core.actors import Actor, ActorKind, Role
from promotions.models import Campaign
from referrals import tier_approvals
from referrals.models import ReferrerTier
from referrals.services import tiers
from referrals.services.tiers import TierSpec
from tests.approvals.api.asking import at, free_policy, yes
from tests.referrals.world import NOW, each, points, programme

pytestmark = pytest.mark.django_db
MARKETER = Actor(kind=ActorKind.USER, id="9", label="mara", role=Role.USER, channel="ADMIN")


@pytest.fixture
def friends(api: APIClient) -> Campaign:
    made = programme(api)
    each(made, points(api, 100))
    free_policy(operations=("campaigns.update",), conditions=())
    return made


def asked(call: Callable[[], object]) -> ApprovalRequest:
    """What is filed in place of the change."""
    with pytest.raises(ApprovalRequired) as refused:
        call()
    refused.value.settle()
    return ApprovalRequest.objects.latest("pk")


def test_a_new_one_waits_and_is_made_by_the_yes(api: APIClient, friends: Campaign) -> None:
    reward = ReferrerTier.objects.get().reward
    spec = TierSpec(name="Five friends", reward=reward.public_id, minimum=5)

    request = asked(lambda: tiers.create(campaign_id=friends.pk, spec=spec, actor=MARKETER, now=NOW))

    assert ReferrerTier.objects.count() == 1
    assert set(request.base) == {"Each"}
    assert set(request.proposal) == {"Each", "Five friends"}
    assert api.post(at(request, "/decisions"), yes(request)).status_code == 200
    assert ReferrerTier.objects.get(name="Five friends").minimum == 5


def test_changes_and_removals_wait_too(friends: Campaign) -> None:
    tier = ReferrerTier.objects.get()
    spec = TierSpec(name="Each friend", reward=tier.reward.public_id)

    for call in (
        lambda: tiers.update(tier_id=tier.pk, spec=spec, actor=MARKETER, now=NOW),
        lambda: tiers.delete(tier_id=tier.pk, actor=MARKETER, now=NOW),
    ):
        request = asked(call)
        assert request.target_id == friends.public_id
    tier.refresh_from_db()
    assert (tier.name, tier.deleted_at) == ("Each", None)


def test_says_what_becomes_different_for_referrers() -> None:
    before = {"Each": {"said": "for each referral: 100 points of Club"}, "Old": {"said": "a mug"}}
    after = {"Each": {"said": "for each referral: 200 points of Club"}, "New": {"said": "once: a cap"}}

    assert tier_approvals.sentences("referrer_tiers", before, after) == [
        "No more: Old, a mug",
        "Each: for each referral: 200 points of Club, until now: for each referral: 100 points of Club",
        "New: New, once: a cap",
    ]
