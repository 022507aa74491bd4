"""What is stopped is refused wherever it is asked for, and what was given goes on as ever."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from commerce.models import Product
from engine import Snapshot
from promotions.models import Campaign, EmergencyStop, Redemption, StoppedAttempt, Voucher
from promotions.selectors import replays
from tests.factories.commerce import (
    CustomerFactory,
    ProductCollectionFactory,
    ProductFactory,
    SkuFactory,
)
from tests.factories.gift_cards import GiftCardFactory
from tests.factories.promotions import (
    CampaignFactory,
    CategoryFactory,
    PromotionTierFactory,
    RuleAssignmentFactory,
    ValidationRuleFactory,
    VoucherFactory,
    percent,
    promotion_stack,
)
from tests.factories.stops import restore, stop
from tests.promotions.api.catalogue import refused

pytestmark = pytest.mark.django_db
KEY = "emergency_stop"


@pytest.fixture
def spring() -> Campaign:
    """Coupons of 10 % with the code SPRING, in the category Toys."""
    campaign = CampaignFactory(name="Spring", category=CategoryFactory(name="Toys"))
    VoucherFactory(code="SPRING", campaign=campaign, discount=None, redemption_quantity=None)
    return campaign


def basket(*codes: str, **facts: Any) -> dict[str, Any]:
    return {
        "redeemables": [
            {"object": "promotion_tier" if code.startswith("promo_") else "voucher", "id": code}
            for code in codes
        ],
        "order": {"amount": 10_000, **facts.pop("order", {})},
        **facts,
    }


def redeemed(api: APIClient, *codes: str, **facts: Any) -> Any:
    return api.post("/v1/redemptions", basket(*codes, **facts))


def reasons(answer: Any) -> list[str]:
    found = answer.json()
    return [one["result"]["error"]["key"] for one in found["inapplicable_redeemables"]]


def test_a_redemption_is_refused_and_leaves_only_its_failure(api: APIClient, spring: Campaign) -> None:
    found = stop(campaigns=["Spring"])

    answer = redeemed(api, "SPRING", order={"source_id": "o-1"})

    body = refused(answer, 400, KEY, "SPRING is stopped by operations since")
    assert body["message"].startswith("Stopped by operations since ")
    assert "The price is wrong" not in answer.text
    failed = Redemption.objects.get()
    assert (failed.result, failed.failure_code, body["resource_id"]) == ("FAILURE", KEY, failed.public_id)
    voucher = Voucher.objects.get()
    assert (voucher.redeemed_quantity, voucher.held_quantity) == (0, 0)
    attempt = StoppedAttempt.objects.get()
    assert (attempt.stop, attempt.redemption, attempt.decided_at) == (found, failed, failed.redeemed_at)


def test_a_validation_says_it_and_why_explains_it(api: APIClient, spring: Campaign) -> None:
    stop(campaigns=["Spring"])

    answer = api.post("/v1/validations", {**basket("SPRING"), "options": {"explain": True}})

    assert (answer.status_code, answer.json()["valid"], reasons(answer)) == (200, False, [KEY])
    (told,) = answer.json()["explanations"]
    assert told["message"].startswith("SPRING cannot be used: it is stopped by operations since ")
    assert [one["id"] for one in told["conditions"] if one["holds"] is False] == ["stopped"]
    assert not StoppedAttempt.objects.exists()


def test_a_client_key_does_not_learn_the_reason(client_api: APIClient, spring: Campaign) -> None:
    stop("Anna typed 90 %")

    answer = client_api.post("/client/v1/validations", basket("SPRING"))

    assert reasons(answer) == [KEY]
    assert "Stopped by operations since" in answer.text
    assert "Anna" not in answer.text
    assert "90 %" not in answer.text


def test_restored_it_works_again(api: APIClient, spring: Campaign) -> None:
    found = stop()
    refused(redeemed(api, "SPRING"), 400, KEY)

    restore(found)

    assert redeemed(api, "SPRING").status_code == 200
    assert redeemed(api, "SPRING").status_code == 200


@pytest.mark.parametrize(
    ("covers", "is_stopped"),
    [
        ({}, True),
        ({"campaigns": ["Spring"]}, True),
        ({"campaigns": ["Summer"]}, False),
        ({"categories": ["Toys"]}, True),
        ({"categories": ["Food"]}, False),
        ({"stores": ["Berlin"]}, True),
        ({"stores": ["Hamburg"]}, False),
        ({"channels": ["KIOSK"]}, True),
        ({"channels": ["API"]}, False),
        ({"campaigns": ["Summer"], "stores": ["Hamburg", "Berlin"]}, True),
    ],
)
def test_what_a_stop_covers(
    covers: dict[str, Any], is_stopped: bool, api: APIClient, spring: Campaign
) -> None:
    CampaignFactory(name="Summer")
    CategoryFactory(name="Food")
    stop(**covers)

    answer = api.post(
        "/v1/redemptions",
        basket("SPRING", metadata={"store": "Berlin"}),
        headers={"X-Voucherify-Channel": "KIOSK"},
    )

    assert (answer.status_code, answer.json().get("key")) == ((400, KEY) if is_stopped else (200, None))


def test_the_store_of_the_order_counts_too(api: APIClient, spring: Campaign) -> None:
    stop(stores=["Berlin"])

    in_order = redeemed(api, "SPRING", order={"metadata": {"store": "Berlin"}})
    overridden = redeemed(
        api, "SPRING", order={"metadata": {"store": "Berlin"}}, metadata={"store": "Hamburg"}
    )

    refused(in_order, 400, KEY)
    assert overridden.status_code == 200


def test_one_key_is_stopped_and_another_goes_on(
    api: APIClient, api_as: Callable[[str], APIClient], spring: Campaign
) -> None:
    stop(api_keys=[api.key.app_id])  # type: ignore[attr-defined]

    refused(redeemed(api, "SPRING"), 400, KEY)
    assert redeemed(api_as("ADMIN"), "SPRING").status_code == 200


def test_a_code_of_its_own_and_a_tier_are_stopped_by_their_category(api: APIClient) -> None:
    toys = CategoryFactory(name="Toys")
    VoucherFactory(code="OWN", category=toys)
    campaign = CampaignFactory(promotion=True, category=CategoryFactory(name="Food"))
    own, inherited = (
        PromotionTierFactory(category=toys, campaign=campaign),
        PromotionTierFactory(campaign=campaign),
    )
    stop(categories=["Toys"])

    answers = [redeemed(api, code) for code in ("OWN", own.public_id, inherited.public_id)]

    assert [answer.status_code for answer in answers] == [400, 400, 200]


def test_what_is_unknown_stays_unknown(api: APIClient) -> None:
    stop()

    refused(redeemed(api, "NOTHING"), 404, "not_found")


# Articles -------------------------------------------------------------------------------------------------
def items(*sent: str) -> dict[str, Any]:
    lines = [{"source_id": name, "quantity": 2} for name in sent]
    return {"amount": None, "items": [{"related_object": "product", **line} for line in lines]}


@pytest.fixture
def on_ball() -> Campaign:
    """BALL takes 10 % off the ball, in a shop with balls and tea."""
    ball = ProductFactory(source_id="ball", name="Ball", price=1000)
    ProductFactory(source_id="tea", name="Tea", price=500)
    rule = ValidationRuleFactory(
        rules={},
        applicable_to={
            "included": [{"object": "product", "id": ball.public_id, "effect": "APPLY_TO_EVERY"}],
            "excluded": [],
            "included_all": False,
        },
    )
    campaign = CampaignFactory(name="Balls", discount={**percent(10), "effect": "APPLY_TO_ITEMS"})
    RuleAssignmentFactory(rule=rule, campaign=campaign)
    VoucherFactory(code="BALL", campaign=campaign, discount=None, redemption_quantity=None)
    VoucherFactory(code="ALL", discount=percent(10), redemption_quantity=None)
    return campaign


@pytest.mark.parametrize(
    ("code", "lines", "is_stopped"),
    [
        ("BALL", ("ball",), True),
        ("BALL", ("ball", "tea"), True),
        ("ALL", ("ball", "tea"), True),
        ("ALL", ("tea",), False),
    ],
)
def test_no_discount_touches_a_stopped_product(
    code: str, lines: tuple[str, ...], is_stopped: bool, api: APIClient, on_ball: Campaign
) -> None:
    stop(products=["ball"])

    answer = redeemed(api, code, order=items(*lines))

    assert (answer.status_code, answer.json().get("key")) == ((400, KEY) if is_stopped else (200, None))
    if is_stopped:
        assert "would discount an article that is stopped" in answer.json()["details"]
        assert StoppedAttempt.objects.count() == 1


def test_a_discount_on_other_lines_goes_on(api: APIClient, on_ball: Campaign) -> None:
    stop(products=["tea"])

    answer = redeemed(api, "BALL", order=items("ball", "tea"))

    assert answer.status_code == 200
    assert answer.json()["order"]["total_applied_discount_amount"] == 200


@pytest.mark.parametrize(("name", "is_stopped"), [("ball", True), ("tea", False)])
def test_nor_what_is_in_a_stopped_collection(
    name: str, is_stopped: bool, api: APIClient, on_ball: Campaign
) -> None:
    collection = ProductCollectionFactory(products=[Product.objects.get(source_id="ball")])
    stop(collections=[collection.public_id])

    answer = redeemed(api, "ALL", order=items(name))

    assert answer.status_code == (400 if is_stopped else 200)


def test_nor_is_one_given_away(api: APIClient, on_ball: Campaign) -> None:
    sku = SkuFactory(source_id="mug-blue", product=ProductFactory(source_id="mug"), price=300)
    gift = {"type": "UNIT", "effect": "ADD_NEW_ITEMS", "unit_off": 1, "unit_type": sku.public_id}
    VoucherFactory(code="MUG", discount=gift, redemption_quantity=None)
    collection = ProductCollectionFactory(products=[sku])

    before = redeemed(api, "MUG", order=items("tea"))
    first = stop(products=["mug"])
    by_product = redeemed(api, "MUG", order=items("tea"))
    restore(first)
    stop(collections=[collection.public_id])
    by_collection = redeemed(api, "MUG", order=items("tea"))

    assert before.status_code == 200
    refused(by_product, 400, KEY)
    refused(by_collection, 400, KEY)


def test_a_gift_card_still_pays_for_it(api: APIClient, on_ball: Campaign) -> None:
    card = GiftCardFactory(code="CARD", gift_amount=5_000)
    stop(products=["ball"])

    answer = redeemed(api, card.code, order=items("ball"))

    assert answer.status_code == 200
    assert answer.json()["redemptions"][0]["gift"]["amount"] == 2_000


# Qualification --------------------------------------------------------------------------------------------
def offered(api: APIClient, scenario: str = "ALL", **facts: Any) -> list[str]:
    body = {"scenario": scenario, "order": {"amount": 10_000}, "options": {"limit": 50}, **facts}
    answer = api.post("/v1/qualifications", body)
    assert answer.status_code == 200, answer.json()
    return sorted(one["id"] for one in answer.json()["redeemables"]["data"])


@pytest.mark.parametrize("scenario", ["ALL", "AUDIENCE_ONLY"])
def test_what_is_stopped_is_not_offered(scenario: str, api: APIClient) -> None:
    campaign = CampaignFactory(name="Spring", promotion=True)
    tier = PromotionTierFactory(campaign=campaign)
    VoucherFactory(code="FREE", redemption_quantity=None)
    assert offered(api, scenario) == sorted(["FREE", tier.public_id])

    first = stop(campaigns=["Spring"])
    only_free = offered(api, scenario)
    restore(first)
    everything_again = offered(api, scenario)
    stop(channels=["API"])

    assert only_free == ["FREE"]
    assert everything_again == sorted(["FREE", tier.public_id])
    assert offered(api, scenario) == []


@pytest.mark.parametrize("scenario", ["ALL", "PRODUCTS", "PRODUCTS_DISCOUNT"])
def test_nor_what_would_discount_a_stopped_product(scenario: str, api: APIClient, on_ball: Campaign) -> None:
    Campaign.objects.filter(pk=on_ball.pk).update(type=Campaign.Type.STANDALONE)
    assert "BALL" in offered(api, scenario, order=items("ball", "tea"))

    stop(products=["ball"])

    assert offered(api, scenario, order=items("ball", "tea")) == []
    assert offered(api, order=items("tea")) == ["ALL", "BALL"]


def test_a_page_is_full_though_most_is_stopped(api: APIClient, on_ball: Campaign) -> None:
    """Where only the effect tells, later ones take the places of those that are refused."""
    tea = ProductFactory(source_id="cake", price=900)
    rule = ValidationRuleFactory(
        rules={},
        applicable_to={
            "included": [{"object": "product", "id": tea.public_id, "effect": "APPLY_TO_EVERY"}],
            "excluded": [],
            "included_all": False,
        },
    )
    for number in range(3):
        voucher = VoucherFactory(code=f"CAKE{number}", discount={**percent(5), "effect": "APPLY_TO_ITEMS"})
        RuleAssignmentFactory(rule=rule, voucher=voucher)
    VoucherFactory.create_batch(20, discount=percent(5))
    stop(products=["ball"])

    body = {"scenario": "ALL", "order": items("ball", "cake"), "options": {"limit": 2}}
    page = api.post("/v1/qualifications", body).json()["redeemables"]
    following = api.post(
        "/v1/qualifications", {**body, "options": {"limit": 2, "starting_after": page["more_starting_after"]}}
    ).json()["redeemables"]

    assert [one["id"] for one in page["data"]] == ["CAKE2", "CAKE1"]
    assert [one["id"] for one in following["data"]] == ["CAKE0"]


def test_a_code_in_the_wallet_is_not_offered_either(api: APIClient, spring: Campaign) -> None:
    anna = CustomerFactory(source_id="anna")
    Voucher.objects.update(holder=anna)
    customer = {"customer": {"source_id": "anna"}}
    assert offered(api, "CUSTOMER_WALLET", **customer) == ["SPRING"]

    stop(campaigns=["Spring"])

    assert offered(api, "CUSTOMER_WALLET", **customer) == []


def test_looking_for_what_is_left_takes_few_looks(
    api: APIClient, on_ball: Campaign, count_queries: Callable[[Callable[[], Any]], int]
) -> None:
    """Four times as many that a stop refuses cost two looks more, not four times as many."""
    body = {"scenario": "ALL", "order": items("ball"), "options": {"limit": 2}}
    stop(products=["ball"])

    def cost() -> int:
        api.post("/v1/qualifications", body)
        return count_queries(lambda: api.post("/v1/qualifications", body))

    VoucherFactory.create_batch(20, discount=percent(5))
    few = cost()
    VoucherFactory.create_batch(60, discount=percent(5))

    assert cost() - few <= 2 * 4


def test_a_stack_with_a_stopped_tier_is_not_offered(api: APIClient) -> None:
    campaign, toys = CampaignFactory(promotion=True), CategoryFactory(name="Toys")
    tiers = PromotionTierFactory(campaign=campaign), PromotionTierFactory(campaign=campaign, category=toys)
    stack = promotion_stack(*tiers)
    assert offered(api, "PROMOTION_STACKS") == [stack.public_id]

    stop(categories=["Toys"])

    assert offered(api, "PROMOTION_STACKS") == []


# What was given ------------------------------------------------------------------------------------------
def test_a_stop_beats_a_hold_and_what_it_holds_can_be_let_go(api: APIClient, spring: Campaign) -> None:
    Voucher.objects.update(redemption_quantity=1)
    session = {"session": {"type": "LOCK", "key": "s-1"}}
    assert api.post("/v1/validations", {**basket("SPRING"), **session}).json()["valid"]

    found = stop(campaigns=["Spring"])
    with_hold = redeemed(api, "SPRING", **session)
    again = api.post("/v1/validations", {**basket("SPRING"), **session})
    assert Voucher.objects.get().held_quantity == 1
    released = api.delete("/v1/vouchers/SPRING/sessions/s-1")
    restore(found)

    refused(with_hold, 400, KEY)
    assert (again.json()["valid"], reasons(again)) == (False, [KEY])
    assert released.status_code == 204
    assert Voucher.objects.get().held_quantity == 0
    assert redeemed(api, "SPRING").status_code == 200


def test_a_hold_survives_the_stop(api: APIClient, spring: Campaign) -> None:
    Voucher.objects.update(redemption_quantity=1)
    session = {"session": {"type": "LOCK", "key": "s-1"}}
    api.post("/v1/validations", {**basket("SPRING"), **session})
    found = stop()
    refused(redeemed(api, "SPRING", **session), 400, KEY)

    restore(found)

    refused(redeemed(api, "SPRING"), 400, "quantity_exceeded")
    assert redeemed(api, "SPRING", **session).status_code == 200


def test_rollbacks_and_returns_go_on(api: APIClient, on_ball: Campaign) -> None:
    first = redeemed(api, "BALL", order={**items("ball"), "source_id": "o-1"}).json()["redemptions"][0]
    second = redeemed(api, "BALL", order={**items("ball", "tea"), "source_id": "o-2"}).json()
    stop()

    rollback = api.post(f"/v1/redemptions/{first['id']}/rollback", {})
    line = second["order"]["items"][0]
    returned = api.post(
        f"/v1/orders/{second['order']['id']}/returns", {"items": [{"id": line["id"], "quantity": 1}]}
    )

    assert rollback.status_code == 200, rollback.json()
    assert returned.status_code == 200, returned.json()
    assert Voucher.objects.get(code="BALL").redeemed_quantity == 1


def test_a_stop_of_today_does_not_change_what_was_decided(api: APIClient, on_ball: Campaign) -> None:
    redeemed(api, "BALL", order=items("ball"))
    stop(products=["tea"])
    redeemed(api, "BALL", order=items("ball", "tea"))
    stop()

    replayed = list(replays.replay(Redemption.objects.all()))

    assert [one.problems for one in replayed] == [(), ()]
    first, second = Redemption.objects.order_by("pk")
    assert first.snapshot is not None
    assert second.snapshot is not None
    assert Snapshot.from_json(first.snapshot).stops == ()
    (stored,) = Snapshot.from_json(second.snapshot).stops
    assert stored.id == EmergencyStop.objects.order_by("pk").first().public_id


# Drills --------------------------------------------------------------------------------------------------
def test_a_drill_refuses_nothing_and_notes_what_it_would_have_refused(
    api: APIClient, spring: Campaign
) -> None:
    VoucherFactory(code="OTHER", redemption_quantity=None)
    drill = stop(drill=True, campaigns=["Spring"])

    hit, other = redeemed(api, "SPRING"), redeemed(api, "OTHER")

    assert (hit.status_code, other.status_code) == (200, 200)
    attempt = StoppedAttempt.objects.get()
    assert attempt.stop == drill
    assert attempt.redemption.public_id == hit.json()["redemptions"][0]["id"]
    assert "OTHER" in offered(api)
    stored = Snapshot.from_json(attempt.redemption.snapshot or {})
    assert (stored.candidates[0].reason, stored.stops) == (None, ())


def test_a_drill_notes_products_by_their_effect(api: APIClient, on_ball: Campaign) -> None:
    stop(drill=True, products=["ball"])

    redeemed(api, "ALL", order=items("tea"))
    hit = redeemed(api, "ALL", order=items("ball"))

    assert [one.redemption.public_id for one in StoppedAttempt.objects.all()] == [
        hit.json()["redemptions"][0]["id"]
    ]


def test_where_one_refusal_fails_all_a_drill_notes_all(api: APIClient, spring: Campaign) -> None:
    VoucherFactory(code="OTHER", redemption_quantity=None)
    stop(drill=True, campaigns=["Spring"])

    answer = redeemed(api, "SPRING", "OTHER")

    noted = {one.redemption.public_id for one in StoppedAttempt.objects.all()}
    assert noted == {one["id"] for one in answer.json()["redemptions"]}


def test_a_stop_beside_a_drill_refuses(api: APIClient, spring: Campaign) -> None:
    drill = stop(drill=True)
    real = stop(campaigns=["Spring"])

    refused(redeemed(api, "SPRING"), 400, KEY)

    assert [one.stop for one in StoppedAttempt.objects.all()] == [real]
    assert drill.restored_at is None


def test_the_refusal_says_the_day_when_it_was_another_one(api: APIClient, spring: Campaign) -> None:
    stop()  # by the clock of the tests, long ago

    body = refused(redeemed(api, "SPRING"), 400, KEY)

    assert timezone.now() - EmergencyStop.objects.get().started_at > timedelta(days=1)
    assert body["message"] == "Stopped by operations since Tuesday 10 March 12:00"
