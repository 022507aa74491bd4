"""Holders of referral codes over the API. Contract: referrals 15.2."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from commerce.models import Customer
from core.models import OutboxEvent
from promotions.models import Campaign, Holder, Voucher
from tests.referrals.world import code_of, comes, programme
from tests.telling import tell

pytestmark = pytest.mark.django_db


@pytest.fixture
def friends(api: APIClient) -> Campaign:
    return programme(api)


@pytest.fixture
def code(api: APIClient, friends: Campaign) -> str:
    return code_of(api, friends, "rita")


def add(api: APIClient, code: str, *people: str, campaign: str = "", **more: Any) -> Any:
    at = f"{campaign}/members" if campaign else "members"
    body = {"holders": [{"source_id": one} for one in people], **more}
    return api.post(f"/v1/referrals/{at}/{code}/holders", body, format="json")


def test_customers_are_attached_as_those_who_were_recommended(
    api: APIClient, friends: Campaign, code: str
) -> None:
    answer = add(api, code, "paul", "pia", campaign=friends.public_id, metadata={"desk": 3})

    assert answer.status_code == 200, answer.content
    first, second = answer.json()["holders"]
    assert first == {
        "id": first["id"],
        "created_at": first["created_at"],
        "redeemable_id": Voucher.objects.get(code=code).public_id,
        "redeemable_object": "voucher",
        "customer_id": Customer.objects.get(source_id="paul").public_id,
        "holder_role": "REFEREE",
        "campaign_id": friends.public_id,
        "campaign_type": "REFERRAL_PROGRAM",
        "voucher_type": "DISCOUNT_VOUCHER",
        "metadata": {"desk": 3},
        "object": "redeemable_holder",
    }
    assert first["id"].startswith("rh_")
    assert second["customer_id"] == Customer.objects.get(source_id="pia").public_id
    told = OutboxEvent.objects.filter(name="customer.holder.assignment.created")
    assert told.count() == 2


def test_holders_are_listed_by_cursor_and_by_role(api: APIClient, friends: Campaign, code: str) -> None:
    add(api, code, "paul", "pia", "pit")
    at = f"/v1/referrals/{friends.name}/members/{code}/holders"

    page = api.get(at, {"limit": 2, "order": "id"}).json()
    rest = api.get(at, {"limit": 2, "order": "id", "starting_after_id": page["more_starting_after"]}).json()
    referrers = api.get(at, {"filters[holder_role][conditions][$is]": "REFERRER"}).json()

    assert (page["total"], page["has_more"], rest["has_more"]) == (4, True, False)
    roles = [row["holder_role"] for row in (*page["data"], *rest["data"])]
    assert roles == ["REFERRER", "REFEREE", "REFEREE", "REFEREE"]
    assert [row["customer_id"] for row in referrers["data"]] == [
        Customer.objects.get(source_id="rita").public_id
    ]


def test_all_or_nobody(api: APIClient, code: str) -> None:
    add(api, code, "paul")

    again = add(api, code, "pia", "paul")
    himself = add(api, code, "rita")
    twice = add(api, code, "pit", "pit")

    assert (again.status_code, again.json()["key"]) == (409, "holder_assignement_duplication")
    assert (himself.status_code, himself.json()["key"]) == (409, "holder_assignement_duplication")
    assert (twice.status_code, twice.json()["key"]) == (409, "duplicate_found")
    assert not Customer.objects.filter(source_id__in=["pia", "pit"]).exists()
    assert Holder.objects.filter(role="REFEREE").count() == 1


def test_what_cannot_be_is_said(api: APIClient, friends: Campaign, code: str) -> None:
    free = Voucher.objects.filter(campaign=friends, holder=None).first()
    assert free is not None

    nobody = add(api, code)
    many = add(api, code, *(f"p{n}" for n in range(101)))
    unpublished = add(api, free.code, "paul")
    unknown = add(api, "NO-SUCH-CODE", "paul")
    elsewhere = add(api, code, "paul", campaign=programme(api, "Others").public_id)

    assert (nobody.status_code, nobody.json()["key"]) == (400, "invalid_payload")
    assert (many.status_code, many.json()["key"]) == (400, "invalid_payload")
    assert (unpublished.status_code, unpublished.json()["key"]) == (400, "not_published")
    assert [one.status_code for one in (unknown, elsewhere)] == [404, 404]
    assert not Customer.objects.exclude(source_id="rita").exists()


def test_a_referee_is_removed_and_a_referrer_is_not(api: APIClient, friends: Campaign, code: str) -> None:
    (paul,) = add(api, code, "paul").json()["holders"]
    rita = Holder.objects.get(role="REFERRER")

    gone = api.delete(f"/v1/referrals/{friends.public_id}/members/{code}/holders/{paul['id']}")
    stays = api.delete(f"/v1/referrals/members/{code}/holders/{rita.public_id}")
    again = api.delete(f"/v1/referrals/members/{code}/holders/{paul['id']}")

    assert gone.status_code == 204
    assert (stays.status_code, stays.json()["key"]) == (403, "forbidden")
    assert again.status_code == 404
    assert list(Holder.objects.all()) == [rita]


def test_both_rights_are_needed_to_add(
    api_as: Callable[[str], APIClient], friends: Campaign, code: str
) -> None:
    for role, expected in (("MERCHANT", 403), ("VIEWER", 403), ("USER", 200)):
        answer = add(api_as(role), code, f"paul-{role}")
        assert answer.status_code == expected, (role, answer.content)
        if expected == 403:
            assert answer.json()["key"] == "missing_required_permission"
    assert api_as("VIEWER").get(f"/v1/referrals/members/{code}/holders").status_code == 200


def test_the_same_call_again_adds_nobody_again(api: APIClient, code: str) -> None:
    body = {"holders": [{"source_id": "paul"}]}
    path = f"/v1/referrals/members/{code}/holders"

    first = api.post(path, body, format="json", HTTP_IDEMPOTENCY_KEY="k-1")
    second = api.post(path, body, format="json", HTTP_IDEMPOTENCY_KEY="k-1")

    assert first.json() == second.json()
    assert Holder.objects.filter(role="REFEREE").count() == 1


def test_who_converts_becomes_a_holder_once(api: APIClient, code: str) -> None:
    add(api, code, "paul")
    comes(api, code, "paul")
    comes(api, code, "pia")
    tell()

    roles = Holder.objects.order_by("pk").values_list("customer__source_id", "role")
    assert list(roles) == [("rita", "REFERRER"), ("paul", "REFEREE"), ("pia", "REFEREE")]
