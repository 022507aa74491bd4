"""What a caller is told whose call has to wait for somebody's yes (governance A5)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from approvals.models import ApprovalRequest, Decision
from core.models import AuditEntry, IdempotencyKey, OutboxEvent
from promotions.models import CardTransaction, Voucher
from tests.approvals.api.asking import THIRTY, ask, at, campaign, free_policy, yes
from tests.approvals.world import DEEP, policy
from tests.factories.gift_cards import GiftCardFactory
from tests.factories.promotions import percent

pytestmark = pytest.mark.django_db


def test_the_refusal_names_the_request_and_what_it_waits_for(api_as: Callable[[str], APIClient]) -> None:
    policy("Category manager", "Finance", conditions=[DEEP])
    about = campaign()

    answer = api_as("USER").put(f"/v1/campaigns/{about.public_id}", THIRTY)

    request = ApprovalRequest.objects.get()
    body = answer.json()
    assert answer.status_code == 403
    assert body.pop("request_id").startswith("v-")
    assert body == {
        "code": 403,
        "key": "approval_required",
        "message": "Approval required",
        "details": (
            f"Nothing was changed yet. Request {request.public_id} waits for: Category manager, then Finance."
        ),
        "resource_id": request.public_id,
        "resource_type": "approval_request",
    }
    about.refresh_from_db()
    assert about.discount == percent(10)
    assert (request.requester_kind, request.requester_label) == ("api_key", "server key")


def test_asking_again_with_the_same_body_gives_the_same_request(api_as: Callable[[str], APIClient]) -> None:
    free_policy()
    about, caller = campaign(), api_as("USER")

    first, again = ask(caller, about), ask(caller, about)
    other = ask(caller, about, {"discount": percent(40)})

    assert first.pk == again.pk != other.pk
    assert (first.revision, again.revision) == (1, 1)
    assert OutboxEvent.objects.filter(name="approval_request.created").count() == 2
    assert not OutboxEvent.objects.filter(name="approval_request.updated").exists()


def test_another_caller_with_the_same_wish_has_a_request_of_his_own(
    api_as: Callable[[str], APIClient],
) -> None:
    free_policy()
    about = campaign()

    assert ask(api_as("USER"), about).pk != ask(api_as("USER"), about).pk


def test_an_idempotency_key_keeps_no_refusal(api: APIClient, api_as: Callable[[str], APIClient]) -> None:
    """Under the same key the caller finds his request again, and the change itself once it was approved."""
    policy("Finance", name="Balances", operations=("vouchers.adjust",))
    card, caller = GiftCardFactory(gift_amount=1000), api_as("USER")
    path, body = f"/v1/vouchers/{card.code}/balance", {"amount": 500}
    key = {"Idempotency-Key": "top-up-1"}

    answers = [caller.post(path, body, headers=key) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert len({answer.json()["resource_id"] for answer in answers}) == 1
    assert ApprovalRequest.objects.count() == 1
    assert not IdempotencyKey.objects.exists()
    card.refresh_from_db()
    assert card.gift_balance == 1000
    assert CardTransaction.objects.filter(voucher=card).count() == 1  # that of its birth


def test_the_change_of_a_balance_is_made_once_when_it_is_approved(
    api: APIClient, api_as: Callable[[str], APIClient]
) -> None:
    free_policy(operations=("vouchers.adjust",), conditions=())
    card = GiftCardFactory(gift_amount=1000)
    refused = api_as("USER").post(f"/v1/vouchers/{card.code}/balance", {"amount": 500})
    request = ApprovalRequest.objects.get(public_id=refused.json()["resource_id"])

    answer = api.post(at(request, "/decisions"), yes(request))

    assert (answer.status_code, answer.json()["state"]) == (200, "APPLIED")
    assert Voucher.objects.get(pk=card.pk).gift_balance == 1500
    entry = AuditEntry.objects.get(action="voucher.gift.balance_changed")
    assert (entry.approval_id, entry.actor_kind) == (request.public_id, "api_key")
    assert api.post(at(request, "/decisions"), yes(request)).json()["key"] == "approval_already_decided"
    assert Decision.objects.count() == 1


def test_bad_input_is_refused_before_anybody_is_asked(api_as: Callable[[str], APIClient]) -> None:
    free_policy()
    answer = api_as("USER").put(
        f"/v1/campaigns/{campaign().public_id}", {**THIRTY, "category_id": "cat_none"}
    )

    assert answer.status_code == 404
    assert not ApprovalRequest.objects.exists()


def test_events_hold_ids_only(api_as: Callable[[str], APIClient]) -> None:
    free_policy()

    request = ask(api_as("USER"), campaign())

    event = OutboxEvent.objects.get(name="approval_request.created")
    assert event.payload == {
        "request_id": request.public_id,
        "state": "PENDING",
        "operation": "campaigns.update",
    }


def test_a_call_that_is_repeated_after_it_was_approved_has_no_second_effect(
    api: APIClient, api_as: Callable[[str], APIClient]
) -> None:
    free_policy(operations=("vouchers.adjust",), conditions=())
    card, caller = GiftCardFactory(gift_amount=1000), api_as("USER")
    path, key = f"/v1/vouchers/{card.code}/balance", {"Idempotency-Key": "top-up-1"}
    caller.post(path, {"amount": 500}, headers=key)
    request = ApprovalRequest.objects.get()
    assert api.post(at(request, "/decisions"), yes(request)).status_code == 200

    again = caller.post(path, {"amount": 500}, headers=key)
    other = caller.post(path, {"amount": 700}, headers=key)

    assert (again.status_code, again.json()["resource_id"]) == (403, request.public_id)
    assert again.json()["details"].endswith("became request " + request.public_id + ": carried out.")
    assert (other.status_code, other.json()["key"]) == (422, "idempotency_key_reused")
    assert ApprovalRequest.objects.count() == 1
    card.refresh_from_db()
    assert card.gift_balance == 1500


def test_a_key_that_asked_does_not_act_once_the_policy_is_gone(api_as: Callable[[str], APIClient]) -> None:
    rule = policy("Finance", name="Balances", operations=("vouchers.adjust",))
    card, caller = GiftCardFactory(gift_amount=1000), api_as("USER")
    path, key = f"/v1/vouchers/{card.code}/balance", {"Idempotency-Key": "top-up-1"}
    caller.post(path, {"amount": 500}, headers=key)
    rule.is_active = False
    rule.save(update_fields=["is_active"])

    answer = caller.post(path, {"amount": 500}, headers=key)

    assert answer.status_code == 403
    card.refresh_from_db()
    assert card.gift_balance == 1000
