"""Rules, item discounts and free units over the API: what is validated is what is redeemed and given back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from commerce.models import Order, OrderItem
from promotions.models import DiscountedUnits, Redemption, ValidationRule, ValidationRuleAssignment
from tests.factories.commerce import (
    CREATED_AT,
    CustomerFactory,
    ProductCollectionFactory,
    ProductFactory,
    SegmentMembershipFactory,
)
from tests.factories.promotions import CampaignFactory, PromotionTierFactory, VoucherFactory

pytestmark = pytest.mark.django_db


def rule(target: Any, **wire: Any) -> ValidationRule:
    """A rule that holds for `target` (voucher, campaign or tier)."""
    made = ValidationRule.objects.create(name="Conditions", created_at=CREATED_AT, **wire)
    names = {"Voucher": "voucher", "Campaign": "campaign", "PromotionTier": "promotion_tier"}
    ValidationRuleAssignment.objects.create(
        rule=made, created_at=CREATED_AT, **{names[type(target).__name__]: target}
    )
    return made


def leaf(name: str, operator: str, *operands: Any, **more: Any) -> dict[str, Any]:
    return {"name": name, "conditions": {operator: list(operands)}, **more}


def code(name: str, **body: Any) -> dict[str, Any]:
    return {"redeemables": [{"object": "voucher", "id": name}], **body}


def validate(api: APIClient, body: dict[str, Any]) -> dict[str, Any]:
    answer = api.post("/v1/validations", body)
    assert answer.status_code == 200, answer.json()
    found: dict[str, Any] = answer.json()
    return found


def redeem(api: APIClient, body: dict[str, Any]) -> dict[str, Any]:
    answer = api.post("/v1/redemptions", body)
    assert answer.status_code == 200, answer.json()
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture
def coffee() -> Any:
    beans = ProductFactory(source_id="beans", name="Beans", price=1500)
    mug = ProductFactory(source_id="mug", name="Mug", price=1000)
    return ProductCollectionFactory(name="Coffee", products=[beans]), beans, mug


def basket(beans: int, mugs: int) -> dict[str, Any]:
    items = [{"source_id": "beans", "quantity": beans}, {"source_id": "mug", "quantity": mugs}]
    return {"items": [item for item in items if item["quantity"]]}


def test_a_discount_on_items_lowers_the_lines_that_its_rule_names(api: APIClient, coffee: Any) -> None:
    collection, beans, _ = coffee
    voucher = VoucherFactory(
        code="COFFEE20", discount={"type": "PERCENT", "percent_off": 20, "effect": "APPLY_TO_ITEMS"}
    )
    item = {"object": "products_collection", "id": collection.public_id}
    rule(
        voucher,
        rules={
            "1": {
                **leaf("order.items.any", "$is", item),
                "rules": {"1": leaf("order.items.aggregated_quantity", "$more_than_or_equal", 2)},
            }
        },
        applicable_to={"included": [{**item, "effect": "APPLY_TO_EVERY"}]},
    )

    found = validate(api, code("COFFEE20", order=basket(2, 1)))

    assert found["valid"] is True
    order = found["order"]
    assert (order["amount"], order["items_discount_amount"], order["total_amount"]) == (4000, 600, 3400)
    assert [line.get("discount_amount") for line in order["items"]] == [600, None]
    listed = found["redeemables"][0]["applicable_to"]["data"]
    assert [(one["object"], one["id"], one["strict"]) for one in listed] == [
        ("products_collection", collection.public_id, False),
        ("product", beans.public_id, True),
    ]
    assert listed[0]["order_item_indices"] == [0]

    refused = validate(api, code("COFFEE20", order=basket(1, 1)))
    error = refused["redeemables"][0]["result"]["error"]
    assert (refused["valid"], error["key"]) == (False, "order_rules_violated")
    assert "Add one more from Coffee" in error["details"]


def test_a_free_unit_joins_the_order_is_stored_and_leaves_with_the_rollback(
    api: APIClient, coffee: Any
) -> None:
    _, beans, mug = coffee
    VoucherFactory(
        code="FREEMUG",
        discount={
            "type": "UNIT",
            "unit_off": 1,
            "unit_type": mug.public_id,
            "effect": "ADD_MISSING_ITEMS",
        },
    )

    seen = validate(api, code("FREEMUG", order=basket(1, 0)))
    done = redeem(api, code("FREEMUG", order={**basket(1, 0), "source_id": "o-1"}))

    for order in (seen["order"], done["order"]):
        assert (order["amount"], order["items_discount_amount"], order["total_amount"]) == (2500, 1000, 1500)
        added = order["items"][1]
        assert (added["product_id"], added["quantity"], added["initial_quantity"]) == (mug.public_id, 1, 0)
        assert (added["discount_quantity"], added["subtotal_amount"]) == (1, 0)
    stored = Order.objects.get(source_id="o-1")
    assert OrderItem.objects.filter(order=stored).count() == 2

    taken_back = api.post(f"/v1/redemptions/{done['redemptions'][0]['id']}/rollback")

    assert taken_back.status_code == 200
    stored.refresh_from_db()
    assert (stored.amount, stored.total_discount_amount, stored.total_amount) == (1500, 0, 1500)
    assert OrderItem.objects.filter(order=stored).count() == 1


def test_once_per_customer_counts_and_needs_a_customer(api: APIClient) -> None:
    voucher = VoucherFactory(code="ONCE")
    rule(voucher, rules={"1": leaf("redemption.count.per_customer", "$less_than_or_equal", 1)})
    anna = {"customer": {"source_id": "anna"}, "order": {"amount": 1000}}

    nobody = validate(api, code("ONCE", order={"amount": 1000}))
    redeem(api, code("ONCE", **anna))
    again = api.post("/v1/redemptions", code("ONCE", **anna))
    other = validate(api, code("ONCE", customer={"source_id": "bert"}, order={"amount": 1000}))

    assert nobody["redeemables"][0]["result"]["error"]["key"] == "missing_customer"
    assert (again.status_code, again.json()["key"]) == (400, "redemption_rules_violated")
    assert Redemption.objects.filter(result="SUCCESS").count() == 1
    assert other["valid"] is True


def test_a_code_that_only_its_holder_may_use(api: APIClient) -> None:
    holder = CustomerFactory(source_id="anna")
    CustomerFactory(source_id="bert")
    voucher = VoucherFactory(code="MINE", holder=holder)
    rule(voucher, rules={"1": leaf("publication.redeemable_by_linked_customer", "$is", True)})

    def ask(**who: Any) -> dict[str, Any]:
        return validate(api, code("MINE", order={"amount": 1000}, **who))

    assert ask(customer={"source_id": "anna"})["valid"] is True
    for who in ({}, {"customer": {"source_id": "bert"}}):
        error = ask(**who)["redeemables"][0]["result"]["error"]
        assert error["key"] == "redemption_rules_violated"


def test_a_segment_and_the_marketers_own_words(api: APIClient) -> None:
    member = SegmentMembershipFactory(segment__name="VIP")
    CustomerFactory(source_id="stranger")
    campaign = CampaignFactory()
    VoucherFactory(code="VIP10", campaign=campaign)
    rule(
        campaign,
        rules={
            "1": leaf(
                "customer.segment", "$is", member.segment.public_id, error={"message": "For our VIPs only"}
            )
        },
    )

    inside = validate(api, code("VIP10", customer={"source_id": member.customer.source_id}))
    outside = validate(api, code("VIP10", customer={"source_id": "stranger"}))

    assert inside["valid"] is True
    result = outside["redeemables"][0]["result"]
    assert result["error"]["key"] == "customer_rules_violated"
    assert result["error"]["error"] == {"message": "For our VIPs only"}
    assert result["details"]["message"] == "For our VIPs only"
    assert "VIP" in result["error"]["details"]
    assert member.segment.public_id not in result["error"]["details"]


def test_a_limit_of_units_over_the_life_of_a_campaign(api: APIClient, coffee: Any) -> None:
    _, _, mug = coffee
    tier = PromotionTierFactory(
        discount={"type": "AMOUNT", "amount_off": 100, "effect": "APPLY_TO_ITEMS_BY_QUANTITY"}
    )
    entry = {
        "object": "product",
        "id": mug.public_id,
        "effect": "APPLY_TO_EVERY",
        "product_campaign_quantity_limit": 5,
    }
    rule(tier, rules={}, applicable_to={"included": [entry]})
    body = {"redeemables": [{"object": "promotion_tier", "id": tier.public_id}]}

    first = redeem(api, {**body, "order": basket(0, 3)})
    second = redeem(api, {**body, "order": basket(0, 3)})
    third = validate(api, {**body, "order": basket(0, 3)})
    api.post(f"/v1/redemptions/{first['redemptions'][0]['id']}/rollback")
    fourth = validate(api, {**body, "order": basket(0, 9)})

    assert [one["order"]["total_discount_amount"] for one in (first, second)] == [300, 200]
    assert "total_discount_amount" not in third["order"]
    assert list(DiscountedUnits.objects.order_by("pk").values_list("quantity", flat=True)) == [3, 2]
    assert fourth["order"]["total_discount_amount"] == 300


def test_metadata_of_the_order_the_customer_and_the_redemption(api: APIClient) -> None:
    voucher = VoucherFactory(code="META")
    rule(
        voucher,
        rules={
            "1": leaf("order.metadata", "$is", "app", property="channel"),
            "2": leaf("customer.metadata", "$more_than", 1.5, property="score"),
            "3": leaf("redemption.metadata", "$in", "A", "B", property="till"),
            "logic": "1 and (2 or 3)",
        },
    )
    CustomerFactory(source_id="anna", metadata={"score": 1.75})
    app = {"amount": 1000, "metadata": {"channel": "app"}}

    def valid(**body: Any) -> bool:
        return bool(validate(api, code("META", **body))["valid"])

    assert valid(order=app, customer={"source_id": "anna"})
    assert not valid(order=app, customer={"source_id": "anna", "metadata": {"score": 1.5}})
    assert valid(order=app, metadata={"till": "B"})
    assert not valid(order=app, metadata={"till": "C"})
    assert not valid(order={"amount": 1000}, metadata={"till": "B"})


def test_the_number_of_queries_does_not_grow_with_the_rules(
    api: APIClient, coffee: Any, count_queries: Callable[..., int]
) -> None:
    """Rules on collections, segments, counters and free articles: each kind of fact is one or two queries."""
    _, _, mug = coffee
    member = SegmentMembershipFactory()

    def make(name: str, size: int) -> None:
        campaign = CampaignFactory()
        voucher = VoucherFactory(
            code=name,
            campaign=campaign,
            discount={"type": "UNIT", "unit_off": 1, "unit_type": mug.public_id, "effect": "ADD_NEW_ITEMS"},
        )
        collections = [ProductCollectionFactory(products=[mug]).public_id for _ in range(size)]
        items = [{"object": "products_collection", "id": one} for one in collections]
        segments = [member.segment.public_id] * size
        rules: dict[str, Any] = {
            str(place): leaf("order.items.any", "$is", item) for place, item in enumerate(items)
        }
        rules["s"] = leaf("customer.segment", "$in", *segments)
        rules["c"] = leaf("campaign.redemptions.count", "$less_than", 100)
        rules["v"] = leaf("redemption.count.per_customer.daily", "$less_than", 100)
        rule(voucher, rules=rules)

    make("FEW", 1)
    make("MANY", 12)
    who = {"source_id": member.customer.source_id}
    bodies = [code(name, customer=who, order=basket(1, 1)) for name in ("FEW", "MANY")]
    assert [validate(api, body)["valid"] for body in bodies] == [True, True]

    few, many = (count_queries(lambda body=body: api.post("/v1/validations", body)) for body in bodies)

    # The six of a code without facts, and: collections (2), segments, counters and one that is counted anew,
    # because nothing was redeemed yet, articles (2).
    assert few == many == 13
