"""`GET /v1/campaigns/{campaignId}/summary`: exact figures, by kind, and from an index alone."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from rest_framework.test import APIClient

from core.models import ProjectSettings
from promotions.models import Campaign, Publication, Redemption
from promotions.selectors import campaign_summaries
from promotions.selectors.campaign_summaries import Period
from promotions.services import campaigns
from promotions.services.campaigns import CampaignSpec
from tests.conftest import NOW
from tests.factories.commerce import CustomerFactory
from tests.factories.promotions import CampaignFactory, PromotionTierFactory, VoucherFactory, percent
from tests.promotions.api.catalogue import refused

URL = "/v1/campaigns/Spring/summary"
COMMON = [
    "object", "campaign", "redemptions", "redemptions_succeeded", "redemptions_failed", "rollbacks",
    "rollbacks_succeeded", "rollbacks_failed", "validations", "validations_succeeded", "validations_failed",
    "orders_amount", "orders_rolledback_amount",
]  # fmt: skip
CODES = [
    "vouchers_created",
    "vouchers_deleted",
    "publications",
    "publications_succeeded",
    "publications_failed",
]
DISCOUNTS = ["discounted_amount", "rolledback_discounted_amount"]
CARDS = [
    "created_vouchers_amount", "amount_added", "amount_deleted", "amount_redeemed", "amount_rolledback",
    "amount_subtracted",
]  # fmt: skip


def redeem(api: APIClient, *ids: str, amount: int = 10_000, kind: str = "voucher") -> dict[str, Any]:
    body = {"redeemables": [{"object": kind, "id": one} for one in ids], "order": {"amount": amount}}
    answer = api.post("/v1/redemptions", body)
    return answer.json()  # type: ignore[no-any-return]


def test_adds_up_codes_and_discounts(api: APIClient) -> None:
    spring = CampaignFactory(name="Spring", discount=percent(10))
    for code in ("A", "B", "C"):
        VoucherFactory(code=code, campaign=spring, redemption_quantity=1)
    redeem(api, "A")
    redeem(api, "A")  # refused: used up
    taken_back = redeem(api, "B", amount=5_000)["redemptions"][0]["id"]
    assert api.post(f"/v1/redemptions/{taken_back}/rollback").status_code == 200
    api.delete("/v1/vouchers/C")
    for result in (Publication.Result.SUCCESS, Publication.Result.SUCCESS, Publication.Result.FAILURE):
        _published(spring, result)

    wire = api.get(URL).json()

    assert list(wire) == [*COMMON, *CODES, *DISCOUNTS]
    assert wire["object"] == "campaign_summary"
    assert wire["campaign"]["id"] == spring.public_id
    figures = {name: wire[name] for name in [*COMMON[2:], *CODES, *DISCOUNTS]}
    assert figures == {
        "redemptions": 3,
        "redemptions_succeeded": 2,
        "redemptions_failed": 1,
        "rollbacks": 1,
        "rollbacks_succeeded": 1,
        "rollbacks_failed": 0,
        "validations": 0,
        "validations_succeeded": 0,
        "validations_failed": 0,
        "orders_amount": 10_000,
        "orders_rolledback_amount": 5_000,
        "vouchers_created": 3,
        "vouchers_deleted": 1,
        "publications": 3,
        "publications_succeeded": 2,
        "publications_failed": 1,
        "discounted_amount": 1_000,
        "rolledback_discounted_amount": 500,
    }


def test_an_order_with_two_codes_is_one_order(api: APIClient) -> None:
    spring = CampaignFactory(name="Spring", discount=percent(10))
    for code in ("A", "B"):
        VoucherFactory(code=code, campaign=spring)

    parent = redeem(api, "A", "B")["parent_redemption"]["id"]
    wire = api.get(URL).json()

    assert (wire["redemptions"], wire["orders_amount"], wire["discounted_amount"]) == (2, 10_000, 1_900)
    api.post(f"/v1/redemptions/{parent}/rollbacks")
    wire = api.get(URL).json()
    assert (wire["rollbacks"], wire["orders_rolledback_amount"]) == (2, 10_000)
    assert (wire["orders_amount"], wire["discounted_amount"]) == (0, 0)


def test_a_promotion_has_no_codes(api: APIClient) -> None:
    promotion = CampaignFactory(name="Spring", promotion=True)
    tier = PromotionTierFactory(campaign=promotion)

    redeem(api, tier.public_id, kind="promotion_tier")
    wire = api.get(URL).json()

    assert list(wire) == [*COMMON, *DISCOUNTS]
    assert (wire["redemptions_succeeded"], wire["discounted_amount"]) == (1, 1_000)


def test_gift_cards_have_credits(api: APIClient, actor: Any) -> None:
    gift = {"amount": 5_000, "effect": "APPLY_TO_ORDER"}
    spec = CampaignSpec(vouchers_count=3, values={"name": "Spring", "gift": gift})
    spring = campaigns.create(spec=spec, actor=actor, now=NOW)
    first, second, third = spring.vouchers.order_by("pk")
    redeem(api, first.code, amount=1_200)
    back = redeem(api, second.code, amount=700)["redemptions"][0]["id"]
    api.post(f"/v1/redemptions/{back}/rollback")
    api.post(f"/v1/vouchers/{first.code}/balance", {"amount": 250})
    api.post(f"/v1/vouchers/{first.code}/balance", {"amount": -50})
    api.delete(f"/v1/vouchers/{third.code}")

    wire = api.get(URL).json()

    assert list(wire) == [*COMMON, *CODES, *CARDS]
    assert {name: wire[name] for name in CARDS} == {
        "created_vouchers_amount": 15_000,
        "amount_added": 250,
        "amount_deleted": 5_000,
        "amount_redeemed": 1_900,
        "amount_rolledback": 700,
        "amount_subtracted": 50,
    }


def test_days_are_days_of_the_project(api: APIClient, settings_row: ProjectSettings) -> None:
    ProjectSettings.objects.update(time_zone="Europe/Warsaw")
    spring = CampaignFactory(name="Spring")
    voucher = VoucherFactory(campaign=spring)
    for hour in (22, 23):  # of 9 March in UTC: 23:00 and midnight in Warsaw
        _redeemed(spring, voucher.pk, 1, datetime(2026, 3, 9, hour, tzinfo=UTC))

    def counted(query: str) -> int:
        return int(api.get(f"{URL}?{query}").json()["redemptions"])

    assert counted("end_date=2026-03-09") == 1
    assert counted("start_date=2026-03-10") == 1
    assert counted("start_date=2026-03-09&end_date=2026-03-10") == 2
    assert counted("start_date=2026-03-11") == 0


@pytest.mark.parametrize(
    "query", ["start_date=soon", "end_date=0001-01-01", "start_date=2026-02-02&end_date=2026-02-01"]
)
def test_refuses_what_is_no_period(api: APIClient, query: str) -> None:
    CampaignFactory(name="Spring")

    refused(api.get(f"{URL}?{query}"), 400, "invalid_query_params")


def test_refuses_campaigns_that_are_not_there(api: APIClient) -> None:
    refused(api.get(URL), 404, "not_found")


def test_asks_as_often_for_many_as_for_few(api: APIClient, count_queries: Callable[..., int]) -> None:
    spring = CampaignFactory(name="Spring")
    voucher = VoucherFactory(campaign=spring)
    api.get(URL)
    few = count_queries(lambda: api.get(URL))
    _redeemed(spring, voucher.pk, 50, NOW)

    assert count_queries(lambda: api.get(URL)) == few


@pytest.mark.django_db(transaction=True)
def test_reads_redemptions_from_the_index_alone(settings_row: ProjectSettings) -> None:
    """`FANFARE_NIGHTLY=1`: a million of them, within seconds on a busy machine."""
    is_nightly = os.environ.get("FANFARE_NIGHTLY") == "1"
    count = 1_000_000 if is_nightly else 3_000
    spring = CampaignFactory(name="Spring")
    _redeemed(spring, VoucherFactory(campaign=spring).pk, count, NOW)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE promotions_redemption")
        asked = {"campaign": spring.pk, "since": None, "until": None}
        # Of so few rows the planner would choose any index; here it has to do with ours.
        with transaction.atomic():
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
            cursor.execute("DROP INDEX redemption_voucher_newest, redemption_newest")
            cursor.execute(f"EXPLAIN {campaign_summaries._USED}", asked)
            plan = "\n".join(line for (line,) in cursor.fetchall())
            transaction.set_rollback(True)

    began = time.monotonic()
    found = campaign_summaries.summary(spring, Period(until=NOW + timedelta(days=1)))
    took = time.monotonic() - began

    assert "Index Only Scan using redemption_of_campaign" in plan
    assert (found.succeeded, found.discounted_amount) == (count, count * 100)
    if is_nightly:
        print(f"summary of {count:,} redemptions: {took:.2f} s")  # noqa: T201
        assert took < 3


def _published(campaign: Campaign, result: str) -> None:
    is_given = result == Publication.Result.SUCCESS
    more = {"codes_count": 1, "customer": CustomerFactory()} if is_given else {"failure_code": "no_codes"}
    Publication.objects.create(created_at=NOW, result=result, campaign=campaign, **more)


def _redeemed(campaign: Campaign, voucher_id: int, count: int, at: datetime) -> None:
    """That many redemptions, straight into the table."""
    row = Redemption(public_id="", redeemed_at=at, result="SUCCESS", status="SUCCEEDED")
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO promotions_redemption (public_id, redeemed_at, result, status, related_object_type,
                voucher_id, campaign_id, voucher_code, order_amount, discount_amount, version_ids, metadata,
                tracking_id, channel_type, channel_id, failure_code, failure_message, snapshot)
            SELECT 'r_' || md5(%(at)s::text || n), %(at)s, %(result)s, %(status)s, 'voucher', %(voucher)s,
                   %(campaign)s, 'A', 1000, 100, '{}', '{}', '', 'API', '', '', '',
                   jsonb_build_object('filler', repeat('x', 1500))
            FROM generate_series(1, %(count)s) AS n
            """,
            {
                "at": at,
                "result": row.result,
                "status": row.status,
                "voucher": voucher_id,
                "campaign": campaign.pk,
                "count": count,
            },
        )
