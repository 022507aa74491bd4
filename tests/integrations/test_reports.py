from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families
from rest_framework.test import APIClient

from integrations.models import AsyncAction
from tests.conftest import NOW


def test_metrics_count_jobs_that_are_not_finished(anonymous: APIClient) -> None:
    for status in ("ENQUEUED", "ENQUEUED", "IN_PROGRESS", "DONE", "FAILED"):
        AsyncAction.objects.create(type="X", status=status, created_at=NOW)

    text = anonymous.get("/metrics").content.decode()

    found = {
        sample.labels["status"]: sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == "fanfare_async_actions"
    }
    assert found == {"enqueued": 2, "in_progress": 1}
