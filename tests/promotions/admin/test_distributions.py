"""A marketer writes to customers without a line of JSON."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from integrations.models import Export
from integrations.selectors.exports import content
from integrations.services import export_files
from promotions.models import Distribution, MessageTemplate
from promotions.services import distribution_audience, distribution_sending
from tests.factories.commerce import CustomerFactory, SegmentFactory, SegmentMembershipFactory
from tests.factories.promotions import CampaignFactory, VoucherFactory

pytestmark = pytest.mark.django_db

TEMPLATES = "/admin/promotions/messagetemplate/"
LIST = "/admin/promotions/distribution/"


def template(page: Client, **values: Any) -> Any:
    filled = {
        "name": "Spring mail",
        "channel": "EMAIL",
        "subject": "Hello {{ customer.first_name }}",
        "body": "Your code: {{ code }}",
        "lines": "",
        **values,
    }
    return page.post(f"{TEMPLATES}add/", filled)


def distribution(page: Client, **values: Any) -> Any:
    filled = {
        **dict.fromkeys(
            ("trigger", "event_name", "segment", "customer", "about", "gives", "template", "target_url"), ""
        ),
        "name": "Spring",
        "channel": "EMAIL",
        "consent_field": "",
        "per_minute": "600",
        **values,
    }
    return page.post(f"{LIST}add/", filled)


def press(page: Client, row: Distribution, button: str) -> Any:
    address = reverse(f"admin:promotions_distribution_{button}", args=[row.pk])
    return page.post(address, {"_form_submitted": "on"})


def test_a_template_shows_what_it_looks_like(admin_page: Client) -> None:
    assert template(admin_page).status_code == 302

    shown = admin_page.get(f"{TEMPLATES}{MessageTemplate.objects.get().pk}/change/").content.decode()
    assert "Hello Ann" in shown
    assert "Your code: SPRING-X7K2" in shown


def test_a_slip_of_the_pen_is_said_at_the_form(admin_page: Client) -> None:
    answer = template(admin_page, body="Your code: {{ cod }}")

    assert answer.status_code == 200
    assert "Nobody knows what this is: cod." in answer.content.decode()
    assert not MessageTemplate.objects.exists()


def test_a_webhook_is_designed_line_by_line(admin_page: Client) -> None:
    lines = "who = {{ customer.id }}\n\ntext = a = b"

    assert template(admin_page, channel="WEBHOOK", lines=lines).status_code == 302
    assert MessageTemplate.objects.get().fields == {"who": "{{ customer.id }}", "text": "a = b"}
    answer = template(admin_page, name="Other", channel="WEBHOOK", lines="nothing here")
    assert "an equals sign" in answer.content.decode()


def test_from_the_form_to_the_letter_and_the_file(admin_page: Client) -> None:
    template(admin_page)
    campaign, segment = CampaignFactory(name="Spring coupons"), SegmentFactory(name="VIP")
    VoucherFactory.create_batch(2, campaign=campaign)
    for name in ("Ann", "Bob"):
        customer = CustomerFactory(name=name, email=f"{name.lower()}@shop.example")
        SegmentMembershipFactory(segment=segment, customer=customer)

    chosen = {"segment": segment.pk, "gives": campaign.pk, "template": MessageTemplate.objects.get().pk}
    assert distribution(admin_page, **chosen).status_code == 302
    row = Distribution.objects.get()
    before = admin_page.get(f"{LIST}{row.pk}/change/").content.decode()
    assert "Once, to VIP." in before
    assert "with a code of Spring coupons" in before

    press(admin_page, row, "start")
    row.refresh_from_db()
    assert row.state == Distribution.State.LIVE
    due = row.starts_at
    assert due is not None
    distribution_audience.collect_due(now=due)
    distribution_sending.send_due(now=due)
    assert sorted(letter.to[0] for letter in mail.outbox) == ["ann@shop.example", "bob@shop.example"]
    assert "2 of 2" in admin_page.get(LIST).content.decode()

    press(admin_page, row, "download")
    export = Export.objects.get()
    export_files.write_next(now=timezone.now())
    export.refresh_from_db()
    lines = b"".join(content(export)).decode().splitlines()
    assert lines[0] == "customer_source_id,customer_name,email,phone,code,status"
    assert sorted(line.split(",")[1] for line in lines[1:]) == ["Ann", "Bob"]
    assert all(line.endswith(",SENT") for line in lines[1:])


def test_what_the_choice_hides_says_nothing(admin_page: Client) -> None:
    template(admin_page)
    campaign = CampaignFactory()
    hidden = {"event_name": "left over", "about": campaign.pk, "is_repeated": "on", "target_url": "x"}

    assert distribution(admin_page, template=MessageTemplate.objects.get().pk, **hidden).status_code == 302

    row = Distribution.objects.get()
    assert (row.event_name, row.about, row.is_repeated, row.target_url) == ("", None, False, "")


def test_a_running_one_shows_no_form_and_other_buttons(admin_page: Client) -> None:
    template(admin_page)
    distribution(
        admin_page,
        trigger="customer.custom_event",
        event_name="newsletter",
        template=MessageTemplate.objects.get().pk,
    )
    row = Distribution.objects.get()
    press(admin_page, row, "start")

    shown = admin_page.get(f"{LIST}{row.pk}/change/").content.decode()
    assert 'name="event_name"' not in shown
    assert "Pause" in shown
    assert "Stop for good" in shown
    press(admin_page, row, "stop")
    row.refresh_from_db()
    assert row.state == Distribution.State.STOPPED


def test_a_template_in_use_stays(admin_page: Client) -> None:
    template(admin_page)
    made = MessageTemplate.objects.get()
    distribution(admin_page, template=made.pk)

    answer = admin_page.post(f"{TEMPLATES}{made.pk}/delete/", {"post": "yes"}, follow=True)

    assert "The distribution Spring uses it." in answer.content.decode()
    assert MessageTemplate.objects.exists()


def test_a_running_one_is_read_without_the_switches_of_its_form(admin_page: Client) -> None:
    distribution(admin_page, trigger="customer.custom_event", event_name="signed_up", channel="FILE")
    row = Distribution.objects.get()
    press(admin_page, row, "start")

    text = admin_page.get(f"{LIST}{row.pk}/change/").text

    assert "signed_up" in text
    assert "Name of the event" in text
    # What depends on another kind of start says nothing, and no script looks for fields that are not there.
    assert "One customer" not in text
    assert "trigger ==" not in text
