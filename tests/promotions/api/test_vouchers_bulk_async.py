"""`POST /v1/vouchers/bulk/async`: own metadata for each code."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from rest_framework.test import APIClient

from core.actors import Actor
from core.services import metadata_schemas
from integrations.models import AsyncAction
from integrations.services import async_actions, job_reports
from promotions.models import Voucher
from tests.factories.promotions import VoucherFactory
from tests.promotions.api.catalogue import audited, refused, told

URL = "/v1/vouchers/bulk/async"


def worked_off(answer: Any, now: datetime) -> AsyncAction:
    assert answer.status_code == 202
    assert list(answer.json()) == ["async_action_id"]
    action = async_actions.advance(public_id=answer.json()["async_action_id"], now=now)
    assert action is not None
    return action


def test_merges_metadata_and_reports_unknown_codes(api: APIClient, now: datetime) -> None:
    VoucherFactory(code="A", metadata={"x": 1, "y": 1})
    VoucherFactory(code="B")

    action = worked_off(
        api.post(
            URL,
            [
                {"code": "A", "metadata": {"y": 2}},
                {"code": "B", "metadata": {"y": 3}},
                {"code": "A", "metadata": {"z": 4}},
                {"code": "NONE", "metadata": {"y": 5}},
            ],
        ),
        now,
    )

    assert Voucher.objects.get(code="A").metadata == {"x": 1, "y": 2, "z": 4}
    assert Voucher.objects.get(code="B").metadata == {"y": 3}
    assert (action.type, action.done_count, action.failed_count) == ("VOUCHERS.BULK_UPDATE", 3, 1)
    report = job_reports.report(action)
    assert report is not None
    assert report["errors"] == [
        {
            "message": "Row was not updated",
            "details": "There is no voucher with this code.",
            "key": "not_found",
            "code": "NONE",
        }
    ]
    assert audited() == ["voucher.updated"] * 3
    assert told() == []


def test_reports_metadata_against_the_schema(api: APIClient, actor: Actor, now: datetime) -> None:
    metadata_schemas.create(
        related_object="voucher", properties={"n": {"type": "number"}}, actor=actor, now=now
    )
    VoucherFactory(code="A")

    action = worked_off(api.post(URL, [{"code": "A", "metadata": {"n": "many"}}]), now)

    assert (action.done_count, action.failed_count) == (0, 1)
    assert Voucher.objects.get().metadata == {}


def test_no_body_is_an_empty_job(api: APIClient, now: datetime) -> None:
    action = worked_off(api.post(URL), now)

    assert (action.status, action.operation_status) == ("DONE", "SUCCESS")


@pytest.mark.parametrize("body", [{"code": "A"}, [1], [{"code": "A"}], [{"code": 1, "metadata": {}}]])
def test_refuses_wrong_shapes(api: APIClient, body: Any) -> None:
    refused(api.post(URL, body), 400, "invalid_payload")
    assert not AsyncAction.objects.exists()
