"""Members take rewards for points, pay with them, and get them back. Contract: loyalty 8."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from rest_framework.test import APIClient

from core.models import AuditEntry, OutboxEvent
from demo_store.wire import Refused
from loyalty.models import LoyaltyCard, RewardRedemption
from loyalty.services import reward_redemptions
from promotions.models import Redemption, Reward, RewardAssignment, Voucher
from tests.factories.commerce import ProductFactory
from tests.factories.promotions import CampaignFactory, ValidationRuleFactory, VoucherFactory, amount
from tests.loyalty.clubs import ACTOR, Club

pytestmark = pytest.mark.django_db

FIRST = date(2026, 3, 1)


@pytest.fixture
def club() -> Club:
    return Club(first=FIRST, points=100)


def coupons(number: int = 3) -> str:
    campaign = CampaignFactory(name="Coupons")
    VoucherFactory.create_batch(number, campaign=campaign, discount=None, redemption_quantity=1)
    return str(campaign.public_id)


def gifts(club: Club) -> str:
    cards = {"name": "Gifts", "campaign_type": "GIFT_VOUCHERS", "type": "AUTO_UPDATE"}
    voucher = {"type": "GIFT_VOUCHER", "gift": {"amount": 1_000}}
    return str(club.ask("/v1/campaigns", {**cards, "voucher": voucher})["id"])


def refused(club: Club, code: str, reward: str, points: int | None = None, **more: Any) -> str:
    """The key of the error; nothing moved."""
    before = club.lines(code)
    with pytest.raises(Refused) as error:
        club.spend(code, reward, points, **more)
    assert club.lines(code) == before
    failure = Redemption.objects.filter(result="FAILURE").order_by("pk").last()
    assert failure is None or failure.failure_code in str(error.value)
    return failure.failure_code if failure else str(error.value)


def names() -> list[str]:
    told = OutboxEvent.objects.filter(name__startswith="customer.reward").order_by("pk")
    return list(told.values_list("name", flat=True))


def test_a_coupon_for_points(club: Club) -> None:
    reward = club.reward({"campaign": {"id": coupons()}}, 40)
    anna = club.join()

    used = club.spend(anna, reward, metadata={"till": 4})

    assert (used["result"], used["amount"], used["loyalty_card"]) == ("SUCCESS", 40, {"points": 40})
    assert used["voucher"]["loyalty_card"]["balance"] == 60
    assert (used["voucher"]["code"], used["metadata"]) == (anna, {"till": 4})
    given = used["reward"]
    assert (given["id"], given["type"], given["product"], given["sku"]) == (reward, "CAMPAIGN", None, None)
    assert given["loyalty_tier_id"] is None
    coupon = Voucher.objects.get(code=given["voucher"]["code"])
    assert coupon.campaign is not None
    assert (coupon.campaign.name, coupon.holder) == ("Coupons", club.card(anna).voucher.holder)
    assert club.lines(anna) == [("ISSUED", 100), ("REDEMPTION", -40)]
    assert names() == [
        "customer.rewarded",
        "customer.reward_redemptions.created",
        "customer.reward_redemptions.completed",
    ]
    assert Reward.objects.get().redeemed == RewardAssignment.objects.get().redeemed == 1
    shown = club.ask(f"/v1/redemptions/{used['id']}")
    assert shown["reward"]["assignment_id"] == given["assignment_id"]


def test_credits_of_a_gift_card_go_to_the_one_that_he_has(club: Club) -> None:
    reward = club.reward({"campaign": {"id": gifts(club), "balance": 250}}, 30)
    anna = club.join()

    first, second = club.spend(anna, reward), club.spend(anna, reward)

    card = Voucher.objects.get(type=Voucher.Type.GIFT_VOUCHER, holder__isnull=False)
    assert first["reward"]["voucher"]["code"] == second["reward"]["voucher"]["code"] == card.code
    assert card.gift_balance == 1_000 + 2 * 250
    assert club.balance(anna) == 40


def test_points_of_another_programme(club: Club) -> None:
    other = Club(first=FIRST, name="Other", points=5)
    reward = club.reward({"campaign": {"id": other.id, "balance": 70}}, 50)
    anna = club.join()

    club.spend(anna, reward)

    card = LoyaltyCard.objects.get(campaign=other.campaign)
    assert card.balance == 75
    assert club.lines(card.voucher.code) == [("ISSUED", 5), ("ADDITION", 70)]


def test_a_product_waits_to_be_handed_over(club: Club) -> None:
    mug = ProductFactory(source_id="mug", name="Mug")
    reward = club.reward({"product": {"id": mug.public_id}}, 40, stock=1)
    anna, bert = club.join("anna"), club.join("bert")

    used = club.spend(anna, reward)

    assert used["reward"]["product"]["id"] == mug.public_id
    row = RewardRedemption.objects.get()
    assert row.state == RewardRedemption.State.PENDING
    assert refused(club, bert, reward) == "reward_not_available"
    reward_redemptions.complete(redemption_id=row.pk, actor=ACTOR, now=club.now)
    row.refresh_from_db()
    assert row.state == RewardRedemption.State.COMPLETED
    with pytest.raises(reward_redemptions.RewardNotPending):
        reward_redemptions.complete(redemption_id=row.pk, actor=ACTOR, now=club.now)
    assert names()[-1] == "customer.reward_redemptions.completed"
    club.ask(f"/v1/redemptions/{used['id']}/rollback", {})
    row.refresh_from_db()
    assert row.state == RewardRedemption.State.ROLLED_BACK
    assert (Reward.objects.get().redeemed, club.balance(anna)) == (0, 100)
    club.spend(bert, reward)


def test_what_cannot_be_had(club: Club) -> None:
    reward = club.reward({"campaign": {"id": coupons(0)}}, 40)
    dear = club.reward({"campaign": {"id": CampaignFactory(name="Dear").public_id}}, 101)
    elsewhere = Club(first=FIRST, name="Elsewhere").coin(1, 1)
    anna = club.join()

    assert refused(club, anna, reward) == "reward_not_available"  # its campaign has no code left
    assert refused(club, anna, dear) == "loyalty_card_points_exceeded"
    assert refused(club, anna, elsewhere, 5, order={"amount": 100}) == "not_found"
    assert refused(club, anna, "rew_none") == "not_found"
    with pytest.raises(Refused, match="missing_reward"):
        club.ask(f"/v1/loyalties/members/{anna}/redemption", {"metadata": {}})
    assert Reward.objects.get(public_id=reward).redeemed == 0
    assert not RewardRedemption.objects.exists()


def test_conditions_and_limits_of_an_offer(club: Club) -> None:
    mug = ProductFactory()
    reward = club.reward({"product": {"id": mug.public_id}}, 10)
    anna = club.join()
    RewardAssignment.objects.update(rule=ValidationRuleFactory(), limit_per_card=1)

    assert refused(club, anna, reward, order={"amount": 9_999}) == "order_rules_violated"
    club.spend(anna, reward, order={"amount": 10_000})
    assert refused(club, anna, reward, order={"amount": 10_000}) == "reward_not_available"


def test_a_tier_prices_it_and_may_take_it_away(club: Club) -> None:
    mug = club.reward({"product": {"id": ProductFactory().public_id}}, 25)
    cap = club.reward({"product": {"id": ProductFactory().public_id}}, 20)
    prices = {row.reward.public_id: row.public_id for row in RewardAssignment.objects.all()}
    club.tiers(
        {
            "name": "Gold",
            "points": {"from": 50},
            "rewards": {
                prices[mug]: {"type": "MULTIPLY", "multiplier": 0.5},
                prices[cap]: {"type": "NOT_AVAILABLE"},
            },
        }
    )
    anna = club.join()

    offered = club.ask(f"/v1/loyalties/members/{anna}/rewards")["data"]
    used = club.spend(anna, mug)

    assert [row["assignment"]["parameters"]["loyalty"]["points"] for row in offered] == [13]
    assert (used["amount"], club.balance(anna)) == (13, 87)
    assert used["reward"]["loyalty_tier_id"] == club.card(anna).tier.public_id
    assert refused(club, anna, cap) == "reward_not_available"


def test_only_what_he_can_afford(club: Club) -> None:
    for price in (60, 100, 101):
        club.reward({"product": {"id": ProductFactory().public_id}}, price)
    club.coin(1, 1)
    anna = club.join()

    def prices(query: str = "") -> list[int | None]:
        rows = club.ask(f"/v1/loyalties/members/{anna}/rewards{query}")["data"]
        return [row["assignment"].get("parameters", {}).get("loyalty", {}).get("points") for row in rows]

    assert prices() == [60, 100, 101, None]
    assert prices("?affordable_only=true") == [60, 100, None]


def test_points_pay_beside_a_coupon_in_one_request(club: Club) -> None:
    """Contract: loyalty 8.2, third row: 46.00 off already, 5 points at 1 to 1."""
    coin, anna = club.coin(1, 1), club.join()
    VoucherFactory(code="MINUS", discount=amount(4_600))
    asked = {
        "redeemables": [
            {"object": "voucher", "id": "MINUS"},
            {"object": "voucher", "id": anna, "reward": {"id": coin, "points": 5}},
        ],
        "order": {"source_id": "o-1", "amount": 20_000},
        "customer": {"source_id": "anna"},
    }

    would = club.ask("/v1/validations", asked)
    done = club.ask("/v1/redemptions", asked)

    paying = would["redeemables"][1]["result"]["loyalty_card"]
    assert (paying["points"], paying["balance"]) == (5, 100)
    assert (paying["exchange_ratio"], paying["points_ratio"]) == (1, 1)
    assert would["order"]["total_amount"] == done["order"]["total_amount"] == 14_900
    used = done["redemptions"][1]
    assert (used["amount"], used["loyalty_card"], used["reward"]["id"]) == (5, {"points": 5}, coin)
    assert club.balance(anna) == 95
    club.ask(f"/v1/redemptions/{done['parent_redemption']['id']}/rollbacks", {})
    assert club.balance(anna) == 100
    assert club.ask("/v1/orders/o-1")["total_amount"] == 20_000


def test_without_a_number_as_many_points_pay_as_the_order_needs(club: Club) -> None:
    coin, anna = club.coin(1, 10), club.join()

    used = club.spend(anna, coin, order={"amount": 455})

    assert (used["amount"], used["order"]["total_amount"], club.balance(anna)) == (46, 0, 54)


def test_only_what_pays_the_order_stands_beside_others(club: Club) -> None:
    reward = club.reward({"product": {"id": ProductFactory().public_id}}, 10)
    anna = club.join()
    redeemables = [{"object": "voucher", "id": anna, "reward": {"id": reward}}]

    answer = club.ask("/v1/validations", {"redeemables": redeemables, "order": {"amount": 100}})
    bare = club.ask("/v1/validations", {"redeemables": [{"object": "voucher", "id": anna}]})

    assert answer["redeemables"][0]["result"]["error"]["key"] == "reward_not_available"
    assert bare["redeemables"][0]["result"]["error"]["key"] == "missing_reward"


def test_a_basket_keeps_points_until_it_is_paid(club: Club) -> None:
    coin, anna = club.coin(1, 1), club.join()
    asked = {
        "redeemables": [{"object": "voucher", "id": anna, "reward": {"id": coin, "points": 70}}],
        "order": {"amount": 20_000},
        "session": {"type": "LOCK", "key": "basket"},
    }
    assert club.ask("/v1/validations", asked)["valid"]
    assert club.card(anna).held == 70

    assert refused(club, anna, coin, 31, order={"amount": 20_000}) == "loyalty_card_points_exceeded"
    club.spend(anna, coin, 30, order={"amount": 20_000})
    club.ask("/v1/redemptions", asked)

    card = club.card(anna)
    assert (card.balance, card.held) == (0, 0)


def test_a_basket_that_is_given_up_lets_points_go(club: Club) -> None:
    coin, anna = club.coin(1, 1), club.join()
    asked = {
        "redeemables": [{"object": "voucher", "id": anna, "reward": {"id": coin, "points": 70}}],
        "order": {"amount": 20_000},
        "session": {"type": "LOCK", "key": "basket"},
    }
    club.ask("/v1/validations", asked)

    club.ask(f"/v1/vouchers/{anna}/sessions/basket", method="DELETE")

    assert club.card(anna).held == 0
    club.spend(anna, coin, 100, order={"amount": 20_000})


def test_what_went_straight_to_the_member_is_taken_back_only_on_insistence(club: Club) -> None:
    reward = club.reward({"campaign": {"id": coupons()}}, 40)
    anna = club.join()
    used = club.spend(anna, reward)
    coupon = used["reward"]["voucher"]["code"]

    with pytest.raises(Refused, match="reward_already_given"):
        club.ask(f"/v1/redemptions/{used['id']}/rollback", {})
    assert (club.balance(anna), Voucher.objects.get(code=coupon).is_active) == (60, True)
    club.ask(f"/v1/redemptions/{used['id']}/rollback?force=true", {"reason": "Wrong member"})

    assert (club.balance(anna), Voucher.objects.get(code=coupon).is_active) == (100, False)
    noted = AuditEntry.objects.get(action="reward.taken_back_by_force")
    assert noted.after == {"reward": "Reward", "reason": "Wrong member", "kept_by_the_member": 0}


def test_credits_that_are_spent_stay_with_the_member(club: Club) -> None:
    reward = club.reward({"campaign": {"id": gifts(club), "balance": 250}}, 40)
    anna = club.join()
    used = club.spend(anna, reward)
    code = used["reward"]["voucher"]["code"]
    paid = {"redeemables": [{"object": "voucher", "id": code, "gift": {"credits": 1_200}}]}
    club.ask("/v1/redemptions", {**paid, "order": {"amount": 5_000}})

    club.ask(f"/v1/redemptions/{used['id']}/rollback", {"force": True})

    assert Voucher.objects.get(code=code).gift_balance == 0
    assert AuditEntry.objects.get(action="reward.taken_back_by_force").after["kept_by_the_member"] == 200
    assert club.balance(anna) == 100


def test_rewards_redeem_themselves_as_often_as_points_pay(club: Club) -> None:
    reward = club.reward({"product": {"id": ProductFactory().public_id}}, 30)
    assignment = RewardAssignment.objects.get()
    club.ask(
        f"{club.path}/rewards/{assignment.public_id}",
        {"parameters": {"loyalty": {"auto_redeem": True}}},
        method="PUT",
    )
    anna = club.join()

    assert club.balance(anna) == 10  # 3 of 30 at once
    club.add(anna, 25)

    assert club.balance(anna) == 5
    rows = Redemption.objects.filter(voucher__code=anna)
    assert set(rows.values_list("channel_type", "channel_id")) == {("AUTO_REDEEM", assignment.public_id)}
    assert RewardRedemption.objects.filter(is_automatic=True, reward__public_id=reward).count() == 4


def test_a_reward_that_runs_away_is_stopped(club: Club) -> None:
    club.reward({"product": {"id": ProductFactory().public_id}}, 1)
    RewardAssignment.objects.update(auto_redeem=True)
    anna = club.join()  # 25 of 100 points go at once

    assert club.balance(anna) == 75
    for minute in range(9):
        club.now = club.now.replace(minute=minute + 1)
        club.add(anna, 25)
    assert club.balance(anna) == 75
    assert not RewardAssignment.objects.get().is_blocked
    club.now = club.now.replace(minute=30)
    club.add(anna, 25)

    assert club.balance(anna) == 100
    assert RewardAssignment.objects.get().is_blocked


def test_offers_of_a_programme(club: Club, api: APIClient) -> None:
    reward = club.ask("/v1/rewards", {"name": "R", "parameters": {"coin": {"exchange_ratio": 1}}})["id"]
    mug = club.ask(
        "/v1/rewards", {"name": "M", "parameters": {"product": {"id": ProductFactory().public_id}}}
    )

    one = api.post(f"{club.path}/rewards", [{"reward": reward}]).json()
    two = api.post(
        f"{club.path}/rewards", [{"reward": mug["id"], "parameters": {"loyalty": {"points": 9}}}]
    ).json()

    listed = api.get(f"{club.path}/reward-assignments").json()
    assert [row["id"] for row in listed["data"]] == [two["id"], one["id"]]
    assert api.get(f"{club.path}/rewards").json() == listed
    assert api.get(f"{club.path}/rewards/{two['id']}").json() == two
    assert api.get(f"{club.path}/reward-assignments/{two['id']}").json() == two
    assert api.get(f"{club.path}/reward-assignments/{two['id']}/reward").json()["id"] == mug["id"]
    dearer = api.put(f"{club.path}/rewards/{two['id']}", {"parameters": {"loyalty": {"points": 10}}})
    assert dearer.json()["parameters"]["loyalty"]["points"] == 10
    assert api.delete(f"{club.path}/rewards/{one['id']}").status_code == 204
    assert api.get(f"{club.path}/rewards").json()["total"] == 1
