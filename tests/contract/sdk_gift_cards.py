"""A gift card with the official Python client, whose models are strict about every answer.

Run by test_sdk_gift_cards.py: `python sdk_gift_cards.py HOST APP_ID APP_TOKEN`; prints one JSON object.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import voucherify as sdk


def main(host: str, app_id: str, app_token: str) -> dict[str, Any]:
    configuration = sdk.Configuration(host=host, api_key={"X-App-Id": app_id, "X-App-Token": app_token})
    with sdk.ApiClient(configuration) as client:
        return {**_made(client), **_paid(client), **_moved(client)}


def _made(client: sdk.ApiClient) -> dict[str, Any]:
    campaigns = sdk.CampaignsApi(client)
    wanted = {
        "name": "Cards",
        "campaign_type": "GIFT_VOUCHERS",
        "voucher": {"type": "GIFT_VOUCHER", "gift": {"amount": 10000, "balance": 10000}},
    }
    body = sdk.CampaignsCreateRequestBody.from_dict(wanted)
    campaign = campaigns.create_campaign(campaigns_create_request_body=body)
    card = campaigns.add_voucher_with_specific_code_to_campaign(
        campaign_id=campaign.id,
        code="CARD-1",
        campaigns_vouchers_create_request_body=sdk.CampaignsVouchersCreateRequestBody(),
    )
    changed = sdk.VouchersApi(client).update_voucher_balance(
        code="CARD-1",
        vouchers_balance_update_request_body=sdk.VouchersBalanceUpdateRequestBody(
            amount=500, source_id="crm-1", reason="Goodwill"
        ),
    )
    return {
        "kind": campaign.campaign_type,
        "new": [card.type, card.gift.balance, card.gift.effect],
        "changed": [changed.amount, changed.total, changed.balance, changed.type, changed.operation_type],
    }


def _paid(client: sdk.ApiClient) -> dict[str, Any]:
    ask = {
        "redeemables": [{"object": "voucher", "id": "CARD-1", "gift": {"credits": 700}}],
        "order": {"amount": 5000},
    }
    would = sdk.ValidationsApi(client).validate_stacked_discounts(
        validations_validate_request_body=sdk.ValidationsValidateRequestBody.from_dict(ask)
    )
    redemptions = sdk.RedemptionsApi(client)
    done = redemptions.redeem_stacked_discounts(
        redemptions_redeem_request_body=sdk.RedemptionsRedeemRequestBody.from_dict(ask)
    )
    used = done.redemptions[0]
    back = redemptions.rollback_redemption(redemption_id=used.id)
    gift = would.redeemables[0].result.gift
    return {
        "would": [gift.balance, gift.credits],
        "paid": [used.amount, used.gift.amount, done.order.total_amount],
        "back": back.amount,
    }


def _moved(client: sdk.ApiClient) -> dict[str, Any]:
    """Exports are left out: the client's model of their filters takes ids of one character."""
    vouchers, campaigns = sdk.VouchersApi(client), sdk.CampaignsApi(client)
    of_card = vouchers.list_voucher_transactions(code="CARD-1", limit=3)
    of_campaign = campaigns.list_campaign_transactions(campaign_id="Cards")
    return {
        "newest": [
            [row.type, row.details.balance.amount, row.details.balance.balance] for row in of_card.data
        ],
        "more": of_card.has_more,
        "all": len(of_campaign.data),
    }


if __name__ == "__main__":
    json.dump(main(*sys.argv[1:]), sys.stdout, default=str)
