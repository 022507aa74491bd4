from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from rest_framework.test import APIClient

from approvals.models import ApprovalRequest
from core.actors import Role
from promotions.models import Campaign, Voucher
from promotions.selectors import versions as known
from promotions.services import vouchers
from promotions.services.vouchers import VoucherSpec
from tests.approvals.world import policy
from tests.factories.promotions import percent
from tests.promotions.versioned_shop import BY, Shop, change_all, opened

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    """Everything has a second version."""
    shop = opened()
    change_all(shop)
    return shop


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("campaign", "campaigns/{id}"),
        ("tier", "promotions/tiers/{id}"),
        ("alone", "vouchers/{id}"),
        ("rule", "validation-rules/{id}"),
        ("budget", "budgets/{id}"),
    ],
)
def test_answers_with_the_version_that_holds_now(api: APIClient, shop: Shop, name: str, path: str) -> None:
    row = getattr(shop, name)
    first = known.of(row).get(number=1)
    number = known.of(row)[0].number
    url = f"/v1/{path.format(id=row.public_id)}/versions/1/revert"

    answer = api.post(url)

    assert answer.status_code == 200
    assert answer.json()["number"] == number + 1
    content = {
        key: value for key, value in answer.json()["content"].items() if key != "validation_rule_version"
    }
    assert content == {k: v for k, v in first.content.items() if k != "validation_rule_version"}
    assert answer.json() == api.get(url.removesuffix("/1/revert")).json()["versions"][0]


def test_a_code_with_slashes(api: APIClient) -> None:
    vouchers.create(spec=VoucherSpec(code="A/B", values={"discount": percent(5)}), **BY)
    code = Voucher.objects.get(code="A/B")
    vouchers.update(voucher_id=code.pk, spec=VoucherSpec(values={"discount": percent(6)}), **BY)

    assert api.post(f"/v1/vouchers/{quote('A/B')}/versions/1/revert").status_code == 200
    assert not Voucher.objects.filter(code__contains="versions").exists()


def test_the_endpoint_never_makes_a_code(api: APIClient) -> None:
    body = {"discount": percent(5)}
    assert api.post("/v1/vouchers/NEW/versions/1/revert", body, format="json").status_code == 404
    assert not Voucher.objects.exists()


@pytest.mark.parametrize("number", ["9", "0", "x", "-1", "1.5"])
def test_unknown_version(api: APIClient, shop: Shop, number: str) -> None:
    answer = api.post(f"/v1/campaigns/{shop.campaign.public_id}/versions/{number}/revert")

    assert (answer.status_code, answer.json()["key"]) == (404, "not_found")
    assert Campaign.objects.get(pk=shop.campaign.pk).discount == percent(50)


def test_the_version_that_holds_already(api: APIClient, shop: Shop) -> None:
    answer = api.post(f"/v1/campaigns/{shop.campaign.public_id}/versions/3/revert")

    assert (answer.status_code, answer.json()["key"]) == (409, "version_holds_already")


def test_whoever_may_not_do_it_alone_gets_a_request(api_as: Any, shop: Shop) -> None:
    policy("Finance")

    answer = api_as(Role.USER).post(f"/v1/campaigns/{shop.campaign.public_id}/versions/1/revert")

    assert (answer.status_code, answer.json()["key"]) == (403, "approval_required")
    request = ApprovalRequest.objects.get()
    assert (request.operation, request.public_id) == ("campaigns.revert", answer.json()["resource_id"])
    assert request.arguments == {"campaign_id": shop.campaign.pk, "number": 1}
    assert Campaign.objects.get(pk=shop.campaign.pk).discount == percent(50)
