"""The year's redemptions once more, each as the request that a till would send, at its receipt's instant.

The request goes through the real endpoint, as `demo_store.wire` sends it; the view's clock is set to the
receipt's instant.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Count
from django.http import HttpResponse

from core.actors import Actor
from demo_store import wire
from demo_store.journey.context import Context
from demo_store.journey.coupons import Match, Matching
from demo_store.journey.report import Outcomes, Tally
from demo_store.journey.rows import CouponKey, Redemption
from demo_store.journey.shaping import DATA_SET
from promotions import models
from promotions.api.views.redemptions import RedemptionsView

PATH: Final = "/v1/redemptions"
KEY: Final = "journey"
"""Where a redemption's metadata names the row of the data set that it replays."""


class ReplayBroken(RuntimeError):
    """The endpoint failed instead of answering: a fault of the program, not of a coupon."""


@dataclass(frozen=True, kw_only=True)
class Replayed:
    tally: Tally
    outcomes: Outcomes


def replay(context: Context, *, matching: Matching, codes: Mapping[CouponKey, str]) -> Replayed:
    """Redeem what was not redeemed yet, in the order of the receipts; refused attempts count as done, too.

    :raises ReplayBroken: an answer of 500 or above.
    """
    tally = Tally(kind="redemptions")
    done = set(
        models.Redemption.objects.filter(metadata__data_set=DATA_SET).values_list(
            f"metadata__{KEY}", flat=True
        )
    )
    with context.progress.stage(tally):
        tally.read += len(matching.unmatched)
        tally.reject("the household bought nothing on that day", len(matching.unmatched))
        for found in matching.matches:
            tally.read += 1
            if name_of(found.redemption) in done:
                tally.present += 1
            elif context.dry_run:
                tally.written += 1
            else:
                _redeem(context, found, codes[found.redemption.coupon], tally)
            context.progress.at(tally)
    return Replayed(tally=tally, outcomes=outcomes())


def _redeem(context: Context, found: Match, code: str, tally: Tally) -> None:
    response = post(
        body(found, code),
        key=key_of(name_of(found.redemption)),
        actor=context.actor,
        now=context.shift.instant(found.basket.at),
    )
    if response.status_code >= 500:
        raise ReplayBroken(f"Redemption {name_of(found.redemption)}: {_said(response)}")
    if response.status_code >= 400:
        tally.reject(f"refused: {_said(response)['key']}")
    else:
        tally.written += 1


def _said(response: HttpResponse) -> Any:
    return getattr(response, "data", None)


def outcomes() -> Outcomes:
    """All replayed redemptions that are on record, of this run and earlier ones."""
    rows = (
        models.Redemption.objects.filter(metadata__data_set=DATA_SET)
        .values_list("result", "failure_code")
        .annotate(count=Count("pk"))
    )
    accepted = 0
    refused: Counter[str] = Counter()
    for result, failure_code, count in rows:
        if result == models.Redemption.Result.SUCCESS:
            accepted += count
        else:
            refused[failure_code] += count
    return Outcomes(accepted=accepted, refused=refused)


def name_of(redemption: Redemption) -> str:
    """What makes a redemption of the data set itself: household, code, campaign, day (each occurs once)."""
    coupon = redemption.coupon
    return f"{redemption.household_id}/{coupon.upc}/{coupon.campaign_id}/{redemption.date.isoformat()}"


def body(found: Match, code: str) -> dict[str, Any]:
    """The wire request: one code, the household, the stored order of the receipt."""
    redemption = found.redemption
    return {
        "redeemables": [{"object": "voucher", "id": code}],
        "customer": {"source_id": str(redemption.household_id)},
        "order": {"source_id": str(found.basket.id)},
        "metadata": {"data_set": DATA_SET, KEY: name_of(redemption), "receipt": found.fit.name.lower()},
    }


def key_of(name: str) -> str:
    """The idempotency key of a replayed redemption."""
    return f"{KEY}:{name}"


def post(sent: Mapping[str, Any], *, key: str, actor: Actor, now: datetime) -> HttpResponse:
    """Send one request with an idempotency key to the endpoint's view, as `actor`, at `now`."""
    return wire.send(RedemptionsView, PATH, sent, key=key, actor=actor, now=now)
