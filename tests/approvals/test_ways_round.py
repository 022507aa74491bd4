"""Steps that are each harmless and together would go round the gate."""

from __future__ import annotations

from datetime import datetime

import pytest

from approvals.gate import ApprovalRequired
from approvals.models import ApprovalRequest
from core.actors import Actor
from core.errors import MissingPermission
from promotions.models import Campaign, Voucher
from promotions.services import campaigns, vouchers
from promotions.services.vouchers import VoucherSpec
from tests.approvals.world import DEEP, acting, person, policy
from tests.factories.promotions import CampaignFactory, VoucherFactory, percent

pytestmark = pytest.mark.django_db


@pytest.fixture
def mia() -> Actor:
    return acting(person("mia", "User"))


def code(*, campaign: Campaign, actor: Actor, now: datetime, percent_off: int) -> Voucher:
    spec = VoucherSpec(code=f"C{percent_off}", values={"discount": percent(percent_off)})
    made: Voucher = vouchers.create(spec=spec, campaign=campaign, actor=actor, now=now)
    return made


def test_a_deep_code_of_a_paused_campaign_asks_at_once(mia: Actor, now: datetime) -> None:
    policy("Finance", conditions=[DEEP])
    campaign = CampaignFactory(discount=percent(10), is_active=False)

    with pytest.raises(ApprovalRequired):
        code(campaign=campaign, actor=mia, now=now, percent_off=90)

    assert not Voucher.objects.exists()


def test_deep_codes_that_are_there_are_seen_when_the_campaign_goes_on(mia: Actor, now: datetime) -> None:
    campaign = CampaignFactory(discount=percent(10), is_active=False)
    code(campaign=campaign, actor=mia, now=now, percent_off=90)
    policy("Finance", conditions=[DEEP])

    with pytest.raises(ApprovalRequired) as refused:
        campaigns.set_active(campaign_id=campaign.pk, is_active=True, actor=mia, now=now)
    refused.value.settle()

    request = ApprovalRequest.objects.get()
    assert request.facts["discount_percent"] == 90
    assert request.proposal["own_discounts"] == [{"discount": percent(90), "codes": 1}]
    campaign.refresh_from_db()
    assert not campaign.is_active


def test_a_shallow_code_of_its_own_asks_nobody(mia: Actor, now: datetime) -> None:
    policy("Finance", conditions=[DEEP])
    campaign = CampaignFactory(discount=percent(10), is_active=False)
    code(campaign=campaign, actor=mia, now=now, percent_off=20)

    campaigns.set_active(campaign_id=campaign.pk, is_active=True, actor=mia, now=now)

    campaign.refresh_from_db()
    assert campaign.is_active


def test_a_deep_code_of_a_live_campaign_asks_at_once(mia: Actor, now: datetime) -> None:
    policy("Finance", conditions=[DEEP])

    with pytest.raises(ApprovalRequired):
        code(campaign=CampaignFactory(discount=percent(10)), actor=mia, now=now, percent_off=90)

    assert not Voucher.objects.exists()


@pytest.mark.parametrize("group", ["Viewer", "Merchant", "Reviewer"])
def test_who_may_not_even_ask_is_refused_by_the_service(group: str, now: datetime) -> None:
    voucher = VoucherFactory(discount=percent(10))

    with pytest.raises(MissingPermission):
        vouchers.set_active(voucher_id=voucher.pk, is_active=False, actor=acting(person("x", group)), now=now)

    assert not ApprovalRequest.objects.exists()
