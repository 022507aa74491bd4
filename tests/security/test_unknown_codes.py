"""Who tries many codes that nobody has waits, at every door; who mistypes a few never notices."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from core.api import guesses, throttling
from core.models import ProjectSettings
from promotions.models import Redemption
from tests import limits
from tests.factories.promotions import PromotionTierFactory, VoucherFactory
from tests.limits import Clock

ORDER = {"amount": 1000}
ADDRESS = "192.0.2.1"
OTHER = "192.0.2.2"


@pytest.fixture
def clock(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    """Four unknown codes in a minute and six in an hour are allowed to each."""
    settings.FANFARE_UNKNOWN_CODES = dict.fromkeys(settings.FANFARE_UNKNOWN_CODES, [4, 6])
    yield from limits.switched_on(settings, monkeypatch)


@pytest.fixture
def alone(settings: Any) -> Any:
    """`alone("server-key")`: nobody else is limited."""

    def choose(name: str) -> None:
        known = settings.FANFARE_UNKNOWN_CODES
        settings.FANFARE_UNKNOWN_CODES = {one: [4, 6] if one == name else [10**6] * 2 for one in known}

    return choose


def unknown() -> str:
    return secrets.token_hex(8)


def body(*codes: str, **more: Any) -> dict[str, Any]:
    return {"redeemables": [{"object": "voucher", "id": code} for code in codes], "order": ORDER, **more}


def validate(caller: APIClient, *codes: str, address: str = ADDRESS, **more: Any) -> Any:
    return caller.post("/v1/validations", body(*codes, **more), REMOTE_ADDR=address)


def test_the_fifth_unknown_code_of_a_minute_is_refused(clock: Clock, api: APIClient) -> None:
    VoucherFactory(code="KNOWN")

    tried = [validate(api, unknown()).status_code for _ in range(4)]
    refused = validate(api, "KNOWN")

    assert tried == [200] * 4
    assert refused.status_code == 429
    assert refused["Retry-After"] == "60"
    assert refused["X-Rate-Limit-Type"] == "unknown_codes"
    told = refused.json()
    assert told.pop("request_id")
    assert told == {
        "code": 429,
        "key": "too_many_unknown_codes",
        "message": "Too many unknown codes",
        "details": "Too many codes were tried that nobody has. Try again in 60 s.",
    }


def test_the_window_slides(clock: Clock, api: APIClient) -> None:
    """Not from a full minute to the next: four that are a minute old make room one by one."""
    for _ in range(4):
        assert validate(api, unknown()).status_code == 200
        clock.now += 10

    assert validate(api, unknown())["Retry-After"] == "20"
    clock.now += 20
    assert validate(api, unknown()).status_code == 200
    assert validate(api, unknown())["Retry-After"] == "10"


def test_a_full_hour_refuses_for_longer(clock: Clock, api: APIClient) -> None:
    for _ in range(6):
        assert validate(api, unknown()).status_code == 200
        clock.now += 60

    assert validate(api, unknown())["Retry-After"] == str(3600 - 6 * 60)
    clock.now += 3600 - 6 * 60
    assert validate(api, unknown()).status_code == 200


def test_known_codes_take_nothing_back_and_are_not_counted(clock: Clock, api: APIClient) -> None:
    VoucherFactory(code="KNOWN")

    known = [validate(api, "KNOWN").status_code for _ in range(20)]
    mixed = [validate(api, code).status_code for code in [unknown(), "KNOWN"] * 4]

    assert known == [200] * 20
    assert mixed == [200] * 7 + [429]


def test_a_refused_call_does_not_lengthen_the_wait(clock: Clock, api: APIClient) -> None:
    for _ in range(4):
        validate(api, unknown())
    for _ in range(30):
        assert validate(api, unknown()).status_code == 429
    clock.now += 60

    assert validate(api, unknown()).status_code == 200


def test_each_code_of_a_request_counts(clock: Clock, api: APIClient) -> None:
    ProjectSettings.objects.update(redeemables_application_mode="PARTIAL")
    codes = [unknown() for _ in range(4)]

    first = api.post("/v1/redemptions", body(*codes), REMOTE_ADDR=ADDRESS)

    assert first.status_code == 400
    assert validate(api, unknown()).status_code == 429


def test_the_same_unknown_code_twice_in_one_decision_is_one(clock: Clock, api: APIClient) -> None:
    """A refused redemption looks again for the record of the attempt."""
    for _ in range(4):
        answer = api.post("/v1/redemptions", body(unknown()), REMOTE_ADDR=ADDRESS)
        assert answer.status_code == 404

    assert Redemption.objects.filter(failure_code="not_found").count() == 4
    assert api.post("/v1/redemptions", body(unknown()), REMOTE_ADDR=ADDRESS).status_code == 429
    assert Redemption.objects.filter(failure_code="not_found").count() == 4


@pytest.mark.parametrize(
    ("method", "path", "sent"),
    [
        ("post", "/v1/validations", body("<code>")),
        ("post", "/v1/redemptions", body("<code>")),
        ("post", "/v1/vouchers/<code>/validate", {"order": ORDER}),
        ("post", "/v1/vouchers/<code>/redemption", {"order": ORDER}),
        ("get", "/v1/vouchers/<code>/redemption", None),
        ("delete", "/v1/vouchers/<code>/sessions/s1", None),
        ("post", "/v1/loyalties/members/<code>/redemption", {"reward": {"id": "rew_1"}}),
        ("post", "/client/v1/validations", body("<code>")),
        ("post", "/client/v1/redemptions", body("<code>")),
        ("get", "/client/v1/validate?code=<code>&amount=1000", None),
        ("post", "/client/v1/redeem?code=<code>", {"order": ORDER}),
    ],
)
def test_every_door_counts_and_refuses(
    method: str, path: str, sent: Any, clock: Clock, api: APIClient, client_api: APIClient
) -> None:
    ProjectSettings.objects.update(client_redeem_enabled=True)
    caller = client_api if path.startswith("/client") else api

    def call() -> Any:
        clock.now += 2
        code = unknown()
        data = None if sent is None else {**sent, **(body(code) if "redeemables" in sent else {})}
        return getattr(caller, method)(path.replace("<code>", code), data, REMOTE_ADDR=ADDRESS)

    answers = [call() for _ in range(5)]

    assert all(answer.status_code in {200, 400, 404} for answer in answers[:4])
    assert (answers[4].status_code, answers[4].json()["key"]) == (429, "too_many_unknown_codes")


def test_a_key_is_counted_from_all_addresses(clock: Clock, alone: Any, api: APIClient) -> None:
    alone("server-key")
    statuses = [validate(api, unknown(), address=f"198.51.100.{number}").status_code for number in range(5)]

    assert statuses == [200] * 4 + [429]


def test_an_address_is_counted_over_all_keys_of_a_kind(
    clock: Clock, alone: Any, api: APIClient, api_as: Any
) -> None:
    alone("server-address")
    callers = [api, api_as("ADMIN"), api_as("MERCHANT")]
    statuses = [validate(callers[number % 3], unknown()).status_code for number in range(5)]

    assert statuses == [200] * 4 + [429]
    assert validate(api, unknown(), address=OTHER).status_code == 200


@pytest.mark.parametrize("place", ["customer", "order"])
def test_a_customer_is_counted_from_all_addresses_and_alone(
    place: str, clock: Clock, alone: Any, api: APIClient, api_as: Any
) -> None:
    alone("server-customer")

    def ask(name: str, address: str = ADDRESS, caller: APIClient = api) -> int:
        customer = {"source_id": name}
        more = {"customer": customer} if place == "customer" else {"order": {**ORDER, "customer": customer}}
        return int(validate(caller, unknown(), address=address, **more).status_code)

    assert [ask("eve", f"198.51.100.{number}") for number in range(5)] == [200] * 4 + [429]
    assert ask("anna") == 200
    assert ask("eve", caller=api_as("ADMIN")) == 200
    assert validate(api, unknown()).status_code == 200


def test_tiers_are_no_secret(clock: Clock, api: APIClient) -> None:
    tier = PromotionTierFactory.create()
    for _ in range(5):
        validate(api, unknown())

    named = {"redeemables": [{"object": "promotion_tier", "id": tier.public_id}], "order": ORDER}
    answer = api.post("/v1/validations", named, REMOTE_ADDR=ADDRESS)

    assert answer.status_code == 200
    assert api.get("/v1/redemptions", REMOTE_ADDR=ADDRESS).status_code == 200


def test_a_body_that_cannot_be_read_is_answered_so(clock: Clock, api: APIClient) -> None:
    for text in ("{", "[1", '{"redeemables": 5}', '{"redeemables": [5]}', "[]"):
        answer = api.generic("POST", "/v1/validations", text, "application/json", REMOTE_ADDR=ADDRESS)
        assert answer.status_code == 400


def test_limits_of_client_keys_are_tighter(settings: Any) -> None:
    given = settings.FANFARE_UNKNOWN_CODES
    for name in ("key", "address", "customer"):
        client, server = given[f"client-{name}"], given[f"server-{name}"]
        assert all(mine < theirs for mine, theirs in zip(client, server, strict=True))


def test_a_few_honest_typos_are_never_noticed(
    settings: Any, monkeypatch: pytest.MonkeyPatch, client_api: APIClient
) -> None:
    VoucherFactory(code="SPRING")
    clock = next(limits.switched_on(settings, monkeypatch))

    for _ in range(3):
        for code in ("SPRIGN", "SPRNG", "SPRING"):
            answer = client_api.post("/client/v1/validations", body(code), REMOTE_ADDR=ADDRESS)
            assert (answer.status_code, answer.json()["valid"]) == (200, code == "SPRING")
        clock.now += 20


# What it costs ----------------------------------------------------------------------------------------------
@pytest.fixture
def trips(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Commands of each round trip to Redis."""
    seen: list[int] = []
    real = redis.client.Pipeline.execute

    def execute(pipe: Any, *args: Any, **kwargs: Any) -> Any:
        seen.append(len(pipe.command_stack))
        return real(pipe, *args, **kwargs)

    monkeypatch.setattr(redis.client.Pipeline, "execute", execute)
    return seen


