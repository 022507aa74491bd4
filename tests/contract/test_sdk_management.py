"""The management API with the official Python client, whose models are strict about every answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import voucherify as sdk
from django.contrib.auth.models import Group, User
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from core.actors import Actor
from core.models import ApiKey, Invitation, ProjectSettings
from core.services import api_keys

pytestmark = pytest.mark.django_db(transaction=True)

BRAND: dict[str, Any] = {
    "brand": {"name": "Fair Shop"},
    "address": {"street": "High Street 1", "city": "Leeds", "postal": "LS1", "country": "UK"},
    "contact": {"email": "hello@fair.example"},
}
EVENT: dict[str, Any] = {"schema": {"properties": {"value": {"type": "number", "optional": True}}}}


@pytest.fixture
def management(live_server: LiveServer) -> Iterator[sdk.ManagementApi]:
    for name in ("Marketer", "Viewer"):
        Group.objects.get_or_create(name=name)
    actor, now = Actor.system("tests"), timezone.now()
    issued = api_keys.create(name="SDK", kind=ApiKey.Kind.MANAGEMENT, actor=actor, now=now)
    headers = {"X-Management-Id": issued.key.app_id, "X-Management-Token": issued.token}
    with sdk.ApiClient(sdk.Configuration(host=live_server.url, api_key=headers)) as client:
        yield sdk.ManagementApi(client)


def test_people_come_change_and_go(management: sdk.ManagementApi) -> None:
    project = ProjectSettings.objects.get().public_id
    User.objects.create_user("guest")
    eve = {
        "email": "eve@shop.example",
        "first_name": "Eve",
        "last_name": "Ray",
        "projects": {project: "USER"},
    }

    management.invite_user(sdk.ManagementProjectsUsersInviteCreateRequestBody.from_dict(eve))
    wanted = sdk.ManagementProjectsUsersAssignRequestBody.from_dict({"login": "guest", "role": "VIEWER"})
    guest = management.assign_user(project, wanted)
    role = sdk.ManagementProjectsUsersUpdateRoleRequestBody.from_dict({"role": "USER"})

    assert management.update_user(project, guest.id, role).projects == {project: "USER"}
    listed = management.list_users(project)
    assert [user.login for user in listed.data] == ["eve@shop.example", "guest"]
    assert management.get_user(project, guest.id).is_owner is False
    management.unassign_user(project, guest.id)
    assert management.list_users(project).total == 1
    assert Invitation.objects.get().person.username == "eve@shop.example"


def test_custom_event_schemas(management: sdk.ManagementApi) -> None:
    project = ProjectSettings.objects.get().public_id
    body = sdk.ManagementProjectsCustomEventSchemasCreateRequestBody.from_dict({"name": "cart_left", **EVENT})

    made = management.create_custom_event_schema(project, body)

    change = sdk.ManagementProjectsCustomEventSchemasUpdateRequestBody.from_dict(EVENT)
    assert management.update_custom_event_schema(project, made.id, change).name == "cart_left"
    assert management.get_custom_event_schema(project, made.id).object == "custom-event-schema"
    management.delete_custom_event_schema(project, made.id)
    assert management.list_custom_event_schemas(project).total == 0


def test_branding(management: sdk.ManagementApi) -> None:
    project = ProjectSettings.objects.get().public_id

    made = management.create_brand(project, sdk.ManagementProjectsBrandingCreateRequestBody.from_dict(BRAND))
    body = sdk.ManagementProjectsBrandingUpdateRequestBody.from_dict({"brand": {"name": "Fairer"}})

    assert management.update_brand(project, made.id, body).brand.name == "Fairer"
    assert management.get_brand(project, made.id).contact.email == "hello@fair.example"
    assert [brand.id for brand in management.list_brands(project).data] == [made.id]
    management.delete_brand(project, made.id)
    assert management.list_brands(project).total == 0
