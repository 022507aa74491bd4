from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from core.actors import Actor, ActorKind, Role
from core.errors import InvalidPayload, NotFound, ResourceProtected
from core.models import AuditEntry, OutboxEvent
from integrations.models import AsyncAction
from integrations.services import async_actions
from loyalty.models import EarningRule, LoyaltyTier, TierMapping
from loyalty.services import tier_structure, tiers
from loyalty.services.tiers import MappingSpec, TierSpec
from promotions.models import Campaign, Reward, RewardAssignment
from tests.conftest import NOW
from tests.factories.promotions import CREATED_AT, CampaignFactory
from tests.loyalty import books
from tests.loyalty.books import Type
from tests.loyalty.members import gave, holds, lasting, member, moves, programme, standing, tier

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
KEY = Actor(kind=ActorKind.API_KEY, id="key", label="key", role=Role.ADMIN, channel="API")
DOUBLE = MappingSpec(type="MULTIPLY", multiplier=Decimal(2))


@pytest.fixture
def club() -> Campaign:
    return programme()


def rule(of: Campaign) -> EarningRule:
    return EarningRule.objects.create(
        campaign=of,
        event="order.paid",
        loyalty={"type": "FIXED", "points": 35},
        banner="Every order",
        created_at=CREATED_AT,
    )


def assigned(of: Campaign, points: int | None = 25, *, name: str = "Mug") -> RewardAssignment:
    coins: dict[str, Any] = {"type": Reward.Type.COIN, "exchange_ratio": 1, "points_ratio": 1}
    other = {"type": Reward.Type.CAMPAIGN, "campaign": CampaignFactory()}
    reward = Reward.objects.create(name=name, created_at=CREATED_AT, **(coins if points is None else other))
    return RewardAssignment.objects.create(reward=reward, campaign=of, points=points, created_at=CREATED_AT)


def create(of: Campaign, *specs: TierSpec, actor: Actor) -> list[LoyaltyTier]:
    return tiers.create(campaign_id=of.pk, specs=specs, actor=actor, now=NOW)


def silver(**values: Any) -> TierSpec:
    return TierSpec(**{"name": "Silver", "points_from": 1000, "points_to": 4999, **values})


def gold(**values: Any) -> TierSpec:
    return TierSpec(**{"name": "Gold", "points_from": 5000, **values})


def work_off() -> None:
    for job in AsyncAction.objects.filter(finished_at=None).order_by("pk"):
        while async_actions.advance(public_id=job.public_id, now=NOW) is not None:
            pass


def test_makes_tiers_with_what_holders_get_and_pay(club, actor):
    earns, mug, cash = rule(club), assigned(club), assigned(club, None, name="Cash")

    made = create(
        club,
        silver(metadata={"colour": "grey"}),
        gold(
            earning_rules={earns.public_id: DOUBLE},
            rewards={
                mug.public_id: MappingSpec(type="CUSTOM", points=10),
                cash.reward.public_id: MappingSpec(type="NOT_AVAILABLE"),
            },
        ),
        actor=actor,
    )

    assert [(one.name, one.points_from, one.points_to) for one in made] == [
        ("Silver", 1000, 4999),
        ("Gold", 5000, None),
    ]
    assert made[0].metadata == {"colour": "grey"}
    kept = TierMapping.objects.filter(tier=made[1]).order_by("pk")
    assert [(one.earning_rule, one.assignment, one.type, one.multiplier, one.points) for one in kept] == [
        (earns, None, "MULTIPLY", Decimal(2), None),
        (None, mug, "CUSTOM", None, 10),
        (None, cash, "NOT_AVAILABLE", None, None),
    ]
    assert list(AuditEntry.objects.values_list("action", flat=True)) == ["loyalty_tier.created"] * 2
    events = OutboxEvent.objects.filter(name="campaign.loyalty_tier.created").order_by("pk")
    assert [event.payload["loyalty_tier_id"] for event in events] == [one.public_id for one in made]


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        (gold(points_from=4999), "The points of Silver and Gold overlap: end Silver at 4998 or below."),
        (gold(points_from=0, points_to=1000), "The points of Gold and Silver overlap"),
        (gold(points_from=0), "The points of Gold and Silver overlap"),
        (gold(points_from=6000, points_to=5999), "points.to not below it"),
        (TierSpec(name="Gold"), "needs a name and points.from"),
        (TierSpec(points_from=1), "needs a name and points.from"),
        (gold(name="  "), "must not be empty"),
    ],
)
def test_refuses_tiers_that_mean_nothing_and_writes_none_of_them(club, actor, spec, says):
    with pytest.raises(InvalidPayload) as refused:
        create(club, silver(), spec, actor=actor)

    assert says in refused.value.details
    assert not LoyaltyTier.objects.exists()
    assert not OutboxEvent.objects.exists()


