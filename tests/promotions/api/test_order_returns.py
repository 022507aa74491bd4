"""`POST` and `GET /v1/orders/{orderId}/returns`. Goes beyond the contract."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from commerce.models import Customer, Order
from core.models import AuditEntry, OutboxEvent
from promotions.models import (
    OrderReturn,
    Redemption,
    Voucher,
)
from tests.factories.gift_cards import GiftCardFactory
from tests.factories.promotions import (
    VoucherFactory,
    amount,
)
from tests.promotions.api.returning import ITEMS, back, buy, nothing_was_written, refused

pytestmark = pytest.mark.django_db


def test_units_come_back_at_what_was_paid_for_them(api: APIClient) -> None:
    VoucherFactory(code="TEN", discount=amount(1_000))
    redemption = buy(api, "TEN")["redemptions"][0]

    answer = back(api, {"tee": 1}, reason="too small", metadata={"shelf": 7})

    assert answer.status_code == 200
    body = answer.json()
    line = Order.objects.get().items.get(position=0)
    assert body["id"].startswith("ret_")
    assert (body["object"], body["order_id"]) == ("order_return", Order.objects.get().public_id)
    assert (body["reason"], body["metadata"], body["dry_run"]) == ("too small", {"shelf": 7}, False)
    assert (body["refund_amount"], body["credits_amount"], body["total_refund_amount"]) == (800, 0, 800)
    assert (body["paid_amount"], body["refunded_before_amount"], body["complete"]) == (4_000, 0, False)
    assert body["items"] == [
        {
            "object": "order_item",
            "id": line.public_id,
            "position": 0,
            "product_id": None,
            "sku_id": None,
            "source_id": "tee",
            "quantity": 1,
            "bought_quantity": 3,
            "returned_before_quantity": 0,
            "paid_amount": 800,
            "refund_amount": 800,
            "explanation": "1 of 3 units, 8.00 of 24.00 paid",
        }
    ]
    assert body["redeemables"] == [
        {
            "redemption_id": redemption["id"],
            "object": "voucher",
            "id": "TEN",
            "return_policy": "KEEP",
            "applies": None,
            "kept_discount_amount": 800,
            "charged_back_amount": 0,
            "taken_back": {
                "discount_amount": 200,
                "order_amount": 1_000,
                "credits": 0,
                "credits_amount": 0,
                "units": [],
            },
            "explanation": "What is kept keeps its part of TEN: 8.00",
        }
    ]


def test_the_order_shows_what_came_back_and_stays_what_was_bought(api: APIClient) -> None:
    VoucherFactory(code="TEN", discount=amount(1_000))
    buy(api, "TEN")
    made = back(api, {"tee": 2}).json()

    order = api.get("/v1/orders/o-1").json()

    assert (order["status"], order["amount"], order["total_amount"]) == ("PAID", 5_000, 4_000)
    assert [item["quantity"] for item in order["items"]] == [3, 1]
    assert [item.get("returned_quantity") for item in order["items"]] == [2, None]
    assert order["returns"] == {
        made["id"]: {
            "date": made["created_at"],
            "refund_amount": 1_600,
            "credits_amount": 0,
            "items": [{"position": 0, "quantity": 2}],
        }
    }
    anna = Customer.objects.get()
    assert (anna.orders_total_amount, anna.redemptions_succeeded, anna.rollbacks_succeeded) == (4_000, 1, 0)


def test_it_is_told_and_put_on_record(api: APIClient) -> None:
    VoucherFactory(code="TEN", discount=amount(1_000))
    buy(api, "TEN")

    made = back(api, {"tee": 1}).json()

    event = OutboxEvent.objects.get(name="order.return.created")
    assert (event.entity_id, event.sequence) == (made["id"], 1)
    assert event.payload["refund_amount"] == 800
    assert event.payload["customer_id"] == Customer.objects.get().public_id
    assert AuditEntry.objects.get(action="order.return.created").after["items"] == [
        {"position": 0, "quantity": 1}
    ]


def test_three_returns_pay_back_exactly_what_was_paid_and_free_the_code(api: APIClient) -> None:
    VoucherFactory(code="TEN", discount=amount(1_000), redemption_quantity=1)
    redemption = buy(api, "TEN")["redemptions"][0]

    made = [back(api, items).json() for items in ({"tee": 1}, {"mug": 1}, {"tee": 2})]

    assert [one["refund_amount"] for one in made] == [800, 1_600, 1_600]
    assert [one["complete"] for one in made] == [False, False, True]
    assert made[2]["explanation"][-1] == "TEN is taken back with the whole order"
    row = Redemption.objects.get(public_id=redemption["id"])
    assert (row.status, row.rollback.reason) == ("ROLLED_BACK", "")
    assert Voucher.objects.get().redeemed_quantity == 0
    order = Order.objects.get()
    assert (order.status, order.total_amount) == ("PAID", 4_000)
    assert Customer.objects.get().rollbacks_succeeded == 1
    assert refused(back(api, {"tee": 1})) == (400, "invalid_return")


def test_a_dry_run_says_the_same_and_writes_nothing(api: APIClient) -> None:
    VoucherFactory(code="TEN", discount=amount(1_000))
    buy(api, "TEN")

    quoted = back(api, {"tee": 1, "mug": 1}, dry_run=True).json()

    assert nothing_was_written()
    assert (quoted["id"], quoted["dry_run"], quoted["refund_amount"]) == (None, True, 2_400)
    made = back(api, {"tee": 1, "mug": 1}).json()
    same = ("refund_amount", "items", "redeemables", "explanation", "complete")
    assert [quoted[name] for name in same] == [made[name] for name in same]


def test_lists_the_returns_of_an_order_newest_first(api: APIClient) -> None:
    VoucherFactory(code="TEN", discount=amount(1_000))
    buy(api, "TEN")
    first, second = back(api, {"tee": 1}).json(), back(api, {"mug": 1}).json()

    answer = api.get("/v1/orders/o-1/returns")

    body = answer.json()
    assert (body["object"], body["data_ref"], body["total"]) == ("list", "returns", 2)
    assert body["returns"] == [second, first]
    page = api.get("/v1/orders/o-1/returns?limit=1&page=2").json()
    assert (page["returns"], page["total"]) == ([first], 2)
    assert api.get("/v1/orders/nothing/returns").status_code == 404


def test_an_order_of_an_amount_is_returned_by_amount(api: APIClient) -> None:
    VoucherFactory(code="TEN")
    buy(api, "TEN", order={"source_id": "o-1", "amount": 10_000})

    made = back(api, amount=4_000).json()

    assert made["refund_amount"] == 3_600
    assert made["items"][0]["object"] == "order_amount"
    assert refused(back(api, amount=6_001)) == (400, "invalid_return")
    assert back(api, amount=6_000).json()["complete"] is True


def test_an_order_that_the_shop_told_is_returned_too(api: APIClient) -> None:
    api.post("/v1/orders", {"source_id": "o-1", "status": "PAID", "items": ITEMS, "discount_amount": 500})

    made = back(api, {"mug": 1}).json()

    assert (made["refund_amount"], made["redeemables"]) == (1_800, [])


def test_items_are_named_by_line_by_position_or_by_article(api: APIClient) -> None:
    tee = api.post("/v1/products", {"source_id": "tee", "name": "T-shirt", "price": 1_000}).json()
    VoucherFactory(code="TEN", discount=amount(1_000))
    buy(api, "TEN", order={"source_id": "o-1", "items": [*ITEMS, {"product_id": tee["id"], "quantity": 1}]})
    line = Order.objects.get().items.get(position=1).public_id

    by_line = api.post("/v1/orders/o-1/returns", {"items": [{"id": line, "quantity": 1}]})
    by_position = api.post(
        "/v1/orders/o-1/returns", {"items": [{"position": 2, "quantity": 1}], "dry_run": True}
    )
    by_article = api.post("/v1/orders/o-1/returns", {"items": [{"product_id": tee["id"], "quantity": 4}]})

    assert [item["position"] for item in by_line.json()["items"]] == [1]
    assert [item["position"] for item in by_position.json()["items"]] == [2]
    assert [(item["position"], item["quantity"]) for item in by_article.json()["items"]] == [(0, 3), (2, 1)]


@pytest.mark.parametrize(
    ("body", "key", "text"),
    [
        (
            {"items": [{"source_id": "tee", "quantity": 4}]},
            "invalid_return",
            "3 of 3 units can still come back",
        ),
        ({"items": [{"source_id": "sofa", "quantity": 1}]}, "invalid_return", "No line of the order is sofa"),
        (
            {"items": [{"source_id": "tee", "quantity": 2}, {"position": 0, "quantity": 2}]},
            "invalid_return",
            "1 of 3 units can still come back, not 2",
        ),
        ({}, "invalid_return", "which items come back"),
        ({"items": []}, "invalid_return", "which items come back"),
        ({"amount": 100}, "invalid_return", "The order has lines"),
        ({"items": [{"source_id": "tee", "quantity": 1}], "amount": 1}, "invalid_return", "Say either"),
        ({"items": [{"source_id": "tee", "quantity": 0}]}, "invalid_payload", "quantity"),
        ({"items": [{"source_id": "tee", "quantity": -1}]}, "invalid_payload", "quantity"),
        ({"items": [{"source_id": "tee", "quantity": 1.5}]}, "invalid_payload", "quantity"),
        ({"items": [{"quantity": 1}]}, "invalid_payload", "exactly one of"),
        ({"items": [{"source_id": "tee", "id": "x", "quantity": 1}]}, "invalid_payload", "exactly one of"),
        ({"items": [{"source_id": "tee", "quantity": 1}], "dryrun": True}, "invalid_payload", "dryrun"),
    ],
)
def test_impossible_returns_are_refused_with_what_is_possible(
    api: APIClient, body: dict[str, Any], key: str, text: str
) -> None:
    VoucherFactory(code="TEN", discount=amount(1_000))
    buy(api, "TEN")

    answer = api.post("/v1/orders/o-1/returns", body)

    assert refused(answer) == (400, key)
    assert text in answer.json()["details"]
    assert nothing_was_written()


def test_an_order_that_is_not_paid_has_nothing_to_pay_back(api: APIClient) -> None:
    api.post("/v1/orders", {"source_id": "o-1", "items": ITEMS})

    assert refused(back(api, {"tee": 1})) == (400, "order_not_paid")
    assert nothing_was_written()


def test_lines_of_which_something_came_back_do_not_change_any_more(api: APIClient) -> None:
    VoucherFactory(code="TEN", discount=amount(1_000))
    VoucherFactory(code="FIVE", discount=amount(500))
    buy(api, "TEN")
    back(api, {"tee": 1})

    changed = api.put("/v1/orders/o-1", {"items": ITEMS[:1]})
    used = api.post(
        "/v1/redemptions",
        {"redeemables": [{"object": "voucher", "id": "FIVE"}], "order": {"source_id": "o-1"}},
    )
    noted = api.put("/v1/orders/o-1", {"metadata": {"note": "one came back"}, "status": "FULFILLED"})

    assert refused(changed) == refused(used) == (400, "invalid_order")
    assert Voucher.objects.get(code="FIVE").redeemed_quantity == 0
    assert noted.status_code == 200
    assert back(api, {"tee": 1}).json()["refund_amount"] == 800


def test_a_key_makes_one_return_of_many_calls(api: APIClient) -> None:
    VoucherFactory(code="TEN", discount=amount(1_000))
    buy(api, "TEN")
    body = {"items": [{"source_id": "tee", "quantity": 1}]}

    first, second = (
        api.post("/v1/orders/o-1/returns", body, headers={"Idempotency-Key": "k-1"}) for _ in range(2)
    )

    assert first.content == second.content
    assert second.headers["Idempotent-Replayed"] == "true"
    assert OrderReturn.objects.count() == 1


def test_a_failure_half_way_leaves_nothing(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    card = GiftCardFactory(code="GIFT", gift_amount=2_000)
    buy(api, "GIFT")

    def fails(*_: Any) -> None:
        raise RuntimeError("counters are gone")

    monkeypatch.setattr("promotions.services.undoing.uncount_shares", fails)
    answer = back(api, {"tee": 1})

    assert answer.status_code == 500
    card.refresh_from_db()
    assert card.gift_balance == 0
    assert nothing_was_written()
    assert not OutboxEvent.objects.filter(name="order.return.created").exists()


def test_the_cost_grows_neither_with_lines_nor_with_earlier_returns(
    api: APIClient, count_queries: Callable[..., int]
) -> None:
    VoucherFactory(code="TEN", discount=amount(1_000))
    many = [{"source_id": f"article {number}", "quantity": 3, "price": 500} for number in range(30)]
    buy(api, "TEN", order={"source_id": "o-1", "items": many})
    one = {"items": [{"position": 0, "quantity": 1}]}
    some = {"items": [{"position": number, "quantity": 1} for number in range(1, 20)]}

    first = count_queries(lambda: api.post("/v1/orders/o-1/returns", one))
    second = count_queries(lambda: api.post("/v1/orders/o-1/returns", some))
    quoted = count_queries(lambda: api.post("/v1/orders/o-1/returns", {**one, "dry_run": True}))
    listed = count_queries(lambda: api.get("/v1/orders/o-1/returns"))
    api.post("/v1/orders/o-1/returns", one)

    assert first == second <= 28
    assert quoted <= 10
    assert count_queries(lambda: api.get("/v1/orders/o-1/returns")) == listed
