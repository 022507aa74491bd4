from __future__ import annotations

import re

import pytest
from rest_framework.test import APIClient

from core.models import MetadataSchema
from tests.conftest import NOW


def test_trailing_slash_is_served_without_a_redirect(api: APIClient) -> None:
    MetadataSchema.objects.create(related_object="voucher", created_at=NOW)

    plain, slashed, twice = (api.get(f"/v1/metadata-schemas/voucher{end}") for end in ("", "/", "//"))

    assert [plain.status_code, slashed.status_code, twice.status_code] == [200, 200, 200]
    assert plain.content == slashed.content == twice.content


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/v1/metadata-schemas/vou%00cher", "invalid_payload"),
        ("/v1/metadata-schemas?limit=%00", "invalid_query_params"),
    ],
)
def test_nul_in_the_address_is_refused(api: APIClient, path: str, key: str) -> None:
    answer = api.get(path)

    assert (answer.status_code, answer.json()["key"]) == (400, key)
    assert answer.json()["request_id"].startswith("v-")


def test_request_id_is_ours_and_new_each_time(anonymous: APIClient) -> None:
    ids = [
        anonymous.get("/v1/metadata-schemas", headers={"X-Request-Id": "forged"}).json()["request_id"]
        for _ in range(2)
    ]

    assert all(re.fullmatch(r"v-[0-9a-f]{18}", found) for found in ids)
    assert ids[0] != ids[1]
