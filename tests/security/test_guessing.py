"""Who guesses codes or keys is slowed down; nobody else is (PROOFS B1 and B3). Counted in the real Redis."""

from __future__ import annotations

import secrets
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import RequestFactory
from rest_framework.test import APIClient

from core.api import throttling
from tests import limits
from tests.factories.promotions import VoucherFactory
from tests.limits import Clock

VALIDATE = "/client/v1/validations"
LIST = "/v1/metadata-schemas"
ORDER = {"amount": 1000}


@pytest.fixture
def clock(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    yield from limits.switched_on(settings, monkeypatch)


def guess(client: APIClient, address: str, code: str = "") -> Any:
    code = code or secrets.token_hex(8)
    body = {"redeemables": [{"object": "voucher", "id": code}], "order": ORDER}
    return client.post(VALIDATE, body, format="json", REMOTE_ADDR=address)


def wrong_key(client: APIClient, address: str) -> Any:
    headers = {"X-App-Id": secrets.token_hex(8), "X-App-Token": secrets.token_hex(16)}
    return client.get(LIST, headers=headers, REMOTE_ADDR=address)


def test_sixth_call_in_five_seconds_waits(clock: Clock, client_api: APIClient) -> None:
    answers = [guess(client_api, "192.0.2.1") for _ in range(6)]

    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert [answer["X-Rate-Limit-Remaining"] for answer in answers[:5]] == ["4", "3", "2", "1", "0"]
    for answer in answers[:5]:
        assert answer["X-Rate-Limit-Limit"] == "5"
        assert answer["X-Rate-Limit-Retry"] == str(int(clock.now) + 5)
    refused = answers[5]
    assert refused["Retry-After"] == "5"
    assert refused["X-Rate-Limit-Type"] == "api_calls"
    assert (refused.json()["code"], refused.json()["key"]) == (429, "too_many_requests")
    # Browsers of the shop may read that answer, too.
    assert refused["Access-Control-Allow-Origin"] == "https://shop.example"


def test_patient_guessing_gets_ten_answers_in_a_minute(clock: Clock, client_api: APIClient) -> None:
    answered = []
    for _ in range(13):
        answered.append([guess(client_api, "192.0.2.1").status_code for _ in range(8)])
        clock.now += 5

    assert answered == [[200] * 5 + [429] * 3] * 2 + [[429] * 8] * 10 + [[200] * 5 + [429] * 3]


def test_many_guessers_do_not_disturb_an_honest_customer(clock: Clock, client_api: APIClient) -> None:
    VoucherFactory(code="HONEST")
    for number in range(12):
        statuses = [guess(client_api, f"198.51.100.{number}").status_code for _ in range(6)]
        assert statuses == [200] * 5 + [429]

    answer = guess(client_api, "192.0.2.77", "HONEST")

    assert (answer.status_code, answer.json()["valid"]) == (200, True)


def test_wrong_keys_wait_after_twenty_and_a_right_one_still_works(
    clock: Clock, api: APIClient, client_api: APIClient, anonymous: APIClient
) -> None:
    wrong = [wrong_key(anonymous, "192.0.2.1") for _ in range(40)]

    assert [answer.status_code for answer in wrong] == [401] * 20 + [429] * 20
    assert wrong[20]["Retry-After"] == "60"
    assert api.get(LIST, REMOTE_ADDR="192.0.2.1").status_code == 200
    assert guess(client_api, "192.0.2.1").status_code == 200
    assert wrong_key(anonymous, "192.0.2.2").status_code == 401
    clock.now += 60
    assert wrong_key(anonymous, "192.0.2.1").status_code == 401


def test_a_blocked_key_is_a_wrong_key(clock: Clock, api: APIClient) -> None:
    type(api.key).objects.update(blocked_at="2026-01-01T00:00:00Z")  # type: ignore[attr-defined]

    statuses = [api.get(LIST, REMOTE_ADDR="192.0.2.1").status_code for _ in range(22)]

    assert statuses == [401] * 20 + [429] * 2


def test_wrong_keys_are_counted_over_all_doors(clock: Clock, anonymous: APIClient) -> None:
    """Nobody gets three times as many guesses by knocking at three APIs."""
    doors = [LIST, VALIDATE, "/management/v1/projects"]

    statuses = [anonymous.post(doors[turn % 3], REMOTE_ADDR="192.0.2.1").status_code for turn in range(24)]

    assert statuses == [401] * 20 + [429] * 4


def test_a_household_of_ipv6_addresses_is_one_caller(clock: Clock, client_api: APIClient) -> None:
    statuses = [guess(client_api, f"2001:db8:1:2::{number:x}").status_code for number in range(7)]

    assert statuses == [200] * 5 + [429] * 2
    assert guess(client_api, "2001:db8:1:3::1").status_code == 200


@pytest.mark.parametrize(
    ("direct", "forwarded", "hops", "address", "shared"),
    [
        ("192.0.2.1", "", 0, "192.0.2.1", "192.0.2.1"),
        ("192.0.2.1", "198.51.100.9", 0, "192.0.2.1", "192.0.2.1"),
        ("10.0.0.1", "203.0.113.5, 198.51.100.9", 1, "198.51.100.9", "198.51.100.9"),
        ("10.0.0.1", "203.0.113.5, 198.51.100.9, 10.0.0.2", 2, "198.51.100.9", "198.51.100.9"),
        ("10.0.0.1", "198.51.100.9:4711", 1, "198.51.100.9", "198.51.100.9"),
        ("10.0.0.1", "[2001:DB8::9]:4711", 1, "2001:db8::9", "2001:db8::"),
        ("10.0.0.1", "2001:db8:0:0:ffff::9", 1, "2001:db8::ffff:0:0:9", "2001:db8::"),
        ("10.0.0.1", "unknown", 1, "10.0.0.1", "10.0.0.1"),
        ("10.0.0.1", "", 1, "10.0.0.1", "10.0.0.1"),
        ("::ffff:192.0.2.1", "", 0, "192.0.2.1", "192.0.2.1"),
        ("fe80::1%eth0", "", 0, "fe80::1%eth0", "fe80::"),
        ("", "", 0, "", ""),
    ],
)
def test_who_the_caller_is(
    direct: str, forwarded: str, hops: int, address: str, shared: str, rf: RequestFactory, settings: Any
) -> None:
    settings.FANFARE_TRUSTED_PROXIES = hops
    extra = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    request = rf.get("/", REMOTE_ADDR=direct, **extra)

    assert throttling.client_address(request) == address
    assert throttling.neighbourhood(request) == shared


def test_forged_addresses_do_not_help(clock: Clock, client_api: APIClient) -> None:
    statuses = []
    for number in range(7):
        client_api.credentials(HTTP_X_FORWARDED_FOR=f"203.0.113.{number}")
        statuses.append(guess(client_api, "192.0.2.1").status_code)

    assert statuses == [200] * 5 + [429] * 2


def test_without_redis_everybody_gets_in(
    clock: Clock, client_api: APIClient, anonymous: APIClient, settings: Any
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    throttling._client.cache_clear()

    assert [guess(client_api, "192.0.2.1").status_code for _ in range(8)] == [200] * 8
    assert [wrong_key(anonymous, "192.0.2.1").status_code for _ in range(25)] == [401] * 25


def test_a_silent_redis_costs_one_short_wait(clock: Clock, client_api: APIClient, settings: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        settings.REDIS_URL = f"redis://127.0.0.1:{mute.getsockname()[1]}/0"
        throttling._client.cache_clear()
        guess(client_api, "192.0.2.1")  # waits 0.2 s and gives up
        began = time.monotonic()

        statuses = [guess(client_api, "192.0.2.1").status_code for _ in range(8)]

        assert statuses == [200] * 8
        # Not even one more wait of 0.2 s for each call.
        assert time.monotonic() - began < 8 * 0.2
