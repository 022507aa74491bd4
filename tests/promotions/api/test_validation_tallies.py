"""Validations are counted for summaries without writing anything at the time."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from promotions.models import Campaign, ValidationTally
from promotions.services import validation_tallies
from tests.factories.promotions import CampaignFactory, VoucherFactory

pytestmark = pytest.mark.django_db


def ask(api: APIClient, *codes: str) -> None:
    body = {"redeemables": [{"object": "voucher", "id": code} for code in codes], "order": {"amount": 5000}}
    assert api.post("/v1/validations", body).status_code == 200


def counted(api: APIClient, campaign: Campaign) -> tuple[int, int, int]:
    wire = api.get(f"/v1/campaigns/{campaign.public_id}/summary").json()
    return wire["validations"], wire["validations_succeeded"], wire["validations_failed"]


def test_what_applies_and_what_is_refused(api: APIClient) -> None:
    campaign = CampaignFactory()
    good, spent = VoucherFactory(campaign=campaign), VoucherFactory(campaign=campaign, is_active=False)
    alone = VoucherFactory()

    for _ in range(3):
        ask(api, good.code)
    ask(api, spent.code)
    ask(api, alone.code)
    ask(api, "NOBODY")
    assert counted(api, campaign) == (0, 0, 0)
    validation_tallies.flush(timezone.now())

    assert counted(api, campaign) == (4, 3, 1)
    assert ValidationTally.objects.count() == 1


def test_it_is_written_by_itself_every_five_seconds(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    campaign = CampaignFactory()
    code = VoucherFactory(campaign=campaign).code
    with CaptureQueriesContext(
        connection,
    ) as before:
        ask(api, code)
    monkeypatch.setattr(validation_tallies, "_EVERY", timedelta())
    with CaptureQueriesContext(connection) as after:
        ask(api, code)

    assert not any("validationtally" in query["sql"] for query in before)
    assert sum("validationtally" in query["sql"] for query in after) == 1
    assert counted(api, campaign) == (2, 2, 0)


def test_a_question_about_another_instant_is_none(api: APIClient) -> None:
    campaign = CampaignFactory()
    body = {
        "redeemables": [{"object": "voucher", "id": VoucherFactory(campaign=campaign).code}],
        "options": {"at": "2027-01-01T00:00:00Z"},
    }
    assert api.post("/v1/validations", body).status_code == 200
    validation_tallies.flush(timezone.now())

    assert counted(api, campaign) == (0, 0, 0)


def test_a_campaign_that_is_gone_spoils_nothing(api: APIClient) -> None:
    campaign, other = CampaignFactory(), CampaignFactory()
    for one in (campaign, other):
        ask(api, VoucherFactory(campaign=one).code)
    other.vouchers.all().delete()
    Campaign.objects.filter(pk=other.pk).delete()

    validation_tallies.flush(timezone.now())
    assert counted(api, campaign) == (1, 1, 0)


def test_threads_lose_nothing() -> None:
    now, pending = timezone.now(), validation_tallies._Pending()
    day = now.date()

    def add() -> None:
        for _ in range(1_000):
            pending.add(validation_tallies.Counter({(1, day, True): 1}), now)

    threads = [threading.Thread(target=add) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert pending.take()[1, day, True] == 8_000
