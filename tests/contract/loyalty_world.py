"""A club in the small shop: two members, a tier, a rule, three rewards, and points that wait."""

from __future__ import annotations

from typing import Any

from loyalty.models import PendingPoints
from tests.contract.loyalty_endpoints import CLUB, FIXED, TIERS_EXPIRATION
from tests.telling import tell

World = dict[str, str]


def build(made: Any, world: World) -> World:
    """`made(path, body)` is a POST that succeeds. Anna is a member, Bert gives points away."""
    club = made("/v1/loyalties", {**CLUB, "loyalty_tiers_expiration": TIERS_EXPIRATION})["id"]
    path = f"/v1/loyalties/{club}"
    waiting = {**FIXED, "pending_points": {"period_type": "DAY", "period_value": 14}}
    (rule,) = made(f"{path}/earning-rules", [waiting])
    coupon = _reward(made, "Ten percent", {"campaign": {"id": world["campaignId"]}})
    gift = _reward(made, "Five euros", {"campaign": {"id": world["giftCampaignId"], "balance": 500}})
    coin = _reward(made, "Pay with points", {"coin": {"exchange_ratio": 1, "points_ratio": 10}})
    assignment = made(
        f"/v1/rewards/{coupon}/assignments", {"campaign": club, "parameters": {"loyalty": {"points": 50}}}
    )["id"]
    made(f"/v1/rewards/{coin}/assignments", {"campaign": club})
    (tier,) = made(
        f"{path}/tiers",
        [
            {
                "name": "Silver",
                "points": {"from": 0, "to": 999},
                "earning_rules": {rule["id"]: {"type": "MULTIPLY", "multiplier": 1.5}},
                "rewards": {assignment: {"type": "MULTIPLY", "multiplier": 0.8}},
                "metadata": {"colour": "grey"},
            }
        ],
    )
    anna, bert = (
        made(f"{path}/members", {"customer": {"source_id": name}})["code"] for name in ("anna", "bert")
    )
    made(f"/v1/loyalties/members/{anna}/balance", {"points": 200, "reason": "Welcome back"})
    paid = {"source_id": "order-club", "status": "PAID", "amount": 9900, "customer": {"source_id": "anna"}}
    made("/v1/orders", paid)
    tell()
    return {
        "programmeId": club,
        "memberId": anna,
        "pendingPointsId": PendingPoints.objects.filter(card__voucher__code=anna).latest("pk").public_id,
        "donorId": bert,
        "earningRuleId": rule["id"],
        "loyaltyTierId": tier["id"],
        "rewardId": coupon,
        "freeRewardId": gift,
        "coinRewardId": coin,
        "assignmentId": assignment,
    }


def _reward(made: Any, name: str, parameters: dict[str, Any]) -> str:
    return str(made("/v1/rewards", {"name": name, "parameters": parameters})["id"])
