"""Every address, asked by somebody who works in single areas: nothing of the others (PROOFS X1, X2; K2)."""

from __future__ import annotations

import os
from typing import Any, Final

import pytest
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.test import Client
from rest_framework.test import APIClient

from core.actors import Role
from core.models import Area, Store
from promotions.models import Campaign, PromotionStack, PromotionTier, Redemption, Voucher
from tests.factories.areas import applies_in, area, client_of, store, works_in
from tests.factories.promotions import CampaignFactory, VoucherFactory
from tests.security.routes import Route, admin_routes, api_routes
from tests.security.world import MARK, World, build

HIDDEN: Final = (
    f"{MARK} campaign",
    f"{MARK}-code",
    f"{MARK}-held",
    f"{MARK} tier",
    f"{MARK} stacked tier",
    f"{MARK} stack",
    f"{MARK} budget",
)
GROUPS: Final = ("Restricted marketer",)
IS_NIGHTLY: Final = os.environ.get("FANFARE_NIGHTLY") == "1"
# Where most is shown; at night every address is tried.
SHOWN: Final = frozenset(
    {"admin/", "admin/search/", "admin/promotions/why/"}
    | {
        f"admin/{page}/{part}"
        for page in (
            *(f"promotions/{name}" for name in ("campaign", "voucher", "promotiontier", "promotionstack")),
            *(f"promotions/{name}" for name in ("redemption", "budget", "emergencystop", "validationrule")),
            *("promotions/validationsession", "commerce/customer", "commerce/order"),
            *("insights/alert", "insights/alertrule"),
            *("approvals/approvalrequest", "core/auditentry", "core/outboxevent", "integrations/export"),
        )
        for part in ("", "<object_id>/change/", "<object_id>/delete/")
    }
)
# Of these the caller may have any: they are limited to nobody's areas (contract: data and events 16).
MISSING: Final = {404, 403, 405}


@pytest.fixture
def world(db: None) -> World:
    """Everything there is belongs to another area; one campaign with a code is the caller's own."""
    found = build()
    hamburg = area("Hamburg", zone="Europe/Berlin")
    for campaign in Campaign.objects.all():
        applies_in(campaign, area=hamburg)
    return found


@pytest.fixture
def munich(world: World) -> Store:
    made = store(area("Bavaria", zone="Europe/Berlin"), "munich-1")
    campaign = applies_in(CampaignFactory(name="Own campaign"), store=made)
    VoucherFactory(code="OWN-CODE", campaign=campaign)
    return made


def hidden_ids() -> list[str]:
    models: tuple[Any, ...] = (Campaign, Voucher, PromotionTier, PromotionStack, Redemption)
    own = ("Own campaign", "OWN-CODE")
    return [
        row.public_id
        for model in models
        for row in model._base_manager.all()
        if str(getattr(row, "code", getattr(row, "name", ""))) not in own
    ]


def references(world: World) -> dict[str, str]:
    """What addresses can name, of what the caller shall not see."""
    tier = PromotionTier.objects.get(name=f"{MARK} tier")
    return {
        "campaign_id": world["promotions.campaign"].public_id,  # type: ignore[attr-defined]
        "code": f"{MARK}-code",
        "tier_id": tier.public_id,
        "stack_id": PromotionStack.objects.get().public_id,
        "redemption_id": Redemption.objects.earliest("pk").public_id,
        "number": "1",
        "budget_id": world["promotions.budget"].public_id,  # type: ignore[attr-defined]
        "stop_id": world["promotions.emergencystop"].public_id,  # type: ignore[attr-defined]
    }


def leaks(body: str, named: list[str] = ()) -> list[str]:  # type: ignore[assignment]
    return [text for text in (*HIDDEN, *hidden_ids()) if text in body and text not in named]


def names_hidden(route: Route, values: dict[str, str]) -> bool:
    return bool(set(route.parameters) & (values.keys() - {"number", "stop_id"}))


def test_no_api_route_tells_of_other_areas(world: World, munich: Store) -> None:
    caller = client_of({"store": munich})
    values = references(world)
    found = {}
    for route in api_routes():
        if not route.pattern.startswith("v1/"):
            continue
        answer = caller.get(route.path(**values), raise_request_exception=False)
        body = b"".join(answer).decode(errors="replace") if answer.streaming else answer.content.decode()
        said = leaks(body, list(values.values()))
        if said or (names_hidden(route, values) and answer.status_code not in MISSING):
            found[route.pattern] = (answer.status_code, said or body[:200])

    assert found == {}


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_no_api_route_changes_what_is_of_other_areas(world: World, munich: Store, method: str) -> None:
    caller = client_of({"store": munich}, role=Role.USER_RESTRICTED)
    values = references(world)
    before = list(Campaign.objects.order_by("pk").values()), list(Voucher.objects.order_by("pk").values())
    found = {}
    for route in api_routes():
        if route.pattern.startswith("v1/") and names_hidden(route, values):
            answer: Any = getattr(caller, method)(route.path(**values), {}, format="json")
            if answer.status_code < 300 and not _says_no(answer):
                found[route.pattern] = answer.status_code

    assert found == {}
    after = list(Campaign.objects.order_by("pk").values()), list(Voucher.objects.order_by("pk").values())
    assert before == after


def _says_no(answer: Any) -> bool:
    """The contract's 200 for what is not valid (`v1/vouchers/<code>/validate`)."""
    return answer.status_code == 200 and answer.json().get("valid") is False


@pytest.mark.parametrize("group", GROUPS)
def test_no_page_tells_of_other_areas(world: World, munich: Store, group: str) -> None:
    person = User.objects.create_user("local", is_staff=True)
    person.groups.add(Group.objects.get(name=group))
    works_in(person, store=munich)
    browser = Client(raise_request_exception=False)
    browser.force_login(person)
    found = {}
    for route in [one for one in admin_routes() if IS_NIGHTLY or one.pattern in SHOWN]:
        label = ".".join(route.pattern.split("/")[1:3])
        pk = str(world[label].pk) if label in world else "1"
        path = route.path(object_id=pk, id=pk, app_label="promotions")
        for query in ("", f"?q={MARK}"):
            if query and "<" in route.pattern:
                continue
            with transaction.atomic():  # what a page breaks or writes is taken back
                answer: Any = browser.get(f"{path}{query}", follow=True)
                transaction.set_rollback(True)
            body = "" if answer.streaming else answer.content.decode(errors="replace")
            if answer.status_code >= 500 or (said := leaks(body)):
                found[f"{route.pattern}{query}"] = answer.status_code if answer.status_code >= 500 else said
                break

    assert found == {}


def test_the_same_addresses_do_tell_administrators(world: World, munich: Store, api: APIClient) -> None:
    """Else the tests above would prove nothing."""
    assert leaks(api.get("/v1/campaigns").content.decode())
    assert leaks(api.get("/v1/vouchers").content.decode())
    assert leaks(api.get("/v1/redemptions").content.decode())
    assert Area.objects.count() == 3  # the world's, Hamburg and Bavaria
