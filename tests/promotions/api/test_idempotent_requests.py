"""`Idempotency-Key` where redeemables are used and given back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from commerce.models import Customer, Order
from core.models import IdempotencyKey, OutboxEvent, ProjectSettings
from promotions.models import PromotionTier, Redemption, Rollback, Voucher
from tests.factories.promotions import PromotionTierFactory
from tests.promotions.conftest import AMOUNT_500, PERCENT_10, MakeVoucher

pytestmark = pytest.mark.django_db

KEY = {"Idempotency-Key": "k-1"}
ORDER = {"order": {"source_id": "o-1", "amount": 10_000}, "customer": {"source_id": "anna"}}


def ask(*codes: str, **body: Any) -> dict[str, Any]:
    return {"redeemables": [{"object": "voucher", "id": code} for code in codes], **ORDER, **body}


def state() -> list[Any]:
    """Everything that a second effect would change."""
    return [
        list(Redemption.objects.order_by("pk").values_list("public_id", "result", "status")),
        list(Rollback.objects.order_by("pk").values_list("public_id", flat=True)),
        list(Voucher.objects.order_by("pk").values_list("code", "redeemed_quantity")),
        list(Order.objects.order_by("pk").values("status", "total_discount_amount", "redemptions")),
        list(Customer.objects.order_by("pk").values("redemptions_succeeded", "rollbacks_succeeded")),
        list(OutboxEvent.objects.order_by("pk").values_list("name", flat=True)),
    ]


def send_twice(caller: APIClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """The body of both answers; the second call changed nothing."""
    first = caller.post(path, body, headers=KEY)
    before = state()

    again = caller.post(path, body, headers=KEY)

    assert (first.status_code, again.status_code) == (200, 200)
    assert first.content == again.content
    assert ("Idempotent-Replayed" in first, again["Idempotent-Replayed"]) == (False, "true")
    assert state() == before
    return dict(first.json())


def test_several_redeemables_are_used_once(api: APIClient, make_voucher: MakeVoucher) -> None:
    make_voucher("TEN")
    make_voucher("FIVE", discount=AMOUNT_500)

    body = send_twice(api, "/v1/redemptions", ask("TEN", "FIVE"))

    assert body["parent_redemption"]["id"] == Redemption.objects.get(parent=None).public_id
    assert Redemption.objects.count() == 3
    assert Order.objects.get().total_discount_amount == body["order"]["total_discount_amount"] == 1500


@pytest.mark.parametrize("path", ["/client/v1/redemptions", "/client/v1/redeem?code=TEN"])
def test_shops_may_repeat_themselves_too(
    client_api: APIClient, make_voucher: MakeVoucher, settings_row: ProjectSettings, path: str
) -> None:
    ProjectSettings.objects.update(client_redeem_enabled=True)
    make_voucher("TEN", redemption_quantity=None)

    send_twice(client_api, path, ORDER if "redeem?" in path else ask("TEN"))

    assert Voucher.objects.get().redeemed_quantity == 1


def test_the_old_forms_use_their_one_redeemable_once(api: APIClient, make_voucher: MakeVoucher) -> None:
    make_voucher("TEN", redemption_quantity=None)
    tier: PromotionTier = PromotionTierFactory(discount=PERCENT_10)

    by_code = send_twice(api, "/v1/vouchers/TEN/redemption", ORDER)
    IdempotencyKey.objects.all().delete()
    by_tier = send_twice(api, f"/v1/promotions/tiers/{tier.public_id}/redemption", ORDER)

    assert [row.public_id for row in Redemption.objects.order_by("pk")] == [by_code["id"], by_tier["id"]]


@pytest.mark.parametrize(("codes", "form"), [(["TEN"], "rollback"), (["TEN", "FIVE"], "rollbacks")])
def test_what_was_used_is_given_back_once(
    api: APIClient, make_voucher: MakeVoucher, codes: list[str], form: str
) -> None:
    for code in codes:
        make_voucher(code)
    used = api.post("/v1/redemptions", ask(*codes)).json()
    head = used.get("parent_redemption") or used["redemptions"][0]

    send_twice(api, f"/v1/redemptions/{head['id']}/{form}?reason=changed", {})

    assert set(Voucher.objects.values_list("redeemed_quantity", flat=True)) == {0}
    assert Rollback.objects.count() == (1 if form == "rollback" else 3)


def test_the_reason_belongs_to_the_call(api: APIClient, make_voucher: MakeVoucher) -> None:
    make_voucher("TEN")
    used = api.post("/v1/redemptions", ask("TEN")).json()["redemptions"][0]["id"]
    api.post(f"/v1/redemptions/{used}/rollback?reason=changed", {}, headers=KEY)

    other = api.post(f"/v1/redemptions/{used}/rollback?reason=lost", {}, headers=KEY)
    again = api.post(f"/v1/redemptions/{used}/rollback", {})

    assert (other.status_code, other.json()["key"]) == (422, "idempotency_key_reused")
    assert (again.status_code, again.json()["key"]) == (400, "already_rolled_back")


def test_a_refused_attempt_is_on_record_and_may_be_repeated(
    api: APIClient, make_voucher: MakeVoucher
) -> None:
    make_voucher("TEN", is_active=False)

    refused = [api.post("/v1/redemptions", ask("TEN"), headers=KEY) for _ in range(2)]

    assert [answer.status_code for answer in refused] == [400, 400]
    failures = Redemption.objects.filter(result="FAILURE").order_by("pk")
    assert [row.public_id for row in failures] == [answer.json()["resource_id"] for answer in refused]
    assert not IdempotencyKey.objects.exists()

    Voucher.objects.update(is_active=True)
    send_twice(api, "/v1/redemptions", ask("TEN"))

    assert Redemption.objects.filter(result="SUCCESS").count() == 1


def test_a_used_up_code_still_answers_who_used_it(api: APIClient, make_voucher: MakeVoucher) -> None:
    make_voucher("ONCE")
    send_twice(api, "/v1/redemptions", ask("ONCE"))

    late = api.post("/v1/redemptions", ask("ONCE"), headers={"Idempotency-Key": "k-2"})

    assert (late.status_code, late.json()["key"]) == (400, "quantity_exceeded")


def test_a_key_costs_three_statements_and_a_repetition_two(
    api: APIClient, make_voucher: MakeVoucher, count_queries: Callable[[Callable[[], Any]], int]
) -> None:
    make_voucher("TEN", redemption_quantity=None)

    def redeem(number: int, **extra: Any) -> Callable[[], Any]:
        body = ask("TEN", order={"source_id": f"o-{number}", "amount": 10_000})
        return lambda: api.post("/v1/redemptions", body, **extra)

    redeem(1)()
    without = count_queries(redeem(2))
    keyed = count_queries(redeem(3, headers=KEY))
    repeated = count_queries(redeem(3, headers=KEY))

    assert keyed == without + 3
    # The key of the API, the savepoint of the test and its end, lock and look-up.
    assert repeated <= 6
