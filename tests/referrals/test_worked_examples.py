"""What the contract says in numbers (referrals 15.3, 15.4)."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from commerce.models import Customer, Order
from core.instants import format_instant
from loyalty.models import LoyaltyCard
from promotions.models import Campaign, Holder, Redemption, Voucher
from referrals.models import Referral, ReferralReward
from tests.referrals.world import code_of, comes, coupon, each, minimum, points, programme
from tests.telling import tell

pytestmark = pytest.mark.django_db


def balance_of(person: str) -> int:
    card = LoyaltyCard.objects.filter(voucher__holder__source_id=person).first()
    return 0 if card is None else card.balance


def coupons_of(person: str) -> int:
    held = Voucher.objects.filter(holder__source_id=person, campaign__name="A coupon campaign")
    return held.count()


def test_points_for_each_and_a_coupon_for_the_fifth(api: APIClient) -> None:
    friends = programme(api)
    each(friends, points(api, 100))
    minimum(friends, coupon(), 5)
    code = code_of(api, friends, "rita")

    seen = []
    for person in ("r1", "r2", "r3", "r2 again", "r4", "r5", "r6"):
        name, _, again = person.partition(" ")
        answer = comes(api, code, name, amount=20_000 if again else 10_000)
        assert answer.status_code == 200, answer.content
        tell()
        seen.append((balance_of("rita"), coupons_of("rita")))

    assert seen == [(100, 0), (200, 0), (300, 0), (300, 0), (400, 0), (500, 1), (600, 1)]
    assert Referral.objects.filter(state="ACCEPTED").count() == 6
    assert ReferralReward.objects.filter(state="PAID").count() == 7


def test_the_code_discounts_the_referee_s_order_and_the_order_names_the_referrer(api: APIClient) -> None:
    friends = programme(api)
    code = code_of(api, friends, "rita")

    answer = comes(api, code, "paul").json()
    tell()

    assert answer["order"]["total_applied_discount_amount"] == 1_000
    order = Order.objects.get(source_id="order-paul-10000")
    assert order.referrer == Customer.objects.get(source_id="rita")
    roles = Holder.objects.filter(voucher__code=code).values_list("customer__source_id", "role")
    assert dict(roles) == {"rita": "REFERRER", "paul": "REFEREE"}
    referral = Referral.objects.get()
    assert (referral.referrer.source_id, referral.referee.source_id) == ("rita", "paul")


def test_nobody_refers_himself(api: APIClient) -> None:
    code = code_of(api, programme(api), "rita")

    answer = comes(api, code, "rita")
    tell()

    assert answer.status_code == 400
    assert answer.json()["key"] == "referrer_not_permitted_to_redeem"
    assert not Referral.objects.exists()


def test_a_code_that_nobody_gives_on_recommends_nobody(api: APIClient) -> None:
    friends = programme(api)
    free = Voucher.objects.filter(campaign=friends).first()
    assert free is not None

    answer = comes(api, free.code, "paul")

    assert answer.status_code == 400
    assert answer.json()["key"] == "not_published"


def test_without_a_customer_nobody_was_recommended(api: APIClient) -> None:
    code = code_of(api, programme(api), "rita")
    body = {"redeemables": [{"object": "voucher", "id": code}], "order": {"amount": 10_000}}

    answer = api.post("/v1/redemptions", body, format="json")

    assert (answer.status_code, answer.json()["key"]) == (400, "missing_customer")


def test_a_second_referrer_gets_nothing_for_the_same_friend(api: APIClient) -> None:
    friends = programme(api)
    each(friends, points(api, 100))
    first, second = code_of(api, friends, "rita"), code_of(api, friends, "rob")

    comes(api, first, "paul")
    tell()
    comes(api, second, "paul", amount=20_000)
    tell()

    assert (balance_of("rita"), balance_of("rob")) == (100, 0)
    assert Referral.objects.count() == 1


def test_the_referee_gets_points_on_a_card_that_comes_by_itself(api: APIClient) -> None:
    reward = points(api, 50)
    assert reward.campaign is not None
    friends = programme(
        api,
        referee_reward={
            "related_object_parent": {"id": reward.campaign.public_id, "object": "CAMPAIGN"},
            "type": "LOYALTY_CARD",
            "amount": 250,
        },
        voucher={},
    )
    code = code_of(api, friends, "rita")

    answer = comes(api, code, "paul")
    tell()

    assert answer.json()["order"].get("total_applied_discount_amount", 0) == 0
    assert balance_of("paul") == 250


def test_an_event_converts(api: APIClient) -> None:
    friends = programme(api, conversion_event_type="custom_event", custom_event={"name": "signed_up"})
    each(friends, points(api, 100))
    code = code_of(api, friends, "rita")

    def report(event: str, person: str) -> None:
        body = {"event": event, "customer": {"source_id": person}, "referral": {"code": code}}
        answer = api.post("/v1/events", body, format="json")
        assert answer.status_code == 200, answer.content
        tell()

    report("looked_around", "paul")
    assert balance_of("rita") == 0
    report("signed_up", "paul")
    report("signed_up", "paul")
    assert balance_of("rita") == 100
    report("signed_up", "rita")
    assert balance_of("rita") == 100

    assert list(Referral.objects.order_by("pk").values_list("state", flat=True)) == ["ACCEPTED", "REFUSED"]
    assert comes(api, code, "paul").json()["order"]["total_applied_discount_amount"] == 1_000


def test_a_programme_on_the_wire(api: APIClient) -> None:
    campaign = programme(api, delay_days=14, most_rewards=10, period="MONTH")

    wire = api.get(f"/v1/campaigns/{campaign.public_id}").json()

    assert wire["campaign_type"] == "REFERRAL_PROGRAM"
    assert wire["join_once"] is True
    assert wire["voucher"]["is_referral_code"] is True
    assert wire["voucher"]["type"] == "DISCOUNT_VOUCHER"
    assert wire["referral_program"] == {
        "conversion_event_type": "redemption",
        "delay_days": 14,
        "most_rewards": 10,
        "period": "MONTH",
    }
    assert Campaign.objects.get().referral["delay_days"] == 14


def test_customers_say_who_recommended_them_and_whom_they_brought(api: APIClient) -> None:
    friends = programme(api)
    code = code_of(api, friends, "rita")
    comes(api, code, "paul")
    tell()
    rita, paul = (Customer.objects.get(source_id=name) for name in ("rita", "paul"))
    redemption = Redemption.objects.get()

    of_paul = api.get(f"/v1/customers/{paul.public_id}").json()
    of_rita = api.get("/v1/customers/rita").json()

    assert of_paul["referrals"] == {
        "total": 1,
        "campaigns": [
            {
                "campaign_id": friends.public_id,
                "referrer_id": rita.public_id,
                "related_object_id": redemption.public_id,
                "related_object_type": "redemption",
                "date": format_instant(Referral.objects.get().created_at),
            }
        ],
    }
    assert of_rita["referrals"] == {"total": 0, "campaigns": []}
    assert (of_rita["loyalty"]["referred_customers"], of_paul["loyalty"]["referred_customers"]) == (1, 0)
    order = api.get(f"/v1/orders/{Order.objects.get(customer=paul).public_id}").json()
    assert order["referrer_id"] == rita.public_id


def test_who_is_named_as_referrer_must_hold_the_code(api: APIClient) -> None:
    friends = programme(api, conversion_event_type="custom_event", custom_event={"name": "signed_up"})
    code = code_of(api, friends, "rita")
    code_of(api, friends, "rob")

    def report(referrer: str) -> int:
        said = {"code": code, "referrer_id": referrer}
        body = {"event": "signed_up", "customer": {"source_id": "paul"}, "referral": said}
        return api.post("/v1/events", body, format="json").status_code

    assert report("rob") == 400
    assert not Customer.objects.filter(source_id="paul").exists()
    assert report(Customer.objects.get(source_id="rita").public_id) == 200
    assert report("rita") == 200


def test_the_summary_counts_who_was_recommended(api: APIClient) -> None:
    friends = programme(api)
    code = code_of(api, friends, "rita")
    for person in ("paul", "pia"):
        comes(api, code, person)
    comes(api, code_of(api, friends, "paul"), "rita")
    tell()

    found = api.get(f"/v1/campaigns/{friends.public_id}/summary").json()
    before = api.get(f"/v1/campaigns/{friends.public_id}/summary", {"end_date": "2020-01-01"}).json()

    assert (found["referred_customers"], found["redemptions_succeeded"]) == (2, 3)
    assert before["referred_customers"] == 0
    assert "discounted_amount" not in found
