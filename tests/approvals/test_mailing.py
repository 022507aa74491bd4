from __future__ import annotations

import smtplib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection

from approvals import tasks
from approvals.models import ApprovalRequest, Notification
from approvals.services import mailing, notifications
from core.branding import BRANDING_PK
from core.models import Branding
from tests.approvals.asked import ask
from tests.approvals.world import person, policy

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _mail(settings: Any) -> None:
    settings.FANFARE_SENDS_MAIL = True
    settings.FANFARE_URL = "https://promo.example/"


@pytest.fixture
def request_(now: datetime) -> ApprovalRequest:
    policy("Finance")
    person("fin", "Finance")
    return ask(person("mia", "Marketer"), now)


def write(request: ApprovalRequest, now: datetime, name: str, text: str = "Decide, please") -> Notification:
    user = User.objects.create_user(name, f"{name}@example.com")
    (made,) = notifications.write(
        request=request, kind=Notification.Kind.ASKED, text=text, users=[user], now=now
    )
    return made


def test_each_notification_is_mailed_once(
    request_: ApprovalRequest, now: datetime, mailoutbox: list[Any]
) -> None:
    write(request_, now, "ann")
    write(request_, now, "bob")

    assert [mailing.send_waiting(now=now), mailing.send_waiting(now=now)] == [2, 0]

    assert sorted(mail.to[0] for mail in mailoutbox) == ["ann@example.com", "bob@example.com"]
    assert not Notification.objects.filter(mailed_at=None).exists()


def test_the_mail_says_it_and_leads_to_the_request(
    request_: ApprovalRequest, now: datetime, mailoutbox: list[Any]
) -> None:
    write(request_, now, "ann", "Line one\r\nBcc: all@example.com\n" + "long " * 60)

    mailing.send_waiting(now=now)

    (mail,) = mailoutbox
    assert mail.subject.startswith("Line one Bcc: all@example.com long")
    assert (len(mail.subject), mail.recipients()) == (120, ["ann@example.com"])
    assert f"\nhttps://promo.example/admin/approvals/approvalrequest/{request_.pk}/change/\n" in mail.body
    assert "https://promo.example/admin/notifications/settings/" in mail.body
    assert "Bcc" not in {name for name, _ in mail.message().items()}


def test_it_is_mailed_in_the_name_of_the_brand(
    request_: ApprovalRequest, now: datetime, mailoutbox: list[Any], settings: Any
) -> None:
    settings.DEFAULT_FROM_EMAIL = "promo@shop.example"
    Branding.objects.create(pk=BRANDING_PK, name="Fair Shop", email="hello@fair.example", created_at=now)
    write(request_, now, "ann")

    mailing.send_waiting(now=now)

    (mail,) = mailoutbox
    assert mail.from_email == "Fair Shop <promo@shop.example>"
    assert mail.reply_to == ["hello@fair.example"]
    assert "-- \nFair Shop\n" in mail.body


def test_a_server_that_refuses_one_loses_nothing_and_sends_the_others(
    request_: ApprovalRequest, now: datetime, mailoutbox: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, _ = write(request_, now, "bad"), write(request_, now, "good")
    send = EmailBackend.send_messages

    def refuse(self: EmailBackend, messages: list[Any]) -> int:
        if messages[0].to == ["bad@example.com"]:
            raise smtplib.SMTPRecipientsRefused({})
        return send(self, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)
    assert mailing.send_waiting(now=now) == 1
    assert Notification.objects.get(mailed_at=None) == bad

    monkeypatch.setattr(EmailBackend, "send_messages", send)
    assert mailing.send_waiting(now=now + timedelta(minutes=1)) == 1
    assert [mail.to[0] for mail in mailoutbox] == ["good@example.com", "bad@example.com"]


def test_an_address_that_is_none_does_not_hold_up_the_others(
    request_: ApprovalRequest, now: datetime, mailoutbox: list[Any]
) -> None:
    write(request_, now, "good")
    bad = write(request_, now, "bad")
    User.objects.filter(pk=bad.user_id).update(email="bad\nBcc: all@example.com")

    assert mailing.send_waiting(now=now) == 1

    assert [mail.to for mail in mailoutbox] == [["good@example.com"]]
    assert Notification.objects.get(mailed_at=None) == bad


def test_a_server_that_is_away_is_asked_again_later(
    request_: ApprovalRequest, now: datetime, mailoutbox: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(request_, now, "ann")

    def away(self: EmailBackend) -> None:
        raise ConnectionRefusedError

    with monkeypatch.context() as patched:
        patched.setattr(EmailBackend, "open", away)
        assert mailing.send_waiting(now=now) == 0
    assert Notification.objects.filter(mailed_at=None).count() == 1

    assert mailing.send_waiting(now=now) == 1
    assert len(mailoutbox) == 1


def test_a_worker_that_is_stopped_in_the_middle_gives_the_notification_back(
    request_: ApprovalRequest, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(request_, now, "ann")

    def crash(self: EmailBackend, messages: list[Any]) -> int:
        raise SystemExit

    monkeypatch.setattr(EmailBackend, "send_messages", crash)
    with pytest.raises(SystemExit):
        mailing.send_waiting(now=now)

    assert Notification.objects.filter(mailed_at=None).count() == 1


def test_what_another_worker_took_is_not_sent_again(
    request_: ApprovalRequest, now: datetime, mailoutbox: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both found it waiting; the other one was faster."""
    made = write(request_, now, "ann")
    open_: Callable[[Any], Any] = EmailBackend.open

    def meanwhile(self: EmailBackend) -> Any:
        Notification.objects.filter(pk=made.pk).update(mailed_at=now)
        return open_(self)

    monkeypatch.setattr(EmailBackend, "open", meanwhile)

    assert mailing.send_waiting(now=now) == 0
    assert mailoutbox == []


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_the_server_is_spoken_to(
    request_: ApprovalRequest, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(request_, now, "ann")
    open_transactions: list[bool] = []

    def look(self: EmailBackend, messages: list[Any]) -> int:
        open_transactions.append(connection.in_atomic_block)
        return 1

    monkeypatch.setattr(EmailBackend, "send_messages", look)
    mailing.send_waiting(now=now)

    assert open_transactions == [False]


def test_what_is_a_week_old_is_no_news(
    request_: ApprovalRequest, now: datetime, mailoutbox: list[Any]
) -> None:
    write(request_, now, "ann")

    assert mailing.send_waiting(now=now + timedelta(days=7)) == 0
    assert tasks.mail_notifications() == 0
    assert mailoutbox == []
