"""`POST /v1/vouchers/{code}/disable`."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from promotions.models import Voucher
from tests.factories.promotions import VoucherFactory
from tests.promotions.api.catalogue import audited, told


@pytest.mark.parametrize("code", ["SUMMER", "a b/c"])
def test_disables_and_answers_with_the_voucher(api: APIClient, code: str) -> None:
    voucher = VoucherFactory(code=code, is_active=True)

    answer = api.post(f"/v1/vouchers/{code}/disable", {})

    assert answer.status_code == 200
    assert answer.json()["active"] is False
    assert answer.json()["id"] == voucher.public_id
    assert Voucher.objects.get().is_active is False
    assert told() == audited() == ["voucher.disabled"]


def test_the_second_time_nothing_happens(api: APIClient) -> None:
    voucher = VoucherFactory(is_active=False)

    answer = api.post(f"/v1/vouchers/{voucher.public_id}/disable")

    assert answer.json()["active"] is False
    assert answer.json()["updated_at"] is None
    assert told() == []
