"""Referral codes from a file. Contract: referrals 15.7."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from integrations.models import AsyncAction
from integrations.services import async_actions
from promotions.models import Campaign, Voucher
from tests.referrals.world import NOW, comes, each, points, programme
from tests.telling import tell

pytestmark = pytest.mark.django_db


def brought(api: APIClient, campaign: Campaign, text: str) -> Any:
    upload = SimpleUploadedFile("codes.csv", text.encode(), "text/csv")
    answer = api.post(f"/v1/campaigns/{campaign.public_id}/importCSV", {"file": upload}, format="multipart")
    assert answer.status_code in (200, 202), answer.content
    job = answer.json()["async_action_id"]
    while async_actions.advance(public_id=job, now=NOW) is not None:
        pass
    return AsyncAction.objects.get(public_id=job)


def test_codes_of_another_system_go_on_recommending(api: APIClient) -> None:
    friends = programme(api)
    each(friends, points(api, 100))

    job = brought(api, friends, "Code,Active,Since\nRITA-OLD,TRUE,2019\nROB-OLD,FALSE,2020\n")

    assert job.status == AsyncAction.Status.DONE, job.result
    rita, rob = (Voucher.objects.get(code=code) for code in ("RITA-OLD", "ROB-OLD"))
    assert (rita.campaign, rita.is_active, rob.is_active) == (friends, True, False)
    given = {"voucher": "RITA-OLD", "customer": {"source_id": "rita"}}
    assert api.post("/v1/publications", given, format="json").status_code == 200
    assert api.get("/v1/vouchers/RITA-OLD").json()["is_referral_code"] is True
    assert comes(api, "RITA-OLD", "paul").status_code == 200
    tell()
    assert api.get("/v1/customers/paul").json()["referrals"]["total"] == 1
