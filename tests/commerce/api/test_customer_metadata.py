"""POST /v1/customers/metadata/async"""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from commerce.models import Customer
from integrations.models import AsyncAction
from tests.commerce.api.jobs import outcome
from tests.factories.commerce import CustomerFactory

URL = "/v1/customers/metadata/async"


def test_the_same_metadata_for_all(api: APIClient, work_off: Any) -> None:
    CustomerFactory(source_id="a", name="Ann", metadata={"kept": 1, "vip": False})

    answer = api.post(URL, {"source_ids": ["a", "new"], "metadata": {"vip": True}})
    work_off()

    rows = {c.source_id: (c.name, c.metadata) for c in Customer.objects.all()}
    assert answer.status_code == 202
    assert rows == {"a": ("Ann", {"kept": 1, "vip": True}), "new": ("", {"vip": True})}
    action = outcome(api, answer)
    assert (action["type"], action["result"]["done_count"]) == ("CUSTOMERS.METADATA_UPDATE", 2)


@pytest.mark.parametrize("body", [None, {}, {"customer_ids": ["a"]}, {"metadata": {"a": 1}}])
def test_what_is_missing_makes_an_empty_job(api: APIClient, work_off: Any, body: Any) -> None:
    answer = api.post(URL) if body is None else api.post(URL, body)
    work_off()

    assert answer.status_code == 202
    assert outcome(api, answer)["result"]["done_count"] == 0
    assert not Customer.objects.exists()


@pytest.mark.parametrize("body", [[], {"source_ids": "a"}, {"source_ids": [5]}, {"metadata": "x"}])
def test_refuses_a_wrong_shape(api: APIClient, body: Any) -> None:
    answer = api.post(URL, body)

    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_payload")
    assert not AsyncAction.objects.exists()


def test_keys_rights_and_methods(doors: Any) -> None:
    doors(URL, ["POST"])
