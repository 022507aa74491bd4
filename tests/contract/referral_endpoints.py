"""One sensible call of every endpoint of referral programmes (see `endpoints`)."""

from __future__ import annotations

from typing import Any, Final

from tests.contract.calls import Call
from tests.factories.promotions import percent

FRIENDS: Final = {
    "name": "Friends",
    "campaign_type": "REFERRAL_PROGRAM",
    "type": "AUTO_UPDATE",
    "voucher": {"type": "DISCOUNT_VOUCHER", "discount": percent(10), "code_config": {"length": 10}},
    "referral_program": {"conversion_event_type": "redemption"},
}
_HOLDERS: Final = {"holders": [{"source_id": "carla"}], "metadata": {"desk": "3"}}
_CODE: Final = {"memberId": "<referralCode>", "campaignId": "<referralProgrammeId>"}


def _call(body: Any = None, **at: str) -> Call:
    return Call(body=body, at={**_CODE, **at})


CALLS: Final[dict[str, Call]] = {
    f"{method} /v1/referrals{programme}/members/<memberId>/holders{one}": _call(body)
    for programme in ("", "/<campaignId>")
    for method, one, body in (("POST", "", _HOLDERS), ("GET", "", None), ("DELETE", "/<holderId>", None))
}