@pytest.mark.parametrize(
    ("mapping", "says"),
    [
        (MappingSpec(type="ADD", points=1), "type must be one of: MULTIPLY, CUSTOM."),
        (MappingSpec(type="NOT_AVAILABLE"), "type must be one of: MULTIPLY, CUSTOM."),
        (MappingSpec(type="MULTIPLY"), "multiplier must be a number"),
        (MappingSpec(type="MULTIPLY", multiplier=Decimal(-1)), "multiplier must be a number"),
        (MappingSpec(type="MULTIPLY", multiplier=Decimal("0.0000001")), "multiplier must be a number"),
        (MappingSpec(type="MULTIPLY", multiplier=Decimal(10_001)), "multiplier must be a number"),
        (MappingSpec(type="CUSTOM"), "points must be a whole number"),
        (MappingSpec(type="CUSTOM", points=-1), "points must be a whole number"),
    ],
)
def test_refuses_mappings_of_rules_that_mean_nothing(club, actor, mapping, says):
    earns = rule(club)

    with pytest.raises(InvalidPayload) as refused:
        create(club, silver(earning_rules={earns.public_id: mapping}), actor=actor)

    assert says in refused.value.details
    assert not LoyaltyTier.objects.exists()


def test_refuses_a_price_of_paying_with_points_and_one_reward_twice(club, actor):
    mug, cash = assigned(club), assigned(club, None, name="Cash")
    custom = MappingSpec(type="CUSTOM", points=10)

    with pytest.raises(InvalidPayload):
        create(club, silver(rewards={cash.public_id: custom}), actor=actor)
    with pytest.raises(InvalidPayload) as refused:
        create(club, silver(rewards={mug.public_id: custom, mug.reward.public_id: custom}), actor=actor)

    assert "rewards names Mug twice" in refused.value.details


def test_knows_only_rules_and_rewards_of_its_programme(club, actor):
    other = programme("Other")

    with pytest.raises(NotFound):
        create(club, silver(earning_rules={rule(other).public_id: DOUBLE}), actor=actor)
    with pytest.raises(NotFound):
        create(club, silver(rewards={assigned(other).public_id: DOUBLE}), actor=actor)
    with pytest.raises(NotFound):
        tiers.create(campaign_id=CampaignFactory().pk, specs=(silver(),), actor=actor, now=NOW)


def test_a_protected_programme_is_not_changed_by_programs(club):
    Campaign.objects.filter(pk=club.pk).update(protected=True)

    with pytest.raises(ResourceProtected):
        create(club, silver(), actor=KEY)


def test_changes_what_was_said_and_leaves_the_rest(club, actor):
    earns, mug = rule(club), assigned(club)
    (one,) = create(
        club,
        silver(metadata={"a": 1}, earning_rules={earns.public_id: DOUBLE}, rewards={mug.public_id: DOUBLE}),
        actor=actor,
    )

    tiers.update(
        loyalty_tier_id=one.pk,
        spec=TierSpec(name="Argent", rewards={}, metadata={"b": 2}),
        actor=actor,
        now=NOW,
    )

    one.refresh_from_db()
    assert (one.name, one.points_from, one.points_to, one.metadata) == (
        "Argent",
        1000,
        4999,
        {"a": 1, "b": 2},
    )
    assert [kept.earning_rule for kept in one.mappings.all()] == [earns]
    entry = AuditEntry.objects.get(action="loyalty_tier.updated")
    assert entry.before["name"] == "Silver"
    assert entry.after["name"] == "Argent"
    assert entry.after["rewards"] == {}
    assert not AsyncAction.objects.exists()


def test_a_change_of_nothing_leaves_no_trace(club, actor):
    (one,) = create(club, silver(), actor=actor)

    tiers.update(loyalty_tier_id=one.pk, spec=TierSpec(name="Silver"), actor=actor, now=NOW)

    assert not AuditEntry.objects.filter(action="loyalty_tier.updated").exists()


