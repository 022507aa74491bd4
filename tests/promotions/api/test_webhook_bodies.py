"""What webhooks are told about promotions: the keys of the contract, with the state at the event."""

from __future__ import annotations

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from core.actors import Actor
from core.models import EventInterest
from integrations.models import WebhookMessage
from integrations.services import webhooks
from integrations.services.webhooks import WebhookSpec
from promotions.models import Voucher
from tests.conftest import NOW
from tests.factories.gift_cards import GiftCardFactory
from tests.factories.promotions import CampaignFactory, PromotionTierFactory, ValidationRuleFactory, percent
from tests.promotions.conftest import MakeVoucher

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _listening(actor: Actor) -> None:
    spec = WebhookSpec(target_url="https://hooks.example/", events=["all"])
    webhooks.create(spec=spec, actor=actor, now=NOW)


def told(name: str) -> list[dict[str, Any]]:
    """What was said under one name, in order. Each was really drawn, not replaced by ids."""
    rows = WebhookMessage.objects.filter(type=name).order_by("pk")
    return [json.loads(row.data) for row in rows]


def names() -> list[str]:
    return list(WebhookMessage.objects.order_by("pk").values_list("type", flat=True))


def redeem(api: APIClient, *ids: tuple[str, str], **more: Any) -> dict[str, Any]:
    body = {
        "redeemables": [{"object": kind, "id": name} for kind, name in ids],
        "order": {"source_id": "o-1", "amount": 10_000},
        "customer": {"source_id": "anna"},
        **more,
    }
    answer = api.post("/v1/redemptions", body)
    found: dict[str, Any] = answer.json()
    return found


REDEEMED = {
    "customer",
    "order",
    "campaign",
    "voucher",
    "holder",
    "promotion_tier",
    "promotion_stack",
    "redemption",
}


def test_a_redemption_shows_what_was_used_up(api: APIClient, make_voucher: MakeVoucher) -> None:
    campaign = CampaignFactory(name="Spring")
    make_voucher("TEN", campaign=campaign, redemption_quantity=2)

    answer = redeem(api, ("voucher", "TEN"))

    (body,) = told("redemption.succeeded")
    assert set(body) == REDEEMED
    assert body["redemption"]["id"] == answer["redemptions"][0]["id"]
    assert body["redemption"]["result"] == "SUCCESS"
    assert body["voucher"]["redemption"]["redeemed_quantity"] == 1
    assert (body["campaign"]["name"], body["customer"]["source_id"]) == ("Spring", "anna")
    assert body["order"]["total_discount_amount"] == 1000
    assert body["promotion_tier"] is body["promotion_stack"] is body["holder"] is None
    (order,) = told("customer.order.created")
    assert (order["order"]["total_amount"], order["customer"]["source_id"]) == (9000, "anna")
    assert told("customer.created")[0]["customer"]["source_id"] == "anna"


def test_each_of_several_is_told(api: APIClient, make_voucher: MakeVoucher) -> None:
    tier = PromotionTierFactory(discount=percent(10))
    make_voucher("TEN")

    redeem(api, ("voucher", "TEN"), ("promotion_tier", tier.public_id))

    bodies = told("redemption.succeeded")
    used = [(body["voucher"] or body["promotion_tier"])["object"] for body in bodies]
    assert used == ["voucher", "promotion_tier"]


def test_a_refusal_is_told_with_its_reason(api: APIClient, make_voucher: MakeVoucher) -> None:
    make_voucher("OUT", is_active=False)

    redeem(api, ("voucher", "OUT"))

    (body,) = told("redemption.failed")
    assert set(body) == REDEEMED
    assert body["redemption"]["failure_code"] == "voucher_disabled"
    assert body["voucher"]["code"] == "OUT"


def test_a_rollback_shows_what_is_there_again(api: APIClient, make_voucher: MakeVoucher) -> None:
    make_voucher("TEN")
    redemption = redeem(api, ("voucher", "TEN"))["redemptions"][0]["id"]

    back = api.post(f"/v1/redemptions/{redemption}/rollback", {"reason": "Returned"}).json()

    (body,) = told("redemption.rollback.succeeded")
    assert set(body) == REDEEMED | {"redemption_rollback"}
    assert body["redemption_rollback"]["id"] == back["id"]
    assert body["redemption"]["status"] == "ROLLED_BACK"
    assert body["voucher"]["redemption"]["redeemed_quantity"] == 0


