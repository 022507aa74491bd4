"""A blocked customer uses nothing and is given nothing, and is told so by one key."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from commerce.models import Customer
from commerce.services import blocking
from promotions.models import Publication, Redemption
from tests.conftest import NOW
from tests.factories.commerce import CustomerFactory
from tests.factories.promotions import CampaignFactory, PromotionTierFactory, percent
from tests.promotions.conftest import MakeVoucher

pytestmark = pytest.mark.django_db

RITA = {"source_id": "rita"}
ORDER = {"amount": 10_000}


@pytest.fixture
def rita(actor: Any) -> Customer:
    customer = CustomerFactory(source_id="rita")
    return blocking.block(customer_id=customer.pk, reason="Bot", actor=actor, now=NOW)


def body(*codes: str, customer: dict[str, Any] | None = RITA) -> dict[str, Any]:
    asked = [{"object": "voucher", "id": code} for code in codes]
    return {"redeemables": asked, "order": ORDER, **({"customer": customer} if customer else {})}


def keys_of(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    refused = answer.json()["inapplicable_redeemables"]
    return [one["result"]["error"]["key"] for one in refused]


@pytest.mark.usefixtures("rita")
def test_nothing_is_redeemed(api: APIClient, make_voucher: MakeVoucher) -> None:
    voucher = make_voucher("TEN")

    answer = api.post("/v1/redemptions", body("TEN"))

    assert (answer.status_code, answer.json()["key"]) == (400, "customer_blocked")
    assert "Bot" not in answer.content.decode()
    voucher.refresh_from_db()
    assert voucher.redeemed_quantity == 0
    row = Redemption.objects.get()
    assert (row.result, row.failure_code) == ("FAILURE", "customer_blocked")


@pytest.mark.usefixtures("rita")
def test_others_are_not_concerned(api: APIClient, make_voucher: MakeVoucher) -> None:
    make_voucher("TEN", redemption_quantity=None)

    for customer in ({"source_id": "paul"}, None):
        assert api.post("/v1/redemptions", body("TEN", customer=customer)).status_code == 200


@pytest.mark.usefixtures("rita")
def test_validation_says_it_of_everything_that_exists(api: APIClient, make_voucher: MakeVoucher) -> None:
    """Also of what would be refused anyway, because trying another time is no use."""
    make_voucher("TEN")
    make_voucher("OFF", is_active=False)

    assert keys_of(api.post("/v1/validations", body("TEN"))) == ["customer_blocked"]
    assert keys_of(api.post("/v1/validations", body("OFF"))) == ["customer_blocked"]
    assert keys_of(api.post("/v1/validations", body("NONE"))) == ["not_found"]


@pytest.mark.usefixtures("rita")
def test_promotions_are_refused_as_well(api: APIClient) -> None:
    tier = PromotionTierFactory()
    asked = {
        "redeemables": [{"object": "promotion_tier", "id": tier.public_id}],
        "customer": RITA,
        "order": ORDER,
    }

    assert keys_of(api.post("/v1/validations", asked)) == ["customer_blocked"]


@pytest.mark.usefixtures("rita")
@pytest.mark.parametrize("scenario", ["ALL", "AUDIENCE_ONLY", "CUSTOMER_WALLET"])
def test_nothing_qualifies(api: APIClient, make_voucher: MakeVoucher, scenario: str) -> None:
    paul = CustomerFactory(source_id="paul")
    rita = Customer.objects.get(source_id="rita")
    make_voucher("OF-RITA", holder=rita)
    make_voucher("OF-PAUL", holder=paul)
    make_voucher("OF-ALL", redemption_quantity=None)

    def number(person: str) -> int:
        asked = {"scenario": scenario, "customer": {"source_id": person}, "order": ORDER}
        answer = api.post("/v1/qualifications", asked)
        assert answer.status_code == 200, answer.content
        return int(answer.json()["redeemables"]["total"])

    assert number("paul") > 0
    assert number("rita") == 0


def test_lifting_it_helps_at_once(
    api: APIClient, make_voucher: MakeVoucher, rita: Customer, actor: Any
) -> None:
    make_voucher("TEN")
    blocking.unblock(customer_id=rita.pk, actor=actor, now=NOW)

    assert api.post("/v1/redemptions", body("TEN")).status_code == 200


def test_asking_costs_no_statement(api: APIClient, make_voucher: MakeVoucher, actor: Any) -> None:
    make_voucher("TEN")
    customer = CustomerFactory(source_id="rita")
    api.post("/v1/validations", body("TEN"))

    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            api.post("/v1/validations", body("TEN"))
        return len(captured)

    before = count()
    blocking.block(customer_id=customer.pk, reason="Bot", actor=actor, now=NOW)

    assert count() <= before


@pytest.mark.usefixtures("rita")
def test_no_code_is_given(api: APIClient, make_voucher: MakeVoucher) -> None:
    voucher = make_voucher("TEN", campaign=CampaignFactory(discount=percent(10)), discount=None)

    answer = api.post("/v1/publications", {"voucher": "TEN", "customer": RITA})

    assert (answer.status_code, answer.json()["key"]) == (400, "customer_blocked")
    voucher.refresh_from_db()
    assert voucher.holder_id is None
    row = Publication.objects.get()
    assert (row.result, row.failure_code) == ("FAILURE", "customer_blocked")


def test_what_was_given_before_is_still_the_answer(
    api: APIClient, make_voucher: MakeVoucher, actor: Any
) -> None:
    make_voucher("TEN", campaign=CampaignFactory(discount=percent(10)), discount=None)
    asked = {"voucher": "TEN", "customer": RITA, "source_id": "mail-1"}
    first = api.post("/v1/publications", asked).json()
    customer = Customer.objects.get(source_id="rita")
    blocking.block(customer_id=customer.pk, reason="Bot", actor=actor, now=NOW)

    again = api.post("/v1/publications", asked)

    assert (again.status_code, again.json()["id"]) == (200, first["id"])
