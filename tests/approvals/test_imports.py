"""Codes from a file wait for a yes like codes that are made here; then the same rows come in, once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from approvals.models import ApprovalRequest
from integrations.models import AsyncAction
from integrations.services import async_actions
from promotions.models import Voucher
from tests.approvals.api.asking import at, free_policy, yes
from tests.conftest import NOW
from tests.factories.promotions import percent

pytestmark = pytest.mark.django_db

ROWS = [{"code": f"IMPORTED-{n}", "type": "DISCOUNT_VOUCHER", "discount": percent(90)} for n in range(3)]


def test_imported_codes_are_asked_about(api: APIClient, api_as: Callable[[str], APIClient]) -> None:
    free_policy(operations=("vouchers.import",), conditions=())

    answer = api_as("USER").post("/v1/vouchers/import", ROWS)

    assert (answer.status_code, answer.json()["key"]) == (403, "approval_required")
    assert not Voucher.objects.exists()
    request = ApprovalRequest.objects.get()
    assert request.operation == "vouchers.import"
    before = AsyncAction.objects.count()

    assert api.post(at(request, "/decisions"), yes(request)).status_code == 200
    request.refresh_from_db()
    assert request.state == ApprovalRequest.State.APPLIED
    job = AsyncAction.objects.order_by("-pk")[0]
    assert AsyncAction.objects.count() == before + 1
    while async_actions.advance(public_id=job.public_id, now=NOW) is not None:
        job.refresh_from_db()
    assert sorted(Voucher.objects.values_list("code", flat=True)) == [row["code"] for row in ROWS]
