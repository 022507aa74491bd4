"""Changes that take effect at an instant: queued, cancelled, carried out once, late rather than half."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from approvals.models import ApprovalRequest
from approvals.selectors import requests as known
from approvals.services import carrying_out, requests, scheduling
from approvals.services.requests import NothingChanges
from approvals.services.scheduling import PastTime
from approvals.tasks import carry_out_due
from config.celery import app
from core.actors import Actor
from core.errors import InvalidPayload, MissingPermission
from promotions.models import Campaign, Version
from promotions.services import campaigns, versions
from promotions.services.campaigns import CampaignSpec
from promotions.services.definitions import InvalidCampaignParams
from tests.approvals.test_gate import decide
from tests.approvals.world import DEEP, acting, person, policy
from tests.conftest import NOW
from tests.factories.promotions import CampaignFactory, percent

pytestmark = pytest.mark.django_db

State = ApprovalRequest.State
HOUR = timedelta(hours=1)


@pytest.fixture
def mia() -> Actor:
    return acting(person("mia", "User"))


@pytest.fixture
def campaign() -> Campaign:
    made = CampaignFactory(discount=percent(10))
    versions.note(made, actor=Actor.system("tests"), now=NOW)
    return made


def at(campaign: Campaign, hours: int, actor: Actor, **values: Any) -> ApprovalRequest:
    """The change of these values, for so many hours from now."""
    return scheduling.propose(
        operation="campaigns.update",
        arguments={"campaign_id": campaign.pk, "spec": CampaignSpec(values=values)},
        effective_at=NOW + hours * HOUR,
        actor=actor,
        now=NOW,
    )


def run(hours: float) -> int:
    return carrying_out.carry_out_due(now=NOW + hours * HOUR)


def stands(campaign: Campaign) -> tuple[Any, int | None]:
    row = Campaign.objects.get(pk=campaign.pk)
    return row.discount["percent_off"], row.voucher_redemption_quantity


def states() -> list[str]:
    return list(ApprovalRequest.objects.order_by("effective_at", "pk").values_list("state", flat=True))


def test_nothing_changes_before_its_time(campaign: Campaign, mia: Actor) -> None:
    request = at(campaign, 2, mia, discount=percent(20))

    assert request.state == State.APPROVED
    assert run(1.99) == 0
    assert stands(campaign) == (10, None)
    assert run(2) == 1
    assert stands(campaign) == (20, None)
    assert run(2) == 0
    version = Version.objects.order_by("-pk")[0]
    assert (version.created_at, version.actor_label) == (NOW + 2 * HOUR, "mia")


def test_the_base_of_a_later_one_is_the_proposal_of_the_earlier(campaign: Campaign, mia: Actor) -> None:
    first = at(campaign, 1, mia, discount=percent(20))
    second = at(campaign, 2, mia, voucher_redemption_quantity=5)
    back = at(campaign, 3, mia, discount=percent(10))

    assert second.base == first.proposal
    assert back.base == second.proposal
    assert [one.pk for one in known.queued("campaign", campaign.public_id)] == [first.pk, second.pk, back.pk]
    run(1)
    assert stands(campaign) == (20, None)
    run(2)
    assert stands(campaign) == (20, 5)
    run(3)
    assert stands(campaign) == (10, 5)
    assert states() == [State.APPLIED] * 3


def test_what_is_overdue_is_made_up_for_in_its_order(campaign: Campaign, mia: Actor) -> None:
    at(campaign, 2, mia, discount=percent(30))
    at(campaign, 4, mia, discount=percent(40))
    at(campaign, 4, mia, voucher_redemption_quantity=7)

    assert run(500) == 3

    assert stands(campaign) == (40, 7)
    assert states() == [State.APPLIED] * 3


def test_without_the_earlier_one_the_later_is_out_of_date_and_changes_nothing(
    campaign: Campaign, mia: Actor
) -> None:
    first = at(campaign, 1, mia, discount=percent(20))
    at(campaign, 2, mia, voucher_redemption_quantity=5)
    requests.withdraw(request_id=first.pk, actor=mia, now=NOW)

    run(3)

    assert states() == [State.WITHDRAWN, State.STALE]
    assert stands(campaign) == (10, None)


def test_a_change_in_between_makes_it_out_of_date(campaign: Campaign, mia: Actor) -> None:
    at(campaign, 2, mia, discount=percent(20))
    by: Any = {"actor": acting(person("ada", "Admin")), "now": NOW}
    campaigns.update(campaign_id=campaign.pk, spec=CampaignSpec(values={"discount": percent(15)}), **by)

    run(2)

    assert states() == [State.STALE]
    assert stands(campaign) == (15, None)


def test_one_that_comes_before_others_says_which_did_not_know_of_it(campaign: Campaign, mia: Actor) -> None:
    late = at(campaign, 4, mia, discount=percent(20))
    early = at(campaign, 2, mia, voucher_redemption_quantity=5)

    assert [one.pk for one in scheduling.made_without(early)] == [late.pk]
    assert early.base == late.base
    run(5)
    assert states() == [State.APPLIED, State.STALE]
    assert stands(campaign) == (10, 5)


def test_the_same_wish_for_another_time_is_another_request(campaign: Campaign, mia: Actor) -> None:
    first = at(campaign, 1, mia, discount=percent(20))
    at(campaign, 2, mia, discount=percent(10))
    again = at(campaign, 3, mia, discount=percent(20))

    assert again.pk != first.pk
    run(4)
    assert stands(campaign) == (20, None)


def test_the_same_wish_for_the_same_time_is_one_request(campaign: Campaign, mia: Actor) -> None:
    first = at(campaign, 1, mia, discount=percent(20))
    with pytest.raises(NothingChanges):
        at(campaign, 1, mia, discount=percent(20))
    assert [one.pk for one in ApprovalRequest.objects.all()] == [first.pk]


def test_bad_input_is_refused_before_anybody_waits(campaign: Campaign, mia: Actor) -> None:
    with pytest.raises(PastTime):
        at(campaign, 0, mia, discount=percent(20))
    with pytest.raises(InvalidPayload):
        at(campaign, -1, mia, discount=percent(20))
    with pytest.raises(InvalidCampaignParams):
        at(campaign, 1, mia, discount=percent(200))
    with pytest.raises(NothingChanges):
        at(campaign, 1, mia, discount=percent(10))
    assert not ApprovalRequest.objects.exists()
    assert stands(campaign) == (10, None)


def test_a_policy_asks_about_changes_for_later_too(campaign: Campaign, mia: Actor) -> None:
    policy("Finance", conditions=[DEEP])
    finance = person("fi", "Finance")
    early = at(campaign, 1, mia, voucher_redemption_quantity=5)
    deep = at(campaign, 2, mia, discount=percent(30))
    later = at(campaign, 3, mia, voucher_redemption_quantity=6)

    assert (early.state, deep.state) == (State.APPROVED, State.PENDING)
    assert later.base == deep.proposal
    decide(deep, finance, "APPROVE", NOW)
    assert stands(campaign) == (10, None)
    run(4)

    assert states()[:2] == [State.APPLIED, State.APPLIED]
    assert stands(campaign)[0] == 30


def test_what_nobody_approved_in_time_is_not_carried_out(campaign: Campaign, mia: Actor) -> None:
    policy("Finance", conditions=[DEEP])
    at(campaign, 1, mia, discount=percent(30))

    run(2)

    assert states() == [State.PENDING]
    assert stands(campaign) == (10, None)


def test_a_service_that_refuses_at_its_time_leaves_everything_and_says_why(
    campaign: Campaign, mia: Actor
) -> None:
    other = CampaignFactory(discount=percent(10))
    at(campaign, 1, mia, discount=percent(20))
    at(other, 2, mia, discount=percent(20))
    Campaign.objects.filter(pk=campaign.pk).update(deleted_at=NOW)

    assert run(3) == 2

    first, second = ApprovalRequest.objects.order_by("effective_at")
    assert first.state in (State.PENDING, State.STALE)
    assert second.state == State.APPLIED
    assert Campaign.objects.get(pk=campaign.pk).discount == percent(10)


def test_what_fails_unforeseen_stays_for_the_next_run_and_stops_no_other(
    campaign: Campaign, mia: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = CampaignFactory(discount=percent(10))
    at(campaign, 1, mia, discount=percent(20))
    at(other, 2, mia, discount=percent(20))
    real = versions.note

    def failing(entity: Any, **more: Any) -> None:
        if entity.pk == campaign.pk:
            raise RuntimeError("the power is out")
        real(entity, **more)

    monkeypatch.setattr(versions, "note", failing)
    run(3)
    assert stands(campaign) == (10, None)
    assert stands(other) == (20, None)
    assert states() == [State.APPROVED, State.APPLIED]

    monkeypatch.undo()
    run(3)
    assert stands(campaign) == (20, None)
    assert states() == [State.APPLIED, State.APPLIED]


def test_the_clock_asks_every_twenty_seconds(campaign: Campaign, mia: Actor, time_machine: Any) -> None:
    at(campaign, 1, mia, discount=percent(20))
    entry = next(one for one in app.conf.beat_schedule.values() if one["task"] == carry_out_due.name)

    time_machine.move_to(NOW + HOUR, tick=False)
    carry_out_due()

    assert entry["schedule"] == 20.0
    assert stands(campaign) == (20, None)


def test_who_may_not_even_ask_plans_nothing(campaign: Campaign) -> None:
    viewer = acting(person("vera", "Viewer"))

    with pytest.raises(MissingPermission):
        at(campaign, 2, viewer, discount=percent(20))

    assert not ApprovalRequest.objects.exists()
