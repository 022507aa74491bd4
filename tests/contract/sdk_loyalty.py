"""A loyalty programme with the official Python client, whose models are strict about every answer.

Run by test_sdk_loyalty.py: `python sdk_loyalty.py STEP HOST APP_ID APP_TOKEN`; prints one JSON object.
Between the steps the house lets its subscribers act.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import voucherify as sdk

CLUB = "Club"


def main(step: str, host: str, app_id: str, app_token: str) -> dict[str, Any]:
    configuration = sdk.Configuration(host=host, api_key={"X-App-Id": app_id, "X-App-Token": app_token})
    with sdk.ApiClient(configuration) as client:
        return {"make": _made, "use": _used}[step](client)


def _made(client: sdk.ApiClient) -> dict[str, Any]:
    club, customers = sdk.LoyaltiesApi(client), ("anna", "bert")
    wanted = {
        "name": CLUB,
        "type": "AUTO_UPDATE",
        "voucher": {
            "type": "LOYALTY_CARD",
            "loyalty_card": {
                "points": 100,
                "expiration_rules": {"period_type": "MONTH", "period_value": 12},
            },
            "code_config": {"pattern": "CLUB-######"},
        },
    }
    made = club.create_loyalty_program(
        loyalties_create_campaign_request_body=sdk.LoyaltiesCreateCampaignRequestBody.from_dict(wanted)
    )
    rule = sdk.LoyaltiesEarningRulesCreateRequestBodyItem.from_dict(
        {
            "event": "order.paid",
            "loyalty": {
                "type": "PROPORTIONAL",
                "calculation_type": "ORDER_TOTAL_AMOUNT",
                "order": {"total_amount": {"every": 1000, "points": 5}},
            },
            "source": {"banner": "5 points for every 10 euros"},
        }
    )
    (earns,) = club.create_earning_rule(
        campaign_id=made.id, loyalties_earning_rules_create_request_body_item=[rule]
    )
    tier = sdk.LoyaltiesTiersCreateInBulkRequestBodyItem.from_dict(
        {
            "name": "Silver",
            "points": {"from": 100, "to": 999},
            "earning_rules": {earns.id: {"type": "MULTIPLY", "multiplier": 1.5}},
        }
    )
    (silver,) = club.create_in_bulk_loyalty_tiers(
        campaign_id=made.id, loyalties_tiers_create_in_bulk_request_body_item=[tier]
    )
    rewards = sdk.RewardsApi(client)
    coin = rewards.create_reward(
        rewards_create_request_body=sdk.RewardsCreateRequestBody.from_dict(
            {
                "name": "Pay with points",
                "parameters": {"coin": {"exchange_ratio": 1, "points_ratio": "1"}},
            }
        )
    )
    rewards.create_reward_assignment(
        reward_id=coin.id,
        rewards_assignments_create_request_body=sdk.RewardsAssignmentsCreateRequestBody.from_dict(
            {"campaign": made.id}
        ),
    )
    cards = [
        club.add_member(
            campaign_id=made.id,
            loyalties_members_create_request_body=sdk.LoyaltiesMembersCreateRequestBody.from_dict(
                {"customer": {"source_id": name}}
            ),
        )
        for name in customers
    ]
    # Contract: loyalty 5.2: 129.99 less 20.00 are 10 whole steps of 10.00.
    sdk.OrdersApi(client).create_order(
        orders_create_request_body=sdk.OrdersCreateRequestBody.from_dict(
            {
                "source_id": "order-1",
                "status": "PAID",
                "amount": 10_999,
                "customer": {"source_id": "anna"},
            }
        )
    )
    return {
        "club": [made.campaign_type, made.join_once, made.voucher.loyalty_card.points],
        "rule": [earns.event, earns.active, earns.source.banner],
        "tier": [silver.name, silver.points.var_from, silver.points.to],
        "cards": [[card.type, card.loyalty_card.balance] for card in cards],
    }


def _used(client: sdk.ApiClient) -> dict[str, Any]:
    club = sdk.LoyaltiesApi(client)
    anna, bert = (
        club.list_members(campaign_id=CLUB, customer=customer.id).vouchers[0].code
        for customer in _customers(client)
    )
    earned = club.get_member1(campaign_id=CLUB, member_id=anna).loyalty_card
    adjusted = club.update_loyalty_card_balance(
        member_id=bert,
        loyalties_members_balance_update_request_body=sdk.LoyaltiesMembersBalanceUpdateRequestBody(
            points=10, reason="Sorry"
        ),
    )
    moved = club.transfer_points(
        campaign_id=CLUB,
        member_id=anna,
        loyalties_transfer_points=[
            sdk.LoyaltiesTransferPoints.from_dict({"code": bert, "points": 60, "source_id": "t-1"})
        ],
    )
    (offer,) = club.list_member_rewards(member_id=anna).data
    paid = club.redeem_reward(
        member_id=anna,
        loyalties_members_redemption_redeem_request_body=(
            sdk.LoyaltiesMembersRedemptionRedeemRequestBody.from_dict(
                {"reward": {"id": offer.reward.id, "points": 5}, "order": {"amount": 20_000}}
            )
        ),
    )
    lines = club.list_loyalty_card_transactions(member_id=anna, limit=10)
    (bucket,) = club.list_points_expiration(campaign_id=CLUB, member_id=anna).data
    (tier,) = club.list_member_loyalty_tier(member_id=anna).data
    return {
        "earned": [earned.points, earned.balance],
        "adjusted": [adjusted.points, adjusted.total, adjusted.balance, adjusted.type],
        "moved": moved.loyalty_card.balance,
        "paid": [paid.amount, paid.order.total_amount, paid.voucher.loyalty_card.balance],
        "lines": [[line.type, line.details.balance.points] for line in lines.data],
        "bucket": bucket.bucket.total_points,
        "tier": tier.name,
    }


def _customers(client: sdk.ApiClient) -> list[Any]:
    found = sdk.CustomersApi(client)
    return [found.get_customer(customer_id=name) for name in ("anna", "bert")]


if __name__ == "__main__":
    json.dump(main(*sys.argv[1:]), sys.stdout, default=str)
