"""What stands on the calendar in a stretch of time, in how many queries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from approvals.gate import ApprovalRequired
from calendar_app.selectors import timeline
from calendar_app.selectors.scopes import Scope
from calendar_app.selectors.timeline import Asked, Bar
from calendar_app.standing import Standing
from core import audit
from core.actors import Actor
from core.models import Area, Store
from promotions.models import Campaign, Lifecycle
from promotions.services import campaigns
from promotions.services.campaigns import CampaignSpec
from tests.approvals.world import acting, person, policy
from tests.conftest import NOW
from tests.factories.areas import applies_in, area, store
from tests.factories.promotions import (
    CampaignFactory,
    CategoryFactory,
    PromotionTierFactory,
    RuleAssignmentFactory,
    ValidationRuleFactory,
)

pytestmark = pytest.mark.django_db

SINCE = datetime(2026, 3, 1, tzinfo=UTC)
UNTIL = datetime(2026, 4, 1, tzinfo=UTC)


def day(number: int, month: int = 3) -> datetime:
    return datetime(2026, month, number, tzinfo=UTC)


def asked(**more: Any) -> Asked:
    return Asked(**{"since": SINCE, "until": UNTIL, **more})


def names(**more: Any) -> list[str]:
    return [bar.name for bar in timeline.bars(asked(**more), now=NOW)]


def bar(name: str, **more: Any) -> Bar:
    return next(one for one in timeline.bars(asked(**more), now=NOW) if one.name == name)


def test_what_changes_comes_before_what_runs_through() -> None:
    CampaignFactory(name="Always")
    CampaignFactory(name="Ends", starts_at=day(1, 1), ends_at=day(20))
    CampaignFactory(name="Begins", starts_at=day(10))
    CampaignFactory(name="Inside", starts_at=day(5), ends_at=day(6))
    CampaignFactory(name="Over", ends_at=SINCE)
    CampaignFactory(name="Later", starts_at=UNTIL)
    CampaignFactory(name="Gone", deleted_at=NOW, lifecycle=Lifecycle.ARCHIVED)

    assert names() == ["Ends", "Inside", "Begins", "Always"]


def test_says_where_each_one_stands() -> None:
    CampaignFactory(name="live")
    CampaignFactory(name="scheduled", starts_at=day(20), lifecycle=Lifecycle.SCHEDULED)
    CampaignFactory(name="ended", ends_at=day(5), lifecycle=Lifecycle.ENDED)
    CampaignFactory(name="paused", lifecycle=Lifecycle.PAUSED, is_active=False)
    for state in ("draft", "in_review", "changes_requested", "rejected", "approved"):
        CampaignFactory(name=state, lifecycle=state.upper(), is_active=False)

    found = timeline.bars(asked(), now=NOW)

    assert {one.name: one.standing.value for one in found} == {one.name: one.name for one in found}
    assert len(found) == 9
    assert names(standings=[Standing.DRAFT, Standing.PAUSED]) == ["draft", "paused"]


def test_filters() -> None:
    category = CategoryFactory(name="Seasonal")
    CampaignFactory(name="Coupon, seasonal", category=category)
    CampaignFactory(name="Promotion", promotion=True, description="for the harbour")

    assert names(kinds=["PROMOTION"]) == ["Promotion"]
    assert names(categories=[category.public_id]) == ["Coupon, seasonal"]
    assert names(categories=[""]) == ["Promotion"]
    assert names(categories=["", category.public_id]) == ["Coupon, seasonal", "Promotion"]
    assert names(text="HARBOUR for") == ["Promotion"]
    assert names(text="100%") == []


def test_a_place_finds_what_applies_there() -> None:
    north, south = area("North"), area("South")
    gdynia, leith = store(north, "gdynia"), store(north, "leith")
    CampaignFactory(name="everywhere")
    applies_in(CampaignFactory(name="north"), area=north)
    applies_in(CampaignFactory(name="all of north"), all_stores_of=north)
    applies_in(CampaignFactory(name="gdynia"), store=gdynia)
    applies_in(CampaignFactory(name="leith"), store=leith)
    applies_in(CampaignFactory(name="south"), area=south)

    def at(place: str) -> set[str]:
        return set(names(places=timeline.within(place)))

    assert at(_word(north)) == {"everywhere", "north", "all of north", "gdynia", "leith"}
    assert at(_word(north, gdynia)) == {"everywhere", "north", "all of north", "gdynia"}
    assert at(_word(south)) == {"everywhere", "south"}


def _word(of: Area, shop: Store | None = None) -> str:
    return f"area:{of.public_id}" if shop is None else f"store:{shop.public_id}@{of.public_id}"


def rule(rules: dict[str, Any], included: list[dict[str, Any]] | None = None) -> Any:
    targets = {"included": included, "excluded": [], "included_all": False} if included else {}
    return ValidationRuleFactory(rules={**rules, "logic": "1"} if rules else {}, applicable_to=targets)


def test_conditions_say_for_whom_and_what_and_through_which_channel() -> None:
    vip = CampaignFactory(name="VIP")
    inner = {"1": {"name": "customer.segment", "conditions": {"$is": ["seg_vip", "seg_new"]}}}
    nested = {"1": {"name": "order.amount", "conditions": {"$more_than": [5]}, "rules": inner}}
    RuleAssignmentFactory(campaign=vip, rule=rule(nested))
    others = CampaignFactory(name="All but VIP")
    excluded = {"1": {"name": "customer.segment", "conditions": {"$is_not": ["seg_vip"]}}}
    RuleAssignmentFactory(campaign=others, rule=rule(excluded))
    till = CampaignFactory(name="Till", metadata={"channel": "pos", "segment": "Frequent"})
    keys = {"1": {"name": "redemption.api_key", "conditions": {"$is": ["app_till"]}}}
    RuleAssignmentFactory(campaign=till, rule=rule(keys))
    offers = CampaignFactory(name="Offers", promotion=True)
    tier = PromotionTierFactory(campaign=offers)
    shoes = [{"object": "products_collection", "id": "pc_shoes"}, {"object": "product", "id": "prod_1"}]
    RuleAssignmentFactory(promotion_tier=tier, rule=rule({}, included=shoes))

    found = {one.name: one.scope for one in timeline.bars(asked(with_scopes=True), now=NOW)}

    assert found == {
        "VIP": Scope(segments=frozenset({"seg_vip", "seg_new"})),
        "All but VIP": Scope(),
        "Till": Scope(channels=frozenset({"app_till", "pos"}), segments=frozenset({"Frequent"})),
        "Offers": Scope(collections=frozenset({"pc_shoes"})),
    }
    assert names(segment="seg_new") == ["VIP"]
    assert names(collection="pc_shoes") == ["Offers"]
    assert set(names(channel="app_till")) == {"VIP", "All but VIP", "Till", "Offers"}
    assert set(names(channel="app_web")) == {"VIP", "All but VIP", "Offers"}


def test_says_who_made_it(actor: Actor) -> None:
    campaign = CampaignFactory(name="Mine")
    audit.log(actor, "campaign.created", campaign, now=NOW)
    CampaignFactory(name="Nobody's")

    assert bar("Mine", with_owners=True).owner is not None
    assert bar("Nobody's", with_owners=True).owner is None
    assert names(owner=actor.id) == ["Mine"]


def test_tiers_have_their_own_limits_and_their_campaigns() -> None:
    campaign = CampaignFactory(name="Offers", promotion=True, starts_at=day(1, 1), ends_at=day(10))
    PromotionTierFactory(campaign=campaign, name="as it", hierarchy=1)
    PromotionTierFactory(campaign=campaign, name="longer", hierarchy=2, ends_at=day(25), days_of_week=[6])
    PromotionTierFactory(campaign=campaign, name="off", hierarchy=3, is_active=False)
    PromotionTierFactory(campaign=campaign, name="gone", hierarchy=4, deleted_at=NOW)

    closed, opened = bar("Offers"), bar("Offers", tiers_of=[campaign.pk])

    assert (closed.tiers, closed.tiers_count) == ((), 3)
    assert [(one.name, one.standing.value, one.ends_at) for one in opened.tiers] == [
        ("as it", "ended", day(10)),
        ("longer", "live", day(25)),
        ("off", "disabled", day(10)),
    ]
    assert timeline.is_recurring(opened.tiers[1].validity)
    late = timeline.bars(asked(since=day(20), tiers_of=None), now=NOW)
    assert [one.name for one in late] == ["Offers"]


def test_proposed_dates_are_ghosts_also_where_the_campaign_is_not() -> None:
    policy("Reviewer")
    campaign = CampaignFactory(name="Moved", starts_at=day(1, 5), ends_at=day(10, 5))
    with pytest.raises(ApprovalRequired) as refused:
        campaigns.update(
            campaign_id=campaign.pk,
            spec=CampaignSpec(values={"starts_at": day(20), "ends_at": day(25)}),
            actor=acting(person("mara", "User")),
            now=NOW,
        )
    refused.value.settle()

    found = bar("Moved")

    assert (found.starts_at, found.ends_at) == (day(1, 5), day(10, 5))
    ((waiting, dates),) = found.ghosts
    assert (dates.starts_at, dates.ends_at, dates.tier) == (day(20), day(25), "")
    assert refused.value.request is not None
    assert waiting.public_id == refused.value.request.public_id
    assert not waiting.deletes
    assert not waiting.launches


def test_a_change_of_something_else_waits_without_a_ghost() -> None:
    policy("Reviewer")
    campaign = CampaignFactory(name="Deeper", starts_at=day(2), ends_at=day(30))
    with pytest.raises(ApprovalRequired) as refused:
        campaigns.update(
            campaign_id=campaign.pk,
            spec=CampaignSpec(values={"description": "more"}),
            actor=acting(person("mara", "User")),
            now=NOW,
        )
    refused.value.settle()

    found = bar("Deeper")

    assert len(found.waiting) == 1
    assert found.ghosts == []


def test_the_cost_does_not_grow(count_queries: Callable[[Callable[[], Any]], int], actor: Actor) -> None:
    def add(number: int) -> None:
        for _ in range(number):
            campaign = CampaignFactory(promotion=True, category=CategoryFactory())
            tier = PromotionTierFactory(campaign=campaign)
            RuleAssignmentFactory(promotion_tier=tier)
            audit.log(actor, "campaign.created", campaign, now=NOW)

    def look() -> list[Bar]:
        return timeline.bars(asked(with_scopes=True, with_owners=True, tiers_of=None), now=NOW)

    add(2)
    few = count_queries(look)
    add(20)

    assert count_queries(look) == few == 5
    assert Campaign.objects.count() == 22
