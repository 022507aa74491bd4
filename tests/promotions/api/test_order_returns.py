"""`POST` and `GET /v1/orders/{orderId}/returns`. Goes beyond the contract."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from commerce.models import Customer, Order
from core.models import AuditEntry, OutboxEvent, ProjectSettings
from promotions.models import (
    BudgetDraw,
    CardTransaction,
    Counter,
    OrderReturn,
    Redemption,
    ReturnedLine,
    ReturnedShare,
    Rollback,
    Voucher,
)
from promotions.selectors import recounting
from promotions.selectors.tallies import Tally
from tests.factories.gift_cards import GiftCardFactory
from tests.factories.promotions import (
    CampaignFactory,
    RuleAssignmentFactory,
    ValidationRuleFactory,
    VoucherFactory,
    amount,
    percent,
)

pytestmark = pytest.mark.django_db

ITEMS = [
    {"source_id": "tee", "quantity": 3, "price": 1_000},
    {"source_id": "mug", "quantity": 1, "price": 2_000},
]
ABOVE_40 = {"1": {"name": "order.amount", "property": None, "conditions": {"$more_than": [4_000]}}}


def buy(api: APIClient, *codes: str, order: Any = None, customer: str = "anna") -> dict[str, Any]:
    body = {
        "redeemables": [{"object": "voucher", "id": code} for code in codes],
        "order": order or {"source_id": "o-1", "items": ITEMS},
        "customer": {"source_id": customer},
    }
    answer = api.post("/v1/redemptions", body)
    assert answer.status_code == 200, answer.json()
    found: dict[str, Any] = answer.json()
    return found


def back(api: APIClient, items: dict[str, int] | None = None, **more: Any) -> Any:
    body: dict[str, Any] = dict(more)
    if items is not None:
        body["items"] = [{"source_id": name, "quantity": units} for name, units in items.items()]
    return api.post("/v1/orders/o-1/returns", body)


def refused(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["key"]


def nothing_was_written() -> bool:
    order = Order.objects.get()
    written = (OrderReturn, ReturnedLine, ReturnedShare, Rollback)
    return not order.returned and not any(model.objects.exists() for model in written)


def counters() -> dict[str, int]:
    """Every counter that exists, by name; each says what its rows say."""
    found = {}
    for row in Counter.objects.all():
        tally = Tally(row.scope, row.scope_id, row.subject, row.name, row.period)
        assert recounting.recount([tally], ProjectSettings.objects.get()) == {tally: row.value}
        found[row.name] = row.value
    return found


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
    assert api.get("/v1/orders/nothing/returns").status_code == 404


def test_a_gift_card_gets_its_part_back(api: APIClient) -> None:
    card = GiftCardFactory(code="GIFT", gift_amount=2_000)
    buy(api, "GIFT")

    made = back(api, {"tee": 1}).json()

    assert (made["refund_amount"], made["credits_amount"], made["total_refund_amount"]) == (600, 400, 1_000)
    card.refresh_from_db()
    assert (card.gift_balance, card.gift_redeemed) == (400, 1_600)
    row = CardTransaction.objects.get(type="CREDITS_REFUND")
    assert (row.amount, row.balance, row.order_return) == (400, 400, OrderReturn.objects.get())

    rest = back(api, {"tee": 2, "mug": 1}).json()

    card.refresh_from_db()
    assert (rest["refund_amount"], rest["credits_amount"], card.gift_balance) == (2_400, 1_600, 2_000)
    assert list(CardTransaction.objects.order_by("pk").values_list("amount", flat=True)) == [
        2_000, -2_000, 400, 1_600,
    ]  # fmt: skip


def test_a_rollback_after_a_return_gives_back_only_what_is_left(api: APIClient) -> None:
    card = GiftCardFactory(code="GIFT", gift_amount=2_000)
    redemption = buy(api, "GIFT")["redemptions"][0]
    back(api, {"tee": 1})

    answer = api.post(f"/v1/redemptions/{redemption['id']}/rollback")

    assert answer.json()["amount"] == -1_600
    card.refresh_from_db()
    assert (card.gift_balance, card.gift_redeemed) == (2_000, 0)


def test_nothing_comes_back_of_a_canceled_order(api: APIClient) -> None:
    VoucherFactory(code="TEN", discount=amount(1_000))
    redemption = buy(api, "TEN")["redemptions"][0]
    api.post(f"/v1/redemptions/{redemption['id']}/rollback")

    assert refused(back(api, {"tee": 1})) == (400, "order_not_paid")
    assert not OrderReturn.objects.exists()


def test_without_the_order_a_rollback_leaves_it_paid_and_its_units_come_back_at_their_price(
    api: APIClient, settings_row: ProjectSettings
) -> None:
    settings_row.redeemables_rollback_order_mode = "WITHOUT_ORDER"
    settings_row.save()
    VoucherFactory(code="TEN", discount=amount(1_000))
    redemption = buy(api, "TEN")["redemptions"][0]
    api.post(f"/v1/redemptions/{redemption['id']}/rollback")

    made = back(api, {"tee": 3, "mug": 1}).json()

    assert (made["refund_amount"], made["redeemables"], made["complete"]) == (4_000, [], True)
    assert Rollback.objects.count() == 1


def test_counters_and_budgets_go_down_by_what_came_back(api: APIClient) -> None:
    campaign = CampaignFactory(discount=amount(1_000))
    VoucherFactory(code="TEN", campaign=campaign)
    below = {"property": None, "conditions": {"$less_than": [10**6]}}
    names = (
        "campaign.orders.amount",
        "campaign.orders.amount_discounted",
        "redemption.count.per_customer.daily",
    )
    rules = {str(number): {"name": name, **below} for number, name in enumerate(names, 1)}
    rule = ValidationRuleFactory(rules=rules)
    RuleAssignmentFactory(rule=rule, campaign=campaign)
    budget = api.post(
        "/v1/budgets",
        {"name": "Summer", "measure": "DISCOUNT", "limit": 5_000, "campaign_ids": [campaign.public_id]},
    )
    assert budget.status_code == 200, budget.json()
    buy(api, "TEN")
    assert sorted(counters().values()) == [1, 1_000, 1_000, 5_000]

    back(api, {"tee": 1})

    assert sorted(counters().values()) == [1, 800, 800, 4_000]
    assert list(BudgetDraw.objects.order_by("pk").values_list("amount", flat=True)) == [1_000, -200]
    back(api, {"tee": 2, "mug": 1})
    assert sorted(counters().values()) == [0, 0, 0, 0]
    assert sum(BudgetDraw.objects.values_list("amount", flat=True)) == 0


def test_discounted_units_that_come_back_may_be_discounted_again(api: APIClient) -> None:
    """Two T-shirts at most get 1.00 off in the life of the campaign; both come back with the whole line."""
    tee = api.post("/v1/products", {"source_id": "tee", "name": "T-shirt", "price": 1_000}).json()
    off = {"type": "AMOUNT", "amount_off": 100, "effect": "APPLY_TO_ITEMS_BY_QUANTITY"}
    campaign = CampaignFactory(discount=off)
    VoucherFactory(code="TWO", campaign=campaign)
    entry = {"object": "product", "id": tee["id"], "product_campaign_quantity_limit": 2}
    rule = ValidationRuleFactory(rules={}, applicable_to={"included": [entry], "excluded": []})
    RuleAssignmentFactory(rule=rule, campaign=campaign)
    buy(api, "TWO")
    name = f"product_campaign_quantity_limit:{tee['id']}"
    assert counters()[name] == 2

    made = back(api, {"tee": 2}).json()

    # A third of 28.00 for each; 2 of 3 units are back, and so is 1 of the 2 that had the discount.
    assert made["refund_amount"] == 1_866
    assert made["redeemables"][0]["taken_back"]["units"] == [
        {"entry": tee["id"], "article": tee["id"], "quantity": 1}
    ]
    assert counters()[name] == 1
    back(api, {"tee": 1})
    assert counters()[name] == 0


def test_a_lost_condition_charges_the_kept_discount_back(api: APIClient) -> None:
    campaign = CampaignFactory(discount=amount(1_000), return_policy="CHARGE_BACK")
    VoucherFactory(code="TEN", campaign=campaign)
    RuleAssignmentFactory(rule=ValidationRuleFactory(rules=ABOVE_40), campaign=campaign)
    buy(api, "TEN")

    made = back(api, {"tee": 3}).json()

    assert made["refund_amount"] == 2_000
    ten = made["redeemables"][0]
    assert (ten["return_policy"], ten["applies"], ten["charged_back_amount"]) == ("CHARGE_BACK", False, 400)
    assert ten["explanation"] == (
        "TEN no longer applies to what is kept (order amount must be more than 40.00; it is 20.00):"
        " 4.00 charged back"
    )


def test_the_terms_of_the_purchase_count_not_those_of_today(api: APIClient) -> None:
    """Meanwhile the campaign keeps discounts, gives 90 % and is over."""
    made = api.post(
        "/v1/campaigns",
        {
            "name": "Then",
            "campaign_type": "DISCOUNT_COUPONS",
            "voucher": {
                "type": "DISCOUNT_VOUCHER",
                "discount": percent(10),
                "redemption": {"quantity": None},
            },
        },
    ).json()
    campaign = CampaignFactory._meta.model.objects.get(public_id=made["id"])
    VoucherFactory(code="TEN", campaign=campaign)
    buy(api, "TEN")
    campaign.refresh_from_db()
    campaign.discount, campaign.is_active, campaign.return_policy = percent(90), False, "REEVALUATE"
    campaign.save()

    quoted = back(api, {"mug": 1}, dry_run=True).json()

    assert (quoted["redeemables"][0]["return_policy"], quoted["refund_amount"]) == ("KEEP", 1_800)


def test_several_used_together_go_back_in_their_parts(api: APIClient) -> None:
    VoucherFactory(code="TEN", discount=amount(1_000))
    VoucherFactory(code="FIVE", discount=amount(500))
    parent = buy(api, "TEN", "FIVE")["parent_redemption"]

    made = back(api, {"mug": 1}).json()

    assert made["refund_amount"] == 1_400
    assert [(one["id"], one["taken_back"]["discount_amount"]) for one in made["redeemables"]] == [
        ("TEN", 400),
        ("FIVE", 200),
    ]
    assert {one["redemption_id"] for one in made["redeemables"]} == {parent["id"]}
    shares = ReturnedShare.objects.order_by("redemption_id")
    assert [(share.redemption.voucher_code, share.discount_amount) for share in shares] == [
        ("TEN", 400),
        ("FIVE", 200),
    ]
    back(api, {"tee": 3})
    assert set(Redemption.objects.values_list("status", flat=True)) == {"ROLLED_BACK"}


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
