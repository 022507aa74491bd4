"""Nothing is launched or moved into a hard blackout, through whatever door; what runs goes on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from approvals.models import ApprovalRequest
from approvals.services import carrying_out, scheduling
from calendar_app.services.blackout_guard import CalendarBlackout
from core.actors import Actor
from core.models import AuditEntry
from core.services.assignments import Access, Places
from promotions.models import Campaign, PromotionTier, Voucher
from promotions.services import campaigns, setups, tiers
from promotions.services.campaigns import CampaignSpec
from promotions.services.tiers import TierSpec
from tests.factories.blackouts import BlackoutFactory
from tests.factories.promotions import CampaignFactory, CategoryFactory, PromotionTierFactory, percent
from tests.promotions.lifecycle.drafting import draft, draft_promotion

pytestmark = pytest.mark.django_db

OPEN, CLOSED, AFTER = (datetime(2026, month, day, tzinfo=UTC) for month, day in ((3, 20), (4, 1), (4, 3)))
"""Before, at the beginning and after the blackout of `BlackoutFactory`."""


def refused(call: Callable[[], Any]) -> str:
    with pytest.raises(CalendarBlackout) as refusal:
        call()
    assert (refusal.value.status, refusal.value.key) == (409, "calendar_blackout")
    return refusal.value.details


def change(campaign: Campaign, actor: Actor, now: datetime, **values: Any) -> Campaign:
    spec = CampaignSpec(values=values)
    return campaigns.update(campaign_id=campaign.pk, spec=spec, actor=actor, now=now)


def test_a_launch_is_refused_with_the_reason_and_a_way_out(actor: Actor, now: datetime) -> None:
    BlackoutFactory(name="Stock-taking", reason="The warehouse counts. Ask Olga.")
    campaign = draft(actor, now, starts_at=OPEN, ends_at=datetime(2026, 4, 15, tzinfo=UTC))

    said = refused(lambda: campaigns.launch(campaign_id=campaign.pk, actor=actor, now=now))

    assert said.replace("\N{NO-BREAK SPACE}", " ") == (
        "Blackout “Stock-taking” (1 Apr 2026 – 2 Apr 2026): nothing may run then. Spring would run from 1 "
        "Apr 2026 to 2 Apr 2026. Why: The warehouse counts. Ask Olga. It works with an end by 1 Apr 2026, "
        "00:00, a start from 3 Apr 2026, 00:00 on, or once ops or finance change the blackout."
    )
    assert Campaign.objects.get().is_draft
    assert not Voucher.objects.exists()
    assert not AuditEntry.objects.filter(action="campaign.launched").exists()


def test_with_the_dates_it_names_it_works(actor: Actor, now: datetime) -> None:
    BlackoutFactory()
    for number, dates in enumerate(({"ends_at": CLOSED}, {"starts_at": AFTER})):
        campaign = draft(actor, now, name=f"Draft {number}", **dates)
        campaigns.launch(campaign_id=campaign.pk, actor=actor, now=now)

    assert Campaign.objects.filter(is_active=True).count() == 2


def test_a_soft_one_refuses_nothing(actor: Actor, now: datetime) -> None:
    BlackoutFactory(strength="SOFT")
    campaign = draft(actor, now)

    campaigns.launch(campaign_id=campaign.pk, actor=actor, now=now)

    assert Campaign.objects.get().is_active


def test_what_runs_goes_on_and_can_be_changed_but_not_moved_further_in(actor: Actor, now: datetime) -> None:
    campaign = CampaignFactory(ends_at=datetime(2026, 4, 1, 12, tzinfo=UTC))
    BlackoutFactory()

    change(campaign, actor, now, description="As before")
    change(campaign, actor, now, ends_at=datetime(2026, 4, 1, 6, tzinfo=UTC))
    said = refused(lambda: change(campaign, actor, now, ends_at=datetime(2026, 4, 2, tzinfo=UTC)))

    assert "nothing may run then" in said
    assert Campaign.objects.get().ends_at == datetime(2026, 4, 1, 6, tzinfo=UTC)


def test_coming_into_its_scope_is_moving_into_it(actor: Actor, now: datetime) -> None:
    shoes = CategoryFactory(name="Shoes")
    BlackoutFactory(categories=[shoes.public_id])
    campaign = CampaignFactory()

    said = refused(lambda: change(campaign, actor, now, category=shoes.public_id))

    assert "another category" in said
    assert Campaign.objects.get().category is None


def test_a_place_that_is_closed_takes_no_campaign(actor: Actor, now: datetime) -> None:
    from core.models import Area

    north, south = (
        Area.objects.create(name=name, country="DE", time_zone="UTC", currency="EUR", created_at=now)
        for name in ("North", "South")
    )
    BlackoutFactory(places=[f"area:{north.public_id}"])
    campaign = CampaignFactory()

    def assign(area: Any) -> Campaign:
        places = Access(assign=Places(areas=(area.public_id,)), is_whole=True)
        spec = CampaignSpec(access=places)
        return campaigns.update(campaign_id=campaign.pk, spec=spec, actor=actor, now=now)

    # Everywhere is in the North, too: it runs there already. South alone is not.
    assign(south)
    said = refused(lambda: assign(north))

    assert "other areas or stores" in said
    assert Campaign.objects.get().places == [f"area:{south.public_id}"]


def test_tiers_are_refused_by_their_own_dates(actor: Actor, now: datetime) -> None:
    campaign = CampaignFactory(promotion=True, ends_at=OPEN)
    tier = PromotionTierFactory(campaign=campaign, name="Early bird")
    BlackoutFactory()

    longer = TierSpec(values={"ends_at": AFTER})
    said = refused(lambda: tiers.update(tier_id=tier.pk, spec=longer, actor=actor, now=now))
    assert "Early bird would run" in said
    new = TierSpec(values={"name": "Late", "discount": percent(5), "starts_at": CLOSED, "ends_at": AFTER})
    refused(lambda: tiers.create(campaign_id=campaign.pk, spec=new, actor=actor, now=now))
    refused(lambda: change(campaign, actor, now, ends_at=AFTER))

    assert (PromotionTier.objects.count(), PromotionTier.objects.get().ends_at) == (1, None)


def test_a_promotion_is_judged_by_its_tiers(actor: Actor, now: datetime) -> None:
    campaign = draft_promotion(actor, now)
    PromotionTier.objects.update(starts_at=AFTER)
    BlackoutFactory()

    campaigns.launch(campaign_id=campaign.pk, actor=actor, now=now)

    assert Campaign.objects.get().is_active


def test_nothing_may_begin_but_what_runs_goes_on(actor: Actor, now: datetime) -> None:
    BlackoutFactory(forbids="BEGIN")
    running = CampaignFactory()
    late = draft(actor, now, starts_at=CLOSED)

    change(running, actor, now, ends_at=AFTER)
    said = refused(lambda: campaigns.launch(campaign_id=late.pk, actor=actor, now=now))

    assert "nothing may begin then" in said
    assert "a start before" in said
    assert Campaign.objects.get(pk=running.pk).ends_at == AFTER


def test_a_pause_can_end_unless_it_is_closed_now(actor: Actor, now: datetime) -> None:
    campaign = CampaignFactory()
    BlackoutFactory()
    campaigns.set_active(campaign_id=campaign.pk, is_active=False, actor=actor, now=now)
    campaigns.set_active(campaign_id=campaign.pk, is_active=True, actor=actor, now=now)

    campaigns.set_active(campaign_id=campaign.pk, is_active=False, actor=actor, now=CLOSED)
    refused(lambda: campaigns.set_active(campaign_id=campaign.pk, is_active=True, actor=actor, now=CLOSED))

    assert not Campaign.objects.get().is_active


def test_a_change_of_everything_in_one_go_is_refused_as_a_whole(actor: Actor, now: datetime) -> None:
    from dataclasses import replace

    from promotions.selectors import plans

    campaign = CampaignFactory(ends_at=OPEN)
    BlackoutFactory()
    was = plans.plan_of(campaign)
    wanted = replace(was, ends_at=AFTER, description="Longer")

    refused(
        lambda: setups.change(
            campaign_id=campaign.pk, plan=wanted, seen=setups.digest(was), actor=actor, now=now
        )
    )

    assert (Campaign.objects.get().description, Campaign.objects.get().ends_at) == ("", OPEN)


def test_a_planned_launch_is_refused_when_its_time_comes(actor: Actor, now: datetime) -> None:
    """The blackout came after the yes: the request waits again, with the reason."""
    campaign = draft(actor, now, starts_at=CLOSED, ends_at=AFTER)
    request = scheduling.propose(
        operation="campaigns.launch",
        arguments={"campaign_id": campaign.pk},
        effective_at=now + timedelta(days=1),
        actor=actor,
        now=now,
    )
    BlackoutFactory(name="Stock-taking")

    carrying_out.carry_out_due(now=now + timedelta(days=2))

    request = ApprovalRequest.objects.get(pk=request.pk)
    assert request.state == ApprovalRequest.State.PENDING
    assert "Stock-taking" in request.error
    assert Campaign.objects.get().is_draft


def test_over_the_api_it_is_a_409_with_the_key(api: APIClient, now: datetime) -> None:
    BlackoutFactory(name="Stock-taking", starts_on=date(2026, 1, 1), ends_on=date(2030, 1, 1))
    body = {
        "name": "Spring",
        "type": "STATIC",
        "campaign_type": "DISCOUNT_COUPONS",
        "voucher": {"type": "DISCOUNT_VOUCHER", "discount": percent(10)},
    }

    answer = api.post("/v1/campaigns", body, format="json")

    assert answer.status_code == 409
    assert answer.json()["key"] == "calendar_blackout"
    assert "Stock-taking" in answer.json()["details"]
    assert answer.json()["resource_type"] == "blackout"
    assert not Campaign.objects.exists()
