"""The audit log in the admin: its filters, and the file of what they leave."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from core import audit
from core.actors import Actor, ActorKind, Role
from core.admin.audit_filters import in_wire_form
from core.models import ApiKey, AuditEntry, ProjectSettings
from core.services import api_keys
from integrations.models import Export
from integrations.selectors import exports as selectors
from integrations.services import export_files
from tests.conftest import NOW

URL = "/admin/core/auditentry/"


@pytest.fixture
def entries(settings_row: ProjectSettings) -> dict[str, AuditEntry]:
    """What a person, a key and a job did; a minute apart."""
    anna = User.objects.create_user("anna", first_name="Anna", last_name="Nowak", is_staff=True)
    key = api_keys.create(name="Shop", actor=Actor.system("tests"), now=NOW - timedelta(days=1)).key
    actors = {
        "person": Actor(
            kind=ActorKind.USER,
            id=str(anna.pk),
            label="Anna Nowak",
            role=Role.USER,
            channel="ADMIN",
            request_id="req-1",
            address="192.0.2.7",
            approval_id="apr_1",
        ),
        "key": Actor(kind=ActorKind.API_KEY, id=key.app_id, label="Shop", role=Role.ADMIN, channel="till"),
        "job": Actor.system("tidy", channel="TASK"),
    }
    return {
        name: audit.log(
            actor,
            f"project.{name}_saw",
            settings_row,
            now=NOW + timedelta(minutes=number),
            before={"budget": 10 * number},
            after={"budget": 20 * number},
        )
        for number, (name, actor) in enumerate(actors.items())
    }


def query_of(question: str) -> str:
    """`{anna}` and `{key}` are filled in."""
    anna, key = User.objects.get(username="anna"), ApiKey.objects.get(name="Shop")
    return question.format(anna=anna.pk, key=key.app_id)


QUESTIONS = [
    ("who=user:{anna}", {"person"}),
    ("who=api_key:{key}", {"key"}),
    ("actor_name=Anna+Nowak", {"person"}),
    ("actor_name=tidy", {"job"}),
    ("actor_kind=system&entity_type=projectsettings", {"job"}),
    ("who=user:{anna}&actor_kind=user", {"person"}),
    ("who=user:{anna}&actor_kind=system", set()),
    ("action=KEY_SAW", {"key"}),
    ("channel=admin", {"person"}),
    ("channel=till", {"key"}),
    ("address=192.0.2.7", {"person"}),
    ("request_id=+req-1+", {"person"}),
    ("approval_id=apr_1", {"person"}),
    ("entity_type=projectsettings", {"person", "key", "job"}),
    ("entity_type=voucher", set()),
    ("at_from_0=2026-03-10&at_from_1=12:01:00", {"key", "job"}),
    ("at_to_0=2026-03-10&at_to_1=12:01:00", {"person", "key"}),
    ("at_from_0=2026-03-10&at_from_1=12:01:00&at_to_0=2026-03-10&at_to_1=12:01:00", {"key"}),
    ("at_from_0=nonsense&at_from_1=12:01:00&entity_type=projectsettings", {"person", "key", "job"}),
]


@pytest.mark.parametrize(("question", "expected"), QUESTIONS)
def test_list_and_file_hold_the_same_rows(
    admin_page: Client, entries: dict[str, AuditEntry], question: str, expected: set[str]
) -> None:
    query = query_of(question)

    listed = admin_page.get(f"{URL}?{query}")
    asked = admin_page.post(f"{URL}export/", {"narrowed_to": query})

    rows = listed.context["cl"].queryset
    assert {name for name, entry in entries.items() if entry in rows} == expected
    export = Export.objects.get()
    assert asked["Location"] == f"/admin/integrations/export/{export.pk}/change/"
    in_file = {row["id"] for row in written(export)}
    assert {name for name, entry in entries.items() if entry.public_id in in_file} == expected


def written(export: Export) -> list[dict[str, str]]:
    assert export_files.write_next(now=timezone.now())
    export.refresh_from_db()
    return list(csv.DictReader(io.StringIO(b"".join(selectors.content(export)).decode())))


def test_times_are_the_projects(admin_page: Client, entries: dict[str, AuditEntry]) -> None:
    """12:01 in London in March is 13:01 in Warsaw."""
    ProjectSettings.objects.update(time_zone="Europe/Warsaw")
    query = "at_from_0=2026-03-10&at_from_1=13:01:00"

    found = admin_page.get(f"{URL}?{query}&entity_type=projectsettings").context["cl"].queryset

    assert entries["person"] not in found
    assert entries["key"] in found


def test_the_file_says_who_what_before_and_after(admin_page: Client, entries: dict[str, AuditEntry]) -> None:
    admin_page.post(f"{URL}export/", {"narrowed_to": "entity_type=projectsettings"})

    export = Export.objects.get()
    rows = [row for row in written(export) if row["action"].endswith("_saw")]
    assert [row["actor_name"] for row in rows] == ["tidy", "Shop", "Anna Nowak"]
    assert rows[2]["created_at"] == "2026-03-10T12:00:00.000Z"
    assert (rows[2]["address"], rows[2]["approval_id"]) == ("192.0.2.7", "apr_1")
    assert (rows[1]["before"], rows[1]["after"]) == ('{"budget":10}', '{"budget":20}')


def test_what_happened_to_people_and_keys_is_in_no_file(
    admin_page: Client, entries: dict[str, AuditEntry]
) -> None:
    assert AuditEntry.objects.filter(action="api_key.created").exists()

    admin_page.post(f"{URL}export/", {"narrowed_to": "entity_type=apikey"})

    assert written(Export.objects.get()) == []


@pytest.mark.parametrize(("who", "may"), [("Viewer", True), ("User", True), ("Merchant", False)])
def test_who_may_have_the_file(
    page_as: Callable[[str], Client], entries: dict[str, AuditEntry], who: str, may: bool
) -> None:
    browser = page_as(who)

    assert ("Export as CSV" in browser.get(URL).text) is may
    assert browser.post(f"{URL}export/").status_code == (302 if may else 403)
    assert Export.objects.count() == int(may)


def test_what_no_filter_takes_is_refused_in_words(admin_page: Client, entries: dict[str, AuditEntry]) -> None:
    asked = admin_page.post(f"{URL}export/", {"narrowed_to": "request_id=%00"}, follow=True)

    assert asked.redirect_chain == [(URL, 302)]
    assert "request_id" in asked.text
    assert not Export.objects.exists()


def test_links_lead_to_everything_of_one_request(admin_page: Client, entries: dict[str, AuditEntry]) -> None:
    text = admin_page.get(f"{URL}{entries['person'].pk}/change/").text

    for part in ("?request_id=req-1", "?approval_id=apr_1", "?address=192.0.2.7"):
        assert f'href="{URL}{part}"' in text
    assert "Not yet: a minute or two after it was written" in text
    assert 'href="/admin/core/projectsettings/1/change/"' in text
    assert "10 Mar 2026, 12:00:00.000000" in text


@pytest.mark.parametrize("entity", ["gone", "987654", "٣"])
def test_an_object_that_is_no_more_is_named_without_a_link(
    admin_page: Client, entries: dict[str, AuditEntry], entity: str
) -> None:
    fields = {**AuditEntry.objects.values().get(pk=entries["job"].pk), "id": None}
    for kind in ("user", "voucher", "nothing"):
        entry = AuditEntry.objects.create(**{**fields, "entity_type": kind, "entity_id": entity})
        text = admin_page.get(f"{URL}{entry.pk}/change/").text
        assert f"{kind.capitalize()} Fanfare" in text


def test_an_empty_question_is_no_filter() -> None:
    assert in_wire_form(QueryDict("who=&action=+&q=anna&at_from_0=2026-03-10&page=2")) == {}
