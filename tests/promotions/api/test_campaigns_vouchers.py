"""`POST /v1/campaigns/{campaignId}/vouchers`: one code at once, many by a job."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import pytest
from rest_framework.test import APIClient

from integrations.models import AsyncAction
from integrations.services import async_actions
from promotions.models import Campaign, Voucher
from promotions.services import code_batches
from tests.factories.promotions import CampaignFactory, CategoryFactory, VoucherFactory
from tests.promotions.api.catalogue import SHOWN_PERCENT, audited, refused, told

URL = "/v1/campaigns/Spring/vouchers"


@pytest.fixture
def spring(db: None) -> Campaign:
    campaign: Campaign = CampaignFactory(
        name="Spring", code_config={"pattern": "S-####"}, voucher_redemption_quantity=1
    )
    return campaign


@pytest.mark.parametrize("body", [None, {}, 5, 1.5])
@pytest.mark.parametrize("query", ["", "?vouchers_count=1"])
def test_no_count_or_one_answers_with_the_voucher(
    api: APIClient, spring: Campaign, body: Any, query: str
) -> None:
    answer = api.post(f"{URL}{query}", body)

    assert answer.status_code == 200
    voucher = answer.json()
    assert re.fullmatch(r"S-[0-9a-zA-Z]{4}", voucher["code"])
    assert (voucher["campaign"], voucher["campaign_id"]) == ("Spring", spring.public_id)
    assert voucher["discount"] == SHOWN_PERCENT
    assert voucher["redemption"]["quantity"] == 1
    assert Campaign.objects.get().vouchers_count == Voucher.objects.count() == 1
    assert told() == audited() == ["voucher.created"]


def test_the_body_may_override(api: APIClient, spring: Campaign) -> None:
    category = CategoryFactory(name="Loud")

    voucher = api.post(
        URL,
        {
            "category": "Loud",
            "metadata": {"a": 1},
            "redemption": {"quantity": 7},
            "additional_info": "tv",
            "start_date": "2026-01-01",
            "expiration_date": "2026-02-01",
            "code_config": {"pattern": "OWN-##"},
        },
    ).json()

    assert re.fullmatch(r"OWN-[0-9a-zA-Z]{2}", voucher["code"])
    assert voucher["category_id"] == category.public_id
    assert voucher["metadata"] == {"a": 1}
    assert voucher["redemption"]["quantity"] == 7
    assert voucher["additional_info"] == "tv"
    assert voucher["expiration_date"] == "2026-02-01T00:00:00.000Z"


def test_a_code_in_the_body_is_taken(api: APIClient, spring: Campaign) -> None:
    assert api.post(URL, {"code": "MINE"}).json()["code"] == "MINE"


def test_several_codes_answer_with_a_job_that_is_done(api: APIClient, spring: Campaign) -> None:
    answer = api.post(f"{URL}?vouchers_count=120", 120)

    action = AsyncAction.objects.get()
    assert (answer.status_code, answer.json()) == (202, {"async_action_id": action.public_id})
    assert (action.type, action.status, action.done_count) == ("CAMPAIGN.VOUCHERS_GENERATE", "DONE", 120)
    assert Campaign.objects.get().vouchers_count == Voucher.objects.count() == 120
    assert Campaign.objects.get().generation_status == "DONE"
    assert told() == ["campaign.vouchers.added", "campaign.vouchers.generation.completed"]
    assert api.post(URL).status_code == 200


def test_a_job_keeps_the_overrides(api: APIClient, spring: Campaign) -> None:
    CategoryFactory(name="Loud")
    body = {
        "category": "Loud",
        "metadata": {"a": 1},
        "redemption": {"quantity": 7},
        "expiration_date": "2026-02-01",
        "code_config": {"pattern": "OWN-####"},
    }

    api.post(f"{URL}?vouchers_count=3", body)

    for voucher in api.get("/v1/vouchers").json()["vouchers"]:
        assert voucher["code"].startswith("OWN-")
        assert voucher["category"] == "Loud"
        assert voucher["metadata"] == {"a": 1}
        assert voucher["redemption"]["quantity"] == 7
        assert voucher["expiration_date"] == "2026-02-01T00:00:00.000Z"


def test_many_codes_come_in_slices_exactly(api: APIClient, spring: Campaign, now: datetime) -> None:
    action_id = api.post(f"{URL}?vouchers_count=23000").json()["async_action_id"]
    shown = api.get("/v1/campaigns/Spring").json()
    refused(api.post(URL), 400, "invalid_campaign", "being generated")
    refused(api.post(f"{URL}?vouchers_count=2"), 400, "invalid_campaign")

    progress = []
    while (action := async_actions.advance(public_id=action_id, now=now)) is not None:
        progress.append((Voucher.objects.count(), action.progress))
        code_batches.conclude(action_id=action_id, now=now)

    assert (shown["vouchers_generation_status"], shown["vouchers_count"]) == ("IN_PROGRESS", 0)
    assert progress == [(10_000, 43), (20_000, 86), (23_000, 100)]
    done = api.get("/v1/campaigns/Spring").json()
    assert (done["vouchers_generation_status"], done["vouchers_count"]) == ("DONE", 23_000)
    assert told().count("campaign.vouchers.generation.completed") == 1


@pytest.mark.parametrize("count", ["0", "-1", "x", "1.5", "10000001", ""])
def test_refuses_wrong_counts(api: APIClient, spring: Campaign, count: str) -> None:
    refused(api.post(f"{URL}?vouchers_count={count}"), 400, "invalid_query_params", "vouchers_count")
    assert not Voucher.objects.exists()


@pytest.mark.parametrize(
    ("body", "status", "key"),
    [
        ({"code_config": {"pattern": "X"}}, 400, "invalid_code_config"),
        ({"category": "None such"}, 404, "not_found"),
        ({"expiration_date": "2020-01-01", "start_date": "2021-01-01"}, 400, "invalid_expiration_date"),
        ({"redemption": {"quantity": "x"}}, 400, "invalid_payload"),
    ],
)
@pytest.mark.parametrize("count", [1, 5, 500])
def test_refuses_at_once_what_cannot_be(
    api: APIClient, spring: Campaign, body: dict[str, Any], status: int, key: str, count: int
) -> None:
    refused(api.post(f"{URL}?vouchers_count={count}", body), status, key)
    assert not Voucher.objects.exists()
    assert not AsyncAction.objects.exists()
    assert told() == []


def test_a_pool_has_at_most_ten_million(api: APIClient, spring: Campaign) -> None:
    Campaign.objects.update(vouchers_count=9_999_999)

    refused(api.post(f"{URL}?vouchers_count=2"), 400, "invalid_campaign", "10,000,000")
    assert api.post(URL).status_code == 200
    refused(api.post(URL), 400, "invalid_campaign", "10,000,000")
    assert Voucher.objects.count() == 1


def test_a_promotion_takes_no_codes(api: APIClient) -> None:
    campaign = CampaignFactory(promotion=True)

    for query in ("", "?vouchers_count=3"):
        refused(api.post(f"/v1/campaigns/{campaign.public_id}/vouchers{query}"), 400, "invalid_campaign")


def test_taken_codes_are_drawn_again(api: APIClient, spring: Campaign) -> None:
    for code in ("X0", "X1", "X2", "X3"):
        VoucherFactory(code=code)

    api.post(f"{URL}?vouchers_count=6", {"code_config": {"pattern": "X#", "charset": "0123456789abcdefghij"}})

    assert Voucher.objects.filter(campaign=spring).count() == 6
    assert Voucher.objects.values("code").distinct().count() == 10
