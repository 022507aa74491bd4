from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.utils import timezone

from core.actors import Actor
from core.models import AuditEntry, Branding, Invitation
from core.services import branding, invitations, people
from core.services.invitations import InvitationOver
from tests.conftest import NOW

SYSTEM = Actor.system("tests")
PASSWORD = "a-long-enough-pass-phrase"


def invited(**given: Any) -> invitations.Invited:
    values = {"email": "eve@shop.example", "first_name": "Eve", "last_name": "", "role": "USER"}
    return invitations.invite(**{**values, "actor": SYSTEM, "now": timezone.now(), **given})


def path_of(made: invitations.Invited) -> str:
    return "/" + made.link.partition("://")[2].partition("/")[2]


def choose(link: str, password: str = PASSWORD) -> Any:
    return Client().post(link, {"new_password1": password, "new_password2": password})


@pytest.fixture
def _mailing(settings: Any) -> None:
    settings.FANFARE_SENDS_MAIL = True
    settings.FANFARE_URL = "https://promotions.example/"


@pytest.mark.usefixtures("_mailing")
def test_the_mail_speaks_for_the_brand(db: None) -> None:
    values = {
        "name": "Fair Shop",
        "street": "High Street 1",
        "city": "Leeds",
        "country": "UK",
        "email": "hello@fair.example",
    }
    branding.create(values=values, actor=SYSTEM, now=NOW)
    made = invited()

    assert invitations.send_waiting(now=timezone.now()) == 1
    assert invitations.send_waiting(now=timezone.now()) == 0

    (message,) = mail.outbox
    assert message.subject == "Your access to Fair Shop promotions"
    assert (message.to, message.reply_to) == (["eve@shop.example"], ["hello@fair.example"])
    assert message.from_email == "Fair Shop <fanfare@localhost>"
    assert made.link.startswith("https://promotions.example/admin/welcome/")
    assert made.link in message.body
    assert "Hello Eve," in message.body
    assert message.body.endswith("-- \nFair Shop\nHigh Street 1, Leeds, UK\nhello@fair.example\n")
    assert Branding.objects.count() == 1


@pytest.mark.usefixtures("_mailing")
def test_a_server_that_is_away_loses_nothing(db: None, monkeypatch: Any) -> None:
    invited()

    def away(*_: Any) -> Any:
        raise ConnectionRefusedError

    with monkeypatch.context() as patch:
        patch.setattr(type(mail.mailers.default), "send_messages", away)
        assert invitations.send_waiting(now=timezone.now()) == 0
    assert Invitation.objects.get().mailed_at is None
    assert invitations.send_waiting(now=timezone.now()) == 1


def test_without_a_mail_server_invitations_wait(db: None) -> None:
    invited()

    assert invitations.send_waiting(now=timezone.now()) == 0
    assert Invitation.objects.get().mailed_at is None


def test_the_link_sets_the_password_once(db: None) -> None:
    made = invited()
    link = path_of(made)

    assert Client().get(link).status_code == 200
    answer = choose(link)

    assert (answer.status_code, answer["Location"]) == (302, "/admin/login/")
    person = User.objects.get()
    assert person.check_password(PASSWORD)
    entry = AuditEntry.objects.get(action="user.accepted_invitation")
    assert (entry.actor_kind, entry.actor_id, entry.actor_role) == ("user", str(person.pk), "")
    again = choose(link, "another-long-pass-phrase")
    assert again.status_code == 404
    assert Client().get(link).status_code == 404
    assert User.objects.get().check_password(PASSWORD)
    browser = Client()
    browser.post("/admin/login/", {"username": "eve@shop.example", "password": PASSWORD})
    assert browser.get("/admin/").status_code == 200


@pytest.mark.parametrize("password", ["short", "12345678901234", "eve@shop.example"])
def test_weak_passwords(password: str, db: None) -> None:
    answer = choose(path_of(invited()), password)

    assert answer.status_code == 200
    assert not User.objects.get().has_usable_password()


def test_one_answer_for_every_wrong_link(db: None) -> None:
    right, zeros = path_of(invited()), "0" * 64
    wrong = [right[:-2] + "/", f"/admin/welcome/999/{zeros}/", right.replace(right.split("/")[-2], zeros)]

    answers = {link: Client().get(link) for link in wrong}

    assert [answer.status_code for answer in answers.values()] == [404] * 3
    assert len({answer.content.replace(link.encode(), b"") for link, answer in answers.items()}) == 1


def test_it_ends_after_a_week(db: None) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        link = path_of(invited())
        clock.shift(timedelta(days=7) - timedelta(seconds=1))
        assert Client().get(link).status_code == 200
        clock.shift(1)
        assert choose(link).status_code == 404


def test_a_new_link_ends_the_former(db: None) -> None:
    made = invited()
    Invitation.objects.update(mailed_at=NOW)

    new = invitations.renew(person=made.person, actor=SYSTEM, now=timezone.now())

    assert Client().get(path_of(made)).status_code == 404
    assert Client().get(path_of(new)).status_code == 200
    assert Invitation.objects.get().mailed_at is None
    choose(path_of(new))
    with pytest.raises(InvitationOver):
        invitations.renew(person=made.person, actor=SYSTEM, now=timezone.now())


def test_who_is_unassigned_meanwhile_stays_outside(db: None) -> None:
    made = invited()
    people.unassign(person=made.person, actor=SYSTEM, now=NOW)

    assert choose(path_of(made)).status_code == 404


def test_the_database_holds_nothing_that_opens(db: None) -> None:
    made = invited()
    secret = path_of(made).split("/")[-2]

    row = Invitation.objects.get()
    assert secret not in str(vars(row))
    assert row.seed not in made.link
    assert secret not in str(list(AuditEntry.objects.values()))
