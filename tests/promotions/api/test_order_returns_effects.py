"""What a return does to cards, counters, budgets and redemptions."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from core.models import ProjectSettings
from promotions.models import (
    BudgetDraw,
    CardTransaction,
    OrderReturn,
    Redemption,
    ReturnedShare,
    Rollback,
)
from tests.factories.gift_cards import GiftCardFactory
from tests.factories.promotions import (
    CampaignFactory,
    RuleAssignmentFactory,
    ValidationRuleFactory,
    VoucherFactory,
    amount,
    percent,
)
from tests.promotions.api.returning import ABOVE_40, back, buy, counters, refused

pytestmark = pytest.mark.django_db

BAG = {"source_id": "bag", "quantity": 1, "price": 500}


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


def test_a_gift_is_charged_when_what_it_came_with_goes_back(api: APIClient) -> None:
    """A mug for whoever buys the T-shirt; the T-shirts go back, a bag and the mug stay."""
    tee = api.post("/v1/products", {"source_id": "tee", "name": "T-shirt", "price": 1_000}).json()
    mug = api.post("/v1/products", {"source_id": "mug", "name": "Mug", "price": 600}).json()
    gift = {"type": "UNIT", "effect": "ADD_NEW_ITEMS", "unit_off": 1, "unit_type": mug["id"]}
    campaign = CampaignFactory(discount=gift, return_policy="CHARGE_BACK")
    VoucherFactory(code="MUG", campaign=campaign)
    wanted = {"$is": [{"object": "product", "id": tee["id"]}]}
    rules = {"1": {"name": "order.items.any", "property": None, "conditions": wanted}}
    RuleAssignmentFactory(rule=ValidationRuleFactory(rules=rules), campaign=campaign)
    buy(api, "MUG", order={"source_id": "o-1", "items": [{"source_id": "tee", "quantity": 2}, BAG]})

    both = back(api, {"tee": 2}).json()
    bag = back(api, {"bag": 1}).json()
    rest = back(api, {"mug": 1}).json()

    assert [one["refund_amount"] for one in (both, bag, rest)] == [1_400, 500, 600]
    assert both["redeemables"][0]["explanation"] == (
        "MUG no longer applies to what is kept (an item of the order must be T-shirt; no order line matches):"
        " 6.00 charged back"
    )
    assert bag["redeemables"][0]["explanation"] == (
        "MUG no longer applies to what is kept (nothing that was bought is kept):"
        " nothing more charged back, 6.00 in all"
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
