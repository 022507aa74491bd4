"""An attacker has one client key, as anybody who reads the shop's pages, and guesses codes of 8 characters.

He waits exactly as long as he is told, by a clock that the test moves. What counts is how many codes of his
reach the database in an hour: 60 from one address (at most 89 if each call names thirty), 6,000 (at most
6,029) from as many addresses as he likes.
"""

from __future__ import annotations

import secrets
import string
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import pytest
from django.db import connection
from rest_framework.test import APIClient

from core.api import throttling
from promotions.api.serializers.decision_input import MAX_REDEEMABLES
from tests import limits
from tests.factories.promotions import VoucherFactory
from tests.limits import Clock

VALIDATE: Final = "/client/v1/validations"
SIGNS: Final = string.ascii_letters + string.digits
HOUR: Final = 3600


@pytest.fixture
def clock(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    yield from limits.switched_on(settings, monkeypatch)


@dataclass
class Attacker:
    """Guesses `at_once` codes with each call, from one address after the other."""

    api: APIClient
    clock: Clock
    addresses: Sequence[str]
    at_once: int = 1

    def guess_for(self, seconds: int, *, most_calls: int = 10_000) -> tuple[int, list[str]]:
        """How many codes the database was asked for, and the keys of refusals."""
        ends_at, reached, refusals = self.clock.now + seconds, 0, []
        for number in range(most_calls):
            if self.clock.now >= ends_at:
                break
            with looked_up() as statements:
                answer = self._call(self.addresses[number % len(self.addresses)])
            reached += self.at_once * len(statements)
            if answer.status_code == 429:
                assert not statements
                refusals.append(answer.json()["key"])
                # One of many addresses makes room for the next one at once.
                is_own = refusals[-1] == "too_many_requests" and len(self.addresses) > 1
                self.clock.now += 0 if is_own else int(answer["Retry-After"])
        else:
            pytest.fail("The hour takes too many calls.")
        return reached, refusals

    def _call(self, address: str) -> Any:
        codes = ["".join(secrets.choice(SIGNS) for _ in range(8)) for _ in range(self.at_once)]
        named = [{"object": "voucher", "id": code} for code in codes]
        sent = {"redeemables": named, "order": {"amount": 1000}}
        return self.api.post(VALIDATE, sent, REMOTE_ADDR=address)


@contextmanager
def looked_up() -> Iterator[list[str]]:
    """The statements that look for codes."""
    seen: list[str] = []

    def note(execute: Any, sql: str, *rest: Any) -> Any:
        if 'FROM "promotions_voucher"' in sql:
            seen.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        yield seen


def test_from_one_address_sixty_codes_an_hour_reach_the_database(clock: Clock, client_api: APIClient) -> None:
    reached, refusals = Attacker(client_api, clock, ["192.0.2.1"]).guess_for(HOUR)

    assert reached == 60
    assert refusals[-1] == "too_many_unknown_codes"


def test_thirty_codes_in_one_call_help_once(clock: Clock, client_api: APIClient) -> None:
    reached, _ = Attacker(client_api, clock, ["192.0.2.1"], MAX_REDEEMABLES).guess_for(HOUR)

    assert 60 <= reached < 60 + MAX_REDEEMABLES


def test_a_key_has_a_bound_from_however_many_addresses(clock: Clock, client_api: APIClient) -> None:
    addresses = [f"198.51.{number // 200}.{number % 200}" for number in range(400)]
    reached, refusals = Attacker(client_api, clock, addresses, MAX_REDEEMABLES).guess_for(HOUR)

    assert 6_000 <= reached < 6_000 + MAX_REDEEMABLES
    assert set(refusals) == {"too_many_unknown_codes"}


def test_two_hours_are_twice_as_many(clock: Clock, client_api: APIClient) -> None:
    reached, _ = Attacker(client_api, clock, ["192.0.2.1"]).guess_for(2 * HOUR)

    assert reached == 120


def test_without_redis_one_process_has_the_same_bound(
    clock: Clock, client_api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttling, "_paused_until", float("inf"))

    reached, _ = Attacker(client_api, clock, ["192.0.2.1"]).guess_for(HOUR)

    assert reached == 60


def test_a_shopper_elsewhere_does_not_notice(clock: Clock, client_api: APIClient) -> None:
    VoucherFactory(code="SPRING")
    Attacker(client_api, clock, ["192.0.2.1"]).guess_for(600)

    named = [{"object": "voucher", "id": "SPRING"}]
    sent = {"redeemables": named, "order": {"amount": 1000}}
    answer = client_api.post(VALIDATE, sent, REMOTE_ADDR="192.0.2.77")

    assert (answer.status_code, answer.json()["valid"]) == (200, True)
