"""Messages leave once, at their pace, to those who may have them; what fails is put off, never lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from pytest_django import DjangoAssertNumQueries

from commerce.models import Customer, Segment
from commerce.services import erasures
from integrations import sealed, signatures
from integrations.services import sending
from promotions.models import Campaign, Distribution, DistributionMessage, MessageTemplate, Publication
from promotions.selectors import distributions as selectors
from promotions.services import distribution_audience, distributions, message_templates
from promotions.services.distributions import DistributionSpec, InvalidDistribution, WrongState
from promotions.services.message_templates import TemplateSpec
from tests.conftest import NOW
from tests.factories.commerce import CustomerFactory, SegmentMembershipFactory
from tests.factories.promotions import CampaignFactory, VoucherFactory
from tests.promotions.distributions.conftest import BOSS, LATER, states, work

pytestmark = pytest.mark.django_db

Make = Callable[..., Distribution]
State = DistributionMessage.State
MINUTE = timedelta(minutes=1)


@pytest.fixture
def campaign() -> Campaign:
    made = CampaignFactory(name="Spring coupons")
    VoucherFactory.create_batch(5, campaign=made)
    return made


def test_everybody_gets_a_code_of_his_own_once(
    started: Make, campaign: Campaign, people: list[Customer]
) -> None:
    row = started(gives=campaign)

    assert work(LATER - timedelta(seconds=1)) == 0
    assert mail.outbox == []
    assert work() == 3
    assert work(LATER + MINUTE) == 0

    given = dict(Publication.objects.values_list("customer__email", "voucher_code"))
    assert len(set(given.values())) == 3
    assert {letter.to[0]: letter.subject for letter in mail.outbox} == {
        customer.email: f"{customer.name.split()[0]}, your code" for customer in people
    }
    for letter in mail.outbox:
        assert given[letter.to[0]] in letter.body
        assert "10 % off" in letter.body
        assert given[letter.to[0]] in letter.alternatives[0].content
    row.refresh_from_db()
    assert (states(row), row.state) == ([State.SENT] * 3, Distribution.State.DONE)


def test_who_may_not_be_written_to_is_left_out(
    started: Make, people: list[Customer], segment: Segment
) -> None:
    for customer, metadata in zip(people, [{"news": True}, {"news": False}, {}], strict=True):
        Customer.objects.filter(pk=customer.pk).update(metadata=metadata)
    SegmentMembershipFactory(segment=segment, customer=CustomerFactory(email="", metadata={"news": True}))
    row = started(consent_field="news")

    work()

    assert [letter.to for letter in mail.outbox] == [[people[0].email]]
    assert states(row) == [State.SENT, State.SKIPPED, State.SKIPPED, State.SKIPPED]
    assert list(row.messages.order_by("pk").values_list("reason", flat=True))[1:] == [
        "No consent: news is not true.",
        "No consent: news is not true.",
        "No e-mail address is known.",
    ]


def test_the_pace_is_kept(started: Make) -> None:
    row = started(per_minute=2)

    assert [work(), work(), work(LATER + timedelta(seconds=59))] == [2, 0, 0]
    assert len(mail.outbox) == 2
    assert work(LATER + MINUTE) == 1
    assert states(row) == [State.SENT] * 3


def test_the_pace_is_counted_in_one_look(
    started: Make, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """Between two looks a message that is just leaving would be in neither, and one too many would leave."""
    row = started(per_minute=2)
    work()
    row.messages.filter(state=State.WAITING).update(state=State.SENDING, due_at=LATER + MINUTE)

    with django_assert_num_queries(1):
        assert selectors.under_way(row, LATER) == 3


def test_customers_are_collected_in_slices_without_twins_or_gaps(
    started: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(distribution_audience, "_SLICE", 2)
    row = started()

    assert distribution_audience.collect(distribution_id=row.pk, now=LATER) == 2
    row.refresh_from_db()
    assert row.collected_at is None
    assert distribution_audience.collect(distribution_id=row.pk, now=LATER) == 1
    assert distribution_audience.collect(distribution_id=row.pk, now=LATER) == 0
    row.refresh_from_db()
    assert row.collected_at == LATER
    assert row.messages.count() == 3


def test_a_server_that_is_away_loses_nothing(started: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    row, away = started(), True

    def send_messages(self: Any, letters: Any) -> int:
        if away:
            raise ConnectionRefusedError("away")
        mail.outbox.extend(letters)
        return len(letters)

    monkeypatch.setattr(type(mail.mailers.default), "send_messages", send_messages)

    times = [LATER]
    for minutes in (1, 2, 4, 8):
        times.append(times[-1] + minutes * MINUTE)
    for time in times[:-1]:
        assert work(time) == 3
        assert work(time + timedelta(seconds=59)) == 0
        assert states(row) == [State.WAITING] * 3
    work(times[-1])
    assert states(row) == [State.FAILED] * 3
    assert "away" in row.messages.all()[0].reason

    away = False
    assert distributions.send_again(distribution_id=row.pk, actor=BOSS, now=times[-1]) == 3
    work(times[-1] + MINUTE)
    assert (states(row), len(mail.outbox)) == ([State.SENT] * 3, 3)


def test_an_empty_pool_is_said_and_can_be_filled(started: Make) -> None:
    empty = CampaignFactory(name="Empty")
    row = started(gives=empty)

    work()
    assert states(row) == [State.FAILED] * 3
    assert mail.outbox == []
    assert row.messages.all()[0].reason

    VoucherFactory.create_batch(3, campaign=empty)
    distributions.send_again(distribution_id=row.pk, actor=BOSS, now=LATER)
    work(LATER + MINUTE)
    assert states(row) == [State.SENT] * 3


def test_an_email_whose_worker_died_waits_for_a_person(started: Make) -> None:
    row = started()
    distribution_audience.collect_due(now=LATER)
    row.messages.update(state=State.SENDING, due_at=LATER + 10 * MINUTE, attempts=1)

    assert work(LATER + 9 * MINUTE) == 0
    work(LATER + 10 * MINUTE)

    assert states(row) == [State.FAILED] * 3
    assert mail.outbox == []
    assert "may have arrived" in row.messages.all()[0].reason


def test_pausing_and_stopping(started: Make) -> None:
    row = started(per_minute=1)
    work()

    distributions.pause(distribution_id=row.pk, actor=BOSS, now=LATER)
    assert work(LATER + 5 * MINUTE) == 0
    distributions.start(distribution_id=row.pk, actor=BOSS, now=LATER)
    assert work(LATER + 5 * MINUTE) == 1
    distributions.stop(distribution_id=row.pk, actor=BOSS, now=LATER)
    assert work(LATER + 9 * MINUTE) == 0

    assert sorted(states(row)) == [State.SENT, State.SENT, State.SKIPPED]
    assert len(mail.outbox) == 2
    with pytest.raises(WrongState):
        distributions.start(distribution_id=row.pk, actor=BOSS, now=LATER)


def test_a_running_one_is_not_changed(started: Make) -> None:
    row = started()

    with pytest.raises(WrongState, match="Pause it"):
        distributions.update(
            distribution_id=row.pk, spec=DistributionSpec(values={"name": "Other"}), actor=BOSS, now=NOW
        )


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"template": None}, "Choose the template"),
        ({"segment": None}, "Choose to whom"),
        ({"channel": "WEBHOOK", "template": None}, "to which address"),
        ({"gives": "promotion"}, "gives no codes"),
    ],
)
def test_it_starts_only_when_it_is_complete(make: Make, values: dict[str, Any], text: str) -> None:
    if values.get("gives"):
        values = {"gives": CampaignFactory(promotion=True)}
    row = make(**values)

    with pytest.raises(InvalidDistribution, match=text):
        distributions.start(distribution_id=row.pk, actor=BOSS, now=NOW)
    row.refresh_from_db()
    assert row.state == Distribution.State.DRAFT


class TestWebhook:
    @pytest.fixture
    def calls(self, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
        made: list[dict[str, Any]] = []

        def post(**call: Any) -> sending.Sent:
            made.append(call)
            return sending.Sent(status_code=200, text="", error="", duration_ms=1)

        monkeypatch.setattr(sending, "post", post)
        return made

    def row(self, started: Make, **values: Any) -> Distribution:
        address = "https://hooks.shop.example/fanfare"
        return started(**{"channel": "WEBHOOK", "template": None, "target_url": address, **values})

    def test_it_says_what_is_known_and_is_signed(
        self, started: Make, calls: list[dict[str, Any]], campaign: Campaign, people: list[Customer]
    ) -> None:
        row = self.row(started, gives=campaign)

        work()

        bodies = [json.loads(call["body"]) for call in calls]
        assert [body["data"]["customer"]["id"] for body in bodies] == [one.public_id for one in people]
        assert len({body["data"]["code"] for body in bodies}) == 3
        assert {body["source"]["id"] for body in bodies} == {row.public_id}
        secret = sealed.unseal(row.secret)
        for call, body in zip(calls, bodies, strict=True):
            expected = signatures.headers(body=call["body"], message_id=body["id"], at=LATER, live=[secret])
            assert {name: call["headers"][name] for name in expected} == expected

    def test_it_says_what_the_template_designed(self, started: Make, calls: list[dict[str, Any]]) -> None:
        fields = {"who": "{{ customer.email }}", "text": "Dear {{ customer.name }}"}
        values = {"name": "CRM", "channel": MessageTemplate.Channel.WEBHOOK, "fields": fields}
        designed = message_templates.create(spec=TemplateSpec(values=values), actor=BOSS, now=NOW)
        self.row(started, template=designed)

        work()

        assert json.loads(calls[0]["body"])["data"] == {"who": "p0@shop.example", "text": "Dear P0 Smith"}

    def test_a_call_whose_worker_died_is_made_again_under_its_id(
        self, started: Make, calls: list[dict[str, Any]]
    ) -> None:
        row = self.row(started)
        work()
        first = [json.loads(call["body"])["id"] for call in calls]
        row.messages.update(state=State.SENDING, sent_at=None, due_at=LATER)
        Distribution.objects.filter(pk=row.pk).update(state=Distribution.State.LIVE)

        work(LATER + MINUTE)

        assert [json.loads(call["body"])["id"] for call in calls] == first * 2
        assert states(row) == [State.SENT] * 3


def test_an_erased_customer_is_not_written_to(started: Make, people: list[Customer]) -> None:
    row = started()
    distribution_audience.collect_due(now=LATER)

    erasures.erase(customer_id=people[1].pk, actor=BOSS, now=LATER)
    work()

    assert states(row) == [State.SENT, State.SKIPPED, State.SENT]
    assert len(mail.outbox) == 2
