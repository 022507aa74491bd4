from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from typing import Any

import pytest
from rest_framework.test import APIClient

from core.api import throttling
from core.api.throttling import Limit
from core.api.views import ProjectAPIView
from core.errors import RateLimited

LIST = "/v1/metadata-schemas"


@pytest.fixture
def limits_on(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Limits counted in the real Redis, in counters that no other test uses."""
    settings.FANFARE_RATE_LIMITS = True
    monkeypatch.setattr(throttling, "_paused_until", 0.0)
    throttling._client.cache_clear()
    yield
    throttling._client.cache_clear()


@pytest.fixture
def two_calls(monkeypatch: pytest.MonkeyPatch) -> Limit:
    # A window of a day: the test does not run into the next one.
    limit = Limit(name=f"test-{secrets.token_hex(8)}", calls=2, seconds=86_400)
    monkeypatch.setattr(ProjectAPIView, "limit", limit)
    return limit


def test_third_call_of_two_is_refused(limits_on: None, two_calls: Limit, api: APIClient) -> None:
    answers = [api.get(LIST) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer["X-Rate-Limit-Remaining"] for answer in answers[:2]] == ["1", "0"]
    assert answers[0]["X-Rate-Limit-Limit"] == "2"
    assert int(answers[0]["X-Rate-Limit-Retry"]) % 86_400 == 0
    assert answers[2]["X-Rate-Limit-Type"] == "api_calls"
    assert 1 <= int(answers[2]["Retry-After"]) <= 86_400
    assert answers[2].json()["key"] == "too_many_requests"


def test_each_key_has_its_own_allowance(limits_on: None, two_calls: Limit) -> None:
    throttling.take(two_calls, "first")
    throttling.take(two_calls, "first")

    assert throttling.take(two_calls, "second") == throttling.Usage(
        limit=2,
        remaining=1,
        resets_at=throttling.take(two_calls, "third").resets_at,  # type: ignore[union-attr]
    )
    with pytest.raises(RateLimited):
        throttling.take(two_calls, "first")


def test_nothing_is_counted_when_limits_are_off(two_calls: Limit, api: APIClient) -> None:
    answers = [api.get(LIST) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert not answers[0].has_header("X-Rate-Limit-Limit")


def test_calls_pass_when_redis_is_away_and_only_the_first_waits(
    limits_on: None, two_calls: Limit, api: APIClient, settings: Any
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    throttling._client.cache_clear()

    began = time.monotonic()
    answers = [api.get(LIST) for _ in range(5)]

    assert [answer.status_code for answer in answers] == [200] * 5
    assert throttling._paused_until > began + 4
    assert not answers[0].has_header("X-Rate-Limit-Limit")


def test_wrong_keys_from_one_address_are_slowed_down(
    limits_on: None, monkeypatch: pytest.MonkeyPatch, api: APIClient, anonymous: APIClient
) -> None:
    limit = Limit(name=f"test-{secrets.token_hex(8)}", calls=3, seconds=86_400)
    monkeypatch.setattr(throttling, "WRONG_KEYS", limit)
    monkeypatch.setattr(ProjectAPIView, "limit", Limit(name=limit.name + "x", calls=100, seconds=86_400))

    wrong = [anonymous.get(LIST, headers={"X-App-Id": "a", "X-App-Token": "b"}) for _ in range(5)]

    assert [answer.status_code for answer in wrong] == [401, 401, 401, 429, 429]
    assert api.get(LIST).status_code == 200
    elsewhere = anonymous.get(LIST, REMOTE_ADDR="192.0.2.1")
    assert elsewhere.status_code == 401
