"""The header `X-Voucherify-On-Behalf-Of`: a key that calls for a person. It only takes away."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group, User
from rest_framework.test import APIClient

from core.models import Area, AuditEntry, Store
from integrations.models import Export
from integrations.selectors.exports import content
from integrations.services import export_files
from promotions.models import Campaign
from tests.conftest import NOW
from tests.factories.areas import applies_in, area, client_of, store, works_in
from tests.factories.promotions import CampaignFactory, VoucherFactory

pytestmark = pytest.mark.django_db

FORBIDDEN = (403, "forbidden")


@pytest.fixture
def bavaria(db: None) -> Area:
    return area("Bavaria")


@pytest.fixture
def munich(bavaria: Area) -> Store:
    applies_in(CampaignFactory(name="In Munich"), store=(found := store(bavaria, "munich-1")))
    applies_in(CampaignFactory(name="In Hamburg"), store=store(area("Hamburg"), "hamburg-1"))
    CampaignFactory(name="Everywhere")
    return found


def person(name: str, group: str = "Restricted marketer", **values: object) -> User:
    made = User.objects.create_user(name, f"{name}@shop.example", is_staff=True, **values)
    made.groups.add(Group.objects.get_or_create(name=group)[0])
    return made


def named(caller: APIClient, who: object) -> set[str]:
    answer = caller.get("/v1/campaigns", headers={"X-Voucherify-On-Behalf-Of": str(who)})
    assert answer.status_code == 200, answer.json()
    return {one["name"] for one in answer.json()["campaigns"]}


def test_the_key_sees_what_the_person_sees(api: APIClient, munich: Store) -> None:
    gosia = person("gosia")
    works_in(gosia, store=munich)

    for name in (gosia.pk, f"user_{gosia.pk}", "gosia", "GOSIA@shop.example"):
        assert named(api, name) == {"In Munich"}
    assert named(api, "") == {"In Munich", "In Hamburg", "Everywhere"}


def test_places_of_both_hold(munich: Store, bavaria: Area) -> None:
    gosia = person("gosia")
    works_in(gosia, store=munich)

    assert named(client_of({"all_stores_of": bavaria}), "gosia") == {"In Munich"}
    assert named(client_of({"store": Store.objects.get(code="hamburg-1")}), "gosia") == set()


def test_a_person_who_works_everywhere_takes_no_place_away(api: APIClient, munich: Store) -> None:
    person("mara", "Marketer")

    assert named(api, "mara") == {"In Munich", "In Hamburg", "Everywhere"}


def test_the_rights_of_both_hold(api: APIClient, api_as: Callable[[str], APIClient], munich: Store) -> None:
    person("vic", "Viewer")
    person("mara", "Marketer")
    body = {"name": "New", "campaign_type": "PROMOTION"}

    def create(caller: APIClient, who: str) -> int:
        headers = {"X-Voucherify-On-Behalf-Of": who}
        status: int = caller.post("/v1/campaigns", body, headers=headers).status_code
        return status

    assert [create(api, "vic"), create(api_as("VIEWER"), "mara"), create(api, "mara")] == [403, 403, 200]
    assert AuditEntry.objects.get(action="campaign.created").actor_label == "server key for mara"


@pytest.mark.parametrize("who", ["nobody", "gone", "temp", "twice@shop.example", "999999", "x" * 300])
def test_nobody_is_refused(api: APIClient, who: str, db: None) -> None:
    person("gone", is_active=False)
    User.objects.create_user("temp", is_staff=True)
    for name in ("one", "two"):
        User.objects.filter(pk=person(name).pk).update(email="twice@shop.example")

    answer = api.get("/v1/campaigns", headers={"X-Voucherify-On-Behalf-Of": who})

    assert (answer.status_code, answer.json()["key"]) == FORBIDDEN


def test_a_file_holds_what_the_person_sees(api: APIClient, munich: Store) -> None:
    gosia = person("gosia", "Support")
    works_in(gosia, store=munich)
    body = {"exported_object": "voucher", "parameters": {"fields": ["campaign"]}}
    for name in ("In Munich", "In Hamburg"):
        VoucherFactory(campaign=Campaign.objects.get(name=name))
    answer = api.post("/v1/exports", body, headers={"X-Voucherify-On-Behalf-Of": "gosia"})
    assert answer.status_code == 200, answer.json()

    assert export_files.write_next(now=NOW)

    written = b"".join(content(Export.objects.get())).decode()
    assert "In Munich" in written
    assert "In Hamburg" not in written
