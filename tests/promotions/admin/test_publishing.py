"""Giving codes out in the admin: from a campaign, from a code, and how far it is."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from approvals.models import ApprovalRequest
from commerce.models import Segment
from core.actors import Actor
from integrations.services import async_actions
from promotions.models import Campaign, Holder, Publication, PublicationRun, Voucher
from promotions.services import publication_runs, publications
from promotions.services.publication_specs import PublicationSpec
from tests.approvals.world import person, policy
from tests.factories.commerce import CustomerFactory, SegmentFactory, SegmentMembershipFactory
from tests.factories.promotions import CampaignFactory, VoucherFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def spring() -> Campaign:
    campaign: Campaign = CampaignFactory(name="Spring")
    VoucherFactory.create_batch(4, campaign=campaign)
    return campaign


@pytest.fixture
def vips() -> Segment:
    segment: Segment = SegmentFactory(name="VIPs")
    for _ in range(3):
        SegmentMembershipFactory(segment=segment)
    return segment


def page(campaign: Campaign) -> str:
    return reverse("admin:promotions_campaign_publish", args=[campaign.pk])


def said(**values: Any) -> dict[str, Any]:
    return {"to": "one", "count": "1", "channel": "E-mail", "join_once": "on", **values}


def test_the_button_is_there_for_campaigns_with_codes(admin_page: Client, spring: Campaign) -> None:
    promotion = CampaignFactory(promotion=True)

    def shown(campaign: Campaign) -> bool:
        url = reverse("admin:promotions_campaign_change", args=[campaign.pk])
        return f"/{campaign.pk}/publish" in admin_page.get(url).content.decode()

    assert shown(spring)
    assert not shown(promotion)


def test_what_it_takes_is_said_first(admin_page: Client, spring: Campaign, vips: Segment) -> None:
    empty = admin_page.get(page(spring)).content.decode()
    answer = admin_page.post(page(spring), said(to="segment", segment=vips.pk, _look="")).content.decode()

    assert "4 codes are free" in empty
    for line in ("3 customers: VIPs.", "3 codes needed, 4 free.", "1 code will be left."):
        assert line in answer
    assert 'name="_publish"' in answer
    assert not PublicationRun.objects.exists()


def test_too_few_codes_cannot_be_published(admin_page: Client, vips: Segment) -> None:
    campaign = CampaignFactory()
    VoucherFactory(campaign=campaign)

    for button in ("_look", "_publish"):
        answer = admin_page.post(page(campaign), said(to="segment", segment=vips.pk, **{button: ""}))
        assert "Add 2 codes first" in answer.content.decode()
        assert 'name="_publish"' not in answer.content.decode()

    assert not PublicationRun.objects.exists()


def test_a_segment_is_served_by_a_run_with_a_page(
    admin_page: Client, spring: Campaign, vips: Segment, actor: Actor, now: datetime
) -> None:
    answer = admin_page.post(page(spring), said(to="segment", segment=vips.pk, _publish=""))

    run = PublicationRun.objects.get()
    url = reverse("admin:promotions_publicationrun_change", args=[run.pk])
    assert answer["Location"] == url
    assert (run.channel, run.customers_count) == ("E-mail", 3)
    assert "Codes are being given out" in admin_page.get(url).content.decode()
    assert run.action is not None
    async_actions.advance(public_id=run.action.public_id, now=now)
    publication_runs.follow(action_id=run.action.public_id, now=now)
    served = admin_page.get(url).content.decode()
    assert "Everybody was served: 3 of 3 customers got a code." in served
    assert Voucher.objects.filter(holder__isnull=False).first().code in served


def test_a_list_names_who_is_not_known(admin_page: Client, spring: Campaign) -> None:
    CustomerFactory(source_id="anna")

    answer = admin_page.post(page(spring), said(to="list", customers="anna\nben\n", _look=""))

    assert "Nobody is known as ben" in answer.content.decode()


def test_one_customer_gets_it_at_once(admin_page: Client, spring: Campaign) -> None:
    anna = CustomerFactory(source_id="anna")

    answer = admin_page.post(
        page(spring), said(customer=f"customer:{anna.public_id}", count="2", _publish=""), follow=True
    )

    publication = Publication.objects.get()
    assert (publication.customer, publication.codes_count, publication.channel) == (anna, 2, "E-mail")
    assert all(code.code in answer.content.decode() for code in Voucher.objects.filter(holder=anna))


def test_nobody_is_asked_for(admin_page: Client, spring: Campaign) -> None:
    answer = admin_page.post(page(spring), said(_publish=""))

    assert "Say who." in answer.content.decode()


def test_a_policy_makes_it_a_request(client: Client, spring: Campaign, vips: Segment) -> None:
    mia = person("mia", "User")
    person("fi", "Finance")
    policy("Finance", conditions=[{"fact": "codes", "operator": "at_least", "value": 3}])
    client.force_login(mia)

    answer = client.post(page(spring), said(to="segment", segment=vips.pk, _publish=""))

    request = ApprovalRequest.objects.get()
    assert request.operation == "vouchers.publish_many"
    assert answer["Location"].endswith(f"/{request.pk}/change/")
    assert not PublicationRun.objects.exists()
    shown = client.get(answer["Location"]).content.decode()
    assert "Gives every customer of “VIPs” a code of “Spring”" in shown


def test_a_run_is_stopped_and_goes_on(
    press: Any, spring: Campaign, vips: Segment, actor: Actor, now: datetime
) -> None:
    spec = publication_runs.RunSpec(campaign="Spring", segment=vips.public_id)
    run = publication_runs.start(spec=spec, actor=actor, now=now)

    for button, state in (("stop", "STOPPED"), ("resume", "RUNNING")):
        press(run, button)
        run.refresh_from_db()
        assert run.state == state, button


def test_a_code_is_given_from_its_page(admin_page: Client, press: Any) -> None:
    code = VoucherFactory()
    anna = CustomerFactory(name="Anna")

    press(code, "publish", customer=f"customer:{anna.public_id}")

    assert Holder.objects.get().customer == anna
    shown = admin_page.get(reverse("admin:promotions_voucher_change", args=[code.pk])).content.decode()
    assert "Publications" in shown
    assert "Anna" in shown


def test_the_wallet_stands_on_the_customers_page(
    admin_page: Client, spring: Campaign, actor: Actor, now: datetime
) -> None:
    generic = VoucherFactory(code="FRIENDS")
    for source_id in ("anna", "ben"):
        spec = PublicationSpec(customer={"source_id": source_id}, voucher="FRIENDS")
        publications.publish(spec=spec, actor=actor, now=now)
    spec = PublicationSpec(customer={"source_id": "anna"}, campaign="Spring")
    own = publications.publish(spec=spec, actor=actor, now=now)

    shown = admin_page.get(reverse("admin:commerce_customer_change", args=[own.customer.pk])).content.decode()

    assert "Wallet" in shown
    assert generic.code in shown
    assert own.vouchers[0].code in shown


def test_the_list_shows_and_finds(admin_page: Client, spring: Campaign, actor: Actor, now: datetime) -> None:
    for source_id in ("anna", "ben"):
        spec = PublicationSpec(customer={"source_id": source_id}, campaign="Spring")
        publications.publish(spec=spec, actor=actor, now=now)
    first, second = Publication.objects.order_by("pk")
    url = reverse("admin:promotions_publication_changelist")

    everything = admin_page.get(url).content.decode()
    found = admin_page.get(url, {"q": first.voucher_code}).content.decode()

    assert f">{first.voucher_code}</a>" in everything
    assert second.voucher_code in everything
    assert first.voucher_code in found
    assert second.voucher_code not in found
    assert admin_page.get(reverse("admin:promotions_publicationrun_changelist")).status_code == 200


def test_who_may_only_read_gives_nothing(client: Client, spring: Campaign) -> None:
    client.force_login(person("vera", "Viewer"))

    assert client.get(page(spring)).status_code == 403
    assert client.get(reverse("admin:promotions_publication_changelist")).status_code == 200