def test_every_move_of_a_gift_card_is_told(api: APIClient) -> None:
    card = GiftCardFactory(gift_amount=5000, gift_balance=5000)
    more = {"order": {"source_id": "o-2", "amount": 2000}}
    redemption = redeem(api, ("voucher", card.code), **more)["redemptions"][0]["id"]
    api.post(f"/v1/vouchers/{card.code}/balance", {"amount": 700})
    api.post(f"/v1/vouchers/{card.code}/balance", {"amount": -100})
    api.post(f"/v1/redemptions/{redemption}/rollback")

    moves = told("voucher.gift.transaction.created")
    assert [(body["transaction"]["type"], body["balance"]["amount"]) for body in moves] == [
        ("CREDITS_REDEMPTION", -2000),
        ("CREDITS_ADDITION", 700),
        ("CREDITS_REMOVAL", -100),
        ("CREDITS_REFUND", 2000),
    ]
    assert [body["voucher"]["gift"]["balance"] for body in moves] == [3000, 3700, 3600, 5600]
    (added,) = told("voucher.gift.balance_added")
    assert set(added) == {"voucher", "campaign", "holder", "balance", "transaction"}
    used = [name for name in names() if name.startswith(("redemption", "voucher.gift"))]
    assert used[:2] == ["redemption.succeeded", "voucher.gift.transaction.created"]
    assert told("redemption.succeeded")[0]["voucher"]["gift"]["balance"] == 3000


def test_goods_that_come_back_are_told_with_the_credits(api: APIClient) -> None:
    card = GiftCardFactory(gift_amount=5000, gift_balance=5000)
    paid = {"order": {"source_id": "o-3", "amount": 2000, "status": "PAID"}}
    redeem(api, ("voucher", card.code), **paid)

    answer = api.post("/v1/orders/o-3/returns", {"amount": 500})

    assert answer.status_code == 200, answer.json()
    (body,) = told("order.return.created")
    assert body["order"]["source_id"] == "o-3"
    assert body["return"]["credits_amount"] == 500
    assert told("voucher.gift.transaction.created")[-1]["transaction"]["type"] == "CREDITS_REFUND"


def test_codes_are_told(api: APIClient) -> None:
    api.post("/v1/vouchers/HELLO", {"type": "DISCOUNT_VOUCHER", "discount": percent(10)})
    api.put("/v1/vouchers/HELLO", {"additional_info": "x"})
    api.post("/v1/vouchers/HELLO/disable")
    api.post("/v1/vouchers/HELLO/enable")
    api.delete("/v1/vouchers/HELLO")

    verbs = ("created", "updated", "disabled", "enabled", "deleted")
    assert names() == [f"voucher.{verb}" for verb in verbs]
    bodies = [told(f"voucher.{verb}")[0] for verb in verbs]
    assert {frozenset(body) for body in bodies} == {frozenset({"voucher", "campaign"})}
    assert [body["voucher"]["active"] for body in bodies] == [True, True, False, True, True]


def test_campaigns_and_their_codes_are_told(api: APIClient) -> None:
    body = {
        "name": "Spring",
        "campaign_type": "DISCOUNT_COUPONS",
        "voucher": {"type": "DISCOUNT_VOUCHER", "discount": percent(10)},
        "vouchers_count": 3,
    }
    campaign = api.post("/v1/campaigns", body).json()["id"]
    api.put(f"/v1/campaigns/{campaign}", {"description": "x"})
    api.post(f"/v1/campaigns/{campaign}/disable")
    api.post(f"/v1/campaigns/{campaign}/enable")
    api.post(f"/v1/campaigns/{campaign}/vouchers?vouchers_count=5", {})
    api.post(f"/v1/campaigns/{campaign}/vouchers?vouchers_count=300", {})
    api.delete(f"/v1/campaigns/{campaign}")

    assert set(names()) == {
        "campaign.created",
        "campaign.updated",
        "campaign.disabled",
        "campaign.enabled",
        "campaign.deleted",
        "campaign.vouchers.added",
        "campaign.vouchers.generation.started",
        "campaign.vouchers.generation.completed",
    }
    states = [
        told(f"campaign.{verb}")[0]["campaign"]["active"] for verb in ("created", "disabled", "enabled")
    ]
    assert states == [True, False, True]
    assert told("campaign.updated")[0]["campaign"]["description"] == "x"
    assert [body["count"] for body in told("campaign.vouchers.added")] == [3, 5]
    assert told("campaign.vouchers.generation.started")[0]["count"] == 300
    done = told("campaign.vouchers.generation.completed")[0]
    assert set(done) == {"campaign", "count", "completed_at", "async_action_id"}


