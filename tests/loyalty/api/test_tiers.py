"""`/v1/loyalties/…/tiers`: shapes and refusals. Contract: loyalty 10.1, openapi/loyalties."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from loyalty.models import EarningRule, LoyaltyTier
from promotions.models import Campaign, Reward, RewardAssignment, Voucher
from tests.factories.promotions import CREATED_AT, CampaignFactory
from tests.loyalty import books
from tests.loyalty.members import holds, member, programme, tier

pytestmark = pytest.mark.django_db
SILVER: dict[str, Any] = {"name": "Silver", "points": {"from": 1000, "to": 4999}}
GOLD: dict[str, Any] = {"name": "Gold", "points": {"from": 5000}}


@pytest.fixture
def club() -> Campaign:
    return programme()


@pytest.fixture
def path(club: Campaign) -> str:
    return f"/v1/loyalties/{club.public_id}/tiers"


def rule(of: Campaign) -> EarningRule:
    return EarningRule.objects.create(
        campaign=of,
        event="order.paid",
        loyalty={"type": "FIXED", "points": 35},
        created_at=CREATED_AT,
    )


def assigned(of: Campaign, points: int = 25, name: str = "Mug") -> RewardAssignment:
    reward = Reward.objects.create(
        name=name, type=Reward.Type.CAMPAIGN, campaign=CampaignFactory(), created_at=CREATED_AT
    )
    return RewardAssignment.objects.create(reward=reward, campaign=of, points=points, created_at=CREATED_AT)


def test_makes_tiers_and_shows_them(api, club, path):
    earns, mug = rule(club), assigned(club)
    body = [
        SILVER,
        {
            **GOLD,
            "earning_rules": {earns.public_id: {"type": "MULTIPLY", "multiplier": 1.5}},
            "rewards": {mug.reward.public_id: {"type": "CUSTOM", "points": 20}},
            "metadata": {"colour": "yellow"},
        },
    ]

    answer = api.post(path, body)

    assert answer.status_code == 200, answer.json()
    silver, gold = answer.json()
    kept = LoyaltyTier.objects.get(name="Gold")
    assert gold == {
        "id": kept.public_id,
        "name": "Gold",
        "campaign_id": club.public_id,
        "metadata": {"colour": "yellow"},
        "created_at": gold["created_at"],
        "updated_at": None,
        "earning_rules": {earns.public_id: {"type": "MULTIPLY", "multiplier": 1.5}},
        "rewards": {mug.public_id: {"type": "CUSTOM", "points": 20}},
        "config": {"points": {"from": 5000}},
        "points": {"from": 5000},
        "object": "loyalty_tier",
    }
    assert silver["points"] == silver["config"]["points"] == {"from": 1000, "to": 4999}
    assert api.get(f"{path}/{kept.public_id}").json() == gold
    listed = api.get(f"{path}?order=created_at").json()
    assert (listed["object"], listed["data_ref"], listed["total"]) == ("list", "data", 2)
    assert listed["data"] == [silver, gold]
    assert api.get(f"{path}?limit=1&order=-created_at").json()["data"] == [gold]


def test_a_programme_goes_by_its_name_too(api, club):
    tier(club, "Silver", 1000)

    assert api.get("/v1/loyalties/Club/tiers").json()["total"] == 1


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({}, "The body must be an array"),
        ([], "The body must be an array"),
        (["x"], "must be a JSON object"),
        ([{"name": "Gold"}], "points"),
        ([{**GOLD, "name": ""}], "name"),
        ([{**GOLD, "points": {"from": "10"}}], "from"),
        ([{**GOLD, "points": {"from": -1}}], "from"),
        ([{**GOLD, "points": {"from": 10, "to": 9}}], "points.to"),
        ([SILVER, {**GOLD, "points": {"from": 4999}}], "overlap"),
        ([{**GOLD, "metadata": []}], "metadata"),
        ([{**GOLD, "rewards": []}], "rewards"),
        ([{**GOLD, "rewards": {"x": 1}}], "rewards"),
        ([{**GOLD, "earning_rules": {"x": {}}}], "type"),
        ([{**GOLD, "earning_rules": {"x": {"type": "MULTIPLY", "multiplier": "2"}}}], "multiplier"),
    ],
)
def test_refuses_a_wrong_shape_and_writes_nothing(api, path, body, says):
    answer = api.post(path, body)

    assert answer.status_code == 400
    assert says in str(answer.json())
    assert not LoyaltyTier.objects.exists()


def test_refuses_what_is_not_in_the_programme(api, club, path):
    other = programme("Other")
    mapping = {"type": "MULTIPLY", "multiplier": 2}

    assert api.post(path, [{**GOLD, "earning_rules": {rule(other).public_id: mapping}}]).status_code == 404
    assert api.post(path, [{**GOLD, "rewards": {assigned(other).public_id: mapping}}]).status_code == 404
    foreign = tier(other, "Silver", 1)
    assert api.get(f"{path}/{foreign.public_id}").json()["resource_type"] == "loyalty_tier"
    assert api.get(f"/v1/loyalties/{CampaignFactory().public_id}/tiers").status_code == 404
    assert api.get("/v1/loyalties/nope/tiers").status_code == 404


def test_readers_do_not_write(api_as, path):
    viewer = api_as("VIEWER")

    assert viewer.get(path).status_code == 200
    assert viewer.post(path, [SILVER]).status_code == 403
    assert not LoyaltyTier.objects.exists()


def test_a_list_costs_the_same_however_long_it_is(api, club, path, count_queries):
    tier(club, "Silver", 0, 9)
    api.get(path)
    few = count_queries(lambda: api.get(path))
    for number in range(1, 9):
        tier(club, f"T{number}", number * 10, number * 10 + 9)

    assert count_queries(lambda: api.get(path)) == few


class TestMapped:
    """What holders of a tier earn and pay."""

    @pytest.fixture
    def gold(self, api, club, path):
        self.earns, self.other = rule(club), rule(club)
        self.mug, self.cap = assigned(club, 25), assigned(club, 40, "Cap")
        self.pen = assigned(club, 5, "Pen")
        (made,) = api.post(
            path,
            [
                {
                    **GOLD,
                    "earning_rules": {self.earns.public_id: {"type": "MULTIPLY", "multiplier": 2}},
                    "rewards": {
                        self.mug.public_id: {"type": "MULTIPLY", "multiplier": 0.5},
                        self.cap.public_id: {"type": "NOT_AVAILABLE"},
                    },
                }
            ],
        ).json()
        return f"{path}/{made['id']}"

    def test_rules_show_the_points_of_the_tier(self, api, gold):
        listed = api.get(f"{gold}/earning-rules").json()

        assert (listed["object"], listed["data_ref"], listed["total"]) == ("list", "data", 2)
        points = {one["id"]: one["loyalty"]["points"] for one in listed["data"]}
        assert points == {self.earns.public_id: 70, self.other.public_id: 35}
        self.earns.refresh_from_db()
        assert self.earns.loyalty["points"] == 35

    def test_rewards_show_the_price_of_the_tier_without_what_is_not_for_it(self, api, gold):
        listed = api.get(f"{gold}/rewards").json()

        assert (listed["object"], listed["data_ref"], listed["total"]) == ("list", "data", 2)
        assert {one["object"] for one in listed["data"]} == {"loyalty_tier_reward"}
        prices = {
            one["assignment"]["id"]: one["assignment"]["parameters"]["loyalty"]["points"]
            for one in listed["data"]
        }
        assert prices == {self.mug.public_id: 13, self.pen.public_id: 5}
        assert listed["data"][0]["reward"]["id"] == self.mug.reward.public_id


class TestOfAMember:
    def test_shows_the_tier_with_its_days(self, api, club):
        card = member(club, "A")
        holds(card, tier(club, "Silver", 1000), since=date(2026, 3, 1), until=date(2099, 3, 31))
        voucher = Voucher.objects.select_related("holder").get(pk=card.pk)

        for name in ("A", voucher.public_id):
            listed = api.get(f"/v1/loyalties/members/{name}/tiers").json()
            assert (listed["object"], listed["data_ref"], listed["total"]) == ("list", "data", 1)
            (held,) = listed["data"]
            assert held["name"] == "Silver"
            assert held["expiration"] == {
                "customer_id": voucher.holder.public_id,
                "campaign_id": club.public_id,
                "tier_id": held["id"],
                "start_date": "2026-03-01",
                "expiration_date": "2099-03-31",
                "created_at": held["expiration"]["created_at"],
            }

    def test_is_empty_without_one_or_once_it_is_over(self, api, club):
        card = member(club, "A")
        assert api.get("/v1/loyalties/members/A/tiers").json()["data"] == []

        holds(card, tier(club, "Silver", 1000), since=date(2026, 1, 1), until=date(2026, 1, 31))

        assert api.get("/v1/loyalties/members/A/tiers").json()["data"] == []

    def test_knows_only_cards(self, api):
        assert api.get("/v1/loyalties/members/nope/tiers").status_code == 404
        books.programme("Club")
        assert api.get("/v1/loyalties/members/Club/tiers").status_code == 404
