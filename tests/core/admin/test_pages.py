"""Every page of core's admin: opens for admins, is shut for strangers, cannot be changed by viewers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from core import audit, events
from core.actors import Actor
from core.models import (
    ApiKey,
    Area,
    BinEntry,
    Branding,
    CustomEventSchema,
    EventDelivery,
    MetadataSchema,
    OutboxEvent,
    PeriodicRun,
    ProjectSettings,
)
from core.services import api_keys, areas, bin, branding, custom_event_schemas, metadata_schemas
from tests.conftest import NOW

MODELS = [
    model for model in admin.site._registry if model._meta.app_label == "core" or model in {User, Group}
]
SYSTEM = Actor.system("tests")
BRAND = {
    "name": "Lights",
    "street": "1 High Street",
    "city": "Exeter",
    "country": "GB",
    "email": "shop@lights.example",
}


@pytest.fixture
def rows(settings_row: ProjectSettings) -> dict[type, Any]:
    """One object of each model with a page."""
    key = api_keys.create(name="Web shop", actor=SYSTEM, now=NOW).key
    schema = metadata_schemas.create(
        related_object="voucher", properties={"size": {"type": "number", "lte": 3}}, actor=SYSTEM, now=NOW
    )
    event = events.emit("voucher.created", entity=key, actor=SYSTEM, now=NOW, payload={"a": 1})
    delivery = EventDelivery.objects.create(
        event=event, subscriber="webhooks", due_at=NOW, status=EventDelivery.Status.PARKED, attempts=8
    )
    entry = audit.log(
        SYSTEM, "project.updated", settings_row, now=NOW, before={"amount": 1}, after={"amount": 2}
    )
    kind, thing = BinEntry.ResourceType.VOUCHER, "v_thrownaway"
    bin.put(kind=kind, resource_id=thing, name="SUMMER", actor=SYSTEM, now=NOW)
    return {
        ApiKey: key,
        MetadataSchema: schema,
        OutboxEvent: event,
        EventDelivery: delivery,
        type(entry): entry,
        ProjectSettings: settings_row,
        Area: areas.create_area(values={"name": "South"}, actor=SYSTEM, now=NOW),
        Branding: branding.create(values=BRAND, actor=SYSTEM, now=NOW),
        CustomEventSchema: custom_event_schemas.create(
            name="cart_left", properties={"size": {"type": "number"}}, actor=SYSTEM, now=NOW
        ),
        BinEntry: BinEntry.objects.get(resource_id=thing),
        PeriodicRun: PeriodicRun.objects.create(task="core.tasks.seal_audit", since=NOW),
        User: User.objects.create_user("anna", is_staff=True),
        Group: Group.objects.get(name="Viewer"),
    }


def url(model: type, page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_list_and_page_open(model: type, admin_page: Client, rows: dict[type, Any]) -> None:
    listing = admin_page.get(url(model, "changelist"), follow=True)
    page = admin_page.get(url(model, "change", rows[model].pk))

    assert listing.status_code == 200
    assert page.status_code == 200


@pytest.mark.parametrize("model", [ApiKey, MetadataSchema, User, Group], ids=lambda model: model.__name__)
def test_form_for_a_new_one_opens(model: type, admin_page: Client) -> None:
    assert admin_page.get(url(model, "add")).status_code == 200


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_strangers_are_sent_to_the_login(model: type, client: Client, rows: dict[type, Any]) -> None:
    address = url(model, "change", rows[model].pk)

    answer = client.get(address)

    assert answer.status_code == 302
    assert answer["Location"] == f"{reverse('admin:login')}?next={address}"


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_people_without_the_staff_flag_are_sent_to_the_login(
    model: type, client: Client, rows: dict[type, Any]
) -> None:
    person = User.objects.create_user("customer")
    person.groups.add(Group.objects.get(name="Admin"))
    client.force_login(person)

    assert client.get(url(model, "changelist")).status_code == 302


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_viewer_cannot_change(model: type, page_as: Callable[[str], Client], rows: dict[type, Any]) -> None:
    browser = page_as("Viewer")
    address = url(model, "change", rows[model].pk)
    is_hidden = admin.site._registry[model].is_for_admins  # type: ignore[attr-defined]

    assert browser.get(address).status_code == (403 if is_hidden else 200)
    assert browser.post(address, {"name": "x", "properties-0-key": "x"}).status_code == 403


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_staff_without_a_role_gets_no_page(model: type, client: Client, rows: dict[type, Any]) -> None:
    client.force_login(User.objects.create_user("temp", is_staff=True))

    assert client.get(url(model, "changelist")).status_code == 403


def test_history_is_the_audit_log(admin_page: Client, rows: dict[type, Any]) -> None:
    schema = rows[MetadataSchema]

    answer = admin_page.get(url(MetadataSchema, "history", schema.pk), follow=True)

    assert answer.redirect_chain == [
        (
            f"/admin/core/auditentry/?entity_type=metadataschema&entity_id={schema.public_id}",
            302,
        )
    ]
    assert [entry.action for entry in answer.context["cl"].result_list] == ["metadata_schema.created"]


def test_audit_page_shows_only_what_changed(admin_page: Client, rows: dict[type, Any]) -> None:
    before = {"name": "A", "rules": {"size": {"lte": 3, "gte": 1}}, "is_open": True}
    after = {"name": "A", "rules": {"size": {"lte": 4, "gte": 1}, "hue": {}}, "is_open": False}
    entry = audit.log(SYSTEM, "voucher.updated", rows[ApiKey], now=NOW, before=before, after=after)

    page = admin_page.get(url(type(entry), "change", entry.pk)).content.decode()

    cells = [part.split("</td>")[0] for part in page.split('<td class="align-top')[1:]]
    assert [cell.split(">", 1)[1].strip() for cell in cells] == [
        *("is open", "yes", "no"),
        *("rules › hue", "–", "–"),
        *("rules › size › lte", "3", "4"),
    ]
    assert "API key Web shop" in page


@pytest.mark.parametrize("model", [ApiKey, OutboxEvent, EventDelivery], ids=lambda model: model.__name__)
def test_lists_cost_the_same_with_more_rows(
    model: type, admin_page: Client, rows: dict[type, Any], count_queries: Callable[..., int]
) -> None:
    few = count_queries(lambda: admin_page.get(url(model, "changelist")))
    for number in range(20):
        key = api_keys.create(name=f"Key {number}", actor=SYSTEM, now=NOW).key
        event = events.emit("voucher.created", entity=key, actor=SYSTEM, now=NOW)
        EventDelivery.objects.create(event=event, subscriber="webhooks", due_at=NOW)

    assert count_queries(lambda: admin_page.get(url(model, "changelist"))) == few
