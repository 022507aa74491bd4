"""POST /v1/async-actions/{asyncActionId}/cancel. Goes beyond the contract."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from core.actors import Actor
from core.models import AuditEntry
from integrations import registry
from integrations.models import AsyncAction
from integrations.registry import JobType, SliceResult
from integrations.services import async_actions
from tests.conftest import NOW

TYPE = "TESTS.CANCELLED"


@pytest.fixture
def job(db: None, actor: Actor, monkeypatch: pytest.MonkeyPatch) -> AsyncAction:
    """Ten rows, four of them done."""
    job_type = JobType(
        name=TYPE, handler=lambda found, *_: SliceResult(done=len(found)), slice_size=4, is_counted=True
    )
    monkeypatch.setitem(registry._types, TYPE, job_type)
    made = async_actions.create(type=TYPE, body="", rows_count=10, actor=actor, now=NOW)
    async_actions.advance(public_id=made.public_id, now=NOW)
    return made


def url(job: AsyncAction) -> str:
    return f"/v1/async-actions/{job.public_id}/cancel"


def test_what_is_done_stays_done(api: APIClient, job: AsyncAction) -> None:
    answer = api.post(url(job))

    job.refresh_from_db()
    assert (job.status, job.done_count) == ("CANCELLED", 4)
    body = answer.json()
    assert (answer.status_code, body["id"], body["object"]) == (200, job.public_id, "async_action")
    # The contract has no word for a cancelled job.
    assert (body["status"], body["operation_status"]) == ("FAILED", "FAILED")
    assert (body["result"]["done_count"], body["result"]["failed_count"]) == (4, 0)
    assert "after 4 of 10 rows" in body["result"]["message"]
    assert AuditEntry.objects.get(action="async_action.cancelled").entity_id == job.public_id
    assert async_actions.advance(public_id=job.public_id, now=NOW) is None


def test_what_is_over_is_not_cancelled(api: APIClient, job: AsyncAction) -> None:
    for _ in range(2):
        async_actions.advance(public_id=job.public_id, now=NOW)

    answer = api.post(url(job))

    assert (answer.status_code, answer.json()["key"]) == (400, "async_action_not_cancellable")
    assert "It is over: done." in answer.json()["details"]
    assert AsyncAction.objects.get().status == "DONE"


def test_an_unknown_job_and_another_method(api: APIClient, job: AsyncAction) -> None:
    assert api.post("/v1/async-actions/aa_nothing/cancel").status_code == 404
    assert api.get(url(job)).status_code == 405


@pytest.mark.parametrize("role", ["SUPPORT", "VIEWER", "MERCHANT"])
def test_who_only_looks_cancels_nothing(
    api_as: Callable[[str], APIClient], job: AsyncAction, role: str
) -> None:
    answer = api_as(role).post(url(job))

    assert (answer.status_code, answer.json()["key"]) == (403, "missing_required_permission")
    assert AsyncAction.objects.get().status == "IN_PROGRESS"
