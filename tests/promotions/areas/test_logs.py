"""Logs, files, jobs and requests tell who works in single areas nothing of the others."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from core import audit
from core.models import Store
from integrations.services import export_files
from promotions.models import Campaign
from promotions.services import campaigns
from promotions.services.campaigns import CampaignSpec
from tests.conftest import NOW
from tests.factories.areas import SYSTEM, applies_in, area, client_of, store
from tests.factories.commerce import CustomerFactory
from tests.factories.promotions import CampaignFactory, RuleAssignmentFactory, VoucherFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def munich(db: None) -> Store:
    return store(area("Bavaria"), "munich-1")


@pytest.fixture
def campaign_pair(munich: Store) -> tuple[Campaign, Campaign]:
    """One of the store, one of another area."""
    own = applies_in(CampaignFactory(name="Own"), store=munich)
    return own, applies_in(CampaignFactory(name="Foreign"), area=area("Hamburg"))


def described(campaign: Campaign) -> None:
    spec = CampaignSpec(values={"description": "Words"})
    campaigns.update(campaign_id=campaign.pk, spec=spec, actor=SYSTEM, now=NOW)


def test_the_audit_log(munich: Store, campaign_pair: tuple[Campaign, Campaign], api: APIClient) -> None:
    for campaign in campaign_pair:
        described(campaign)

    restricted = client_of({"store": munich}).get("/v1/audit-entries").json()
    everything = api.get("/v1/audit-entries").json()

    assert [one["related_object"]["name"] for one in _about_campaigns(restricted)] == ["Own"]
    assert len(_about_campaigns(everything)) == 2
    assert not any(one["action"].startswith("api_key") for one in restricted["data"])


def test_what_logs_say_of_customers_stays_open(munich: Store) -> None:
    audit.log(SYSTEM, "customer.updated", CustomerFactory(), now=NOW)

    found = client_of({"store": munich}).get("/v1/audit-entries").json()["data"]

    assert [one["action"] for one in found] == ["customer.updated"]


def test_a_file_holds_only_what_the_asker_sees(
    munich: Store, campaign_pair: tuple[Campaign, Campaign]
) -> None:
    own, foreign = campaign_pair
    VoucherFactory(code="OWN", campaign=own)
    VoucherFactory(code="FOREIGN", campaign=foreign)
    VoucherFactory(code="GENERIC")
    caller = client_of({"store": munich})
    asked = caller.post("/v1/exports", {"exported_object": "voucher"}, format="json").json()

    export_files.write_next(now=NOW)

    found = caller.get(f"/v1/exports/{asked['id']}").json()
    content = APIClient().get(found["result"]["url"]).getvalue().decode()
    assert "OWN" in content
    assert "FOREIGN" not in content
    assert "GENERIC" not in content


def test_files_of_others_are_not_there(munich: Store, api: APIClient) -> None:
    theirs = api.post("/v1/exports", {"exported_object": "voucher"}, format="json").json()["id"]
    caller = client_of({"store": munich})

    assert caller.get("/v1/exports").json()["total"] == 0
    assert caller.get(f"/v1/exports/{theirs}").status_code == 404


def test_whom_conditions_hold_for(munich: Store, campaign_pair: tuple[Campaign, Campaign]) -> None:
    own, foreign = campaign_pair
    rule = RuleAssignmentFactory(campaign=own).rule
    RuleAssignmentFactory(campaign=foreign, rule=rule)
    caller = client_of({"store": munich})

    found = caller.get(f"/v1/validation-rules/{rule.public_id}/assignments").json()
    every = caller.get("/v1/validation-rules-assignments").json()

    assert [one["related_object_id"] for one in found["data"]] == [own.public_id]
    assert every["total"] == 1
    assert caller.get(f"/v1/validation-rules/{rule.public_id}").json()["assignments_count"] == 1


def _about_campaigns(answer: Any) -> list[Any]:
    return [one for one in answer["data"] if one["related_object"]["type"] == "campaign"]
