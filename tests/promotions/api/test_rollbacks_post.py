"""`POST /v1/redemptions/{id}/rollback` and `/rollbacks`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from commerce.models import Customer, Order
from core.actors import Actor
from core.models import OutboxEvent, ProjectSettings
from promotions.models import Campaign, PromotionTier, Rollback, Voucher
from promotions.services import rollbacks
from tests.promotions.conftest import AMOUNT_500, PERCENT_10, MakeVoucher

pytestmark = pytest.mark.django_db


@pytest.fixture
def redeem(api: APIClient) -> Callable[..., dict[str, Any]]:
    def run(*codes: str, order: Any = None) -> dict[str, Any]:
        body = {
            "redeemables": [{"object": "voucher", "id": code} for code in codes],
            "order": order or {"source_id": "o-1", "amount": 10_000},
            "customer": {"source_id": "anna"},
        }
        return api.post("/v1/redemptions", body).json()

    return run


def test_gives_back_the_use_and_cancels_the_order(
    api: APIClient, make_voucher: MakeVoucher, redeem: Any
) -> None:
    make_voucher("TEN")
    redemption = redeem("TEN")["redemptions"][0]

    answer = api.post(f"/v1/redemptions/{redemption['id']}/rollback", {"reason": "changed her mind"})

    assert answer.status_code == 200
    body = answer.json()
    assert body["id"].startswith("rr_")
    assert body["object"] == "redemption_rollback"
    assert (body["result"], body["status"], body["reason"]) == ("SUCCESS", "SUCCEEDED", "changed her mind")
    assert body["redemption"] == redemption["id"]
    assert (body["order"]["status"], body["order"]["total_amount"]) == ("CANCELED", 10_000)
    assert "discount_amount" not in body["order"]
    assert body["voucher"]["redemption"]["redeemed_quantity"] == 0
    assert Voucher.objects.get().redeemed_quantity == 0
    order = Order.objects.get()
    assert (order.status, order.total_discount_amount) == ("CANCELED", 0)
    assert order.redemptions[redemption["id"]]["rollback_id"] == body["id"]
    again = api.get(f"/v1/redemptions/{redemption['id']}").json()
    assert again["status"] == "ROLLED_BACK"
    assert again["related_redemptions"]["rollbacks"][0]["id"] == body["id"]
    anna = Customer.objects.get(source_id="anna")
    assert (anna.rollbacks_succeeded, anna.orders_count, anna.orders_total_amount) == (1, 0, 0)
    assert "redemption.rollback.succeeded" in OutboxEvent.objects.values_list("name", flat=True)


def test_the_reason_may_come_in_the_query(api: APIClient, make_voucher: MakeVoucher, redeem: Any) -> None:
    make_voucher("TEN")
    redemption_id = redeem("TEN")["redemptions"][0]["id"]

    answer = api.post(f"/v1/redemptions/{redemption_id}/rollback?reason=till+error")

    assert answer.json()["reason"] == "till error"


def test_the_code_can_be_used_again(api: APIClient, make_voucher: MakeVoucher, redeem: Any) -> None:
    make_voucher("TEN")
    redemption_id = redeem("TEN")["redemptions"][0]["id"]
    api.post(f"/v1/redemptions/{redemption_id}/rollback")

    assert redeem("TEN", order={"amount": 500})["redemptions"][0]["result"] == "SUCCESS"


def test_a_second_time_is_refused(api: APIClient, make_voucher: MakeVoucher, redeem: Any) -> None:
    make_voucher("TEN", redemption_quantity=None)
    redeem("TEN", order={"amount": 500})
    redemption_id = redeem("TEN")["redemptions"][0]["id"]
    api.post(f"/v1/redemptions/{redemption_id}/rollback")

    answer = api.post(f"/v1/redemptions/{redemption_id}/rollback")

    assert (answer.status_code, answer.json()["key"]) == (400, "already_rolled_back")
    assert Voucher.objects.get().redeemed_quantity == 1
    assert Rollback.objects.count() == 1


def test_what_was_used_together_goes_back_together(
    api: APIClient, make_voucher: MakeVoucher, redeem: Any
) -> None:
    make_voucher("TEN")
    make_voucher("FIVE", discount=AMOUNT_500)
    body = redeem("TEN", "FIVE")
    parent, child = body["parent_redemption"]["id"], body["redemptions"][0]["id"]

    of_child = api.post(f"/v1/redemptions/{child}/rollback")
    alone = api.post(f"/v1/redemptions/{parent}/rollback")
    together = api.post(f"/v1/redemptions/{parent}/rollbacks")

    assert of_child.json()["key"] == alone.json()["key"] == "invalid_redemption_parent"
    answer = together.json()
    assert together.status_code == 200
    assert len(answer["rollbacks"]) == 2
    assert answer["parent_rollback"]["redemption"] == parent
    assert (answer["order"]["status"], answer["order"]["total_amount"]) == ("CANCELED", 10_000)
    assert list(Voucher.objects.values_list("redeemed_quantity", flat=True)) == [0, 0]


def test_an_order_goes_on_after_a_given_line_went_back(api: APIClient, make_voucher: MakeVoucher) -> None:
    def use(code: str, **order: Any) -> Any:
        body = {"redeemables": [{"object": "voucher", "id": code}], "order": {"source_id": "o-1", **order}}
        return api.post("/v1/redemptions", body)

    for name in ("mug", "pen", "bag"):
        made = api.post("/v1/products", {"source_id": name, "name": name, "price": 100}).json()
        gift = {"type": "UNIT", "effect": "ADD_NEW_ITEMS", "unit_off": 1, "unit_type": made["id"]}
        make_voucher(name.upper(), discount=gift)
    first = use("MUG", items=[{"source_id": "tee", "price": 1_000}]).json()["redemptions"][0]
    use("PEN")
    api.post(f"/v1/redemptions/{first['id']}/rollback")

    answer = use("BAG")

    assert answer.status_code == 200
    lines = Order.objects.get().items.order_by("position").values_list("position", "source_id")
    assert list(lines) == [(0, "tee"), (2, "pen"), (3, "bag")]
    assert answer.json()["order"]["total_amount"] == 1_000


def test_rollbacks_takes_a_single_one_too(api: APIClient, make_voucher: MakeVoucher, redeem: Any) -> None:
    make_voucher("TEN")
    redemption_id = redeem("TEN")["redemptions"][0]["id"]

    body = api.post(f"/v1/redemptions/{redemption_id}/rollbacks").json()

    assert len(body["rollbacks"]) == 1
    assert "parent_rollback" not in body


def test_other_redemptions_keep_the_order_alive(
    api: APIClient, make_voucher: MakeVoucher, redeem: Any
) -> None:
    make_voucher("TEN")
    make_voucher("FIVE", discount=AMOUNT_500)
    ten = redeem("TEN")["redemptions"][0]["id"]
    redeem("FIVE", order={"source_id": "o-1"})

    body = api.post(f"/v1/redemptions/{ten}/rollback").json()

    assert (body["order"]["status"], body["order"]["total_amount"]) == ("PAID", 9500)


def test_the_order_stays_as_it_is_where_the_project_says_so(
    api: APIClient, make_voucher: MakeVoucher, redeem: Any
) -> None:
    ProjectSettings.objects.update(redeemables_rollback_order_mode="WITHOUT_ORDER")
    make_voucher("TEN")
    redemption_id = redeem("TEN")["redemptions"][0]["id"]

    body = api.post(f"/v1/redemptions/{redemption_id}/rollback").json()

    assert (body["order"]["status"], body["order"]["total_amount"]) == ("PAID", 9000)
    assert Voucher.objects.get().redeemed_quantity == 0


def test_a_tier_takes_its_numbers_back(api: APIClient, now: datetime) -> None:
    campaign = Campaign.objects.create(name="Sale", campaign_type="PROMOTION", created_at=now)
    tier = PromotionTier.objects.create(campaign=campaign, name="10", discount=PERCENT_10, created_at=now)
    body = {
        "redeemables": [{"object": "promotion_tier", "id": tier.public_id}],
        "order": {"amount": 10_000},
    }
    redemption_id = api.post("/v1/redemptions", body).json()["redemptions"][0]["id"]

    answer = api.post(f"/v1/redemptions/{redemption_id}/rollback")

    tier.refresh_from_db()
    assert answer.status_code == 200
    assert (tier.redeemed_quantity, tier.orders_total_amount, tier.orders_total_discount_amount) == (0, 0, 0)


def test_a_failed_redemption_has_nothing_to_take_back(
    api: APIClient, make_voucher: MakeVoucher, redeem: Any
) -> None:
    make_voucher("OFF", is_active=False)
    failed = redeem("OFF")["resource_id"]

    answer = api.post(f"/v1/redemptions/{failed}/rollback")

    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_redemption")


def test_after_three_months_it_is_too_late(api: APIClient, make_voucher: MakeVoucher, redeem: Any) -> None:
    make_voucher("TEN")
    redemption_id = redeem("TEN")["redemptions"][0]["id"]
    later = datetime.now(UTC) + timedelta(days=93)

    with pytest.raises(rollbacks.InvalidRedemption):
        rollbacks.roll_back(
            redemption_id=redemption_id,
            spec=rollbacks.RollbackSpec(),
            actor=Actor.system("tests"),
            now=later,
        )

    assert Voucher.objects.get().redeemed_quantity == 1


@pytest.mark.parametrize("body", [{"reason": 5}, [1], {"metadata": "x"}])
def test_a_wrong_shape_is_a_400(api: APIClient, make_voucher: MakeVoucher, redeem: Any, body: Any) -> None:
    make_voucher("TEN")
    redemption_id = redeem("TEN")["redemptions"][0]["id"]

    answer = api.post(f"/v1/redemptions/{redemption_id}/rollback", body)

    assert (answer.status_code, answer.json()["key"]) == (400, "invalid_payload")
    assert Voucher.objects.get().redeemed_quantity == 1


def test_an_unknown_id_is_a_404(api: APIClient) -> None:
    assert api.post("/v1/redemptions/r_nobody/rollback").status_code == 404


def test_rights(anonymous: APIClient, api_as: Callable[[str], APIClient]) -> None:
    assert anonymous.post("/v1/redemptions/r_x/rollback").status_code == 401
    assert api_as("VIEWER").post("/v1/redemptions/r_x/rollback").status_code == 403
