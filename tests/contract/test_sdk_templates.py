"""Templates, the bin and a summary with the official Python client, unchanged. The JavaScript client of
the npm registry (2.9.0) knows none of the three.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import voucherify as sdk
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer
from rest_framework.test import APIClient

from core.actors import Actor
from core.models import ApiKey, ProjectSettings
from core.services import api_keys
from promotions.models import Campaign
from tests.factories.promotions import (
    CampaignFactory,
    PromotionTierFactory,
    RuleAssignmentFactory,
    VoucherFactory,
)

pytestmark = pytest.mark.django_db(transaction=True)


def _client(live_server: LiveServer, kind: str) -> sdk.ApiClient:
    issued = api_keys.create(name="SDK", kind=kind, actor=Actor.system("tests"), now=timezone.now())
    names = ("X-App-Id", "X-App-Token")
    if kind == ApiKey.Kind.MANAGEMENT:
        names = ("X-Management-Id", "X-Management-Token")
    headers = dict(zip(names, (issued.key.app_id, issued.token), strict=True))
    return sdk.ApiClient(sdk.Configuration(host=live_server.url, api_key=headers))


@pytest.fixture
def client(live_server: LiveServer) -> Iterator[sdk.ApiClient]:
    with _client(live_server, ApiKey.Kind.SERVER) as opened:
        yield opened


def test_from_a_campaign_over_a_template_to_another(client: sdk.ApiClient) -> None:
    RuleAssignmentFactory(campaign=CampaignFactory(name="Spring"))
    tier = PromotionTierFactory()
    templates = sdk.TemplatesApi(client)
    wanted = sdk.TemplatesCampaignsCreateRequestBody.from_dict(
        {"campaign_id": Campaign.objects.get(name="Spring").public_id, "name": "Ten off"}
    )

    made = templates.create_campaign_template(templates_campaigns_create_request_body=wanted)
    setup = templates.create_campaign_from_template(
        made.id,
        templates_campaigns_campaign_setup_create_request_body=(
            sdk.TemplatesCampaignsCampaignSetupCreateRequestBody.from_dict({"name": "Summer"})
        ),
    )
    added = templates.add_tier_from_template(
        made.id,
        templates_campaigns_tier_setup_create_request_body=(
            sdk.TemplatesCampaignsTierSetupCreateRequestBody.from_dict(
                {"campaign_id": tier.campaign.public_id, "name": "Second"}
            )
        ),
    )
    renamed = templates.update_campaign_template(
        made.id,
        templates_campaigns_update_request_body=(
            sdk.TemplatesCampaignsUpdateRequestBody.from_dict({"description": "Better"})
        ),
    )
    listed = templates.list_campaign_templates(limit=10, order="-id", include_total=True)
    templates.delete_campaign_template(made.id)

    assert (made.name, made.campaign_type) == ("Ten off", "DISCOUNT_COUPONS")
    assert setup.campaign.name == "Summer"
    assert [one.object for one in setup.created_resources] == ["validation_rules"]
    assert added.promotion_tier.name == "Second"
    assert (renamed.name, renamed.description) == ("Ten off", "Better")
    assert (listed.total, [one.id for one in listed.data]) == (1, [made.id])
    assert templates.list_campaign_templates().data == []


def test_the_management_api_copies_one(
    client: sdk.ApiClient, live_server: LiveServer, settings_row: ProjectSettings
) -> None:
    CampaignFactory(name="Spring")
    wanted = sdk.TemplatesCampaignsCreateRequestBody.from_dict({"campaign_id": "Spring", "name": "Ten off"})
    made = sdk.TemplatesApi(client).create_campaign_template(templates_campaigns_create_request_body=wanted)
    body = {"name": "Copy", "destination_project_id": settings_row.public_id}

    with _client(live_server, ApiKey.Kind.MANAGEMENT) as opened:
        management = sdk.ManagementApi(opened)
        copied = management.management_copy_campaign_template(
            settings_row.public_id,
            made.id,
            sdk.ManagementProjectsTemplatesCampaignsCopyCreateRequestBody.from_dict(body),
        )
        listed = management.management_list_campaign_templates(settings_row.public_id)

    assert copied.name == "Copy"
    assert {one.id for one in listed.data} == {made.id, copied.id}


def test_the_bin_is_emptied(client: sdk.ApiClient) -> None:
    VoucherFactory(code="OLD")
    sdk.VouchersApi(client).delete_voucher("OLD")
    bin_ = sdk.BinApi(client)

    listed = bin_.list_bin_entries(limit=10, order="-id")
    bin_.delete_bin_entry(listed.data[0].id)

    assert [(one.resource_type, one.resource_name) for one in listed.data] == [("voucher", "OLD")]
    assert bin_.list_bin_entries().data == []


def test_a_campaign_is_summed_up(client: sdk.ApiClient, api: APIClient) -> None:
    campaign = CampaignFactory(name="Spring")
    VoucherFactory(code="A", campaign=campaign)
    body = {"redeemables": [{"object": "voucher", "id": "A"}], "order": {"amount": 1000}}
    assert api.post("/v1/redemptions", body).status_code == 200

    summary = sdk.CampaignsApi(client).get_campaign_summary(campaign.public_id)

    assert summary.redemptions_succeeded == 1
    assert summary.orders_amount == 1000
    assert summary.discounted_amount == 100
