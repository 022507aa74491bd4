"""`POST /v1/vouchers/metadata/async`: the same metadata for many codes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from rest_framework.test import APIClient

from integrations.models import AsyncAction
from integrations.services import async_actions
from promotions.models import Voucher
from tests.factories.promotions import VoucherFactory
from tests.promotions.api.catalogue import refused

URL = "/v1/vouchers/metadata/async"


def test_gives_all_codes_the_same_metadata(api: APIClient, now: datetime) -> None:
    for code in "ABC":
        VoucherFactory(code=code, metadata={"own": code})

    answer = api.post(URL, {"codes": ["A", "B", "NONE"], "metadata": {"lang": "en"}})
    action = async_actions.advance(public_id=answer.json()["async_action_id"], now=now)

    assert answer.status_code == 202
    assert action is not None
    assert (action.type, action.done_count, action.failed_count) == ("VOUCHERS.METADATA_UPDATE", 2, 1)
    assert Voucher.objects.get(code="A").metadata == {"own": "A", "lang": "en"}
    assert Voucher.objects.get(code="C").metadata == {"own": "C"}


def test_unknown_keys_only_are_an_empty_job(api: APIClient, now: datetime) -> None:
    answer = api.post(URL, {"voucher_ids": ["A"]})

    assert answer.status_code == 202
    assert AsyncAction.objects.get().rows_count == 0


@pytest.mark.parametrize("body", [{"codes": "A"}, {"codes": [1]}, {"codes": ["A"], "metadata": 1}])
def test_refuses_wrong_shapes(api: APIClient, body: Any) -> None:
    refused(api.post(URL, body), 400, "invalid_payload")
    assert not AsyncAction.objects.exists()