def test_only_an_unknown_code_costs_a_round_trip_more(trips: list[int], api: APIClient) -> None:
    VoucherFactory(code="KNOWN")

    validate(api, "KNOWN", customer={"source_id": "anna"})
    known = list(trips)
    trips.clear()
    validate(api, unknown(), customer={"source_id": "anna"})

    assert known == [2 + 3 * 2]
    assert trips == [2 + 3 * 2, 3 * 3]


def test_it_costs_no_statement(clock: Clock, api: APIClient, settings: Any) -> None:
    VoucherFactory(code="KNOWN")

    def statements() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert api.post("/v1/redemptions", body("KNOWN"), REMOTE_ADDR=ADDRESS).status_code == 200
        return len(seen)

    statements()
    settings.FANFARE_RATE_LIMITS = False
    without = statements()
    settings.FANFARE_RATE_LIMITS = True

    assert statements() == without


# Without Redis ----------------------------------------------------------------------------------------------
def test_without_redis_each_process_counts_itself(clock: Clock, api: APIClient, settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    throttling._client.cache_clear()
    VoucherFactory(code="KNOWN")

    assert validate(api, "KNOWN").status_code == 200
    assert [validate(api, unknown()).status_code for _ in range(6)] == [200] * 4 + [429] * 2
    assert validate(api, "KNOWN").status_code == 429
    clock.now += 60
    assert [validate(api, unknown()).status_code for _ in range(3)] == [200] * 2 + [429]


def test_what_was_counted_without_redis_counts_when_it_is_back(
    clock: Clock, api: APIClient, settings: Any
) -> None:
    there = settings.REDIS_URL
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    throttling._client.cache_clear()
    for _ in range(4):
        validate(api, unknown())

    settings.REDIS_URL = there
    throttling._client.cache_clear()
    clock.now += 10

    assert validate(api, unknown())["Retry-After"] == "50"


def test_a_process_remembers_so_many_callers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guesses, "MOST_REMEMBERED", 3)
    memory = guesses.Memory()

    for name in "abcad":
        memory.add(name, [1.0, 3.0, 2.0, 4.0], most=2)

    assert [memory.newest(name, 2) for name in "abcd"] == [4.0, 0.0, 3.0, 3.0]
    assert memory.newest("c", 3) == 0.0


def test_nothing_is_counted_when_limits_are_off(clock: Clock, api: APIClient, settings: Any) -> None:
    settings.FANFARE_RATE_LIMITS = False

    assert [validate(api, unknown()).status_code for _ in range(8)] == [200] * 8
