"""One sensible call of every endpoint of loyalty programmes and rewards (see `endpoints`)."""

from __future__ import annotations

from typing import Any, Final

from tests.contract.calls import Call

FIXED: Final = {
    "event": "order.paid",
    "loyalty": {"type": "FIXED", "points": 20},
    "source": {"banner": "20 points for every order"},
}
PROPORTIONAL: Final = {
    "event": "order.paid",
    "loyalty": {
        "type": "PROPORTIONAL",
        "calculation_type": "ORDER_TOTAL_AMOUNT",
        "order": {"total_amount": {"every": 100, "points": 1}},
    },
    "source": {"banner": "One point for every euro"},
}
CLUB: Final = {
    "name": "Club",
    "type": "AUTO_UPDATE",
    "auto_join": False,
    "voucher": {
        "type": "LOYALTY_CARD",
        "loyalty_card": {
            "points": 100,
            "expiration_rules": {
                "period_type": "MONTH",
                "period_value": 3,
                "rounding_type": "END_OF_MONTH",
            },
        },
        "code_config": {"length": 10},
    },
    "metadata": {"season": "all"},
}
TIERS_EXPIRATION: Final = {
    "qualification_type": "POINTS_IN_PERIOD",
    "qualification_period": "YEAR",
    "start_date": {"type": "IMMEDIATE"},
    "expiration_date": {"type": "END_OF_NEXT_PERIOD", "extend": "P7D"},
}


def _in_club(body: Any = None, **more: Any) -> Call:
    return Call(body=body, at={"campaignId": "<programmeId>"}, **more)


_PATH: Final = "/v1/loyalties/<campaignId>"
_MEMBER: Final = f"{_PATH}/members/<memberId>"
_ANY: Final = "/v1/loyalties/members/<memberId>"
_PENDING: Final = f"{_ANY}/pending-points/<pendingPointsId>"

CALLS: Final[dict[str, Call]] = {
    "POST /v1/loyalties": Call(body={**CLUB, "name": "Second club"}),
    **{
        f"GET {path}": _in_club()
        for path in (
            _PATH,
            f"{_PATH}/members",
            _MEMBER,
            f"{_PATH}/pending-points",
            f"{_MEMBER}/pending-points",
            f"{_MEMBER}/activity",
            f"{_PATH}/transactions",
            f"{_MEMBER}/transactions",
            f"{_MEMBER}/points-expiration",
            f"{_PATH}/earning-rules",
            f"{_PATH}/earning-rules/<earningRuleId>",
            f"{_PATH}/reward-assignments",
            f"{_PATH}/reward-assignments/<assignmentId>",
            f"{_PATH}/reward-assignments/<assignmentId>/reward",
            f"{_PATH}/rewards",
            f"{_PATH}/rewards/<assignmentId>",
            f"{_PATH}/tiers",
            f"{_PATH}/tiers/<loyaltyTierId>",
            f"{_PATH}/tiers/<loyaltyTierId>/earning-rules",
            f"{_PATH}/tiers/<loyaltyTierId>/rewards",
        )
    },
    f"PUT {_PATH}": _in_club(
        {
            "description": "For regulars",
            "loyalty_tiers_expiration": TIERS_EXPIRATION,
            "options": {"recalculate_tiers": True},
        }
    ),
    f"DELETE {_PATH}": _in_club(),
    f"POST {_PATH}/members": _in_club({"customer": {"source_id": "cleo"}, "metadata": {"from": "till"}}),
    f"POST {_PENDING}/balance": Call(body={"points": 5}),
    f"POST {_MEMBER}/balance": _in_club({"points": 50, "expiration_type": "NON_EXPIRING", "reason": "Sorry"}),
    f"POST {_ANY}/balance": Call(body={"points": -10, "reason": "Wrong order", "source_id": "desk-1"}),
    f"POST {_MEMBER}/transfers": _in_club([{"code": "<donorId>", "points": 30, "source_id": "t-1"}]),
    f"POST {_PATH}/transactions/export": _in_club({"parameters": {"fields": ["id", "amount"]}}),
    f"POST {_MEMBER}/transactions/export": _in_club({"parameters": {}}),
    f"POST {_ANY}/transactions/export": Call(body={"parameters": {"order": "-created_at"}}),
    f"POST {_PATH}/points-expiration/export": _in_club({"parameters": {"order": "expires_at"}}),
    f"POST {_PATH}/earning-rules": _in_club([PROPORTIONAL]),
    f"PUT {_PATH}/earning-rules/<earningRuleId>": _in_club(
        {"loyalty": {"type": "FIXED", "points": 30}, "source": {"banner": "30 points"}}
    ),
    f"DELETE {_PATH}/earning-rules/<earningRuleId>": _in_club(),
    f"POST {_PATH}/earning-rules/<earningRuleId>/enable": _in_club(),
    f"POST {_PATH}/earning-rules/<earningRuleId>/disable": _in_club(),
    f"GET {_ANY}/rewards": Call(query={"affordable_only": "true"}),
    f"POST {_PATH}/rewards": _in_club(
        [{"reward": "<freeRewardId>", "parameters": {"loyalty": {"points": 70}}}]
    ),
    f"PUT {_PATH}/rewards/<assignmentId>": _in_club({"parameters": {"loyalty": {"points": 60}}}),
    f"DELETE {_PATH}/rewards/<assignmentId>": _in_club(),
    f"POST {_MEMBER}/redemption": _in_club({"reward": {"id": "<rewardId>"}}),
    f"POST {_ANY}/redemption": Call(
        body={"reward": {"id": "<coinRewardId>", "points": 40}, "order": {"amount": 5000}}
    ),
    f"POST {_PATH}/tiers": _in_club(
        [
            {
                "name": "Gold",
                "points": {"from": 1000, "to": 4999},
                "earning_rules": {"<earningRuleId>": {"type": "MULTIPLY", "multiplier": 2}},
                "rewards": {"<assignmentId>": {"type": "CUSTOM", "points": 40}},
            }
        ]
    ),
    f"POST {_PATH}/qualifications": _in_club({"customer": {"source_id": "anna"}, "order": {"amount": 12999}}),
    "POST /v1/rewards": Call(
        body={
            "name": "Mug",
            "parameters": {"product": {"id": "<productId>", "sku_id": "<skuId>"}},
            "stock": 10,
            "attributes": {"image_url": "https://shop.example/mug.png", "description": "A mug"},
        }
    ),
    "PUT /v1/rewards/<rewardId>": Call(body={"name": "Ten percent for members"}),
    "DELETE /v1/rewards/<rewardId>": Call(at={"rewardId": "<freeRewardId>"}),
    "POST /v1/rewards/<rewardId>/assignments": Call(
        body={"campaign": "<programmeId>", "parameters": {"loyalty": {"points": 70}}},
        at={"rewardId": "<freeRewardId>"},
    ),
    "PUT /v1/rewards/<rewardId>/assignments/<assignmentId>": Call(
        body={"parameters": {"loyalty": {"points": 65, "auto_redeem": True}}}
    ),
}
