"""`POST /v1/vouchers/{code}/balance`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from core.models import AuditEntry
from promotions.models import CardTransaction, Voucher
from tests.factories.gift_cards import GiftCardFactory
from tests.factories.promotions import VoucherFactory
from tests.promotions.api.catalogue import refused

pytestmark = pytest.mark.django_db


def url(code: str) -> str:
    return f"/v1/vouchers/{code}/balance"


def balance_of(code: str) -> int | None:
    return Voucher.objects.get(code=code).gift_balance


def test_adds_credits(api: APIClient) -> None:
    card = GiftCardFactory(code="GIFT50", gift_amount=5_000)

    answer = api.post(url("GIFT50"), {"amount": 1_500, "source_id": "crm-1", "reason": "Goodwill"})

    assert answer.status_code == 200
    assert list(answer.json().items()) == [
        ("amount", 1_500),
        ("total", 6_500),
        ("balance", 6_500),
        ("type", "gift_voucher"),
        ("operation_type", "MANUAL"),
        ("related_object", {"type": "voucher", "id": card.public_id}),
        ("object", "balance"),
    ]
    assert balance_of("GIFT50") == 6_500
    row = CardTransaction.objects.latest("pk")
    assert (row.type, row.source_id, row.reason) == ("CREDITS_ADDITION", "crm-1", "Goodwill")
    assert AuditEntry.objects.get(action="voucher.gift.balance_changed").actor_kind == "api_key"


def test_removes_credits_and_takes_an_id(api: APIClient) -> None:
    card = GiftCardFactory(code="GIFT50", gift_amount=5_000)

    answer = api.post(url(card.public_id), {"amount": -5_000}).json()

    assert (answer["amount"], answer["total"], answer["balance"]) == (-5_000, 0, 0)
    assert balance_of("GIFT50") == 0
    assert api.get("/v1/vouchers/GIFT50").json()["gift"] == {
        "amount": 5_000,
        "subtracted_amount": 5_000,
        "balance": 0,
        "effect": "APPLY_TO_ORDER",
    }


@pytest.mark.parametrize("amount", [-5_001, 0, 10**15])
def test_refuses_what_the_card_cannot_bear(api: APIClient, amount: int) -> None:
    GiftCardFactory(code="GIFT50", gift_amount=5_000)

    refused(api.post(url("GIFT50"), {"amount": amount}), 400, "invalid_add_balance_params", "amount: ")

    assert balance_of("GIFT50") == 5_000
    assert CardTransaction.objects.count() == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"amount": None},
        {"amount": "12"},
        {"amount": 1.5},
        {"amount": True},
        {"amount": 10**16},
        {"amount": 1, "reason": 7},
        {"amount": 1, "reason": "x" * 501},
        {"amount": 1, "source_id": "x" * 201},
        [],
        "1",
    ],
)
def test_refuses_wrong_bodies_and_writes_nothing(api: APIClient, body: Any) -> None:
    GiftCardFactory(code="GIFT50", gift_amount=5_000)

    refused(api.post(url("GIFT50"), body), 400, "invalid_payload")

    assert balance_of("GIFT50") == 5_000
    assert CardTransaction.objects.count() == 1


def test_a_discount_code_has_no_balance(api: APIClient) -> None:
    VoucherFactory(code="TEN")

    refused(api.post(url("TEN"), {"amount": 1}), 400, "invalid_voucher", "Only a gift card has a balance")


def test_unknown_codes_and_cards_in_the_bin_are_not_found(api: APIClient) -> None:
    GiftCardFactory(code="GONE", deleted_at="2026-03-02T00:00Z")

    for code in ("GONE", "NOBODY"):
        refused(api.post(url(code), {"amount": 1}), 404, "not_found")

    assert balance_of("GONE") == 10_000


def test_a_code_with_a_slash(api: APIClient) -> None:
    GiftCardFactory(code="A/balance", gift_amount=5_000)

    assert api.post(url("A%2Fbalance"), {"amount": 1}).json()["balance"] == 5_001


@pytest.mark.parametrize("role", ["VIEWER", "MERCHANT"])
def test_needs_the_right_to_change_vouchers(api_as: Callable[[str], APIClient], role: str) -> None:
    GiftCardFactory(code="GIFT50", gift_amount=5_000)

    refused(api_as(role).post(url("GIFT50"), {"amount": 1}), 403, "missing_required_permission")

    assert balance_of("GIFT50") == 5_000


def test_a_repeated_call_with_a_key_adds_once(api: APIClient) -> None:
    GiftCardFactory(code="GIFT50", gift_amount=5_000)
    key = {"HTTP_IDEMPOTENCY_KEY": "topup-1"}

    first = api.post(url("GIFT50"), {"amount": 700}, **key)
    second = api.post(url("GIFT50"), {"amount": 700}, **key)
    other = api.post(url("GIFT50"), {"amount": 701}, **key)

    assert (first.json(), second["Idempotent-Replayed"]) == (second.json(), "true")
    refused(other, 422, "idempotency_key_reused")
    assert balance_of("GIFT50") == 5_700
    assert CardTransaction.objects.count() == 2
