"""Every endpoint of the contract answers in the contract's shape (`shapes/`)."""

from __future__ import annotations

from typing import Any, Final

import pytest
from django.db import transaction
from rest_framework.test import APIClient

from tests.contract import shapes
from tests.contract.calls import Call
from tests.contract.endpoints import CALLS
from tests.contract.shapes import Endpoint
from tests.contract.world import World, build

# One deployment is one project: the refusal that the contract has for it.
ONE_PROJECT: Final = {"POST /management/v1/projects", "DELETE /management/v1/projects/<projectId>"}
TEXTS: Final = {"GET /v1/exports/<export_Id>"}
# A file that a key of the API asked for has no user; elsewhere the contract lets him be null.
NO_USER: Final = {
    "POST /v1/loyalties/members/<memberId>/transactions/export",
    "POST /v1/loyalties/<campaignId>/members/<memberId>/transactions/export",
}
# What we tell beyond the contract, by its path in the answers of a group.
BEYOND: Final = {
    "customers": {
        "data.category",
        "data.customer",
        "data.object",
        "data.redeemable.voucher.validation_rules_assignments",
        "has_more",
        "more_starting_after",
    },
    "loyalties": {
        "categories",
        "data.category",
        "data.customer",
        "type",
        "validation_rule_id",
        "vouchers.categories",
    },
    "management": {
        "data.grouped_redeemables_sorting_rule",
        "data.role",
        "grouped_redeemables_sorting_rule",
        "role",
        "secret",
    },
    "segments": {"data"},
    "vouchers": {"vouchers.redemption.redeemed_amount"},
}


@pytest.fixture
def world(api: APIClient, management_api: APIClient) -> World:
    return build(api, management_api)


def called(endpoint: Endpoint, caller: APIClient, world: World) -> Any:
    """One call; whatever it changed is taken back."""
    call = CALLS.get(f"{endpoint} {endpoint.status}") or CALLS.get(str(endpoint)) or Call()
    with transaction.atomic():
        answer = call.made(caller, endpoint, world)
        transaction.set_rollback(True)
    return answer


def complaints(tag: str, endpoint: Endpoint, answer: Any) -> list[str]:
    if str(endpoint) in ONE_PROJECT:
        key = answer.json()["key"]
        return [] if (answer.status_code, key) == (402, "missing_required_feature") else [answer.text]
    if answer.status_code != endpoint.status:
        return [f"{answer.status_code} {answer.text[:300]}"]
    if endpoint.kind == "nothing":
        return [] if answer.content == b"" else [answer.text[:80]]
    if str(endpoint) in TEXTS:
        return [] if answer["Content-Type"].startswith("text/") else [answer["Content-Type"]]
    read = shapes.of(tag)
    more = read.unknown(endpoint, answer.json()) - BEYOND.get(tag, set())
    found = [*read.complaints(endpoint, answer.json()), *(f"{name} is not in the contract" for name in more)]
    if str(endpoint) in NO_USER:
        found.remove("body.user_id is no text: None")
    return found


def test_every_endpoint_answers_in_its_shape(api: APIClient, management_api: APIClient, world: World) -> None:
    wrong: dict[str, list[str]] = {}
    for tag in shapes.tags():
        for endpoint in shapes.of(tag).endpoints:
            caller = management_api if endpoint.path.startswith("/management/") else api
            answer = called(endpoint, caller, world)
            if found := complaints(tag, endpoint, answer):
                wrong[f"{endpoint} {endpoint.status}"] = found

    assert wrong == {}


def test_no_call_is_left_over() -> None:
    known = {str(endpoint) for tag in shapes.tags() for endpoint in shapes.of(tag).endpoints}

    assert {name.rpartition(" ")[0] if name[-1].isdigit() else name for name in CALLS} <= known
