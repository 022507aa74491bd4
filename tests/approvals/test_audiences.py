"""Segments and collections that a running campaign uses change only with the yes that campaigns need."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from approvals import registry
from approvals.gate import ApprovalRequired
from approvals.models import ApprovalRequest, Decision
from approvals.services import decisions
from commerce import usage
from commerce.models import Segment
from commerce.services import collections, segments
from core.errors import ResourceInUse
from promotions.models import Campaign, ValidationRule, ValidationRuleAssignment
from tests.approvals.world import acting, only_request, person, policy
from tests.factories.commerce import CREATED_AT, ProductCollectionFactory, ProductFactory, SegmentFactory
from tests.factories.promotions import CampaignFactory, percent

pytestmark = pytest.mark.django_db

POLISH = {"junction": "and", "address.country": {"conditions": {"$is": "PL"}}}
GERMAN = {"junction": "and", "address.country": {"conditions": {"$is": "DE"}}}


def used_by_a_campaign(name: str, condition: Any, **campaign: Any) -> Campaign:
    rule = ValidationRule.objects.create(
        name=f"Rule {name}", rules={"1": condition, "logic": "1"}, created_at=CREATED_AT
    )
    made = CampaignFactory(name=name, discount=percent(10), **campaign)
    ValidationRuleAssignment.objects.create(rule=rule, campaign=made, created_at=CREATED_AT)
    return made


def naming(segment: Segment) -> Any:
    return {"name": "customer.segment", "conditions": {"$is": [segment.public_id]}}


def passive(name: str = "Poles") -> Segment:
    return SegmentFactory(name=name, type=Segment.Type.PASSIVE, filter=POLISH)


def change(segment: Segment, actor: Any, now: datetime) -> Segment:
    return segments.update(segment_id=segment.pk, filter=GERMAN, actor=actor, now=now)


def test_a_segment_of_a_running_campaign_waits_for_a_yes(now: datetime) -> None:
    segment = passive()
    used_by_a_campaign("Spring", naming(segment))
    policy("Finance", conditions=[])

    with pytest.raises(ApprovalRequired) as refused:
        change(segment, acting(person("mia", "User")), now)
    refused.value.settle()

    request = only_request()
    segment.refresh_from_db()
    assert segment.filter == POLISH
    assert (request.operation, request.target_id) == ("segments.update", segment.public_id)
    assert (request.base["filter"], request.proposal["filter"]) == (POLISH, GERMAN)
    assert "campaign Spring" in request.base["used_by"]
    said = registry.differences(request.target_type, request.base, request.proposal)
    assert said[0] == "Changes the conditions of the filter"

    decisions.decide(
        request_id=request.pk,
        verdict=Decision.Verdict.APPROVE,
        actor=acting(person("fi", "Finance")),
        now=now,
        comment="",
        revision=request.revision,
    )
    segment.refresh_from_db()
    assert segment.filter == GERMAN
    assert ApprovalRequest.objects.get().state == ApprovalRequest.State.APPLIED


def test_a_segment_that_nobody_or_only_a_draft_uses_is_free(now: datetime) -> None:
    alone, drafted = passive("alone"), passive("drafted")
    used_by_a_campaign("Draft", naming(drafted), lifecycle="DRAFT", is_active=False)
    policy("Finance", conditions=[])
    mia = acting(person("mia", "User"))

    for segment in (alone, drafted):
        change(segment, mia, now)
        segment.refresh_from_db()
        assert segment.filter == GERMAN
    assert not ApprovalRequest.objects.exists()


def test_a_collection_of_a_running_campaign_waits_for_a_yes(now: datetime) -> None:
    product, other = ProductFactory(), ProductFactory()
    collection = ProductCollectionFactory(name="Toys", products=[product])
    item = {"object": "products_collection", "id": collection.public_id}
    used_by_a_campaign("Spring", {"name": "cart_or_order.items.any", "conditions": {"$is": [item]}})
    policy("Finance", conditions=[])

    with pytest.raises(ApprovalRequired) as refused:
        collections.update(
            collection_id=collection.pk,
            name=None,
            filter=None,
            products=[{"id": other.public_id, "object": "product"}],
            actor=acting(person("mia", "User")),
            now=now,
        )
    refused.value.settle()

    assert [entry.product_id for entry in collection.items.all()] == [product.pk]
    said = registry.differences("product_collection", only_request().base, only_request().proposal)
    assert said[0] == "Replaces the list: 1 product before, 1 product after"


def test_whoever_uses_it_is_named_running_ones_first(now: datetime) -> None:
    segment = passive()
    used_by_a_campaign("Draft", naming(segment), lifecycle="DRAFT", is_active=False)
    used_by_a_campaign("Spring", naming(segment))
    used_by_a_campaign("Other", naming(passive("else")))

    found = usage.users_of(segment.public_id)

    assert [(user.kind, user.name, user.is_running) for user in found] == [
        ("campaign", "Spring", True),
        ("campaign", "Draft", False),
        ("conditions", "Rule Draft", False),
        ("conditions", "Rule Spring", False),
    ]
    with pytest.raises(ResourceInUse, match="Segment Poles is used by campaign Spring"):
        segments.delete(segment_id=segment.pk, actor=acting(person("adam", "Admin")), now=now)
