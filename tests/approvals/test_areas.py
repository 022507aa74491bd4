"""Policies ask in which area something applies, and only who works there decides about it."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from rest_framework.test import APIClient

from approvals.gate import ApprovalRequired
from approvals.models import ApprovalRequest, Decision
from approvals.services import decisions
from core.actors import Actor, ActorKind, Role
from core.errors import DomainError, MissingPermission
from core.models import Store
from core.places import limited_to
from core.staff import as_actor
from promotions.models import Campaign
from promotions.services import campaigns
from promotions.services.campaigns import CampaignSpec
from tests.approvals.world import policy
from tests.conftest import NOW
from tests.factories.areas import applies_in, area, client_of, store, works_in
from tests.factories.promotions import CampaignFactory

pytestmark = pytest.mark.django_db
MIA = Actor(kind=ActorKind.USER, id="900", label="Mia", role=Role.USER, channel="ADMIN")


@pytest.fixture
def munich(db: None) -> Store:
    return store(area("Bavaria"), "munich-1")


def reviewer(name: str, **place: Any) -> Actor:
    person = User.objects.create_user(name, is_staff=True)
    person.groups.add(Group.objects.get(name="Reviewer"))
    if place:
        works_in(person, **place)
    return as_actor(User.objects.get(pk=person.pk))


def asked(campaign: Campaign) -> ApprovalRequest | None:
    spec = CampaignSpec(values={"description": "Otherwise"})
    try:
        campaigns.update(campaign_id=campaign.pk, spec=spec, actor=MIA, now=NOW)
    except ApprovalRequired as waits:
        waits.settle()
        return waits.request
    return None


def decide(request: ApprovalRequest, actor: Actor) -> None:
    with limited_to(actor.places, actor.id):
        decisions.decide(
            request_id=request.pk,
            verdict=Decision.Verdict.APPROVE,
            revision=request.revision,
            comment="",
            actor=actor,
            now=NOW,
        )


def test_the_area_decides_who_is_asked(munich: Store) -> None:
    policy("Reviewer", conditions=[{"fact": "areas", "operator": "is_any_of", "value": ["Bavaria"]}])
    there = applies_in(CampaignFactory(), store=munich)
    elsewhere = applies_in(CampaignFactory(), area=area("Hamburg"))

    assert asked(there) is not None
    assert asked(elsewhere) is None
    assert asked(CampaignFactory()) is None


def test_only_who_works_there_decides(munich: Store) -> None:
    policy("Reviewer")
    campaign = applies_in(CampaignFactory(), store=munich)
    request = asked(campaign)
    assert request is not None
    foreign = reviewer("hanna", area=area("Hamburg"))
    local = reviewer("lena", all_stores_of=munich.area)

    with pytest.raises(DomainError) as refused:
        decide(request, foreign)
    assert refused.value.status in {403, 404}
    assert Campaign.objects.get(pk=campaign.pk).description == ""
    decide(request, local)

    assert Campaign.objects.get(pk=campaign.pk).description == "Otherwise"


def test_who_has_only_some_of_its_places_does_not_decide(munich: Store) -> None:
    policy("Reviewer")
    campaign = applies_in(applies_in(CampaignFactory(), store=munich), area=area("Hamburg"))
    request = asked(campaign)
    assert request is not None

    with pytest.raises(MissingPermission):
        decide(request, reviewer("lena", store=munich))


def test_requests_of_other_areas_are_not_there(munich: Store, api: APIClient) -> None:
    policy("Reviewer")
    request = asked(applies_in(CampaignFactory(), area=area("Hamburg")))
    assert request is not None
    caller = client_of({"store": munich})

    assert caller.get(f"/v1/approval-requests/{request.public_id}").status_code == 404
    assert request.public_id not in caller.get("/v1/approval-requests").content.decode()
    assert api.get(f"/v1/approval-requests/{request.public_id}").status_code == 200


def test_what_was_approved_is_made_in_the_places_of_who_asked(munich: Store) -> None:
    """Though whoever says yes works everywhere."""
    policy("Reviewer", roles=("USER_RESTRICTED",))
    caller = client_of({"store": munich})
    wanted = {
        "name": "Local",
        "campaign_type": "DISCOUNT_COUPONS",
        "voucher": {"discount": {"type": "PERCENT", "percent_off": 10}},
    }

    answer = caller.post("/v1/campaigns", wanted, format="json")
    assert answer.json()["key"] == "approval_required", answer.content
    decide(ApprovalRequest.objects.get(), reviewer("rita"))

    assert sorted(Campaign.objects.get(name="Local").places) == [
        f"some:{munich.area.public_id}",
        f"store:{munich.public_id}@{munich.area.public_id}",
    ]
