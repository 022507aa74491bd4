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
    ProductCollectionFactory,
    ProductFactory,
    SkuFactory,
)
from tests.factories.gift_cards import GiftCardFactory
from tests.factories.promotions import (
    CampaignFactory,
    CategoryFactory,
    PromotionTierFactory,
    VoucherFactory,
)
from tests.factories.stops import restore, stop
from tests.promotions.api.catalogue import refused
from tests.promotions.api.stopping import basket, items, offered, on_ball, reasons, redeemed, spring

__all__ = ["on_ball", "spring"]

pytestmark = pytest.mark.django_db
KEY = "emergency_stop"


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
