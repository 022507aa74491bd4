"""A change that has to wait for a yes, with the official Python client, which knows nothing of approvals.

Run by test_sdk_approvals.py: `python sdk_approvals.py HOST APP_ID APP_TOKEN CAMPAIGN`; prints JSON.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import voucherify as sdk


def main(host: str, app_id: str, app_token: str, campaign_id: str) -> dict[str, Any]:
    configuration = sdk.Configuration(host=host, api_key={"X-App-Id": app_id, "X-App-Token": app_token})
    body = sdk.CampaignsUpdateRequestBody.from_dict({"metadata": {"season": "spring"}})
    with sdk.ApiClient(configuration) as client:
        campaigns = sdk.CampaignsApi(client)
        refusals = []
        for _ in range(2):
            try:
                campaigns.update_campaign(campaign_id=campaign_id, campaigns_update_request_body=body)
            except sdk.ApiException as error:
                refusals.append({"type": type(error).__name__, "status": error.status, "body": error.body})
        return {"refusals": refusals, "metadata": campaigns.get_campaign(campaign_id=campaign_id).metadata}


if __name__ == "__main__":
    json.dump(main(*sys.argv[1:]), sys.stdout, default=str)
