"""Sessions of `POST /v1/validations`, and `DELETE /v1/vouchers/{code}/sessions/{sessionKey}`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from core.models import AuditEntry, OutboxEvent
from promotions.models import Hold, ValidationSession, Voucher
from tests.promotions.conftest import MakeVoucher

pytestmark = pytest.mark.django_db

URL = "/v1/validations"


def ask(code: str, **body: Any) -> dict[str, Any]:
    return {"redeemables": [{"object": "voucher", "id": code}], "order": {"amount": 10_000}, **body}


def lock(api: APIClient, code: str, **session: Any) -> dict[str, Any]:
    answer = api.post(URL, ask(code, session={"type": "LOCK", **session}))
    assert answer.status_code == 200, answer.json()
    body: dict[str, Any] = answer.json()
    return body


def test_says_under_which_key_it_holds_and_how_long(api: APIClient, make_voucher: MakeVoucher) -> None:
    make_voucher("TEN")

    made = lock(api, "TEN")["session"]
    named = lock(api, "TEN", key=made["key"], ttl=20, ttl_unit="MINUTES")["session"]

    assert made["key"].startswith("ssn_")
    assert made == {"key": made["key"], "type": "LOCK", "ttl": 7, "ttl_unit": "DAYS"}
    assert named == {"key": made["key"], "type": "LOCK", "ttl": 20, "ttl_unit": "MINUTES"}
    session = ValidationSession.objects.get()
    assert session.expires_at - session.created_at == timedelta(minutes=20)
    assert Hold.objects.count() == 1


def test_what_is_not_valid_holds_nothing(api: APIClient, make_voucher: MakeVoucher) -> None:
    make_voucher("TEN", is_active=False)

    body = lock(api, "TEN", key="cart")

    assert body["valid"] is False
    assert "session" not in body
    assert not ValidationSession.objects.exists()


def test_the_code_of_a_basket_is_refused_to_others(api: APIClient, make_voucher: MakeVoucher) -> None:
    make_voucher("TEN")
    lock(api, "TEN", key="cart")

    others = api.post(URL, ask("TEN")).json()
    mine = api.post("/v1/redemptions", ask("TEN", session={"type": "LOCK", "key": "cart"}))

    error = others["redeemables"][0]["result"]["error"]
    assert error["key"] == "quantity_exceeded"
    assert mine.status_code == 200
    assert Voucher.objects.get().held_quantity == 0


def test_releases_what_the_session_holds_of_one_code(api: APIClient, make_voucher: MakeVoucher) -> None:
    make_voucher("TEN")
    lock(api, "TEN", key="cart 1")

    gone = api.delete("/v1/vouchers/TEN/sessions/cart%201")
    again = api.delete("/v1/vouchers/TEN/sessions/cart%201")
    unknown = api.delete("/v1/vouchers/NONE/sessions/cart%201")

    assert (gone.status_code, gone.content) == (204, b"")
    assert [(one.status_code, one.json()["key"]) for one in (again, unknown)] == [(404, "not_found")] * 2
    assert api.post(URL, ask("TEN")).json()["valid"] is True
    assert AuditEntry.objects.filter(action="voucher.session_released").count() == 1
    assert OutboxEvent.objects.filter(name="validation.session.released").count() == 1


@pytest.mark.parametrize(
    ("session", "details"),
    [
        ({"type": "KEEP"}, ".session.type must be LOCK"),
        ({"type": "LOCK", "ttl": 0}, ".session.ttl"),
        ({"type": "LOCK", "ttl": 1.5}, ".session.ttl"),
        ({"type": "LOCK", "ttl_unit": "YEARS"}, ".session.ttl_unit"),
        ({"type": "LOCK", "key": ""}, ".session.key"),
        ({"type": "LOCK", "key": "k" * 201}, ".session.key"),
        ("LOCK", ".session must be an object"),
    ],
)
def test_refuses_sessions_that_cannot_be(
    api: APIClient, make_voucher: MakeVoucher, session: Any, details: str
) -> None:
    make_voucher("TEN")

    answer = api.post(URL, ask("TEN", session=session))

    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_payload")
    assert details in answer.json()["details"]
    assert not ValidationSession.objects.exists()


def test_a_session_lives_for_a_year_at_most(api: APIClient, make_voucher: MakeVoucher) -> None:
    make_voucher("TEN")

    answer = api.post(URL, ask("TEN", session={"type": "LOCK", "ttl": 10**15, "ttl_unit": "DAYS"}))

    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_session")
    assert not Hold.objects.exists()


def test_holds_begin_now(api: APIClient, make_voucher: MakeVoucher) -> None:
    make_voucher("TEN")

    answer = api.post(URL, ask("TEN", session={"type": "LOCK"}, options={"at": "2026-12-24T12:00:00Z"}))

    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_payload")


def test_a_repeated_call_holds_once(api: APIClient, make_voucher: MakeVoucher) -> None:
    make_voucher("TEN", redemption_quantity=5)
    body = ask("TEN", session={"type": "LOCK"})

    first, second = (api.post(URL, body, headers={"Idempotency-Key": "k1"}) for _ in range(2))

    assert first.content == second.content
    assert second.headers["Idempotent-Replayed"] == "true"
    assert Voucher.objects.get().held_quantity == 1


def test_the_cost_of_holding_does_not_grow_with_holds(
    api: APIClient, make_voucher: MakeVoucher, count_queries: Callable[[Callable[[], Any]], int]
) -> None:
    make_voucher("TEN", redemption_quantity=100)
    lock(api, "TEN", key="first")
    few = count_queries(lambda: lock(api, "TEN", key="second"))
    for number in range(20):
        lock(api, "TEN", key=f"more-{number}")

    assert count_queries(lambda: lock(api, "TEN", key="last")) == few
