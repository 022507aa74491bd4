"""Codes for many customers by a background job."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from commerce.models import Customer, Segment
from core.actors import Actor
from core.errors import InvalidPayload, NotFound
from core.models import AuditEntry, OutboxEvent
from integrations import registry
from integrations.models import AsyncAction
from integrations.services import async_actions
from promotions.code_config import InvalidCodeConfig
from promotions.models import Campaign, Holder, Publication, PublicationRun, PublicationTarget, Voucher
from promotions.services import publication_runs, publications
from promotions.services.code_pool import NoVoucherSuitable
from promotions.services.publication_runs import NobodyToPublishTo, RunIsOver, RunSpec
from promotions.services.publication_specs import PublicationSpec, VoucherCannotBePublished
from tests.factories.commerce import CustomerFactory, SegmentFactory, SegmentMembershipFactory
from tests.factories.promotions import CampaignFactory, VoucherFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def vips() -> Segment:
    segment: Segment = SegmentFactory(name="VIPs")
    for number in range(5):
        SegmentMembershipFactory(segment=segment, customer=CustomerFactory(source_id=f"vip-{number}"))
    return segment


@pytest.fixture
def spring() -> Campaign:
    campaign: Campaign = CampaignFactory(name="Spring")
    VoucherFactory.create_batch(8, campaign=campaign)
    return campaign


@pytest.fixture
def start(actor: Actor, now: datetime) -> Any:
    def begin(**said: Any) -> PublicationRun:
        spec = RunSpec(**{"campaign": "Spring", **said})
        return publication_runs.start(spec=spec, actor=actor, now=now)

    return begin


def work(run: PublicationRun, now: datetime, *, slices: int = 100) -> PublicationRun:
    """Do what workers would, slice after slice, portion after portion."""
    for _ in range(slices):
        run.refresh_from_db()
        if run.action is None or run.action.finished_at is not None:
            break
        async_actions.advance(public_id=run.action.public_id, now=now)
        publication_runs.follow(action_id=run.action.public_id, now=now)
    run.refresh_from_db()
    return run


def test_everybody_in_a_segment_gets_a_code(
    start: Any, vips: Segment, spring: Campaign, now: datetime
) -> None:
    outsider = CustomerFactory()

    run = work(start(segment=vips.public_id, channel="E-mail", metadata={"wave": 1}), now)

    assert (run.state, run.published_count, run.failed_count) == ("DONE", 5, 0)
    assert run.audience == "VIPs"
    held = Holder.objects.values_list("customer", flat=True)
    assert sorted(held) == sorted(vips.memberships.values_list("customer", flat=True))
    assert outsider.pk not in held
    assert len(set(Holder.objects.values_list("voucher", flat=True))) == 5
    given = Publication.objects.all()
    assert set(given.values_list("channel", "campaign", "cause")) == {("E-mail", spring.pk, run.public_id)}
    assert [row.metadata for row in given] == [{"wave": 1}] * 5
    assert run.action.done_count == 5
    assert OutboxEvent.objects.filter(name="publication.succeeded").count() == 5
    assert OutboxEvent.objects.filter(name="voucher.published").count() == 5
    assert AuditEntry.objects.get(action="publication_run.published").after == {"codes": 5}
    assert AuditEntry.objects.filter(action="publication_run.completed").count() == 1


def test_too_few_codes_are_said_before_anything_begins(start: Any, vips: Segment) -> None:
    VoucherFactory.create_batch(3, campaign=CampaignFactory(name="Few"))

    with pytest.raises(NoVoucherSuitable, match="5 codes are needed and 3 are free. Add 2 codes"):
        start(campaign="Few", segment=vips.public_id)

    assert not PublicationRun.objects.exists()
    assert not AsyncAction.objects.exists()


def test_codes_promised_to_another_run_do_not_count(start: Any, vips: Segment, spring: Campaign) -> None:
    start(segment=vips.public_id)

    with pytest.raises(NoVoucherSuitable, match="8 are free, 5 of them promised to others. Add 2"):
        start(segment=vips.public_id)


def test_a_pool_that_grows_needs_only_a_pattern(start: Any, vips: Segment, now: datetime) -> None:
    grows = {"type": Campaign.Type.AUTO_UPDATE}
    CampaignFactory(name="Grows", **grows)
    CampaignFactory(name="Small", code_config={"charset": "AB", "pattern": "X-#"}, **grows)

    run = work(start(campaign="Grows", segment=vips.public_id), now)
    with pytest.raises(InvalidCodeConfig):
        start(campaign="Small", segment=vips.public_id)

    assert run.published_count == Voucher.objects.count() == 5
    run.campaign.refresh_from_db()
    assert run.campaign.vouchers_count == 5


def test_who_has_a_code_gets_no_other(
    start: Any, vips: Segment, spring: Campaign, actor: Actor, now: datetime
) -> None:
    spec = PublicationSpec(customer={"source_id": "vip-0"}, campaign="Spring")
    publications.publish(spec=spec, actor=actor, now=now)

    planned = publication_runs.plan(spec=RunSpec(campaign="Spring", segment=vips.public_id), now=now)
    run = work(start(segment=vips.public_id), now)

    assert (planned.customers, planned.have_one, planned.needed, planned.free) == (5, 1, 4, 7)
    assert (run.published_count, run.failed_count) == (4, 1)
    (left_out,) = run.targets.exclude(failure_code="")
    assert left_out.customer.source_id == "vip-0"
    assert left_out.failure_message == "Has a code of the campaign already."
    assert run.action.failed_count == 1
    assert Holder.objects.count() == 5


def test_who_may_have_several_gets_one_more(
    start: Any, vips: Segment, spring: Campaign, now: datetime
) -> None:
    work(start(customers=("vip-0", "vip-1")), now)
    run = work(start(segment=vips.public_id, join_once=False), now)

    assert run.published_count == 5
    assert Holder.objects.count() == 7


def test_a_list_names_customers_as_the_shop_does(
    start: Any, vips: Segment, spring: Campaign, now: datetime
) -> None:
    other = CustomerFactory()

    run = work(start(customers=("vip-1", other.public_id, " vip-1 ", "")), now)

    assert (run.customers_count, run.published_count, run.audience) == (2, 2, "2 customers")
    with pytest.raises(InvalidPayload, match="Nobody is known as a, b, c, d, e and 1 more"):
        start(customers=("vip-1", *"fedcba"))


def test_nobody_is_nothing_to_do(start: Any, spring: Campaign) -> None:
    with pytest.raises(NobodyToPublishTo, match="The segment Empty is empty"):
        start(segment=SegmentFactory(name="Empty").public_id)
    with pytest.raises(NobodyToPublishTo):
        start(customers=())
    with pytest.raises(NotFound):
        start(segment="seg_nowhere")


def test_a_stopped_run_gives_nothing_and_goes_on_where_it_was(
    start: Any, vips: Segment, spring: Campaign, actor: Actor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    _slices_of(2, monkeypatch)
    run = work(start(segment=vips.public_id), now, slices=1)
    assert run.published_count == 2

    publication_runs.stop(run_id=run.pk, actor=actor, now=now)
    run = work(run, now)
    assert (run.state, run.published_count, Holder.objects.count()) == ("STOPPED", 2, 2)
    assert run.stopped_because == "Stopped by tests"
    publication_runs.resume(run_id=run.pk, actor=actor, now=now)
    run = work(run, now)

    assert (run.state, run.published_count, run.stopped_because) == ("DONE", 5, "")
    assert Holder.objects.count() == Publication.objects.count() == 5
    with pytest.raises(RunIsOver):
        publication_runs.stop(run_id=run.pk, actor=actor, now=now)


def test_stopped_and_resumed_at_once_it_gives_everybody_one(
    start: Any, vips: Segment, spring: Campaign, actor: Actor, now: datetime
) -> None:
    run = start(segment=vips.public_id)
    publication_runs.stop(run_id=run.pk, actor=actor, now=now)
    publication_runs.resume(run_id=run.pk, actor=actor, now=now)

    run = work(run, now)

    assert (run.state, run.published_count, AsyncAction.objects.count()) == ("DONE", 5, 1)


def test_a_cancelled_job_stops_its_run(
    start: Any, vips: Segment, spring: Campaign, actor: Actor, now: datetime
) -> None:
    run = start(segment=vips.public_id)

    async_actions.cancel(public_id=run.action.public_id, actor=actor, now=now)
    publication_runs.follow(action_id=run.action.public_id, now=now)

    run.refresh_from_db()
    assert run.state == "STOPPED"
    assert "Cancelled by tests" in run.stopped_because
    publication_runs.resume(run_id=run.pk, actor=actor, now=now)
    assert work(run, now).published_count == 5


def test_a_campaign_that_ends_meanwhile_stops_the_run(
    start: Any, vips: Segment, spring: Campaign, actor: Actor, now: datetime
) -> None:
    run = start(segment=vips.public_id)
    Campaign.objects.filter(pk=spring.pk).update(ends_at=now)

    run = work(run, now)

    assert (run.state, Holder.objects.count()) == ("STOPPED", 0)
    assert "The campaign is over" in run.stopped_because
    with pytest.raises(VoucherCannotBePublished):
        publication_runs.resume(run_id=run.pk, actor=actor, now=now)


def test_codes_that_run_out_meanwhile_are_reported(
    start: Any, vips: Segment, spring: Campaign, now: datetime
) -> None:
    run = start(segment=vips.public_id)
    Voucher.objects.filter(pk__in=spring.vouchers.order_by("pk").values("pk")[:5]).update(is_active=False)

    run = work(run, now)

    assert (run.state, run.published_count, run.failed_count) == ("DONE", 3, 2)
    reasons = run.targets.exclude(failure_code="").values_list("failure_code", flat=True)
    assert set(reasons) == {"no_voucher_suitable_for_publication"}
    assert run.action.failed_count == 2


def test_a_blocked_customer_is_left_out(start: Any, vips: Segment, spring: Campaign, now: datetime) -> None:
    run = start(customers=("vip-0", "vip-1"))
    Customer.objects.filter(source_id="vip-0").update(blocked_at=now)

    run = work(run, now)

    assert (run.published_count, run.failed_count) == (1, 1)
    assert PublicationTarget.objects.get(publication=None).failure_code == "customer_blocked"


def test_a_deleted_customer_is_left_out(start: Any, vips: Segment, spring: Campaign, now: datetime) -> None:
    run = start(customers=("vip-0", "vip-1"))
    vips.memberships.order_by("pk")[0].customer.__class__.objects.filter(source_id="vip-0").update(
        source_id=None, deleted_at=now
    )

    run = work(run, now)

    assert (run.published_count, run.failed_count) == (1, 1)
    assert PublicationTarget.objects.get(publication=None).failure_code == "not_found"


def test_a_pace_is_kept(start: Any, vips: Segment, spring: Campaign, now: datetime) -> None:
    run = work(start(segment=vips.public_id, per_minute=2), now)
    assert run.published_count == 2

    assert publication_runs.go_on(now=now + timedelta(seconds=59)) == 0
    for minute, served in ((1, 4), (2, 5)):
        at = now + timedelta(minutes=minute)
        assert publication_runs.go_on(now=at) == 1
        run = work(run, at)
        assert run.published_count == served

    assert run.state == "DONE"
    assert publication_runs.go_on(now=now + timedelta(hours=1)) == 0


def test_a_slice_that_is_done_again_gives_nothing_more(
    start: Any, vips: Segment, spring: Campaign, now: datetime
) -> None:
    run = work(start(segment=vips.public_id), now)

    async_actions.advance(public_id=run.action.public_id, now=now)
    publication_runs.follow(action_id=run.action.public_id, now=now)

    assert Holder.objects.count() == 5


def test_the_one_code_of_a_campaign_goes_to_all(start: Any, vips: Segment, now: datetime) -> None:
    campaign = CampaignFactory(name="One", type=Campaign.Type.STANDALONE)
    code = VoucherFactory(campaign=campaign)

    run = work(start(campaign="One", segment=vips.public_id), now)

    code.refresh_from_db()
    assert (run.published_count, code.publish_count) == (5, 5)
    assert set(Holder.objects.values_list("voucher", "is_personal")) == {(code.pk, False)}


def test_who_comes_after_the_beginning_gets_nothing_twice(
    start: Any, vips: Segment, spring: Campaign, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    _slices_of(2, monkeypatch)
    monkeypatch.setattr(publication_runs, "_GATHERED_AT_ONCE", 2)
    run = work(start(segment=vips.public_id), now, slices=1)
    left = vips.memberships.order_by("-customer").first()
    left.delete()

    run = work(run, now)

    assert (run.state, run.customers_count, run.published_count) == ("DONE", 4, 4)


def _slices_of(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    small = replace(registry.job_type(publication_runs.PUBLISH), slice_size=size)
    monkeypatch.setitem(registry._types, publication_runs.PUBLISH, small)
