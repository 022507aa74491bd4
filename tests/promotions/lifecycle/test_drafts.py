"""Drafts: what they remember, how freely they change, and what a launch makes of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from core.actors import Actor
from core.errors import DomainError, DuplicateFound
from integrations.models import AsyncAction
from integrations.services import async_actions
from promotions.code_config import InvalidCodeConfig
from promotions.models import DRAFTS, Campaign, Lifecycle, PromotionTier, Voucher
from promotions.services import campaigns, tiers, vouchers
from promotions.services.campaigns import CampaignSpec
from promotions.services.definitions import InvalidCampaign, InvalidCampaignParams
from promotions.services.lifecycle import CampaignNotReady
from promotions.services.vouchers import VoucherSpec
from tests.factories.promotions import VoucherFactory, percent
from tests.promotions.lifecycle.drafting import audited, draft, draft_promotion, standing, told

pytestmark = pytest.mark.django_db


def launch(campaign: Campaign, actor: Actor, now: datetime) -> Campaign:
    return campaigns.launch(campaign_id=campaign.pk, actor=actor, now=now)


def change(campaign: Campaign, actor: Actor, now: datetime, **values: Any) -> Campaign:
    return campaigns.update(campaign_id=campaign.pk, spec=CampaignSpec(values=values), actor=actor, now=now)


def test_a_draft_has_no_codes_and_does_not_run(actor: Actor, now: datetime) -> None:
    campaign = draft(actor, now, count=3)

    assert (campaign.lifecycle, campaign.is_active, campaign.planned_codes) == ("DRAFT", False, 3)
    assert not Voucher.objects.exists()
    assert audited(campaign) == told(campaign) == ["campaign.created"]


def test_its_launch_makes_what_it_wants_once(actor: Actor, now: datetime) -> None:
    campaign = draft(actor, now, count=3, voucher_redemption_quantity=1)

    launched = launch(campaign, actor, now)
    with pytest.raises(DomainError) as refused:
        launch(campaign, actor, now)

    assert (launched.lifecycle, launched.is_active, launched.vouchers_count) == ("LIVE", True, 3)
    assert refused.value.key == "campaign_not_draft"
    made = Voucher.objects.filter(campaign=campaign)
    assert [(code.code[:2], code.redemption_quantity) for code in made] == [("S-", 1)] * 3
    assert told(campaign) == ["campaign.created", "campaign.launched", "campaign.vouchers.added"]


def test_more_than_two_hundred_are_made_by_a_job(actor: Actor, now: datetime) -> None:
    campaign = draft(actor, now, count=1200, code_config={"length": 8})

    launched = launch(campaign, actor, now)

    assert (launched.lifecycle, launched.generation_status, launched.vouchers_count) == (
        "LIVE",
        "IN_PROGRESS",
        0,
    )
    action = AsyncAction.objects.get()
    while async_actions.advance(public_id=action.public_id, now=now) is not None:
        pass
    assert Voucher.objects.filter(campaign=campaign).count() == 1200


def test_a_launch_before_the_start_schedules_it(actor: Actor, now: datetime) -> None:
    campaign = draft(actor, now, starts_at=now + timedelta(days=1))

    assert launch(campaign, actor, now).lifecycle == Lifecycle.SCHEDULED
    assert Voucher.objects.count() == 3


def test_the_one_code_of_a_draft_is_kept_for_it(actor: Actor, now: datetime) -> None:
    campaign = draft(actor, now, code="WELCOME")

    with pytest.raises(DuplicateFound):
        vouchers.create(
            spec=VoucherSpec(code="WELCOME", values={"discount": percent(5)}), actor=actor, now=now
        )
    with pytest.raises(DuplicateFound):
        draft(actor, now, code="WELCOME", name="Another")
    assert not Voucher.objects.exists()
    launch(campaign, actor, now)

    assert list(Voucher.objects.values_list("code", "campaign")) == [("WELCOME", campaign.pk)]


def test_capitals_count_for_a_kept_code_as_for_all(actor: Actor, now: datetime, settings_row: Any) -> None:
    type(settings_row).objects.update(case_insensitive_codes=True)
    draft(actor, now, code="WELCOME")

    with pytest.raises(DuplicateFound):
        vouchers.create(
            spec=VoucherSpec(code="welcome", values={"discount": percent(5)}), actor=actor, now=now
        )


def test_a_code_is_free_again_when_its_draft_is_gone(actor: Actor, now: datetime) -> None:
    campaign = draft(actor, now, code="WELCOME")

    campaigns.delete(campaign_id=campaign.pk, force=False, actor=actor, now=now)

    vouchers.create(spec=VoucherSpec(code="WELCOME", values={"discount": percent(5)}), actor=actor, now=now)


def test_a_code_that_somebody_has_is_no_plan(actor: Actor, now: datetime) -> None:
    VoucherFactory(code="TAKEN", deleted_at=now)

    with pytest.raises(DuplicateFound):
        draft(actor, now, code="TAKEN")

    assert not Campaign.objects.exists()


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"code": ""}, InvalidCampaignParams),
        ({"code": "x" * 256}, InvalidCampaignParams),
        ({"count": 10_000_001}, InvalidCampaignParams),
        ({"count": 60, "code_config": {"pattern": "##", "charset": "0123456789"}}, InvalidCodeConfig),
        ({"discount": {"type": "PERCENT", "percent_off": 101}}, InvalidCampaignParams),
    ],
)
def test_what_could_not_be_launched_is_no_draft(
    given: dict[str, Any], error: type[Exception], actor: Actor, now: datetime
) -> None:
    with pytest.raises(error):
        draft(actor, now, **given)

    assert not Campaign.objects.exists()


def test_everything_of_a_draft_can_be_changed(actor: Actor, now: datetime) -> None:
    campaign = draft(actor, now, count=3)
    amount = {"type": "AMOUNT", "amount_off": 500, "effect": "APPLY_TO_ORDER"}

    change(campaign, actor, now, discount=amount, planned_codes=2, code_config={"pattern": "N-######"})
    launch(campaign, actor, now)

    assert Campaign.objects.get().discount == amount
    assert [code[:2] for code in Voucher.objects.values_list("code", flat=True)] == ["N-", "N-"]


def test_many_codes_become_one_and_the_other_way_round(actor: Actor, now: datetime) -> None:
    campaign = draft(actor, now, count=3)

    one = change(campaign, actor, now, type="STANDALONE", planned_code="WELCOME")
    assert (one.type, one.planned_codes, one.planned_code) == ("STANDALONE", 0, "WELCOME")
    many = change(campaign, actor, now, type="STATIC", planned_codes=5)

    assert (many.type, many.planned_codes, many.planned_code) == ("STATIC", 5, "")
    with pytest.raises(InvalidCampaignParams):
        change(campaign, actor, now, type="STANDALONE")


def test_a_refused_change_leaves_a_draft_as_it_was(actor: Actor, now: datetime) -> None:
    campaign = draft(actor, now, count=3)

    with pytest.raises(InvalidCampaignParams):
        change(campaign, actor, now, discount=percent(20), planned_codes=10_000_001)

    row = Campaign.objects.get()
    assert (row.discount["percent_off"], row.planned_codes) == (10, 3)  # type: ignore[index]
    assert audited(campaign) == ["campaign.created"]


def test_what_is_launched_keeps_its_plan_whatever_is_said(actor: Actor, now: datetime) -> None:
    campaign = launch(draft(actor, now, count=3), actor, now)

    changed = change(
        campaign, actor, now, planned_codes=50, planned_code="X", code_config={"pattern": "#" * 9}
    )

    assert (changed.planned_codes, changed.planned_code) == (3, "")
    assert changed.code_config["pattern"] == "S-######"


@pytest.mark.parametrize("state", DRAFTS)
def test_no_codes_are_added_to_a_draft(state: Lifecycle, actor: Actor, now: datetime) -> None:
    campaign = standing(state)

    for count in (2, 300):
        with pytest.raises(InvalidCampaign, match="is a draft"):
            campaigns.add_codes(campaign=campaign, count=count, spec=VoucherSpec(), actor=actor, now=now)
    with pytest.raises(InvalidCampaign, match="is a draft"):
        vouchers.create(spec=VoucherSpec(code="X"), campaign=campaign, actor=actor, now=now)

    assert not Voucher.objects.exists()


def test_a_promotion_is_drafted_with_its_tiers(actor: Actor, now: datetime) -> None:
    campaign = draft_promotion(actor, now)

    assert launch(campaign, actor, now).lifecycle == Lifecycle.LIVE
    assert PromotionTier.objects.get().is_active


def test_a_promotion_without_tiers_is_not_ready(actor: Actor, now: datetime) -> None:
    campaign = draft_promotion(actor, now)
    tiers.delete(tier_id=PromotionTier.objects.get().pk, actor=actor, now=now)

    with pytest.raises(CampaignNotReady, match="no tiers"):
        launch(campaign, actor, now)

    assert Campaign.objects.get().lifecycle == Lifecycle.DRAFT


def test_what_is_over_is_not_ready(actor: Actor, now: datetime) -> None:
    campaign = draft(actor, now, ends_at=now)

    with pytest.raises(CampaignNotReady, match="end is past"):
        launch(campaign, actor, now)

    assert not Voucher.objects.exists()
    assert Campaign.objects.get().lifecycle == Lifecycle.DRAFT
