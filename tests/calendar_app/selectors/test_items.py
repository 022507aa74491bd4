"""What is read from the database, as items; and how many people and products two have in common."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from approvals.models import ApprovalRequest
from calendar_app.overlaps import Answer, Board, Counts, Found, How, Item, Kind
from calendar_app.selectors import common_reach, items
from commerce.models import ProductCollection, Segment
from core import places
from core.instants import format_instant
from core.models import MetadataSchema
from engine import effects
from promotions import approval_contents as contents
from promotions.models import Campaign, Distribution, Lifecycle, Redemption
from tests.factories import areas
from tests.factories.blackouts import BlackoutFactory
from tests.factories.budgets import BudgetFactory, CounterFactory, draw
from tests.factories.commerce import (
    CustomerFactory,
    OrderFactory,
    ProductCollectionFactory,
    ProductFactory,
    SegmentFactory,
    SegmentMembershipFactory,
)
from tests.factories.gift_cards import GiftCampaignFactory
from tests.factories.promotions import (
    CampaignFactory,
    CategoryFactory,
    PromotionTierFactory,
    RuleAssignmentFactory,
    ValidationRuleFactory,
    VoucherFactory,
    percent,
)

pytestmark = pytest.mark.django_db


def on_items(percent_off: int) -> dict[str, Any]:
    return {"type": "PERCENT", "percent_off": percent_off, "effect": "APPLY_TO_ITEMS"}


def only(collection: ProductCollection) -> dict[str, Any]:
    return {"included": [{"object": "products_collection", "id": collection.public_id}]}


def is_in(*segments: Segment) -> dict[str, Any]:
    ids = [segment.public_id for segment in segments]
    return {"1": {"name": "customer.segment", "conditions": {"$is": ids}}, "logic": "1"}


def ruled(campaign: Campaign, **parts: Any) -> Campaign:
    RuleAssignmentFactory(rule=ValidationRuleFactory(**{"rules": {}, **parts}), campaign=campaign)
    return campaign


def by_key(now: datetime) -> dict[str, Item]:
    return {one.key: one for one in items.load(now)[0]}


def conflicts(now: datetime) -> list[Found]:
    found, world = items.load(now)
    return Board(world, found).conflicts()


def test_campaigns_of_codes_and_tiers_are_items(now: datetime) -> None:
    category = CategoryFactory(name="Joint", stacking_type="JOINT")
    codes = CampaignFactory(name="Spring", category=category, starts_at=now, metadata={"channel": "web"})
    promotion = CampaignFactory(name="Sale", promotion=True, ends_at=now + timedelta(days=3))
    tier = PromotionTierFactory(campaign=promotion, name="Gold", banner="20 %", is_active=True)
    off = PromotionTierFactory(campaign=promotion, name="Off", is_active=False)

    found = by_key(now)

    assert set(found) == {f"campaign:{codes.pk}", f"tier:{tier.pk}", f"tier:{off.pk}"}
    spring, gold = found[f"campaign:{codes.pk}"], found[f"tier:{tier.pk}"]
    assert (spring.name, spring.category, spring.category_id) == ("Spring", "Joint", category.public_id)
    assert (spring.starts_at, spring.channels) == (now, frozenset({"web"}))
    assert (gold.label, gold.unit, gold.tier_id) == ("Sale / Gold", f"campaign:{promotion.pk}", tier.pk)
    assert (gold.ends_at, gold.public_id, gold.banner) == (promotion.ends_at, tier.public_id, "20 %")
    assert not found[f"tier:{off.pk}"].can_reach
    assert gold.can_reach


def test_what_is_over_or_in_the_bin_is_left_out(now: datetime) -> None:
    CampaignFactory(ends_at=now - timedelta(days=1))
    CampaignFactory(deleted_at=now)
    paused = CampaignFactory(is_active=False, lifecycle=Lifecycle.PAUSED)
    draft = CampaignFactory(is_active=False, lifecycle=Lifecycle.DRAFT)

    found = by_key(now)

    assert set(found) == {f"campaign:{paused.pk}", f"campaign:{draft.pk}"}
    assert [one.can_reach for one in found.values()] == [False, True]
    assert found[f"campaign:{draft.pk}"].is_draft


def test_two_live_campaigns_collide_for_the_customers_and_products_of_both(now: datetime) -> None:
    vip, new = SegmentFactory(name="VIP"), SegmentFactory(name="New")
    both = [CustomerFactory() for _ in range(3)]
    for customer in both:
        SegmentMembershipFactory(segment=vip, customer=customer)
        SegmentMembershipFactory(segment=new, customer=customer)
    SegmentMembershipFactory(segment=vip)
    shoes = ProductCollectionFactory(products=[ProductFactory(), ProductFactory(name="Boot")])
    boots = ProductCollectionFactory(products=[ProductFactory(), *shoes_of(shoes, 1)])
    ruled(CampaignFactory(discount=on_items(20)), rules=is_in(vip), applicable_to=only(shoes))
    ruled(CampaignFactory(discount=on_items(10)), rules=is_in(new), applicable_to=only(boots))

    (found,) = conflicts(now)
    counts = common_reach.counts([found], now=now)[found.key]

    assert (found.kind, found.certainty) == (Kind.DOUBLE_DISCOUNT, Answer.OVERLAPS)
    assert (found.before, found.after, found.together_percent) == (1_000, 720, 28)
    assert counts == Counts(
        customers=3, customers_how=How.EXACT, products=1, products_how=How.EXACT, cost=found.at_stake
    )
    assert found.audience == "New and VIP"


def shoes_of(collection: ProductCollection, number: int) -> list[Any]:
    rows = collection.items.select_related("product").order_by("-position")[:number]
    return [row.product for row in rows]


def test_collections_that_go_by_a_filter_are_looked_into(now: datetime) -> None:
    ProductFactory(name="Boot", metadata={"kind": "shoe"})
    ProductFactory(name="Robot", metadata={"kind": "toy"})
    shoes = ProductCollectionFactory(
        name="Shoes", type="AUTO_UPDATE", filter={"metadata.kind": {"conditions": {"$is": ["shoe"]}}}
    )
    everything = ProductCollection.objects.get(public_id="pc_all")
    ruled(CampaignFactory(discount=on_items(20)), applicable_to=only(shoes))
    ruled(CampaignFactory(discount=on_items(10)), applicable_to=only(everything))

    (found,) = conflicts(now)

    assert found.kind is Kind.DOUBLE_DISCOUNT
    assert found.purchase is not None
    assert found.purchase.article == "Boot"


@pytest.mark.parametrize(("is_list", "number"), [(False, 0), (True, 1)])
def test_a_schema_says_that_metadata_is_one_value(now: datetime, is_list: bool, number: int) -> None:
    """Gold and silver customers are others, unless somebody can be both."""
    MetadataSchema.objects.create(
        related_object="customer",
        created_at=now,
        properties={"tier": {"type": "string", "array": is_list, "optional": True, "deleted": False}},
    )
    for tier in ("gold", "silver"):
        rule = {"name": "customer.metadata", "property": "tier", "conditions": {"$is": [tier]}}
        ruled(CampaignFactory(name=tier, discount=percent(60)), rules={"1": rule, "logic": "1"})

    assert len(conflicts(now)) == number


def test_places_and_budgets_are_taken_in(now: datetime) -> None:
    berlin, tokyo = areas.area("Berlin", zone="Europe/Berlin"), areas.area("Tokyo", zone="Asia/Tokyo")
    here = areas.applies_in(CampaignFactory(), area=berlin)
    there = areas.applies_in(CampaignFactory(), area=tokyo)
    pool = BudgetFactory(name="Pool", limit=5_000)
    CounterFactory(budget=pool, value=2_000)
    draw(pool, here, there)

    found = by_key(now)

    assert found[f"campaign:{here.pk}"].places == frozenset({f"area:{berlin.public_id}"})
    (budget,) = found[f"campaign:{there.pk}"].budgets
    assert (budget.name, budget.left, budget.is_money) == ("Pool", 3_000, True)
    assert [one.kind for one in conflicts(now)] == [Kind.SHARED_BUDGET]


def test_who_is_limited_to_places_does_not_limit_what_is_compared(now: datetime) -> None:
    CampaignFactory()
    CampaignFactory()

    with places.limited_to(frozenset({"area:ar_elsewhere"})):
        found = conflicts(now)

    assert len(found) == 1


def test_blackouts_of_the_calendar_are_asked(now: datetime) -> None:
    day = now.date() + timedelta(days=3)
    closed = BlackoutFactory(starts_on=day, ends_on=day)
    campaign = CampaignFactory()

    (found,) = conflicts(now)

    assert found.kind is Kind.BLACKOUT
    assert found.left.campaign_id == campaign.pk
    assert found.closure is not None
    assert found.closure.id == closed.public_id


def test_what_a_campaign_gave_lately_is_what_it_may_cost(now: datetime) -> None:
    campaign = CampaignFactory(starts_at=now - timedelta(days=7))
    voucher = VoucherFactory(campaign=campaign)
    Redemption.objects.create(
        result="SUCCESS",
        status="SUCCEEDED",
        related_object_type="voucher",
        voucher=voucher,
        campaign=campaign,
        voucher_code=voucher.code,
        discount_amount=7_000,
        redeemed_at=now - timedelta(days=1),
    )
    fresh = CampaignFactory(discount=percent(50))
    OrderFactory(amount=28_000, created_at=now - timedelta(days=2))

    found = by_key(now)

    assert found[f"campaign:{campaign.pk}"].daily_cost == 1_000
    # Orders of 10.00 a day, each with a redemption lately, half of it off.
    assert found[f"campaign:{fresh.pk}"].daily_cost == 500


def test_messages_to_the_same_segment_compete(now: datetime) -> None:
    vip = SegmentFactory(name="VIP")
    for number in (1, 2):
        Distribution.objects.create(
            name=f"Mail {number}",
            state=Distribution.State.LIVE,
            segment=vip,
            created_at=now,
            gives=CampaignFactory(discount=on_items(5), ends_at=now + timedelta(days=number)),
            starts_at=now + timedelta(hours=number),
        )

    found = [one for one in conflicts(now) if one.kind is Kind.COMPETING_MESSAGES]

    assert [one.why for one in found] == ["“Mail 1” and “Mail 2” both go to VIP"]


def test_a_gift_card_is_an_item_and_no_discount(now: datetime) -> None:
    GiftCampaignFactory()
    CampaignFactory()

    assert conflicts(now) == []


def test_codes_with_their_own_discounts_stand_for_their_campaign(now: datetime) -> None:
    bare = CampaignFactory(discount=None)
    VoucherFactory(campaign=bare, discount=percent(25))
    empty = CampaignFactory(discount=None)

    found = by_key(now)

    candidate = found[f"campaign:{bare.pk}"].candidate
    assert candidate is not None
    assert candidate.discount is not None
    assert candidate.discount.type == "PERCENT"
    assert found[f"campaign:{empty.pk}"].candidate is None


def test_the_digest_changes_with_terms_only(now: datetime) -> None:
    campaign = CampaignFactory()
    key = f"campaign:{campaign.pk}"
    before = by_key(now)[key].digest

    Campaign.objects.filter(pk=campaign.pk).update(vouchers_count=7, updated_at=now)
    same = by_key(now)[key].digest
    ruled(campaign, rules=is_in(SegmentFactory()))
    other = by_key(now)[key].digest

    assert same == before
    assert other != before


def ask_for(campaign: Campaign, **changes: Any) -> ApprovalRequest:
    """An open request that would leave these terms."""
    content = contents.campaign(campaign.pk)
    assert content is not None
    return ApprovalRequest.objects.create(
        operation="campaigns.update",
        title="Change it",
        arguments={},
        fingerprint=campaign.public_id,
        target_type="campaign",
        target_id=campaign.public_id,
        target_label=campaign.name,
        proposal={**content, **changes},
        base_sha256="b",
        proposal_sha256="p",
        requester_kind="USER",
        requester_id="7",
        requester_label="Ann",
        requester={},
        last_editor_id="7",
        created_at=campaign.created_at,
    )


def test_what_is_proposed_stands_beside_what_is_there(now: datetime) -> None:
    campaign = ruled(CampaignFactory(name="Spring"), rules=is_in(SegmentFactory()))
    other = CampaignFactory(starts_at=now + timedelta(days=20))
    request = ask_for(campaign, expiration_date=format_instant(now + timedelta(days=5)))

    found = by_key(now)
    ghost = found[f"proposal:{request.public_id}"]

    assert (ghost.is_ghost, ghost.request_id, ghost.name) == (True, request.pk, "Spring")
    assert (ghost.campaign_id, ghost.ends_at) == (campaign.pk, now + timedelta(days=5))
    assert {one.key for one in conflicts(now)} == {
        f"DOUBLE_DISCOUNT:campaign:{campaign.pk}|campaign:{other.pk}"
    }


def test_tiers_are_proposed_by_their_names(now: datetime) -> None:
    campaign = CampaignFactory(promotion=True)
    tier = PromotionTierFactory(campaign=campaign, name="Gold")
    content = contents.campaign(campaign.pk) or {}
    deeper = {**content["tiers"][0], "discount": percent(60)}
    request = ask_for(campaign, tiers=[deeper])

    ghost = by_key(now)[f"proposal:{request.public_id}:tier:{tier.pk}"]

    assert ghost.tier_id == tier.pk
    assert ghost.candidate is not None
    assert ghost.candidate.discount == effects.parse(percent(60))


@pytest.mark.parametrize("changes", [{}, {"description": "New words"}, {"active": False}])
def test_what_leaves_customers_as_they_are_is_no_ghost(now: datetime, changes: dict[str, Any]) -> None:
    request = ask_for(ruled(CampaignFactory(), rules=is_in(SegmentFactory())), **changes)

    assert not any(key.startswith(f"proposal:{request.public_id}") for key in by_key(now))


def test_queries_do_not_grow(now: datetime, count_queries: Callable[[Callable[[], Any]], int]) -> None:
    def more(number: int) -> None:
        for _ in range(number):
            shoes = ProductCollectionFactory(products=[ProductFactory()])
            ruled(
                CampaignFactory(discount=on_items(5)),
                rules=is_in(SegmentFactory()),
                applicable_to=only(shoes),
            )
            campaign = ruled(CampaignFactory(promotion=True), rules=is_in(SegmentFactory()))
            PromotionTierFactory(campaign=campaign)
            draw(BudgetFactory(), campaign)

    more(2)
    few = count_queries(lambda: items.load(now))
    more(8)

    assert count_queries(lambda: items.load(now)) == few
    assert few <= 40
