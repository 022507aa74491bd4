"""A referral programme in the small shop: Anna recommends, Bert was recommended."""

from __future__ import annotations

from typing import Any

from tests.contract.referral_endpoints import FRIENDS

World = dict[str, str]


def build(made: Any) -> World:
    """`made(path, body)` is a POST that succeeds."""
    friends = made("/v1/campaigns", FRIENDS)
    given = {"campaign": {"name": friends["name"]}, "customer": {"source_id": "anna"}}
    code = made("/v1/publications", given)["voucher"]["code"]
    people = made(f"/v1/referrals/members/{code}/holders", {"holders": [{"source_id": "bert"}]})
    return {
        "referralProgrammeId": friends["id"],
        "referralCode": code,
        "holderId": people["holders"][0]["id"],
    }
