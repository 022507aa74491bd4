"""Variations: made of a table, changed and launched together, one request for all."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from approvals.gate import ApprovalRequired
from approvals.models import ApprovalRequest
from commerce.models import ProductCollection, Segment
from core.actors import Actor, ActorKind, Role
from core.errors import DuplicateFound, NotFound
from core.models import Area, ProjectSettings
from promotions import approval_variations, variation_table
from promotions.models import Budget, Campaign, Lifecycle, Variation
from promotions.selectors import variations as selectors
from promotions.selectors.variations import Planner, Row
from promotions.services import campaigns, variations
from promotions.services.campaigns import CampaignSpec
from promotions.services.variations import ChangeSpec
from tests.approvals.world import policy
from tests.conftest import NOW
from tests.factories.commerce import ProductFactory
from tests.factories.promotions import (
    CampaignFactory,
    PromotionTierFactory,
    RuleAssignmentFactory,
    percent,
)

BY: Any = {"actor": Actor.system("tests"), "now": NOW}
MARKETER = Actor(kind=ActorKind.USER, id="7", label="anna", role=Role.USER, channel="ADMIN")

pytestmark = pytest.mark.django_db


@pytest.fixture
def parent(settings_row: ProjectSettings) -> Campaign:
    """Coupons for orders from 100 on."""
    campaign: Campaign = CampaignFactory(name="Sale", vouchers_count=10, discount=percent(20))
    RuleAssignmentFactory(campaign=campaign)
    return campaign


@pytest.fixture
def world(parent: Campaign) -> dict[str, Any]:
    return {
        "north": Area.objects.create(name="North", time_zone="Europe/Warsaw", currency="PLN", created_at=NOW),
        "vips": Segment.objects.create(name="VIPs", created_at=NOW),
        "tea": ProductFactory(source_id="tea", name="Green tea"),
        "mugs": ProductCollection.objects.create(name="Mugs", created_at=NOW),
    }


def planned(parent: Campaign, text: str) -> list[selectors.Planned]:
    row = ProjectSettings.objects.get()
    return Planner(parent, row.zone).plan(variation_table.parse(text))


def rows(parent: Campaign, text: str) -> list[Row]:
    found = planned(parent, text)
    assert [one.problems for one in found] == [{}] * len(found)
    return [one.row for one in found if one.row]


def made(parent: Campaign, text: str = "Name\nNorth\nSouth\nWest") -> list[Campaign]:
    return variations.make(parent_id=parent.pk, rows=rows(parent, text), **BY)


def test_each_row_becomes_a_draft_with_what_its_cells_say(parent: Campaign, world: Any) -> None:
    text = (
        "Name;Start;End;Discount;Segment;Collection;Area;Budget;Codes;Pattern;Region\n"
        "North;2026-12-01;2026-12-24;25 %;VIPs;Mugs;North;1000.00;50;NORTH-####;N\n"
        "South;;;;;;;;;;\n"
    )

    north, south = made(parent, text)

    assert (north.name, south.name) == ("Sale – North", "Sale – South")
    assert {north.lifecycle, south.lifecycle} == {Lifecycle.DRAFT}
    assert north.starts_at == datetime(2026, 12, 1, tzinfo=UTC)
    assert north.ends_at == datetime(2026, 12, 25, tzinfo=UTC)
    assert north.discount == {"type": "PERCENT", "percent_off": 25, "effect": "APPLY_TO_ITEMS"}
    rule = north.rule_assignment.rule
    assert rule.rules["1"] == parent.rule_assignment.rule.rules["1"]
    assert rule.rules["2"] == {
        "name": "customer.segment",
        "conditions": {"$is": [world["vips"].public_id]},
    }
    assert rule.rules["logic"] == "(1) and 2"
    assert rule.applicable_to["included"] == [
        {"object": "products_collection", "id": world["mugs"].public_id}
    ]
    north.refresh_from_db()
    assert north.places == [f"area:{world['north'].public_id}"]
    budget = Budget.objects.get(campaigns=north)
    assert (budget.limit, budget.measure, budget.name) == (100_000, Budget.Measure.DISCOUNT, north.name)
    assert (north.planned_codes, north.code_config["pattern"]) == (50, "NORTH-####")
    assert north.metadata == {"Region": "N"}
    assert (south.discount, south.planned_codes, south.metadata) == (percent(20), 10, {})
    assert south.rule_assignment.rule.rules == parent.rule_assignment.rule.rules
    assert list(Variation.objects.order_by("position").values_list("parent", "cells")) == [
        (parent.pk, rows_of(text)[0]),
        (parent.pk, {"Name": "South"}),
    ]


def rows_of(text: str) -> list[dict[str, str]]:
    table = variation_table.parse(text)
    return [table.cells(row) for row in table.rows]


def test_says_cell_by_cell_what_is_wrong(parent: Campaign, world: Any) -> None:
    CampaignFactory(name="Sale – Taken")
    Segment.objects.create(name="VIPs", created_at=NOW)

    found = planned(
        parent,
        "Name;Discount;Segment;Product;Collection;Code;Codes;Start;End\n"
        "Taken;200;Nobody;tea;Mugs;X;many;soon;\n"
        "A;;VIPs;;;;;2026-12-02;2026-12-01\n"
        "A;;;;;;;2026-12-03;2026-12-02\n"
        ";5;;;;;;;\n",
    )

    assert found[0].problems == {
        "Name": "There is a campaign of this name already.",
        "Discount": "Write a percentage above 0 up to 100, such as 25.",
        "Segment": "There is no segment “Nobody”.",
        "Collection": "Name a product or a collection, not both.",
        "Code": "Only a campaign with one generic code has a code of its own.",
        "Codes": "Write a whole number from 0 to 1,000,000.",
        "Start": "Write a day such as 2026-12-01, or a day with a time: 2026-12-01 09:00.",
    }
    assert list(found[1].problems) == ["Segment"]
    assert found[1].problems["Segment"].startswith("There are several")
    assert found[2].problems == {"Name": "Another row has this name."}
    assert found[3].problems == {"Name": "Each variation needs a name of its own."}
    assert [one.row for one in found] == [None] * 4


def test_all_or_none_are_made(parent: Campaign) -> None:
    wanted = rows(parent, "Name\nNorth\nSouth")
    CampaignFactory(name="Sale – South")

    with pytest.raises(DuplicateFound):
        variations.make(parent_id=parent.pk, rows=wanted, **BY)

    assert not Campaign.objects.filter(name="Sale – North").exists()
    assert Variation.objects.count() == 0


def test_trying_leaves_nothing_behind(parent: Campaign) -> None:
    wanted = rows(parent, "Name;Discount\nNorth;30\nSouth;")
    CampaignFactory(name="Sale – South")

    tried = variations.tried(parent_id=parent.pk, rows=wanted, show=lambda campaign: campaign.discount, **BY)

    assert [(one.shown, bool(one.problem)) for one in tried] == [(percent(30), False), (None, True)]
    assert Campaign.objects.count() == 2
    assert Variation.objects.count() == 0


def test_the_discount_of_a_promotion_stands_on_its_tier(world: Any) -> None:
    promotion = CampaignFactory(name="Promotion", promotion=True)
    PromotionTierFactory(campaign=promotion, discount=percent(10))

    (north,) = made(promotion, "Name;Discount;Product\nNorth;15;tea")

    tier = north.tiers.get()
    assert tier.discount == {"type": "PERCENT", "percent_off": 15, "effect": "APPLY_TO_ITEMS"}
    assert north.rule_assignment.rule.applicable_to["included"][0]["id"] == world["tea"].public_id
    variations.change(parent_id=promotion.pk, spec=ChangeSpec(discount="20 %"), **BY)
    tier.refresh_from_db()
    assert tier.discount["percent_off"] == 20


def test_all_are_changed_together(parent: Campaign) -> None:
    north, south, west = made(parent, "Name;Discount\nNorth;\nSouth;30\nWest;")
    ends_at = datetime(2027, 1, 1, tzinfo=UTC)
    some = (north.public_id, south.public_id)

    variations.change(parent_id=parent.pk, spec=ChangeSpec(discount="25"), **BY)
    variations.change(parent_id=parent.pk, spec=ChangeSpec(ends_at=ends_at, campaign_ids=some), **BY)

    changed = Campaign.objects.filter(variation__parent=parent).order_by("pk")
    assert [one.discount["percent_off"] for one in changed] == [25, 25, 25]
    assert [one.ends_at for one in changed] == [ends_at, ends_at, None]
    assert Campaign.objects.get(pk=parent.pk).discount == percent(20)


def test_a_change_that_one_cannot_have_changes_none(parent: Campaign) -> None:
    north, south, _ = made(parent)
    Campaign.objects.filter(pk=south.pk).update(discount={"type": "UNIT", "units": []})

    with pytest.raises(variations.InvalidChange):
        variations.change(parent_id=parent.pk, spec=ChangeSpec(discount="25"), **BY)
    with pytest.raises(variations.NoVariations):
        variations.change(parent_id=parent.pk, spec=ChangeSpec(), **BY)
    spec = ChangeSpec(discount="25", campaign_ids=(parent.public_id,))
    with pytest.raises(NotFound):
        variations.change(parent_id=parent.pk, spec=spec, **BY)

    north.refresh_from_db()
    assert north.discount == percent(20)


def test_all_are_launched_together(parent: Campaign) -> None:
    made(parent, "Name;Codes\nNorth;2\nSouth;3")

    launched = variations.launch(parent_id=parent.pk, campaign_ids=None, **BY)

    assert [(one.lifecycle, one.vouchers_count) for one in launched] == [("LIVE", 2), ("LIVE", 3)]
    with pytest.raises(variations.NoVariations):
        variations.launch(parent_id=parent.pk, campaign_ids=None, **BY)


def test_what_is_unlinked_goes_on_alone(parent: Campaign) -> None:
    north, south, west = made(parent)

    variations.unlink(campaign_id=north.pk, **BY)
    variations.change(parent_id=parent.pk, spec=ChangeSpec(discount="25"), **BY)

    north.refresh_from_db()
    assert north.discount == percent(20)
    assert [one.campaign_id for one in selectors.of(parent)] == [south.pk, west.pk]
    with pytest.raises(NotFound):
        variations.unlink(campaign_id=north.pk, **BY)


def test_one_in_the_bin_is_passed_over(parent: Campaign) -> None:
    north, south, west = made(parent)
    campaigns.delete(campaign_id=north.pk, force=False, **BY)

    launched = variations.launch(parent_id=parent.pk, campaign_ids=None, **BY)

    assert [one.pk for one in launched] == [south.pk, west.pk]


def test_drafts_are_free_and_their_launch_is_one_request(parent: Campaign) -> None:
    policy("Finance", operations=["campaigns.launch"])
    by = {"actor": MARKETER, "now": NOW}
    wanted = rows(parent, "Name;Budget\nNorth;100.00\nSouth;")
    variations.make(parent_id=parent.pk, rows=wanted, **by)
    variations.change(parent_id=parent.pk, spec=ChangeSpec(discount="25"), **by)

    with pytest.raises(ApprovalRequired) as asked:
        variations.launch(parent_id=parent.pk, campaign_ids=None, **by)
    asked.value.settle()

    request = ApprovalRequest.objects.get()
    assert request.operation == "campaigns.launch_variations"
    assert (request.target_type, request.target_id) == ("variations", parent.public_id)
    drafts = Campaign.objects.filter(variation__parent=parent)
    assert {one.lifecycle for one in drafts} == {Lifecycle.DRAFT}


def test_a_policy_about_changes_of_campaigns_holds_for_many_at_once(parent: Campaign) -> None:
    policy("Finance", operations=["campaigns.update"])
    by = {"actor": MARKETER, "now": NOW}
    made(parent)
    variations.change(parent_id=parent.pk, spec=ChangeSpec(discount="22"), **by)
    variations.launch(parent_id=parent.pk, campaign_ids=None, **by)

    with pytest.raises(ApprovalRequired):
        variations.change(parent_id=parent.pk, spec=ChangeSpec(discount="25"), **by)

    values = {one.discount["percent_off"] for one in Campaign.objects.filter(variation__parent=parent)}
    assert values == {22}


def test_what_all_have_in_common_is_said_once(parent: Campaign) -> None:
    made(parent, "Name;Discount\nNorth;\nSouth;\nWest;30")
    arguments = {"parent_id": parent.pk, "spec": ChangeSpec(), "now": NOW}
    before = approval_variations.changed(arguments, None, None)
    variations.change(parent_id=parent.pk, spec=ChangeSpec(discount="25"), **BY)
    after = approval_variations.changed(arguments, None, before)

    told = approval_variations.sentences("variations", before.content, after.content)

    assert told == [
        "Sale – North, Sale – South: Discount: 20 % off the order becomes 25 % off the order",
        "Sale – West: Discount: 30 % off the order becomes 25 % off the order",
    ]
    assert before.facts["discount_percent"] == 30


def test_the_number_of_variations_is_limited(parent: Campaign, monkeypatch: Any) -> None:
    monkeypatch.setattr(variations, "MOST", 2)

    with pytest.raises(variations.TooManyVariations):
        made(parent)

    assert Variation.objects.count() == 0


def test_a_draft_can_be_varied(settings_row: ProjectSettings) -> None:
    spec = CampaignSpec(values={"name": "Draft", "discount": percent(5)}, is_draft=True)
    draft = campaigns.create(spec=spec, **BY)

    (north,) = made(draft, "Name\nNorth")

    assert north.discount == percent(5)