def test_tiers_and_stacks_are_told(api: APIClient) -> None:
    campaign = CampaignFactory(promotion=True)
    given = {"name": "Gold", "banner": "Gold", "action": {"discount": percent(10)}}
    tier = api.post(f"/v1/promotions/{campaign.public_id}/tiers", given).json()["id"]
    api.put(f"/v1/promotions/tiers/{tier}", {"name": "Silver"})
    api.post(f"/v1/promotions/tiers/{tier}/disable")
    api.post(f"/v1/promotions/tiers/{tier}/enable")
    stacks = f"/v1/promotions/{campaign.public_id}/stacks"
    stack = api.post(stacks, {"name": "Both", "tiers": {"ids": [tier]}}).json()["id"]
    api.put(f"{stacks}/{stack}", {"name": "Other"})
    api.delete(f"{stacks}/{stack}")
    api.delete(f"/v1/promotions/tiers/{tier}")

    tiers = [f"campaign.promotion_tier.{verb}" for verb in ("created", "updated", "disabled", "enabled")]
    made = [f"campaign.promotion_stack.{verb}" for verb in ("created", "updated", "deleted")]
    assert names() == [*tiers, *made, "campaign.promotion_tier.deleted"]
    for name in tiers:
        assert set(told(name)[0]) == {"campaign", "promotion_tier"}
    assert told(tiers[1])[0]["promotion_tier"]["name"] == "Silver"
    for name in made:
        (body,) = told(name)
        assert set(body) == {"campaign", "promotion_stack"}
        assert body["promotion_stack"]["id"] == stack


def test_conditions_are_told(api: APIClient, make_voucher: MakeVoucher) -> None:
    voucher = make_voucher("TEN")
    rules = {"1": {"name": "order.amount", "conditions": {"$more_than": [1]}}, "logic": "1"}
    rule = api.post("/v1/validation-rules", {"name": "Big", "rules": rules}).json()["id"]
    api.put(f"/v1/validation-rules/{rule}", {"name": "Bigger"})
    assigned = {"related_object_type": "voucher", "related_object_id": voucher.public_id}
    assignment = api.post(f"/v1/validation-rules/{rule}/assignments", assigned).json()["id"]
    api.delete(f"/v1/validation-rules/{rule}/assignments/{assignment}")
    api.delete(f"/v1/validation-rules/{rule}")

    stem = "business_validation_rule"
    assert names() == [
        f"{stem}.created",
        f"{stem}.updated",
        f"{stem}.assignment.created",
        f"{stem}.assignment.deleted",
        f"{stem}.deleted",
    ]
    for verb in ("created", "updated", "deleted"):
        (body,) = told(f"{stem}.{verb}")
        assert set(body) == {"rule", f"{verb}_at"}
        assert body["rule"]["id"] == rule
    keys = {"rule", "assignment", "voucher", "campaign", "distribution", "promotion_tier", "earning_rule"}
    for verb in ("created", "deleted"):
        (body,) = told(f"{stem}.assignment.{verb}")
        assert set(body) == keys
        assert (body["voucher"]["code"], body["campaign"]) == ("TEN", None)


def test_nothing_is_looked_at_without_interest(
    api: APIClient, make_voucher: MakeVoucher, count_queries: Any
) -> None:
    """The purchase itself costs the same, whether webhooks for something else are there or not."""
    Voucher.objects.all()
    make_voucher("A", redemption_quantity=None)
    redeem(api, ("voucher", "A"), order={"source_id": "first", "amount": 100})
    EventInterest.objects.all().delete()
    without = count_queries(lambda: redeem(api, ("voucher", "A"), order={"source_id": "x", "amount": 100}))
    EventInterest.objects.create(name="voucher.deleted")
    others = count_queries(lambda: redeem(api, ("voucher", "A"), order={"source_id": "y", "amount": 100}))

    assert others == without
    assert not told("redemption.succeeded")[1:]


def test_a_rule_without_assignment_is_drawn(api: APIClient) -> None:
    rule = ValidationRuleFactory(name="Alone")

    api.put(f"/v1/validation-rules/{rule.public_id}", {"name": "Alone still"})

    assert told("business_validation_rule.updated")[0]["rule"]["assignments_count"] == 0