class TestMembers:
    """Contract loyalty 10.5: who holds what after a change of the structure."""

    def test_who_qualifies_gets_a_new_tier(self, club, actor):
        card, other = member(club, "A"), member(club, "B")
        gave(card, 1200, on=TODAY)

        create(club, silver(), actor=actor)
        assert standing(card)[0] is None
        work_off()

        assert standing(card) == ("Silver", TODAY, None)
        assert standing(other)[0] is None
        assert moves(card)[0][0] == "joined"

    def test_without_an_end_other_thresholds_move_both_ways(self, club, actor):
        one = tier(club, "Silver", 1000)
        high, low = member(club, "A"), member(club, "B")
        gave(high, 1200, on=TODAY)
        gave(low, 1000, on=TODAY)
        for card in (high, low):
            holds(card, one, since=TODAY)

        tiers.update(loyalty_tier_id=one.pk, spec=TierSpec(points_from=1100), actor=actor, now=NOW)
        work_off()

        assert standing(high)[0] == "Silver"
        assert standing(low)[0] is None

    def test_with_an_end_they_only_move_up(self, actor):
        club = programme(tiers_expiration=lasting("P3M"))
        one = tier(club, "Silver", 1000, 4999)
        two = tier(club, "Gold", 5000)
        card, rising = member(club, "A"), member(club, "B")
        gave(card, 1000, on=TODAY)
        gave(rising, 4500, on=TODAY)
        for each in (card, rising):
            holds(each, one, since=TODAY, until=TODAY.replace(month=6))

        tiers.update(
            loyalty_tier_id=one.pk, spec=TierSpec(points_from=1100, points_to=3999), actor=actor, now=NOW
        )
        tiers.update(loyalty_tier_id=two.pk, spec=TierSpec(points_from=4000), actor=actor, now=NOW)
        work_off()

        assert standing(card)[0] == "Silver"
        assert standing(rising)[0] == "Gold"

    def test_a_removed_tier_is_lost_at_once_even_before_its_end(self, actor):
        club = programme(tiers_expiration=lasting("P3M"))
        tier(club, "Silver", 1000, 4999)
        two = tier(club, "Gold", 5000)
        gone, falls = member(club, "A"), member(club, "B")
        gave(gone, 6000, on=TODAY)
        gave(falls, 1500, on=TODAY)
        for each in (gone, falls):
            holds(each, two, since=TODAY, until=TODAY.replace(month=6))

        tiers.delete(loyalty_tier_id=two.pk, actor=actor, now=NOW)
        work_off()

        assert standing(gone) == (None, None, None)
        assert standing(falls)[0] == "Silver"
        assert [move[:3] for move in moves(gone)] == [("left", "Gold", None)]
        assert [move[:3] for move in moves(falls)] == [("downgraded", "Gold", "Silver")]

    def test_refreshed_terms_move_ends_and_let_nobody_fall(self, actor):
        club = programme(tiers_expiration=lasting("P6M"))
        one = tier(club, "Silver", 1000)
        card, low = member(club, "A"), member(club, "B")
        gave(card, 1000, on=TODAY)
        for each in (card, low):
            holds(each, one, since=TODAY, until=TODAY.replace(month=4))

        tier_structure.look_again(campaign=club, refresh=True, actor=actor, now=NOW)
        work_off()

        assert standing(card) == ("Silver", TODAY, TODAY.replace(month=9))
        assert standing(low) == ("Silver", TODAY, TODAY.replace(month=9))
        assert [move[0] for move in moves(card)] == ["expiration.changed"]

    def test_goes_through_all_members_slice_by_slice(self, club, actor, monkeypatch):
        monkeypatch.setattr(tier_structure, "CARDS_AT_ONCE", 2)
        cards = [member(club, f"C{number}") for number in range(5)]
        for card in cards:
            books.line(card, Type.ACCRUAL, 1000, TODAY)

        create(club, silver(), actor=actor)
        job = AsyncAction.objects.get()
        assert job.rows_count == 3
        work_off()

        assert {standing(card)[0] for card in cards} == {"Silver"}
        job.refresh_from_db()
        assert (job.status, job.done_count, job.failed_count) == ("DONE", 3, 0)

    def test_a_programme_without_members_needs_no_job(self, club, actor):
        create(club, silver(), actor=actor)

        assert not AsyncAction.objects.exists()


def test_a_removed_tier_cannot_be_changed(club, actor):
    (one,) = create(club, silver(), actor=actor)
    tiers.delete(loyalty_tier_id=one.pk, actor=actor, now=NOW)

    with pytest.raises(NotFound):
        tiers.delete(loyalty_tier_id=one.pk, actor=actor, now=NOW)
    with pytest.raises(NotFound):
        tiers.update(loyalty_tier_id=one.pk, spec=TierSpec(name="X"), actor=actor, now=NOW)
    assert create(club, silver(), actor=actor)
